package org

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/exports"
	"onetap/internal/loop"
	"onetap/internal/org"
	"onetap/internal/survey"
)

// auditPageSize is how many entries a page lists.
const auditPageSize = 50

type auditPage struct {
	shell.Frame
	Tabs    []shell.Tab
	Whose   string // by whom alone; "": everybody
	Entries []auditLine
	None    bool
	Next    string         // address of the earlier ones
	Fields  []shell.Option // whose it is, for the download
}

type auditLine struct {
	When, ISO, Who, WhoHref, What, Object, ObjectHref, Zone string
	ObjectID                                                string // behind its name
	Token                                                   bool
}

// showAudit lists who did what, newest first; of one person or token with ?who= or ?token=.
func (d *Pages) showAudit(w http.ResponseWriter, r *http.Request) error {
	p := &auditPage{Frame: shell.NewFrame(r, "audit.title")}
	p.Tabs = tabsOf(&p.Frame, r.URL.Path)
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	people := d.Handles(staff)
	q, before := r.URL.Query(), r.URL.Query().Get("before")
	var entries []authz.AuditEntry
	var next, filter string
	switch handle, token := q.Get("who"), q.Get("token"); {
	case handle != "":
		m, ok := people[handle]
		if !ok {
			return org.NoSuchPerson()
		}
		p.Whose, filter = org.NameOf(m), "who="+d.Handle(m.ID)+"&"
		entries, next, err = d.Store.AuditOf(r.Context(), m.ID, false, before, auditPageSize, d.Now())
	case token != "":
		token = d.ValueIn(token)
		p.Whose, filter = token, "token="+d.Discreet(token)+"&"
		entries, next, err = d.Store.AuditOf(r.Context(), token, true, before, auditPageSize, d.Now())
	default:
		entries, next, err = d.Store.Audit(r.Context(), before, auditPageSize, d.Now())
	}
	if err != nil {
		return err
	}
	byID := map[string]survey.Staff{}
	for _, m := range staff {
		byID[strings.ToLower(m.ID)] = m
	}
	campaigns, err := d.campaignNames(r.Context(), entries)
	if err != nil {
		return err
	}
	customers, err := d.customersOf(r.Context(), p.Frame, entries)
	if err != nil {
		return err
	}
	for _, e := range entries {
		l := d.auditLine(p.Frame, e, byID, people, campaigns)
		p.customer(&l, e, customers)
		p.Entries = append(p.Entries, l)
	}
	for _, name := range []string{"who", "token"} {
		if q.Has(name) {
			p.Fields = append(p.Fields, shell.Option{Value: name, Label: q.Get(name)})
		}
	}
	p.None = len(entries) == 0
	if next != "" {
		p.Next = "/settings/audit?" + filter + "before=" + url.QueryEscape(next)
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// downloadAudit sends the list as a file.
func (d *Pages) downloadAudit(w http.ResponseWriter, r *http.Request) error {
	ask := exports.Ask{Kind: exports.Audit, Format: door.FormatOf(r)}
	switch handle, token := r.PostFormValue("who"), r.PostFormValue("token"); {
	case handle != "":
		staff, err := d.Store.Staff(r.Context())
		if err != nil {
			return err
		}
		m, ok := d.Handles(staff)[handle]
		if !ok {
			return org.NoSuchPerson()
		}
		ask.Whose = m.ID
	case token != "":
		ask.Whose, ask.Token = d.ValueIn(token), true
	}
	return d.Hand(w, r, ask)
}

// campaignNames are the names of the campaigns that entries are about; those that are deleted have none.
func (d *Pages) campaignNames(ctx context.Context, entries []authz.AuditEntry) (map[string]string, error) {
	var mu sync.Mutex
	names := map[string]string{}
	for _, e := range entries {
		if strings.HasPrefix(e.Action, "campaigns") && e.Object != "" {
			names[e.Object] = ""
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, id := range slices.Collect(maps.Keys(names)) {
		g.Go(func() error {
			c, err := d.Mailing.Campaign(ctx, id)
			if apperr.Is(err, "campaign_unknown") {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			names[id] = c.Name
			return err
		})
	}
	return names, g.Wait()
}

// contactOf is the contact that an entry is about, by its case or itself.
func contactOf(e authz.AuditEntry) (id survey.ContactID, byCase, ok bool) {
	if _, contact, ok := loop.ParseID(e.Object); ok {
		return contact, true, true
	}
	return survey.ContactID(e.Object), false, len(e.Object) == 16 && (e.Action == "contacts.change" || e.Action == "suppressions")
}

// customersOf are the contacts that entries are about, for who may see people; nil for anybody else.
func (d *Pages) customersOf(ctx context.Context, f shell.Frame, entries []authz.AuditEntry) (map[survey.ContactID]survey.Contact, error) {
	var ids []survey.ContactID
	for _, e := range entries {
		if id, _, ok := contactOf(e); ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || !f.Can(authz.ReadPeople) {
		return nil, nil
	}
	all := map[survey.ContactID]survey.Contact{}
	for _, a := range survey.Audiences { // an id is of one of them
		some, err := d.Store.Contacts(ctx, a, ids)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, some)
	}
	return all, nil
}

// customer names the contact of an entry; customers is nil for who may not see people.
func (p *auditPage) customer(l *auditLine, e authz.AuditEntry, customers map[survey.ContactID]survey.Contact) {
	id, byCase, ok := contactOf(e)
	if !ok || customers == nil {
		return
	}
	l.ObjectID = e.Object
	c, there := customers[id]
	switch l.Object = shell.ContactName(p.Lang, c); {
	case byCase:
		l.ObjectHref = shell.When(p.Can(authz.ReadCases), "/cases/"+e.Object)
	case there:
		l.ObjectHref = shell.When(p.Can(authz.ReadContacts), shell.ContactHref(c.Audience, id))
	}
}

func (d *Pages) auditLine(f shell.Frame, e authz.AuditEntry, byID, byHandle map[string]survey.Staff, campaigns map[string]string) auditLine {
	l := auditLine{When: f.Lang.Moment(e.At.In(f.Zone)), ISO: e.At.Format("2006-01-02T15:04:05Z"), Who: e.Who, Token: e.Token, What: e.Action, Object: e.Object}
	if id := "audit." + e.Action; f.Lang.Has(id) {
		l.What = f.Lang.T(id)
	}
	if e.Who == authz.Clock && !e.Token {
		l.Who = f.Lang.T("audit.clock")
	} else if e.Token {
		l.WhoHref = "/settings/audit?token=" + d.Discreet(e.Who)
	} else if m, ok := byID[strings.ToLower(e.Who)]; ok {
		l.Who, l.WhoHref = org.NameOf(m), "/settings/audit?who="+d.Handle(m.ID)
	}
	kind, _, _ := strings.Cut(e.Action, ".")
	switch m, ok := byHandle[e.Object]; {
	case kind == "staff" && ok:
		l.Object, l.ObjectHref = org.NameOf(m), "/staff/"+d.Handle(m.ID)
	case kind == "campaigns" && e.Object != "":
		if l.Object, l.ObjectID = campaigns[e.Object], e.Object; l.Object == "" {
			l.Object = f.Lang.T("comfort.campaign_gone")
		} else {
			l.ObjectHref = "/campaigns/" + e.Object
		}
	}
	return l
}
