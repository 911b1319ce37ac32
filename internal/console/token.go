package console

import (
	"net/http"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/org"
	"onetap/internal/survey"
	"onetap/internal/web"
)

type tokensPage struct {
	frame
	Tabs   []tab
	New    string // just made: shown this once
	NewFor string
	Tokens []tokenLine
	Full   string // why there can be no more
	Name   string
	Wrong  string
	Roles  []pick
}

type tokenLine struct {
	Hash, Name, Role, By, Made, Used, Ask string
}

// pick is one option of a select, or one box to check.
type pick struct {
	Value, Label string
	On           bool
}

func (d *Desk) tokensShown(r *http.Request) (*tokensPage, error) {
	p := &tokensPage{frame: d.frame(r, "tokens.title")}
	p.Tabs = p.tabs(r.URL.Path)
	all, err := d.store.Tokens(r.Context())
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		line := tokenLine{Hash: t.Hash, Name: t.Name, Role: p.lang.T("role." + string(t.Role)), By: t.By, Made: p.lang.Date(t.Made.In(p.Zone)), Used: p.lang.T("tokens.never")}
		if m, ok, err := d.store.StaffMember(r.Context(), t.By); err == nil && ok && m.Name != "" {
			line.By = m.Name
		}
		if !t.Used.IsZero() {
			line.Used = p.usedAbout(d.now().Sub(t.Used).Hours(), p.lang.Date(t.Used.In(p.Zone)))
		}
		line.Ask = p.lang.T("tokens.revoke_ask", map[string]any{"Name": t.Name})
		p.Tokens = append(p.Tokens, line)
	}
	if full := apperr.As(org.TokensFull(len(all))); full != nil {
		p.Full = p.lang.Problem(full)
	}
	for _, role := range org.TokenRoles {
		p.Roles = append(p.Roles, pick{string(role), p.lang.T("tokens.role_" + string(role)), role == survey.RoleAnalyst})
	}
	return p, nil
}

// usedAbout says when a token was used, no finer than it is kept.
func (f *frame) usedAbout(hours float64, day string) string {
	if hours < 2 {
		return f.lang.T("tokens.lately")
	}
	return day
}

func (d *Desk) showTokens(w http.ResponseWriter, r *http.Request) error {
	p, err := d.tokensShown(r)
	if err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, p)
}

// makeToken answers with the page itself and not with a redirect: the token is nowhere to be read again.
func (d *Desk) makeToken(w http.ResponseWriter, r *http.Request) error {
	name, role := strings.TrimSpace(r.FormValue("name")), survey.Role(r.FormValue("role"))
	token, err := d.company.MakeToken(r.Context(), visitOf(r).Who, name, role)
	refusal := apperr.As(err)
	if err != nil && refusal == nil {
		return err
	}
	p, err := d.tokensShown(r)
	if err != nil {
		return err
	}
	if refusal != nil {
		p.Name, p.Wrong = name, p.lang.Problem(refusal)
		for i := range p.Roles {
			p.Roles[i].On = p.Roles[i].Value == string(role)
		}
		return d.show(w, r, web.Status(refusal), p)
	}
	p.New, p.NewFor = token, p.lang.T("tokens.made", map[string]any{"Name": name})
	return d.show(w, r, http.StatusCreated, p)
}

func (d *Desk) revokeToken(w http.ResponseWriter, r *http.Request) error {
	if err := d.store.RevokeToken(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return done(w, r, "/settings/tokens", "token_revoked")
}
