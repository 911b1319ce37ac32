package contacts

import (
	"slices"

	"onetap/internal/apperr"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

// Table is how a list of another kind than contacts, such as the staff, was understood.
type Table struct {
	Columns  []Column
	Examples [][]string // the first different values of each column
	AsLast   []string   // headings whose columns hold what somebody said of the last list with the same ones
	Joined   string     // a heading that was joined of two rows; "": they stand in one
	// Set names the headings, and Learned is what to remember of them for the next list; nil: nothing was said.
	Set     string
	Learned map[string]string
}

// TableSaid is what is known of a table beforehand.
type TableSaid struct {
	Encoding string              // one of sheet.Encodings, or "" to recognise it
	Columns  map[string]Field    // by heading, where the guess is wrong
	Memory   survey.ColumnMemory // what was said of earlier lists
}

// TableFields are the fields that columns of a table with these words can be said to hold.
func (c Words) TableFields() []Field {
	all := []Field{FieldIgnored}
	for f := range c {
		if f != FieldIgnored {
			all = append(all, f)
		}
	}
	slices.Sort(all[1:])
	return all
}

// ReadTable reads a whole list by the words of its headings; each gets the records in order with what the columns hold. It calls each for
// none where there are too many columns.
//
// Errors are those of Import.Feed but for csv_no_rows, the caller knows what it has refused, and those of CheckMap. With csv_no_address_column the
// table has the columns, where there are any, for a person to say which it is.
func ReadTable(data []byte, words Words, said TableSaid, each func(columns []Column, rec sheet.Record)) (t Table, err error) {
	im := Import{Map: said.Columns, Memory: said.Memory, fields: words.TableFields(), Reader: sheet.Reader{Said: said.Encoding}}
	if err := checkMap(said.Columns, im.fields); err != nil {
		return t, err
	}
	err = im.Reader.Feed(data, true, func(cells []string) int { return words.score(cells, im.corrected(cells)) }, func(rec sheet.Record) {
		if t.Columns == nil {
			guessed := words.columnsOf(im.Heading, evidence{rows: im.Below(), people: true})
			im.Columns = mapped(slices.Clone(guessed), im.corrected(im.Heading))
			im.recall(guessed)
			t = Table{Columns: im.Columns, Examples: examplesOf(im.Columns, im.Below()), AsLast: im.AsLast, Joined: im.joined(), Set: im.Set, Learned: im.learned}
		}
		if len(t.Columns) <= MaxColumns {
			each(t.Columns, rec)
		}
	})
	if err = explain(err, words); err != nil {
		if apperr.Is(err, "csv_no_address_column") {
			columns, below := words.headings(data, true, said.Encoding)
			t = Table{Columns: mapped(columns, said.Columns), Examples: examplesOf(columns, below)}
		}
		return t, err
	}
	if len(t.Columns) > MaxColumns {
		return t, apperr.New(apperr.TooLarge, "csv_too_many_columns", "", "Count", len(t.Columns), "Limit", MaxColumns)
	}
	return t, nil
}
