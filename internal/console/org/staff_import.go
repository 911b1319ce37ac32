package org

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/org"
	"onetap/internal/web"
)

// maxFaults is how many lines of a list's faults a page shows.
const maxFaults = 200

type staffImportPage struct {
	shell.Frame
	Wrong   string
	Sheets  []string // of a workbook in which several have a list
	Result  string   // "3 new, 1 changed…"; "" before a list was read
	Lines   []door.LineView
	Warned  []door.LineView
	More    string
	Perfect bool
}

func askStaffList(w http.ResponseWriter, r *http.Request) error {
	return shell.Show(w, r, http.StatusOK, &staffImportPage{Frame: shell.NewFrame(r, "staff.import_title")})
}

// importStaff takes a list as the API does, and says line by line what was wrong with it.
func (d *Pages) importStaff(w http.ResponseWriter, r *http.Request) error {
	p := &staffImportPage{Frame: shell.NewFrame(r, "staff.import_title")}
	body, err := uploaded(r, "list", door.MaxList)
	var intake org.Intake
	if err == nil {
		body, p.Sheets, err = d.ListOf(r.Context(), body, r.FormValue("sheet"), door.MaxList)
		if len(p.Sheets) > 0 {
			err = apperr.New(apperr.Conflict, "workbook_sheets", "sheet", "Sheets", strings.Join(p.Sheets, ", "))
		}
	}
	if err == nil {
		intake, err = d.Company.TakeList(r.Context(), org.OfFile(body, ""))
	}
	if refusal := apperr.As(err); refusal != nil {
		p.Wrong = p.Lang.Problem(refusal)
		return shell.Show(w, r, web.Status(refusal), p)
	}
	if err != nil {
		return err
	}
	out := door.ViewStaff(p.Lang, intake)
	p.Result = p.Lang.T("staff.imported", map[string]any{"New": out.New, "Changed": out.Changed, "Unchanged": out.Unchanged, "Refused": out.Refused})
	p.Lines, p.Warned = out.Refusals[:min(len(out.Refusals), maxFaults)], out.Warnings[:min(len(out.Warnings), maxFaults)]
	if more := len(out.Refusals) + len(out.Warnings) - len(p.Lines) - len(p.Warned); more > 0 {
		p.More = p.Lang.T("staff.import_more", map[string]any{"Count": more})
	}
	p.Perfect = len(p.Lines)+len(p.Warned) == 0
	return shell.Show(w, r, http.StatusOK, p)
}

// uploaded reads the file of a form's field. Problems: file_missing, body_too_large.
func uploaded(r *http.Request, field string, maxBytes int64) ([]byte, error) {
	file, _, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, apperr.New(apperr.Invalid, "file_missing", field)
	}
	if err != nil {
		return nil, &apperr.Error{Kind: apperr.Invalid, Code: "body_unreadable", Cause: err}
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(b)) > maxBytes:
		return nil, apperr.New(apperr.TooLarge, "body_too_large", field, "Limit", maxBytes)
	case len(b) == 0:
		return nil, apperr.New(apperr.Invalid, "file_missing", field)
	}
	return b, nil
}
