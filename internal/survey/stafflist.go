package survey

import (
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/sheet"
)

// roleWords are the roles as lists name them.
var roleWords = map[string]Role{
	"": RoleOwner, "owner": RoleOwner, "account manager": RoleOwner, "ответственный": RoleOwner, "менеджер": RoleOwner, "аккаунт-менеджер": RoleOwner,
	"менеджер по работе с клиентами": RoleOwner, "персональный менеджер": RoleOwner, "куратор": RoleOwner,
	"manager": RoleManager, "team lead": RoleManager, "head of team": RoleManager, "руководитель": RoleManager, "руководитель отдела": RoleManager, "начальник отдела": RoleManager, "начальник": RoleManager,
	"executive": RoleExecutive, "director": RoleExecutive, "ceo": RoleExecutive, "директор": RoleExecutive, "генеральный директор": RoleExecutive, "топ-менеджер": RoleExecutive,
	"marketing": RoleMarketing, "маркетинг": RoleMarketing, "маркетолог": RoleMarketing,
	"analyst": RoleAnalyst, "аналитик": RoleAnalyst,
	"administrator": RoleAdministrator, "admin": RoleAdministrator, "администратор": RoleAdministrator,
}

// maxStaffFile keeps a staff list in memory: at 200 bytes a person, 25,000 of them.
const maxStaffFile = 5 << 20

// ReadStaff reads a staff list as a system exports it: id, e-mail, name, role (none: as it was, of somebody new owner), team, manager (by id, e-mail
// or name; of the list), language, telephone. Without an id it is whoever has the e-mail, and else the e-mail is the id.
//
// Refusals: those of customer lists, and unknown_role, unknown_language, address_taken (the row is not taken); unknown_manager (the row
// is taken without a manager: alerts must reach its owner all the same). Errors are as Import.Feed's, and csv_too_large.
// encoding is one of sheet.Encodings, or "" to recognise it; known are the staff so far: managers may be among them, and nobody gets the address of one of them.
func ReadStaff(data []byte, encoding string, known ...Staff) ([]Staff, []Refusal, error) {
	if len(data) > maxStaffFile {
		return nil, nil, apperr.New(apperr.TooLarge, "csv_too_large", "", "Limit", maxStaffFile>>20)
	}
	list := staffList{first: map[string]int{}, ids: map[string]string{}, roles: map[string]Role{}}
	for _, m := range known {
		list.ids[oneSpelling(m.Email)] = m.ID
		list.roles[strings.ToLower(m.ID)] = m.Role
	}
	r := sheet.Reader{Told: encoding}
	err := r.Feed(data, true, func(cells []string) int { return staffColumns.score(cells, nil) }, func(rec sheet.Record) {
		if list.columns == nil {
			list.columns = staffColumns.columnsOf(r.Heading, evidence{rows: r.Below(), people: true})
		}
		if len(list.columns) <= MaxColumns {
			list.take(rec)
		}
	})
	if err = explain(err, staffColumns); err != nil {
		return nil, nil, err
	}
	if len(list.columns) > MaxColumns {
		return nil, nil, apperr.New(apperr.TooLarge, "csv_too_many_columns", "", "Count", len(list.columns), "Limit", MaxColumns)
	}
	if len(list.staff)+len(list.refused) == 0 {
		return nil, nil, apperr.New(apperr.Invalid, "csv_no_rows", "")
	}
	list.refuseTaken(known)
	list.findManagers(known)
	return list.staff, list.refused, nil
}

type staffList struct {
	columns []Column
	staff   []Staff
	lines   []int             // of staff
	first   map[string]int    // ids and e-mails, and the line that has them first
	ids     map[string]string // of the staff so far, by e-mail
	roles   map[string]Role   // of them, by id
	refused []Refusal
}

func (l *staffList) take(rec sheet.Record) {
	refuse := func(r Refusal) {
		r.Line, r.Lines = rec.Line, rec.Lines
		l.refused = append(l.refused, r)
	}
	if rec.Fault != "" {
		refuse(Refusal{Code: string(rec.Fault), Value: rec.Start, Limit: sheet.MaxRow})
		return
	}
	if r := checkWidth(rec.Cells, l.columns); r.Code != "" {
		refuse(r)
		return
	}
	cells, headings := map[Field]string{}, map[Field]string{}
	for i, c := range rec.Cells {
		if i < len(l.columns) {
			col := l.columns[i]
			cells[col.Field], headings[col.Field] = cleanCell(c), col.Heading
			if len([]rune(c)) > MaxCell {
				refuse(Refusal{Code: "cell_too_long", Column: col.Heading, Value: cut(cleanCell(c), 60), Count: len([]rune(c)), Limit: MaxCell})
				return
			}
		}
	}
	email, name, code := readAddress(cells[FieldEmail])
	if code != "" {
		refuse(Refusal{Code: code, Column: headings[FieldEmail], Value: cut(cells[FieldEmail], 100)})
		return
	}
	s := Staff{ID: cells[fieldID], Email: email, Name: cells[FieldName], Team: cells[FieldTeam], Manager: cells[fieldManager]}
	if s.ID == "" {
		s.ID = l.ids[email]
	}
	if s.ID == "" {
		s.ID = email
	}
	if s.Name == "" {
		s.Name = name
	}
	var known bool
	if s.Role, known = roleWords[fold(cells[fieldRole])]; !known {
		refuse(Refusal{Code: "unknown_role", Column: headings[fieldRole], Value: cut(cells[fieldRole], 100)})
		return
	}
	if was, there := l.roles[strings.ToLower(s.ID)]; there && cells[fieldRole] == "" { // a list without roles changes none
		s.Role = was
	}
	if s.Language, known = languageOf(cells[FieldLanguage]); !known {
		refuse(Refusal{Code: "unknown_language", Column: headings[FieldLanguage], Value: cut(cells[FieldLanguage], 100)})
		return
	}
	if phone, usable := phoneOf(cells[FieldPhone]); usable {
		s.Phone = phone
	}
	for _, key := range []string{"i" + strings.ToLower(s.ID), "e" + s.Email} {
		if first := l.first[key]; first > 0 {
			refuse(Refusal{Code: "duplicate", Value: cut(key[1:], 100), First: first})
			return
		}
	}
	l.first["i"+strings.ToLower(s.ID)], l.first["e"+s.Email] = rec.Line, rec.Line
	l.staff, l.lines = append(l.staff, s), append(l.lines, rec.Line)
}

// refuseTaken takes those off the list whose address is somebody else's of the staff so far.
func (l *staffList) refuseTaken(known []Staff) {
	taken := AddressesTaken(known, l.staff)
	if len(taken) == 0 {
		return
	}
	heading := l.heading(FieldEmail)
	staff, lines := l.staff, l.lines
	l.staff, l.lines = nil, nil
	for i, m := range staff {
		if _, refused := taken[i]; !refused {
			l.staff, l.lines = append(l.staff, m), append(l.lines, lines[i])
			continue
		}
		l.refused = append(l.refused, Refusal{Line: lines[i], Lines: 1, Code: "address_taken", Column: heading, Value: cut(m.Email, 100)})
		delete(l.first, "i"+strings.ToLower(m.ID)) // stays as it was known
	}
	slices.SortStableFunc(l.refused, func(a, b Refusal) int { return a.Line - b.Line })
}

func (l *staffList) heading(f Field) string {
	i := slices.IndexFunc(l.columns, func(c Column) bool { return c.Field == f })
	if i < 0 {
		return ""
	}
	return l.columns[i].Heading
}

// findManagers turns what the list says of managers into ids. Who is known and on the list too is as the list says.
func (l *staffList) findManagers(known []Staff) {
	all := slices.Clone(l.staff)
	for _, s := range known {
		if l.first["i"+strings.ToLower(s.ID)] == 0 {
			all = append(all, s)
		}
	}
	d, heading := NewDirectory(all), l.heading(fieldManager)
	for i := range l.staff {
		s := &l.staff[i]
		if s.Manager == "" {
			continue
		}
		m, ok := d.Find(s.Manager)
		if !ok || m.ID == s.ID {
			l.refused = append(l.refused, Refusal{Line: l.lines[i], Lines: 1, Code: "unknown_manager", Column: heading, Value: cut(s.Manager, 100)})
			m.ID = ""
		}
		s.Manager = m.ID
	}
}
