package console

import (
	"net/http"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/org"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// staffAnswer is what became of a list of staff.
type staffAnswer struct {
	New       int        `json:"new"`
	Changed   int        `json:"changed"`
	Unchanged int        `json:"unchanged"`
	Refused   int        `json:"refused"`
	Refusals  []lineView `json:"refusals"`
	Warnings  []lineView `json:"warnings"` // of people who were taken
}

// memberView is a staff member as the API shows one, and takes one back.
type memberView struct {
	survey.Staff
	Ref string `json:"ref"` // for addresses, where the id may be an e-mail address; given by us, and not read
}

func (d *Desk) listStaff(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r); err != nil {
		return err
	}
	all, err := d.store.Staff(r.Context())
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b survey.Staff) int { return strings.Compare(a.ID, b.ID) })
	views := make([]memberView, len(all))
	for i, m := range all {
		views[i] = memberView{m, d.handle(m.ID)}
	}
	web.JSON(w, http.StatusOK, map[string]any{"staff": views})
	return nil
}

// postStaff takes a list of staff members, as JSON or as CSV. Those that can be used are written; the same list again
// changes nothing. Line is the place in the list, or the line of the file.
func (d *Desk) postStaff(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r, "encoding"); err != nil {
		return err
	}
	read := readStaffCSV
	if media(r) == "application/json" {
		read = readStaffJSON
	}
	list, err := read(r)
	if err != nil {
		return err
	}
	out, err := d.company.TakeList(r.Context(), list)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, staffAnswerOf(web.Language(r), out))
	return nil
}

// readStaffCSV reads a list as a system exports it, managers included.
func readStaffCSV(r *http.Request) (org.List, error) {
	encoding, err := encodingOf(r)
	if err != nil {
		return nil, err
	}
	body, err := list(r)
	return org.OfFile(body, encoding), err
}

// readStaffJSON reads a JSON list; a manager is named by id.
func readStaffJSON(r *http.Request) (org.List, error) {
	var in []memberView
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return nil, err
	}
	if len(in) == 0 {
		return nil, apperr.New(apperr.Invalid, "staff_empty", "")
	}
	staff := make([]survey.Staff, len(in))
	for i, m := range in {
		staff[i] = m.Staff
	}
	return org.OfMembers(staff), nil
}

// staffAnswerOf says what became of a list.
func staffAnswerOf(l lang.Language, out org.Intake) staffAnswer {
	return staffAnswer{New: out.New, Changed: out.Changed, Unchanged: out.Unchanged, Refused: len(out.Refusals),
		Refusals: staffFaults(l, out.Refusals), Warnings: staffFaults(l, out.Warnings)}
}

func staffFaults(l lang.Language, faults []org.Fault) []lineView {
	all := make([]lineView, len(faults))
	for i, f := range faults {
		if p := f.Problem; p != nil {
			all[i] = lineView{Line: f.Line, Code: p.Code, Message: l.Problem(p), Column: p.Where}
			continue
		}
		all[i] = viewRefusal(l, f.Row)
	}
	return all
}
