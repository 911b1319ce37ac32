package org

import (
	"net/http"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/rights"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// retentionPath is the page that says for how long data are kept.
const retentionPath = "/settings/people/retention"

type retentionPage struct {
	shell.Frame
	Tabs    []shell.Tab
	Months  []monthsField
	Version string
	State   string       // what happens, and when
	Goes    []shell.Fact // what the next time would delete; nil: it is not counted
	Counted string       // the version of the run that is shown
	MayOn   bool
	On      bool
	Past    []retentionPast
}

type monthsField struct{ Name, Label, Hint, Value, Wrong string }

type retentionPast struct {
	When string
	Went []shell.Fact
}

// retentionFields are the fields of the form, and what they are in the rules.
func retentionFields(r *survey.Retention) []struct {
	name string
	to   *int
} {
	return []struct {
		name string
		to   *int
	}{{"comments", &r.Comments}, {"contacts", &r.Contacts}, {"cases", &r.Cases}, {"audit", &r.Audit}, {"sign_ins", &r.SignIns}}
}

// retentionForm shows for how long data are kept, and what would go.
func (d *Pages) retentionForm(r *http.Request) (*retentionPage, rights.Keeping, error) {
	p := &retentionPage{Frame: shell.NewFrame(r, "retention.title")}
	p.Tabs = tabsOf(&p.Frame, "/settings/people")
	k, err := d.Retention.Kept(r.Context())
	if err != nil {
		return nil, k, err
	}
	p.Version, p.On, p.Counted = strconv.Itoa(k.Version), k.On, strconv.Itoa(k.Run.Version)
	for _, f := range retentionFields(&k.Rules) {
		p.Months = append(p.Months, monthsField{Name: f.name, Label: p.Lang.T("retention." + f.name), Hint: p.Lang.T("retention." + f.name + "_hint"), Value: strconv.Itoa(*f.to)})
	}
	due := lang.Values{"When": p.Lang.Date(k.Run.Due.In(p.Zone))}
	switch {
	case !k.Said:
		p.State = p.Lang.T("retention.unsaid")
	case !k.Counted:
		p.State = p.Lang.T("retention.counting")
	case k.Run.Stage == survey.RetentionDeleting:
		p.State = p.Lang.T("retention.deleting")
	case k.On:
		p.State = p.Lang.T("retention.on", due)
	default:
		p.State, p.MayOn = p.Lang.T("retention.off", due), true
	}
	if k.Counted {
		p.Goes = p.went(k.Run.Counted)
	}
	for _, past := range k.Run.Past {
		p.Past = append(p.Past, retentionPast{p.Lang.Date(past.At.In(p.Zone)), p.went(past.Sum)})
	}
	return p, k, nil
}

func (p *retentionPage) went(s survey.RetentionSum) (all []shell.Fact) {
	for _, f := range []struct {
		id string
		n  int
	}{{"comments", s.Comments}, {"contacts", s.Contacts}, {"cases", s.Cases}, {"audit", s.Audit}} {
		all = append(all, shell.Fact{Label: p.Lang.T("retention.went." + f.id), Text: p.Lang.Number(int64(f.n))})
	}
	return all
}

func (d *Pages) showRetention(w http.ResponseWriter, r *http.Request) error {
	p, _, err := d.retentionForm(r)
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// saveRetention changes for how long data are kept; nothing goes by it before somebody has seen what would.
func (d *Pages) saveRetention(w http.ResponseWriter, r *http.Request) error {
	var rules survey.Retention
	var refusal *apperr.Error
	for _, f := range retentionFields(&rules) {
		n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue(f.name)))
		if *f.to = n; err != nil && refusal == nil {
			refusal = apperr.New(apperr.Invalid, "whole_number", f.name)
		}
	}
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	var err error
	if refusal == nil {
		err = d.Retention.Say(r.Context(), rules, version)
		refusal = apperr.As(err)
	}
	switch {
	case err == nil && refusal == nil:
		return shell.Done(w, r, retentionPath, "retention_saved")
	case refusal == nil:
		return err
	}
	p, _, err := d.retentionForm(r)
	if err != nil {
		return err
	}
	p.Error = p.Lang.T("form.not_saved")
	if refusal.Code == "changed_meanwhile" {
		p.Error = p.Lang.T("form.stale")
	}
	for n := range p.Months {
		m := &p.Months[n]
		if m.Value = r.PostFormValue(m.Name); m.Name == refusal.Where {
			m.Wrong = p.Lang.Problem(refusal)
		}
	}
	return shell.Show(w, r, web.Status(refusal), p)
}

// switchRetention switches the deleting on, for who has seen what would go, or off.
func (d *Pages) switchRetention(w http.ResponseWriter, r *http.Request) error {
	on := r.PostFormValue("on") == "yes"
	if on && r.PostFormValue("seen") != "yes" {
		return apperr.New(apperr.Invalid, "retention_sure", "seen")
	}
	counted, _ := strconv.Atoi(r.PostFormValue("counted"))
	if err := d.Retention.Switch(r.Context(), on, counted); err != nil {
		return err
	}
	if on {
		return shell.Done(w, r, retentionPath, "retention_on")
	}
	return shell.Done(w, r, retentionPath, "retention_off")
}
