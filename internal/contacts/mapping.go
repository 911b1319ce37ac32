package contacts

import (
	"errors"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

// Fields lists what a column of a customer list can be said to hold, in the order in which it is offered.
var Fields = []Field{
	FieldEmail, FieldOtherEmail, FieldName, FieldFirst, FieldMiddle, FieldLast, FieldPhone, FieldOtherPhone, FieldCustomer, FieldCompany, FieldCompanyID, FieldParent, FieldCompanyRole, FieldOwner, FieldTeam,
	FieldLocation, FieldProduct, FieldTier, FieldLanguage, FieldZone, FieldValue, FieldConsent, FieldOptOut, FieldAttribute, FieldIgnored,
	Field(survey.UseShared), Field(survey.UsePersonal), Field(survey.UseNone),
} // attributes of which is said whether they are segments

// repeats reports whether several columns of a list may hold f.
func (f Field) repeats() bool {
	switch f {
	case FieldOtherEmail, FieldOtherPhone, FieldOptOut, FieldAttribute, FieldIgnored:
		return true
	}
	return isSegment(f)
}

// CheckMap refuses a map of columns that cannot be: headings to fields, where every field that does not repeat stands
// once. Problems: columns_too_many, columns_field, columns_twice.
func CheckMap(columns map[string]Field) error { return checkMap(columns, Fields) }

func checkMap(columns map[string]Field, fields []Field) error {
	if len(columns) > MaxColumns {
		return apperr.New(apperr.Invalid, "columns_too_many", "columns", "Limit", MaxColumns)
	}
	taken := map[Field]bool{}
	for _, f := range columns {
		if !slices.Contains(fields, f) {
			known := make([]string, len(fields))
			for i, k := range fields {
				known[i] = string(k)
			}
			return apperr.New(apperr.Invalid, "columns_field", "columns", "Known", strings.Join(known, ", "))
		}
		if taken[f] && !f.repeats() {
			return apperr.New(apperr.Invalid, "columns_twice", "columns", "Field", string(f))
		}
		taken[f] = true
	}
	return nil
}

// mapped corrects the columns by what a person says of them. A field that they give to one column is taken from the one
// that was guessed for it.
func mapped(columns []Column, corrected map[string]Field) []Column {
	if len(corrected) == 0 {
		return columns
	}
	given := map[Field]bool{}
	for _, c := range columns {
		if f, ok := corrected[c.Heading]; ok && !f.repeats() {
			given[f] = true
		}
	}
	for i, c := range columns {
		f, ok := corrected[c.Heading]
		if !ok && given[c.Field] {
			f, ok = FieldAttribute, true
		}
		if ok {
			columns[i].Field, columns[i].Unit = f, ""
			if isSegment(f) {
				columns[i].Field, columns[i].Segment = FieldAttribute, survey.DimensionUse(f)
			}
			if f == FieldValue {
				columns[i].Unit = unitOf(c.Heading)
			}
		}
	}
	promote(columns, FieldOtherEmail, FieldEmail)
	promote(columns, FieldOtherPhone, FieldPhone)
	return columns
}

// promote makes the first further column of a field the field's own where that was taken away.
func promote(columns []Column, further, first Field) {
	if i := slices.IndexFunc(columns, func(c Column) bool { return c.Field == further }); i >= 0 && !has(columns, first) {
		columns[i].Field = first
	}
}

// Headings returns the columns of a list in which no column of addresses was recognised, for a person to say which it
// is, and the first rows under them; nil where nothing looks like headings. whole says that the sample is the whole list.
func Headings(sample []byte, whole bool, encoding string) (columns []Column, below [][]string) {
	return customerColumns.headings(sample, whole, encoding)
}

func (c Words) headings(sample []byte, whole bool, encoding string) (columns []Column, below [][]string) {
	r := sheet.Reader{Said: encoding}
	err := r.Feed(sample, whole, func(cells []string) int { return c.score(cells, nil) }, func(sheet.Record) {})
	if err == nil && r.Heading != nil { // what stands under the headings is no address
		below = r.Below()
		return c.columnsOf(r.Heading, evidence{rows: below}), below
	}
	var none *sheet.NoHeadingError
	if !errors.As(err, &none) {
		return nil, nil
	}
	for n, cells := range none.Rows {
		filled := 0
		for _, cell := range cells {
			if isData(cell) {
				return nil, nil // data, and no headings above them
			}
			if celltext.Clean(cell) != "" {
				filled++
			}
		}
		if filled > 1 && len(cells) <= MaxColumns {
			below = none.Rows[n+1:]
			return c.columnsOf(cells, evidence{rows: below}), below
		}
	}
	return nil, nil
}

// keptCells is how many bytes of a refused row are kept whole; a longer one's cells are cut.
const keptCells = 4000

// keep copies the cells of a refused row.
func keep(cells []string) []string {
	kept, size := slices.Clone(cells), 0
	for _, c := range cells {
		size += len(c)
	}
	for i := range kept {
		if size > keptCells {
			kept[i] = celltext.Cut(kept[i], 100)
		}
		kept[i] = strings.Clone(kept[i]) // of the record's one text
	}
	return kept
}

// Look is how an import would understand the beginning of a list.
type Look struct {
	Import
	Imported
	Examples  [][]string // the first different values of each column
	Joined    string     // a heading that was joined of two rows; "": they stand in one
	NoAddress bool       // no column of addresses was recognised: only Columns are known
}

const (
	examined = 100 // records that are looked through for examples
	examples = 3   // of a column
)

// Preview reads the beginning of a list, or, where whole says so, all of it, as an import with these corrected columns
// would; known and memory are what was said of columns before. Errors are those of Import.Feed, but for csv_no_address_column and csv_no_heading where there are headings to choose from.
func Preview(a survey.Audience, sample []byte, whole bool, said Corrections, known survey.Dimensions, memory survey.ColumnMemory, staff survey.Directory) (Look, error) {
	columns, encoding := said.Columns, said.Encoding
	look := Look{Import: Import{Audience: a, Map: columns, Known: known, Memory: memory, Reader: sheet.Reader{Said: encoding}}}
	var err error
	below := [][]string(nil)
	if look.Imported, err = look.Feed(sample, whole, staff); err == nil {
		below, look.Joined = look.Below(), look.joined()
	} else {
		if !apperr.Is(err, "csv_no_address_column") && !apperr.Is(err, "csv_no_heading") {
			return look, err
		}
		if look.Columns, below = Headings(sample, whole, encoding); look.Columns == nil {
			return look, err
		}
		look.Columns, look.NoAddress = mapped(look.Columns, columns), true
		look.segments(below)
	}
	look.Examples = examplesOf(look.Columns, below)
	return look, nil
}

// examplesOf are the first different values of each column.
func examplesOf(columns []Column, below [][]string) [][]string {
	all := make([][]string, len(columns))
	for _, cells := range below[:min(examined, len(below))] {
		for i, c := range cells[:min(len(cells), len(all))] {
			if c = celltext.Cut(celltext.Clean(c), 60); c != "" && len(all[i]) < examples && !slices.Contains(all[i], c) {
				all[i] = append(all[i], c)
			}
		}
	}
	return all
}
