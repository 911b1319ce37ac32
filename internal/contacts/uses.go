package contacts

import (
	"cmp"
	"context"
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
			said[dimension] = survey.DimensionChoice{Use: s, Chosen: isSegment(im.Map[c.Heading]), Alone: im.alone[dimension]}
		}
	}
	return said
}

// choices is what somebody says of columns, by dimension. Problems: columns_too_many, column_unknown, segment_choice.
func choices(columns map[string]survey.DimensionUse) (survey.Dimensions, error) {
	if len(columns) > MaxColumns {
		return nil, apperr.New(apperr.Invalid, "columns_too_many", "columns", "Limit", MaxColumns)
	}
	said := survey.Dimensions{}
	for dimension, use := range columns {
		switch heading := survey.Heading(dimension); {
		case heading == "" && dimension != survey.DimensionLocation && dimension != survey.DimensionProduct && dimension != survey.DimensionTier, utf8.RuneCountInString(heading) > maxHeading+10:
			return nil, apperr.New(apperr.Invalid, "column_unknown", "columns")
		case !isSegment(Field(use)):
			return nil, apperr.New(apperr.Invalid, "segment_choice", "columns", "Known", strings.Join([]string{string(survey.UseShared), string(survey.UsePersonal), string(survey.UseNone)}, ", "))
		}
		said[dimension] = survey.DimensionChoice{Use: use, Chosen: true}
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

const columnsLooked = 1000

// ColumnUse is one column of an audience with what it is for.
type ColumnUse struct {
	Dimension string
	Use       survey.DimensionUse
	Chosen    bool     // somebody said so; else it is how it looks
	Examples  []string // the most frequent values, at most 3
}

// Columns lists the columns of an audience by name: those of which something is known, and those that the first contacts have.
func (l *Lists) Columns(ctx context.Context, a survey.Audience) ([]ColumnUse, error) {
	known, err := l.Store.Dimensions(ctx, a)
	if err != nil {
		return nil, err
	}
	asked := survey.Asked{}
	if _, err := l.Store.ContactsPage(ctx, a, survey.Cursor{}, columnsLooked, func(c survey.Contact, _ survey.SuppressionReason) { asked.Count(c) }); err != nil {
		return nil, err
	}
	dimensions := map[string]bool{}
	for d := range known {
		dimensions[d] = true
	}
	for d := range asked {
		dimensions[d] = true
	}
	all := []ColumnUse{}
	for d := range dimensions {
		column := ColumnUse{Dimension: d, Chosen: known[d].Chosen, Use: known.Offered(d, asked[d])}
		if c := asked[d]; c != nil {
			values := make([]string, 0, len(c.Values))
			for v := range c.Values {
				values = append(values, v)
			}
			slices.SortFunc(values, func(a, b string) int { return cmp.Or(c.Values[b]-c.Values[a], cmp.Compare(a, b)) })
			column.Examples = values[:min(3, len(values))]
		}
		all = append(all, column)
	}
	slices.SortFunc(all, func(a, b ColumnUse) int { return cmp.Compare(a.Dimension, b.Dimension) })
	return all, nil
}

// SayColumns keeps what somebody says of columns, by dimension; of those that are not named nothing changes. Problems:
// columns_too_many, column_unknown, segment_choice.
func (l *Lists) SayColumns(ctx context.Context, a survey.Audience, columns map[string]survey.DimensionUse) error {
	said, err := choices(columns)
	if err == nil {
		_, err = l.Store.SayDimensions(ctx, a, said)
	}
	return err
}
