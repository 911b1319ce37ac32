package followup

import (
	"context"
	"slices"
	"strings"
	"time"

	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// RunWeeks are for how many weeks one can see how the loop runs; the first is what is shown where nothing else is asked for.
var RunWeeks = []int{13, 4, 26}

// readWeeks is of how many weeks the figures are read in any case, for how old open cases are.
const readWeeks = 13

// RunQuery says of what it is to be told how the loop runs.
type RunQuery struct {
	Weeks int // one of RunWeeks; anything else: the first of them
	Only  Only
}

// LoopRun is how the loop runs, for one reader.
type LoopRun struct {
	loop.Runs
	Now   loop.Standing
	Mine  bool      // one sees only one's own
	All   bool      // one sees everybody's, those who are no longer staff among them
	Weeks int       // as asked for
	Until time.Time // the company's today
	Teams []string  // of cases that are there, in order
}

// Runs tells how the loop runs: an owner of the own cases, a manager of those of the people whose cases they see, others of all. staff is the whole staff; an owner
// needs none. The figures are those that are counted (loop.Figures): some seconds behind, and exact however many cases there are.
func (c *Cases) Runs(ctx context.Context, who authz.Who, staff []survey.Staff, q RunQuery) (LoopRun, error) {
	if !slices.Contains(RunWeeks, q.Weeks) {
		q.Weeks = RunWeeks[0]
	}
	r := LoopRun{Weeks: q.Weeks, All: who.All()}
	settings, err := c.Store.Settings(ctx)
	if err != nil {
		return r, err
	}
	r.Until = c.Now().In(settings.Clock())
	f, err := c.readFigures(ctx, who, staff, loop.WeeksUntil(r.Until, max(q.Weeks, readWeeks)))
	if err != nil {
		return r, err
	}
	r.Mine = f.mine
	r.Teams = teamsOf(f.now)
	q.Only.Cause = "" // a cause is known of what is over alone
	which := func(_ string, m loop.Mark) bool {
		return q.Only.counts(loop.Cell{Kind: m.Kind, Level: m.Level, Team: m.Team})
	}
	r.Runs = loop.RunsOf(f.order, q.Weeks, f.weeks, f.now, r.Until, which)
	r.Now = loop.StandingOf(f.now, r.Until, which)
	return r, nil
}

// readable are the figures that somebody may see.
type readable struct {
	order []string
	weeks map[string]map[string]loop.Figures
	now   map[string]loop.Figures
	mine  bool
}

func (c *Cases) readFigures(ctx context.Context, who authz.Who, staff []survey.Staff, weeks []string) (f readable, err error) {
	f.order = weeks
	if who.All() {
		if f.now, err = c.Store.AllCaseFigures(ctx, "", false); err == nil {
			f.weeks, err = c.Store.CaseWeeks(ctx, weeks, nil)
		}
		return f, err
	}
	owners := Owners(who, staff)
	f.mine = len(owners) == 1
	for i := range owners {
		owners[i] = strings.ToLower(owners[i])
	}
	if f.now, err = c.figures(ctx, owners); err == nil {
		f.weeks, err = c.Store.CaseWeeks(ctx, weeks, owners)
	}
	return f, err
}

// Standing counts the cases that wait for somebody, exactly: an owner's, those of a manager's people, or all. They are some seconds behind.
func (c *Cases) Standing(ctx context.Context, who authz.Who, staff []survey.Staff) (loop.Standing, error) {
	settings, err := c.Store.Settings(ctx)
	if err != nil {
		return loop.Standing{}, err
	}
	f, err := c.readFigures(ctx, who, staff, nil)
	return loop.StandingOf(f.now, c.Now().In(settings.Clock()), nil), err
}
