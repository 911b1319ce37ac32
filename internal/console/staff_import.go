package console

import (
	"errors"
	"io"
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/org"
	"onetap/internal/web"
)

// maxFaults is how many lines of a list's faults a page shows.
const maxFaults = 200

type staffImportPage struct {
	frame
	Wrong   string
	Result  string // "3 new, 1 changed…"; "" before a list was read
	Lines   []lineView
	Warned  []lineView
	More    string
	Perfect bool
}

func (d *Desk) askStaffList(w http.ResponseWriter, r *http.Request) error {
	return d.show(w, r, http.StatusOK, &staffImportPage{frame: d.frame(r, "staff.import_title")})
}

// importStaff takes a list as the API does, and says line by line what was wrong with it.
func (d *Desk) importStaff(w http.ResponseWriter, r *http.Request) error {
	p := &staffImportPage{frame: d.frame(r, "staff.import_title")}
	body, err := uploaded(r, "list", maxList)
	var intake org.Intake
	if err == nil {
		intake, err = d.company.TakeList(r.Context(), org.OfFile(body, ""))
	}
	if refusal := apperr.As(err); refusal != nil {
		p.Wrong = p.lang.Problem(refusal)
		return d.show(w, r, web.Status(refusal), p)
	}
	if err != nil {
		return err
	}
	out := staffAnswerOf(p.lang, intake)
	p.Result = p.lang.T("staff.imported", map[string]any{"New": out.New, "Changed": out.Changed, "Unchanged": out.Unchanged, "Refused": out.Refused})
	p.Lines, p.Warned = out.Refusals[:min(len(out.Refusals), maxFaults)], out.Warnings[:min(len(out.Warnings), maxFaults)]
	if more := len(out.Refusals) + len(out.Warnings) - len(p.Lines) - len(p.Warned); more > 0 {
		p.More = p.lang.T("staff.import_more", map[string]any{"Count": more})
	}
	p.Perfect = len(p.Lines)+len(p.Warned) == 0
	return d.show(w, r, http.StatusOK, p)
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
