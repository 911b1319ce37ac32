package door

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"onetap/internal/exports"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/report"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// Download makes what is asked for in the reader's language: the file itself where it is small (true), else a large one, which is written while
// nobody waits.
func (d *Desk) Download(w http.ResponseWriter, r *http.Request, ask exports.Ask) (sent bool, x survey.Export, err error) {
	v := VisitOf(r)
	if ask.Language = v.Lang; ask.Language == "" {
		ask.Language = lang.Default
	}
	f, x, err := d.Exports.Make(r.Context(), v.Who, ask)
	if err != nil || x.ID != "" {
		return false, x, err
	}
	w.Header().Set("Content-Type", f.MediaType)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	w.Header().Set("Content-Length", strconv.Itoa(len(f.Body)))
	_, err = w.Write(f.Body)
	return true, x, err
}

// Answer makes what a program asks for: 200 and the file, or 202 and, as Location, where to ask for it.
func (d *Desk) Answer(w http.ResponseWriter, r *http.Request, ask exports.Ask) error {
	sent, x, err := d.Download(w, r, ask)
	if err != nil || sent {
		return err
	}
	w.Header().Set("Location", "/api/v1/exports/"+x.ID)
	web.JSON(w, http.StatusAccepted, ViewExport(x))
	return nil
}

// ExportView is a large file as the API tells of it.
type ExportView struct {
	ID      string             `json:"id"`
	Kind    string             `json:"kind"`
	File    string             `json:"file"`
	State   survey.ExportState `json:"state"`
	Problem string             `json:"problem,omitempty"` // why it failed: a code
	Rows    int                `json:"rows"`              // written so far
	Bytes   int64              `json:"bytes"`
	Created string             `json:"created"`
	Until   string             `json:"until"` // then it is gone
}

// ViewExport is a large file as the API tells of it.
func ViewExport(x survey.Export) ExportView {
	const form = "2006-01-02T15:04:05Z"
	return ExportView{x.ID, x.Kind, x.File, x.State, x.Problem, x.Rows, x.Bytes, x.Created.UTC().Format(form), x.Until().UTC().Format(form)}
}

// OwnerIn is the staff id that a filter of answers means. Whoever knows a colleague's id does not learn the pseudonym by it. Problem: answers_narrow.
func (d *Desk) OwnerIn(r *http.Request, parameter string) (string, error) {
	owner := d.StaffIn(parameter)
	if owner == parameter && owner != "" && insight.Pseudonymous(VisitOf(r).Who) {
		return "", insight.ErrNarrow
	}
	return owner, nil
}

// FormatOf is the format that a form's button says, or an address ends with.
func FormatOf(r *http.Request) report.Format {
	if format := r.PostFormValue("format"); format != "" {
		return report.Format(format)
	}
	return report.Format(r.URL.Path[strings.LastIndexByte(r.URL.Path, '.')+1:])
}
