package public

import (
	_ "embed"
	"net/http"

	"github.com/a-h/templ"

	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/web"
	"onetap/internal/wording"
)

//go:embed page.js
var script string

//go:embed quote.js
var quoteScript string

//go:embed rate.js
var rateScript string

//go:embed rate.css
var rateStyle string

// asking is the script where promoters are asked whether they may be quoted, or offered a link to hand on; rating that where touchpoints are asked of.
var (
	pageScript, asking   = web.Script(script), web.Script(script + quoteScript)
	rating, ratingAsking = web.Script(script + rateScript), web.Script(script + rateScript + quoteScript)
	rates                = web.Script(rateStyle)
)

// write answers with a page that offers the other languages.
func (v visit) write(w http.ResponseWriter, r *http.Request, title string, body templ.Component) {
	v.page(title, templ.Join(body, v.links()), nil).Write(w, r, http.StatusOK)
}

func (v visit) page(title string, body templ.Component, script *web.Inline) web.Page {
	return web.Page{Lang: v.lang, Title: title, Script: script, Brand: v.campaign.Brand.Colour, Body: v.around(body)}
}

// reach says how to reach the company.
func (v visit) reach() string {
	from, err := survey.ReadSender(v.campaign.Sender)
	switch {
	case v.campaign.Contact != "":
		return v.lang.T("page.reach", lang.Values{"Contact": v.campaign.Contact})
	case err == nil && from.Address != "":
		return v.lang.T("page.reach_address", lang.Values{"Address": from.Address})
	}
	return v.lang.T("page.reach_reply")
}

// others are the campaign's other languages.
func (v visit) others() (all []lang.Language) {
	for _, l := range lang.All() {
		if l != v.lang && v.campaign.Speaks(string(l)) {
			all = append(all, l)
		}
	}
	return all
}

// state is what the survey page shows.
type state struct {
	visit
	answer survey.Response // version 0 before the first post
	chosen *int            // the score of the link or of the form; nil: that of the answer
	digest string
	saved  bool // words have just been saved without the script
	cut    bool // and were cut
	quoted bool // whether the comment may be quoted has just been said
	device device
	typed  survey.Post // words of a form that is shown again without having been sent
	trace  func(words string) string
}

// screen is the page without its script, as the server makes it. A scanner's score is nobody's: it is never chosen.
func (s state) screen() screen {
	x := screen{chosen: s.chosen, thanked: s.saved && !s.token.Test, cut: s.cut}
	if s.answer.Verified {
		x.recorded = &s.answer.Score
	}
	if x.chosen == nil {
		x.chosen = x.recorded
	}
	return x
}

// page is the survey's; see form.
func (s state) page() web.Page {
	texts, x := wording.WithoutName(s.campaign, s.lang), s.screen()
	runs, asks := pageScript, asking
	if len(s.campaign.Touchpoints) > 0 {
		runs, asks = rating, ratingAsking
	}
	if s.campaign.AsksQuotes() || s.campaign.Recommends() {
		runs = asks
	}
	p := s.visit.page(texts.Question, s.form(texts, x.chosen, x.lines(s.lang)), runs)
	if len(s.campaign.Touchpoints) > 0 {
		p.Style = rates
	}
	return p
}

// field is what a field shows, and the trace of what of it is stored. Words that somebody was typing stay, with what they
// were typed over.
func field(stored words, typed, typedWas *string, trace func(string) string) (text, was string) {
	if typed != nil && typedWas != nil && *typedWas != trace(*typed) {
		return *typed, *typedWas
	}
	return stored.text, stored.was
}

// links offer the page in the campaign's other languages.
func (v visit) links() templ.Component { return otherwise("?lang=", v.others()) }
