package public

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
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
//	/d/ what was done              200, asks whether it is right now; POST takes a person's answer; 404 where nobody was told of anything
//	/u/ after unsubscribing        200, says that it is done; also when the campaign is over
//	a test send's link             as above, writes nothing and says so
//	/i/ a link handed on           200, who invites and where to go; POST counts whoever goes on, or keeps how a newcomer is reached
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
	mux.HandleFunc("GET /d/{token}", p.askDone)
	mux.HandleFunc("GET /d/{token}/{said}", p.askDone)
	mux.HandleFunc("POST /d/{token}", p.sayDone)
	mux.HandleFunc("GET /u/{token}", p.askUnsubscribe)
	mux.HandleFunc("POST /u/{token}", p.unsubscribe)
	mux.HandleFunc("GET /i/{link}", p.showInvite)
	mux.HandleFunc("POST /i/{link}", p.takeInvite)
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
	quote    survey.Quote
	handed   survey.Recommendation // the link to hand on, once it is taken
	toHand   string                // its address; "": none is offered
	chose    string                // "?lang=…" when the reader chose the language, for the page's own links
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
		err = p.quotes(r, &v)
	}
	if err == nil {
		err = p.recommendation(r, &v)
	}
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
	s.cut, s.saved, s.quoted = q.Get("cut") != "", q.Get("saved") != "" || q.Get("quote") != "", q.Get("quote") != ""
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
		closed := p.open(v)
		if err = readForm(w, r); closed != nil && (err != nil || !r.PostForm.Has("quote")) {
			err = closed
		}
	}
	if err != nil {
		v.fail(w, r, err)
		return
	}
	if r.PostForm.Has("quote") {
		if err := p.receiveQuote(w, r, v); err != nil {
			v.fail(w, r, err)
		}
		return
	}
	if r.PostForm.Has("recommend") {
		if err := p.takeLink(w, r, v); err != nil {
			v.fail(w, r, err)
		}
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
