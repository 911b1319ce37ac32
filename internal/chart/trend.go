package chart

import (
	"strings"
)

// Trend draws an NPS, or a share, over time with the band of its interval. Where there is no value the line has a gap.
type Trend struct {
	Said
	Points []Point
	Shares bool // values are shares in percent, which are never below 0
}

// Point is one time of a Trend. Label is written under it where there is room.
type Point struct {
	Label            string
	Value, Low, High float64
	Known            bool // there is a value
}

const (
	trendTop, trendHigh = 10.0, 140.0
	trendLeft           = 34.0
	trendLabels         = 5 // as many labels as a phone has room for
)

// SVG draws it.
func (t Trend) SVG() SVG {
	d := begin("trend", 178, t.Said)
	low, high := t.scale()
	y := func(v float64) float64 { return trendTop + trendHigh*(high-v)/(high-low) }
	x := func(i int) float64 {
		if len(t.Points) < 2 {
			return (trendLeft + width) / 2
		}
		return trendLeft + 10 + (width-trendLeft-22)*float64(i)/float64(len(t.Points)-1)
	}
	for v := low; v <= high; v += gridStep(high - low) {
		d.line("axis", trendLeft, y(v), width, y(v))
		d.text(trendLeft-6, y(v)+4, "end", "", strings.Replace(px(v), "-", "−", 1))
	}
	t.eachRun(func(from, to int) {
		if to-from > 1 {
			d.put(`<path class="band" d="%s"/>`, t.band(from, to, x, y))
			d.put(`<path class="line" d="%s"/>`, path(from, to, x, func(i int) float64 { return y(t.Points[i].Value) }))
		} else { // one time alone has no line
			p := t.Points[from]
			d.rect("band", x(from)-4, y(p.High), 8, y(p.Low)-y(p.High))
		}
	})
	every := (len(t.Points) + trendLabels - 1) / trendLabels
	for i, p := range t.Points {
		if p.Known {
			d.put(`<circle class="dot" cx="%s" cy="%s" r="3.5"/>`, px(x(i)), px(y(p.Value)))
		}
		if back := len(t.Points) - 1 - i; back%max(every, 1) == 0 { // the last one always
			anchor := "middle"
			if i == len(t.Points)-1 && i > 0 {
				anchor = "end"
			}
			d.text(x(i), trendTop+trendHigh+20, anchor, "", p.Label)
		}
	}
	return d.end()
}

// scale is a range of round numbers that holds every interval.
func (t Trend) scale() (low, high float64) {
	low, high = 100, -100
	for _, p := range t.Points {
		if p.Known {
			low, high = min(low, p.Low), max(high, p.High)
		}
	}
	if low > high {
		return -100, 100
	}
	low, high = floor(low), -floor(-high)
	if high-low < 40 {
		low, high = low-20, high+20
	}
	if t.Shares {
		low = max(low, 0)
	}
	return max(low, -100), min(high, 100)
}

// floor rounds down to 20.
func floor(v float64) float64 {
	n := float64(int(v/20)) * 20
	if n > v {
		n -= 20
	}
	return n
}

func gridStep(span float64) float64 {
	if span > 120 {
		return 40
	}
	return 20
}

// eachRun calls each for every stretch of times that have values.
func (t Trend) eachRun(each func(from, to int)) {
	for from := 0; from < len(t.Points); {
		to := from
		for to < len(t.Points) && t.Points[to].Known {
			to++
		}
		if to > from {
			each(from, to)
		}
		from = max(to, from+1)
	}
}

func (t Trend) band(from, to int, x func(int) float64, y func(float64) float64) string {
	var b strings.Builder
	b.WriteString(path(from, to, x, func(i int) float64 { return y(t.Points[i].High) }))
	for i := to - 1; i >= from; i-- {
		b.WriteString("L" + px(x(i)) + " " + px(y(t.Points[i].Low)))
	}
	return b.String() + "Z"
}

func path(from, to int, x, y func(int) float64) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		letter := "L"
		if i == from {
			letter = "M"
		}
		b.WriteString(letter + px(x(i)) + " " + px(y(i)))
	}
	return b.String()
}
