package survey

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Dimensions of a campaign are columns of the contact list by which its answers can be looked at, besides owner, team and
// language. They are chosen when the campaign is planned, and an answer carries the contact's values as they were when it
// was first given: so counting needs no contact, and a column of 5,000 different values costs nothing.
const (
	DimensionLocation = "location"
	DimensionProduct  = "product"
	DimensionTier     = "tier"
	attrPrefix        = "attr:" // and the heading as written
)

const (
	// maxDimensions bounds what an answer carries: with values of maxSegment bytes it stays within a write unit mostly.
	maxDimensions = 8
	maxSegment    = 80
	// maxValues is the most different values of a column that is worth a table. Location, product and tier are looked at
	// whatever they hold.
	maxValues = 100
	// fewest is how many people there must be to a value on average: a number of a contract names one.
	fewest = 3
	// maxColumns and askedBytes bound what is remembered of a list with hundreds of columns.
	maxColumns = 24
	askedBytes = 48 << 10
)

// DimensionAttribute is the dimension that an attribute of the contacts makes.
func DimensionAttribute(heading string) string { return attrPrefix + heading }

// Heading is the heading of an attribute's dimension; "" for a dimension that is no attribute.
func Heading(dimension string) string {
	heading, ok := strings.CutPrefix(dimension, attrPrefix)
	if !ok {
		return ""
	}
	return heading
}

// SegmentsOf returns a contact's values of the dimensions in their order.
func SegmentsOf(c Contact, dimensions []string) []string {
	if len(dimensions) == 0 {
		return nil
	}
	values := make([]string, len(dimensions))
	for i, p := range dimensions {
		values[i] = segmentOf(c, p)
	}
	return values
}

func segmentOf(c Contact, dimension string) string {
	v := ""
	switch dimension {
	case DimensionLocation:
		v = c.Location
	case DimensionProduct:
		v = c.Product
	case DimensionTier:
		v = c.Tier
	default:
		v = c.Attrs[Heading(dimension)]
	}
	v = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, v)
	if len(v) > maxSegment {
		v = strings.ToValidUTF8(v[:maxSegment], "") + "…"
	}
	return v
}

// Segment is an answer's value of a campaign's i-th dimension; "" where it has none.
func (r Response) Segment(i int) string {
	if i < 0 || i >= len(r.Segments) {
		return ""
	}
	return r.Segments[i]
}

// Asked counts the people of a campaign by what the columns say of them: what is planned, for the response rate of dimensions.
type Asked map[string]*AskedColumn

// AskedColumn is one column of Asked.
type AskedColumn struct {
	People int            `json:"n"`           // who have a value
	Values map[string]int `json:"v,omitempty"` // people by value; none where there are too many values
	Wide   bool           `json:"w,omitempty"`
}

// Count adds one who is invited.
func (a Asked) Count(c Contact) {
	if c.Audience == Employees { // D25: what narrows an answer down to a person stays out of it
		return
	}
	for _, p := range []string{DimensionLocation, DimensionProduct, DimensionTier} {
		a.add(p, segmentOf(c, p), 1)
	}
	for _, heading := range slices.Sorted(maps.Keys(c.Attrs)) {
		p := DimensionAttribute(heading)
		a.add(p, segmentOf(c, p), 1)
	}
}

func (a Asked) add(dimension, value string, n int) {
	if value == "" {
		return
	}
	c := a[dimension]
	if c == nil {
		if len(a) >= maxColumns && Heading(dimension) != "" {
			return
		}
		c = &AskedColumn{Values: map[string]int{}}
		a[dimension] = c
	}
	c.People += n
	if c.Wide {
		return
	}
	if c.Values[value] += n; len(c.Values) > maxValues || c.Values[value] == n && a.size() > askedBytes {
		c.Values, c.Wide = nil, true
	}
}

func (a Asked) size() (n int) {
	for dimension, c := range a {
		n += len(dimension)
		for v := range c.Values {
			n += len(v) + 8
		}
	}
	return n
}

// Merge adds all of b to a.
func (a Asked) Merge(b Asked) {
	for _, dimension := range slices.Sorted(maps.Keys(b)) {
		from := b[dimension]
		people := from.People
		for v, n := range from.Values {
			a.add(dimension, v, n)
			people -= n
		}
		if from.Wide {
			if a[dimension] == nil {
				a[dimension] = &AskedColumn{}
			}
			a[dimension].People += people
			a[dimension].Values, a[dimension].Wide = nil, true
		}
	}
}

// Choose returns the dimensions that are worth looking at: location, product and tier where anybody has one, and those
// attributes that put people into groups, the ones that most people have first; none that is no segment by what is known.
func (a Asked) Choose(known Dimensions) []string {
	var dimensions, attrs []string
	for _, p := range []string{DimensionLocation, DimensionProduct, DimensionTier} {
		if c := a[p]; c != nil && !(known[p].Chosen && known[p].Use == UseNone) {
			dimensions = append(dimensions, p)
		}
	}
	for p, c := range a {
		if Heading(p) != "" && !c.Wide && len(c.Values) > 1 && c.People >= fewest*len(c.Values) && known.Of(p, c.Values) != UseNone {
			attrs = append(attrs, p)
		}
	}
	slices.SortFunc(attrs, func(p, q string) int {
		return cmp.Or(a[q].People-a[p].People, len(a[p].Values)-len(a[q].Values), cmp.Compare(p, q))
	})
	dimensions = append(dimensions, attrs[:min(len(attrs), maxDimensions-len(dimensions))]...)
	return dimensions
}
