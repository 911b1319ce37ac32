// Package downloads is the page of one's own large files: how far each is, and the file itself.
package downloads

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/exports"
	"onetap/internal/lang"
	"onetap/internal/report"
	"onetap/internal/restoring"
	"onetap/internal/survey"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the pages.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("GET /downloads", authz.Anyone, d.list, ""),
		door.On("GET /downloads/{export}/file", authz.Anyone, d.file, "exports.file.download"),
		door.On("POST /downloads/workspace", authz.MoveWorkspace, d.workspace, "workspace.download"),
		door.On("POST /downloads/workspace/restore", authz.MoveWorkspace, d.restore, "workspace.restore"),
	}
}

// again is after how many seconds the page looks anew while a file is being written.
const again = 5

// maxFile is how many bytes a file in a form may have: Lambda takes 6 MB, and files as base64.
const maxFile = 4 << 20

type listPage struct {
	shell.Frame
	Rows []row
	Open bool // some are being written

	Moves    bool   // the reader may take the whole workspace out, and read one back
	Restored string // what came of a file that was read back
	Kinds    []shell.Fact
	Wrong    string
}

type row struct{ What, When, State, Href, Until, File string }

func (d *Pages) list(w http.ResponseWriter, r *http.Request) error {
	return d.show(w, r, http.StatusOK, &listPage{Frame: shell.NewFrame(r, "export.title")})
}

func (d *Pages) show(w http.ResponseWriter, r *http.Request, status int, p *listPage) error {
	p.Moves = p.Visit.Who.Can(authz.MoveWorkspace)
	all, err := d.Exports.Mine(r.Context(), p.Visit.Who)
	if err != nil {
		return err
	}
	for _, x := range all {
		if d.Now().After(x.Until()) {
			continue
		}
		if x.Open() { // whoever wrote it may have died: to look at it has it gone on with
			if x, err = d.Exports.Show(r.Context(), p.Visit.Who, x.ID); err != nil {
				return err
			}
		}
		p.Rows = append(p.Rows, p.row(x))
		p.Open = p.Open || x.Open()
	}
	if p.Open {
		w.Header().Set("Refresh", strconv.Itoa(again))
	}
	return shell.Show(w, r, status, p)
}

func (p *listPage) row(x survey.Export) row {
	l := p.Lang
	v := row{What: l.T("export.kind." + x.Kind), When: l.Moment(x.Created.In(p.Zone)), Until: l.Moment(x.Until().In(p.Zone)), File: x.File}
	switch x.State {
	case survey.ExportReady:
		v.State = l.T("export.ready", lang.Values{"Count": x.Rows, "MB": l.Decimal(float64(x.Bytes)/1e6, 1)})
		v.Href = "/downloads/" + x.ID + "/file"
	case survey.ExportFailed:
		v.State = l.T("export.failed")
		if id := "problem." + x.Problem; l.Has(id) {
			v.State += " " + l.T(id)
		}
	default:
		v.State = l.T("export.writing", lang.Values{"Count": x.Rows})
	}
	return v
}

// workspace takes the whole workspace out.
func (d *Pages) workspace(w http.ResponseWriter, r *http.Request) error {
	return d.Hand(w, r, exports.Ask{Kind: exports.Workspace, Format: report.Lines})
}

// restore reads a file of a workspace back, and says what came of it.
func (d *Pages) restore(w http.ResponseWriter, r *http.Request) error {
	p := &listPage{Frame: shell.NewFrame(r, "export.title")}
	out, err := d.restored(r)
	if refusal := apperr.As(err); refusal != nil {
		p.Wrong = p.Lang.Problem(refusal)
		return d.show(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	sum := func(by map[string]int) (n int) {
		for _, m := range by {
			n += m
		}
		return n
	}
	p.Restored = p.Lang.T("restore.done", lang.Values{"Count": sum(out.New)})
	for id, by := range map[string]map[string]int{"restore.there": out.There, "restore.passed": out.Passed} {
		if n := sum(by); n > 0 {
			p.Kinds = append(p.Kinds, shell.Fact{Label: p.Lang.T(id), Text: p.Lang.Number(int64(n))})
		}
	}
	slices.SortFunc(p.Kinds, func(a, b shell.Fact) int { return strings.Compare(a.Label, b.Label) })
	return d.show(w, r, http.StatusOK, p)
}

func (d *Pages) restored(r *http.Request) (out restoring.Outcome, err error) {
	f, h, err := r.FormFile("file")
	if err != nil || h.Size == 0 {
		return out, apperr.New(apperr.Invalid, "upload_missing", "file")
	}
	defer f.Close()
	if h.Size > maxFile {
		return out, apperr.New(apperr.TooLarge, "restore_large", "file", "Limit", maxFile>>20)
	}
	body, err := io.ReadAll(f)
	if err != nil {
		return out, err
	}
	return d.Restorer.Restore(r.Context(), body)
}

// file leads to the file, at an address that is good for minutes.
func (d *Pages) file(w http.ResponseWriter, r *http.Request) error {
	address, err := d.Exports.Address(r.Context(), door.VisitOf(r).Who, r.PathValue("export"))
	if err == nil {
		http.Redirect(w, r, address, http.StatusSeeOther)
	}
	return err
}
