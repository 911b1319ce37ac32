package bench

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Figure is one line of the table.
type Figure struct {
	What    string
	Asked   Bound
	Unit    string
	N       int    // how often it was measured, or of how many it was made
	Of      string // what N counts: "runs", "requests"
	Value   float64
	Stat    string  // what Value is of the N: "median", "p99", "rate", "peak"
	Median  float64 // NaN where there is none
	P99     float64
	Remarks string
}

// Bound is what was asked of a figure; the zero value asks nothing.
type Bound struct {
	Sign  string // "≤" or "≥"
	Limit float64
}

func atMost(limit float64) Bound  { return Bound{"≤", limit} }
func atLeast(limit float64) Bound { return Bound{"≥", limit} }

func (b Bound) String() string {
	if b.Sign == "" {
		return "—"
	}
	return b.Sign + " " + number(b.Limit)
}

// Verdict is "reached" or "missed"; "—" where nothing was asked.
func (f Figure) Verdict() string {
	switch {
	case f.Asked.Sign == "":
		return "—"
	case f.Asked.Sign == "≥" && f.Value >= f.Asked.Limit, f.Asked.Sign == "≤" && f.Value <= f.Asked.Limit:
		return "reached"
	}
	return "missed"
}

// Ratio is the value by what was asked; NaN where nothing, or zero, was.
func (f Figure) Ratio() float64 {
	if f.Asked.Limit == 0 {
		return math.NaN()
	}
	return f.Value / f.Asked.Limit
}

// spread makes a figure of durations in milliseconds, of which stat ("median" or "p99") is compared with what was asked.
func spread(what string, asked Bound, of, stat string, all []time.Duration) Figure {
	f := Figure{What: what, Asked: asked, Unit: "ms", N: len(all), Of: of, Stat: stat, Median: ms(quantile(all, 0.5)), P99: ms(quantile(all, 0.99))}
	if f.Value = f.Median; stat == "p99" {
		f.Value = f.P99
	}
	return f
}

// single makes a figure that is one number.
func single(what string, asked Bound, value float64, unit, stat string, n int, of string) Figure {
	return Figure{What: what, Asked: asked, Unit: unit, N: n, Of: of, Value: value, Stat: stat, Median: math.NaN(), P99: math.NaN()}
}

func (f Figure) remark(format string, args ...any) Figure {
	f.Remarks = fmt.Sprintf(format, args...)
	return f
}

// quantile is the smallest value that at least the share q of all values does not exceed (nearest rank); 0 of none.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// number writes three digits that matter, thousands with a comma.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case v == math.Trunc(v) && math.Abs(v) < 1e15:
		return thousands(strconv.FormatFloat(v, 'f', 0, 64))
	case math.Abs(v) >= 100:
		return thousands(strconv.FormatFloat(v, 'f', 0, 64))
	case math.Abs(v) >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case math.Abs(v) >= 0.1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

func thousands(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
