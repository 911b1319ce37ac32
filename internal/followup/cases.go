package followup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Cases is what people, and programs for them, do with cases: who may see which, what may be done to one, and which of them
// wait. It is safe for concurrent use.
type Cases struct {
	Store CaseStore
	Now   func() time.Time
}

// Work is what somebody does to a case. What is empty stays as it is.
type Work struct {
	Version int // of the case as it was read; 0: whatever it is
	State   loop.State
	Cause   loop.Cause
	Outcome loop.Outcome
	Note    string
	Owner   string    // who is responsible from now on: a staff id, or a name as the directory finds it
	By      string    // staff id of who did it, where a program says so; a person is the one who asks
	Again   time.Time // they were not reached, and are to be called again then
	Also    []string  // ids of other cases of the same contact, to which the same is done
}

// maxCaseTries bounds how often a case is read again for work on it because somebody else wrote it meanwhile.
const maxCaseTries = 5

// Case reads a case that who may see. Problems: case_unknown, not_yours.
func (c *Cases) Case(ctx context.Context, who authz.Who, id string) (loop.Case, error) {
	found, err := c.Store.CaseByID(ctx, id)
	if err != nil {
		return found, err
	}
	var staff []survey.Staff
	if who.Staff.Role == survey.RoleManager {
		if staff, err = c.Store.Staff(ctx); err != nil {
			return found, err
		}
	}
	if !who.Sees(found.Owner, found.Team, authz.Reports(staff, who.Staff.ID)) {
		return loop.Case{}, apperr.New(apperr.Forbidden, "not_yours", "case")
	}
	return found, nil
}

// Seen reads a case for somebody to look at. Who answered for it before it was handed over may still see who does now and what
// happened: then former is true, and nothing of what is known about the respondent is theirs to see. Problems: those of Case.
func (c *Cases) Seen(ctx context.Context, who authz.Who, id string) (found loop.Case, former bool, err error) {
	found, err = c.Case(ctx, who, id)
	if !apperr.Is(err, "not_yours") {
		return found, false, err
	}
	gone, lost := c.Store.CaseByID(ctx, id)
	if lost != nil || !gone.Had(who.Staff.ID) {
		return loop.Case{}, false, err
	}
	return gone, true, nil
}

// AlsoOpen lists the other cases of a case's contact, of the latest campaigns, that are not resolved and that who may see.
func (c *Cases) AlsoOpen(ctx context.Context, who authz.Who, of loop.Case) ([]loop.Case, About, error) {
	campaigns, err := c.Store.Campaigns(ctx, of.Audience, pastCampaigns)
	if err != nil {
		return nil, About{}, err
	}
	var ids []survey.CampaignID
	for _, other := range campaigns {
		if other.ID != of.Campaign {
			ids = append(ids, other.ID)
		}
	}
	found, err := c.Store.CasesOf(ctx, of.Contact, ids)
	if err != nil {
		return nil, About{}, err
	}
	var reports []survey.Staff
	if len(found) > 0 && who.Staff.Role == survey.RoleManager {
		staff, err := c.Store.Staff(ctx)
		if err != nil {
			return nil, About{}, err
		}
		reports = authz.Reports(staff, who.Staff.ID)
	}
	found = slices.DeleteFunc(found, func(o loop.Case) bool { return o.State == loop.Resolved || !who.Sees(o.Owner, o.Team, reports) })
	slices.SortFunc(found, func(a, b loop.Case) int { return strings.Compare(a.Place(), b.Place()) })
	about, err := c.about(ctx, found)
	return found, about, err
}

// Do does work on a case, unless somebody has changed the case since the version that was read: then the problem is
// case_changed, and the case is returned as it is now. The same work sent twice is done once. What can be done of it to the cases
// that it names besides is done to them afterwards. Problems besides those of Case and loop.Case.Do: staff_unknown,
// staff_no_cases, case_by_person, case_also, changed_meanwhile.
func (c *Cases) Do(ctx context.Context, who authz.Who, id string, in Work) (loop.Case, error) {
	w, by, err := c.read(ctx, who, in)
	if err != nil {
		return loop.Case{}, err
	}
	_, contact, _ := loop.ParseID(id)
	for _, other := range in.Also {
		if _, same, ok := loop.ParseID(other); !ok || same != contact || other == id {
			return loop.Case{}, apperr.New(apperr.Invalid, "case_also", "also")
		}
	}
	done, err := c.do(ctx, who, id, in, w, by)
	if err != nil {
		return done, err
	}
	for _, other := range in.Also {
		if err := c.doAlso(ctx, who, other, w, by); err != nil {
			return done, err
		}
	}
	return done, nil
}

// doAlso does to another case of the same contact what can be done of some work: a step that the case is past is left out.
func (c *Cases) doAlso(ctx context.Context, who authz.Who, id string, w loop.Work, by string) error {
	was, err := c.Case(ctx, who, id)
	if err != nil {
		return err
	}
	if at := slices.Index(loop.States, w.State); w.State != "" && at <= slices.Index(loop.States, was.State) {
		w.State, w.Cause, w.Outcome = "", "", ""
	}
	if was.State == loop.Resolved {
		w.Again = time.Time{}
	}
	if w.To != nil && strings.EqualFold(w.To.ID, was.Owner) {
		w.To = nil
	}
	if w.State == "" && w.Again.IsZero() && w.To == nil && w.Note == "" {
		return nil
	}
	_, err = c.do(ctx, who, id, Work{}, w, by)
	return err
}

func (c *Cases) do(ctx context.Context, who authz.Who, id string, in Work, w loop.Work, by string) (loop.Case, error) {
	for range maxCaseTries {
		was, err := c.Case(ctx, who, id)
		if err != nil {
			return was, err
		}
		if in.Version > 0 && len(was.Since(in.Version)) > 0 {
			return c.changed(ctx, was, w, by)
		}
		after, note, err := was.Do(w, by, c.Now().UTC())
		if err != nil {
			return was, err
		}
		after, err = c.Store.SaveCaseAnd(ctx, was, after, note)
		if !errors.Is(err, apperr.ErrChanged) {
			return after, err
		}
	}
	return loop.Case{}, apperr.New(apperr.Conflict, "changed_meanwhile", "case")
}

// read finds the people that work names. by is a staff id, "" for a program that does not say for whom it works.
func (c *Cases) read(ctx context.Context, who authz.Who, in Work) (w loop.Work, by string, err error) {
	by = who.Staff.ID
	w = loop.Work{State: in.State, Cause: in.Cause, Outcome: in.Outcome, Note: strings.ReplaceAll(in.Note, "\r\n", "\n"), Again: in.Again.UTC()}
	if in.Again.IsZero() {
		w.Again = time.Time{}
	}
	if in.Owner == "" && in.By == "" {
		return w, by, nil
	}
	staff, err := c.Store.Staff(ctx)
	if err != nil {
		return w, by, err
	}
	if w.To, err = colleague(staff, in.Owner); err != nil || in.By == "" {
		return w, by, err
	}
	if who.Token == "" {
		return w, by, apperr.New(apperr.Invalid, "case_by_person", "by")
	}
	m, ok := staffByID(staff, in.By)
	if !ok {
		return w, by, apperr.New(apperr.Invalid, "staff_unknown", "by")
	}
	return w, m.ID, nil
}

// changed answers for work on a case that was changed since it was read: nothing is wrong if this very work did it.
func (c *Cases) changed(ctx context.Context, now loop.Case, w loop.Work, by string) (loop.Case, error) {
	notes, err := c.Store.Notes(ctx, now)
	if err != nil {
		return now, err
	}
	var last *loop.Note
	if len(notes) > 0 {
		last = &notes[len(notes)-1]
	}
	if now.Did(w, by, last) {
		return now, nil
	}
	return now, apperr.New(apperr.Conflict, "case_changed", "version", "Version", now.Version)
}

// colleague finds whom a case can be handed to, by staff id or by name; nil where name is empty.
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
	if !MayOwn(m) {
		return nil, apperr.New(apperr.Invalid, "staff_no_cases", "owner")
	}
	return &m, nil
}

// MayOwn reports whether cases can be handed to somebody of the staff: their role works on cases.
func MayOwn(m survey.Staff) bool { return authz.Can(m.Role, authz.WorkCases) }

func staffByID(staff []survey.Staff, id string) (survey.Staff, bool) {
	i := slices.IndexFunc(staff, func(m survey.Staff) bool { return strings.EqualFold(m.ID, id) })
	if i < 0 {
		return survey.Staff{}, false
	}
	return staff[i], true
}
