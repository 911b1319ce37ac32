package survey

import (
	"slices"
	"strings"
	"unicode/utf8"

	"onetap/internal/apperr"
)

// DimensionUse says whether a column of the contacts divides the answers, and before whom.
type DimensionUse string

const (
	UseShared   DimensionUse = "segment"          // whoever reads results sees it
	UsePersonal DimensionUse = "personal_segment" // only who may know who answered
	UseNone     DimensionUse = "no_segment"       // it is kept with the contacts, and is in no result
)

// DimensionUses lists them in the order in which they are offered.
var DimensionUses = []DimensionUse{UseShared, UsePersonal, UseNone}

// DimensionChoice is what is known of one column.
type DimensionChoice struct {
	Is     DimensionUse `json:"is"`
	Chosen bool         `json:"chosen,omitempty"` // somebody said so; else it is a guess
	// Alone says of a guess that nearly every value is one person's: a longer list may tell otherwise.
	Alone bool `json:"alone,omitempty"`
}

// Dimensions is what is known of the columns of an audience, by dimension: see DimensionAttribute. A column that is not in it was
// uploaded before columns were chosen: see Of.
type Dimensions map[string]DimensionChoice

// maxDimensionsKnown is how many columns are remembered: of headings of 100 letters 250 KB, which fit one item.
const maxDimensionsKnown = 1000

// Of is the one rule about a dimension: what somebody has said of it, else what it looks like. What looks personal by its
// heading or by its values, as far as they are known (nil: not), is no segment until somebody says otherwise.
func (s Dimensions) Of(dimension string, values map[string]int) DimensionUse {
	known, ok := s[dimension]
	if known.Chosen || ok && known.Is != UseShared && !known.Alone {
		return known.Is
	}
	if heading := Heading(dimension); heading != "" && personalHeading(heading) || personalValues(values) {
		return UseNone
	}
	return UseShared
}

// Open reports whether whoever reads results may see a dimension, by what is known of the people asked: of an attribute the
// values must put them into groups, for a number of a contract names one.
func (s Dimensions) Open(dimension string, column *AskedColumn) bool {
	var values map[string]int
	if column != nil {
		values = column.Values
	}
	if s.Of(dimension, values) != UseShared {
		return false
	}
	return s[dimension].Chosen || Heading(dimension) == "" || column == nil && !s[dimension].Alone || column != nil && !column.Wide && column.People >= fewest*len(column.Values)
}

// Offered is Of as it is shown to whoever is to choose: an attribute in which nearly every value is one person's (a number
// of a contract) is no segment either, so that saving what is shown makes none of it. column is nil where nobody has a value.
func (s Dimensions) Offered(dimension string, column *AskedColumn) DimensionUse {
	var values map[string]int
	alone := s[dimension].Alone
	if column != nil {
		values, alone = column.Values, column.Wide || !groups(column.Values)
	}
	is := s.Of(dimension, values)
	if is == UseShared && alone && !s[dimension].Chosen && Heading(dimension) != "" {
		return UseNone
	}
	return is
}

// Merge takes over what an upload or a person said of columns, and reports whether anything changed. A guess changes no
// choice, and makes nothing public that an earlier guess has kept back.
func (s Dimensions) Merge(said Dimensions) (changed bool) {
	for dimension, c := range said {
		was, known := s[dimension]
		switch {
		case was == c, !c.Chosen && was.Chosen, !known && len(s) >= maxDimensionsKnown,
			!c.Chosen && known && !was.Alone && (c.Is == UseShared || c.Alone):
			continue
		}
		s[dimension], changed = c, true
	}
	return changed
}

// Dimension is the dimension that a column makes; "" where it makes none.
func (c Column) Dimension() string {
	switch c.Field {
	case FieldLocation:
		return DimensionLocation
	case FieldProduct:
		return DimensionProduct
	case FieldTier:
		return DimensionTier
	case FieldAttribute, FieldOptOut, FieldEmail, FieldOtherEmail, FieldPhone, FieldOtherPhone: // of the latter what is not used
		return DimensionAttribute(c.Heading)
	}
	return ""
}

// Chosen is what an upload says of its columns.
func (im *Import) Chosen() Dimensions {
	said := Dimensions{}
	for _, c := range im.Columns {
		if dimension := c.Dimension(); dimension != "" {
			s := c.Segment
			if s == "" {
				s = UseNone
			}
			said[dimension] = DimensionChoice{Is: s, Chosen: isSegment(im.Map[c.Heading]), Alone: im.alone[dimension]}
		}
	}
	return said
}

// SayColumns is what somebody says of columns, by dimension. Problems: columns_too_many, column_unknown, segment_choice.
func SayColumns(columns map[string]DimensionUse) (Dimensions, error) {
	if len(columns) > MaxColumns {
		return nil, apperr.New(apperr.Invalid, "columns_too_many", "columns", "Limit", MaxColumns)
	}
	said := Dimensions{}
	for dimension, is := range columns {
		switch heading := Heading(dimension); {
		case heading == "" && dimension != DimensionLocation && dimension != DimensionProduct && dimension != DimensionTier, utf8.RuneCountInString(heading) > maxHeading+10:
			return nil, apperr.New(apperr.Invalid, "column_unknown", "columns")
		case !isSegment(Field(is)):
			return nil, apperr.New(apperr.Invalid, "segment_choice", "columns", "Known", strings.Join([]string{string(UseShared), string(UsePersonal), string(UseNone)}, ", "))
		}
		said[dimension] = DimensionChoice{Is: is, Chosen: true}
	}
	return said, nil
}

func isSegment(f Field) bool { return slices.Contains(DimensionUses, DimensionUse(f)) }

// segments says of each column whether it is a segment: as the one who uploads says, as was said of such a heading before,
// or as it looks. It returns how many are none because they look personal.
func (im *Import) segments(below [][]string) (kept int) {
	im.alone = map[string]bool{}
	for i := range im.Columns {
		c := &im.Columns[i]
		switch dimension := c.Dimension(); {
		case dimension == "" || c.Segment != "": // said
		case c.Field == FieldEmail, c.Field == FieldOtherEmail, c.Field == FieldPhone, c.Field == FieldOtherPhone:
		default:
			values := valuesOf(below, i)
			if c.Segment = im.Known.Of(dimension, values); c.Segment == UseNone && !im.Known[dimension].Chosen {
				kept++
			}
			if known, ok := im.Known[dimension]; c.Field == FieldAttribute && c.Segment == UseShared && !(ok && known.Chosen) && !groups(values) {
				c.Segment, im.alone[dimension] = UseNone, true
			}
		}
	}
	return kept
}

// valuesOf counts the values of a column.
func valuesOf(rows [][]string, i int) map[string]int {
	values := map[string]int{}
	for _, cells := range rows {
		if i < len(cells) {
			if v := strings.TrimSpace(cells[i]); v != "" {
				values[v]++
			}
		}
	}
	return values
}

// groups reports whether values put people into groups, as far as few rows tell.
func groups(values map[string]int) bool {
	people := 0
	for _, n := range values {
		people += n
	}
	return people < 10*fewest || people >= fewest*len(values)/2
}
