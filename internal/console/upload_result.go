package console

import (
	"net/http"
	"strconv"
	"strings"

	"onetap/internal/contacts"
	"onetap/internal/lang"
	"onetap/internal/sheet"
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
	Refusals                         []lineView
	More                             string // refusals that are not on the page
	Reasons, Findings                []findingView
	Columns                          []option // heading, what it holds
	How                              string
	Back, Download                   string
}

// importPage shows what became of an upload, or how far it is.
func (d *Desk) importPage(w http.ResponseWriter, r *http.Request) error {
	u, err := d.uploadOf(r)
	if err != nil {
		return err
	}
	so, err := contacts.Progress(u)
	if err != nil {
		return err
	}
	p := &importPage{frame: d.frame(r, "upload.result_title"), ID: u.ID, Finished: u.Finished, Begun: u.Next > 1}
	l := p.lang
	if !u.Finished {
		p.Title, p.Scripts = l.T("upload.unfinished_title"), []string{"upload.js"}
	}
	n := totalOf(so)
	p.New, p.Changed, p.Unchanged, p.Refused = l.Number(int64(n.New)), l.Number(int64(n.Changed)), l.Number(int64(n.Unchanged)), l.Number(int64(n.Refused))
	p.None, p.Audience = n.Refused == 0, l.T("contacts.audience."+string(u.Audience))
	report := viewReport(l, so)
	p.Reasons, p.Findings = report.Refusals, report.Findings
	for _, c := range so.Columns {
		p.Columns = append(p.Columns, option{Value: c.Heading, Label: l.T("upload.field." + string(c.Field))})
	}
	if so.Separator != "" {
		p.How = l.T("upload.how", lang.Values{"Encoding": so.Encoding, "Separator": separatorName(l, so.Separator)})
	}
	p.Back, p.Download = "/contacts?audience="+string(u.Audience), "/contacts/imports/"+u.ID+"/refused"
	rows, err := d.lists.Refused(r.Context(), u, refusedShown)
	if err != nil {
		return err
	}
	for _, row := range rows {
		p.Refusals = append(p.Refusals, viewRefusal(l, row))
	}
	if left := n.Refused - len(rows); left > 0 && len(rows) > 0 {
		p.More = l.T("upload.more_refused", lang.Values{"Count": left})
	}
	return d.show(w, r, http.StatusOK, p)
}

// refusedRows is a CSV of the refused rows as they were, with the line and the reason: what one corrects and uploads
// again. Its own two columns are ignored then.
func (d *Desk) refusedRows(w http.ResponseWriter, r *http.Request) error {
	u, err := d.uploadOf(r)
	if err != nil {
		return err
	}
	so, err := contacts.Progress(u)
	if err != nil {
		return err
	}
	rows, err := d.lists.Refused(r.Context(), u, refusedKept)
	if err != nil {
		return err
	}
	separator := so.Separator
	if separator == "" {
		separator = ";"
	}
	l := visitOf(r).Lang
	var b strings.Builder
	b.WriteString("\uFEFF") // Excel takes it for windows-1251 otherwise
	head := []string{l.T("upload.csv_line"), l.T("upload.csv_reason")}
	for _, c := range so.Columns {
		head = append(head, c.Heading)
	}
	sheet.WriteRow(&b, separator, head)
	for _, row := range rows {
		sheet.WriteRow(&b, separator, append([]string{strconv.Itoa(row.Line), viewRefusal(l, row).Message}, row.Row(so.Columns)...))
	}
	if left := so.Quality.Refused - len(rows); left > 0 {
		sheet.WriteRow(&b, separator, []string{"", l.T("upload.csv_more", lang.Values{"Count": left})})
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream") // an HTTP API may change the letters of text
	h.Set("Content-Disposition", `attachment; filename="refused-`+u.ID+`.csv"`)
	w.Write([]byte(b.String()))
	return nil
}
