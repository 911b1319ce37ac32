package waves_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"onetap/internal/insight/themes"
	"onetap/internal/nps"
	"onetap/internal/stats"
	"onetap/internal/survey"
	"onetap/internal/waves"
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func answer(contact, score int, why string) survey.Response {
	return survey.Response{Contact: survey.ContactID(fmt.Sprint("c", contact)), Score: score, Why: why, Verified: true}
}

// One region's deliveries come late: the analysis says that it is that region's own people, what they speak of, and who they were before.
func TestAnalysisTellsTheStory(t *testing.T) {
	t.Parallel()
	m := waves.NewMaker("now", "then", []string{"team", "location"}, themes.Default())
	for n := range 300 {
		place, score := "Tver", 9
		if n < 100 {
			place = "Kazan"
		}
		m.Earlier(answer(n, score, "всё хорошо"), []string{"one", place})
	}
	for n := 20; n < 320; n++ { // twenty have left, twenty are new
		place, score, why := "Tver", 9, ""
		if n < 100 {
			place, score, why = "Kazan", 4, "Курьер опоздал на три часа"
		}
		m.Answer(answer(n, score, why), []string{"one", place})
	}
	a := m.Done(themes.Default(), noon)
	if a.Movement.People[2][0] != 80 || a.Movement.People[2][2] != 200 || a.Movement.Came != [3]int64{0, 0, 20} || a.Movement.Left != [3]int64{0, 0, 20} || a.Came.Answers() != 20 {
		t.Errorf("%+v", a.Movement)
	}
	change, ok := a.Change()
	if !ok || !change.Real || math.Abs(change.Difference+160./3) > 0.1 {
		t.Errorf("%+v", change)
	}
	driving := waves.ByOddity(a.Mixes)[0]
	if odd, excess := driving.Odd(); driving.Kind != "location" || odd.Segment != "Kazan" || odd.Within > -50 || excess > -30 {
		t.Errorf("%+v", driving)
	}
	for _, mix := range a.Mixes {
		if x, w := mix.Sum(); math.Abs(x+w-change.Difference) > 1e-9 {
			t.Errorf("%s: %v and %v do not make %v", mix.Kind, x, w, change.Difference)
		}
	}
	found := map[string]waves.Mentioned{}
	for _, theme := range a.Themes {
		found[theme.Theme] = theme
	}
	late := found["speed"]
	if now, then := a.Share(late); a.Comments != 80 || late.Now.Answers() != 80 || found["delivery"].Now.Detractors() != 80 || now.Of != 80 || then.Did != 0 || then.Of != 300 {
		t.Errorf("%+v of %d", a.Themes, a.Comments)
	}
	if a.Unthemed.Answers() != 0 {
		t.Errorf("%+v", a.Unthemed)
	}
}

// The first wave, one of which nobody answered before, empty ones, equal ones: nothing is invented.
func TestAnalysisOfLittle(t *testing.T) {
	t.Parallel()
	first := waves.NewMaker("now", "", []string{"team"}, themes.Default())
	first.Answer(answer(1, 9, "👍"), []string{""})
	if a := first.Done(themes.Default(), noon); a.Movement != (stats.Movement{}) || len(a.Mixes) != 0 || a.Unthemed.Answers() != 1 || a.Whole.Answers() != 1 {
		t.Errorf("the first: %+v", a)
	}
	strangers := waves.NewMaker("now", "then", []string{"team"}, themes.Default())
	strangers.Earlier(answer(1, 9, ""), []string{"a"})
	strangers.Answer(answer(2, 9, ""), []string{"a"})
	a := strangers.Done(themes.Default(), noon)
	if _, ok := a.Movement.Compare(); ok || a.Movement.Both() != 0 || a.Came.Answers() != 1 || a.Left.Answers() != 1 {
		t.Errorf("nobody in both: %+v", a)
	}
	none := waves.NewMaker("now", "then", nil, themes.Default()).Done(themes.Default(), noon)
	if _, ok := none.Change(); ok {
		t.Error("a change of nothing")
	}
}

// The margins of the movement are the waves' groups, whoever came or left.
func TestMarginsAreTheWaves(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 16))
		m := waves.NewMaker("now", "then", nil, nil)
		for n := range r.IntN(50) {
			m.Earlier(answer(n, r.IntN(11), ""), nil)
		}
		from := r.IntN(60)
		for n := from; n < from+r.IntN(50); n++ {
			m.Answer(answer(n, r.IntN(11), ""), nil)
		}
		a := m.Done(nil, noon)
		for i, g := range nps.Groups {
			row, column := a.Movement.Left[i], a.Movement.Came[i]
			for j := range nps.Groups {
				row += a.Movement.People[i][j]
				column += a.Movement.People[j][i]
			}
			if row != a.Earlier.In(g) || column != a.Whole.In(g) {
				t.Errorf("seed %d, %s: %d and %d", seed, g, row, column)
			}
		}
	}
}

func TestWhatIsDue(t *testing.T) {
	t.Parallel()
	open, closed := survey.Campaign{ID: "a", State: survey.Open}, survey.Campaign{ID: "a", State: survey.Closed}
	done := func(ago time.Duration, answers int64) waves.Looked {
		return waves.Looked{At: noon.Add(-ago)}.With("a", waves.Done{At: noon.Add(-ago), Answers: answers, Dictionary: 1})
	}
	asked := done(time.Minute, 5).With("a", waves.Done{At: noon, Answers: 5, Dictionary: 1, Asked: true})
	for what, c := range map[string]struct {
		known   waves.Looked
		of      survey.Campaign
		answers int64
		want    bool
	}{
		"just closed":                      {waves.Looked{}, closed, 5, true},
		"closed, nobody answered":          {waves.Looked{}, closed, 0, false},
		"open, for the first time":         {waves.Looked{}, open, 5, true},
		"open, an hour later":              {done(time.Hour, 5), open, 9, false},
		"open, a night later":              {done(21*time.Hour, 5), open, 9, true},
		"open, a night later, no more":     {done(21*time.Hour, 5), open, 5, false},
		"closed, the same":                 {done(21*time.Hour, 5), closed, 5, false},
		"closed, answers were taken back":  {done(time.Hour, 5), closed, 0, true},
		"closed, more are coming just now": {done(time.Minute, 5), closed, 9, false},
		"asked for":                        {asked, open, 5, true},
	} {
		if got := c.known.DueOf(c.of, c.answers, 1, noon); got != c.want {
			t.Errorf("%s: %v", what, got)
		}
	}
	if !done(time.Hour, 5).DueOf(closed, 5, 2, noon) || done(time.Minute, 5).DueOf(closed, 5, 2, noon) {
		t.Error("another dictionary")
	}
	if !asked.Due(noon) || !(waves.Looked{At: noon}).Due(noon) || done(time.Minute, 5).Due(noon) || !done(time.Hour, 5).Due(noon) {
		t.Error("whether to look")
	}
}

// What differs from the rest is found, corrected for how many were looked at: of forty teams that are all the same none is called different, and of
// those of which one is another, that one.
func TestWhatStandsOut(t *testing.T) {
	t.Parallel()
	for _, odd := range []bool{false, true} {
		r := rand.New(rand.NewPCG(3, 1))
		m := waves.NewMaker("now", "", []string{"team", "language"}, nil)
		for n := range 4000 {
			score := []int{10, 9, 9, 8, 7, 6, 10, 3}[r.IntN(8)]
			team := fmt.Sprint("team ", n%40)
			if odd && n%40 == 7 {
				score = []int{3, 5, 8, 9}[r.IntN(4)]
			}
			m.Answer(answer(n, score, ""), []string{team, ""})
		}
		got := m.Done(nil, noon).Standing
		var called []string
		for _, s := range got.Segments {
			if s.Differs() {
				called = append(called, s.Value)
			}
			if s.P < s.Than.P || s.Tally.Answers() != 100 {
				t.Errorf("%+v", s)
			}
		}
		if got.Looked != 40 || len(got.Segments) != 20 || odd != (len(called) == 1 && called[0] == "team 7") || !odd && len(called) != 0 {
			t.Errorf("odd %v: of %d looked at, %v are called different", odd, got.Looked, called)
		}
	}
}

// Those who answered are made up as those who were asked: by hand, one region of two answered half as often. Where they are made up so already, nothing
// changes; where somebody's answer is missing, or few would count, there is no weighted score, and it is said why.
func TestWeightedToWhoWasAsked(t *testing.T) {
	t.Parallel()
	sample := func(north, south, little int, asked map[string]int64) waves.Sample {
		m := waves.NewMaker("now", "", []string{"location", "language"}, nil)
		for n := range north {
			m.Answer(answer(n, []int{9, 10, 9, 3}[n%4], ""), []string{"north", "ru"}) // NPS 50
		}
		for n := range south {
			m.Answer(answer(1000+n, []int{9, 4, 8, 3}[n%4], ""), []string{"south", "ru"}) // NPS −25
		}
		for n := range little {
			m.Answer(answer(2000+n, 9, ""), []string{"little", "ru"})
		}
		m.Asked("location", asked)
		m.Asked("language", map[string]int64{"ru": 1200}) // all the same: nothing to weight by
		return m.Done(nil, noon).Sample
	}
	got := sample(200, 100, 0, map[string]int64{"north": 600, "south": 600})
	w := got.Weighted
	if w == nil || w.Refused != "" || math.Abs(w.NPS-12.5) > 1e-9 || math.Abs(w.N-300./1.125) > 1e-6 || len(w.Kinds) != 1 {
		t.Errorf("%+v", w)
	}
	if len(got.By) != 1 || got.By[0].Values[0] != (waves.Part{Value: "north", Asked: 600, Answered: 200}) {
		t.Errorf("%+v", got.By)
	}
	if w := sample(200, 100, 0, map[string]int64{"north": 800, "south": 400}).Weighted; math.Abs(w.NPS-25) > 1e-9 || math.Abs(w.N-300) > 1e-6 {
		t.Errorf("made up as it is: %+v", w)
	}
	for what, c := range map[string]struct {
		of   waves.Sample
		want waves.Refusal
	}{
		"nobody of one": {sample(200, 100, 0, map[string]int64{"north": 600, "south": 600, "east": 300}), waves.EmptyCell},
		"few answers":   {sample(30, 10, 0, map[string]int64{"north": 600, "south": 600}), waves.FewAnswers},
		"few count":     {sample(400, 8, 0, map[string]int64{"north": 600, "south": 1200}), waves.FewCount},
		"not asked":     {sample(200, 100, 3, map[string]int64{"north": 600, "south": 600}), waves.EmptyCell},
	} {
		if w := c.of.Weighted; w == nil || w.Refused != c.want {
			t.Errorf("%s: %+v, want %s", what, w, c.want)
		}
	}
	if w := sample(200, 100, 2, map[string]int64{"north": 600, "south": 600, "little": 5, "tiny": 4}).Weighted; w == nil || w.Refused != "" {
		t.Errorf("small ones are taken together: %+v", w)
	}
	if got := sample(200, 100, 0, nil); got.Weighted != nil || got.By != nil {
		t.Errorf("nothing is known of who was asked: %+v", got)
	}
}
