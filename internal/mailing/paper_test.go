package mailing

import (
	"maps"
	"testing"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/survey"
)

// A campaign on paper writes to nobody, whoever is on the list, and opens at once; there are cards for groups of five people and more of the list, and
// for everybody. Where there is no list at all there are cards all the same.
func TestOnPaperAlone(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		list, cells map[string]int
	}{
		"a list":     {map[string]int{"ru North": 9, "ru South": 5, "ru West": 2, "en North": 6}, map[string]int{"ru North": 9, "ru ": 7, "en North": 6, "*": 0}},
		"three":      {map[string]int{"ru North": 3}, map[string]int{"*": 0}},
		"no list":    {nil, map[string]int{"*": 0}},
		"one team":   {map[string]int{"ru North": 5}, map[string]int{"ru North": 5, "*": 0}},
		"two of few": {map[string]int{"ru North": 3, "ru South": 3}, map[string]int{"ru ": 6, "*": 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1e6, 1e6)
			w.employees(of.list)
			people := 0
			for _, n := range of.list {
				people += n
			}
			id := w.ballots(func(c *survey.Campaign) { c.Paper, c.QuietDays, c.Sample = true, 30, 0.5 })
			w.run(w.sender("first"))
			m, batches, cells := w.planOf(id)
			if m.Audience != people || m.Invited != 0 || m.Skipped[survey.SkipPaper] != people || len(batches) != 0 {
				t.Errorf("the plan: %+v, %d batches", m, len(batches))
			}
			if l := survey.LedgerOf(m, nil); !l.Balanced() {
				t.Errorf("the ledger: %+v", l)
			}
			got := map[string]int{}
			for n, c := range cells {
				if n == int(ballot.Everybody) {
					got["*"] = c.People
					continue
				}
				got[c.Cell.Language+" "+c.Cell.Values[0]] = c.People
			}
			if !maps.Equal(got, of.cells) {
				t.Errorf("cells %v, want %v", got, of.cells)
			}
			c, err := w.store.Campaign(t.Context(), id)
			if err != nil || c.State != survey.Open || !c.RemindAt.IsZero() {
				t.Errorf("%s, reminded %v, %v", c.State, c.RemindAt, err)
			}
			if letters := w.letters(); len(letters) != 0 {
				t.Errorf("%d letters", len(letters))
			}
			if _, err := c.Remind(false, start); !apperr.Is(err, "paper_no_reminder") {
				t.Errorf("a reminder: %v", err)
			}
		})
	}
}

// Only employees are asked on paper alone, and without reminders; a draft that becomes another audience's is one of letters again.
func TestPaperIsForEmployees(t *testing.T) {
	t.Parallel()
	cs := &Campaigns{}
	yes, days, customers := true, 3, survey.Customers
	c := survey.Campaign{Name: "a", Audience: survey.Employees, Language: "en", RemindDays: 7, SecondDays: 4}
	next, err := cs.Apply(c, Change{Paper: &yes})
	if err != nil || !next.Paper || next.RemindDays != 0 || next.SecondDays != 0 {
		t.Errorf("%+v, %v", next, err)
	}
	if _, err := cs.Apply(next, Change{RemindDays: &days}); !apperr.Is(err, "paper_no_reminder") {
		t.Errorf("a reminder: %v", err)
	}
	if other, err := cs.Apply(next, Change{Audience: &customers}); err != nil || other.Paper {
		t.Errorf("customers: %v, %v", other.Paper, err)
	}
	if _, err := cs.Apply(next, Change{Audience: &customers, Paper: &yes}); !apperr.Is(err, "paper_not_here") {
		t.Errorf("customers on paper: %v", err)
	}
}
