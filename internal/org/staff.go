package org

import (
	"context"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

// Edit is what became of a form about somebody of the staff.
type Edit struct {
	Staff  survey.Staff   // as the form has them, brought into shape as far as it went; their manager by id once found
	Stored survey.Staff   // as they were stored; of somebody new zero
	All    []survey.Staff // everybody, by name
	Stale  bool           // somebody else has changed them since the form was opened: nothing was written
}

// Add takes somebody new. The manager may be named by id, address or name; the id is numbering's. Problems are
// those of Check, and staff_email_taken, staff_manager_unknown, staff_manager_self, staff_manager_loop, staff_id_taken.
func (c *Company) Add(ctx context.Context, given survey.Staff) (e Edit, err error) {
	err = c.Store.ChangeStaff(ctx, func(stored []survey.Staff) (_ []survey.Staff, err error) {
		e = Edit{All: ByName(stored)}
		newNumbering(c.Keys, nil).number(&given)
		if e.Staff, err = fit(given, e.All); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(e.All, func(other survey.Staff) bool { return strings.EqualFold(other.ID, e.Staff.ID) }) {
			return nil, apperr.New(apperr.Conflict, "staff_id_taken", "id")
		}
		return []survey.Staff{e.Staff}, nil
	})
	return e, err
}

// Change changes the one of the staff with an id, unless somebody else has changed them since the form was opened with
// them as opened says; nil is for a form of which that is not known. Whose standing changes is signed out. Problems are
// those of Add, person_unknown, and those of Removable for another role.
func (c *Company) Change(ctx context.Context, by authz.Who, id string, opened *survey.Staff, given survey.Staff) (e Edit, err error) {
	err = c.Store.ChangeStaff(ctx, func(stored []survey.Staff) (_ []survey.Staff, err error) {
		e = Edit{All: ByName(stored)}
		at := slices.IndexFunc(e.All, func(one survey.Staff) bool { return strings.EqualFold(one.ID, id) })
		if at < 0 {
			return nil, NoSuchPerson()
		}
		e.Stored = e.All[at]
		e.Stale = opened == nil || *opened != e.Stored
		given.ID, given.Written = e.Stored.ID, e.Stored.Written
		if e.Staff, err = fit(given, e.All); err != nil {
			return nil, err
		}
		if e.Staff.Role != e.Stored.Role {
			if err := Removable(by, e.Stored, e.All); err != nil {
				return nil, err
			}
		}
		if e.Stale {
			return nil, nil
		}
		return []survey.Staff{e.Staff}, nil
	})
	if err != nil || e.Stale || sameStanding(e.Stored, e.Staff) {
		return e, err
	}
	return e, c.Store.EndSessions(ctx, e.Staff.ID)
}

// Remove takes somebody off the staff list, and signs them out. Problems are those of Removable.
func (c *Company) Remove(ctx context.Context, by authz.Who, m survey.Staff) error {
	return c.Store.RemoveStaff(ctx, m.ID, func(stored []survey.Staff) error { return Removable(by, m, stored) })
}

// NoSuchPerson is the problem of who asks for somebody who is not of the staff.
func NoSuchPerson() error { return apperr.New(apperr.Unknown, "person_unknown", "person") }

// fit checks what a form says of somebody beside everybody there is.
func fit(m survey.Staff, all []survey.Staff) (survey.Staff, error) {
	manager := strings.TrimSpace(m.Manager)
	m.Manager = ""
	if err := Check(&m); err != nil {
		return m, err
	}
	if other, taken := AddressesTaken(all, []survey.Staff{m})[0]; taken {
		return m, emailTaken(other)
	}
	if manager == "" {
		return m, nil
	}
	boss, ok := survey.NewDirectory(all).Find(manager)
	switch {
	case !ok:
		return m, apperr.New(apperr.Invalid, "staff_manager_unknown", "manager")
	case strings.EqualFold(boss.ID, m.ID):
		return m, apperr.New(apperr.Invalid, "staff_manager_self", "manager")
	}
	m.Manager = boss.ID
	return m, checkManagers(all, []survey.Staff{m})
}
