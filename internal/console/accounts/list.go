package accounts

import (
	"net/http"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// accountsShown is how many accounts a page shows, and alikeShown how many pairs that look like one.
const accountsShown, alikeShown = 100, 20

type listPage struct {
	shell.Frame
	Audience string
	Contacts string // address of their list
	Tabs     []shell.Tab
	Find     string
	Found    string
	Rows     []accountRow
	Omitted  string
	Partly   string
	Alike    []alikeView
	Parents  bool // some company shown has one
	Empty    bool
}

type accountRow struct{ Href, Name, Others, Value, People, Parent string }

// alikeView is two accounts that look like one.
type alikeView struct {
	A, B        accountRow
	Join, Apart string // addresses
	Into, Other string
}

// list shows the accounts of an audience that the reader may see, those with the largest value first.
func (d *Pages) list(w http.ResponseWriter, r *http.Request) error {
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	found, err := d.Results.Accounts(r.Context(), door.VisitOf(r).Who, a)
	if err != nil {
		return err
	}
	p := &listPage{Frame: shell.NewFrame(r, "accounts.title"), Audience: string(a), Contacts: "/contacts?audience=" + string(a)}
	p.Wide = true
	for _, o := range survey.Audiences {
		if has, err := d.Results.HasAccounts(r.Context(), o); err != nil {
			return err
		} else if has {
			p.Tabs = append(p.Tabs, shell.Tab{Href: listHref(o), Label: p.Lang.T("contacts.audience." + string(o)), Here: o == a})
		}
	}
	if len(p.Tabs) < 2 {
		p.Tabs = nil
	}
	if r.Method == http.MethodPost {
		p.Find = strings.TrimSpace(r.FormValue("find"))
	}
	all, fit := found.List, found.List
	if wanted := text.NewQuery(p.Find); !wanted.Empty() {
		fit = nil
		for _, one := range all {
			if wanted.Match(append(append([]string{one.Name, one.Parent}, one.Others...), one.Codes...)...) {
				fit = append(fit, one)
			}
		}
		p.Found = p.Lang.T("results.found", lang.Values{"Count": len(fit), "All": len(all)})
	}
	for _, one := range fit[:min(len(fit), accountsShown)] {
		p.Rows, p.Parents = append(p.Rows, rowOf(p.Lang, a, one)), p.Parents || one.Parent != ""
	}
	if n := len(fit) - len(p.Rows); n > 0 {
		p.Omitted = p.Lang.T("accounts.omitted", lang.Values{"Count": n})
	}
	if found.Partly {
		p.Partly = p.Lang.T("accounts.too_many")
	}
	if p.Can(authz.WriteContacts) && p.Find == "" {
		p.alike(a, found.Alike)
	}
	p.Empty = len(all) == 0 && !found.Partly
	return shell.Show(w, r, http.StatusOK, p)
}

func rowOf(l lang.Language, a survey.Audience, one insight.Account) accountRow {
	row := accountRow{
		Href: shell.AccountHref(a, one.ID), Name: one.Name, Parent: one.Parent, Value: shell.AccountValue(l, one),
		People: l.T("accounts.people", lang.Values{"Count": len(one.Contacts)}),
	}
	if len(one.Others) > 0 {
		row.Others = l.T("accounts.also", lang.Values{"Names": strings.Join(one.Others[:min(3, len(one.Others))], "; ")})
	}
	return row
}

// alike proposes to join the account with fewer contacts to the other.
func (p *listPage) alike(a survey.Audience, all []insight.Alike) {
	for _, pair := range all[:min(len(all), alikeShown)] {
		one, into := pair.B, pair.A
		if len(one.Contacts) > len(into.Contacts) {
			one, into = into, one
		}
		base := shell.AccountHref(a, one.ID)
		p.Alike = append(p.Alike, alikeView{rowOf(p.Lang, a, into), rowOf(p.Lang, a, one), base + "/join", base + "/apart", string(into.ID), string(into.ID)})
	}
}
