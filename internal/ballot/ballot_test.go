package ballot_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"pgregory.net/rapid"

	"onetap/internal/ballot"
)

// chance is a reader of a seed's random bytes.
func chance(seed uint64) *rand.ChaCha8 {
	return rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24)})
}

// organisation is the cells of some people, one each.
func organisation(t *rapid.T, most int) (people []ballot.Cell) {
	columns := rapid.IntRange(0, 3).Draw(t, "columns")
	values := rapid.IntRange(1, 6).Draw(t, "values")
	for range rapid.IntRange(0, most).Draw(t, "people") {
		c := ballot.Cell{Language: rapid.SampledFrom([]string{"ru", "ru", "ru", "en"}).Draw(t, "language"), Values: make([]string, columns)}
		for i := range c.Values {
			if v := rapid.IntRange(0, values).Draw(t, "value"); v > 0 {
				c.Values[i] = fmt.Sprint(i, "-", v)
			}
		}
		people = append(people, c)
	}
	return people
}

// counted are the different cells of some people, and how many there are of each.
func counted(people []ballot.Cell) (cells []ballot.Cell, weights []ballot.Weight) {
	for _, c := range people {
		i := slices.IndexFunc(cells, func(d ballot.Cell) bool { return reflect.DeepEqual(c, d) })
		if i < 0 {
			i = len(cells)
			cells, weights = append(cells, c), append(weights, ballot.Weight{})
		}
		weights[i].People++
	}
	return cells, weights
}

// whole checks that every cell is in one group, that no two groups read alike, and that none says of a cell what is not so.
func whole(t *rapid.T, cells []ballot.Cell, weights []ballot.Weight, groups []ballot.Group, enough func(ballot.Weight) bool) {
	var all ballot.Weight
	for _, w := range weights {
		all = ballot.Weight{People: all.People + w.People, Answers: all.Answers + w.Answers}
	}
	if len(groups) == 0 {
		if enough(all) {
			t.Fatalf("%+v are enough, and there is no group", all)
		}
		return
	}
	in := make([]int, len(cells))
	names := map[string]bool{}
	for _, g := range groups {
		if !enough(g.Weight) {
			t.Fatalf("a group of %+v", g.Weight)
		}
		name := fmt.Sprintf("%q", append([]string{g.Cell.Language}, g.Cell.Values...))
		if names[name] {
			t.Fatalf("two groups are %s", name)
		}
		names[name] = true
		var sum ballot.Weight
		for _, m := range g.Members {
			in[m]++
			sum = ballot.Weight{People: sum.People + weights[m].People, Answers: sum.Answers + weights[m].Answers}
			for i, says := range append([]string{g.Cell.Language}, g.Cell.Values...) {
				if is := append([]string{cells[m].Language}, cells[m].Values...)[i]; says != "" && says != is {
					t.Fatalf("%q is called %q", is, says)
				}
			}
		}
		if sum != g.Weight {
			t.Fatalf("a group of %+v has %+v", sum, g.Weight)
		}
	}
	for i, n := range in {
		if n != 1 {
			t.Fatalf("cell %d is in %d groups", i, n)
		}
	}
}

// Of whatever organisation: everybody is in one cell, none has fewer than Least, and none says what is not true of its people.
func TestPlanIsTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cells, weights := counted(organisation(t, 300))
		whole(t, cells, weights, ballot.Plan(cells, weights), func(w ballot.Weight) bool { return w.People >= ballot.Least })
	})
}

// The last value goes first, then the others, the language last; who fits nowhere goes to the nearest, of several the smallest.
func TestPlanTakesAwayTheLastFirst(t *testing.T) {
	t.Parallel()
	cell := func(l string, v ...string) ballot.Cell { return ballot.Cell{Language: l, Values: v} }
	for what, tc := range map[string]struct {
		cells  []ballot.Cell
		people []int
		want   string
	}{
		"all large enough": {[]ballot.Cell{cell("ru", "North", "Head"), cell("ru", "South", "Head")}, []int{5, 6}, "ru North Head 5, ru South Head 6"},
		"the last value": {
			[]ballot.Cell{cell("ru", "North", "Head"), cell("ru", "North", "Staff"), cell("ru", "South", "Head")},
			[]int{2, 4, 5},
			"ru North _ 6, ru South Head 5",
		},
		"a large one keeps its own": {
			[]ballot.Cell{cell("ru", "North", "Head"), cell("ru", "North", "Staff"), cell("ru", "South", "Head"), cell("ru", "South", "Staff")},
			[]int{2, 40, 1, 2},
			"ru _ _ 5, ru North Staff 40",
		},
		"both values": {
			[]ballot.Cell{cell("ru", "North", "Head"), cell("ru", "South", "Staff")}, []int{4, 1}, "ru _ _ 5",
		},
		"the language": {[]ballot.Cell{cell("ru", "North"), cell("en", "South"), cell("en", "West")}, []int{3, 2, 5}, "_ _ 5, en West 5"},
		"the nearest, and what it agrees on": {
			[]ballot.Cell{cell("ru", "North"), cell("en", "North"), cell("en", "South"), cell("en", "West")},
			[]int{3, 9, 5, 7},
			"_ North 12, en South 5, en West 7",
		},
		"of several the smallest": {
			[]ballot.Cell{cell("en", "North"), cell("en", "South"), cell("en", "West")},
			[]int{9, 5, 2},
			"en _ 7, en North 9",
		},
		"who has no value is with those whose value is gone": {
			[]ballot.Cell{cell("ru", ""), cell("ru", "North")}, []int{6, 2}, "ru _ 8",
		},
		"four people": {[]ballot.Cell{cell("ru"), cell("en")}, []int{2, 2}, ""},
		"nobody":      {nil, nil, ""},
	} {
		weights := make([]ballot.Weight, len(tc.people))
		for i, n := range tc.people {
			weights[i].People = n
		}
		var got []string
		for _, g := range ballot.Plan(tc.cells, weights) {
			words := append([]string{g.Cell.Language}, g.Cell.Values...)
			for i, w := range words {
				if w == "" {
					words[i] = "_"
				}
			}
			got = append(got, fmt.Sprint(strings.Join(words, " "), " ", g.People))
		}
		if s := strings.Join(got, ", "); s != tc.want {
			t.Errorf("%s: %s, want %s", what, s, tc.want)
		}
	}
}

// At the opening: every group has Least answers of Least people who got a letter, and groups of words have LeastWords and
// are whole groups of figures.
func TestOpenIsTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cells, weights := counted(organisation(t, 300))
		for i := range weights {
			weights[i].Answers = rapid.IntRange(0, weights[i].People+1).Draw(t, "answers") // one more: a card, a bounced letter's neighbour
			weights[i].People -= rapid.IntRange(0, weights[i].People).Draw(t, "bounced")
		}
		figures, words := ballot.Open(cells, weights)
		whole(t, cells, weights, figures, func(w ballot.Weight) bool { return w.Answers >= ballot.Least && w.People >= ballot.Least })
		if len(figures) > 0 {
			whole(t, cells, weights, words, func(w ballot.Weight) bool { return w.Answers >= ballot.LeastWords && w.People >= ballot.LeastWords })
		}
		for _, f := range figures {
			for _, w := range words {
				in := 0
				for _, m := range f.Members {
					if slices.Contains(w.Members, m) {
						in++
					}
				}
				if in != 0 && in != len(f.Members) {
					t.Fatal("words cut a group of figures in two")
				}
			}
		}
	})
}

// A batch has Least to MaxBatch people of the one cell, and everybody is in one.
func TestDeal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 700).Draw(t, "people")
		people := make([]int, n)
		for i := range people {
			people[i] = i
		}
		batches, err := ballot.Deal(chance(rapid.Uint64().Draw(t, "seed")), people)
		if n < ballot.Least {
			if !errors.Is(err, ballot.ErrTooFew) || batches != nil {
				t.Fatalf("%d people: %v, %v", n, batches, err)
			}
			return
		}
		var all []int
		for _, b := range batches {
			if len(b) < ballot.Least || len(b) > ballot.MaxBatch {
				t.Fatalf("a batch of %d", len(b))
			}
			all = append(all, b...)
		}
		if n > ballot.MaxBatch && slices.IsSorted(all) {
			t.Fatal("the order says who stood where")
		}
		if slices.Sort(all); err != nil || !slices.Equal(all, people) {
			t.Fatalf("of %d people %d are in batches: %v", n, len(all), err)
		}
		if want := (n + ballot.MaxBatch - 1) / ballot.MaxBatch; len(batches) != want {
			t.Fatalf("%d people in %d batches, want %d", n, len(batches), want)
		}
	})
	if got := ballot.Sizes(53); !slices.Equal(got, []int{48, 5}) {
		t.Errorf("53 people: %v", got)
	}
}

// However slowly letters go, no call writes to fewer than Least, and none is left for whom that would be so.
func TestNext(t *testing.T) {
	t.Parallel()
	for n := ballot.Least; n <= ballot.MaxBatch; n++ {
		for most := range ballot.MaxBatch + 5 {
			for left := n; left > 0; {
				call := ballot.Next(left, most)
				if call < ballot.Least || call > left || call > max(most, 2*ballot.Least-1) {
					t.Fatalf("%d of %d people, where %d fit", call, left, most)
				}
				left -= call
			}
		}
	}
}

// A shuffle brings everything to every place about as often, and a reader that fails is heard.
func TestShuffle(t *testing.T) {
	t.Parallel()
	const n, rounds = 5, 20_000
	var at [n][n]int
	random := chance(1)
	for range rounds {
		all := []int{0, 1, 2, 3, 4}
		if err := ballot.Shuffle(random, all); err != nil {
			t.Fatal(err)
		}
		for place, what := range all {
			at[what][place]++
		}
	}
	for what, places := range at {
		for place, times := range places {
			if times < rounds/n*9/10 || times > rounds/n*11/10 {
				t.Errorf("%d came to place %d %d times of %d", what, place, times, rounds)
			}
		}
	}
	broken := iotest.ErrReader(errors.New("broken"))
	if ballot.Shuffle(broken, []int{1, 2}) == nil {
		t.Error("a shuffle without randomness")
	}
	if _, err := ballot.Deal(broken, make([]int, 9)); err == nil {
		t.Error("batches without randomness")
	}
	if _, err := ballot.Draw(broken); err == nil {
		t.Error("a ballot without randomness")
	}
	a, _ := ballot.Draw(random)
	if b, err := ballot.Draw(random); err != nil || a == b {
		t.Errorf("two ballots are %x and %x, %v", a, b, err)
	}
}

// An answer has one length whatever somebody wrote, and comes back as it was, cut where it has no room, never within a letter.
func TestAnswer(t *testing.T) {
	t.Parallel()
	words := rapid.OneOf(rapid.String(), rapid.Map(rapid.IntRange(0, 5000), func(n int) string { return strings.Repeat("ё", n) }), rapid.Just(strings.Repeat("a", 6000)))
	rapid.Check(t, func(t *rapid.T) {
		a := ballot.Answer{
			Cell: ballot.Number(rapid.Uint16().Draw(t, "cell")), Score: rapid.IntRange(0, 10).Draw(t, "score"),
			Why: words.Draw(t, "why"), Wish: words.Draw(t, "wish"),
		}
		plain := a.Plain()
		fitting, cut := a.Fit()
		if len(plain) != ballot.Padded || cut == (fitting == a) && utf8.ValidString(a.Why+a.Wish) {
			t.Fatalf("%d bytes, cut %v", len(plain), cut)
		}
		if len(a.Why)+len(a.Wish) <= ballot.MaxWords && utf8.ValidString(a.Why) && utf8.ValidString(a.Wish) && cut {
			t.Fatal("words were cut that have room")
		}
		if cut && len(fitting.Why)+len(fitting.Wish) < ballot.MaxWords-2*utf8.UTFMax {
			t.Fatalf("words were cut to %d bytes", len(fitting.Why)+len(fitting.Wish))
		}
		if !strings.HasPrefix(a.Why, fitting.Why) || !strings.HasPrefix(a.Wish, fitting.Wish) {
			t.Fatal("other words")
		}
		if got, err := ballot.Read(plain); err != nil || got != fitting {
			t.Fatalf("%+v, %v, want %+v", got, err, fitting)
		}
		if !bytes.Equal(plain, fitting.Plain()) {
			t.Fatal("what fits is written otherwise")
		}
	})
	good := ballot.Answer{Score: 7, Why: "ё"}.Plain()
	for what, spoil := range map[string]func([]byte) []byte{
		"too short":     func(b []byte) []byte { return b[:len(b)-1] },
		"nothing":       func([]byte) []byte { return nil },
		"a version":     func(b []byte) []byte { b[0] = 9; return b },
		"a score":       func(b []byte) []byte { b[3] = 11; return b },
		"a length":      func(b []byte) []byte { b[4] = 255; return b },
		"half a letter": func(b []byte) []byte { b[5] = 1; return b },
	} {
		if _, err := ballot.Read(spoil(slices.Clone(good))); !errors.Is(err, ballot.ErrUnreadable) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
