package stats

import (
	"encoding/csv"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"onetap/internal/nps"
)

// Approval of the British Prime Minister: of 1,600 voters 794 approved in both surveys, 150 only in the first, 86 only in the second (Agresti 2002,
// Categorical Data Analysis, 2nd ed., table 10.1 and section 10.1.1): 59 % and 55 %, the difference −0.04 with a standard error of 0.0095 and the interval
// −0.06 to −0.02.
func TestPairedAgrestiApproval(t *testing.T) {
	t.Parallel()
	var before, after []nps.Score
	for _, c := range []struct {
		n             int
		before, after nps.Score
	}{{794, 9, 9}, {150, 9, 7}, {86, 7, 9}, {570, 7, 7}} {
		before = append(before, slices.Repeat([]nps.Score{c.before}, c.n)...)
		after = append(after, slices.Repeat([]nps.Score{c.after}, c.n)...)
	}
	got, ok := Paired(before, after)
	if !ok || got.A != 59 || got.B != 55 || got.Difference != -4 || !near(got.Interval.Low, -5.9, 0.05) || !near(got.Interval.High, -2.1, 0.05) || !got.Real {
		t.Errorf("%+v, %v", got, ok)
	}
	// The formula for two samples finds nothing there: its interval holds 0.
	var a, b nps.Tally
	for i := range before {
		a.Count(before[i], 1)
		b.Count(after[i], 1)
	}
	apart, _ := nps.Compare(a, b)
	if apart.Interval.Width() < 1.3*got.Interval.Width() {
		t.Errorf("as two samples %+v", apart)
	}
}

func TestPairedFew(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		before, after []nps.Score
		ok            bool
	}{
		"nobody":          {nil, nil, false},
		"not the same":    {[]nps.Score{9}, []nps.Score{9, 9}, false},
		"no score":        {[]nps.Score{11}, []nps.Score{9}, false},
		"all as they was": {[]nps.Score{9, 9, 3}, []nps.Score{9, 10, 0}, true},
		"one rose":        {[]nps.Score{0}, []nps.Score{10}, true},
	} {
		got, ok := Paired(c.before, c.after)
		if ok != c.ok || got.Real || ok && (math.IsNaN(got.P) || !got.Interval.Contains(got.Difference) || got.Interval.Width() < 20) {
			t.Errorf("%s: %+v, %v", what, got, ok)
		}
	}
}

// A movement's margins are the waves' groups, and its comparison is that of its people one by one.
func TestMovementAddsUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 15))
		var m Movement
		var a, b nps.Tally // the waves
		var before, after []nps.Score
		for range r.IntN(60) {
			x, y := nps.Score(r.IntN(11)), nps.Score(r.IntN(11))
			switch r.IntN(4) {
			case 0:
				m.CountCame(y)
				b.Count(y, 1)
			case 1:
				m.CountLeft(x)
				a.Count(x, 1)
			default:
				m.Count(x, y)
				a.Count(x, 1)
				b.Count(y, 1)
				before, after = append(before, x), append(after, y)
			}
		}
		stayed := int64(0)
		for i, g := range nps.Groups {
			rows, columns := m.Left[i], m.Came[i]
			for j := range nps.Groups {
				rows += m.People[i][j]
				columns += m.People[j][i]
			}
			if rows != a.In(g) || columns != b.In(g) {
				t.Errorf("seed %d: %s %d and %d, in the waves %d and %d", seed, g, rows, columns, a.In(g), b.In(g))
			}
			stayed += m.People[i][i]
		}
		if m.Up()+m.Down()+stayed != m.Both() || m.Both() != int64(len(before)) {
			t.Errorf("seed %d: %d up, %d down, %d stayed of %d", seed, m.Up(), m.Down(), stayed, m.Both())
		}
		want, wantOK := Paired(before, after)
		got, ok := m.Compare()
		if ok != wantOK || !near(got.P, want.P, 1e-9) || !near(got.Interval.Low, want.Interval.Low, 1e-9) || got.Difference != want.Difference {
			t.Errorf("seed %d: %+v, one by one %+v", seed, got, want)
		}
	}
}

// Household headship rates in the United States, 1970 and 1985 by age: 44.7268 → 47.6940, of the difference 1.2269 is the population's age and 1.7403
// the rates (Das Gupta 1993, Standardization and Decomposition of Rates: A User's Manual, Census Bureau P23-186, example 5.1). A rate is a share of
// promoters here; the rest are passives.
func TestDecomposeDasGupta(t *testing.T) {
	t.Parallel()
	size := [2][]float64{{12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9}, {10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5}}
	rate := [2][]float64{{1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8}, {2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2}}
	var waves [2]map[string]nps.Tally
	for w := range waves {
		waves[w] = map[string]nps.Tally{}
		sum := 0.0 // the shares of 1985 add up to 100.0 only when rounded
		for _, s := range size[w] {
			sum += s
		}
		for i := range size[w] {
			n := int64(math.Round(size[w][i] / sum * 1e8))
			heads := int64(math.Round(float64(n) * rate[w][i] / 100))
			var tally nps.Tally
			tally.Count(9, heads)
			tally.Count(7, n-heads)
			waves[w][strconv.Itoa(i)] = tally
		}
	}
	parts, ok := Decompose(waves[0], waves[1])
	var mix, within float64
	for _, p := range parts {
		mix += p.Mix
		within += p.Within
	}
	if !ok || len(parts) != 13 || !near(mix, 1.2269, 0.0005) || !near(within, 1.7403, 0.0005) {
		t.Errorf("mix %.4f within %.4f, %+v", mix, within, parts)
	}
}

// Mix and score within add up to the difference, whoever came or stayed away; equal waves have none.
func TestDecomposeAddsUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		waves := [2]map[string]nps.Tally{{}, {}}
		var all [2]nps.Tally
		for w := range waves {
			for s := range 1 + r.IntN(6) {
				var tally nps.Tally
				for range r.IntN(30) {
					tally.Count(nps.Score(r.IntN(11)), 1)
				}
				waves[w][strconv.Itoa(s*(1+r.IntN(2)))] = tally
			}
			for _, tally := range waves[w] {
				all[w].Add(tally)
			}
		}
		parts, ok := Decompose(waves[0], waves[1])
		a, okA := all[0].NPS()
		b, okB := all[1].NPS()
		if ok != (okA && okB) {
			t.Fatalf("seed %d: %v", seed, ok)
		}
		if !ok {
			continue
		}
		sum := 0.0
		for _, p := range parts {
			sum += p.Mix + p.Within
		}
		if !near(sum, b-a, 1e-9) {
			t.Errorf("seed %d: %v, the difference is %v", seed, sum, b-a)
		}
		same, _ := Decompose(waves[0], waves[0])
		for _, p := range same {
			if p.Mix != 0 || p.Within != 0 {
				t.Errorf("seed %d: of equal waves %+v", seed, p)
			}
		}
	}
}

// swiss is fertility and what goes with it in 47 Swiss provinces, 1888 (the data set swiss of R; Mosteller and Tukey 1977).
func swiss(t *testing.T) (columns [][]float64, y []float64) {
	t.Helper()
	f, err := os.Open("testdata/swiss.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns = make([][]float64, len(lines[0])-1)
	for _, line := range lines[1:] {
		for j, cell := range line {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			if j == 0 {
				y = append(y, v)
			} else {
				columns[j-1] = append(columns[j-1], v)
			}
		}
	}
	return columns, y
}

// The shares of relaimpo's calc.relimp, type lmg (Grömping 2006, Relative Importance for Linear Regression in R: The Package relaimpo, Journal of
// Statistical Software 17(1), whose example this is).
func TestShapleySwiss(t *testing.T) {
	t.Parallel()
	columns, y := swiss(t)
	shares, r2, err := Shapley(columns, y)
	if err != nil || !near(r2, 0.706735, 1e-6) {
		t.Fatalf("R² %v, %v", r2, err)
	}
	for j, want := range []float64{0.05709122, 0.17117303, 0.26013468, 0.10557015, 0.11276592} {
		if !near(shares[j], want, 1e-7) {
			t.Errorf("column %d: %.8f, published %.8f", j, shares[j], want)
		}
	}
	intervals, ok := ShapleyIntervals(columns, y, 1000, 1)
	again, _ := ShapleyIntervals(columns, y, 1000, 1)
	if !ok || !slices.Equal(intervals, again) {
		t.Fatalf("%v, %v, again %v", intervals, ok, again)
	}
	for j, i := range intervals {
		if !i.Contains(shares[j]) || i.Low < 0 || i.Width() > 0.4 {
			t.Errorf("column %d: %+v around %.3f", j, i, shares[j])
		}
	}
}

// Shares are never below 0, add up to R², and do not depend on the order or the unit of the columns.
func TestShapleyAddsUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 7))
		p, n := 1+r.IntN(8), 40+r.IntN(100)
		columns, y := make([][]float64, p), make([]float64, n)
		for i := range n {
			common := r.NormFloat64()
			for j := range columns {
				columns[j] = append(columns[j], common+r.NormFloat64())
				y[i] += float64(j) * columns[j][i]
			}
			y[i] += 5 * r.NormFloat64()
		}
		shares, r2, err := Shapley(columns, y)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, s := range shares {
			if s < -1e-12 {
				t.Errorf("seed %d: a share of %v", seed, s)
			}
			sum += s
		}
		if !near(sum, r2, 1e-9) || r2 > 1 {
			t.Errorf("seed %d: shares add up to %v, R² is %v", seed, sum, r2)
		}
		slices.Reverse(columns)
		for i := range columns[0] {
			columns[0][i] = 100*columns[0][i] - 3
		}
		turned, _, err := Shapley(columns, y)
		slices.Reverse(turned)
		for j := range shares {
			if err != nil || !near(shares[j], turned[j], 1e-9) {
				t.Errorf("seed %d: %v, turned round %v, %v", seed, shares, turned, err)
			}
		}
	}
}

func TestShapleyRefuses(t *testing.T) {
	t.Parallel()
	x, z, y := []float64{1, 2, 3, 5, 4}, []float64{2, 0, 1, 1, 2}, []float64{3, 1, 4, 1, 5}
	sum := make([]float64, len(x))
	for i := range x {
		sum[i] = x[i] + z[i]
	}
	for what, c := range map[string]struct {
		columns [][]float64
		y       []float64
		same    bool
	}{
		"no columns":       {nil, y, false},
		"thirteen":         {slices.Repeat([][]float64{x}, 13), y, false},
		"too short":        {[][]float64{x[1:]}, y, false},
		"twice":            {[][]float64{x, z, x}, y, true},
		"a sum":            {[][]float64{x, z, sum}, y, true},
		"constant":         {[][]float64{x, {1, 1, 1, 1, 1}}, y, true},
		"all scores equal": {[][]float64{x}, []float64{9, 9, 9, 9, 9}, true},
		"no number":        {[][]float64{{1, math.NaN(), 2, 3, 4}}, y, true},
		"no answers":       {[][]float64{{}}, nil, true},
	} {
		if _, _, err := Shapley(c.columns, c.y); err == nil || errors.Is(err, ErrSame) != c.same {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, ok := ShapleyIntervals([][]float64{x, x}, y, 50, 1); ok {
		t.Error("intervals of what cannot be told apart")
	}
}

// The example of the paper that the method is from: of 15 p-values four are found at 0.05 (Benjamini and Hochberg 1995, section 3.2).
func TestAdjustedBenjaminiHochberg(t *testing.T) {
	t.Parallel()
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1}
	slices.Reverse(p)
	adjusted := Adjusted(p)
	slices.Reverse(adjusted)
	found := 0
	for _, q := range adjusted {
		if q <= 0.05 {
			found++
		}
	}
	if found != 4 || !near(adjusted[3], 0.0095*15/4, 1e-12) || !slices.IsSorted(adjusted) || adjusted[14] != 1 || len(Adjusted(nil)) != 0 {
		t.Errorf("%d found, %v", found, adjusted)
	}
}

// Two groups' words, by the formula with the numbers put in by hand: with a prior of 1 a word, δ = ln(11/34) − ln(3/42) and σ² = 1/11 + 1/3.
func TestLogOdds(t *testing.T) {
	t.Parallel()
	a := map[string]float64{"late": 10, "price": 20, "staff": 12}
	b := map[string]float64{"late": 2, "price": 30, "staff": 10}
	prior := map[string]float64{"late": 1, "price": 1, "staff": 1}
	z := LogOdds(a, b, prior)
	if want := (math.Log(11./34) - math.Log(3./42)) / math.Sqrt(1./11+1./3); !near(z["late"], want, 1e-12) || !(z["late"] > 0 && z["price"] < 0) {
		t.Errorf("%v, want %v for late", z, want)
	}
	turned := LogOdds(b, a, prior)
	for w := range z {
		if !near(z[w], -turned[w], 1e-12) {
			t.Errorf("%s: %v, turned round %v", w, z[w], turned[w])
		}
	}
	// A prior holds rare words back: one use more of a word that a larger text has often proves less.
	strong := LogOdds(a, b, map[string]float64{"late": 100, "price": 100, "staff": 100})
	if !(strong["late"] < z["late"]) {
		t.Errorf("with a strong prior %v, with a weak one %v", strong, z)
	}
	for what, c := range map[string][3]map[string]float64{
		"nothing":           {nil, nil, nil},
		"one word for ever": {{"spam": 10000}, {"spam": 1}, nil},
		"never heard":       {{"late": 3, "x": 1}, {"x": 2}, nil},
	} {
		for w, got := range LogOdds(c[0], c[1], c[2]) {
			if math.IsNaN(got) || math.IsInf(got, 0) {
				t.Errorf("%s: %s %v", what, w, got)
			}
		}
	}
}

// Two sentences of the README of the Python package fightin-words, which prints −0.6894227886807968 for a word that only the second has, with a
// prior of 0.05 a word.
func TestLogOddsTwoSentences(t *testing.T) {
	t.Parallel()
	a := map[string]float64{"brown": 1, "fox": 1, "jumps": 1, "lazy": 1, "over": 1, "pig": 1, "quick": 1, "the": 2}
	b := map[string]float64{"donkey": 1, "jumps": 1, "lazier": 1, "lazy": 1, "over": 1, "pig": 1, "purple": 1, "the": 2}
	prior := map[string]float64{}
	for _, words := range []map[string]float64{a, b} {
		for w := range words {
			prior[w] = 0.05
		}
	}
	z := LogOdds(a, b, prior)
	for _, w := range []string{"brown", "fox", "quick"} {
		if !near(z[w], 0.6894227886807968, 1e-9) {
			t.Errorf("%s: %v", w, z[w])
		}
	}
	for _, w := range []string{"donkey", "lazier", "purple"} {
		if !near(z[w], -0.6894227886807968, 1e-9) {
			t.Errorf("%s: %v", w, z[w])
		}
	}
	if z["the"] != 0 || z["pig"] != 0 {
		t.Errorf("%v", z)
	}
}

// Weights of 1 change nothing; one weight above all makes it one answer.
func TestEffectiveN(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		weights []float64
		want    float64
	}{
		"none":      {nil, 0},
		"equal":     {[]float64{1, 1, 1, 1}, 4},
		"doubled":   {[]float64{2, 2, 2, 2}, 4},
		"one, half": {[]float64{1, 1, 0.5}, 2.5 * 2.5 / 2.25},
		"one alone": {[]float64{1e9, 1, 1}, 1},
		"not some":  {[]float64{1, 0, -3, math.NaN(), 1}, 2},
	} {
		if got := EffectiveN(c.weights); !near(got, c.want, 1e-6) {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
}

func TestRake(t *testing.T) {
	t.Parallel()
	// Two dimensions: 2 × 2 answers as 40 30 / 35 50 for a base of 60:40 and 50:50.
	var levels [2][]int
	for _, c := range []struct{ n, row, column int }{{40, 0, 0}, {30, 0, 1}, {35, 1, 0}, {50, 1, 1}} {
		for range c.n {
			levels[0], levels[1] = append(levels[0], c.row), append(levels[1], c.column)
		}
	}
	weights, err := Rake([][]int{levels[0], levels[1]}, [][]float64{{600, 400}, {5, 5}})
	if err != nil {
		t.Fatal(err)
	}
	cells := [2][2]float64{}
	for i, w := range weights {
		cells[levels[0][i]][levels[1][i]] += w
	}
	n := float64(len(weights))
	if !near(cells[0][0]+cells[0][1], 0.6*n, 1e-6) || !near(cells[0][0]+cells[1][0], 0.5*n, 1e-6) {
		t.Errorf("%v", cells)
	}
	// What raking keeps is the odds ratio of the answers (Deming and Stephan 1940).
	if !near(cells[0][0]*cells[1][1]/(cells[0][1]*cells[1][0]), 40.*50/(30*35), 1e-6) {
		t.Errorf("odds ratio of %v", cells)
	}
	same, err := Rake([][]int{levels[0], levels[1]}, [][]float64{{70, 85}, {75, 80}})
	for _, w := range same {
		if err != nil || !near(w, 1, 1e-9) {
			t.Fatalf("answers made up as the base weigh %v, %v", w, err)
		}
	}
	for what, c := range map[string]struct {
		levels [][]int
		bases  [][]float64
		want   error
	}{
		"nobody at a level":       {[][]int{{0, 0}}, [][]float64{{1, 1}}, ErrEmptyCell},
		"answers, but no people":  {[][]int{{0, 1}}, [][]float64{{1, 0}}, ErrEmptyCell},
		"cannot be met":           {[][]int{{0, 0, 1, 1}, {0, 0, 1, 1}}, [][]float64{{9, 1}, {1, 9}}, ErrApart},
		"no answers":              {[][]int{{}}, [][]float64{{}}, nil},
		"dimensions of two sizes": {[][]int{{0, 1}, {0}}, [][]float64{{1, 1}, {1}}, nil},
	} {
		if weights, err := Rake(c.levels, c.bases); err == nil || c.want != nil && !errors.Is(err, c.want) || weights != nil {
			t.Errorf("%s: %v, %v", what, weights, err)
		}
	}
}

// Votes for the president in the survey of CBS News of October 1988: of 1,447 adults 727 were for Bush, 583 for Dukakis, 137 for others; with a uniform prior
// the lead has the posterior mean 144/1450 (Gelman and others 2013, Bayesian Data Analysis, 3rd ed., section 3.4; its posterior is
// Dirichlet(728, 584, 138)).
func TestShrinkElection(t *testing.T) {
	t.Parallel()
	tally := func(promoters, passives, detractors int64) (out nps.Tally) {
		out.Count(10, promoters)
		out.Count(7, passives)
		out.Count(0, detractors)
		return out
	}
	got, ok := Shrink(tally(727, 137, 583), tally(1, 1, 1), 3)
	if !ok || !near(got.NPS, 100*144./1450, 1e-9) || got.Interval.Low < 0 {
		t.Errorf("%+v, %v", got, ok)
	}
	if none, ok := Shrink(nps.Tally{}, tally(3, 4, 3), 20); !ok || none.NPS != 0 || none.Interval.Width() < 50 {
		t.Errorf("a group of none: %+v, %v", none, ok)
	}
	if _, ok := Shrink(tally(1, 1, 1), nps.Tally{}, 20); ok {
		t.Error("drawn to a company without answers")
	}
}

// Groups that differ by chance alone are drawn together; groups that do differ keep most of what they say.
func TestStrength(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 18))
	groups := func(spread float64) (all []nps.Tally) {
		for range 40 {
			p := 0.5 + spread*(2*r.Float64()-1)
			var tally nps.Tally
			for range 100 {
				if r.Float64() < p {
					tally.Count(9, 1)
				} else {
					tally.Count(3, 1)
				}
			}
			all = append(all, tally)
		}
		return all
	}
	chance, apart := Strength(groups(0)), Strength(groups(0.4))
	if !(chance > 200) || !(apart < 40) {
		t.Errorf("by chance %v, apart %v", chance, apart)
	}
	if one := Strength(nil); one != 1000 {
		t.Errorf("of no groups %v", one)
	}
}

func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

// A change of which it is known who answered both lies between two extremes: of nobody in both it is that of two samples, of all in both about the paired one.
func TestOverlappingIsBetween(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	var before, after []nps.Score
	var both, none Movement
	var a, b nps.Tally
	for range 2000 {
		x := nps.Score(r.IntN(11))
		y := nps.Score(min(10, max(0, int(x)+r.IntN(5)-2)))
		before, after = append(before, x), append(after, y)
		both.Count(x, y)
		none.CountLeft(x)
		none.CountCame(y)
		a.Count(x, 1)
		b.Count(y, 1)
	}
	paired, _ := Paired(before, after)
	apart, _ := nps.Compare(a, b)
	all, ok := nps.CompareShared(a, b, both.Products())
	if !ok || !near(all.Interval.Width(), paired.Interval.Width(), 0.05) || !near(all.P, paired.P, 0.01) {
		t.Errorf("all in both: %+v, paired %+v", all, paired)
	}
	if zero, _ := nps.CompareShared(a, b, none.Products()); zero != apart {
		t.Errorf("nobody in both: %+v, apart %+v", zero, apart)
	}
	if all.Interval.Width() > 0.8*apart.Interval.Width() {
		t.Errorf("%+v is hardly surer than %+v", all, apart)
	}
}
