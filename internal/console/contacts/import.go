package contacts

import (
	"net/http"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

const (
	refusedShown = 20   // rows on the page
	refusedKept  = 2000 // rows in the file
)

type importPage struct {
	shell.Frame
	ID, Audience                     string
	Finished, Begun                  bool
	New, Changed, Unchanged, Refused string
	None                             bool // nothing was refused
	Refusals                         []door.LineView
	More                             string // refusals that are not on the page
	Reasons, Findings                []door.FindingView
	Merged, MoreMerged               string // how many rows were joined with earlier ones; those that are not on the page
	Merges                           []mergeView
	Columns                          []shell.Option // heading, what it holds
	How                              string
	Back, Download                   string
	Look                             bool       // it was only looked at
	Ahead                            *aheadView // of a list that was only looked at
	History                          string     // address of its line of the history, from which it is undone; "": it has none
}

// importPage shows what became of an upload, or how far it is.
func (d *Pages) importPage(w http.ResponseWriter, r *http.Request) error {
	u, err := d.Store.Upload(r.Context(), r.PathValue("import"))
	if err != nil {
		return err
	}
	so, err := contacts.Progress(u)
	if err != nil {
		return err
	}
	p := &importPage{Frame: shell.NewFrame(r, "upload.result_title"), ID: u.ID, Finished: u.Finished, Begun: u.Next > 1}
	l := p.Lang
	if !u.Finished {
		p.Title, p.Scripts = l.T("upload.unfinished_title"), []string{"upload.js"}
	}
	n := door.TotalOf(so)
	p.New, p.Changed, p.Unchanged, p.Refused = l.Number(int64(n.New)), l.Number(int64(n.Changed)), l.Number(int64(n.Unchanged)), l.Number(int64(n.Refused))
	if p.Look = so.Look; p.Look {
		if p.Title = l.T("ahead.page"); !u.Finished {
			p.Scripts = nil
		}
		staff, err := d.Store.Staff(r.Context())
		if err != nil {
			return err
		}
		if p.Ahead, err = d.aheadOf(r, &p.Frame, u.Audience, so, staff, nil); err != nil {
			return err
		}
	} else if _, err := d.Lists.Uploaded(r.Context(), u.ID); err == nil {
		p.History = "/contacts/uploads/" + u.ID
	} else if !apperr.Is(err, "upload_unknown") {
		return err
	}
	p.None, p.Audience = n.Refused == 0, l.T("contacts.audience."+string(u.Audience))
	report := door.ViewReport(l, so)
	p.Reasons, p.Findings = report.Refusals, report.Findings
	for _, c := range so.Columns {
		p.Columns = append(p.Columns, shell.Option{Value: c.Heading, Label: l.T("upload.field." + string(c.Field))})
	}
	if so.Separator != "" {
		p.How = l.T("upload.how", lang.Values{"Encoding": so.Encoding, "Separator": separatorName(l, so.Separator)})
	}
	p.Back, p.Download = "/contacts?audience="+string(u.Audience), "/contacts/imports/"+u.ID+"/refused"
	rows, err := d.Lists.Refused(r.Context(), u, refusedShown)
	if err != nil {
		return err
	}
	for _, row := range rows {
		p.Refusals = append(p.Refusals, door.ViewRefusal(l, row))
	}
	if left := n.Refused - len(rows); left > 0 && len(rows) > 0 {
		p.More = l.T("upload.more_refused", lang.Values{"Count": left})
	}
	if err := d.merged(p, r, u, n.Merged); err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// mergeView is two rows that became one contact.
type mergeView struct {
	First, Line int
	From        string // what came from where
}

// merged shows which rows were joined, and what was taken from which.
func (d *Pages) merged(p *importPage, r *http.Request, u survey.Upload, merged int) error {
	if merged == 0 {
		return nil
	}
	merges, err := d.Lists.Merged(r.Context(), u, refusedShown)
	if err != nil {
		return err
	}
	l := p.Lang
	p.Merged = l.T("upload.merged", lang.Values{"Count": merged})
	for _, m := range merges {
		p.Merges = append(p.Merges, mergeView{m.First, m.Line, tookText(l, m)})
	}
	if left := merged - len(merges); left > 0 {
		p.MoreMerged = l.T("upload.more_merged", lang.Values{"Count": left})
	}
	return nil
}

// tookText says what was taken from which row: the columns of one line beside each other.
func tookText(l lang.Language, m contacts.Merge) string {
	if len(m.Taken) == 0 {
		return l.T("upload.merged_same")
	}
	var parts []string
	for _, line := range []int{m.First, m.Line} {
		var columns []string
		for _, t := range m.Taken {
			if t.Line == line {
				columns = append(columns, t.Column)
			}
		}
		if len(columns) > 0 {
			parts = append(parts, l.T("upload.merged_from", lang.Values{"Line": line, "Columns": strings.Join(columns, ", ")}))
		}
	}
	return strings.Join(parts, "; ")
}
