package loop_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Whatever there is to deal: nobody is dealt twice, the largest values are, hands are equal to one person, of however many with the largest value each
// executive has as many as the others to one, and so of every team. The same seed deals the same.
func TestDealIsFair(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 7))
		k, n := 1+r.IntN(9), 1+r.IntN(20)
		var executives []string
		for i := range k {
			executives = append(executives, fmt.Sprint("executive", i))
		}
		all := make([]loop.Callee, r.IntN(300))
		of := map[survey.ContactID]loop.Callee{}
		teams := 1 + r.IntN(12)
		for i := range all {
			all[i] = loop.Callee{Contact: survey.ContactID(fmt.Sprint("c", i)), Team: fmt.Sprint("team", min(r.IntN(teams), r.IntN(teams))), Value: int64(r.IntN(50)), Score: r.IntN(7)}
			of[all[i].Contact] = all[i]
		}
		if len(all) > 3 {
			all = append(all, all[2], all[3]) // said twice
		}
		hands := loop.Deal(all, executives, n, seed)
		if again := loop.Deal(all, executives, n, seed); !reflect.DeepEqual(hands, again) {
			t.Fatalf("seed %d deals differently", seed)
		}
		hand, least := map[survey.ContactID]int{}, int64(1<<62)
		for h, one := range hands {
			for _, id := range one.Contacts {
				if _, twice := hand[id]; twice {
					t.Fatalf("seed %d: %s twice", seed, id)
				}
				hand[id] = h
				least = min(least, of[id].Value)
			}
			if len(one.Contacts) > n || !slices.IsSortedFunc(one.Contacts, func(a, b survey.ContactID) int { return int(of[b].Value - of[a].Value) }) {
				t.Fatalf("seed %d: a hand of %v", seed, one)
			}
		}
		if len(hand) != min(k*n, len(of)) {
			t.Fatalf("seed %d: %d of %d were dealt to %d, %d each", seed, len(hand), len(of), k, n)
		}
		for id, c := range of {
			if _, dealt := hand[id]; !dealt && c.Value > least {
				t.Fatalf("seed %d: %v was left out", seed, c)
			}
		}
		even := func(what string, fits func(loop.Callee) bool) {
			counts := make([]int, k)
			for id, h := range hand {
				if fits(of[id]) {
					counts[h]++
				}
			}
			if slices.Max(counts)-slices.Min(counts) > 1 {
				t.Fatalf("seed %d: %s: %v", seed, what, counts)
			}
		}
		for team := range teams {
			even(fmt.Sprint("team ", team), func(c loop.Callee) bool { return c.Team == fmt.Sprint("team", team) })
		}
		for value := int64(0); value <= 50; value++ {
			even(fmt.Sprint("value from ", value), func(c loop.Callee) bool { return c.Value >= value })
		}
	}
	if hands := loop.Deal(nil, nil, 20, 1); len(hands) != 0 {
		t.Error(hands)
	}
}
