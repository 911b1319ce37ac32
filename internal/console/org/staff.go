package org

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"onetap/internal/console/shell"
	"onetap/internal/org"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// staffPageSize is how many people a page lists.
const staffPageSize = 100

type staffPage struct {
	shell.Frame
	People     []personLine
	Empty      bool // nobody but whoever looks
	None       bool // nothing found
	Sought     string
	Count      string
	Next, Back string // addresses
	Cut        string // that a search found more than is shown
	Page       string
}

type personLine struct {
	Href, Name, Email, Role, Team, Manager string
	You                                    bool
}

// everybody lists the staff by name.
func (d *Pages) everybody(r *http.Request) ([]survey.Staff, error) {
	all, err := d.Store.Staff(r.Context())
	return org.ByName(all), err
}

func (d *Pages) staffShown(r *http.Request) (*staffPage, []survey.Staff, error) {
	all, err := d.everybody(r)
	if err != nil {
		return nil, nil, err
	}
	p := &staffPage{Frame: shell.NewFrame(r, "staff.title")}
	p.Count = p.Lang.T("staff.count", map[string]any{"Count": len(all)})
	p.Empty = len(all) <= 1
	return p, all, nil
}

// fill puts people into the lines of a page, with their managers' names.
func (p *staffPage) fill(d *Pages, people, all []survey.Staff) {
	names := map[string]string{}
	for _, m := range all {
		names[strings.ToLower(m.ID)] = org.NameOf(m)
	}
	for _, m := range people {
		p.People = append(p.People, personLine{
			Href: "/staff/" + d.Handle(m.ID), Name: org.NameOf(m), Email: m.Email, Role: p.Lang.T("role." + string(m.Role)),
			Team: m.Team, Manager: cmp.Or(names[strings.ToLower(m.Manager)], m.Manager), You: strings.EqualFold(m.ID, p.Staff.ID),
		})
	}
}

func (d *Pages) showStaff(w http.ResponseWriter, r *http.Request) error {
	p, all, err := d.staffShown(r)
	if err != nil {
		return err
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	pages := max(1, (len(all)+staffPageSize-1)/staffPageSize)
	page = min(max(page, 1), pages)
	from := (page - 1) * staffPageSize
	p.fill(d, all[from:min(from+staffPageSize, len(all))], all)
	address := func(n int) string { return "/staff?" + url.Values{"page": {strconv.Itoa(n)}}.Encode() }
	if page > 1 {
		p.Back = address(page - 1)
	}
	if page < pages {
		p.Next = address(page + 1)
	}
	if pages > 1 {
		p.Page = p.Lang.T("staff.page", map[string]any{"Page": page, "Pages": pages})
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// searchStaff finds people by any part of what is known of them. What is sought is posted: an address would stand in logs.
func (d *Pages) searchStaff(w http.ResponseWriter, r *http.Request) error {
	p, all, err := d.staffShown(r)
	if err != nil {
		return err
	}
	p.Sought = strings.TrimSpace(r.FormValue("sought"))
	if p.Sought == "" {
		http.Redirect(w, r, "/staff", http.StatusSeeOther)
		return nil
	}
	wanted := text.NewQuery(p.Sought)
	var found []survey.Staff
	for _, m := range all {
		if wanted.Match(m.Name, m.Email, m.ID, m.Team, m.Phone, p.Lang.T("role."+string(m.Role))) {
			found = append(found, m)
		}
	}
	p.fill(d, found[:min(len(found), staffPageSize)], all)
	p.None, p.Empty = len(found) == 0, false
	p.Count = p.Lang.T("staff.found", map[string]any{"Count": len(found)})
	if len(found) > staffPageSize {
		p.Cut = p.Lang.T("staff.cut", map[string]any{"Count": staffPageSize})
	}
	return shell.Show(w, r, http.StatusOK, p)
}
