// Package chart draws figures as SVG on the server. A chart has no styles of its own: classes and presentation attributes
// only, so that the stylesheet colours it in light and dark and the content security policy allows it. It is drawn for a
// width of 400 pixels, which is a phone's, and grows with its place.
//
// What is drawn is said in <title> and <desc>; the figures themselves stand in a table beside it.
package chart

import (
	"context"
	"fmt"
	"html"
	"io"
	"math"
	"strconv"
	"strings"
)

// Said is what a chart shows, in words: for those who do not see it.
type Said struct{ Title, Desc string }

const width = 400

// SVG is a chart as markup: its texts were escaped when it was drawn, and it is sent as it is. Pages use it as a component.
type SVG string

// Render makes it a templ.Component.
func (s SVG) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(s))
	return err
}

// drawing is an SVG under way.
type drawing struct{ b strings.Builder }

func begin(class string, height int, s Said) *drawing {
	d := &drawing{}
	d.put(`<svg class="chart %s" role="img" viewBox="0 0 %d %d" xmlns="http://www.w3.org/2000/svg"><title>%s</title>`, class, width, height, html.EscapeString(s.Title))
	if s.Desc != "" {
		d.put(`<desc>%s</desc>`, html.EscapeString(s.Desc))
	}
	return d
}

func (d *drawing) put(format string, args ...any) { fmt.Fprintf(&d.b, format, args...) }

func (d *drawing) end() SVG { return SVG(d.b.String() + "</svg>") }

func (d *drawing) text(x, y float64, anchor, class, text string) {
	d.put(`<text x="%s" y="%s" text-anchor="%s"`, px(x), px(y), anchor)
	if class != "" {
		d.put(` class="%s"`, class)
	}
	d.put(`>%s</text>`, html.EscapeString(text))
}

func (d *drawing) rect(class string, x, y, w, h float64) {
	d.put(`<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="2"/>`, class, px(x), px(y), px(max(w, 0)), px(max(h, 0)))
}

func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	d.put(`<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`, class, px(x1), px(y1), px(x2), px(y2))
}

// px writes a length with a tenth of a pixel.
func px(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// Range draws a value with its interval on a scale: an NPS, or a difference of two. Marks are written under the scale; without
// any there is a stroke in the middle.
type Range struct {
	Said
	From, To         float64 // of the scale
	Value, Low, High float64
	Marks            []Mark
}

// Mark is a place on a scale with what is written there.
type Mark struct {
	At   float64
	Text string
}

// SVG draws it.
func (r Range) SVG() SVG {
	height := 46
	if len(r.Marks) == 0 {
		height = 32
	}
	d := begin("range", height, r.Said)
	x := func(v float64) float64 { return 12 + (width-24)*(min(max(v, r.From), r.To)-r.From)/(r.To-r.From) }
	d.line("axis", x(r.From), 16, x(r.To), 16)
	if len(r.Marks) == 0 {
		d.line("axis", x((r.From+r.To)/2), 4, x((r.From+r.To)/2), 28)
	}
	for _, m := range r.Marks {
		d.line("axis", x(m.At), 10, x(m.At), 22)
		anchor := "middle"
		switch m.At {
		case r.From:
			anchor = "start"
		case r.To:
			anchor = "end"
		}
		d.text(x(m.At), 40, anchor, "", m.Text)
	}
	d.rect("band", x(r.Low), 10, max(x(r.High)-x(r.Low), 2), 12)
	d.put(`<circle class="dot" cx="%s" cy="16" r="6"/>`, px(x(r.Value)))
	return d.end()
}

// Shares draws one bar of parts that make a whole.
type Shares struct {
	Said
	Classes []string
	Counts  []int64
}

// SVG draws it.
func (s Shares) SVG() SVG {
	d := begin("shares", 24, s.Said)
	total := int64(0)
	for _, n := range s.Counts {
		total += n
	}
	x := 0.0
	for i, n := range s.Counts {
		if n <= 0 {
			continue
		}
		w := width * float64(n) / float64(total)
		d.rect(s.Classes[i], x, 0, w-1, 24)
		x += w
	}
	return d.end()
}

// Columns draws counts beside each other, as of the eleven scores.
type Columns struct {
	Said
	Columns []Column
}

// Column is one of Columns; Top is written above it, Label under it.
type Column struct {
	Label, Top, Class string
	Count             int64
}

// SVG draws it.
func (c Columns) SVG() SVG {
	const high, foot = 130, 22
	d := begin("columns", high+foot, c.Said)
	highest := int64(1)
	for _, col := range c.Columns {
		highest = max(highest, col.Count)
	}
	step := float64(width) / float64(max(len(c.Columns), 1))
	for i, col := range c.Columns {
		x := step * float64(i)
		h := (high - 18) * float64(col.Count) / float64(highest)
		if col.Count > 0 {
			h = max(h, 2)
		}
		d.rect(col.Class, x+step*.1, high-h, step*.8, h)
		d.text(x+step/2, high-h-5, "middle", "", col.Top)
		d.text(x+step/2, high+foot-5, "middle", "", col.Label)
	}
	d.line("axis", 0, high, width, high)
	return d.end()
}
