// Package downloads is the page of one's own large files: how far each is, and the file itself.
package downloads

import (
	"net/http"
	"strconv"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the pages.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("GET /downloads", authz.Anyone, d.list, ""),
		door.On("GET /downloads/{export}/file", authz.Anyone, d.file, "exports.file.download"),
	}
}

// again is after how many seconds the page looks anew while a file is being written.
const again = 5

type listPage struct {
	shell.Frame
	Rows []row
	Open bool // some are being written
}

type row struct{ What, When, State, Href, Until, File string }

func (d *Pages) list(w http.ResponseWriter, r *http.Request) error {
	p := &listPage{Frame: shell.NewFrame(r, "export.title")}
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
	return shell.Show(w, r, http.StatusOK, p)
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

// file leads to the file, at an address that is good for minutes.
func (d *Pages) file(w http.ResponseWriter, r *http.Request) error {
	address, err := d.Exports.Address(r.Context(), door.VisitOf(r).Who, r.PathValue("export"))
	if err == nil {
		http.Redirect(w, r, address, http.StatusSeeOther)
	}
	return err
}
