package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"onetap/internal/contacts"
	"onetap/internal/lang"
	"onetap/internal/sheet"
	"onetap/internal/store"
)

const (
	refusedShown = 20   // rows on the page
	refusedKept  = 2000 // rows in the file
)

type importPage struct {
	frame
	ID, Audience                     string
	Finished, Begun                  bool
	New, Changed, Unchanged, Refused string
	None                             bool // nothing was refused
	Refusals                         []lineTold
	More                             string // refusals that are not on the page
	Reasons, Findings                []finding
	Columns                          []option // heading, what it holds
	How                              string
	Back, Download                   string
}

// importPage shows what became of an upload, or how far it is.
func (d *Desk) importPage(w http.ResponseWriter, r *http.Request) error {
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	var u upload
	if err := json.Unmarshal(im.State, &u); err != nil {
		return fmt.Errorf("stored import: %w", err)
	}
	p := &importPage{frame: d.frame(r, "upload.result_title"), ID: im.ID, Finished: im.Finished, Begun: im.Next > 1}
	l := p.lang
	if !im.Finished {
		p.Title, p.Scripts = l.T("upload.unfinished_title"), []string{"upload.js"}
	}
	n := totalOf(u.Total, u.Quality)
	p.New, p.Changed, p.Unchanged, p.Refused = l.Number(int64(n.New)), l.Number(int64(n.Changed)), l.Number(int64(n.Unchanged)), l.Number(int64(n.Refused))
	p.None, p.Audience = n.Refused == 0, l.T("contacts.audience."+string(im.Audience))
	told := outcome{Quality: u.Quality}.tell(l).Report
	p.Reasons, p.Findings = told.Refusals, told.Findings
	for _, c := range u.Reader.Columns {
		p.Columns = append(p.Columns, option{Value: c.Heading, Label: l.T("upload.field." + string(c.Field))})
	}
	if u.Reader.Separator != "" {
		p.How = l.T("upload.how", lang.Values{"Encoding": u.Reader.Encoding, "Separator": separatorName(l, u.Reader.Separator)})
	}
	p.Back, p.Download = "/contacts?audience="+string(im.Audience), "/contacts/imports/"+im.ID+"/refused"
	rows, err := d.refusals(r, im, refusedShown)
	if err != nil {
		return err
	}
	for _, row := range rows {
		p.Refusals = append(p.Refusals, refusalTold(l, row))
	}
	if left := n.Refused - len(rows); left > 0 && len(rows) > 0 {
		p.More = l.T("upload.more_refused", lang.Values{"Count": left})
	}
	return d.show(w, r, http.StatusOK, p)
}

// refusals reads the first refused rows of an import.
func (d *Desk) refusals(r *http.Request, im store.Import, most int) ([]contacts.Refusal, error) {
	var all []contacts.Refusal
	err := d.store.ImportAnswers(r.Context(), im.ID, func(answer json.RawMessage) (bool, error) {
		var out outcome
		if err := json.Unmarshal(answer, &out); err != nil {
			return false, fmt.Errorf("stored answer of an import: %w", err)
		}
		all = append(all, out.Refusals[:min(len(out.Refusals), most-len(all))]...)
		return len(all) < most, nil
	})
	return all, err
}

// refusedRows is a CSV of the refused rows as they were, with the line and the reason: what one corrects and uploads
// again. Its own two columns are ignored then.
func (d *Desk) refusedRows(w http.ResponseWriter, r *http.Request) error {
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	var u upload
	if err := json.Unmarshal(im.State, &u); err != nil {
		return fmt.Errorf("stored import: %w", err)
	}
	rows, err := d.refusals(r, im, refusedKept)
	if err != nil {
		return err
	}
	separator := u.Reader.Separator
	if separator == "" {
		separator = ";"
	}
	l := visitOf(r).Lang
	var b strings.Builder
	b.WriteString("\uFEFF") // Excel takes it for windows-1251 otherwise
	head := []string{l.T("upload.csv_line"), l.T("upload.csv_reason")}
	for _, c := range u.Reader.Columns {
		head = append(head, c.Heading)
	}
	sheet.WriteRow(&b, separator, head)
	for _, row := range rows {
		sheet.WriteRow(&b, separator, append([]string{strconv.Itoa(row.Line), refusalTold(l, row).Message}, cellsOf(row, u.Reader.Columns)...))
	}
	if left := u.Quality.Refused - len(rows); left > 0 {
		sheet.WriteRow(&b, separator, []string{"", l.T("upload.csv_more", lang.Values{"Count": left})})
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream") // an HTTP API may change the letters of text
	h.Set("Content-Disposition", `attachment; filename="refused-`+im.ID+`.csv"`)
	w.Write([]byte(b.String()))
	return nil
}

// cellsOf are the row as it was; of a duplicate the address, of what was no row its beginning.
func cellsOf(row contacts.Refusal, columns []contacts.Column) []string {
	if row.Cells != nil || len(columns) == 0 {
		return row.Cells
	}
	cells := make([]string, len(columns))
	for i, c := range columns {
		if row.Code == "duplicate" && c.Field == contacts.FieldEmail || row.Code != "duplicate" && i == 0 {
			cells[i] = row.Value
		}
	}
	return cells
}
