package contacts

import (
	"net/http"
	"strconv"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

type contactsPage struct {
	shell.Frame
	Audience  string
	Tabs      []shell.Tab
	Rows      []contactRow
	Empty     bool // there is nobody at all
	NotFound  bool // nobody of those looked at fits
	MayUpload bool
	Accounts  string // address of the audience's accounts; "": it has none
	Upload    string
	Search    string // what is looked for
	Looked    string
	Seen      int    // how many were looked at, by the requests before this one too
	Whole     bool   // nobody is left to be looked at
	Next      string // cursor
	NextHref  string
	Whose     string // of how few the list is
	Filters   filterForm
	Carried   []filterField  // the filters as an address carries them
	Fields    []shell.Option // the same and what is looked for, for the download
	Match     string         // how many fit, as far as was looked; "": nothing is looked for
	Clear     string         // address without filters; "": there are none
}

type contactRow struct {
	ID, Href, Name, Email, Owner, Team, Stopped string
	OwnerUnknown                                bool
}

// contactList shows an audience page by page, in no order that means anything.
func (d *Pages) contactList(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	narrow, err := d.Narrow(r.Context(), q)
	if err != nil {
		return err
	}
	return d.showContacts(w, r, lookFor{audience: q.Get("audience"), narrow: narrow, after: q.Get("after"), patient: narrow.Count() > 0})
}

// lookFor is what a list of contacts is asked for.
type lookFor struct {
	audience, text string
	narrow         contacts.Narrow
	after          string
	seen           int  // looked at before
	patient        bool // look for some seconds: there is no script that asks again
}

// searchContacts finds an address, a telephone or a customer id at once, and looks through a part of the audience for any other text. What
// is looked for is in no address; filters without it are.
func (d *Pages) searchContacts(w http.ResponseWriter, r *http.Request) error {
	text := strings.TrimSpace(r.FormValue("search"))
	narrow, err := d.Narrow(r.Context(), filled(r))
	if err != nil {
		return err
	}
	if text != "" && r.FormValue("after") == "" {
		c, ok, err := d.Lists.ByIdentifier(r.Context(), door.VisitOf(r).Who, text, survey.Audience(r.FormValue("audience")))
		if err != nil {
			return err
		}
		if ok {
			http.Redirect(w, r, contactHref(c), http.StatusSeeOther)
			return nil
		}
	}
	if text == "" {
		http.Redirect(w, r, d.listHref(r.FormValue("audience"), narrow, ""), http.StatusSeeOther)
		return nil
	}
	seen, _ := strconv.Atoi(r.FormValue("seen"))
	return d.showContacts(w, r, lookFor{r.FormValue("audience"), text, narrow, r.FormValue("after"), max(0, seen), r.FormValue("script") == ""})
}

func contactHref(c survey.Contact) string {
	return shell.ContactHref(c.Audience, c.ID)
}

func (d *Pages) showContacts(w http.ResponseWriter, r *http.Request, want lookFor) error {
	a := survey.Audience(want.audience)
	if !a.Valid() {
		a = survey.Customers
	}
	from, err := survey.ParseCursor(want.after)
	if err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	p := &contactsPage{Frame: shell.NewFrame(r, "contacts.title"), Audience: string(a), Search: want.text, MayUpload: door.VisitOf(r).Can(authz.WriteContacts)}
	p.Wide, p.Upload = true, "/contacts/upload?audience="+string(a)
	if has, err := d.Results.HasAccounts(r.Context(), a); err != nil {
		return err
	} else if has {
		p.Accounts = "/accounts/" + string(a)
	}
	for _, o := range audienceOptions(p.Lang, a) {
		p.Tabs = append(p.Tabs, shell.Tab{Href: "/contacts?audience=" + o.Value, Label: o.Label, Here: o.On})
	}
	search := contacts.Search{Audience: a, Text: want.text, Narrow: want.narrow, From: from, Patient: want.patient}
	found, err := d.Lists.Search(r.Context(), door.VisitOf(r).Who, search)
	if err != nil {
		return err
	}
	if err := d.narrowed(r, p, search, found, staff); err != nil {
		return err
	}
	p.Fields = []shell.Option{{Value: "audience", Label: string(a)}, {Value: "search", Label: want.text}}
	for _, one := range p.Carried {
		p.Fields = append(p.Fields, shell.Option{Value: one.Name, Label: one.Value})
	}
	names := shell.StaffNames(staff)
	for _, hit := range found.Contacts {
		p.Rows = append(p.Rows, contactRowOf(p.Lang, names, hit.Contact, hit.Stopped))
	}
	p.Seen, p.Whole = want.seen+found.Looked, found.Next == nil
	p.Empty = found.Looked == 0 && !found.All && want.after == ""
	p.NotFound = len(p.Rows) == 0 && !p.Empty
	switch {
	case found.Lately:
		p.Looked = p.Lang.T("finding.contacts_lately")
	case !found.Among.All && (want.text != "" || !p.All()):
		p.Looked = p.Lang.T("contacts.looked", lang.Values{"Count": p.Seen})
	}
	p.Scripts = []string{"search.js"}
	if found.Next != nil {
		p.Next = found.Next.String()
		p.NextHref = d.listHref(string(a), want.narrow, p.Next)
	}
	if !p.All() {
		p.Whose = p.Lang.T("contacts.whose." + string(p.Staff.Role))
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func contactRowOf(l lang.Language, names map[string]string, c survey.Contact, stopped survey.SuppressionReason) contactRow {
	row := contactRow{ID: string(c.ID), Href: contactHref(c), Name: shell.ContactName(l, c), Email: c.Person.Email, Owner: shell.StaffName(names, c.Owner), Team: c.Team}
	if c.Owner == "" && c.OwnerRaw != "" {
		row.Owner, row.OwnerUnknown = c.OwnerRaw, true
	}
	if stopped != "" {
		row.Stopped = l.T("contacts.stopped." + string(stopped))
	}
	return row
}
