package org

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/calendar"
	"onetap/internal/survey"
)

// Roles lists those that somebody of the staff may have, in the order of forms.
var Roles = []survey.Role{survey.RoleOwner, survey.RoleManager, survey.RoleExecutive, survey.RoleMarketing, survey.RoleAnalyst, survey.RoleAdministrator}

// maxText is the most characters of one field.
const maxText = 200

// Check brings a staff member into shape, or says what is wrong with them, wherever they come from: a form, a file, the
// API. Problems: staff_too_long, staff_id_missing, those of survey.EmailOf, role_unknown, language_unknown, staff_zone_unknown, staff_country_unknown; each says
// the field.
func Check(m *survey.Staff) error {
	for _, f := range []struct {
		name string
		text *string
	}{{"id", &m.ID}, {"email", &m.Email}, {"name", &m.Name}, {"team", &m.Team}, {"manager", &m.Manager}, {"phone", &m.Phone}, {"zone", &m.Zone}, {"country", &m.Country}} {
		*f.text = strings.TrimSpace(*f.text)
		if utf8.RuneCountInString(*f.text) > maxText {
			return apperr.New(apperr.Invalid, "staff_too_long", f.name, "Limit", maxText)
		}
	}
	if m.ID == "" {
		return apperr.New(apperr.Invalid, "staff_id_missing", "id")
	}
	email, err := survey.EmailOf(m.Email, "email")
	if err != nil {
		return err
	}
	m.Email = email
	if m.Role == "" {
		m.Role = survey.RoleOwner
	}
	if !slices.Contains(Roles, m.Role) {
		known := make([]string, len(Roles))
		for i, role := range Roles {
			known[i] = string(role)
		}
		return apperr.New(apperr.Invalid, "role_unknown", "role", "Known", strings.Join(known, ", "))
	}
	if m.Language != "" && !slices.Contains(survey.Languages(), m.Language) {
		return apperr.New(apperr.Invalid, "language_unknown", "language", "Known", strings.Join(survey.Languages(), ", "))
	}
	zone, known := survey.ReadZone(m.Zone)
	if !known {
		return apperr.New(apperr.Invalid, "staff_zone_unknown", "zone")
	}
	if m.Zone, m.Country = zone, strings.ToLower(m.Country); m.Country != "" && !slices.Contains(calendar.Countries, m.Country) {
		return apperr.New(apperr.Invalid, "staff_country_unknown", "country", "Known", strings.Join(calendar.Countries, ", "))
	}
	return nil
}

// NameOf is what somebody is called: their name, else their address, else their id.
func NameOf(m survey.Staff) string { return cmp.Or(m.Name, m.Email, m.ID) }

// ByName sorts staff by what they are called, in place.
func ByName(all []survey.Staff) []survey.Staff {
	slices.SortFunc(all, func(a, b survey.Staff) int {
		return cmp.Or(strings.Compare(strings.ToLower(NameOf(a)), strings.ToLower(NameOf(b))), strings.Compare(a.ID, b.ID))
	})
	return all
}

// Removable tells why somebody cannot be removed, or be made anything but an administrator: staff_yourself,
// staff_last_administrator.
func Removable(by authz.Who, m survey.Staff, all []survey.Staff) error {
	if strings.EqualFold(m.ID, by.Staff.ID) {
		return apperr.New(apperr.Conflict, "staff_yourself", "role")
	}
	others := slices.ContainsFunc(all, func(o survey.Staff) bool { return o.Role == survey.RoleAdministrator && !strings.EqualFold(o.ID, m.ID) })
	if m.Role == survey.RoleAdministrator && !others {
		return lastAdministrator()
	}
	return nil
}

func lastAdministrator() error {
	return apperr.New(apperr.Conflict, "staff_last_administrator", "role")
}

func emailTaken(by survey.Staff) error {
	return apperr.New(apperr.Conflict, "staff_email_taken", "email", "Name", NameOf(by))
}

// administered reports whether there is an administrator once some of the staff are written.
func administered(stored, write []survey.Staff) bool {
	after := map[string]survey.Role{}
	for _, m := range slices.Concat(stored, write) {
		after[strings.ToLower(m.ID)] = m.Role
	}
	return slices.Contains(slices.Collect(maps.Values(after)), survey.RoleAdministrator)
}

// sameStanding reports whether somebody may stay signed in through a change, and their unused links be good: with another
// address the browser, or the mailbox, may be that of whoever had the old one, and a new role begins with a new sign-in.
func sameStanding(was, m survey.Staff) bool { return was.Email == m.Email && was.Role == m.Role }
