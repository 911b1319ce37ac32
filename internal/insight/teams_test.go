package insight

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"onetap/internal/nps"
	"onetap/internal/survey"
)

func tallyOf(promoters, passives, detractors int64) (t nps.Tally) {
	t.Count(9, promoters)
	t.Count(7, passives)
	t.Count(3, detractors)
	t.Sent, t.Responded = 2*t.Answers(), t.Answers()
	return t
}

// Few answers do not win, teams that chance may have put in their order share a place, and under ten answers there is none.
func TestTeamsArePlaced(t *testing.T) {
	t.Parallel()
	all := map[string]nps.Tally{
		"Sure": tallyOf(180, 15, 5), "Lucky": tallyOf(10, 0, 0), "Middle": tallyOf(100, 60, 40), "Like the middle": tallyOf(105, 50, 45),
		"Last": tallyOf(20, 40, 140), "Nine": tallyOf(9, 0, 0), "": tallyOf(50, 50, 50),
	}
	var whole nps.Tally
	for _, one := range all {
		whole.Add(one)
	}
	list := byNPS(all, whole)
	got := map[string]string{}
	order := ""
	for _, one := range list {
		got[one.Value()] = fmt.Sprint(one.Place, one.Shared)
		order += one.Value() + ", "
	}
	want := map[string]string{"Sure": "1 true", "Lucky": "1 true", "Middle": "3 true", "Like the middle": "3 true", "Last": "5 false", "Nine": "0 false"}
	for team, place := range want {
		if got[team] != place {
			t.Errorf("%s: %s, want %s (%s)", team, got[team], place, order)
		}
	}
	if list[0].Value() != "Sure" || len(list) != len(want) { // ten promoters of ten are less sure than 180 of 200
		t.Errorf("in the order %s", order)
	}
}

// Teams between which there is no difference share the first place, mostly; places are never out of order, and whatever the figures each ranked team has one.
func TestPlacesProperties(t *testing.T) {
	t.Parallel()
	wrong := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		all := map[string]nps.Tally{}
		var whole nps.Tally
		for n := range 2 + r.IntN(12) {
			var one nps.Tally
			for range r.IntN(120) {
				one.Count(nps.Score([]int{10, 9, 8, 7, 5, 3}[r.IntN(6)]), 1)
			}
			one.Sent, one.Responded = one.Answers()+int64(r.IntN(50)), one.Answers()
			all[fmt.Sprint("team ", n)] = one
			whole.Add(one)
		}
		last := 0
		for i, one := range byNPS(all, whole) {
			switch ranked := one.Tally().Answers() >= LeastRanked; {
			case ranked != (one.Place > 0), ranked && (one.Place < last || one.Place > i+1):
				t.Errorf("seed %d: place %d of %+v", seed, one.Place, one.Tally())
			case ranked:
				if last = one.Place; last > 1 {
					wrong++
				}
			}
		}
		for i, one := range byRate(all) {
			if ranked := one.Share.Of >= LeastRanked; ranked != (one.Place > 0) || one.Place > i+1 || one.Drawn < 0 || one.Drawn > 100 {
				t.Errorf("seed %d: %+v", seed, one)
			}
		}
	}
	if wrong > 200 {
		t.Errorf("%d teams of %d histories without a difference are said to be behind", wrong, 200)
	}
}

// A rise by more than chance counts, that first which is surest to be large.
func TestMostImproved(t *testing.T) {
	t.Parallel()
	last := map[string]nps.Tally{"A": tallyOf(40, 20, 40), "B": tallyOf(40, 20, 40), "C": tallyOf(40, 20, 40), "D": tallyOf(4, 1, 4)}
	this := map[string]nps.Tally{"A": tallyOf(70, 20, 10), "B": tallyOf(42, 20, 38), "C": tallyOf(55, 25, 20), "D": tallyOf(20, 0, 0), "E": tallyOf(20, 0, 0)}
	got := improved(last, this)
	if len(got) != 2 || got[0].Team != "A" || got[1].Team != "C" || got[0].Change.Difference != 60 {
		t.Errorf("%+v", got)
	}
}

// Answers that were brought in from elsewhere, where nobody knows who was asked, make no response rate better.
func TestBroughtAnswersHaveNoRate(t *testing.T) {
	t.Parallel()
	key := survey.TallyKey{Scope: "c", Kind: survey.KindTeam, Value: "North"}
	all := addTeams([]map[survey.TallyKey]survey.Counts{{key: {"s9": 500}}, {key: {"s9": 30, "s3": 10, "sent": 100}}})
	got := byRate(all)
	if len(got) != 1 || got[0].Share != (nps.Share{Of: 100, Did: 40}) || all["North"].Answers() != 540 {
		t.Errorf("%+v of %+v", got, all)
	}
}
