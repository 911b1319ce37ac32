package public

import (
	"cmp"
	"net/http"

	"github.com/a-h/templ"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/web"
	"onetap/internal/wording"
)

// told is the language that a page for everybody is asked for in.
func told(r *http.Request) lang.Language {
	l := web.Language(r)
	if chosen, ok := lang.Parse(r.URL.Query().Get("lang")); ok {
		l = chosen
	}
	return l
}

// privacy says, to whoever asks, what is kept of people, why, on what ground and for how long: rights.Disclosure has written it.
func (p *pages) privacy(w http.ResponseWriter, r *http.Request) {
	l, of := told(r), survey.Audience(cmp.Or(r.URL.Query().Get("of"), string(survey.Customers)))
	all, err := p.store.Disclosed(r.Context(), of, string(l))
	if err == nil && !of.Valid() {
		err = apperr.New(apperr.Unknown, "link_unknown", "")
	}
	if err != nil {
		visit{lang: l}.fail(w, r, err)
		return
	}
	if all == nil { // the clock has not come yet in this deployment, whose company cannot have said much: what holds without that
		all = wording.Disclosed(l, of, survey.Privacy{}, survey.Settings{})
	}
	explain(w, r, l, "privacy.title", all, "?of="+string(of)+"&lang=")
}

// anonymity says, to whoever asks, how answers of employees stay anonymous.
func (p *pages) anonymity(w http.ResponseWriter, r *http.Request) {
	l := told(r)
	var all []survey.Section
	for _, part := range []string{"link", "paper", "box", "opening", "groups", "who", "not"} {
		part = "anonymity." + part
		all = append(all, survey.Section{Title: l.T(part + "_title"), Text: l.T(part, lang.Values{"Least": ballot.Least, "Words": ballot.LeastWords})})
	}
	explain(w, r, l, "anonymity.title", all, "?lang=")
}

func explain(w http.ResponseWriter, r *http.Request, l lang.Language, title string, all []survey.Section, query string) {
	title = l.T(title)
	web.Page{Lang: l, Title: title, Body: templ.Join(sectionsPage(title, all), otherwise(query, visit{lang: l}.others()))}.Write(w, r, http.StatusOK)
}
