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
