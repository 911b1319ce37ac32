package public

import (
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// The answers to whether somebody may be quoted, as the form sends them.
const (
	quoteNamed   = "named"
	quoteUnnamed = "unnamed"
	quoteNot     = "withdraw"
)

// quotes reads what the person has said of being quoted, where the campaign asks it.
func (p *pages) quotes(r *http.Request, v *visit) error {
	if !v.campaign.AsksQuotes() || v.token.Test || v.person.Response == nil || !v.person.Response.Verified {
		return nil
	}
	var err error
	v.quote, err = p.store.Quote(r.Context(), v.campaign.ID, v.token.Contact)
	return err
}

// receiveQuote answers the form that asks whether somebody may be quoted. Only a post that says that a button was pressed is anybody's will, and only of a person who has
// answered: as with a score. What was said can be taken back after the survey, too.
func (p *pages) receiveQuote(w http.ResponseWriter, r *http.Request, v visit) error {
	said := r.PostForm.Get("quote")
	if err := p.open(v); err != nil && said != quoteNot {
		return err
	}
	if survey.Gesture(r.PostForm.Get("gesture")) != survey.ByButton || said != quoteNamed && said != quoteUnnamed && said != quoteNot {
		return apperr.New(apperr.Invalid, "quote_unsaid", "quote")
	}
	if err := p.quotes(r, &v); err != nil {
		return err
	}
	q, now := v.quote, p.now().UTC()
	switch {
	case said == quoteNot && !q.Given():
	case said == quoteNot:
		q.Withdrawn = now
	case !v.campaign.AsksQuotes() || v.person.Response == nil || !v.person.Response.Quotable():
		return apperr.New(apperr.Conflict, "quote_not_now", "quote")
	default:
		words := v.person.Response.Words()
		if named := said == quoteNamed; !q.Given() || q.Named != named || q.Words != words {
			q = survey.Quote{
				Named: named, Wording: v.lang.T("quote.ask") + " " + v.lang.T("quote."+said), Language: string(v.lang), Words: words, At: now,
			}
		}
	}
	if q != v.quote && !v.token.Test {
		if err := p.store.PutQuote(r.Context(), v.campaign.ID, v.token.Contact, q); err != nil {
			return err
		}
	}
	to := v.path + "?quote=1"
	if v.chose != "" {
		to = v.path + v.chose + "&quote=1"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// quoteSays is what stands of it: "" where nothing was said, or it is about other words.
func (v visit) quoteSays(l lang.Language) string {
	switch q := v.quote; {
	case q.At.IsZero():
		return ""
	case !q.Given():
		return l.T("quote.withdrawn")
	case v.person.Response == nil || !q.Of(*v.person.Response):
		return ""
	case q.Named:
		return l.T("quote.given_named")
	}
	return l.T("quote.given_unnamed")
}
