package insight

import (
	"cmp"
	"slices"

	"onetap/internal/nps"
)

// Disclosed are figures that one reader may see, or the reason why they are withheld. Only this package makes them.
type Disclosed struct {
	tally    nps.Tally
	withheld Withheld
	rated    bool
}

// Tally is what may be shown. Of withheld figures it holds only how many were written to.
func (d Disclosed) Tally() nps.Tally { return d.tally }

// Withheld says why there are no figures; "": they are all there.
func (d Disclosed) Withheld() Withheld { return d.withheld }

// Rated reports whether there is a response rate: those who answered are among those who were written to, and not
// withheld. Of a week they are not: its answers come from letters of other weeks.
func (d Disclosed) Rated() bool { return d.rated }

// Row is the figures of one value: of one week, one team, one segment.
type Row struct {
	value string
	Disclosed
}

// Value is the week ("2026-W47"), the day ("2026-11-16"), or the value of the dimension; "" where answers have none.
func (r Row) Value() string { return r.value }

// overTime is the figures of a week or a day.
func overTime(value string, t nps.Tally) Row { return Row{value, Disclosed{tally: t}} }

// ofSegment is the figures of one value of a dimension.
func ofSegment(value string, t nps.Tally) Row { return Row{value, Disclosed{tally: t, rated: true}} }

// Sum adds rows that may be shown. It has no response rate.
func Sum(rows ...Row) Disclosed {
	var sum Disclosed
	for _, r := range rows {
		sum.tally.Add(r.tally)
	}
	return sum
}

// Rest is what of figures is left without some of their parts, all of which may be shown. It has no response rate.
func Rest(of Row, parts ...Row) Disclosed {
	rest := Disclosed{tally: of.tally}
	for _, p := range parts {
		rest.tally.Sub(p.tally)
	}
	return rest
}

// Largest keeps the n rows with the most people, in that order, and says how many others there are.
func Largest(rows []Row, n int) ([]Row, int) {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.tally.Answers(), a.tally.Answers()), cmp.Compare(b.tally.Sent, a.tally.Sent), cmp.Compare(a.value, b.value))
	})
	return rows[:min(n, len(rows))], max(0, len(rows)-n)
}

// ByValue sorts rows by their values: weeks and days by time.
func ByValue(rows []Row) []Row {
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.value, b.value) })
	return rows
}
