package main

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"onetap/internal/lang"
	"onetap/internal/problem"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// refusal is one line of a list that was not taken, or a doubt about one that was.
type refusal struct {
	Line    int    `json:"line"` // of the file; in a JSON list the first is 1
	Code    string `json:"code"`
	Message string `json:"message"`
	Where   string `json:"where,omitempty"` // the column or field
}

func refused(l lang.Language, line int, p *problem.Error) refusal {
	return refusal{Line: line, Code: p.Code, Message: l.Problem(p), Where: p.Where}
}

// staffAnswer is what became of a list of staff.
type staffAnswer struct {
	New       int       `json:"new"`
	Changed   int       `json:"changed"`
	Unchanged int       `json:"unchanged"`
	Refused   []refusal `json:"refused"`
	Warnings  []refusal `json:"warnings"`
}

func (d *desk) listStaff(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r); err != nil {
		return err
	}
	all, err := d.store.Staff(r.Context())
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b survey.Staff) int { return strings.Compare(a.ID, b.ID) })
	if all == nil {
		all = []survey.Staff{}
	}
	web.JSON(w, http.StatusOK, map[string]any{"staff": all})
	return nil
}

// postStaff takes a list of staff members, as JSON or as CSV. Those that can be used are written; the same list again
// changes nothing.
func (d *desk) postStaff(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r); err != nil {
		return err
	}
	l := web.Language(r)
	list, out, err := readStaff(r, l)
	if err != nil {
		return err
	}
	stored, err := d.store.Staff(r.Context())
	if err != nil {
		return err
	}
	known := map[string]survey.Staff{}
	for _, m := range stored {
		known[strings.ToLower(m.ID)] = m
	}
	var write []survey.Staff
	for _, m := range list {
		was, there := known[strings.ToLower(m.ID)]
		switch {
		case !there:
			out.New++
		case was == m.Staff:
			out.Unchanged++
			continue
		default:
			out.Changed++
		}
		write = append(write, m.Staff)
		known[strings.ToLower(m.ID)] = m.Staff
	}
	for _, m := range list {
		if m.Manager != "" && known[strings.ToLower(m.Manager)].ID == "" {
			out.Warnings = append(out.Warnings, refused(l, m.line, problem.New(problem.Invalid, "manager_unknown", "manager", "Manager", m.Manager)))
		}
	}
	if err := d.store.PutStaff(r.Context(), write); err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}

// listedStaff is a staff member with the line that names it.
type listedStaff struct {
	survey.Staff
	line int
}

// readStaff reads the list of a request and sets aside what cannot be used.
func readStaff(r *http.Request, l lang.Language) ([]listedStaff, staffAnswer, error) {
	out := staffAnswer{Refused: []refusal{}, Warnings: []refusal{}}
	var all []listedStaff
	if media(r) == "application/json" {
		var in []survey.Staff
		if err := web.Decode(r, &in, maxJSON); err != nil {
			return nil, out, err
		}
		for i, m := range in {
			all = append(all, listedStaff{m, i + 1})
		}
	} else {
		var err error
		if all, err = readStaffCSV(r, &out, l); err != nil {
			return nil, out, err
		}
	}
	if len(all) == 0 && len(out.Refused) == 0 {
		return nil, out, problem.New(problem.Invalid, "staff_empty", "")
	}
	seen := map[string]int{}
	var good []listedStaff
	for _, m := range all {
		p := checkStaff(&m.Staff)
		if first := seen[strings.ToLower(m.ID)]; p == nil && first > 0 {
			p = problem.New(problem.Invalid, "staff_twice", "id", "Line", first)
		}
		if p != nil {
			out.Refused = append(out.Refused, refused(l, m.line, p))
			continue
		}
		seen[strings.ToLower(m.ID)] = m.line
		good = append(good, m)
	}
	return good, out, nil
}

// maxStaffText is the most characters of one field.
const maxStaffText = 200

var roles = []survey.Role{survey.RoleMarketing, survey.RoleOwner, survey.RoleManager, survey.RoleExecutive, survey.RoleAnalyst, survey.RoleAdministrator}

// checkStaff brings a staff member into shape, or says what is wrong with it.
func checkStaff(m *survey.Staff) *problem.Error {
	for _, f := range staffFields {
		field := f.of(m)
		*field = strings.TrimSpace(*field)
		if utf8.RuneCountInString(*field) > maxStaffText {
			return problem.New(problem.Invalid, "staff_too_long", f.name, "Limit", maxStaffText)
		}
	}
	if m.ID == "" {
		return problem.New(problem.Invalid, "staff_id_missing", "id")
	}
	email, err := address(m.Email, "email")
	if err != nil {
		return problem.As(err)
	}
	m.Email = email
	if m.Role == "" {
		m.Role = survey.RoleOwner
	}
	if !slices.Contains(roles, m.Role) {
		var known []string
		for _, role := range roles {
			known = append(known, string(role))
		}
		return problem.New(problem.Invalid, "role_unknown", "role", "Known", strings.Join(known, ", "))
	}
	if m.Language != "" && !slices.Contains(survey.Languages, m.Language) {
		return problem.New(problem.Invalid, "language_unknown", "language", "Known", strings.Join(survey.Languages, ", "))
	}
	return nil
}
