package org

import (
	"net/http"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// lawPath is the page that says what data are kept for, and by what right.
const lawPath = "/settings/people/grounds"

type lawPage struct {
	shell.Frame
	Tabs            []shell.Tab
	Version         string
	Controller      string
	ControllerWrong string
	Audiences       []lawAudience
}

type lawAudience struct {
	Audience, Label, Purpose, Usual, Wrong, Page string
	Bases                                        []shell.Option
}

// lawForm shows what is said, as it is stored or as somebody would have it.
func (d *Pages) lawForm(r *http.Request, said survey.Privacy) *lawPage {
	p := &lawPage{Frame: shell.NewFrame(r, "law.title"), Version: strconv.Itoa(said.Version), Controller: said.Controller}
	p.Tabs = tabsOf(&p.Frame, "/settings/people")
	for _, a := range survey.Audiences {
		g := said.Grounds[a]
		one := lawAudience{
			Audience: string(a), Label: p.Lang.T("contacts.audience." + string(a)), Purpose: g.Purpose, Usual: p.Lang.T("privacy.purpose." + string(a)),
			Page: d.Addresses.LinksOf(r) + "/privacy?lang=" + string(p.Lang) + "&of=" + string(a),
		}
		one.Bases = []shell.Option{{Value: "", Label: p.Lang.T("law.unsaid"), On: g.Basis == survey.BasisUnsaid}}
		for _, b := range survey.Bases {
			one.Bases = append(one.Bases, shell.Option{Value: string(b), Label: p.Lang.T("law.basis." + string(b)), On: b == g.Basis})
		}
		p.Audiences = append(p.Audiences, one)
	}
	return p
}

func (d *Pages) showLaw(w http.ResponseWriter, r *http.Request) error {
	said, err := d.Disclosure.Said(r.Context())
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, d.lawForm(r, said))
}

// saveLaw stores the form, unless somebody else has since it was opened.
func (d *Pages) saveLaw(w http.ResponseWriter, r *http.Request) error {
	typed := survey.Privacy{Controller: strings.TrimSpace(r.PostFormValue("controller")), Grounds: map[survey.Audience]survey.Ground{}}
	for _, a := range survey.Audiences {
		g := survey.Ground{Purpose: strings.TrimSpace(r.PostFormValue("purpose_" + string(a))), Basis: survey.Basis(r.PostFormValue("basis_" + string(a)))}
		if g != (survey.Ground{}) {
			typed.Grounds[a] = g
		}
	}
	typed.Version, _ = strconv.Atoi(r.PostFormValue("version"))
	err := d.Disclosure.Say(r.Context(), typed.Controller, typed.Grounds, typed.Version)
	refusal := apperr.As(err)
	switch {
	case err == nil:
		return shell.Done(w, r, lawPath, "law_saved")
	case refusal == nil:
		return err
	}
	said, err := d.Disclosure.Said(r.Context())
	if err != nil {
		return err
	}
	typed.Version = said.Version // whoever saves again has been told
	p := d.lawForm(r, typed)
	p.Error = p.Lang.T("form.not_saved")
	if refusal.Code == "changed_meanwhile" {
		p.Error = p.Lang.T("form.stale")
	}
	if refusal.Where == "controller" {
		p.ControllerWrong = p.Lang.Problem(refusal)
	}
	for n := range p.Audiences {
		if a := &p.Audiences[n]; strings.HasSuffix(refusal.Where, "_"+a.Audience) {
			a.Wrong = p.Lang.Problem(refusal)
		}
	}
	return shell.Show(w, r, web.Status(refusal), p)
}
