package shell

import (
	"onetap/internal/chart"
	"onetap/internal/lang"
	"onetap/internal/nps"
)

// DifferenceView is how two NPS differ, in words and drawn.
type DifferenceView struct {
	Both       bool // have answers; without, the rest is empty
	Real       bool // more than chance
	Difference string
	Interval   string
	Verdict    string
	Class      string // of a note or badge: good, bad, or none
	Chance     string // how probable such a difference is between equals
	Range      chart.SVG
}

// ViewDifference is a comparison in words; nil where one of the two has no answers.
func ViewDifference(l lang.Language, c *nps.Comparison) DifferenceView {
	if c == nil {
		return DifferenceView{}
	}
	v := DifferenceView{Both: true, Real: c.Real}
	v.Difference, v.Interval = NpsText(l, c.Difference, c.Interval)
	switch {
	case !c.Real:
		v.Verdict = l.T("results.no_difference")
	case c.Difference > 0:
		v.Verdict, v.Class = l.T("results.real_better"), "good"
	default:
		v.Verdict, v.Class = l.T("results.real_worse"), "bad"
	}
	p := l.T("results.chance_below")
	if c.P >= 0.001 {
		p = l.Decimal(100*c.P, 1)
	}
	v.Chance = l.T("results.chance", lang.Values{"Percent": p})
	reach := 20.0 // the scale ends on a round number
	for reach < 200 && (c.Interval.High > reach || c.Interval.Low < -reach) {
		reach += 20
	}
	v.Range = chart.Range{
		Said: chart.Said{Title: l.T("results.difference"), Desc: l.T("results.nps_desc", lang.Values{"NPS": v.Difference, "Interval": v.Interval})},
		From: -reach, To: reach, Value: c.Difference, Low: c.Interval.Low, High: c.Interval.High,
		Marks: []chart.Mark{{At: -reach, Text: Signed(l, -reach, 0)}, {At: 0, Text: "0"}, {At: reach, Text: Signed(l, reach, 0)}},
	}.SVG()
	return v
}

// SmallDifference is ViewDifference for a row of a table: its drawing goes from −100 to 100, so that all rows are on one scale.
func SmallDifference(l lang.Language, c *nps.Comparison) DifferenceView {
	v := ViewDifference(l, c)
	if c != nil {
		v.Range = chart.Range{
			Said: chart.Said{Title: l.T("results.nps_desc", lang.Values{"NPS": v.Difference, "Interval": v.Interval})},
			From: -100, To: 100, Value: c.Difference, Low: c.Interval.Low, High: c.Interval.High,
		}.SVG()
	}
	return v
}
