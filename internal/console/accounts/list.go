package accounts

import (
	"net/http"
	"strings"

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
	Later    string // not all is shown yet
	Next     string // address of the next page
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
	ask := insight.AccountsAsk{After: survey.AccountID(r.URL.Query().Get("after")), Most: accountsShown}
	if r.Method == http.MethodPost {
		ask.Find = strings.TrimSpace(r.FormValue("find"))
	}
	if ask.Find == "" && ask.After == "" {
		ask.Alike = alikeShown
	}
	found, err := d.Results.Accounts(r.Context(), door.VisitOf(r).Who, a, ask)
	if err != nil {
		return err
	}
	p := &listPage{Frame: shell.NewFrame(r, "accounts.title"), Audience: string(a), Contacts: "/contacts?audience=" + string(a), Find: ask.Find}
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
	if !text.NewQuery(p.Find).Empty() {
		p.Found = p.Lang.T("results.found", lang.Values{"Count": found.Found, "All": found.All})
	}
	for _, one := range found.List {
		p.Rows, p.Parents = append(p.Rows, rowOf(p.Lang, a, one)), p.Parents || one.Parent != ""
	}
	if n := found.Found - len(p.Rows); n > 0 && (p.Find != "" || ask.After == "") {
		p.Omitted = p.Lang.T("accounts.omitted", lang.Values{"Count": n})
	}
	if found.Next != "" && p.Find == "" {
		p.Next = listHref(a) + "?after=" + string(found.Next)
	}
	switch {
	case found.Gathering:
		p.Later = p.Lang.T("accounts.gathering")
	case found.Later:
		p.Later = p.Lang.T("accounts.later")
	}
	p.alike(a, found.Alike)
	p.Empty = found.All == 0 && !found.Gathering && ask.After == ""
	return shell.Show(w, r, http.StatusOK, p)
}

func rowOf(l lang.Language, a survey.Audience, one insight.Account) accountRow {
	row := accountRow{
		Href: shell.AccountHref(a, one.ID), Name: one.Name, Parent: one.Parent, Value: shell.AccountValue(l, one),
		People: l.T("accounts.people", lang.Values{"Count": one.Contacts}),
	}
	if len(one.Others) > 0 {
		row.Others = l.T("accounts.also", lang.Values{"Names": strings.Join(one.Others[:min(3, len(one.Others))], "; ")})
	}
	return row
}

// alike proposes to join the account with fewer contacts to the other.
func (p *listPage) alike(a survey.Audience, all []insight.Alike) {
	for _, pair := range all {
		one, into := pair.B, pair.A
		if one.Contacts > into.Contacts {
			one, into = into, one
		}
		base := shell.AccountHref(a, one.ID)
		p.Alike = append(p.Alike, alikeView{rowOf(p.Lang, a, into), rowOf(p.Lang, a, one), base + "/join", base + "/apart", string(into.ID), string(into.ID)})
	}
}
