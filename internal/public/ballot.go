package public

import (
	"context"
	_ "embed"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/keys"
	"onetap/internal/lang"
	"onetap/internal/seal"
	"onetap/internal/survey"
	"onetap/internal/web"
	"onetap/internal/wording"
)

// Sealer seals to a campaign's key. Nobody here can open what it returns.
type Sealer interface {
	SealTo(ctx context.Context, p seal.Purpose, at seal.Place, text []byte) ([]byte, error)
}

// maxCasts is how often the answer of one ballot may be given anew: each time is a write.
const maxCasts = 200

// scoreCookie keeps the score on the device, until its browser is closed: the server cannot tell it. Its path is the link's.
const scoreCookie = "onetap-score"

//go:embed ballot.js
var ballotSource string

var ballotScript = web.Script(ballotSource)

// paper is one request by a ballot. There is nobody behind it.
type paper struct {
	visit
	ballot keys.Ballot
}

// paper reads what a ballot's link leads to: its campaign, and nothing else.
func (p *pages) paper(r *http.Request) (v paper, err error) {
	v.path = "/b/" + r.PathValue("token")
	if v.ballot, err = p.keys.CheckBallot(r.PathValue("token")); err != nil {
		return v, &apperr.Error{Kind: apperr.Unknown, Code: "link_unknown", Cause: err}
	}
	v.token.Test = v.ballot.Test
	shown := r.Method == http.MethodGet || r.Method == http.MethodHead
	known := false
	if v.campaign, known = p.campaigns.get(v.ballot.Campaign, p.now()); !known || !shown {
		if v.campaign, err = p.store.Campaign(r.Context(), v.ballot.Campaign); err != nil {
			return v, unknownLink(err)
		}
		p.campaigns.put(v.ballot.Campaign, v.campaign, p.now())
	}
	language, ok := lang.Parse(r.URL.Query().Get("lang"))
	if ok {
		v.chose = "?lang=" + string(language)
	} else if language, ok = lang.Parse(v.campaign.Language); !ok {
		language = lang.Default
	}
	v.lang = language
	if !v.campaign.Ballots && !v.ballot.Test {
		return v, apperr.New(apperr.Unknown, "link_unknown", "")
	}
	return v, p.open(v.visit)
}

// box is what the page of a ballot shows.
type box struct {
	paper
	score     *int // as this device has given it; nil: it does not know
	saved     bool // just now
	cut       bool // words did not fit
	questions survey.Wording
}

// showBallot answers GET and HEAD. It writes nothing, and what was answered it cannot know.
func (p *pages) showBallot(w http.ResponseWriter, r *http.Request) {
	v, err := p.paper(r)
	if err != nil {
		v.fail(w, r, err)
		return
	}
	q := r.URL.Query()
	b := box{paper: v, saved: q.Get("saved") != "", cut: q.Get("cut") != "", questions: wording.WithoutName(v.campaign, v.lang)}
	if c, err := r.Cookie(scoreCookie); err == nil {
		b.score, _ = parseScore(c.Value)
	}
	v.page(b.questions.Question, b.form(), ballotScript).Write(w, r, http.StatusOK)
}

// castBallot answers POST: score and words together, sealed, in place of what the ballot has said before. What no person has sent
// is answered and not kept.
func (p *pages) castBallot(w http.ResponseWriter, r *http.Request) {
	v, err := p.paper(r)
	if err == nil {
		err = readForm(w, r)
	}
	if err != nil {
		v.fail(w, r, err)
		return
	}
	gesture := survey.Gesture(r.PostForm.Get("gesture"))
	switch gesture {
	case survey.ByButton, survey.ByGesture, survey.ByScript:
	default:
		v.fail(w, r, apperr.New(apperr.Invalid, "gesture_unknown", "gesture"))
		return
	}
	score := r.PostForm.Get("score")
	if score == "" {
		v.fail(w, r, apperr.New(apperr.Invalid, "score_missing", "score"))
		return
	}
	given, err := parseScore(score)
	if err != nil {
		v.fail(w, r, err)
		return
	}
	a, cut := answerOf(v.ballot.Cell, *given, r.PostForm)
	kept := gesture != survey.ByScript && !v.ballot.Test
	if kept {
		if err := p.cast(r.Context(), v.ballot, a); err != nil {
			v.fail(w, r, err)
			return
		}
	}
	if gesture == survey.ByScript {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: scoreCookie, Value: strconv.Itoa(*given), Path: v.path,
		HttpOnly: true, Secure: r.Header.Get("X-Forwarded-Proto") == "https", SameSite: http.SameSiteLaxMode,
	})
	to := url.Values{"saved": {"1"}}
	if v.chose != "" {
		to.Set("lang", string(v.lang))
	}
	if cut {
		to.Set("cut", "1")
	}
	http.Redirect(w, r, v.path+"?"+to.Encode(), http.StatusSeeOther)
}

// answerOf reads an answer from its form; cut reports whether words had no room.
func answerOf(cell ballot.Number, score int, form url.Values) (a ballot.Answer, cut bool) {
	why, long := survey.Comment(form.Get("why"))
	wish, longer := survey.Comment(form.Get("wish"))
	a, cut = ballot.Answer{Cell: cell, Score: score, Why: why, Wish: wish}.Fit()
	return a, cut || long || longer
}

// cast puts an answer into the box. Of two devices at once the last one's stays.
func (p *pages) cast(ctx context.Context, b keys.Ballot, a ballot.Answer) error {
	name := p.keys.Box(b)
	sealed, err := p.seal.SealTo(ctx, seal.Ballots.Of(string(b.Campaign)), p.store.BallotPlace(b.Campaign, name), a.Plain())
	if err != nil {
		return err
	}
	for range maxTries {
		was, err := p.store.Ballot(ctx, b.Campaign, name)
		switch {
		case err != nil:
			return err
		case was >= maxCasts:
			return apperr.New(apperr.Forbidden, "answer_final", "", "Limit", maxCasts)
		}
		err = p.store.PutBallot(ctx, b.Campaign, ballot.Cast{Box: name, Sealed: sealed}, was)
		if !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return apperr.New(apperr.Conflict, "changed_meanwhile", "")
}
