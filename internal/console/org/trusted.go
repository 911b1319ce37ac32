package org

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/org"
	"onetap/internal/survey"
	"onetap/internal/web"
)

type trustedPage struct {
	shell.Frame
	Tabs    []shell.Tab
	Roles   []shell.Option
	Days    string // as typed
	Version string
	Wrong   string
}

// trustedForm shows who may stay signed in on an own device, as it is stored or as somebody would have it.
func (d *Pages) trustedForm(r *http.Request, t survey.Trusted, version int) *trustedPage {
	p := &trustedPage{Frame: shell.NewFrame(r, "trusted.title"), Version: strconv.Itoa(version), Days: orNothing(t.Days)}
	p.Tabs = tabsOf(&p.Frame, "/settings/sign-in")
	if t.Days == 0 {
		p.Days = strconv.Itoa(survey.TrustedDays)
	}
	for _, role := range org.Roles {
		p.Roles = append(p.Roles, shell.Option{Value: string(role), Label: p.Lang.T("role." + string(role)), On: slices.Contains(t.Roles, role)})
	}
	return p
}

func (d *Pages) showTrusted(w http.ResponseWriter, r *http.Request) error {
	s := door.VisitOf(r).Company
	return shell.Show(w, r, http.StatusOK, d.trustedForm(r, s.Trusted, s.Version))
}

// saveTrusted stores the form, unless somebody else has saved settings since it was opened: then it shows the form again.
func (d *Pages) saveTrusted(w http.ResponseWriter, r *http.Request) error {
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	var t survey.Trusted
	for _, role := range r.PostForm["trusted_roles"] {
		t.Roles = append(t.Roles, survey.Role(role))
	}
	days, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("trusted_days")))
	if t.Days = days; err != nil {
		t.Days = -1 // out of range, which is what is wrong with it
	}
	if len(t.Roles) == 0 && t.Days < 1 {
		t.Days = 0
	}
	stored, err := d.Company.SaveTrusted(r.Context(), t, version)
	refusal := apperr.As(err)
	switch {
	case err == nil:
		return shell.Done(w, r, "/settings/sign-in", "trusted_saved")
	case errors.Is(err, apperr.ErrChanged):
		p := d.trustedForm(r, t, stored.Version)
		p.Error = p.Lang.T("form.stale")
		return shell.Show(w, r, http.StatusConflict, p)
	case refusal == nil:
		return err
	}
	p := d.trustedForm(r, t, version)
	p.Days, p.Wrong, p.Error = r.PostFormValue("trusted_days"), p.Lang.Problem(refusal), p.Lang.T("form.not_saved")
	return shell.Show(w, r, web.Status(refusal), p)
}
