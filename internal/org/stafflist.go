package org

import (
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/calendar"
	"onetap/internal/celltext"
	"onetap/internal/contacts"
	"onetap/internal/lang"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

// roleWords are the roles as lists name them.
var roleWords = map[string]survey.Role{
	"": survey.RoleOwner, "owner": survey.RoleOwner, "account manager": survey.RoleOwner, "ответственный": survey.RoleOwner, "менеджер": survey.RoleOwner, "аккаунт-менеджер": survey.RoleOwner,
	"менеджер по работе с клиентами": survey.RoleOwner, "персональный менеджер": survey.RoleOwner, "куратор": survey.RoleOwner,
	"manager": survey.RoleManager, "team lead": survey.RoleManager, "head of team": survey.RoleManager, "руководитель": survey.RoleManager, "руководитель отдела": survey.RoleManager, "начальник отдела": survey.RoleManager, "начальник": survey.RoleManager,
	"executive": survey.RoleExecutive, "director": survey.RoleExecutive, "ceo": survey.RoleExecutive, "директор": survey.RoleExecutive, "генеральный директор": survey.RoleExecutive, "топ-менеджер": survey.RoleExecutive,
	"marketing": survey.RoleMarketing, "маркетинг": survey.RoleMarketing, "маркетолог": survey.RoleMarketing,
	"analyst": survey.RoleAnalyst, "аналитик": survey.RoleAnalyst,
	"administrator": survey.RoleAdministrator, "admin": survey.RoleAdministrator, "администратор": survey.RoleAdministrator,
}

// staffWords are the headings of staff lists.
var staffWords = contacts.Vocabulary{
	contacts.FieldID:       "id staffid employeeid login код кодсотрудника табельныйномер табномер логин",
	contacts.FieldEmail:    contacts.CustomerWords[contacts.FieldEmail],
	contacts.FieldName:     "name fullname фио имя сотрудник employee фамилияимяотчество фамилияимя имяфамилия полноеимя",
	contacts.FieldRole:     "role роль | должность position title",
	contacts.FieldTeam:     contacts.CustomerWords[contacts.FieldTeam],
	contacts.FieldManager:  "manager managerid supervisor reportsto руководитель менеджер начальник кодруководителя",
	contacts.FieldLanguage: contacts.CustomerWords[contacts.FieldLanguage],
	contacts.FieldPhone:    contacts.CustomerWords[contacts.FieldPhone],
	contacts.FieldZone:     contacts.CustomerWords[contacts.FieldZone],
	contacts.FieldCountry:  "country countrycode страна кодстраны",
	contacts.FieldIgnored:  contacts.CustomerWords[contacts.FieldIgnored],
}

var staffColumns = staffWords.Compile()

// StaffFields are what the columns of a staff list can be said to hold.
var StaffFields = staffColumns.TableFields()

// maxStaffFile keeps a staff list in memory: at 200 bytes a person, 25,000 of them.
const maxStaffFile = 5 << 20

// ReadStaff reads a staff list as a system exports it: id, e-mail, name, role (none: as it was, of somebody new owner), team, manager (by id, e-mail
// or name; of the list), language, telephone, time zone, country. Ids are numbering's.
//
// Refusals: those of customer lists, and unknown_role, unknown_language, staff_zone, staff_country, address_taken (the row is not taken); unknown_manager (the row
// is taken without a manager: alerts must reach its owner all the same). Errors are as Import.Feed's, and csv_too_large.
// encoding is one of sheet.Encodings, or "" to recognise it; known are the staff so far: managers may be among them, and nobody gets the address of one of them.
//
// Where a name may be that of several people, said says who is meant; asks are the names of which it does not.
func ReadStaff(keys IDs, data []byte, encoding string, said Answers, known ...survey.Staff) (staff []survey.Staff, refused []contacts.Refusal, asks []Ask, err error) {
	var t contacts.Table
	return File{Body: data, Answers: said, Said: contacts.TableSaid{Encoding: encoding}}.read(&t, keys, known)
}

// read is ReadStaff with what is said of columns; t is how they were understood, also of a list that is refused for them.
func (f File) read(t *contacts.Table, keys IDs, known []survey.Staff) (staff []survey.Staff, refused []contacts.Refusal, asks []Ask, err error) {
	if len(f.Body) > maxStaffFile {
		return nil, nil, nil, apperr.New(apperr.TooLarge, "csv_too_large", "", "Limit", maxStaffFile>>20)
	}
	list := staffList{
		first: map[string]int{}, known: newNumbering(keys, known), unknown: map[int]bool{}, roleless: map[int]bool{}, said: f.Answers,
	}
	*t, err = contacts.ReadTable(f.Body, staffColumns, f.Said, func(columns []contacts.Column, rec sheet.Record) {
		list.columns = columns
		list.take(rec)
	})
	if err != nil {
		return nil, nil, nil, err
	}
	if len(list.staff)+len(list.refused) == 0 {
		return nil, nil, nil, apperr.New(apperr.Invalid, "csv_no_rows", "")
	}
	list.recognise(known)
	list.refuseTaken(known)
	list.findManagers(known)
	return list.staff, list.refused, list.asks, nil
}

type staffList struct {
	columns []contacts.Column
	staff   []survey.Staff
	lines   []int          // of staff
	first   map[string]int // ids and e-mails, and the line that has them first
	known   numbering
	refused []contacts.Refusal
	// unknown and roleless are the lines without a code whose address nobody has, and those that say no role.
	unknown, roleless map[int]bool
	said              Answers
	asks              []Ask
}

func (l *staffList) take(rec sheet.Record) {
	refuse := func(r contacts.Refusal) {
		r.Line, r.Lines = rec.Line, rec.Lines
		l.refused = append(l.refused, r)
	}
	if rec.Fault != "" {
		refuse(contacts.Refusal{Code: string(rec.Fault), Value: rec.Start, Limit: sheet.MaxRow})
		return
	}
	if r := contacts.CheckWidth(rec.Cells, l.columns); r.Code != "" {
		refuse(r)
		return
	}
	cells, headings := map[contacts.Field]string{}, map[contacts.Field]string{}
	for i, c := range rec.Cells {
		if i < len(l.columns) {
			col := l.columns[i]
			cells[col.Field], headings[col.Field] = celltext.Clean(c), col.Heading
			if len([]rune(c)) > contacts.MaxCell {
				refuse(contacts.Refusal{Code: "cell_too_long", Column: col.Heading, Value: celltext.Cut(celltext.Clean(c), 60), Count: len([]rune(c)), Limit: contacts.MaxCell})
				return
			}
		}
	}
	email, name, code := survey.ReadAddress(cells[contacts.FieldEmail])
	if code != "" {
		refuse(contacts.Refusal{Code: code, Column: headings[contacts.FieldEmail], Value: celltext.Cut(cells[contacts.FieldEmail], 100)})
		return
	}
	s := survey.Staff{ID: cells[contacts.FieldID], Email: email, Name: cells[contacts.FieldName], Team: cells[contacts.FieldTeam], Manager: cells[contacts.FieldManager]}
	if l.known.number(&s); cells[contacts.FieldID] == "" && s.Written == s.Email {
		l.unknown[rec.Line] = true
	}
	if s.Name == "" {
		s.Name = name
	}
	var known bool
	if s.Role, known = roleWords[celltext.Fold(cells[contacts.FieldRole])]; !known {
		refuse(contacts.Refusal{Code: "unknown_role", Column: headings[contacts.FieldRole], Value: celltext.Cut(cells[contacts.FieldRole], 100)})
		return
	}
	l.roleless[rec.Line] = cells[contacts.FieldRole] == ""
	if was, there := l.known.byID[strings.ToLower(s.ID)]; there && cells[contacts.FieldRole] == "" { // a list without roles changes none
		s.Role = was.Role
	}
	if s.Language, known = lang.Named(cells[contacts.FieldLanguage]); !known {
		refuse(contacts.Refusal{Code: "unknown_language", Column: headings[contacts.FieldLanguage], Value: celltext.Cut(cells[contacts.FieldLanguage], 100)})
		return
	}
	if s.Zone, known = survey.ReadZone(cells[contacts.FieldZone]); !known {
		refuse(contacts.Refusal{Code: "staff_zone", Column: headings[contacts.FieldZone], Value: celltext.Cut(cells[contacts.FieldZone], 100)})
		return
	}
	if s.Country, known = countryNamed(cells[contacts.FieldCountry]); !known {
		refuse(contacts.Refusal{Code: "staff_country", Column: headings[contacts.FieldCountry], Value: celltext.Cut(cells[contacts.FieldCountry], 100)})
		return
	}
	if phone, usable := celltext.Phone(cells[contacts.FieldPhone]); usable {
		s.Phone = phone
	}
	if err := Check(&s); err != nil {
		refuse(l.refusalOf(err, s))
		return
	}
	for key, value := range map[string]string{"i" + strings.ToLower(s.ID): strings.ToLower(s.Code()), "e" + s.Email: s.Email} {
		if first := l.first[key]; first > 0 {
			refuse(contacts.Refusal{Code: "duplicate", Value: celltext.Cut(value, 100), First: first})
			return
		}
	}
	l.first["i"+strings.ToLower(s.ID)], l.first["e"+s.Email] = rec.Line, rec.Line
	l.staff, l.lines = append(l.staff, s), append(l.lines, rec.Line)
}

// refusalOf says in a list's words what Check found: the words of roles and languages are known by then, so that only a
// text can be too long.
func (l *staffList) refusalOf(err error, s survey.Staff) contacts.Refusal {
	p := apperr.As(err)
	of := map[string]struct {
		field contacts.Field
		text  string
	}{
		"id": {contacts.FieldID, s.Code()}, "email": {contacts.FieldEmail, s.Email}, "name": {contacts.FieldName, s.Name}, "team": {contacts.FieldTeam, s.Team},
		"manager": {contacts.FieldManager, s.Manager}, "phone": {contacts.FieldPhone, s.Phone},
	}[p.Where]
	return contacts.Refusal{Code: "cell_too_long", Column: l.heading(of.field), Value: celltext.Cut(of.text, 60), Count: len([]rune(of.text)), Limit: maxText}
}

// refuseTaken takes those off the list whose address is somebody else's of the staff so far.
func (l *staffList) refuseTaken(known []survey.Staff) {
	taken := AddressesTaken(known, l.staff)
	if len(taken) == 0 {
		return
	}
	heading := l.heading(contacts.FieldEmail)
	staff, lines := l.staff, l.lines
	l.staff, l.lines = nil, nil
	for i, m := range staff {
		if _, refused := taken[i]; !refused {
			l.staff, l.lines = append(l.staff, m), append(l.lines, lines[i])
			continue
		}
		l.refused = append(l.refused, contacts.Refusal{Line: lines[i], Lines: 1, Code: "address_taken", Column: heading, Value: celltext.Cut(m.Email, 100), Who: NameOf(taken[i]), Given: celltext.Cut(m.Code(), 100), Has: taken[i].Code()})
		delete(l.first, "i"+strings.ToLower(m.ID)) // stays as it was known
	}
	slices.SortStableFunc(l.refused, func(a, b contacts.Refusal) int { return a.Line - b.Line })
}

func (l *staffList) heading(f contacts.Field) string {
	i := slices.IndexFunc(l.columns, func(c contacts.Column) bool { return c.Field == f })
	if i < 0 {
		return ""
	}
	return l.columns[i].Heading
}

// findManagers turns what the list says of managers into ids. Who is known and on the list too is as the list says.
func (l *staffList) findManagers(known []survey.Staff) {
	all := slices.Clone(l.staff)
	for _, s := range known {
		if l.first["i"+strings.ToLower(s.ID)] == 0 {
			all = append(all, s)
		}
	}
	d, heading := survey.NewDirectory(all), l.heading(contacts.FieldManager)
	for i := range l.staff {
		s := &l.staff[i]
		if s.Manager == "" {
			continue
		}
		m, ok := d.Find(s.Manager)
		if !ok {
			m, ok = l.which(Ask{Kind: AskManager, Name: s.Manager, Line: l.lines[i], Count: 1}, d.Namesakes(s.Manager))
			if m.ID == askedFor {
				s.Manager = ""
				continue
			}
		}
		if !ok || m.ID == s.ID {
			l.refused = append(l.refused, contacts.Refusal{Line: l.lines[i], Lines: 1, Code: "unknown_manager", Column: heading, Value: celltext.Cut(s.Manager, 100)})
			m.ID = ""
		}
		s.Manager = m.ID
	}
}

// countryNamed reads a country by its code, or by its name in one of the product's languages; known is false of another one.
func countryNamed(text string) (code string, known bool) {
	if text == "" {
		return "", true
	}
	for _, code := range calendar.Countries {
		if strings.EqualFold(text, code) || slices.ContainsFunc(lang.All(), func(l lang.Language) bool { return celltext.Fold(text) == celltext.Fold(l.T("country."+code)) }) {
			return code, true
		}
	}
	return "", false
}
