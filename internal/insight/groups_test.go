package insight

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onetap/internal/survey"
)

var monday = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// people are answers as "team owner language location" and a number of them, in one week.
func people(lines ...string) (c survey.Campaign, all []survey.Response) {
	c = survey.Campaign{ID: "aaaaaaaa", Audience: survey.Customers, Dimensions: []string{survey.DimensionLocation}}
	for _, line := range lines {
		var team, owner, language, location string
		var n int
		if _, err := fmt.Sscan(line, &team, &owner, &language, &location, &n); err != nil {
			panic(err)
		}
		for range n {
			all = append(all, survey.Response{
				Team: team, Owner: owner, Language: language, Segments: []string{location}, Score: len(all) % 11, Verified: true,
				Why: "words", Counted: monday,
			})
		}
	}
	return c, all
}

func groupsOf(c survey.Campaign, all []survey.Response) groups {
	g := gather(c)
	for _, r := range all {
		g.add(r)
	}
	return g.decide()
}

// computable are the sizes of the smallest sets that all that is shown can tell apart: whoever adds and subtracts groups,
// however many and of whatever dimensions, gets sums of these. Words says that only groups with words are looked at.
func computable(c survey.Campaign, all []survey.Response, g groups, words bool) map[string]int {
	sizes := map[string]int{}
	for _, r := range all {
		var in strings.Builder
		for _, kind := range Kinds(c) {
			for _, one := range g.shown[kind] {
				if one.value == Value(c, kind, r) && (one.words || !words) {
					fmt.Fprintf(&in, "%s=%q ", kind, one.value)
				}
			}
		}
		sizes[in.String()]++
	}
	return sizes
}

func smallest(sizes map[string]int) (n int) {
	for _, size := range sizes {
		if n == 0 || size < n {
			n = size
		}
	}
	return n
}

// Attacks by somebody who reads the contact list: what is shown, and that nothing small is left of it.
func TestAttacksOnFigures(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		people []string
		shown  string // kind=value of the attacked group that must not be shown, or must
		not    string
	}{
		"a small team":                              {[]string{"North a ru M 9", "South b ru M 3"}, "", "team=South"},
		"the whole less the only other team":        {[]string{"North a ru M 9", "South b ru M 3"}, "", "team=North"},
		"two small teams hide each other":           {[]string{"North a ru M 9", "South a ru M 3", "West a ru M 2"}, "team=North", "team=South"},
		"a team less one owner's people":            {[]string{"North a ru M 9", "North b ru M 2", "South b ru M 9"}, "team=North", "owner=a"},
		"a team less two owners' people":            {[]string{"North a ru M 6", "North b ru M 6", "North d ru M 1", "South d ru M 9"}, "team=North", "owner=b"},
		"two teams less an owner of both":           {[]string{"North a ru M 6", "South a ru M 6", "South b ru M 2", "West b ru M 9"}, "team=South", "owner=a"},
		"a language of a few, all in one team":      {[]string{"North a ru M 9", "North a en M 3", "South a ru M 9"}, "team=North", "language=en"},
		"a team less a language":                    {[]string{"North a en M 2", "North a ru M 7", "South a en M 9"}, "team=North", "language=ru"},
		"owner, team, language and location of one": {[]string{"North a ru M 20", "North b ru K 6", "South b en K 1", "South b ru M 20"}, "team=North", "language=en"},
		"a town that is a team but for one":         {[]string{"North a ru K 9", "South b ru K 1", "South b ru M 9"}, "team=North", "location=K"},
		"nobody's people":                           {[]string{"North a ru M 9", "North - ru M 4"}, "team=North", "owner=-"},
		"four answers":                              {[]string{"North a ru M 4"}, "", "team=North"},
		"five answers":                              {[]string{"North a ru M 5"}, "team=North", "team=South"},
	} {
		c, all := people(one.people...)
		g := groupsOf(c, all)
		has := func(group string) bool {
			kind, value, _ := strings.Cut(group, "=")
			for _, s := range g.shown[kind] {
				if s.value == value {
					return true
				}
			}
			return false
		}
		if one.shown != "" && !has(one.shown) || has(one.not) {
			t.Errorf("%s: %+v", name, g.shown)
		}
		if sizes := computable(c, all, g, false); len(g.shown) > 0 && smallest(sizes) < LeastFigures && len(sizes) > 1 {
			t.Errorf("%s: can be told apart: %v", name, sizes)
		}
	}
}

// Attacks on words: lists that are laid over each other tell of a text in which groups its writer is.
func TestAttacksOnWords(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		people      []string
		words, none string
	}{
		"nine":                                {[]string{"North a ru M 9"}, "", "team=North"},
		"ten":                                 {[]string{"North a ru M 10"}, "team=North", "team=South"},
		"nine of a team":                      {[]string{"North a ru M 9", "South a ru M 30"}, "", "team=North"},
		"all but nine":                        {[]string{"North a ru M 9", "South a ru M 30"}, "", "team=South"},
		"a text in a team's and a language's": {[]string{"North a ru M 20", "North a en M 9", "South a ru M 20", "South a en M 20"}, "team=North", "language=en"},
		"a team's but no owner's":             {[]string{"North a ru M 20", "North b ru M 9", "South b ru M 20"}, "team=North", "owner=a"},
		"an owner's and a town's":             {[]string{"North a ru M 30", "North b ru K 30", "North a ru K 5", "South a ru K 30"}, "location=K", "owner=a"},
	} {
		c, all := people(one.people...)
		g := groupsOf(c, all)
		has := func(group string) bool {
			kind, value, _ := strings.Cut(group, "=")
			_, ok := g.withWords(kind, value)
			return ok
		}
		if one.words != "" && !has(one.words) || has(one.none) {
			t.Errorf("%s: %+v", name, g.shown)
		}
		if sizes := computable(c, all, g, true); len(sizes) > 1 && smallest(sizes) < LeastWords {
			t.Errorf("%s: can be told apart: %v", name, sizes)
		}
	}
}

// Of any small campaign nothing of one to four can be told apart by figures, and no words of one to nine; no two groups
// differ by as few; and what is shown is true.
func TestNothingSmallIsComputable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := survey.Campaign{ID: "aaaaaaaa", Audience: survey.Customers, Dimensions: []string{survey.DimensionLocation, survey.DimensionTier}}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n, wide := rapid.IntRange(0, 90).Draw(t, "answers"), rapid.IntRange(1, 6).Draw(t, "values")
		var all []survey.Response
		for range n {
			team := int(float64(wide) * random.Float64() * random.Float64()) // some are large
			owner := team*2 + random.IntN(3)                                 // mostly within a team
			pick := func(n int) string { return string(rune('A' + random.IntN(n))) }
			all = append(all, survey.Response{
				Team: fmt.Sprint(team), Owner: fmt.Sprint(owner), Language: pick(2), Segments: []string{pick(wide), pick(2)},
				Score: random.IntN(11), Verified: random.IntN(10) > 0, Why: "w", Counted: monday.AddDate(0, 0, random.IntN(20)),
			})
		}
		g := groupsOf(c, all)
		verified := all[:0:0]
		for _, r := range all {
			if r.Verified {
				verified = append(verified, r)
			}
		}
		for _, words := range []bool{false, true} {
			least := LeastFigures
			if words {
				least = LeastWords
			}
			if sizes := computable(c, verified, g, words); len(sizes) > 1 && smallest(sizes) < least {
				t.Fatalf("words %v: can be told apart: %v", words, sizes)
			}
		}
		for kind, shown := range g.shown {
			left := int64(len(verified))
			for _, one := range shown {
				want := int64(0)
				for _, r := range verified {
					if Value(c, kind, r) == one.value {
						want++
					}
				}
				if left -= want; one.tally.Answers() != want || want < LeastFigures || one.words && want < LeastWords {
					t.Fatalf("%s=%s: %d answers, want %d", kind, one.value, one.tally.Answers(), want)
				}
			}
			if left > 0 && left < LeastFigures {
				t.Fatalf("%s: the whole less what is shown is %d", kind, left)
			}
		}
	})
}
