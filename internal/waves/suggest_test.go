package waves_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"onetap/internal/insight/themes"
	"onetap/internal/waves"
)

var couriers = themes.Dictionary{{ID: "a", Names: map[string]string{"en": "A"}, Words: []string{"курьер"}}, {ID: "b", Names: map[string]string{"en": "B"}, Words: []string{"парковка"}, Hidden: true}}

// told is a wave of which detractors speak of a lift and its buttons, or of a queue at the desk, promoters of music; all of what says nothing.
func told(seed uint64, before bool) waves.Analysis {
	r := rand.New(rand.NewPCG(seed, 1))
	m := waves.NewMaker("now", "then", nil, couriers)
	filler := strings.Fields("город погода компания неделя месяц квартира дорога утро")
	comment := func(words string) string {
		return fmt.Sprintf("%s %s, курьер и парковка %s", filler[r.IntN(8)], words, filler[r.IntN(8)])
	}
	if before {
		for n := range 400 {
			m.Earlier(answer(n, []int{3, 10}[n%2], comment([]string{"музыка играет", "турникет"}[n%2])), nil)
		}
	}
	for n := range 600 {
		score, words := 10, "музыка играет"
		switch n % 4 {
		case 0:
			score, words = 2, []string{"лифт застрял, кнопки", "кнопки и лифты"}[r.IntN(2)]
		case 1:
			score, words = 3, []string{"очередь на ресепшене", "ресепшен и очереди", "очередь на ресепшене не двигалась"}[r.IntN(3)]
		}
		m.Answer(answer(n, score, comment(words)), nil)
	}
	return m.Done(couriers, noon)
}

// Words that tell the groups apart are found, those that occur together stand together, and neither what themes know nor what everybody says is there.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		a := told(seed, false)
		groups := map[string]int{}
		low := map[string]float64{}
		for i, s := range a.Suggested {
			for _, w := range s.Words {
				groups[strings.TrimRight(w.Word, "иы")], low[strings.TrimRight(w.Word, "иы")] = i+1, w.Low
				if w.More != 0 || w.Comments < 5 || w.Most() < 2.58 {
					t.Errorf("seed %d: %+v", seed, w)
				}
			}
			if s.Tally.Answers() < int64(s.Words[0].Comments) || s.Tally.Answers() > 600 {
				t.Errorf("seed %d: %+v", seed, s)
			}
		}
		if groups["лифт"] == 0 || groups["лифт"] != groups["кнопк"] || groups["лифт"] == groups["очередь"] || groups["очередь"] == 0 || groups["музыка"] == groups["лифт"] || groups["музыка"] == groups["очередь"] {
			t.Errorf("seed %d: %+v", seed, a.Suggested)
		}
		if low["лифт"] < 5 || low["музыка"] > -5 || low["не двигалась"] < 2.58 {
			t.Errorf("seed %d: %v", seed, low)
		}
		for _, no := range []string{"курьер", "парковка", "не", "на"} {
			if groups[no] != 0 {
				t.Errorf("seed %d: %q is suggested", seed, no)
			}
		}
		if !reflect.DeepEqual(a, told(seed, false)) {
			t.Errorf("seed %d: another time it is another", seed)
		}
	}
}

// What is said more than in the wave before is found, though all groups say it; what nobody says any more is not.
func TestSuggestionsOfANewWave(t *testing.T) {
	t.Parallel()
	found := map[string]waves.Word{}
	for _, s := range told(1, true).Suggested {
		for _, w := range s.Words {
			found[w.Word] = w
		}
	}
	if found["очередь"].More < 5 && found["очереди"].More < 5 || found["турникет"].Word != "" {
		t.Errorf("%+v", found)
	}
}

// In a small wave after a large one that spoke of the same, words that only detractors say are found still.
func TestSuggestionsOfASmallWave(t *testing.T) {
	t.Parallel()
	m := waves.NewMaker("now", "then", nil, couriers)
	for n := range 300 {
		m.Earlier(answer(n, []int{2, 10}[n%2], []string{"лифт застрял", "музыка"}[n%2]), nil)
	}
	for n := range 80 {
		m.Answer(answer(n, []int{2, 10}[n%2], []string{"лифт застрял", "музыка"}[n%2]), nil)
	}
	var all []string
	for _, s := range m.Done(couriers, noon).Suggested {
		for _, w := range s.Words {
			all = append(all, w.Word)
		}
	}
	if slices.Sort(all); strings.Join(all, " ") != "застрял лифт музыка" {
		t.Errorf("%q", all)
	}
}

// Little, odd and endless comments: nothing is invented, and nothing grows without bounds.
func TestSuggestionsOfOddComments(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	letters := []rune("абвгдежзиклмнопрстуфхцчшщэюя")
	random := func() string {
		var b strings.Builder
		for b.Len() < 10_000 {
			for range 3 + r.IntN(8) {
				b.WriteRune(letters[r.IntN(len(letters))])
			}
			b.WriteByte(' ')
		}
		return b.String()
	}
	for what, why := range map[string]func(n int) string{
		"no comments":   func(int) string { return "" },
		"emoji":         func(int) string { return "👍👎🔥" },
		"one comment":   func(n int) string { return []string{"лифт сломан", ""}[min(n, 1)] },
		"one word":      func(int) string { return strings.Repeat("лифт ", 10_000/5) },
		"all the same":  func(int) string { return "лифт застрял" },
		"10,000 random": func(int) string { return random() },
		"tags":          func(int) string { return "<script>alert(1)</script> .* (a|b)+" },
	} {
		m := waves.NewMaker("now", "", nil, couriers)
		for n := range 20 {
			m.Answer(answer(n, n%11, why(n)), nil)
		}
		a := m.Done(couriers, noon)
		words := 0
		for _, s := range a.Suggested {
			words += len(s.Words)
		}
		if words > 48 || len(a.Suggested) > 8 || words > 0 && what != "10,000 random" {
			t.Errorf("%s: %+v", what, a.Suggested)
		}
	}
	// Comments in a third language, and mixed ones, are words as well.
	m := waves.NewMaker("now", "", nil, couriers)
	for n := range 200 {
		m.Answer(answer(n, []int{1, 10}[n%2], []string{"το ασανσέρ сломался again", "super Aussicht, музыка"}[n%2]), nil)
	}
	var all []string
	for _, s := range m.Done(couriers, noon).Suggested {
		for _, w := range s.Words {
			all = append(all, w.Word)
		}
	}
	for _, want := range []string{"ασανσέρ", "сломался", "aussicht", "музыка"} {
		if !slices.Contains(all, want) {
			t.Errorf("no %q among %q", want, all)
		}
	}
}
