package org

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/org"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// maxSuggested is how many managers a form suggests.
const maxSuggested = 200

type personPage struct {
	shell.Frame
	Action    string // of the form
	New       bool
	Handle    string
	Roles     []shell.Option
	Languages []shell.Option
	Zones     []shell.Option
	Countries []shell.Option
	Managers  []shell.Option // to choose from, or to type
	M         survey.Staff
	Manager   string // as typed, or by name
	Was       string // the person as the form began, to tell whether somebody changed them meanwhile
	Wrong     personWrong
	Theirs    []versions
	You       bool
	Deletable bool // not oneself, not the last administrator
	Why       string
	Reports   string
	Devices   []shell.DeviceLine // where they are signed in
	Audit     string             // address of what they did
}

// personWrong has one message for each field: the template language reads fields, not maps.
type personWrong struct{ ID, Email, Name, Role, Team, Manager, Phone, Language, Zone, Country string }

func (m *personWrong) put(field, message string) {
	for name, to := range map[string]*string{
		"id": &m.ID, "email": &m.Email, "name": &m.Name, "role": &m.Role, "team": &m.Team, "manager": &m.Manager,
		"phone": &m.Phone, "language": &m.Language, "zone": &m.Zone, "country": &m.Country,
	} {
		if name == field {
			*to = message
		}
	}
}

func newPersonPage(r *http.Request, title string, m survey.Staff, all []survey.Staff) *personPage {
	p := &personPage{Frame: shell.NewFrame(r, title), M: m, Manager: m.Manager}
	for _, role := range org.Roles {
		p.Roles = append(p.Roles, shell.Option{Value: string(role), Label: p.Lang.T("role." + string(role)), On: role == m.Role})
	}
	p.Languages = []shell.Option{{Value: "", Label: p.Lang.T("staff.language_any"), On: m.Language == ""}}
	for _, l := range survey.Languages() {
		p.Languages = append(p.Languages, shell.Option{Value: l, Label: lang.Language(l).T("format.language"), On: l == m.Language})
	}
	p.Zones = staffZones(&p.Frame, m.Zone)
	p.Countries = countryOptions(&p.Frame, m.Country, "staff.country_company")
	directory := survey.NewDirectory(all)
	for _, other := range all {
		if strings.EqualFold(other.ID, m.Manager) {
			if found, ok := directory.Find(org.NameOf(other)); ok && found.ID == other.ID { // of two with one name the id stays
				p.Manager = org.NameOf(other)
			}
		}
		leads := other.Role == survey.RoleManager || other.Role == survey.RoleExecutive
		if leads && !strings.EqualFold(other.ID, m.ID) && len(p.Managers) < maxSuggested {
			p.Managers = append(p.Managers, shell.Option{Value: org.NameOf(other), Label: other.Team})
		}
	}
	return p
}

func (d *Pages) newStaff(w http.ResponseWriter, r *http.Request) error {
	all, err := d.everybody(r)
	if err != nil {
		return err
	}
	p := newPersonPage(r, "staff.new_title", survey.Staff{Role: survey.RoleOwner}, all)
	p.New, p.Action = true, "/staff"
	return shell.Show(w, r, http.StatusOK, p)
}

// typedPerson reads the form's person. The manager is named by id, address or name.
func typedPerson(r *http.Request) survey.Staff {
	return survey.Staff{
		ID: strings.TrimSpace(r.FormValue("id")), Email: r.FormValue("email"), Name: r.FormValue("name"), Role: survey.Role(r.FormValue("role")),
		Team: r.FormValue("team"), Manager: strings.TrimSpace(r.FormValue("manager")), Language: r.FormValue("language"), Phone: r.FormValue("phone"), Zone: r.FormValue("zone"), Country: r.FormValue("country"),
	}
}

func (d *Pages) addStaff(w http.ResponseWriter, r *http.Request) error {
	given := typedPerson(r)
	e, err := d.Company.Add(r.Context(), given)
	refusal := apperr.As(err)
	switch {
	case err != nil && refusal == nil:
		return err
	case refusal == nil:
		return shell.Done(w, r, "/staff/"+d.Handle(e.Staff.ID), "staff_added")
	}
	p := newPersonPage(r, "staff.new_title", e.Staff, e.All)
	p.New, p.Action, p.Manager, p.M.ID = true, "/staff", given.Manager, r.FormValue("id")
	p.Wrong.put(refusal.Where, p.Lang.Problem(refusal))
	p.Error = p.Lang.T("form.not_saved")
	return shell.Show(w, r, web.Status(refusal), p)
}

// person finds who is meant by a page's address, as they are stored now.
func (d *Pages) person(r *http.Request) (m survey.Staff, all []survey.Staff, err error) {
	if all, err = d.everybody(r); err != nil {
		return m, nil, err
	}
	m, ok := d.Handles(all)[r.PathValue("person")]
	if !ok {
		return m, nil, org.NoSuchPerson()
	}
	m, ok, err = d.Store.StaffMember(r.Context(), m.ID) // the list may be a moment old
	if err == nil && !ok {
		err = org.NoSuchPerson()
	}
	return m, all, err
}

func (d *Pages) personShown(r *http.Request, m survey.Staff, all []survey.Staff) *personPage {
	p := newPersonPage(r, org.NameOf(m), m, all)
	p.Handle, p.Was = d.Handle(m.ID), packStaff(m)
	p.Action = "/staff/" + p.Handle
	p.You = strings.EqualFold(m.ID, p.Staff.ID)
	p.Audit = "/settings/audit?who=" + p.Handle
	if refusal := apperr.As(org.Removable(door.VisitOf(r).Who, m, all)); refusal != nil {
		p.Why = p.Lang.Problem(refusal)
	}
	p.Deletable = p.Why == ""
	reports := 0
	for _, other := range all {
		if m.ID != "" && strings.EqualFold(other.Manager, m.ID) {
			reports++
		}
	}
	if reports > 0 {
		p.Reports = p.Lang.T("staff.reports", map[string]any{"Count": reports})
	}
	return p
}

// packStaff and unpackStaff carry a person through a form. What comes back decides only whether to show both versions.
func packStaff(m survey.Staff) string {
	b, err := json.Marshal(m)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func unpackStaff(s string) (m survey.Staff, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	return m, err == nil && json.Unmarshal(b, &m) == nil
}

func (d *Pages) showPerson(w http.ResponseWriter, r *http.Request) error {
	m, all, err := d.person(r)
	if err != nil {
		return err
	}
	p := d.personShown(r, m, all)
	if p.Devices, err = d.DeviceLines(r, &p.Frame, m, p.Action+"/devices"); err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// editPerson changes one of the staff, unless somebody else has changed them since the form was opened: then it shows both.
func (d *Pages) editPerson(w http.ResponseWriter, r *http.Request) error {
	stored, _, err := d.person(r)
	if err != nil {
		return err
	}
	var opened *survey.Staff
	if was, ok := unpackStaff(r.FormValue("was")); ok {
		opened = &was
	}
	given := typedPerson(r)
	e, err := d.Company.Change(r.Context(), door.VisitOf(r).Who, stored.ID, opened, given)
	refusal := apperr.As(err)
	switch {
	case err != nil && (refusal == nil || apperr.Is(err, "person_unknown")):
		return err
	case err == nil && !e.Stale:
		return shell.Done(w, r, "/staff/"+d.Handle(e.Staff.ID), "staff_saved")
	}
	p := d.personShown(r, e.Stored, e.All)
	form := newPersonPage(r, org.NameOf(e.Stored), e.Staff, e.All)
	p.M, p.Manager, p.Roles, p.Languages, p.Zones, p.Countries = e.Staff, given.Manager, form.Roles, form.Languages, form.Zones, form.Countries
	status := http.StatusConflict
	if e.Stale {
		p.Theirs, p.Error = p.differences(e.Staff, e.Stored), p.Lang.T("form.stale")
	}
	if refusal != nil {
		p.Wrong.put(refusal.Where, p.Lang.Problem(refusal))
		p.Error, status = p.Lang.T("form.not_saved"), web.Status(refusal)
	}
	return shell.Show(w, r, status, p)
}

func (p *personPage) differences(yours, theirs survey.Staff) []versions {
	var all []versions
	for _, f := range []struct{ id, yours, theirs string }{
		{"staff.name", yours.Name, theirs.Name},
		{"staff.email", yours.Email, theirs.Email},
		{"staff.role", p.Lang.T("role." + string(yours.Role)), p.Lang.T("role." + string(theirs.Role))},
		{"staff.team", yours.Team, theirs.Team},
		{"staff.manager", yours.Manager, theirs.Manager},
		{"staff.language", yours.Language, theirs.Language},
		{"staff.phone", yours.Phone, theirs.Phone},
		{"staff.zone", yours.Zone, theirs.Zone},
		{"staff.country", yours.Country, theirs.Country},
	} {
		if f.yours != f.theirs {
			all = append(all, versions{Field: p.Lang.T(f.id), Yours: f.yours, Theirs: f.theirs})
		}
	}
	return all
}

func (d *Pages) removePerson(w http.ResponseWriter, r *http.Request) error {
	m, _, err := d.person(r)
	if err != nil {
		return err
	}
	if err := d.Company.Remove(r.Context(), door.VisitOf(r).Who, m); err != nil {
		return err
	}
	return shell.Done(w, r, "/staff", "staff_removed")
}

// endPersonsDevice signs somebody out on one device.
func (d *Pages) endPersonsDevice(w http.ResponseWriter, r *http.Request) error {
	m, _, err := d.person(r)
	if err != nil {
		return err
	}
	_, ok, err := d.Door.EndDevice(r.Context(), m.ID, r.PathValue("device"))
	if err == nil && !ok {
		err = apperr.New(apperr.Unknown, "device_unknown", "")
	}
	if err != nil {
		return err
	}
	return shell.Done(w, r, "/staff/"+d.Handle(m.ID), "device_ended")
}

func (d *Pages) signOutPerson(w http.ResponseWriter, r *http.Request) error {
	m, _, err := d.person(r)
	if err != nil {
		return err
	}
	if err := d.Store.EndSessions(r.Context(), m.ID); err != nil {
		return err
	}
	return shell.Done(w, r, "/staff/"+d.Handle(m.ID), "staff_signed_out")
}

// staffZones are the time zones in which somebody may work; none is the company's.
func staffZones(f *shell.Frame, set string) []shell.Option {
	all := zoneOptions(set, time.UTC, time.Now())
	if set == "" {
		for i := range all {
			all[i].On = false
		}
	} else if !slices.ContainsFunc(all, func(o shell.Option) bool { return o.On }) { // a distance from UTC, as lists say it
		all = append([]shell.Option{{Value: set, Label: set, On: true}}, all...)
	}
	return append([]shell.Option{{Label: f.Lang.T("staff.zone_company"), On: set == ""}}, all...)
}
