package main

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"onetap/internal/lang"
	"onetap/internal/link"
	"onetap/internal/nps"
	"onetap/internal/problem"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// maxBody is the largest form that is read, in bytes. Two comments of 100 KB fit in whatever script they are written:
// a form's encoding makes three bytes of each byte that is not ASCII.
const maxBody = 1 << 20

// maxTries is how often an answer is applied again when somebody else changed it meanwhile (two tabs, one link).
const maxTries = 5

// pages answers the public links.
type pages struct {
	store  Store
	keys   *link.Keys
	now    func() time.Time
	digest func() string // random, for the forms

	// What a letter's links have shown a moment ago, and the campaigns behind them. Pages that were posted to read anew.
	seen      recent[link.Token, seen]
	campaigns recent[survey.CampaignID, survey.Campaign]
	logos     logos
	left      recent[link.Token, struct{}] // who has unsubscribed here a moment ago
}

// seen is what was read for a link.
type seen struct {
	campaign survey.Campaign
	person   survey.Respondent
}

// How long a process shows what it has read before, and of how many.
const (
	seenLife, seenMost         = 2 * time.Second, 500
	campaignLife, campaignMost = 5 * time.Second, 50
)

func newPages(s Store, keys *link.Keys, now func() time.Time, digest func() string) *pages {
	return &pages{store: s, keys: keys, now: now, digest: digest,
		seen:      recent[link.Token, seen]{life: seenLife, most: seenMost},
		campaigns: recent[survey.CampaignID, survey.Campaign]{life: campaignLife, most: campaignMost},
		logos:     logos{unknown: recent[string, struct{}]{life: unknownLife, most: logosUnknown}},
		left:      recent[link.Token, struct{}]{life: time.Minute, most: seenMost}}
}

// routes are the public pages. What each link answers:
//
//	with something stuck to it     as the link without it (link.Path)
//	a good link                    200; GET and HEAD write nothing, POST /r/ takes the answer
//	campaign closed or cancelled   410
//	forged; or of no campaign or contact here   404
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
	mux.HandleFunc("POST /r/{token}", p.take)
	mux.HandleFunc("POST /r/{token}/{score}", p.take)
	mux.HandleFunc("GET /u/{token}", p.askUnsubscribe)
	mux.HandleFunc("POST /u/{token}", p.unsubscribe)
	mux.HandleFunc("GET /logo/{hash}", p.logo)
	return forgiving(mux)
}

// forgiving hands a link on as the letter has it, whatever mail programs have stuck to it.
func forgiving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u := *r.URL
		if clean, ok := link.Path(u.Path); ok {
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
	token    link.Token
	path     string // of the link, without a score: "/r/…"
	campaign survey.Campaign
	person   survey.Respondent
	lang     lang.Language
	chose    string // "?lang=…" when the reader chose the language, for the page's own links
}

// visit reads who comes by which link; check says what it has to be good for.
func (p *pages) visit(r *http.Request, prefix string, check func(string) (link.Token, error)) (visit, error) {
	v := visit{path: prefix + r.PathValue("token")}
	var err error
	if v.token, err = check(r.PathValue("token")); err != nil {
		return v, &problem.Error{Kind: problem.Unknown, Code: "link_unknown", Cause: err}
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

// glance is a visit of somebody who is only shown a page: as it was seconds ago, if this process has shown it then.
func (p *pages) glance(ctx context.Context, t link.Token) (survey.Campaign, survey.Respondent, error) {
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
	if q := problem.As(err); q != nil && q.Kind == problem.Unknown {
		return &problem.Error{Kind: problem.Unknown, Code: "link_unknown", Cause: err}
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
		return problem.New(problem.Unknown, "link_unknown", "")
	}
	return problem.New(problem.Gone, "survey_closed", "")
}

// show answers GET and HEAD: the page with the link's score chosen. It writes nothing, for mail scanners open every link.
func (p *pages) show(w http.ResponseWriter, r *http.Request) {
	v, err := p.visit(r, "/r/", p.keys.Check)
	if err == nil {
		err = p.open(v)
	}
	var chosen *int
	if s := r.PathValue("score"); err == nil && s != "" {
		chosen, err = parseScore(s)
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	q := r.URL.Query()
	state := state{visit: v, chosen: chosen, digest: p.digest(), cut: q.Get("cut") != "", saved: q.Get("saved") != ""}
	if v.person.Response != nil {
		state.answer = *v.person.Response
	}
	if v.token.Test && chosen != nil && q.Get("saved") != "" { // nothing was written, so the page remembers by its address
		state.answer = survey.Response{Score: *chosen, Verified: true, Version: 1}
	}
	state.page().Write(w, http.StatusOK)
}

// take answers POST: the score, the words or both.
func (p *pages) take(w http.ResponseWriter, r *http.Request) {
	v, err := p.visit(r, "/r/", p.keys.Check)
	if err == nil {
		err = p.open(v)
	}
	if err == nil {
		err = readForm(w, r)
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	post, cut, err := postOf(r.PostForm)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	answer, err := p.apply(r.Context(), v, post)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	if web.WantsJSON(r) {
		web.JSON(w, http.StatusOK, taken(v.lang, answer, post, cut))
		return
	}
	to := v.path
	if v.token.Test {
		to += "/" + strconv.Itoa(answer.Score)
	}
	q := url.Values{}
	if v.chose != "" {
		q.Set("lang", string(v.lang))
	}
	if post.Why != nil || post.Wish != nil || v.token.Test {
		q.Set("saved", "1")
	}
	if cut {
		q.Set("cut", "1")
	}
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// apply makes the post part of the stored answer, and again on what is stored then if somebody else was faster.
func (p *pages) apply(ctx context.Context, v visit, post survey.Post) (survey.Response, error) {
	for range maxTries {
		before := v.person.Answer(v.campaign, v.token.Contact)
		if v.token.Test && before.Version == 0 && post.Score == nil {
			post.Score = new(int) // words of a test page: its score was never written
		}
		after, changed, err := before.Take(post, p.now())
		if err != nil || !changed || v.token.Test {
			return after, err
		}
		err = p.store.SaveResponse(ctx, after, before.Version)
		if err == nil {
			return after, nil
		}
		if q := problem.As(err); q == nil || q.Kind != problem.Conflict {
			return after, fmt.Errorf("save the answer: %w", err)
		}
		if v.person, err = p.store.Respondent(ctx, v.campaign, v.token.Contact); err != nil {
			return after, err
		}
	}
	return survey.Response{}, problem.New(problem.Conflict, "changed_meanwhile", "")
}

// outcome is what the page's script gets back.
type outcome struct {
	Score    int    `json:"score"`
	Verified bool   `json:"verified"`
	Message  string `json:"message"`
	Cut      bool   `json:"cut,omitempty"`
	WhyWas   string `json:"why_was"`
	WishWas  string `json:"wish_was"`
}

func taken(l lang.Language, a survey.Response, post survey.Post, cut bool) outcome {
	o := outcome{Score: a.Score, Verified: a.Verified, Cut: cut, WhyWas: trace(a.Why), WishWas: trace(a.Wish)}
	switch {
	case cut:
		o.Message = l.T("page.cut", lang.Values{"Limit": survey.MaxComment})
	case post.Why != nil || post.Wish != nil:
		o.Message = l.T("page.thanks_words")
	default:
		o.Message = l.T("page.thanks_score", lang.Values{"Score": a.Score})
	}
	return o
}

// readForm parses a form, as browsers and mail programs post it, of at most maxBody bytes.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && media == "multipart/form-data":
		err = r.ParseMultipartForm(maxBody)
	case err == nil && media == "application/x-www-form-urlencoded":
		err = r.ParseForm()
	default:
		return problem.New(problem.Unsupported, "form_wanted", "Content-Type")
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return problem.New(problem.TooLarge, "body_too_large", "", "Limit", maxBody)
	}
	if err != nil {
		return &problem.Error{Kind: problem.Invalid, Code: "body_unreadable", Cause: err}
	}
	return nil
}

var digestForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// postOf reads a post from its form. Words that still are what the page showed are not said anew: an old tab does not
// write over what another tab has saved since.
func postOf(form url.Values) (post survey.Post, cut bool, err error) {
	post.Gesture = survey.Gesture(form.Get("gesture"))
	if d := form.Get("digest"); digestForm.MatchString(d) {
		post.Digest = d
	}
	if s := form.Get("score"); s != "" || !form.Has("why") && !form.Has("wish") {
		if s == "" {
			return post, false, problem.New(problem.Invalid, "score_missing", "score")
		}
		if post.Score, err = parseScore(s); err != nil {
			return post, false, err
		}
	}
	for _, f := range []struct {
		name string
		to   **string
	}{{"why", &post.Why}, {"wish", &post.Wish}} {
		if !form.Has(f.name) {
			continue
		}
		words, long := survey.Comment(form.Get(f.name))
		if was := form.Get(f.name + "_was"); was == trace(words) {
			continue
		}
		*f.to = &words
		cut = cut || long
	}
	return post, cut, nil
}

// trace tells whether words are the same as those a page showed; it need not be hard to forge.
func trace(words string) string {
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(words))), 16)
}

func parseScore(s string) (*int, error) {
	score, err := nps.ParseScore(s)
	if err != nil {
		return nil, problem.New(problem.Invalid, "score_out_of_range", "score", "Max", int(nps.MaxScore))
	}
	n := int(score)
	return &n, nil
}
