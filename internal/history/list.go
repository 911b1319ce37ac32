package history

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
	"onetap/internal/contacts"
	"onetap/internal/lang"
	"onetap/internal/nps"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

// Limits of a list; what is over them is refused by line, or, the columns, as a whole.
const (
	maxColumns = 200
	maxCell    = 20_000 // characters; comments are cut to survey.MaxComment
	maxWave    = 100    // characters of a campaign's name
)

// oldest is the earliest time that an answer may have: nobody asked before.
var oldest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// ahead is how far a service's clock may be ahead.
const ahead = 10 * time.Minute

// List reads a list of answers part by part, which may be cut anywhere. Its exported fields are its whole state.
type List struct {
	CSV     sheet.Reader     `json:"csv,omitzero"`
	JSON    *listing         `json:"json,omitempty"` // of a list of JSON, which needs no columns
	Columns []Column         `json:"columns,omitempty"`
	Said    map[string]Field `json:"said,omitempty"`  // of columns, by heading
	Order   Order            `json:"order,omitempty"` // of dates with slashes; "": not known yet
	Scale   bool             `json:"scale,omitempty"` // it is settled that scores are on 0–10
	From    string           `json:"from,omitempty"`  // the service, where its headings tell
	Memory  memory           `json:"memory,omitzero"`
	Zone    string           `json:"zone,omitempty"` // the company's, in which times without a zone are; "": UTC

	raw []raw // of this part
}

// raw is a row as it stands in the list.
type raw struct {
	line, lines                                            int
	refused                                                string // why it is none
	date, score, why, wish, email, name, language          string
	origin, wave, kind, owner, team, location, product, tr string
	attrs                                                  map[string]string
	limit                                                  int
	cells                                                  []string // as they came, of a table
}

// answer is a row that was understood.
type answer struct {
	line, lines  int
	at, written  time.Time // see reading
	score        int
	why, wish    string
	email, name  string
	origin, wave string
	contact      survey.Contact // of the list's own columns
}

// feed reads the next part. It returns the answers and the refused rows of it. A problem leaves the list as it was: those of sheet.Reader.Feed,
// history_no_columns, csv_too_many_columns, history_json, history_scale, history_date_order, history_dates_mixed.
func (l *List) feed(part []byte, last bool, staff survey.Directory, now time.Time) (all []answer, refused []contacts.Refusal, err error) {
	next := *l
	next.raw = nil
	if next.JSON != nil {
		j := *next.JSON
		next.JSON = &j
		if err = j.feed(part, last, func(r raw) { next.raw = append(next.raw, r) }); j.Ours {
			next.From = "Onetap"
		}
	} else {
		err = next.feedCSV(part, last)
	}
	if err == nil {
		err = next.settle()
	}
	if err != nil {
		return nil, nil, err
	}
	for _, r := range next.raw {
		a, refusal := next.understand(r, staff, now)
		if refusal.Code != "" {
			refusal.Line, refusal.Lines, refusal.Cells = r.line, r.lines, r.cells
			refused = append(refused, refusal)
			continue
		}
		all = append(all, a)
	}
	next.raw = nil
	*l = next
	return all, refused, nil
}

func (l *List) feedCSV(part []byte, last bool) error {
	err := l.CSV.Feed(part, last, func(cells []string) int { return score(cells, l.known(cells)) }, func(rec sheet.Record) {
		if l.Columns == nil {
			l.settleColumns(l.CSV.Heading, l.CSV.Below())
			l.From = serviceOf(l.CSV.Heading)
		}
		if len(l.Columns) <= maxColumns {
			l.raw = append(l.raw, l.cut(rec))
		}
	})
	if none, is := err.(*sheet.NoHeadingError); is {
		return noColumns(none)
	}
	if err == nil && len(l.Columns) > maxColumns {
		err = apperr.New(apperr.TooLarge, "csv_too_many_columns", "", "Count", len(l.Columns), "Limit", maxColumns)
	}
	return err
}

// noColumns says which headings were found instead of a date and a score.
func noColumns(none *sheet.NoHeadingError) error {
	var headings []string
	for _, cells := range none.Rows {
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
	return apperr.New(apperr.Invalid, "history_no_columns", "", "Headings", strings.Join(headings[:min(len(headings), 20)], ", "))
}

// cut puts the cells of a record into fields.
func (l *List) cut(rec sheet.Record) raw {
	r := raw{line: rec.Line, lines: rec.Lines, refused: string(rec.Fault), limit: sheet.MaxRow}
	if rec.Fault != "" {
		return r
	}
	r.cells = slices.Clone(rec.Cells)
	first, last := "", ""
	for i, cell := range rec.Cells[:min(len(rec.Cells), len(l.Columns))] {
		if len(cell) > maxCell && utf8.RuneCountInString(cell) > maxCell {
			r.refused, r.limit = "cell_too_long", maxCell
			return r
		}
		switch f := l.Columns[i].Field; f {
		case FieldIgnored:
		case FieldWhy:
			r.why = cell
		case FieldWish:
			r.wish = cell
		case FieldFirst:
			first = celltext.Clean(cell)
		case FieldLast:
			last = celltext.Clean(cell)
		default:
			r.set(f, l.Columns[i].Heading, celltext.Clean(cell))
		}
	}
	if r.name == "" {
		r.name = strings.TrimSpace(first + " " + last)
	}
	return r
}

// set puts one value into its field.
func (r *raw) set(f Field, heading, text string) {
	to := r.field(f)
	switch {
	case to != nil:
		*to = text
	case text != "" && heading != "":
		if r.attrs == nil {
			r.attrs = map[string]string{}
		}
		r.attrs[heading] = text
	}
}

func (r *raw) field(f Field) *string {
	switch f {
	case FieldDate:
		return &r.date
	case FieldScore:
		return &r.score
	case FieldEmail:
		return &r.email
	case FieldName:
		return &r.name
	case FieldLanguage:
		return &r.language
	case FieldOrigin:
		return &r.origin
	case FieldWave:
		return &r.wave
	case FieldKind:
		return &r.kind
	case FieldOwner:
		return &r.owner
	case FieldTeam:
		return &r.team
	case FieldLocation:
		return &r.location
	case FieldProduct:
		return &r.product
	case FieldTier:
		return &r.tr
	}
	return nil
}

// leastToDoubt is how many scores, none above 5 and none 0, make one doubt that they are on 0–10.
const leastToDoubt = 5

// settle tells from the rows of a part what is still unknown: whether scores are on 0–10, and the order of dates with slashes. Where rows do not
// tell, somebody is asked, once: nothing is guessed, and nothing is written before.
func (l *List) settle() error {
	n, five, dayFirst, monthFirst, open := 0, true, 0, 0, 0
	value := ""
	for _, r := range l.raw {
		if r.refused != "" || !isNPS(r.kind) {
			continue
		}
		if s, ok := scoreOf(r.score); ok {
			n++
			five = five && s >= 1 && s <= 5 && r.kind == ""
		}
		if l.Order != "" || !strings.ContainsAny(r.date, "/-") {
			continue
		}
		switch d := read(r.date, "", time.UTC); {
		case d.a > 12 && dayFirst == 0:
			dayFirst = r.line
		case d.b > 12 && monthFirst == 0:
			monthFirst = r.line
		case d.a > 0 && open == 0:
			open, value = r.line, celltext.Cut(r.date, 40)
		}
	}
	if !l.Scale && n >= leastToDoubt {
		if five {
			return apperr.New(apperr.Invalid, "history_scale", "scale", "Count", n)
		}
		l.Scale = true
	}
	switch {
	case dayFirst > 0 && monthFirst > 0:
		return apperr.New(apperr.Invalid, "history_dates_mixed", "dates", "Day", dayFirst, "Month", monthFirst)
	case dayFirst > 0:
		l.Order = DayFirst
	case monthFirst > 0:
		l.Order = MonthFirst
	case open > 0:
		return apperr.New(apperr.Invalid, "history_date_order", "dates", "Line", open, "Value", value)
	}
	return nil
}

// clock is the company's as it was when the list began to come.
func (l *List) clock() *time.Location { return survey.Settings{Zone: l.Zone}.Clock() }

// isNPS reports whether a survey of that type asks the question on 0–10; "" where the list does not say.
func isNPS(kind string) bool {
	k := strings.ToLower(kind)
	return k == "" || strings.Contains(k, "nps") || strings.Contains(k, "promoter")
}

// scoreOf reads a score: "9", "9.0", "9/10", "10 - Extremely likely".
func scoreOf(text string) (n int, ok bool) {
	digits := text
	if end := strings.IndexAny(digits, " /-–—"); end > 0 {
		digits = digits[:end]
		if rest := strings.TrimSpace(text[end:]); strings.HasPrefix(rest, "/") && strings.TrimSpace(rest[1:]) != "10" {
			return 0, false
		}
	}
	digits = strings.TrimSuffix(strings.TrimSuffix(digits, ".0"), ",0")
	n, err := strconv.Atoi(digits)
	return n, err == nil
}

// understand makes an answer of a row, or says why not.
func (l *List) understand(r raw, staff survey.Directory, now time.Time) (a answer, refused contacts.Refusal) {
	no := func(code, field, value string) (answer, contacts.Refusal) {
		column := ""
		if i := indexOf(l.Columns, Field(field)); i >= 0 {
			column = l.Columns[i].Heading
		}
		return answer{}, contacts.Refusal{Code: code, Column: column, Value: celltext.Cut(value, 60), Limit: r.limit}
	}
	if r.refused != "" {
		return no(r.refused, "", "")
	}
	when := read(r.date, l.Order, l.clock())
	s, isScore := scoreOf(r.score)
	switch {
	case !isNPS(r.kind):
		return no("history_other_survey", string(FieldKind), r.kind)
	case r.score == "":
		return no("history_no_score", string(FieldScore), "")
	case !isScore:
		return no("history_bad_score", string(FieldScore), r.score)
	case s < 0 || s > int(nps.MaxScore):
		return no("history_score_range", string(FieldScore), r.score)
	case r.date == "":
		return no("history_no_date", string(FieldDate), "")
	case !when.ok:
		return no("history_bad_date", string(FieldDate), r.date)
	case when.at.After(now.Add(ahead)):
		return no("history_future", string(FieldDate), r.date)
	case when.at.Before(oldest):
		return no("history_old", string(FieldDate), r.date)
	}
	at, written := when.at.UTC().Truncate(time.Millisecond), when.written.Truncate(time.Millisecond)
	a = answer{line: r.line, lines: r.lines, at: at, written: written, score: s, origin: r.origin, wave: celltext.Cut(r.wave, maxWave)}
	a.why, _ = survey.Comment(r.why)
	a.wish, _ = survey.Comment(r.wish)
	if email, name, code := survey.ReadAddress(r.email); code == "" {
		a.email, a.name = email, name
	}
	if r.name != "" {
		a.name = r.name
	}
	language, _ := lang.Named(r.language)
	a.contact = survey.Contact{Team: r.team, Location: r.location, Product: r.product, Tier: r.tr, Language: language, Attrs: r.attrs}
	if who, ok := staff.Find(r.owner); ok && r.owner != "" {
		a.contact.Owner = who.ID
		if a.contact.Team == "" {
			a.contact.Team = who.Team
		}
	}
	return a, refused
}
