package mailing

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"onetap/internal/ballot"
	"onetap/internal/survey"
)

// cellsOfPlan are the cells of a campaign that ballots carry, with their people.
func (w *world) cellsOfPlan(id survey.CampaignID) (all []string) {
	w.t.Helper()
	_, _, cells := w.planOf(id)
	for n, c := range cells {
		if n != int(ballot.Everybody) {
			all = append(all, fmt.Sprint(c.Cell.Language, " ", c.Cell.Values[0], " ", c.People))
		}
	}
	slices.Sort(all)
	return all
}

// Two teams of five that differ by one person over two rounds: in the second, no ballot says that team, whoever of it has gone over, come, left or
// been erased meanwhile. What a filter chooses of nearly the same people is asked by nobody; the whole audience always is.
func TestTeamsThatDifferByOneOverTwoRounds(t *testing.T) {
	t.Parallel()
	first := []string{"en East 5", "en North 6", "en South 30"}
	for what, tc := range map[string]struct {
		change func(w *world, c *survey.Contact)
		filter []string
		cells  []string // of the second round; none: nobody is asked
	}{
		"the same people": {nil, nil, first},
		"one has gone over": {func(w *world, c *survey.Contact) {
			c.Team = "East"
		}, nil, []string{"en  41"}},
		"one has gone over to a large one": {func(w *world, c *survey.Contact) {
			c.Team = "South"
		}, nil, []string{"en  36", "en East 5"}},
		"a filter leaves one out": {func(w *world, c *survey.Contact) {
			c.Team = "South"
		}, []string{"North"}, nil},
		"a filter for the same people":  {nil, []string{"North"}, []string{"en North 6"}},
		"a filter for a large team":     {func(w *world, c *survey.Contact) { c.Team = "South" }, []string{"South"}, []string{"en South 31"}},
		"a filter for two of the teams": {nil, []string{"North", "East"}, []string{"en East 5", "en North 6"}},
		"one is erased, and comes again": {func(w *world, c *survey.Contact) {
			if n, _, err := w.store.RekeyBatches(w.t.Context(), "campaign", survey.MailingInvitation, c.ID, "nobodyaaaaaaaaaa", ""); err != nil || n != 1 {
				w.t.Fatal(n, err)
			}
		}, nil, []string{"en  36", "en East 5"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1e6, 1e6)
			w.employees(map[string]int{"en North": 6, "en East": 5, "en South": 30})
			id := w.ballots(nil)
			w.run(w.sender("first"))
			if got := w.cellsOfPlan(id); !slices.Equal(got, first) {
				t.Fatalf("the first round: %v", got)
			}
			w.change(id, func(c *survey.Campaign) { c.State = survey.Closed })
			if tc.change != nil {
				id := w.keys.ContactID(survey.Employees, "en-north-0@example.com")
				all, err := w.store.Contacts(t.Context(), survey.Employees, []survey.ContactID{id})
				if err != nil {
					t.Fatal(err)
				}
				c := all[id]
				tc.change(w, &c)
				if err := w.store.PutContacts(t.Context(), []survey.Contact{c}); err != nil {
					t.Fatal(err)
				}
			}
			sent := len(w.letters())
			again := w.ballots(func(c *survey.Campaign) { c.ID, c.Filter.Teams = "campagne", tc.filter })
			w.run(w.sender("second"))
			if tc.cells == nil {
				c := w.state(again)
				if c.State != survey.Paused || c.Stopped != survey.StoppedNear || len(w.letters()) != sent {
					t.Errorf("%s, %q, %d letters", c.State, c.Stopped, len(w.letters())-sent)
				}
				if told := w.told(); !strings.Contains(fmt.Sprint(told), "same people") {
					t.Errorf("told: %v", told)
				}
				return
			}
			if got := w.cellsOfPlan(again); !slices.Equal(got, tc.cells) {
				t.Errorf("the second round: %v, want %v", got, tc.cells)
			}
		})
	}
}
