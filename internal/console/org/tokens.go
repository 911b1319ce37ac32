package org

import (
	"net/http"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/org"
	"onetap/internal/survey"
	"onetap/internal/web"
)

type tokensPage struct {
	shell.Frame
	Tabs   []shell.Tab
	New    string // just made: shown this once
	NewFor string
	Tokens []tokenLine
	Full   string // why there can be no more
	Name   string
	Wrong  string
	Roles  []shell.Option
}

type tokenLine struct {
	Hash, Name, Role, By, Made, Used, Ask string
}

func (d *Pages) tokensShown(r *http.Request) (*tokensPage, error) {
	p := &tokensPage{Frame: shell.NewFrame(r, "tokens.title")}
	p.Tabs = tabsOf(&p.Frame, r.URL.Path)
	all, err := d.Store.Tokens(r.Context())
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		line := tokenLine{Hash: t.Hash, Name: t.Name, Role: p.Lang.T("role." + string(t.Role)), By: t.By, Made: p.Lang.Date(t.Made.In(p.Zone)), Used: p.Lang.T("tokens.never")}
		if m, ok, err := d.Store.StaffMember(r.Context(), t.By); err == nil && ok && m.Name != "" {
			line.By = m.Name
		}
		if !t.Used.IsZero() {
			line.Used = usedAbout(&p.Frame, d.Now().Sub(t.Used).Hours(), p.Lang.Date(t.Used.In(p.Zone)))
		}
		line.Ask = p.Lang.T("tokens.revoke_ask", map[string]any{"Name": t.Name})
		p.Tokens = append(p.Tokens, line)
	}
	if full := apperr.As(org.TokensFull(len(all))); full != nil {
		p.Full = p.Lang.Problem(full)
	}
	for _, role := range org.TokenRoles {
		p.Roles = append(p.Roles, shell.Option{Value: string(role), Label: p.Lang.T("tokens.role_" + string(role)), On: role == survey.RoleAnalyst})
	}
	return p, nil
}

// usedAbout says when a token was used, no finer than it is kept.
func usedAbout(f *shell.Frame, hours float64, day string) string {
	if hours < 2 {
		return f.Lang.T("tokens.lately")
	}
	return day
}

func (d *Pages) showTokens(w http.ResponseWriter, r *http.Request) error {
	p, err := d.tokensShown(r)
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// makeToken answers with the page itself and not with a redirect: the token is nowhere to be read again.
func (d *Pages) makeToken(w http.ResponseWriter, r *http.Request) error {
	name, role := strings.TrimSpace(r.FormValue("name")), survey.Role(r.FormValue("role"))
	token, err := d.Company.MakeToken(r.Context(), door.VisitOf(r).Who, name, role)
	refusal := apperr.As(err)
	if err != nil && refusal == nil {
		return err
	}
	p, err := d.tokensShown(r)
	if err != nil {
		return err
	}
	if refusal != nil {
		p.Name, p.Wrong = name, p.Lang.Problem(refusal)
		for i := range p.Roles {
			p.Roles[i].On = p.Roles[i].Value == string(role)
		}
		return shell.Show(w, r, web.Status(refusal), p)
	}
	p.New, p.NewFor = token, p.Lang.T("tokens.made", map[string]any{"Name": name})
	return shell.Show(w, r, http.StatusCreated, p)
}

func (d *Pages) revokeToken(w http.ResponseWriter, r *http.Request) error {
	if err := d.Store.RevokeToken(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return shell.Done(w, r, "/settings/tokens", "token_revoked")
}
