package survey

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Parts of a campaign are columns of the contact list by which its answers can be looked at, besides owner, team and
// language. They are chosen when the campaign is planned, and an answer carries the contact's values as they were when it
// was first given: so counting needs no contact, and a column of 5,000 different values costs nothing.
const (
	PartLocation = "location"
	PartProduct  = "product"
	PartTier     = "tier"
	attrPrefix   = "attr:" // and the heading as written
)

const (
	// maxParts bounds what an answer carries: with values of maxPartValue bytes it stays within a write unit mostly.
	maxParts     = 8
	maxPartValue = 80
	// maxValues is the most different values of a column that is worth a table. Location, product and tier are looked at
	// whatever they hold.
	maxValues = 100
	// fewest is how many people there must be to a value on average: a number of a contract names one.
	fewest = 3
	// maxColumns and askedBytes bound what is remembered of a list with hundreds of columns.
	maxColumns = 24
	askedBytes = 48 << 10
)

// PartAttribute is the part that an attribute of the contacts makes.
func PartAttribute(heading string) string { return attrPrefix + heading }

// Heading is the heading of an attribute's part; "" for a part that is no attribute.
func Heading(part string) string {
	heading, ok := strings.CutPrefix(part, attrPrefix)
	if !ok {
		return ""
	}
	return heading
}

// PartsOf returns a contact's values of the parts in their order.
func PartsOf(c Contact, parts []string) []string {
	if len(parts) == 0 {
		return nil
	}
	values := make([]string, len(parts))
	for i, p := range parts {
		values[i] = partOf(c, p)
	}
	return values
}

func partOf(c Contact, part string) string {
	v := ""
	switch part {
	case PartLocation:
		v = c.Location
	case PartProduct:
		v = c.Product
	case PartTier:
		v = c.Tier
	default:
		v = c.Attrs[Heading(part)]
	}
	v = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, v)
	if len(v) > maxPartValue {
		v = strings.ToValidUTF8(v[:maxPartValue], "") + "…"
	}
	return v
}

// Part is an answer's value of a campaign's i-th part; "" where it has none.
func (r Response) Part(i int) string {
	if i < 0 || i >= len(r.Parts) {
		return ""
	}
	return r.Parts[i]
}

// Asked counts the people of a campaign by what the columns say of them: what is planned, for the response rate of parts.
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
	for _, p := range []string{PartLocation, PartProduct, PartTier} {
		a.add(p, partOf(c, p), 1)
	}
	for _, heading := range slices.Sorted(maps.Keys(c.Attrs)) {
		p := PartAttribute(heading)
		a.add(p, partOf(c, p), 1)
	}
}

func (a Asked) add(part, value string, n int) {
	if value == "" {
		return
	}
	c := a[part]
	if c == nil {
		if len(a) >= maxColumns && Heading(part) != "" {
			return
		}
		c = &AskedColumn{Values: map[string]int{}}
		a[part] = c
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
	for part, c := range a {
		n += len(part)
		for v := range c.Values {
			n += len(v) + 8
		}
	}
	return n
}

// Merge adds all of b to a.
func (a Asked) Merge(b Asked) {
	for _, part := range slices.Sorted(maps.Keys(b)) {
		from := b[part]
		people := from.People
		for v, n := range from.Values {
			a.add(part, v, n)
			people -= n
		}
		if from.Wide {
			if a[part] == nil {
				a[part] = &AskedColumn{}
			}
			a[part].People += people
			a[part].Values, a[part].Wide = nil, true
		}
	}
}

// Choose returns the parts that are worth looking at: location, product and tier where anybody has one, and those
// attributes that put people into groups, the ones that most people have first; none that is no segment by what is known.
func (a Asked) Choose(known Segments) []string {
	var parts, attrs []string
	for _, p := range []string{PartLocation, PartProduct, PartTier} {
		if c := a[p]; c != nil && !(known[p].Chosen && known[p].Is == SegmentNone) {
			parts = append(parts, p)
		}
	}
	for p, c := range a {
		if Heading(p) != "" && !c.Wide && len(c.Values) > 1 && c.People >= fewest*len(c.Values) && known.Of(p, c.Values) != SegmentNone {
			attrs = append(attrs, p)
		}
	}
	slices.SortFunc(attrs, func(p, q string) int {
		return cmp.Or(a[q].People-a[p].People, len(a[p].Values)-len(a[q].Values), cmp.Compare(p, q))
	})
	parts = append(parts, attrs[:min(len(attrs), maxParts-len(parts))]...)
	return parts
}
