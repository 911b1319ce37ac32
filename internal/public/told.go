package public

import (
	_ "embed"
	"errors"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"onetap/internal/apperr"
	"onetap/internal/survey"
	"onetap/internal/web"
)

//go:embed told.js
var toldScript string

var toldPage = web.Script(toldScript)

// askDone answers GET: whether what was done is right now, with the link's answer chosen. It writes nothing, for mail scanners open every link.
func (p *pages) askDone(w http.ResponseWriter, r *http.Request) {
	v, told, err := p.told(r)
	chosen := survey.Righted(r.PathValue("said"))
	if err == nil && chosen != "" && !slices.Contains(survey.RightedAll, chosen) {
		err = apperr.New(apperr.Unknown, "link_unknown", "")
	}
	if err != nil {
		v.fail(w, r, err)
		return
	}
	v.page(v.lang.T("told.page_title"), templ.Join(v.righted(chosen, told.Said), v.links()), toldPage).Write(w, r, http.StatusOK)
}

// sayDone answers POST: the page's buttons. The same again writes nothing.
func (p *pages) sayDone(w http.ResponseWriter, r *http.Request) {
	v, told, err := p.told(r)
	if err == nil {
		err = readForm(w, r)
	}
	said := survey.Righted("")
	if err == nil {
		if said = survey.Righted(r.PostForm.Get("said")); !slices.Contains(survey.RightedAll, said) {
			err = apperr.New(apperr.Invalid, "told_unsaid", "said")
		}
	}
	if err == nil && said != told.Said {
		told.Said, told.SaidAt = said, p.now().UTC()
		if err = p.store.SaveTold(r.Context(), told); errors.Is(err, apperr.ErrChanged) {
			err = apperr.New(apperr.Conflict, "changed_meanwhile", "")
		}
	}
	if err != nil {
		v.fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.path+v.chose, http.StatusSeeOther)
}

// told is who comes by a link of the letter that says what was done, and what they have said to it. Problem besides those of visit: told_nothing.
func (p *pages) told(r *http.Request) (visit, survey.Told, error) {
	v, err := p.visit(r, "/d/", p.keys.Check)
	if err != nil {
		return v, survey.Told{}, err
	}
	told, ok, err := p.store.Told(r.Context(), v.token.Campaign, v.token.Contact)
	if err == nil && !ok {
		err = apperr.New(apperr.Unknown, "told_nothing", "")
	}
	return v, told, err
}
