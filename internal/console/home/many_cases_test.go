package home_test

import (
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// However many cases there are, the home page says exactly how many wait, are overdue, and are due today.
func TestHomeOfManyCases(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := w.Asks("manyaaaa", survey.Customers, "Много", 1)
	a.Answer("Север", 3, 0, nil)
	a.Counted()
	f := loop.Figures{}
	for state, n := range map[loop.State]int{loop.Open: 12_001, loop.Contacted: 344, loop.Resolved: 7} {
		f.Add(loop.Case{State: state, Level: loop.LevelOwner, Deadline: w.Now().AddDate(0, 0, 9)}.Figures(time.UTC), n)
	}
	f.Add(loop.Case{State: loop.Open, Level: loop.LevelOwner, Deadline: w.Now().AddDate(0, 0, -3)}.Figures(time.UTC), 1234)
	f.Add(loop.Case{State: loop.Acknowledged, Level: loop.LevelOwner, Deadline: w.Now()}.Figures(time.UTC), 2)
	f.Add(loop.Case{State: loop.Resolved, Level: loop.LevelOwner, Promises: []loop.Promise{{By: w.Now().AddDate(0, 0, -2)}, {By: w.Now().AddDate(0, 0, 2)}}}.Figures(time.UTC), 5)
	half := loop.Figures{}
	for k, n := range f {
		half[k] = n / 2
		f[k] -= n / 2
	}
	for owner, some := range map[string]loop.Figures{"owner": f, "": half} {
		if err := w.Store.PutCaseFigures(t.Context(), loop.FiguresOf{Owner: owner}, loop.Figures{}, some, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	v := w.Visitor("executive", "en")
	_, page := v.Get("/")
	v.Says(page, `<span class="big">13,581</span> open`, `<span class="big late">1,234</span> overdue`, `2 due today`, `5 overdue.`, `5 due within a week.`)
}

// An owner sees which promises are overdue or near, those of resolved cases among them.
func TestHomePromises(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(0, "owner", "Север", "Анна Смирнова", "Долго", 3, w.Now().Add(-50*time.Hour))
	did := func(work loop.Work, at time.Time) {
		t.Helper()
		next, notes, err := c.Do(work, "owner", at)
		if err != nil {
			t.Fatal(err)
		}
		if c, err = w.Store.SaveCaseAnd(t.Context(), c, next, notes); err != nil {
			t.Fatal(err)
		}
	}
	did(loop.Work{State: loop.Contacted, Promise: "a new bill", Promised: w.Now().Add(-30 * time.Hour)}, w.Now().Add(-40*time.Hour))
	did(loop.Work{State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: loop.CustomerKept}, w.Now().Add(-20*time.Hour))
	if err := w.Store.PutCaseFigures(t.Context(), loop.FiguresOf{Owner: "owner"}, loop.Figures{}, c.Figures(time.UTC), time.Time{}); err != nil {
		t.Fatal(err)
	}
	v := w.Visitor("owner", "en")
	_, page := v.Get("/")
	v.Says(page, `<h3>Promises</h3>`, `1 overdue.`, `<bdi>Анна Смирнова</bdi>`)
}
