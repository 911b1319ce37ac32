package sample_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"onetap/internal/local/sample"
	"onetap/internal/nps"
)

// seed is the one that the laptop takes.
const seed = sample.Seed

var opened = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// known are the customers of the samples' lists.
func known(t *testing.T) (all []sample.Customer) {
	t.Helper()
	file := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("../../../samples", name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, name := range []string{"customers-ru.csv", "customers-en.csv"} {
		some, err := sample.Read(file(name), file("staff.csv"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
	}
	if len(all) != 300 {
		t.Fatalf("%d customers are known", len(all))
	}
	return all
}

// The story is in the answers: in one city the score falls with the third wave and rises after the fourth by more than chance, and nothing
// else moves: not that city otherwise, and not the rest of the company at any time.
func TestTheStoryIsTrue(t *testing.T) {
	t.Parallel()
	w := sample.Invent(seed, known(t), opened)
	var city, rest [sample.Waves]nps.Tally
	for _, a := range w.Answers {
		of := &rest
		if a.Who.City == sample.City {
			of = &city
		}
		of[a.Wave].Count(nps.Score(a.Score), 1)
	}
	differs := func(of [sample.Waves]nps.Tally, a, b int) (float64, bool) {
		c, ok := nps.Compare(of[a], of[b])
		if !ok {
			t.Fatalf("waves %d and %d cannot be compared", a+1, b+1)
		}
		return c.Difference, !c.Interval.Contains(0)
	}
	for k := range city {
		c, _ := city[k].NPS()
		r, _ := rest[k].NPS()
		i, _ := city[k].Interval()
		t.Logf("wave %d: %s %.0f of %d [%.0f, %.0f], the rest %.0f of %d", k+1, sample.City, c, city[k].Answers(), i.Low, i.High, r, rest[k].Answers())
	}
	for _, moved := range []struct {
		a, b int
		sign float64
	}{{1, 2, -1}, {0, 3, -1}, {3, 4, 1}, {2, 5, 1}} {
		if d, real := differs(city, moved.a, moved.b); !real || d*moved.sign < 20 {
			t.Errorf("from wave %d to %d %s moves by %.0f (real: %v)", moved.a+1, moved.b+1, sample.City, d, real)
		}
	}
	for _, still := range [][2]int{{0, 1}, {2, 3}, {4, 5}, {1, 5}} {
		if d, real := differs(city, still[0], still[1]); real {
			t.Errorf("from wave %d to %d %s moves by %.0f", still[0]+1, still[1]+1, sample.City, d)
		}
	}
	for k := range sample.Waves {
		for j := range k {
			if d, real := differs(rest, j, k); real {
				t.Errorf("from wave %d to %d the rest moves by %.0f", j+1, k+1, d)
			}
		}
	}
}

// There are about 4,000 answers in both languages, the same people in many waves, each once in a wave and with scores that are alike.
func TestTheSamePeopleAnswer(t *testing.T) {
	t.Parallel()
	w := sample.Invent(seed, known(t), opened)
	languages, waves := map[string]int{}, map[string]map[int]int{}
	for _, a := range w.Answers {
		languages[a.Who.Language]++
		if waves[a.Who.Email] == nil {
			waves[a.Who.Email] = map[int]int{}
		}
		if _, twice := waves[a.Who.Email][a.Wave]; twice {
			t.Fatalf("somebody answers wave %d twice", a.Wave)
		}
		waves[a.Who.Email][a.Wave] = a.Score
		if a.Score < 0 || a.Score > 10 || a.At.After(opened) || !strings.HasSuffix(a.Who.Email, "@example.ru") && !strings.HasSuffix(a.Who.Email, "@example.com") {
			t.Errorf("%+v", a)
		}
	}
	if n := len(w.Answers); n < 3700 || n > 4300 || languages["ru"] < 1800 || languages["en"] < 1200 {
		t.Errorf("%d answers: %v", n, languages)
	}
	var pairs, near, several, silent, fresh int
	for _, of := range waves {
		if len(of) >= 3 {
			several++
		}
		_, first := of[0]
		_, last := of[sample.Waves-1]
		if first && !last {
			silent++
		}
		if !first && last {
			fresh++
		}
		for k, score := range of {
			if next, ok := of[k+1]; ok {
				pairs++
				if max(score-next, next-score) <= 2 {
					near++
				}
			}
		}
	}
	t.Logf("%d people, %d of them in three waves and more, %d fell silent, %d came later; %d of %d pairs of answers are at most two apart", len(waves), several, silent, fresh, near, pairs)
	if several < 500 || silent < 100 || fresh < 100 || near*4 < pairs*3 {
		t.Error("the same people do not answer alike")
	}
}

// companies are real ones of the trade and around it, none of which is meant.
var companies = strings.Fields("сбер яндекс сдэк озон ozon wildberries газпром почта ржд билайн мтс мегафон dhl ups fedex amazon google microsoft oracle sap maersk dpd hermes 1с битрикс авито")

// Comments are as a person would write them: few are equal, most of the unhappy leave one, no slot is left open, no company is named.
func TestCommentsAreNoCopies(t *testing.T) {
	t.Parallel()
	w := sample.Invent(seed, known(t), opened)
	met, n, wishes, lengths := map[string]int{}, 0, 0, [3]int{}
	answers, with := map[string]int{}, map[string]int{}
	for _, a := range w.Answers {
		g := fmt.Sprint(nps.Score(a.Score).Group())
		answers[g]++
		if a.Wish != "" {
			wishes++
		}
		for _, text := range []string{a.Why, a.Wish} {
			if strings.ContainsAny(text, "[]{}|") || strings.Contains(text, "  ") || strings.Contains(text, "%!") {
				t.Errorf("%q", text)
			}
			words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			for _, word := range words {
				for _, name := range companies {
					if word == name {
						t.Errorf("%q names %q", text, name)
					}
				}
			}
		}
		if a.Why == "" {
			continue
		}
		with[g]++
		n++
		met[a.Why]++
		switch chars := len([]rune(a.Why)); {
		case chars < 30:
			lengths[0]++
		case chars < 120:
			lengths[1]++
		default:
			lengths[2]++
		}
		cyrillic := strings.ContainsFunc(a.Why, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
		if cyrillic != (a.Who.Language == "ru") {
			t.Errorf("somebody who is written to in %s writes %q", a.Who.Language, a.Why)
		}
	}
	copies := n - len(met)
	t.Logf("%d comments of %d answers, %d equal to another, %d wishes; short, middle, long: %v; of groups %v of %v", n, len(w.Answers), copies, wishes, lengths, with, answers)
	if share := float64(n) / float64(len(w.Answers)); share < 0.4 || share > 0.52 {
		t.Errorf("%.2f of the answers have comments", share)
	}
	if copies*100 > 4*n || lengths[0] < 60 || lengths[2] < 60 || wishes < 200 {
		t.Error("the comments are copies, or all of one kind")
	}
}

// A seed makes one world, however often.
func TestInventedFromASeed(t *testing.T) {
	t.Parallel()
	a, b := sample.Invent(seed, known(t), opened), sample.Invent(seed, known(t), opened)
	if !reflect.DeepEqual(a.Answers, b.Answers) || !reflect.DeepEqual(a.Lists, b.Lists) || !reflect.DeepEqual(a.History(), b.History()) {
		t.Error("the same seed makes another world")
	}
	if names := fmt.Sprint(a.Names); names != "[NPS 2025 Q2 NPS 2025 Q3 NPS 2025 Q4 NPS 2026 Q1 NPS 2026 Q2 NPS 2026 Q3 NPS 2026 Q4]" {
		t.Error(names)
	}
	replies := 0
	for _, c := range known(t) {
		r, ok := a.Reply(c.Email)
		again, same := b.Reply(c.Email)
		if ok != same || r != again {
			t.Fatal("the same seed replies otherwise")
		}
		if ok {
			replies++
		}
	}
	if replies < 110 || replies > 190 {
		t.Errorf("%d of 300 answer the open wave", replies)
	}
	if _, ok := a.Reply("stranger@example.com"); ok {
		t.Error("a stranger replies")
	}
}

// Whatever day the sample is made, everybody gives the same scores: words depend on the month, and have a luck of their own.
func TestScoresAreTheSameEveryDay(t *testing.T) {
	t.Parallel()
	all, scores := known(t), func(w *sample.World) (out []int) {
		for _, a := range w.Answers {
			out = append(out, a.Score)
		}
		for _, c := range known(t) {
			a, ok := w.Reply(c.Email)
			if !ok {
				a.Score = -1
			}
			out = append(out, a.Score)
		}
		return out
	}
	want := scores(sample.Invent(seed, all, opened))
	for _, day := range []time.Time{opened.AddDate(0, 1, 0), opened.AddDate(0, 5, 20), opened.AddDate(1, 11, 3)} {
		if got := scores(sample.Invent(seed, all, day)); !slices.Equal(got, want) {
			t.Errorf("%v: other scores", day)
		}
	}
}

// At the end of a month, and over a year's end, every wave has a quarter of its own.
func TestWavesHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	for day := opened; day.Before(opened.AddDate(2, 0, 0)); day = day.AddDate(0, 0, 9) {
		w, names := sample.Invent(seed, nil, day), map[string]bool{}
		for _, name := range w.Names {
			names[name] = true
		}
		if len(names) != sample.Waves+1 {
			t.Errorf("%v: %v", day, w.Names)
		}
	}
}
