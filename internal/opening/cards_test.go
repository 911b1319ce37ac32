package opening_test

import (
	"fmt"
	"strings"
	"testing"

	"onetap/internal/ballot"
	"onetap/internal/keys"
)

// Answers by cards end in the figures with those by letters, and hide among them: of a team in which too few have answered by letters
// there are figures once enough have by cards, and the people who were given cards count as those who were written to.
func TestCardsCountWithLetters(t *testing.T) {
	t.Parallel()
	k, err := keys.NewKeys(strings.Repeat("k", keys.MinMaster), 1)
	must(t, err)
	for _, printed := range []bool{false, true} {
		w := newWorld(t, map[string][2]int{"North": {12, 6}, "Store": {5, 2}})
		by := func(cell ballot.Number, n int) {
			for i := range n {
				code := fmt.Sprintf("%d%010d1", cell, i)
				w.cast(k.Box(k.OfCode(id, cell, code)), ballot.Answer{Cell: cell, Score: 9})
			}
		}
		want := map[string]int{"North": 6, "Store": 0}
		if printed {
			c := w.campaign()
			c.Cards = []int{10, 0, 8}
			_, err := w.store.SaveCampaign(t.Context(), c)
			must(t, err)
			by(2, 4) // of the store's team: two letters and four cards
			by(0, 7) // of everybody
			want = map[string]int{"North": 6, "Store": 6, "": 7}
		} else {
			want = map[string]int{"": 8} // the store's two hide among the others
		}
		must(t, w.opener().Run(t.Context()))
		teams, _, _ := w.results()
		for team, n := range want {
			if len(teams[team]) != n {
				t.Errorf("cards %v: %q has %d answers, want %d: %v", printed, team, len(teams[team]), n, teams)
			}
		}
		c := w.campaign()
		people := 17 + c.Printed()
		if c.InBox() || c.Box.Kept > people {
			t.Errorf("cards %v: %+v of %d", printed, c.Box, people)
		}
		w.empty()
	}
}
