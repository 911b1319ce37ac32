package console

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

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
	Refusals  []lineTold `json:"refusals"`
	Warnings  []lineTold `json:"warnings"` // of people who were taken
}

// staffTold is a staff member as the API tells of one, and takes one back.
type staffTold struct {
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
	told := make([]staffTold, len(all))
	for i, m := range all {
		told[i] = staffTold{m, d.handle(m.ID)}
	}
	web.JSON(w, http.StatusOK, map[string]any{"staff": told})
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
	out, err := d.takeStaff(r.Context(), list, web.Language(r))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}

// givenStaff is a list of staff as it came, to be checked against those there are: it returns who is to be taken, and says
// in out who is not.
type givenStaff func(stored []survey.Staff, l lang.Language, out *staffAnswer) ([]survey.Staff, error)

// takeStaff writes those of a list who are new or changed. Whose standing changed is signed out. A list
// that would leave no administrator where there is one is refused.
func (d *Desk) takeStaff(ctx context.Context, list givenStaff, l lang.Language) (out staffAnswer, err error) {
	var moved []string
	err = d.store.ChangeStaff(ctx, func(stored []survey.Staff) ([]survey.Staff, error) {
		out = staffAnswer{Refusals: []lineTold{}, Warnings: []lineTold{}}
		staff, err := list(stored, l, &out)
		if err != nil {
			return nil, err
		}
		write, signOut := out.differ(stored, staff)
		moved = append(moved, signOut...)
		if administered(stored, nil) && !administered(stored, write) {
			return nil, apperr.New(apperr.Conflict, "staff_last_administrator", "role")
		}
		return write, nil
	})
	if err != nil {
		return out, err
	}
	for _, id := range moved {
		if err := d.store.EndSessions(ctx, id); err != nil {
			return out, err
		}
	}
	return out, nil
}

// differ counts who of a list is new, changed, and neither, and returns those to write and whom to sign out.
func (a *staffAnswer) differ(stored, staff []survey.Staff) (write []survey.Staff, signOut []string) {
	a.Refused = len(a.Refusals)
	known := map[string]survey.Staff{}
	for _, m := range stored {
		known[strings.ToLower(m.ID)] = m
	}
	for _, m := range staff {
		was, there := known[strings.ToLower(m.ID)]
		switch {
		case !there:
			a.New++
		case was == m:
			a.Unchanged++
			continue
		default:
			a.Changed++
		}
		if there && !sameStanding(was, m) {
			signOut = append(signOut, m.ID)
		}
		write = append(write, m)
	}
	return write, signOut
}

// administered reports whether there is an administrator once some of the staff are written.
func administered(stored, write []survey.Staff) bool {
	after := map[string]survey.Role{}
	for _, m := range slices.Concat(stored, write) {
		after[strings.ToLower(m.ID)] = m.Role
	}
	return slices.Contains(slices.Collect(maps.Values(after)), survey.RoleAdministrator)
}

// sameStanding reports whether somebody may stay signed in through a change, and their unused links be good: with another
// address the browser, or the mailbox, may be that of whoever had the old one, and a new role begins with a new sign-in.
func sameStanding(was, m survey.Staff) bool { return was.Email == m.Email && was.Role == m.Role }

// readStaffCSV reads a list as a system exports it, managers included.
func readStaffCSV(r *http.Request) (givenStaff, error) {
	encoding, err := encodingOf(r)
	if err != nil {
		return nil, err
	}
	body, err := list(r)
	return staffOfCSV(body, encoding), err
}

func staffOfCSV(body []byte, encoding string) givenStaff {
	return func(stored []survey.Staff, l lang.Language, out *staffAnswer) ([]survey.Staff, error) {
		staff, refusals, err := org.ReadStaff(body, encoding, stored...)
		for _, refusal := range refusals {
			if refusal.Code == "unknown_manager" { // the row was taken without one
				out.Warnings = append(out.Warnings, refusalTold(l, refusal))
				continue
			}
			out.Refusals = append(out.Refusals, refusalTold(l, refusal))
		}
		return staff, err
	}
}

// readStaffJSON reads a JSON list; a manager is named by id.
func readStaffJSON(r *http.Request) (givenStaff, error) {
	var in []staffTold
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return nil, err
	}
	if len(in) == 0 {
		return nil, apperr.New(apperr.Invalid, "staff_empty", "")
	}
	return func(stored []survey.Staff, l lang.Language, out *staffAnswer) ([]survey.Staff, error) {
		staff := make([]survey.Staff, len(in))
		for i, m := range in {
			staff[i] = m.Staff
		}
		return checkStaffList(staff, stored, l, out), nil
	}, nil
}

// checkStaffList brings a list into shape and leaves out, and tells of, those who cannot be taken.
func checkStaffList(in, stored []survey.Staff, l lang.Language, out *staffAnswer) []survey.Staff {
	tell := func(i int, p *apperr.Error) lineTold {
		return lineTold{Line: i + 1, Code: p.Code, Message: l.Problem(p), Column: p.Where}
	}
	roleOf := map[string]survey.Role{}
	for _, m := range stored {
		roleOf[strings.ToLower(m.ID)] = m.Role
	}
	lines := map[string]int{}
	var good []survey.Staff
	var places []int // of good, in the list
	for i := range in {
		if in[i].Role == "" { // a list without roles changes none
			in[i].Role = roleOf[strings.ToLower(strings.TrimSpace(in[i].ID))]
		}
		p := checkStaff(&in[i])
		id := strings.ToLower(in[i].ID)
		if first := lines[id]; p == nil && first > 0 {
			p = apperr.New(apperr.Invalid, "staff_twice", "id", "Line", first)
		}
		if p != nil {
			out.Refusals = append(out.Refusals, tell(i, p))
			continue
		}
		lines[id] = i + 1
		good, places = append(good, in[i]), append(places, i)
	}
	taken := survey.AddressesTaken(stored, good)
	for k := len(good) - 1; k >= 0; k-- {
		if other, refused := taken[k]; refused {
			out.Refusals = append(out.Refusals, tell(places[k], emailTaken(other)))
			delete(lines, strings.ToLower(good[k].ID))
			good = slices.Delete(good, k, k+1)
		}
	}
	slices.SortStableFunc(out.Refusals, func(a, b lineTold) int { return a.Line - b.Line })
	for _, m := range stored {
		if id := strings.ToLower(m.ID); lines[id] == 0 {
			lines[id] = -1 // of an earlier list
		}
	}
	for _, m := range good {
		if m.Manager != "" && lines[strings.ToLower(m.Manager)] == 0 {
			out.Warnings = append(out.Warnings, tell(lines[strings.ToLower(m.ID)]-1, apperr.New(apperr.Invalid, "manager_unknown", "manager", "Manager", m.Manager)))
		}
	}
	return good
}

func emailTaken(by survey.Staff) *apperr.Error {
	return apperr.New(apperr.Conflict, "staff_email_taken", "email", "Name", nameOf(by))
}

// maxStaffText is the most characters of one field.
const maxStaffText = 200

var roles = []survey.Role{survey.RoleOwner, survey.RoleManager, survey.RoleExecutive, survey.RoleMarketing, survey.RoleAnalyst, survey.RoleAdministrator}

// checkStaff brings a staff member into shape, or says what is wrong with it.
func checkStaff(m *survey.Staff) *apperr.Error {
	for _, f := range []struct {
		name string
		text *string
	}{{"id", &m.ID}, {"email", &m.Email}, {"name", &m.Name}, {"team", &m.Team}, {"manager", &m.Manager}, {"phone", &m.Phone}} {
		*f.text = strings.TrimSpace(*f.text)
		if utf8.RuneCountInString(*f.text) > maxStaffText {
			return apperr.New(apperr.Invalid, "staff_too_long", f.name, "Limit", maxStaffText)
		}
	}
	if m.ID == "" {
		return apperr.New(apperr.Invalid, "staff_id_missing", "id")
	}
	email, err := address(m.Email, "email")
	if err != nil {
		return apperr.As(err)
	}
	m.Email = email
	if m.Role == "" {
		m.Role = survey.RoleOwner
	}
	if !slices.Contains(roles, m.Role) {
		known := make([]string, len(roles))
		for i, role := range roles {
			known[i] = string(role)
		}
		return apperr.New(apperr.Invalid, "role_unknown", "role", "Known", strings.Join(known, ", "))
	}
	if m.Language != "" && !slices.Contains(survey.Languages, m.Language) {
		return apperr.New(apperr.Invalid, "language_unknown", "language", "Known", strings.Join(survey.Languages, ", "))
	}
	return nil
}
