package survey

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// listed is an audience of n: 5 towns, one product for one in four, a segment of three, a contract of one's own, a region
// for half of them, and 5,000 branches.
func listed(n int) []Contact {
	var all []Contact
	for i := range n {
		c := Contact{Audience: Customers, Location: fmt.Sprint("Town ", i%5), Attrs: map[string]string{
			"Segment": string(rune('A' + i%3)), "Contract": fmt.Sprint("№ ", i), "Branch": fmt.Sprint("branch ", i%5000), "Country": "RU",
		}}
		if i%4 == 0 {
			c.Product = "Delivery"
		}
		if i%2 == 0 {
			c.Attrs["Region"] = fmt.Sprint("region ", i%8)
		}
		all = append(all, c)
	}
	return all
}

// Dimensions are the columns that put people into groups; it does not matter in how many pieces the audience was counted.
func TestChooseParts(t *testing.T) {
	t.Parallel()
	for _, n := range []int{60, 10_000} {
		whole, sum := Asked{}, Asked{}
		for at, c := range listed(n) {
			whole.Count(c)
			if at%(n/16+1) == 0 {
				piece := Asked{}
				for _, c := range listed(n)[at:min(at+n/16+1, n)] {
					piece.Count(c)
				}
				sum.Merge(piece)
			}
		}
		want := []string{"location", "product", "attr:Segment", "attr:Region"}
		if d := cmp.Diff(want, whole.Choose(nil)); d != "" {
			t.Errorf("of %d people (-want +got):\n%s", n, d)
		}
		if d := cmp.Diff(want, sum.Choose(nil)); d != "" {
			t.Errorf("of %d people in pieces (-want +got):\n%s", n, d)
		}
		if got := sum[DimensionLocation].Values["Town 3"]; got != n/5 {
			t.Errorf("%d of %d are from one of five towns", got, n)
		}
		if got := sum[DimensionAttribute("Contract")]; got.People != n || got.Wide != (n > maxValues) {
			t.Errorf("contracts of %d people: %+v", n, got)
		}
	}
}

// However many columns and however long their texts, what is remembered and what an answer carries stay small.
func TestPartsAreBounded(t *testing.T) {
	t.Parallel()
	a := Asked{}
	for i := range 400 {
		c := Contact{Audience: Customers, Location: fmt.Sprint(i, strings.Repeat("ж", 200)), Attrs: map[string]string{}}
		for k := range 300 {
			c.Attrs[fmt.Sprint("column ", k)] = fmt.Sprint(i%90, strings.Repeat("<", 200))
		}
		a.Count(c)
	}
	if len(a) > maxColumns+1 || a.size() > askedBytes+1000 || !a[DimensionLocation].Wide {
		t.Errorf("%d columns of %d bytes", len(a), a.size())
	}
	dimensions := a.Choose(nil)
	values := SegmentsOf(Contact{Location: strings.Repeat("ж", 200) + "\x1f", Tier: "A\x1fB\n"}, append(dimensions, DimensionTier))
	if len(dimensions) > maxDimensions || dimensions[0] != DimensionLocation || len(values[0]) > maxSegment+3 || values[len(values)-1] != "AB" {
		t.Errorf("%q gives %q", dimensions, values)
	}
	if got := SegmentsOf(Contact{Location: "x"}, nil); got != nil {
		t.Errorf("without parts: %q", got)
	}
}

// Of employees nothing is kept that narrows an answer down.
func TestNoPartsOfEmployees(t *testing.T) {
	t.Parallel()
	a := Asked{}
	for _, c := range listed(100) {
		c.Audience = Employees
		a.Count(c)
	}
	if len(a) != 0 {
		t.Errorf("%v", a)
	}
}
