package loop

import (
	"slices"
	"strings"

	"onetap/internal/survey"
)

// Level is as what somebody is responsible for a case.
type Level string

const (
	LevelOwner         Level = "owner"         // of the contact
	LevelManager       Level = "manager"       // of the owner or the team
	LevelAdministrator Level = "administrator" // of the deployment, where there is nobody else
	LevelHanded        Level = "handed"        // somebody handed the case over to them
)

var levels = []Level{LevelOwner, LevelManager, LevelAdministrator}

// Responsible is who is told of a case.
type Responsible struct {
	Staff survey.Staff // without an id: the administrator's bare address
	Level Level
}

// Directory finds the responsible among the staff.
type Directory struct {
	byID       map[string]survey.Staff // by id in lower case
	managers   map[string]survey.Staff // by team in lower case
	admin      survey.Staff
	executives []survey.Staff
}

// NewDirectory orders the staff. admin is the administrator's address, for cases that nobody else answers for.
func NewDirectory(staff []survey.Staff, admin string) Directory {
	d := Directory{byID: map[string]survey.Staff{}, managers: map[string]survey.Staff{}, admin: survey.Staff{Email: admin, Role: survey.RoleAdministrator}}
	staff = slices.Clone(staff)
	slices.SortFunc(staff, func(a, b survey.Staff) int { return strings.Compare(a.ID, b.ID) }) // of two managers, always the same
	for _, m := range staff {
		if email, err := survey.NormalizeEmail(m.Email); err != nil || email != m.Email {
			continue // nobody who can be told
		}
		d.byID[strings.ToLower(m.ID)] = m
		team := strings.ToLower(strings.TrimSpace(m.Team))
		if _, taken := d.managers[team]; m.Role == survey.RoleManager && team != "" && !taken {
			d.managers[team] = m
		}
		if m.Role == survey.RoleExecutive {
			d.executives = append(d.executives, m)
		}
		if strings.EqualFold(m.Email, admin) {
			d.admin = m
		}
	}
	return d
}

// Responsible returns who is told of a contact with this owner and team: the owner; if there is none, or nobody knows
// them, the team's manager; if there is none, the administrator.
func (d Directory) Responsible(owner, team string) Responsible {
	if m, ok := d.staff(owner); ok {
		return Responsible{m, LevelOwner}
	}
	if m, ok := d.managers[strings.ToLower(strings.TrimSpace(team))]; ok {
		return Responsible{m, LevelManager}
	}
	return Responsible{d.admin, LevelAdministrator}
}

// Of returns who is responsible for a case now: its owner, if they are still staff, else as for its contact.
func (d Directory) Of(c Case, owner, team string) Responsible {
	if c.Level == LevelAdministrator && c.Owner == "" {
		return Responsible{d.admin, LevelAdministrator}
	}
	if m, ok := d.staff(c.Owner); ok {
		return Responsible{m, c.Level}
	}
	return d.Responsible(owner, team)
}

// After returns who is told when who cannot be reached: their manager, the team's, at last the administrator; ok is
// false when there is nobody left.
func (d Directory) After(who Responsible, team string) (next Responsible, ok bool) {
	if slices.Index(levels, who.Level) < slices.Index(levels, LevelManager) {
		for _, m := range []survey.Staff{d.byID[strings.ToLower(who.Staff.Manager)], d.managers[strings.ToLower(strings.TrimSpace(team))]} {
			if m.Email != "" && m.Email != who.Staff.Email {
				return Responsible{m, LevelManager}, true
			}
		}
	}
	if who.Level == LevelAdministrator || who.Staff.Email == d.admin.Email {
		return who, false
	}
	return Responsible{d.admin, LevelAdministrator}, true
}

// Top returns who hear of a case that its manager has not seen to, either: the executive above the responsible, over however many managers;
// where none is, all executives; where there are none, the administrator.
func (d Directory) Top(who Responsible) []survey.Staff {
	seen := map[string]bool{}
	for m, ok := d.staff(who.Staff.Manager); ok && !seen[m.ID]; m, ok = d.staff(m.Manager) {
		if seen[m.ID] = true; m.Role == survey.RoleExecutive {
			return []survey.Staff{m}
		}
	}
	if len(d.executives) > 0 {
		return d.executives
	}
	return []survey.Staff{d.admin}
}

// Named returns somebody by staff id, "" being the administrator; ok is false of who is no longer there.
func (d Directory) Named(id string) (survey.Staff, bool) {
	if id == "" {
		return d.admin, true
	}
	return d.staff(id)
}

func (d Directory) staff(id string) (survey.Staff, bool) {
	if id == "" {
		return survey.Staff{}, false
	}
	m, ok := d.byID[strings.ToLower(id)]
	return m, ok
}
