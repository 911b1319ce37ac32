package followup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Cases is what people, and programs for them, do with cases: who may see which, what may be done to one, and which of them
// wait. It is safe for concurrent use.
type Cases struct {
	Store  CaseStore
	Now    func() time.Time
	speaks insight.Speaks
}

// Work is what somebody does to a case. What is empty stays as it is.
type Work struct {
	Version  int  // of the case as it was read; 0: whatever it is
	Strict   bool // nothing is done if somebody has done something since Version; otherwise what still makes sense is done
	State    loop.State
	Causes   []loop.Cause
	Outcome  loop.Outcome
	Note     string
	Owner    string    // who is responsible from now on: a staff id, or a name as the directory finds it
	By       string    // staff id of who did it, where a program says so; a person is the one who asks
	Tried    bool      // they were called and not reached
	Again    time.Time // … and are to be called again then
	Promise  string    // what they were promised
	Promised time.Time // by when
	Kept     []int     // numbers of promises that were kept
	Broken   []int     // … that were not
	Also     []string  // ids of other cases of the same contact, to which the same is done
}

// Done is what became of work on a case.
type Done struct {
	Case   loop.Case
	Before []loop.Event // what others did since the version that was read, before this
	Left   []loop.Part  // what of the work was not done, for it did not make sense any more
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
	found = slices.DeleteFunc(found, func(o loop.Case) bool { return o.Over() || !who.Sees(o.Owner, o.Team, reports) })
	slices.SortFunc(found, func(a, b loop.Case) int { return strings.Compare(a.Place(), b.Place()) })
	about, err := c.about(ctx, found)
	return found, about, err
}

// Do does work on a case. What others did since the version that was read stays, and what of the work still makes sense is done after
// it; where nothing does, the problem is case_changed, and Before says what happened. The same work sent twice is done once. What can be done
// of it to the cases that it names besides is done to them afterwards. Problems besides those of Case and loop.Case.Do: staff_unknown,
// staff_no_cases, case_by_person, case_also, changed_meanwhile.
func (c *Cases) Do(ctx context.Context, who authz.Who, id string, in Work) (Done, error) {
	w, by, err := c.read(ctx, who, in)
	if err != nil {
		return Done{}, err
	}
	_, contact, _ := loop.ParseID(id)
	for _, other := range in.Also {
		if _, same, ok := loop.ParseID(other); !ok || same != contact || other == id {
			return Done{}, apperr.New(apperr.Invalid, "case_also", "also")
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
	w.Kept, w.Broken = nil, nil // numbers of the first case
	w, _ = w.Fit(was, nil)
	if w.Empty() {
		return nil
	}
	_, err = c.do(ctx, who, id, Work{}, w, by)
	return err
}

func (c *Cases) do(ctx context.Context, who authz.Who, id string, in Work, w loop.Work, by string) (Done, error) {
	for range maxCaseTries {
		was, err := c.Case(ctx, who, id)
		if err != nil {
			return Done{Case: was}, err
		}
		done, fits, already, err := c.since(ctx, was, in, w, by)
		if err != nil || already {
			return done, err
		}
		planned, err := c.replan(ctx, was, fits)
		if err != nil {
			return done, err
		}
		after, notes, err := planned.Do(fits, by, c.Now().UTC())
		if err != nil {
			return done, err
		}
		done.Case, err = c.Store.SaveCaseAnd(ctx, was, after, notes)
		if !errors.Is(err, apperr.ErrChanged) {
			return done, err
		}
	}
	return Done{}, apperr.New(apperr.Conflict, "changed_meanwhile", "case")
}

// since looks at what others did to a case since the version that was read, and returns what of the work makes sense after it. already
// says that this very work is done.
func (c *Cases) since(ctx context.Context, was loop.Case, in Work, w loop.Work, by string) (done Done, fits loop.Work, already bool, err error) {
	done.Case = was
	if in.Version == 0 || in.Version >= was.Version {
		return done, w, false, nil
	}
	events := was.History
	if was.Pages > 0 && events[0].Version > in.Version {
		if events, err = c.Store.Events(ctx, was); err != nil {
			return done, w, false, err
		}
	}
	if done.Before = was.Since(in.Version, events); len(done.Before) == 0 {
		return done, w, false, nil
	}
	notes, err := c.Store.Notes(ctx, was)
	if err != nil {
		return done, w, false, err
	}
	if was.Did(w, by, notes) {
		done.Before = nil
		return done, w, true, nil
	}
	fits, done.Left = w.Fit(was, done.Before)
	if fits.Empty() || in.Strict {
		return done, w, false, apperr.New(apperr.Conflict, "case_changed", "version", "Version", was.Version)
	}
	return done, fits, false, nil
}

// read finds the people that work names. by is a staff id, "" for a program that does not say for whom it works.
func (c *Cases) read(ctx context.Context, who authz.Who, in Work) (w loop.Work, by string, err error) {
	by = who.Staff.ID
	w = loop.Work{
		State: in.State, Causes: in.Causes, Outcome: in.Outcome.Now(), Note: lines(in.Note), Tried: in.Tried, Again: in.Again.UTC(),
		Promise: lines(in.Promise), Promised: in.Promised.UTC(), Kept: in.Kept, Broken: in.Broken,
	}
	if in.Again.IsZero() {
		w.Again = time.Time{}
	}
	if in.Promised.IsZero() {
		w.Promised = time.Time{}
	}
	if w.State == loop.Resolved {
		if err := c.known(ctx, w.Causes); err != nil {
			return w, by, err
		}
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

func lines(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }

// known checks that causes are among those that the company offers.
func (c *Cases) known(ctx context.Context, causes []loop.Cause) error {
	p, err := c.Store.Practice(ctx)
	if err != nil {
		return err
	}
	offered := p.Causes.Offered()
	for i, one := range causes {
		if !slices.Contains(offered, one) || slices.Contains(causes[:i], one) {
			causes = nil
			break
		}
	}
	if len(causes) == 0 {
		names := make([]string, len(offered))
		for i, one := range offered {
			names[i] = string(one)
		}
		return apperr.New(apperr.Invalid, "case_cause", "cause", "Known", strings.Join(names, ", "))
	}
	return nil
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

// replan gives a case that somebody opens again the company's plan; other work changes no times.
func (c *Cases) replan(ctx context.Context, was loop.Case, w loop.Work) (loop.Case, error) {
	if w.State != loop.Open {
		return was, nil
	}
	contact, _, err := contactOf(ctx, c.Store, survey.Response{Audience: was.Audience, Contact: was.Contact, Owner: was.Owner, Team: was.Team})
	if err != nil {
		return was, err
	}
	set, err := c.Store.Settings(ctx)
	if err != nil {
		return was, err
	}
	schedule, err := c.Store.Schedule(ctx)
	if err != nil {
		return was, err
	}
	staff, err := c.Store.Staff(ctx)
	if err != nil {
		return was, err
	}
	owner := was.Owner
	if w.To != nil {
		owner = w.To.ID
	}
	m, _ := loop.NewDirectory(staff, "").Named(owner)
	was.Rules.Plan = planOf(schedule, set, contact, m, was.Rules.Term)
	return was, nil
}
