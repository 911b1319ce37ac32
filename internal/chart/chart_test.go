package chart_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"onetap/internal/chart"
)

var hostile = chart.Said{Title: `A & B <script>alert("1")</script>`, Desc: "Критики 3, \u202e <b>"}

func charts() map[string]chart.SVG {
	points := []chart.Point{
		{Label: "1"},
		{Label: "2", Value: -12, Low: -40, High: 30, Known: true},
		{Label: "3"},
		{Label: "4 <i>", Value: 100, Low: 90, High: 100, Known: true},
		{Label: "5", Value: -100, Low: -100, High: -99.95, Known: true},
	}
	columns := chart.Columns{Said: hostile}
	for i := range 11 {
		columns.Columns = append(columns.Columns, chart.Column{Label: strconv.Itoa(i), Top: "<9>", Class: "promoter", Count: int64(i * i * 1_000_000)})
	}
	return map[string]chart.SVG{
		"range":         chart.Range{Said: hostile, From: -100, To: 100, Value: 33, Low: -51, High: 85, Marks: []chart.Mark{{At: -100, Text: "−100"}, {At: 0, Text: "0"}}}.SVG(),
		"range beyond":  chart.Range{Said: hostile, From: -100, To: 100, Value: 900, Low: -900, High: 900}.SVG(),
		"shares":        chart.Shares{Said: hostile, Classes: []string{"detractor", "passive", "promoter"}, Counts: []int64{1, 0, 1 << 50}}.SVG(),
		"shares, none":  chart.Shares{Said: hostile, Classes: []string{"detractor"}, Counts: []int64{0}}.SVG(),
		"columns":       columns.SVG(),
		"columns, none": chart.Columns{Said: hostile}.SVG(),
		"trend":         chart.Trend{Said: hostile, Points: points}.SVG(),
		"trend, one":    chart.Trend{Said: hostile, Points: points[1:2]}.SVG(),
		"trend, none":   chart.Trend{Said: hostile}.SVG(),
	}
}

// Whatever is drawn is one well-formed svg that says what it shows, holds nothing that the policy of the pages forbids,
// and stays within its frame.
func TestCharts(t *testing.T) {
	t.Parallel()
	number := regexp.MustCompile(`-?[0-9.]+`)
	for name, svg := range charts() {
		d := xml.NewDecoder(strings.NewReader(string(svg)))
		said := map[string]string{}
		var in string
		for n := 0; ; n++ {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v in %s", name, err, svg)
			}
			switch v := token.(type) {
			case xml.CharData:
				said[in] += string(v)
			case xml.StartElement:
				in = v.Name.Local
				if n == 0 && (in != "svg" || !strings.Contains(fmt.Sprint(v.Attr), "role} img")) {
					t.Errorf("%s begins with %v", name, v)
				}
				if !strings.Contains(" svg title desc text rect line circle path ", " "+in+" ") {
					t.Errorf("%s has a %s", name, in)
				}
				for _, a := range v.Attr {
					if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
						t.Errorf("%s has %s=%q", name, a.Name.Local, a.Value)
					}
					if a.Name.Local == "class" || a.Name.Local == "xmlns" {
						continue
					}
					for _, text := range number.FindAllString(a.Value, -1) {
						if v, err := strconv.ParseFloat(text, 64); err != nil || v < -5 || v > 405 {
							t.Errorf("%s draws at %s=%q", name, a.Name.Local, a.Value)
						}
					}
				}
			}
		}
		if said["title"] != hostile.Title || said["desc"] != hostile.Desc {
			t.Errorf("%s says %q, %q", name, said["title"], said["desc"])
		}
	}
}

// A bar is as long as its count, the middle of a scale is in the middle, a gap has no line.
func TestProportions(t *testing.T) {
	t.Parallel()
	for svg, want := range map[chart.SVG][]string{
		chart.Shares{Classes: []string{"detractor", "promoter"}, Counts: []int64{1, 3}}.SVG():                                                      {`class="detractor" x="0" y="0" width="99"`, `class="promoter" x="100" y="0" width="299"`},
		chart.Range{From: -100, To: 100, Value: 0, Low: -50, High: 50}.SVG():                                                                       {`cx="200"`, `class="band" x="106" y="10" width="188"`},
		chart.Columns{Columns: []chart.Column{{Class: "x", Count: 2}, {Class: "y", Count: 1}}}.SVG():                                               {`class="x" x="20" y="18" width="160" height="112"`, `class="y" x="220" y="74" width="160" height="56"`},
		chart.Trend{Points: []chart.Point{{Value: 1, Low: -100, High: 100, Known: true}, {}, {Value: 0, Low: -100, High: 100, Known: true}}}.SVG(): {`cy="79.3"`, `cy="80"`},
	} {
		for _, w := range want {
			if !strings.Contains(string(svg), w) {
				t.Errorf("%s\nlacks %s", svg, w)
			}
		}
	}
	gap := chart.Trend{Points: []chart.Point{{Known: true}, {}, {Known: true}}}.SVG()
	if strings.Contains(string(gap), "<path") {
		t.Errorf("a line goes through a week without answers: %s", gap)
	}
}
