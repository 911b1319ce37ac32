package survey

import (
	"slices"
	"strings"
	"unicode/utf8"

	"onetap/internal/apperr"
)

// Segment says whether a column of the contacts divides the answers, and before whom.
type Segment string

const (
	SegmentShared   Segment = "segment"          // whoever reads results sees it
	SegmentPersonal Segment = "personal_segment" // only who may know who answered
	SegmentNone     Segment = "no_segment"       // it is kept with the contacts, and is in no result
)

// SegmentKinds lists them in the order in which they are offered.
var SegmentKinds = []Segment{SegmentShared, SegmentPersonal, SegmentNone}

// SegmentChoice is what is known of one column.
type SegmentChoice struct {
	Is     Segment `json:"is"`
	Chosen bool    `json:"chosen,omitempty"` // somebody said so; else it is a guess
	// Alone says of a guess that nearly every value is one person's: a longer list may tell otherwise.
	Alone bool `json:"alone,omitempty"`
}

// Segments is what is known of the columns of an audience, by part: see PartAttribute. A column that is not in it was
// uploaded before columns were chosen: see Of.
type Segments map[string]SegmentChoice

// maxSegments is how many columns are remembered: of headings of 100 letters 250 KB, which fit one item.
const maxSegments = 1000

// Of is the one rule about a part: what somebody has said of it, else what it looks like. What looks personal by its
// heading or by its values, as far as they are known (nil: not), is no segment until somebody says otherwise.
func (s Segments) Of(part string, values map[string]int) Segment {
	known, ok := s[part]
	if known.Chosen || ok && known.Is != SegmentShared && !known.Alone {
		return known.Is
	}
	if heading := Heading(part); heading != "" && personalHeading(heading) || personalValues(values) {
		return SegmentNone
	}
	return SegmentShared
}

// Open reports whether whoever reads results may see a part, by what is known of the people asked: of an attribute the
// values must put them into groups, for a number of a contract names one.
func (s Segments) Open(part string, column *AskedColumn) bool {
	var values map[string]int
	if column != nil {
		values = column.Values
	}
	if s.Of(part, values) != SegmentShared {
		return false
	}
	return s[part].Chosen || Heading(part) == "" || column == nil && !s[part].Alone || column != nil && !column.Wide && column.People >= fewest*len(column.Values)
}

// Offered is Of as it is shown to whoever is to choose: an attribute in which nearly every value is one person's (a number
// of a contract) is no segment either, so that saving what is shown makes none of it. column is nil where nobody has a value.
func (s Segments) Offered(part string, column *AskedColumn) Segment {
	var values map[string]int
	alone := s[part].Alone
	if column != nil {
		values, alone = column.Values, column.Wide || !groups(column.Values)
	}
	is := s.Of(part, values)
	if is == SegmentShared && alone && !s[part].Chosen && Heading(part) != "" {
		return SegmentNone
	}
	return is
}

// Merge takes over what an upload or a person said of columns, and reports whether anything changed. A guess changes no
// choice, and makes nothing public that an earlier guess has kept back.
func (s Segments) Merge(said Segments) (changed bool) {
	for part, c := range said {
		was, known := s[part]
		switch {
		case was == c, !c.Chosen && was.Chosen, !known && len(s) >= maxSegments,
			!c.Chosen && known && !was.Alone && (c.Is == SegmentShared || c.Alone):
			continue
		}
		s[part], changed = c, true
	}
	return changed
}

// PartOf is the part that a column makes; "" where it makes none.
func (c Column) PartOf() string {
	switch c.Field {
	case FieldLocation:
		return PartLocation
	case FieldProduct:
		return PartProduct
	case FieldTier:
		return PartTier
	case FieldAttribute, FieldOptOut, FieldEmail, FieldOtherEmail, FieldPhone, FieldOtherPhone: // of the latter what is not used
		return PartAttribute(c.Heading)
	}
	return ""
}

// Chosen is what an upload says of its columns.
func (im *Import) Chosen() Segments {
	said := Segments{}
	for _, c := range im.Columns {
		if part := c.PartOf(); part != "" {
			s := c.Segment
			if s == "" {
				s = SegmentNone
			}
			said[part] = SegmentChoice{Is: s, Chosen: isSegment(im.Map[c.Heading]), Alone: im.alone[part]}
		}
	}
	return said
}

// SayColumns is what somebody says of columns, by part. Problems: columns_too_many, column_unknown, segment_choice.
func SayColumns(columns map[string]Segment) (Segments, error) {
	if len(columns) > MaxColumns {
		return nil, apperr.New(apperr.Invalid, "columns_too_many", "columns", "Limit", MaxColumns)
	}
	said := Segments{}
	for part, is := range columns {
		switch heading := Heading(part); {
		case heading == "" && part != PartLocation && part != PartProduct && part != PartTier, utf8.RuneCountInString(heading) > maxHeading+10:
			return nil, apperr.New(apperr.Invalid, "column_unknown", "columns")
		case !isSegment(Field(is)):
			return nil, apperr.New(apperr.Invalid, "segment_choice", "columns", "Known", strings.Join([]string{string(SegmentShared), string(SegmentPersonal), string(SegmentNone)}, ", "))
		}
		said[part] = SegmentChoice{Is: is, Chosen: true}
	}
	return said, nil
}

func isSegment(f Field) bool { return slices.Contains(SegmentKinds, Segment(f)) }

// segments says of each column whether it is a segment: as the one who uploads says, as was said of such a heading before,
// or as it looks. It returns how many are none because they look personal.
func (im *Import) segments(below [][]string) (kept int) {
	im.alone = map[string]bool{}
	for i := range im.Columns {
		c := &im.Columns[i]
		switch part := c.PartOf(); {
		case part == "" || c.Segment != "": // said
		case c.Field == FieldEmail, c.Field == FieldOtherEmail, c.Field == FieldPhone, c.Field == FieldOtherPhone:
		default:
			values := valuesOf(below, i)
			if c.Segment = im.Known.Of(part, values); c.Segment == SegmentNone && !im.Known[part].Chosen {
				kept++
			}
			if known, ok := im.Known[part]; c.Field == FieldAttribute && c.Segment == SegmentShared && !(ok && known.Chosen) && !groups(values) {
				c.Segment, im.alone[part] = SegmentNone, true
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
