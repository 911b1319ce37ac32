package public

import (
	"net/http"

	"onetap/internal/ballot"
	"onetap/internal/keys"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// maxCodes is how many codes of cards are tried within an hour, by everybody together. Of 10^11 codes a guesser meets one of a thousand
// cards once in 19 years.
const maxCodes = 600

// askCard answers GET: one field.
func (p *pages) askCard(w http.ResponseWriter, r *http.Request) { p.card(w, r, http.StatusOK, "") }

// openCard leads to the ballot of a card, as its QR does. It writes nothing but that a code was tried.
func (p *pages) openCard(w http.ResponseWriter, r *http.Request) {
	code, ok := keys.ReadCode(r.PostFormValue("code")) // what is no form has no code
	if !ok {                                           // a digit is missing or wrong
		p.card(w, r, http.StatusBadRequest, "card.wrong")
		return
	}
	c, ok := survey.Card{}, false
	may, err := p.store.Try(r.Context(), "cards", maxCodes, p.now())
	if err == nil && may {
		c, ok, err = p.store.Card(r.Context(), p.keys.CodeHash(code))
	}
	switch {
	case err != nil:
		web.Fail(w, r, err)
	case !may:
		p.card(w, r, http.StatusTooManyRequests, "card.many")
	case !ok:
		p.card(w, r, http.StatusNotFound, "card.unknown")
	default:
		b := p.keys.MakeBallot(p.keys.OfCode(c.Campaign, ballot.Number(c.Cell), code))
		http.Redirect(w, r, "/b/"+b+"?lang="+string(told(r)), http.StatusSeeOther)
	}
}

// card shows the field, and with id what was wrong.
func (p *pages) card(w http.ResponseWriter, r *http.Request, status int, id string) {
	l, wrong := told(r), ""
	if id != "" {
		wrong = l.T(id)
	}
	web.Page{Lang: l, Title: l.T("card.title"), Body: cardPage(l, wrong)}.Write(w, r, status)
}
