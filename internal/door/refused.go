package door

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"onetap/internal/contacts"
	"onetap/internal/lang"
	"onetap/internal/sheet"
)

// RefusedKept is how many refused rows a file of them has.
const RefusedKept = 5000

// RefusedList is the refused rows of a list as they came.
type RefusedList struct {
	ID        string // of the import
	Separator string // "": a semicolon
	Headings  []string
	Rows      []contacts.Refusal
	Cells     func(contacts.Refusal) []string
	All       int // how many were refused
}

// SendRefused sends a CSV of refused rows with the line and the reason: what one corrects and uploads again. Its own two columns are ignored then.
func SendRefused(w http.ResponseWriter, l lang.Language, f RefusedList) {
	separator := cmp.Or(f.Separator, ";")
	var b strings.Builder
	b.WriteString("\uFEFF") // Excel takes it for windows-1251 otherwise
	sheet.WriteRow(&b, separator, append([]string{l.T("upload.csv_line"), l.T("upload.csv_reason")}, f.Headings...))
	for _, row := range f.Rows {
		sheet.WriteRow(&b, separator, append([]string{strconv.Itoa(row.Line), ViewRefusal(l, row).Message}, f.Cells(row)...))
	}
	if left := f.All - len(f.Rows); left > 0 {
		sheet.WriteRow(&b, separator, []string{"", l.T("upload.csv_more", lang.Values{"Count": left})})
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream") // an HTTP API may change the letters of text
	h.Set("Content-Disposition", `attachment; filename="refused-`+f.ID+`.csv"`)
	w.Write([]byte(b.String()))
}

// RefusedContacts sends the refused rows of an upload of contacts. Problem: import_unknown.
func (d *Desk) RefusedContacts(w http.ResponseWriter, r *http.Request) error {
	if err := KnownParameters(r); err != nil {
		return err
	}
	u, err := d.Store.Upload(r.Context(), r.PathValue("import"))
	if err != nil {
		return err
	}
	so, err := contacts.Progress(u)
	if err != nil {
		return err
	}
	rows, err := d.Lists.Refused(r.Context(), u, RefusedKept)
	if err != nil {
		return err
	}
	f := RefusedList{ID: u.ID, Separator: so.Separator, Rows: rows, All: so.Quality.Refused, Cells: func(row contacts.Refusal) []string { return row.Row(so.Columns) }}
	for _, c := range so.Columns {
		f.Headings = append(f.Headings, c.Heading)
	}
	SendRefused(w, languageOf(r), f)
	return nil
}

// RefusedHistory sends the refused lines of an import of answers. Problem: import_unknown.
func (d *Desk) RefusedHistory(w http.ResponseWriter, r *http.Request) error {
	if err := KnownParameters(r); err != nil {
		return err
	}
	u, total, err := d.History.Import(r.Context(), r.PathValue("import"))
	if err != nil {
		return err
	}
	headings, separator, err := d.History.Headings(u)
	if err != nil {
		return err
	}
	rows, err := d.History.Refused(r.Context(), u, RefusedKept)
	if err != nil {
		return err
	}
	SendRefused(w, languageOf(r), RefusedList{
		ID: u.ID, Separator: separator, Headings: headings, Rows: rows, All: total.Refused, Cells: func(row contacts.Refusal) []string { return row.Cells },
	})
	return nil
}

func languageOf(r *http.Request) lang.Language { return cmp.Or(VisitOf(r).Lang, lang.Default) }
