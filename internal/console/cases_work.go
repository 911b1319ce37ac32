package console

import (
	"context"
	"errors"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// caseWork is what somebody does to a case, as the API takes it and the forms say it. What is empty stays.
type caseWork struct {
	Version int          `json:"version"` // that was read; 0: whatever it is
	State   loop.State   `json:"state"`
	Cause   loop.Cause   `json:"cause"`
	Outcome loop.Outcome `json:"outcome"`
	Note    string       `json:"note"`
	Owner   string       `json:"owner"` // staff id of the next one to be responsible
	By      string       `json:"by"`    // staff id, of a program that says who did it; a person is who is signed in
}

// caseTries bounds how often a case is read again because somebody else wrote it meanwhile.
const caseTries = 5

// caseOf reads a case that this one may see. Problems: case_unknown, not_yours.
func (d *Desk) caseOf(ctx context.Context, v visit, id string) (loop.Case, error) {
	c, err := d.store.CaseByID(ctx, id)
	if err != nil {
		return c, err
	}
	var staff []survey.Staff
	if v.Staff.Role == survey.RoleManager {
		if staff, err = d.store.Staff(ctx); err != nil {
			return c, err
		}
	}
	if !v.Sees(c.Owner, c.Team, authz.Reports(staff, v.Staff.ID)) {
		return loop.Case{}, apperr.New(apperr.Forbidden, "not_yours", "case")
	}
	return c, nil
}

// workOnCase does to a case what was asked, unless somebody has done something to it since the version that was read:
// then the problem is case_changed, and the case is returned as it is now. The same form sent twice is done once.
func (d *Desk) workOnCase(ctx context.Context, v visit, id string, in caseWork) (loop.Case, error) {
	by := v.Staff.ID
	w := loop.Work{State: in.State, Cause: in.Cause, Outcome: in.Outcome, Note: strings.ReplaceAll(in.Note, "\r\n", "\n")}
	if in.Owner != "" || in.By != "" {
		staff, err := d.store.Staff(ctx)
		if err != nil {
			return loop.Case{}, err
		}
		if w.To, err = colleague(staff, in.Owner); err != nil {
			return loop.Case{}, err
		}
		if in.By != "" {
			if v.Session != "" {
				return loop.Case{}, apperr.New(apperr.Invalid, "case_by_person", "by")
			}
			m, ok := staffByID(staff, in.By)
			if !ok {
				return loop.Case{}, apperr.New(apperr.Invalid, "staff_unknown", "by")
			}
			by = m.ID
		}
	}
	for range caseTries {
		was, err := d.caseOf(ctx, v, id)
		if err != nil {
			return was, err
		}
		if in.Version > 0 && len(was.Since(in.Version)) > 0 {
			return d.changedCase(ctx, was, w, by)
		}
		c, note, err := was.Do(w, by, d.now().UTC())
		if err != nil {
			return was, err
		}
		c, err = d.store.SaveCaseAnd(ctx, was, c, note)
		if !errors.Is(err, apperr.ErrChanged) {
			return c, err
		}
	}
	return loop.Case{}, apperr.New(apperr.Conflict, "changed_meanwhile", "case")
}

// changedCase answers for work on a case that was changed since it was read: nothing is wrong if this very work did it.
func (d *Desk) changedCase(ctx context.Context, c loop.Case, w loop.Work, by string) (loop.Case, error) {
	notes, err := d.store.Notes(ctx, c)
	if err != nil {
		return c, err
	}
	var last *loop.Note
	if len(notes) > 0 {
		last = &notes[len(notes)-1]
	}
	if c.Did(w, by, last) {
		return c, nil
	}
	return c, apperr.New(apperr.Conflict, "case_changed", "version", "Version", c.Version)
}

// colleague finds whom a case can be handed to; nil for nobody.
func colleague(staff []survey.Staff, name string) (*survey.Staff, error) {
	if name == "" {
		return nil, nil
	}
	m, ok := staffByID(staff, name)
	if !ok {
		if m, ok = survey.NewDirectory(staff).Find(name); !ok {
			return nil, apperr.New(apperr.Invalid, "staff_unknown", "owner")
		}
	}
	if !authz.Can(m.Role, authz.WorkCases) {
		return nil, apperr.New(apperr.Invalid, "staff_no_cases", "owner")
	}
	return &m, nil
}

func staffByID(staff []survey.Staff, id string) (survey.Staff, bool) {
	i := slices.IndexFunc(staff, func(m survey.Staff) bool { return strings.EqualFold(m.ID, id) })
	if i < 0 {
		return survey.Staff{}, false
	}
	return staff[i], true
}
