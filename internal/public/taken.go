package public

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

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
