package followup

import (
	"context"
	"slices"
	"time"

	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

const (
	// maxTeam is how many people's cases a manager's waiting cases are looked up of: that costs three queries each.
	maxTeam = 30
	// calledAgain is how long a case whose respondent was to be called again stays among those of the day, and maxToday how many
	// cases of an owner are looked through for them.
	calledAgain, maxToday = 30 * 24 * time.Hour, 60
)

// unresolved are the states of cases that wait for somebody.
var unresolved = []loop.State{loop.Open, loop.Acknowledged, loop.Contacted}

// Waiting is the cases that are not resolved.
type Waiting struct {
	loop.Standing             // by what is counted, except that Open and Overdue are to the minute where all cases were looked at
	Owners        int         // whose cases these could be
	Asked         int         // of them, whose cases were looked at
	Owing         []loop.Case // of one owner: where something is promised whose day is over, or within loop.OwedDays, in that order
	Nearest       []loop.Case // those to call again today, then by what is to be done next; none that are to be called again on a later day
	About
}

// Waiting reads the cases that wait for who, an owner or a manager, with the nearest deadlines first: up to limit of each state
// are looked at, and up to limit in all are returned. Who was not reached and is to be called again comes first on that day in the
// zone, and not before. staff is the whole staff; an owner needs none.
func (c *Cases) Waiting(ctx context.Context, who authz.Who, staff []survey.Staff, zone *time.Location, limit int) (Waiting, error) {
	owners := []string{who.Staff.ID}
	if who.Staff.Role == survey.RoleManager {
		owners = Owners(who, staff)
	}
	w := Waiting{Owners: len(owners)}
	owners = owners[:min(len(owners), maxTeam)]
	w.Asked = len(owners)
	columns, err := c.columns(ctx, owners, unresolved, limit)
	if err != nil {
		return w, err
	}
	if w.Standing, err = c.Standing(ctx, who, staff); err != nil {
		return w, err
	}
	var all []loop.Case
	whole := w.Asked == w.Owners
	for _, column := range columns {
		all = append(all, column.Cases...)
		whole = whole && column.Next == ""
	}
	y, m, d := c.Now().In(zone).Date()
	tomorrow := time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	today, err := c.Store.Between(ctx, owners, loop.Acknowledged, tomorrow.Add(-calledAgain), tomorrow, maxToday)
	if err != nil {
		return w, err
	}
	today = slices.DeleteFunc(today, func(one loop.Case) bool { return one.Again.IsZero() })
	slices.SortStableFunc(all, func(a, b loop.Case) int { return a.Next().Compare(b.Next()) })
	if whole {
		w.count(c, all)
	}
	w.Nearest = append(today, slices.DeleteFunc(all, func(one loop.Case) bool { return !one.Again.IsZero() })...)
	w.Nearest = w.Nearest[:min(len(w.Nearest), limit)]
	if len(owners) == 1 {
		if w.Owing, err = c.Store.Owing(ctx, owners[0], tomorrow.AddDate(0, 0, loop.OwedDays), limit); err != nil {
			return w, err
		}
	}
	w.About, err = c.about(ctx, slices.Concat(w.Nearest, w.Owing))
	return w, err
}

func (w *Waiting) count(c *Cases, open []loop.Case) {
	w.Open, w.Overdue = len(open), 0
	for _, one := range open {
		if one.Late(c.Now()) {
			w.Overdue++
		}
	}
}
