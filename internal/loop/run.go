package loop

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/nps"
)

// spans are the hours, around the clock, by which times to the first conversation are counted: the last is for all that took longer.
var spans = []int{1, 2, 4, 8, 16, 24, 48, 72, 120, 168, 336, 0}

// span is the one in which a time lies.
func span(took time.Duration) int {
	for _, hours := range spans {
		if took <= time.Duration(hours)*time.Hour {
			return hours
		}
	}
	return 0
}

// Run is how the follow-up of some cases went. It adds up.
type Run struct {
	Opened   int
	Spoken   int // somebody has spoken to the respondent
	InTime   int // … by the deadline
	Late     int // nobody has, and the day of the deadline is over
	Ended    int // resolved or given up
	GivenUp  int // the respondent could not be reached
	Minutes  int // until the first conversation, around the clock, of all Spoken
	Promised int
	Kept     int
	Broken   int
	Outcomes map[Outcome]int
	took     map[int]int // of Spoken: by span
}

// add counts n cases of a mark, as things stand on a day.
func (r *Run) add(m Mark, n int, today string) {
	switch m.Of {
	case ofOpened:
		r.Opened += n
	case ofInTime:
		r.InTime += n
	case ofMinutes:
		r.Minutes += n
	case ofEnded:
		r.Ended += n
	case ofGivenUp:
		r.GivenUp += n
	case ofMade:
		r.Promised += n
	case ofKept:
		r.Kept += n
	case ofBroken:
		r.Broken += n
	default:
		if hours, ok := strings.CutPrefix(m.Of, ofSpoken); ok {
			h, err := strconv.Atoi(hours)
			if err != nil {
				return
			}
			if r.took == nil {
				r.took = map[int]int{}
			}
			r.took[h] += n
			r.Spoken += n
		} else if day, ok := strings.CutPrefix(m.Of, dueOn); ok && day < today {
			r.Late += n
		} else if outcome, ok := strings.CutPrefix(m.Of, ofOutcome); ok {
			if r.Outcomes == nil {
				r.Outcomes = map[Outcome]int{}
			}
			r.Outcomes[Outcome(outcome)] += n
		}
	}
}

// Decided is of how many cases it is known whether the deadline was kept: those whose respondent was spoken to, and those whose deadline has
// passed without it. Who was given up after several calls is in neither.
func (r Run) Decided() int { return r.Spoken + r.Late }

// Open is how many are not over.
func (r Run) Open() int { return r.Opened - r.Ended }

// Share is a share of some among others, in percent, with its 95 % interval (nps.ShareInterval).
type Share struct {
	Of, Among int
	Percent   float64
	Interval  nps.Interval
}

// shareOf is none where there are none.
func shareOf(some, among int) (s Share, ok bool) {
	i, ok := nps.ShareInterval(int64(some), int64(among), nps.Level)
	if !ok {
		return s, false
	}
	return Share{some, among, 100 * float64(some) / float64(among), i}, true
}

// OnTime is the share of Decided cases whose respondent was spoken to by the deadline.
func (r Run) OnTime() (Share, bool) { return shareOf(r.InTime, r.Decided()) }

// KeptPromises is the share of promises that were kept among those of which somebody has said it.
func (r Run) KeptPromises() (Share, bool) { return shareOf(r.Kept, r.Kept+r.Broken) }

// Half is within how many hours, around the clock, half of those who were spoken to were: the median, as far as spans tell it. hours is 0 where
// it was longer than the longest of them. ok is false where nobody was.
func (r Run) Half() (hours int, ok bool) {
	sum := 0
	for _, hours := range spans {
		if sum += r.took[hours]; 2*sum >= r.Spoken && r.Spoken > 0 {
			return hours, true
		}
	}
	return 0, false
}

// MeanHours is how many hours, around the clock, it took on average until the respondent was spoken to. A few very late ones move it more than
// Half.
func (r Run) MeanHours() (hours float64, ok bool) {
	return float64(r.Minutes) / 60 / float64(max(1, r.Spoken)), r.Spoken > 0
}

// LongestSpan is the longest of the times that are told apart, in hours.
func LongestSpan() int { return spans[len(spans)-2] }

// Runs are how cases ran, by what one can look at them.
type Runs struct {
	Whole   Run
	ByWeek  []RunOf // in time's order, those without a case as well
	ByOwner []RunOf // staff ids in small letters; the most cases first, as all that follow
	ByTeam  []RunOf
	ByLevel []RunOf
	ByCause []RunOf // of resolved cases alone; one with several causes is in each of them
	Ages    [4]int  // open cases by their weeks (AgeWeeks)
}

// RunOf is how the cases of one value ran.
type RunOf struct {
	Value string
	Run
}

// AgeWeeks are the bounds of Runs.Ages, in weeks before the current one: opened in this week, or the last; two or three before; …; all earlier ones.
var AgeWeeks = [3]int{1, 3, 12}

// RunsOf works out how cases ran: weeks are the figures of each owner by week, now those of their boards. which says whose count, and what of
// theirs; it is asked of each mark, whose cause is left out. order are the weeks, the latest last, of which the last shown are told of; ages look at all.
func RunsOf(order []string, shown int, weeks map[string]map[string]Figures, now map[string]Figures, today time.Time, which func(owner string, m Mark) bool) (r Runs) {
	owners, teams, levels, causes := map[string]*Run{}, map[string]*Run{}, map[string]*Run{}, map[string]*Run{}
	of := func(all map[string]*Run, value string) *Run {
		if all[value] == nil {
			all[value] = &Run{}
		}
		return all[value]
	}
	day := today.Format(time.DateOnly)
	aged := 0
	for back := range order {
		week := order[len(order)-1-back]
		one := RunOf{Value: week}
		for owner, f := range weeks[week] {
			f.Marks(func(m Mark, n int) {
				cause := m.Cause
				if m.Cause = ""; !which(owner, m) {
					return
				}
				if cause == "" {
					one.add(m, n, day)
				}
				if back >= shown {
					return
				}
				if cause != "" {
					of(causes, string(cause)).add(m, n, day)
					return
				}
				for _, run := range []*Run{&r.Whole, of(owners, owner), of(teams, m.Team), of(levels, string(m.Level))} {
					run.add(m, n, day)
				}
			})
		}
		if back < shown {
			r.ByWeek = append(r.ByWeek, one)
		}
		at := slices.IndexFunc(AgeWeeks[:], func(w int) bool { return back <= w })
		if at < 0 {
			at = len(AgeWeeks)
		}
		r.Ages[at] += one.Open()
		aged += one.Open()
	}
	slices.Reverse(r.ByWeek)
	open := 0
	for owner, f := range now {
		f.Cells(func(c Cell, n int) {
			if c.Cause == "" && !(Case{State: c.State}).Over() && which(owner, Mark{Kind: c.Kind, Level: c.Level, Team: c.Team}) {
				open += n
			}
		})
	}
	r.Ages[len(AgeWeeks)] += max(0, open-aged)
	r.ByOwner, r.ByTeam, r.ByLevel, r.ByCause = listed(owners), listed(teams), listed(levels), listed(causes)
	return r
}

func listed(all map[string]*Run) (list []RunOf) {
	for value, run := range all {
		list = append(list, RunOf{value, *run})
	}
	slices.SortFunc(list, func(a, b RunOf) int { return cmp.Or(cmp.Compare(b.Opened, a.Opened), cmp.Compare(a.Value, b.Value)) })
	return list
}

// LeastRanked is of how many decided cases somebody is ranked: of fewer, luck decides.
const LeastRanked = 10

// Ranked puts those with LeastRanked decided cases and more in order of the share in time: by the lower end of its interval, so that few cases
// do not win by chance. few are the others, in the order in which they came.
func Ranked(all []RunOf) (ranked, few []RunOf) {
	for _, one := range all {
		if one.Decided() < LeastRanked {
			few = append(few, one)
		} else {
			ranked = append(ranked, one)
		}
	}
	slices.SortStableFunc(ranked, func(a, b RunOf) int {
		x, _ := a.OnTime()
		y, _ := b.OnTime()
		return cmp.Or(cmp.Compare(y.Interval.Low, x.Interval.Low), cmp.Compare(y.Among, x.Among), cmp.Compare(a.Value, b.Value))
	})
	return ranked, few
}

// Standing is how boards stand on a day.
type Standing struct {
	Open     int // not over
	Overdue  int // of them nobody has spoken to the respondent, and the day of the deadline is over
	DueToday int // … it is today
	Owed     int // promises of which nobody has said whether they were kept
	Broke    int // of them, those whose day is over
	OwedSoon int // …, those whose day is today or within the next OwedDays
}

// OwedDays is how many days ahead Standing.OwedSoon looks.
const OwedDays = 7

// StandingOf adds up boards as they stand on a day; which as in RunsOf, nil: everything.
func StandingOf(now map[string]Figures, today time.Time, which func(owner string, m Mark) bool) (s Standing) {
	day, soon := today.Format(time.DateOnly), today.AddDate(0, 0, OwedDays).Format(time.DateOnly)
	if which == nil {
		which = func(string, Mark) bool { return true }
	}
	for owner, f := range now {
		f.Cells(func(c Cell, n int) {
			if c.Cause == "" && !(Case{State: c.State}).Over() && which(owner, Mark{Kind: c.Kind, Level: c.Level, Team: c.Team}) {
				s.Open += n
			}
		})
		f.Marks(func(m Mark, n int) {
			if !which(owner, m) {
				return
			}
			if on, ok := strings.CutPrefix(m.Of, dueOn); ok {
				switch {
				case on < day:
					s.Overdue += n
				case on == day:
					s.DueToday += n
				}
			} else if on, ok := strings.CutPrefix(m.Of, owedOn); ok {
				s.Owed += n
				switch {
				case on < day:
					s.Broke += n
				case on <= soon:
					s.OwedSoon += n
				}
			}
		})
	}
	return s
}

// WeeksUntil lists so many weeks, the last of them that of a moment on its clock.
func WeeksUntil(now time.Time, n int) []string {
	weeks := make([]string, n)
	for i := range weeks {
		weeks[i] = WeekOf(now.AddDate(0, 0, -7*(n-1-i)), now.Location())
	}
	return weeks
}
