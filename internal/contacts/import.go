package contacts

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
	"onetap/internal/lang"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

// Limits of a list; what is over them is refused by line, or, the columns, as a whole. A row has at most sheet.MaxRow
// bytes.
const (
	MaxColumns = 200
	MaxCell    = 2000 // characters
)

// Import reads one upload part by part. Its exported fields are its whole state: it is kept as JSON between parts, which
// may be cut anywhere. Every line of the list is in exactly one row or refusal, or is counted in Blank or Aside.
type Import struct {
	Audience     survey.Audience `json:"audience"`
	sheet.Reader                 // Encoding, Separator, Line (lines done), Blank, Aside (titles, headings, totals), Carry …
	Columns      []Column        `json:"columns,omitempty"` // known once the headings are
	// Map says what columns hold, by heading, where a person knows better than columnsOf; see CheckMap.
	Map map[string]Field `json:"map,omitempty"`
	// Known is what was said before of the audience's columns.
	Known survey.Dimensions `json:"known,omitempty"`
	// Owners says who of the staff a list means by a name that several have: see Corrections.
	Owners map[string]string `json:"owners,omitempty"`
	// Memory is what was said of the columns of earlier lists; it is needed until the headings are known.
	Memory  survey.ColumnMemory `json:"memory,omitempty"`
	Set     string              `json:"set,omitempty"`     // of the headings
	AsLast  []string            `json:"as_last,omitempty"` // headings whose columns hold what somebody said of the last list
	Rows    int                 `json:"rows"`              // taken so far, duplicates included
	Refused int                 `json:"refused"`

	fields       []Field           // that columns can be said to hold; nil: Fields
	alone        map[string]bool   // parts: see SegmentChoice
	learned      map[string]string // what to remember of the columns; nil: nothing was said
	mails, calls []int             // the columns of addresses and telephones, in the order in which they are tried; of Columns
	customers    bool              // there is a column of customer ids
	unnamed      bool              // addresses stand in a column of which nothing says that they are the contacts'
}

// Imported is what became of a part.
type Imported struct {
	Rows     []Row
	Refused  []Refusal
	Warnings []Warning // of rows that were taken
	Asks     []Ask     // which of several people is meant
	Quality  Quality   // of this part
}

// Row is a contact of the list. Its id is the caller's to derive, and so is the time.
type Row struct {
	Line    int // its first line
	Lines   int // more than one when cells have newlines
	Contact survey.Contact
	// OptedOut says that a column such as "Email Opt Out" has a yes for this person: nobody may write to the address.
	OptedOut bool
}

// Refusal is a row that was not taken. The words are in the language files: "row.<code>".
type Refusal struct {
	Line   int    `json:"line"`
	Lines  int    `json:"lines"`
	Code   string `json:"code"`
	Column string `json:"column,omitempty"` // by its heading
	Value  string `json:"value,omitempty"`  // what the cell said; personal: for who uploaded it, not for a log
	First  int    `json:"first,omitempty"`  // duplicate, of a staff list: the line that has the person first
	Count  int    `json:"count,omitempty"`  // too many or few cells: how many
	Limit  int    `json:"limit,omitempty"`  // the most that is allowed
	// Of a staff list's row with somebody's address: who has it, under which code, and the code that the row gives.
	Who   string `json:"who,omitempty"`
	Has   string `json:"has,omitempty"`
	Given string `json:"given,omitempty"`
	// Cells are the row as it was, for putting it right; not of a line that is no record.
	Cells []string `json:"cells,omitempty"`
}

// Warning is a row that was taken, but not as it was meant: the codes are Findings, the words "row.<code>".
type Warning struct {
	Line   int     `json:"line"`
	Code   Finding `json:"code"`
	Column string  `json:"column,omitempty"`
	Value  string  `json:"value,omitempty"`
}

// With returns the values for the words of a refusal.
func (r Refusal) With() map[string]any {
	return map[string]any{
		"Line": r.Line, "Column": r.Column, "Value": r.Value, "First": r.First, "Count": r.Count, "Limit": r.Limit,
		"Who": r.Who, "Has": r.Has, "Given": r.Given, "Known": strings.Join(lang.Codes(), ", "),
	}
}

// With returns the values for the words of a warning.
func (w Warning) With() map[string]any {
	return map[string]any{"Line": w.Line, "Column": w.Column, "Value": w.Value, "Known": strings.Join(lang.Codes(), ", ")}
}

// contradiction is the refusal of a row whose identifiers are those of two people.
func (r Row) contradiction(code string) Refusal {
	p := r.Contact.Person
	return Refusal{Line: r.Line, Lines: r.Lines, Code: code, Value: cmp.Or(p.Email, p.Customer, p.Phone)}
}

// Row is the refused row as it was; of what was no row its beginning.
func (r Refusal) Row(columns []Column) []string {
	if r.Cells != nil || len(columns) == 0 {
		return r.Cells
	}
	cells := make([]string, len(columns))
	cells[0] = r.Value
	return cells
}

// NewImport starts an import for an audience.
func NewImport(a survey.Audience) *Import { return &Import{Audience: a} }

// Feed reads the next part; last says no more follow. It returns the rows that became complete, in order; those of the
// first 64 KB come when as much is there. Memory is a small multiple of the part: a long part may as well be fed in
// slices. staff may be nil.
//
// A *apperr.Error leaves the state as it was: csv_empty, csv_binary, csv_workbook, csv_markup, csv_no_heading,
// csv_no_address_column, csv_too_many_columns, csv_no_rows, csv_ended, csv_encoding_unclear, csv_encoded_twice.
func (im *Import) Feed(part []byte, last bool, staff survey.Directory) (Imported, error) {
	next := *im
	var out Imported
	if staff != nil {
		staff = &recalling{of: staff, found: map[string]recalled{}}
	}
	next.order()
	heading := func(cells []string) int { return customerColumns.score(cells, im.corrected(cells)) }
	err := next.Reader.Feed(part, last, heading, func(rec sheet.Record) {
		if next.Columns == nil {
			next.decide(staff, &out)
		}
		if len(next.Columns) <= MaxColumns && next.tells() {
			next.take(rec, staff, &out)
		}
	})
	if err == nil && next.Columns == nil && next.Heading != nil {
		next.decide(staff, &out)
	}
	if err == nil && next.Columns != nil && !next.tells() { // what had the heading was something else
		err = &sheet.NoHeadingError{Rows: [][]string{next.Heading}}
	}
	if err = explain(err, customerColumns); err != nil {
		return Imported{}, err
	}
	if len(next.Columns) > MaxColumns {
		return Imported{}, apperr.New(apperr.TooLarge, "csv_too_many_columns", "", "Count", len(next.Columns), "Limit", MaxColumns)
	}
	if last && next.Rows+next.Refused == 0 {
		return Imported{}, apperr.New(apperr.Invalid, "csv_no_rows", "")
	}
	*im = next
	return out, nil
}

// decide tells the columns apart, once for all parts, by the headings and the first rows under them.
func (im *Import) decide(staff survey.Directory, out *Imported) {
	below := evidence{rows: im.Below(), staff: staff, people: im.Audience == survey.Employees || im.Audience == survey.ProjectStaff}
	guessed := customerColumns.columnsOf(im.Heading, below)
	im.Columns = mapped(slices.Clone(guessed), im.corrected(im.Heading))
	im.recall(guessed)
	im.withoutCompanies()
	im.order()
	im.unnamed = len(im.mails) == 0 && len(im.corrected(im.Heading)) == 0 && holdAddresses(im.Columns, below.rows)
	if n := im.segments(im.Below()); n > 0 {
		out.Quality.NoteColumns(PersonalColumns, n)
	}
}

// withoutCompanies keeps columns of companies as they are in an audience that has no accounts.
func (im *Import) withoutCompanies() {
	for i, c := range im.Columns {
		if im.Audience.Anonymous() && slices.Contains([]Field{FieldCompany, FieldCompanyID, FieldParent, FieldCompanyRole}, c.Field) {
			im.Columns[i].Field, im.Columns[i].Segment = FieldAttribute, survey.UseNone
		}
	}
}

// order puts the columns of addresses and of telephones in order: the field's own first, then the further ones.
func (im *Import) order() {
	inOrder := func(first, further Field) (all []int) {
		for _, f := range []Field{first, further} {
			for i, c := range im.Columns {
				if c.Field == f {
					all = append(all, i)
				}
			}
		}
		return all
	}
	im.mails, im.calls = inOrder(FieldEmail, FieldOtherEmail), inOrder(FieldPhone, FieldOtherPhone)
	im.customers = has(im.Columns, FieldCustomer)
}

// tells reports whether the list has a column that tells one person from another. A list in which addresses stand in a column
// that is not known to have them is not taken without them.
func (im *Import) tells() bool {
	return len(im.mails) > 0 || (im.customers || len(im.calls) > 0) && !im.unnamed
}

// Foresee reports what a part would be refused for as a whole, so that none of its rows is stored before: an encoding that is
// only seen, and unclear, in its middle. A part of UTF-8, or of an encoding that is settled, costs next to nothing.
func (im Import) Foresee(part []byte, last bool) error {
	from, to := 0, len(part)
	for from < min(3, len(part)) && !utf8.RuneStart(part[from]) {
		from++
	}
	for n := 0; n < 3 && to > from && !utf8.Valid(part[to-min(to-from, 4):to]); n++ {
		to--
	}
	if im.Charset != "" || im.Said != "" || utf8.Valid(part[from:to]) {
		return nil
	}
	next := im
	return explain(next.Reader.Feed(part, last, func(cells []string) int { return customerColumns.score(cells, im.corrected(cells)) }, func(sheet.Record) {}), customerColumns)
}

// score tells how well a record would serve as headings: the number of fields that it names, 0 without an address
// column or with an address in it.
func (c Words) score(cells []string, corrected map[string]Field) (score int) {
	if slices.ContainsFunc(cells, isData) {
		return 0
	}
	columns := mapped(c.columnsOf(cells, evidence{}), corrected)
	switch _, customers := c[FieldCustomer]; {
	case has(columns, FieldEmail):
		score += 10 // a title that mentions a telephone is no better
	case !customers || !has(columns, FieldCustomer) && !has(columns, FieldPhone):
		return 0
	}
	for _, col := range columns {
		if col.Field != FieldAttribute {
			score++
		}
		if upper, _, joined := strings.Cut(col.Heading, sheet.Under); joined && celltext.HasAny(HeadingKey(upper), ours...) {
			score += 2 // without the group above, a manager's address would be the contact's
		}
	}
	return score
}

// isData reports whether a cell holds an address, or a slip of one, so that its record is no headings. "E-mail (@)" and
// "Почта (name@example.com)" are headings.
func isData(cell string) bool {
	at := strings.IndexByte(cell, '@')
	if at < 0 {
		return false
	}
	if _, _, code := survey.ReadAddress(cell); code == "" || code == "several_addresses" {
		return true
	}
	text := strings.Trim(celltext.Clean(cell), "@")
	return strings.Contains(text, "@") && !strings.ContainsAny(text, " (")
}

// explain turns "no headings" into what a person can mend.
func explain(err error, words Words) error {
	var none *sheet.NoHeadingError
	if !errors.As(err, &none) {
		return err
	}
	var headings []string
	for _, cells := range none.Rows {
		if slices.ContainsFunc(cells, isData) {
			if len(headings) < 2 { // a title at most
				return apperr.New(apperr.Invalid, "csv_no_heading", "")
			}
			break
		}
		var found []string
		for _, c := range cells {
			if c = celltext.Clean(c); c != "" {
				found = append(found, celltext.Cut(c, 40))
			}
		}
		if len(found) > len(headings) {
			headings = found
		}
	}
	list := strings.Join(headings[:min(len(headings), 20)], ", ")
	return apperr.New(apperr.Invalid, "csv_no_address_column", "", "Headings", list)
}

func (b *Imported) warn(w Warning) {
	b.Warnings = append(b.Warnings, w)
	b.Quality.Note(w.Code, w.Line)
}

// joined is a heading that was joined of two rows, for showing; "" where they stand in one.
func (im *Import) joined() string {
	if i := slices.IndexFunc(im.Heading, func(h string) bool { return strings.Contains(h, sheet.Under) }); im.TwoRows && i >= 0 {
		return celltext.Clean(im.Heading[i])
	}
	return ""
}

// clone is what may be worked on and thrown away.
func (b Imported) clone() Imported {
	b.Refused, b.Warnings = slices.Clip(b.Refused), slices.Clip(b.Warnings)
	b.Quality.Findings, b.Quality.Refusals = maps.Clone(b.Quality.Findings), maps.Clone(b.Quality.Refusals)
	return b
}
