package public

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/keys"
	"onetap/internal/lang"
	"onetap/internal/seal"
	"onetap/internal/store"
	"onetap/internal/survey"
	"onetap/internal/web"

	"github.com/a-h/templ"
)

// maxTries is how often an answer is applied again when somebody else changed it meanwhile (two tabs, one link).
const maxTries = 5

// pages answers the public links.
type pages struct {
	store  Store
	keys   *keys.Keys
	seal   Sealer
	now    func() time.Time
	digest func() string // random, for the forms

	// What a letter's links have shown a moment ago, and the campaigns behind them. Pages that were posted to read anew.
	seen      recent[keys.Token, seen]
	campaigns recent[survey.CampaignID, survey.Campaign]
	logos     logos
	left      recent[keys.Token, struct{}] // who has unsubscribed here a moment ago
}

// seen is what was read for a link.
type seen struct {
	campaign survey.Campaign
	person   survey.Respondent
}

// How long a process shows what it has read before, and of how many.
const (
	seenLife, maxSeen          = 2 * time.Second, 500
	campaignLife, maxCampaigns = 5 * time.Second, 50
)

// New is the handler of the public links, over the table.
func New(s *store.Store, ks *keys.Keys) http.Handler {
	sealer := seal.New(seal.Options{Rings: s, Now: time.Now}) // without KMS: it opens nothing
	return newPages(table{s, ks}, ks, sealer, time.Now, rand.Text).routes()
}

func newPages(s Store, ks *keys.Keys, sealer Sealer, now func() time.Time, digest func() string) *pages {
	return &pages{
		store: s, keys: ks, seal: sealer, now: now, digest: digest,
		seen:      recent[keys.Token, seen]{life: seenLife, maxKept: maxSeen},
		campaigns: recent[survey.CampaignID, survey.Campaign]{life: campaignLife, maxKept: maxCampaigns},
		logos:     logos{unknown: recent[string, struct{}]{life: unknownLife, maxKept: logosUnknown}},
		left:      recent[keys.Token, struct{}]{life: time.Minute, maxKept: maxSeen},
	}
}

// routes are the public pages. What each link answers:
//
//	with something stuck to it     as the link without it (keys.Path)
//	a good link                    200; GET and HEAD write nothing, POST /r/ takes the answer
//	a good ballot                  200; GET and HEAD write nothing, POST /b/ puts a person's answer into the box
//	/privacy                       200, what is kept of people, why, and for how long
//	/card                          200, where the code of a card is typed; POST leads to the card's ballot, or says that there is none such
//	/anonymity                     200, how ballots keep their answers anonymous
//	campaign closed or cancelled   410
//	forged; of no campaign here, or of somebody who was erased   404
//	a score that is none           400, nothing written
//	an answer changed too often    429 for the hour, 403 for good (survey.Response.Take); nothing written
//	respondent has unsubscribed    200 with a note: who still wants to answer may; the letters have stopped
//	/u/ after unsubscribing        200, says that it is done; also when the campaign is over
//	a test send's link             as above, writes nothing and says so
//	/logo/                         the company's logo, for its letters and every page; 404 where there is none
func (p *pages) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /r/{token}", p.show)
	mux.HandleFunc("GET /r/{token}/{score}", p.show)
	mux.HandleFunc("POST /r/{token}", p.receive)
	mux.HandleFunc("POST /r/{token}/{score}", p.receive)
	mux.HandleFunc("GET /b/{token}", p.showBallot)
	mux.HandleFunc("POST /b/{token}", p.castBallot)
	mux.HandleFunc("GET /card", p.askCard)
	mux.HandleFunc("POST /card", p.openCard)
	mux.HandleFunc("GET /anonymity", p.anonymity)
	mux.HandleFunc("GET /privacy", p.privacy)
	mux.HandleFunc("GET /u/{token}", p.askUnsubscribe)
	mux.HandleFunc("POST /u/{token}", p.unsubscribe)
	mux.HandleFunc("GET /logo/{hash}", p.logo)
	return forgiving(mux)
}

// forgiving hands a link on as the letter has it, whatever mail programs have stuck to it.
func forgiving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u := *r.URL
		if clean, ok := keys.Path(u.Path); ok {
			u.Path, u.RawPath = clean, ""
		}
		u.RawQuery = strings.ReplaceAll(u.RawQuery, "&amp;", "&")
		if u != *r.URL {
			r = r.WithContext(r.Context()) // a copy: the request is the caller's
			r.URL = &u
		}
		next.ServeHTTP(w, r)
	})
}

// visit is one request of a respondent.
type visit struct {
	token    keys.Token
	path     string // of the link, without a score: "/r/…"
	campaign survey.Campaign
	person   survey.Respondent
	lang     lang.Language
	chose    string // "?lang=…" when the reader chose the language, for the page's own links
}

// visit reads who comes by which link; check says what it has to be good for.
func (p *pages) visit(r *http.Request, prefix string, check func(string) (keys.Token, error)) (visit, error) {
	v := visit{path: prefix + r.PathValue("token")}
	var err error
	if v.token, err = check(r.PathValue("token")); err != nil {
		return v, &apperr.Error{Kind: apperr.Unknown, Code: "link_unknown", Cause: err}
	}
	switch {
	case v.token.Test: // a test send goes to the staff: there is no respondent behind it
		v.campaign, err = p.store.Campaign(r.Context(), v.token.Campaign)
	case fromLetter(r):
		v.campaign, v.person, err = p.glance(r.Context(), v.token)
	default:
		p.seen.drop(v.token)
		v.campaign, v.person, err = p.store.Visit(r.Context(), v.token.Campaign, v.token.Contact)
	}
	if err == nil && !v.token.Test && !v.person.Written {
		err = p.known(r.Context(), v.token)
	}
	if v.campaign.ID == "" {
		return v, unknownLink(err)
	}
	language, ok := lang.Parse(r.URL.Query().Get("lang"))
	if ok {
		v.chose = "?lang=" + string(language)
	} else if language, ok = lang.Parse(v.campaign.LanguageFor(v.person.Language)); !ok {
		language = lang.Default
	}
	v.lang = language
	return v, unknownLink(err)
}

// known refuses the link of somebody who was erased: of them there is no invitation any more, as of a letter that has just gone out
// there is none yet.
func (p *pages) known(ctx context.Context, t keys.Token) error {
	erased, err := p.store.Erased(ctx, t.Contact)
	if err == nil && erased {
		err = apperr.New(apperr.Unknown, "link_unknown", "")
	}
	return err
}

// glance is a visit of somebody who is only shown a page: as it was seconds ago, if this process has shown it then.
func (p *pages) glance(ctx context.Context, t keys.Token) (survey.Campaign, survey.Respondent, error) {
	now := p.now()
	if s, ok := p.seen.get(t, now); ok {
		return s.campaign, s.person, nil
	}
	c, ok := p.campaigns.get(t.Campaign, now)
	if !ok {
		var err error
		if c, err = p.store.Campaign(ctx, t.Campaign); err != nil {
			return c, survey.Respondent{}, err
		}
		p.campaigns.put(t.Campaign, c, now)
	}
	person, err := p.store.Glance(ctx, c, t.Contact)
	if err == nil {
		p.seen.put(t, seen{c, person}, now)
	}
	return c, person, err
}

// fromLetter reports whether a letter's own link is shown, which scanners do ten times as often as people: what was saved
// a moment ago may be missing on it. The page that a post leads to has no score in its path.
func fromLetter(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && (r.PathValue("score") != "" || strings.HasPrefix(r.URL.Path, "/u/"))
}

// unknownLink tells a stranger only that the link leads nowhere, whatever of it is not there.
func unknownLink(err error) error {
	if q := apperr.As(err); q != nil && q.Kind == apperr.Unknown {
		return &apperr.Error{Kind: apperr.Unknown, Code: "link_unknown", Cause: err}
	}
	return err
}

// open reports why a campaign takes no answers now, if it does not.
func (p *pages) open(v visit) error {
	if v.token.Test || v.campaign.Accepts(p.now()) {
		return nil
	}
	switch v.campaign.State {
	case survey.Draft, survey.Scheduled, survey.Planning: // no letter has gone out
		return apperr.New(apperr.Unknown, "link_unknown", "")
	}
	return apperr.New(apperr.Gone, "survey_closed", "")
}

// fail refuses in the page's language; in the browser's where the link leads to no page. A survey that is over says whose
// it was, and how to reach them.
func (v visit) fail(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case v.lang == "" || apperr.Is(err, "link_unknown"):
		web.Fail(w, r, err)
	case apperr.Is(err, "survey_closed") && !web.WantsJSON(r):
		v.page(v.lang.T("page.error_title_410"), templ.Join(v.closed(v.lang.Problem(apperr.As(err))), v.links()), nil).Write(w, r, http.StatusGone)
	default:
		web.FailIn(w, r, v.lang, err)
	}
}

// show answers GET and HEAD: the page with the link's score chosen. It writes nothing, for mail scanners open every link.
func (p *pages) show(w http.ResponseWriter, r *http.Request) {
	v, err := p.visit(r, "/r/", p.keys.Check)
	if err == nil {
		err = p.open(v)
	}
	q := r.URL.Query()
	var chosen *int
	if s := cmp.Or(r.PathValue("score"), q.Get("chosen")); err == nil && s != "" {
		chosen, err = parseScore(s)
	}
	if err != nil {
		v.fail(w, r, err)
		return
	}
	s := p.stateOf(r, v, chosen)
	s.cut, s.saved = q.Get("cut") != "", q.Get("saved") != ""
	if v.token.Test && chosen != nil && s.saved { // nothing was written, so the page remembers by its address
		s.answer = survey.Response{Score: *chosen, Verified: true, Version: 1}
	}
	s.page().Write(w, r, http.StatusOK)
}

func (p *pages) stateOf(r *http.Request, v visit, chosen *int) state {
	s := state{visit: v, chosen: chosen, digest: p.digest(), trace: p.trace(v)}
	if v.person.Response != nil {
		s.answer = *v.person.Response
	}
	s.device = p.deviceOf(r, v, s.answer)
	return s
}

// receive answers POST: the score, the words or both.
func (p *pages) receive(w http.ResponseWriter, r *http.Request) {
	v, err := p.visit(r, "/r/", p.keys.Check)
	if err == nil {
		err = p.open(v)
	}
	if err == nil {
		err = readForm(w, r)
	}
	if err != nil {
		v.fail(w, r, err)
		return
	}
	if r.PostForm.Has("look") {
		p.look(w, r, v)
		return
	}
	post, cut, err := p.postOf(v, r.PostForm)
	if err != nil {
		v.fail(w, r, err)
		return
	}
	if v.token.Test && post.Score == nil { // words of a test page: its score was never written
		if post.Score, err = parseScore(cmp.Or(r.PostForm.Get("last"), "0")); err != nil {
			v.fail(w, r, err)
			return
		}
	}
	t, err := p.apply(r.Context(), v, post)
	if err != nil {
		v.fail(w, r, err)
		return
	}
	t.cut = cut || t.cut
	may := p.deviceOf(r, v, t.before)
	may = device{why: p.after(v, may.why, post.Why, t.answer.Kept.Why), wish: p.after(v, may.wish, post.Wish, t.answer.Kept.Wish)}
	if (post.Why != nil || post.Wish != nil) && !v.token.Test {
		p.remember(w, r, v, may)
	}
	if web.WantsJSON(r) {
		web.JSON(w, http.StatusOK, t.outcome(v.lang, post, may))
		return
	}
	http.Redirect(w, r, t.next(v, post), http.StatusSeeOther)
}

// look shows the form as it was posted, in another language, and takes nothing of it.
func (p *pages) look(w http.ResponseWriter, r *http.Request, v visit) {
	var chosen *int
	if s := r.PostForm.Get("score"); s != "" {
		var err error
		if chosen, err = parseScore(s); err != nil {
			v.fail(w, r, err)
			return
		}
	}
	s := p.stateOf(r, v, chosen)
	s.typed.Why, s.typed.WhyWas = said(r.PostForm, "why"), said(r.PostForm, "why_was")
	s.typed.Wish, s.typed.WishWas = said(r.PostForm, "wish"), said(r.PostForm, "wish_was")
	s.page().Write(w, r, http.StatusOK)
}

// taken is what became of a post.
type taken struct {
	before, answer survey.Response
	asks           bool // the score that was posted is not recorded: the page did not know the answer (survey.Response.Asks)
	cut            bool // words did not fit
}

// apply makes the post part of the stored answer, and again on what is stored then if somebody else was faster.
func (p *pages) apply(ctx context.Context, v visit, post survey.Post) (taken, error) {
	post.Trace = p.trace(v)
	for range maxTries {
		before := v.person.Answer(v.campaign, v.token.Contact)
		after, changed, err := before.Apply(post, p.now())
		t := taken{before: before, answer: after, asks: before.Asks(post), cut: changed && (p.lacks(v, after.Kept.Why, post.Why) || p.lacks(v, after.Kept.Wish, post.Wish))}
		if err != nil || !changed || v.token.Test {
			return t, err
		}
		sealed, wrote, err := p.sealWords(ctx, v, after)
		if noPair(err) {
			return p.withoutWords(ctx, v, post)
		}
		if err == nil && after.Early { // before the answer, so that it never stays uncounted
			err = p.leave(ctx, v, survey.PlaceAnswer)
		}
		if err == nil && wrote {
			err = p.leave(ctx, v, survey.SealWords)
		}
		if err != nil {
			return t, fmt.Errorf("before the answer is saved: %w", err)
		}
		err = p.store.SaveResponse(ctx, sealed, before.Version)
		if err == nil && after.Early { // and after it: a process that stood still in between may have been overtaken by the sender
			err = p.leave(ctx, v, survey.PlaceAnswer)
		}
		if err == nil {
			return t, nil
		}
		if q := apperr.As(err); q == nil || q.Kind != apperr.Conflict {
			return t, fmt.Errorf("save the answer: %w", err)
		}
		if v.person, err = p.store.Respondent(ctx, v.campaign, v.token.Contact); err != nil {
			return t, err
		}
	}
	return taken{}, apperr.New(apperr.Conflict, "changed_meanwhile", "")
}

func (p *pages) leave(ctx context.Context, v visit, kind survey.ErrandKind) error {
	return p.store.Leave(ctx, survey.Errand{Kind: kind, Campaign: v.campaign.ID, Audience: v.campaign.Audience, Contact: v.token.Contact, At: p.now()})
}

// withoutWords takes the score of a post whose words cannot be sealed, and says that the words are to be sent again: page.js does so by itself.
func (p *pages) withoutWords(ctx context.Context, v visit, post survey.Post) (taken, error) {
	if post.Score != nil {
		post.Why, post.Wish, post.Digest = nil, nil, "" // of the post's digest it would be told that it was taken
		if t, err := p.apply(ctx, v, post); err != nil {
			return t, err
		}
	}
	return taken{}, apperr.New(apperr.Conflict, "words_later", "")
}

// lacks reports whether the words of a field do not end with what was said: there was no room below others.
func (p *pages) lacks(v visit, stored []survey.Part, said *string) bool {
	if said == nil {
		return false
	}
	words, _ := survey.Comment(*said)
	trace := p.trace(v)(words)
	return words != "" && !slices.ContainsFunc(stored, func(s survey.Part) bool { return s.Trace == trace })
}

// next is the page that follows a post of a browser without the script. One that asks has the posted score chosen.
func (t taken) next(v visit, post survey.Post) string {
	to, q := v.path, url.Values{}
	if v.token.Test {
		to += "/" + strconv.Itoa(t.answer.Score)
	}
	if v.chose != "" {
		q.Set("lang", string(v.lang))
	}
	if post.Why != nil || post.Wish != nil || v.token.Test {
		q.Set("saved", "1")
	}
	if t.cut {
		q.Set("cut", "1")
	}
	if t.asks {
		q.Set("chosen", strconv.Itoa(*post.Score))
	}
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	return to
}

// outcome is what the page's script gets back. A script of an older release knows no "asks" and shows the message.
type outcome struct {
	Score    int     `json:"score"`
	Verified bool    `json:"verified"`
	Version  int     `json:"version"`
	Asks     bool    `json:"asks,omitempty"` // the answer is another than the page knew, and the posted score is not recorded
	Message  string  `json:"message"`
	Cut      bool    `json:"cut,omitempty"`
	Why      *string `json:"why,omitempty"` // what the device may read
	Wish     *string `json:"wish,omitempty"`
	WhyWas   string  `json:"why_was"`
	WishWas  string  `json:"wish_was"`
}

func (t taken) outcome(l lang.Language, post survey.Post, may device) outcome {
	a := t.answer
	o := outcome{Score: a.Score, Verified: a.Verified, Version: a.Version, Asks: t.asks, Cut: t.cut, WhyWas: may.why.was, WishWas: may.wish.was}
	if may.why.may {
		o.Why = &may.why.text
	}
	if may.wish.may {
		o.Wish = &may.wish.text
	}
	switch {
	case t.cut:
		o.Message = l.T("page.cut", lang.Values{"Limit": survey.MaxComment})
	case post.Why != nil || post.Wish != nil:
		o.Message = l.T("page.thanks_words")
	case t.asks:
		o.Message = l.T("page.other_score", lang.Values{"Was": a.Score, "Score": *post.Score})
	default:
		o.Message = l.T("page.thanks_score", lang.Values{"Score": a.Score})
	}
	return o
}
