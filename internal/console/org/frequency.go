package org

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// newRules is for how many more rules the form has room.
const newRules = 1

type frequencyPage struct {
	shell.Frame
	Tabs    []shell.Tab
	Rules   []ruleForm
	Version string
}

// ruleForm is one rule as it is typed. Its fields are called rules.1.days and so on.
type ruleForm struct {
	Name          string // "rules.1."
	Title         string
	Audiences     []shell.Option
	Roles         []shell.Option
	Tier, Company string
	Account       string // of Company as it was shown
	Days          string
	Stored        bool
	Wrong         map[string]string // by field
	Idle          string            // why it never decides
	audience      survey.Audience
	role          survey.AccountRole
}

// likeTyped is among how many companies that have the words of what was typed the one that is meant is looked for.
const likeTyped = 1000

// companiesOf are the companies of an audience that what was typed may mean; none where it has none.
func (d *Pages) companiesOf(r *http.Request, a survey.Audience, typed string) ([]insight.Account, error) {
	who := door.VisitOf(r).Who
	all, err := d.Results.Accounts(r.Context(), who, a, insight.AccountsAsk{Most: likeTyped, Find: typed})
	if err != nil {
		if errors.Is(err, insight.ErrNoAccounts) {
			err = nil
		}
		return nil, err
	}
	one, err := d.Results.Account(r.Context(), who, a, survey.AccountID(typed)) // an id
	if p := apperr.As(err); p != nil && p.Kind == apperr.Unknown {
		return all.List, nil
	}
	return append(all.List, one), err
}

// companyName is what a rule's company is called today; its id where no contact is of it any more.
func (d *Pages) companyName(r *http.Request, f survey.FrequencyRule) (string, error) {
	if f.Account == "" {
		return "", nil
	}
	a, err := d.Results.Account(r.Context(), door.VisitOf(r).Who, f.Audience, f.Account)
	if p := apperr.As(err); p != nil && p.Kind == apperr.Unknown {
		return string(f.Account), nil
	}
	return a.Name, err
}

// companyTyped is the company that is meant by a name or an id. Problems: rule_company_unknown, rule_company_several.
func companyTyped(all []insight.Account, text, where string) (survey.AccountID, error) {
	wanted := celltext.Fold(celltext.Clean(text))
	var found []survey.AccountID
	for _, a := range all {
		called := append(append([]string{a.Name, string(a.ID)}, a.Others...), a.Codes...)
		if slices.ContainsFunc(called, func(name string) bool { return celltext.Fold(celltext.Clean(name)) == wanted }) {
			found = append(found, a.ID)
		}
	}
	switch len(found) {
	case 0:
		return "", apperr.New(apperr.Invalid, "rule_company_unknown", where, "Value", text)
	case 1:
		return found[0], nil
	}
	return "", apperr.New(apperr.Invalid, "rule_company_several", where, "Value", text, "Count", len(found))
}

// frequencyForm shows the rules as they are typed.
func (d *Pages) frequencyForm(r *http.Request, rules []ruleForm, version int) *frequencyPage {
	p := &frequencyPage{Frame: shell.NewFrame(r, "frequency.title"), Version: strconv.Itoa(version)}
	p.Tabs = tabsOf(&p.Frame, "/settings/frequency")
	for range newRules {
		rules = append(rules, ruleForm{audience: survey.Customers})
	}
	for n, f := range rules {
		f.Name = "rules." + strconv.Itoa(n+1) + "."
		f.Title = p.Lang.T("frequency.rule", map[string]any{"Number": n + 1})
		if !f.Stored {
			f.Title = p.Lang.T("frequency.new")
		}
		for _, a := range survey.Audiences {
			f.Audiences = append(f.Audiences, shell.Option{Value: string(a), Label: p.Lang.T("contacts.audience." + string(a)), On: a == f.audience})
		}
		f.Roles = []shell.Option{{Label: p.Lang.T("frequency.any"), On: f.role == ""}}
		for _, role := range survey.AccountRoles {
			f.Roles = append(f.Roles, shell.Option{Value: string(role), Label: p.Lang.T("company_role." + string(role)), On: role == f.role})
		}
		p.Rules = append(p.Rules, f)
	}
	return p
}

func (d *Pages) showFrequency(w http.ResponseWriter, r *http.Request) error {
	s, err := d.Store.Settings(r.Context())
	if err != nil {
		return err
	}
	var rules []ruleForm
	for n, f := range s.Frequency {
		company, err := d.companyName(r, f)
		if err != nil {
			return err
		}
		row := ruleForm{audience: f.Audience, role: f.Role, Tier: f.Tier, Company: company, Account: string(f.Account), Days: strconv.Itoa(f.Days), Stored: true}
		if by, idle := survey.Idle(s.Frequency, n); idle {
			row.Idle = door.VisitOf(r).Lang.T("frequency.idle", map[string]any{"Number": slices.Index(s.Frequency, by) + 1})
		}
		rules = append(rules, row)
	}
	return shell.Show(w, r, http.StatusOK, d.frequencyForm(r, rules, s.Version))
}

// frequencyTyped reads the form: what was typed, and the rules that it makes. A row that is empty, or is to be removed, is none.
func (d *Pages) frequencyTyped(r *http.Request) (typed []ruleForm, rules []survey.FrequencyRule, err error) {
	for n := 1; n <= survey.MaxFrequencyRules+newRules && r.PostForm.Has(ruleName(n, "audience")); n++ {
		of := func(field string) string { return strings.TrimSpace(r.PostFormValue(ruleName(n, field))) }
		f := ruleForm{
			audience: survey.Audience(of("audience")), role: survey.AccountRole(of("role")), Tier: of("tier"), Company: of("company"), Account: of("account"), Days: of("days"),
			Stored: of("stored") != "",
		}
		if of("remove") != "" || f.Days == "" && f.Tier == "" && f.Company == "" && f.role == "" {
			continue
		}
		typed = append(typed, f)
		line := len(typed)
		rule := survey.FrequencyRule{Audience: f.audience, Tier: f.Tier, Role: f.role}
		if rule.Days, _ = strconv.Atoi(f.Days); err != nil {
			continue
		}
		if f.Company != "" {
			if was := (survey.FrequencyRule{Audience: f.audience, Account: survey.AccountID(f.Account)}); f.Account != "" {
				name, wrong := d.companyName(r, was)
				if wrong != nil {
					return typed, nil, wrong
				}
				if name == f.Company {
					rule.Account = was.Account
				}
			}
			if rule.Account == "" {
				all, wrong := d.companiesOf(r, f.audience, f.Company)
				if wrong != nil {
					return typed, nil, wrong
				}
				rule.Account, err = companyTyped(all, f.Company, ruleName(line, "company"))
			}
		}
		rules = append(rules, rule)
	}
	return typed, rules, err
}

func ruleName(n int, field string) string { return "rules." + strconv.Itoa(n) + "." + field }

// saveFrequency stores the form, unless somebody else has saved settings since it was opened: then it shows the form again.
func (d *Pages) saveFrequency(w http.ResponseWriter, r *http.Request) error {
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	typed, rules, err := d.frequencyTyped(r)
	var stored survey.Settings
	if err == nil {
		stored, err = d.Company.SaveFrequency(r.Context(), rules, version)
	}
	refusal := apperr.As(err)
	switch {
	case err == nil:
		return shell.Done(w, r, "/settings/frequency", "frequency_saved")
	case errors.Is(err, apperr.ErrChanged):
		p := d.frequencyForm(r, typed, stored.Version)
		p.Error = p.Lang.T("form.stale")
		return shell.Show(w, r, http.StatusConflict, p)
	case refusal == nil:
		return err
	}
	for n := range typed {
		if field, here := strings.CutPrefix(refusal.Where, ruleName(n+1, "")); here {
			typed[n].Wrong = map[string]string{field: door.VisitOf(r).Lang.Problem(refusal)}
		}
	}
	p := d.frequencyForm(r, typed, version)
	if p.Error = p.Lang.T("form.not_saved"); refusal.Where == "rules" {
		p.Error = p.Lang.Problem(refusal)
	}
	return shell.Show(w, r, web.Status(refusal), p)
}
