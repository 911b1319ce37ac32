package console

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// maxSuggested is how many managers a form suggests.
const maxSuggested = 200

type personPage struct {
	frame
	Action    string // of the form
	New       bool
	Handle    string
	Roles     []pick
	Languages []pick
	Managers  []pick // to choose from, or to type
	M         survey.Staff
	Manager   string // as typed, or by name
	Was       string // the person as the form began, to tell whether somebody changed them meanwhile
	Wrong     personWrong
	Theirs    []versions
	You       bool
	Deletable bool // not oneself, not the last administrator
	Why       string
	Reports   string
	Audit     string // address of what they did
}

// personWrong has one message for each field: the template language reads fields, not maps.
type personWrong struct{ ID, Email, Name, Role, Team, Manager, Phone, Language string }

func (m *personWrong) put(field, message string) {
	for name, to := range map[string]*string{"id": &m.ID, "email": &m.Email, "name": &m.Name, "role": &m.Role, "team": &m.Team, "manager": &m.Manager,
		"phone": &m.Phone, "language": &m.Language} {
		if name == field {
			*to = message
		}
	}
}

// versions is a field that somebody else has changed while a form was open.
type versions struct{ Field, Yours, Theirs string }

func (d *Desk) personForm(r *http.Request, title string, m survey.Staff, all []survey.Staff) *personPage {
	p := &personPage{frame: d.frame(r, title), M: m, Manager: m.Manager}
	for _, role := range roles {
		p.Roles = append(p.Roles, pick{string(role), p.lang.T("role." + string(role)), role == m.Role})
	}
	p.Languages = []pick{{"", p.lang.T("staff.language_any"), m.Language == ""}}
	for _, l := range survey.Languages {
		p.Languages = append(p.Languages, pick{l, lang.Language(l).T("format.language"), l == m.Language})
	}
	directory := survey.NewDirectory(all)
	for _, other := range all {
		if strings.EqualFold(other.ID, m.Manager) {
			if found, ok := directory.Find(nameOf(other)); ok && found.ID == other.ID { // of two with one name the id stays
				p.Manager = nameOf(other)
			}
		}
		leads := other.Role == survey.RoleManager || other.Role == survey.RoleExecutive
		if leads && !strings.EqualFold(other.ID, m.ID) && len(p.Managers) < maxSuggested {
			p.Managers = append(p.Managers, pick{Value: nameOf(other), Label: other.Team})
		}
	}
	return p
}

func (d *Desk) newStaff(w http.ResponseWriter, r *http.Request) error {
	all, err := d.everybody(r)
	if err != nil {
		return err
	}
	p := d.personForm(r, "staff.new_title", survey.Staff{Role: survey.RoleOwner}, all)
	p.New, p.Action = true, "/staff"
	return d.show(w, http.StatusOK, "person.html", p)
}

// typedPerson reads the form's person. The manager may be named by id, address or name.
func typedPerson(r *http.Request, id string, all []survey.Staff) (m survey.Staff, manager string, err error) {
	manager = strings.TrimSpace(r.FormValue("manager"))
	m = survey.Staff{ID: id, Email: r.FormValue("email"), Name: r.FormValue("name"), Role: survey.Role(r.FormValue("role")), Team: r.FormValue("team"),
		Language: r.FormValue("language"), Phone: r.FormValue("phone")}
	if m.ID == "" {
		m.ID = strings.TrimSpace(m.Email)
	}
	if p := checkStaff(&m); p != nil {
		return m, manager, p
	}
	if id == "" && strings.TrimSpace(r.FormValue("id")) == "" {
		m.ID = m.Email // as it is stored, and not as it was typed
	}
	if other, taken := survey.AddressesTaken(all, []survey.Staff{m})[0]; taken {
		return m, manager, emailTaken(other)
	}
	if manager == "" {
		return m, "", nil
	}
	boss, ok := survey.NewDirectory(all).Find(manager)
	switch {
	case !ok:
		return m, manager, apperr.New(apperr.Invalid, "staff_manager_unknown", "manager")
	case strings.EqualFold(boss.ID, m.ID):
		return m, manager, apperr.New(apperr.Invalid, "staff_manager_self", "manager")
	}
	m.Manager = boss.ID
	return m, manager, nil
}

func (d *Desk) addStaff(w http.ResponseWriter, r *http.Request) error {
	var m survey.Staff
	var manager string
	var all []survey.Staff
	err := d.store.ChangeStaff(r.Context(), func(stored []survey.Staff) (_ []survey.Staff, err error) {
		all = byName(stored)
		if m, manager, err = typedPerson(r, strings.TrimSpace(r.FormValue("id")), all); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(other survey.Staff) bool { return strings.EqualFold(other.ID, m.ID) }) {
			return nil, apperr.New(apperr.Conflict, "staff_id_taken", "id")
		}
		return []survey.Staff{m}, nil
	})
	refusal := apperr.As(err)
	switch {
	case err != nil && refusal == nil:
		return err
	case refusal == nil:
		return done(w, r, "/staff/"+d.handle(m.ID), "staff_added")
	}
	p := d.personForm(r, "staff.new_title", m, all)
	p.New, p.Action, p.Manager, p.M.ID = true, "/staff", manager, r.FormValue("id")
	p.Wrong.put(refusal.Where, p.lang.Problem(refusal))
	p.Error = p.lang.T("form.not_saved")
	return d.show(w, web.Status(refusal), "person.html", p)
}

// person finds who is meant by a page's address, as they are stored now.
func (d *Desk) person(r *http.Request) (m survey.Staff, all []survey.Staff, err error) {
	if all, err = d.everybody(r); err != nil {
		return m, nil, err
	}
	m, ok := d.handles(all)[r.PathValue("person")]
	if !ok {
		return m, nil, noSuchPerson()
	}
	m, ok, err = d.store.StaffMember(r.Context(), m.ID) // the list may be a moment old
	if err == nil && !ok {
		err = noSuchPerson()
	}
	return m, all, err
}

func (d *Desk) personShown(r *http.Request, m survey.Staff, all []survey.Staff) *personPage {
	p := d.personForm(r, nameOf(m), m, all)
	p.Handle, p.Was = d.handle(m.ID), packStaff(m)
	p.Action = "/staff/" + p.Handle
	p.You = strings.EqualFold(m.ID, p.Staff.ID)
	p.Audit = "/settings/audit?who=" + p.Handle
	if refusal := d.removable(r, m, all); refusal != nil {
		p.Why = p.lang.Problem(refusal)
	}
	p.Deletable = p.Why == ""
	reports := 0
	for _, other := range all {
		if m.ID != "" && strings.EqualFold(other.Manager, m.ID) {
			reports++
		}
	}
	if reports > 0 {
		p.Reports = p.lang.T("staff.reports", map[string]any{"Count": reports})
	}
	return p
}

// removable tells why somebody cannot be removed, or be made anything but an administrator.
func (d *Desk) removable(r *http.Request, m survey.Staff, all []survey.Staff) *apperr.Error {
	if strings.EqualFold(m.ID, visitOf(r).Staff.ID) {
		return apperr.New(apperr.Conflict, "staff_yourself", "role")
	}
	others := slices.ContainsFunc(all, func(o survey.Staff) bool { return o.Role == survey.RoleAdministrator && !strings.EqualFold(o.ID, m.ID) })
	if m.Role == survey.RoleAdministrator && !others {
		return apperr.New(apperr.Conflict, "staff_last_administrator", "role")
	}
	return nil
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

func (d *Desk) showPerson(w http.ResponseWriter, r *http.Request) error {
	m, all, err := d.person(r)
	if err != nil {
		return err
	}
	return d.show(w, http.StatusOK, "person.html", d.personShown(r, m, all))
}

// editPerson changes one of the staff, unless somebody else has changed them since the form was opened: then it shows both.
func (d *Desk) editPerson(w http.ResponseWriter, r *http.Request) error {
	stored, all, err := d.person(r)
	if err != nil {
		return err
	}
	was, opened := unpackStaff(r.FormValue("was"))
	id, m, manager, stale := stored.ID, survey.Staff{}, "", false
	err = d.store.ChangeStaff(r.Context(), func(now []survey.Staff) (_ []survey.Staff, err error) {
		all = byName(now)
		at := slices.IndexFunc(all, func(one survey.Staff) bool { return strings.EqualFold(one.ID, id) })
		if at < 0 {
			return nil, noSuchPerson()
		}
		stored = all[at]
		stale = !opened || was != stored
		if m, manager, err = typedPerson(r, stored.ID, all); err != nil {
			return nil, err
		}
		if m.Role != stored.Role {
			if refusal := d.removable(r, stored, all); refusal != nil {
				return nil, refusal
			}
		}
		if stale {
			return nil, nil
		}
		return []survey.Staff{m}, nil
	})
	refusal := apperr.As(err)
	switch {
	case err != nil && (refusal == nil || apperr.Is(err, "person_unknown")):
		return err
	case err == nil && !stale:
		if !sameStanding(stored, m) {
			if err := d.store.EndSessions(r.Context(), m.ID); err != nil {
				return err
			}
		}
		return done(w, r, "/staff/"+d.handle(m.ID), "staff_saved")
	}
	p := d.personShown(r, stored, all)
	form := d.personForm(r, nameOf(stored), m, all)
	p.M, p.Manager, p.Roles, p.Languages = m, manager, form.Roles, form.Languages
	status := http.StatusConflict
	if stale {
		p.Theirs, p.Error = p.differences(m, stored), p.lang.T("form.stale")
	}
	if refusal != nil {
		p.Wrong.put(refusal.Where, p.lang.Problem(refusal))
		p.Error, status = p.lang.T("form.not_saved"), web.Status(refusal)
	}
	return d.show(w, status, "person.html", p)
}

func (p *personPage) differences(yours, theirs survey.Staff) []versions {
	var all []versions
	for _, f := range []struct{ id, yours, theirs string }{
		{"staff.name", yours.Name, theirs.Name}, {"staff.email", yours.Email, theirs.Email},
		{"staff.role", p.lang.T("role." + string(yours.Role)), p.lang.T("role." + string(theirs.Role))}, {"staff.team", yours.Team, theirs.Team},
		{"staff.manager", yours.Manager, theirs.Manager}, {"staff.language", yours.Language, theirs.Language}, {"staff.phone", yours.Phone, theirs.Phone},
	} {
		if f.yours != f.theirs {
			all = append(all, versions{p.lang.T(f.id), f.yours, f.theirs})
		}
	}
	return all
}

func (d *Desk) removePerson(w http.ResponseWriter, r *http.Request) error {
	m, _, err := d.person(r)
	if err != nil {
		return err
	}
	err = d.store.RemoveStaff(r.Context(), m.ID, func(stored []survey.Staff) error {
		if refusal := d.removable(r, m, stored); refusal != nil {
			return refusal
		}
		return nil
	})
	if err != nil {
		return err
	}
	return done(w, r, "/staff", "staff_removed")
}

func (d *Desk) signOutPerson(w http.ResponseWriter, r *http.Request) error {
	m, _, err := d.person(r)
	if err != nil {
		return err
	}
	if err := d.store.EndSessions(r.Context(), m.ID); err != nil {
		return err
	}
	return done(w, r, "/staff/"+d.handle(m.ID), "staff_signed_out")
}
