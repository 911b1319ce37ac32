package contacts

import (
	"slices"
	"strings"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Dimension is the dimension that a column makes; "" where it makes none.
func (c Column) Dimension() string {
	switch c.Field {
	case FieldLocation:
		return survey.DimensionLocation
	case FieldProduct:
		return survey.DimensionProduct
	case FieldTier:
		return survey.DimensionTier
	case FieldAttribute, FieldOptOut, FieldEmail, FieldOtherEmail, FieldPhone, FieldOtherPhone: // of the latter what is not used
		return survey.DimensionAttribute(c.Heading)
	}
	return ""
}

// Chosen is what an upload says of its columns.
func (im *Import) Chosen() survey.Dimensions {
	said := survey.Dimensions{}
	for _, c := range im.Columns {
		if dimension := c.Dimension(); dimension != "" {
			s := c.Segment
			if s == "" {
				s = survey.UseNone
			}
			said[dimension] = survey.DimensionChoice{Is: s, Chosen: isSegment(im.Map[c.Heading]), Alone: im.alone[dimension]}
		}
	}
	return said
}

// SayColumns is what somebody says of columns, by dimension. Problems: columns_too_many, column_unknown, segment_choice.
func SayColumns(columns map[string]survey.DimensionUse) (survey.Dimensions, error) {
	if len(columns) > MaxColumns {
		return nil, apperr.New(apperr.Invalid, "columns_too_many", "columns", "Limit", MaxColumns)
	}
	said := survey.Dimensions{}
	for dimension, is := range columns {
		switch heading := survey.Heading(dimension); {
		case heading == "" && dimension != survey.DimensionLocation && dimension != survey.DimensionProduct && dimension != survey.DimensionTier, utf8.RuneCountInString(heading) > maxHeading+10:
			return nil, apperr.New(apperr.Invalid, "column_unknown", "columns")
		case !isSegment(Field(is)):
			return nil, apperr.New(apperr.Invalid, "segment_choice", "columns", "Known", strings.Join([]string{string(survey.UseShared), string(survey.UsePersonal), string(survey.UseNone)}, ", "))
		}
		said[dimension] = survey.DimensionChoice{Is: is, Chosen: true}
	}
	return said, nil
}

func isSegment(f Field) bool { return slices.Contains(survey.DimensionUses, survey.DimensionUse(f)) }

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
			if c.Segment = im.Known.Of(dimension, values); c.Segment == survey.UseNone && !im.Known[dimension].Chosen {
				kept++
			}
			if known, ok := im.Known[dimension]; c.Field == FieldAttribute && c.Segment == survey.UseShared && !(ok && known.Chosen) && !survey.InGroups(values) {
				c.Segment, im.alone[dimension] = survey.UseNone, true
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
