package loop_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/loop"
)

// ranWeeks are figures of three cases of Anna's and two of Boris', as they stand on 4 December 2026.
func ranWeeks(t *testing.T) (weeks map[string]map[string]loop.Figures, now map[string]loop.Figures) {
	t.Helper()
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	weeks, now = map[string]map[string]loop.Figures{}, map[string]loop.Figures{}
	for _, c := range []loop.Case{
		{Owner: "anna", Team: "north", Level: loop.LevelOwner, State: loop.Contacted, Opened: at(23, 9), Deadline: at(25, 9), Spoke: at(23, 12)},
		{
			Owner: "anna", Team: "north", Level: loop.LevelOwner, State: loop.Resolved, Opened: at(24, 9), Deadline: at(26, 9), Spoke: at(28, 9), Causes: []loop.Cause{"price", "speed"}, Outcome: loop.Recovered,
			Promises: []loop.Promise{{By: at(30, 0), Done: loop.Kept}, {By: at(30, 0), Done: loop.Broken}, {By: at(29, 0)}},
		},
		{Owner: "anna", Team: "north", Level: loop.LevelOwner, State: loop.Open, Opened: at(30, 9), Deadline: at(34, 9)},
		{Owner: "boris", Team: "so|uth", Level: loop.LevelManager, State: loop.Acknowledged, Opened: at(25, 9), Deadline: at(27, 9)},
		{Owner: "boris", Team: "so|uth", Level: loop.LevelManager, State: loop.Unreachable, Opened: at(26, 9), Deadline: at(28, 9)},
	} {
		for of, f := range (loop.CaseChange{Now: &c}).Deltas(time.UTC) {
			to := now
			if of.Week != "" {
				if to = weeks[of.Week]; to == nil {
					to = map[string]loop.Figures{}
					weeks[of.Week] = to
				}
			}
			if to[of.Owner] == nil {
				to[of.Owner] = loop.Figures{}
			}
			to[of.Owner].Add(f, 1)
		}
	}
	return weeks, now
}

// The share in time leaves out whose deadline runs and who could not be reached, and counts who was never spoken to.
func TestRuns(t *testing.T) {
	t.Parallel()
	weeks, now := ranWeeks(t)
	today := time.Date(2026, 12, 4, 12, 0, 0, 0, time.UTC)
	all := func(string, loop.Mark) bool { return true }
	r := loop.RunsOf(loop.WeeksUntil(today, 4), 3, weeks, now, today, all)
	w := r.Whole
	if w.Opened != 5 || w.Spoken != 2 || w.InTime != 1 || w.Late != 1 || w.Ended != 2 || w.GivenUp != 1 || w.Open() != 3 || w.Decided() != 3 || w.Promised != 3 || w.Kept != 1 || w.Broken != 1 || w.Outcomes[loop.Recovered] != 1 {
		t.Errorf("the whole: %+v", w)
	}
	if s, ok := w.OnTime(); !ok || s.Of != 1 || s.Among != 3 || math.Abs(s.Percent-100./3) > 1e-9 || math.Abs(s.Interval.Low-6.149) > .001 || math.Abs(s.Interval.High-79.234) > .001 {
		t.Errorf("in time: %+v, %v", s, ok)
	}
	if s, ok := w.KeptPromises(); !ok || s.Of != 1 || s.Among != 2 {
		t.Errorf("promises: %+v, %v", s, ok)
	}
	if hours, ok := w.Half(); !ok || hours != 4 {
		t.Errorf("half within %d hours, %v", hours, ok)
	}
	if mean, ok := w.MeanHours(); !ok || mean != 49.5 {
		t.Errorf("on average %g hours, %v", mean, ok)
	}
	names := func(all []loop.RunOf) (list []string) {
		for _, one := range all {
			list = append(list, one.Value)
		}
		return list
	}
	for _, diff := range []string{
		cmp.Diff([]string{"2026-W47", "2026-W48", "2026-W49"}, names(r.ByWeek)), cmp.Diff([]string{"anna", "boris"}, names(r.ByOwner)), cmp.Diff([]string{"north", "so|uth"}, names(r.ByTeam)),
		cmp.Diff([]string{"owner", "manager"}, names(r.ByLevel)), cmp.Diff([]string{"price", "speed"}, names(r.ByCause)), cmp.Diff([4]int{3, 0, 0, 0}, r.Ages),
	} {
		if diff != "" {
			t.Error(diff)
		}
	}
	if c := r.ByCause[0]; c.Opened != 1 || c.Spoken != 1 || c.InTime != 0 || c.Kept != 1 {
		t.Errorf("a cause: %+v", c)
	}
	if one := loop.RunsOf(loop.WeeksUntil(today, 4), 1, weeks, now, today, all); one.Whole.Opened != 1 || one.Ages != r.Ages {
		t.Errorf("of one week: %+v", one)
	}
	s := loop.StandingOf(now, today, nil)
	if want := (loop.Standing{Open: 3, Overdue: 1, DueToday: 1, Owed: 1, Broke: 1}); s != want {
		t.Errorf("%+v, want %+v", s, want)
	}
}

// Nobody with fewer than ten decided cases has a rank, and luck with few does not beat work with many.
func TestRanked(t *testing.T) {
	t.Parallel()
	run := func(value string, inTime, decided int) loop.RunOf {
		return loop.RunOf{Value: value, Run: loop.Run{Opened: decided + 3, Spoken: decided, InTime: inTime}}
	}
	ranked, few := loop.Ranked([]loop.RunOf{run("nine of nine", 9, 9), run("ten of ten", 10, 10), run("most of many", 192, 200), run("half", 50, 100)})
	var got []string
	for _, one := range append(ranked, few...) {
		got = append(got, one.Value)
	}
	if diff := cmp.Diff([]string{"most of many", "ten of ten", "half", "nine of nine"}, got); diff != "" || len(few) != 1 {
		t.Error(diff, len(few))
	}
}
