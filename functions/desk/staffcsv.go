package main

import (
	"errors"
	"net/http"
	"strings"

	"onetap/internal/lang"
	"onetap/internal/problem"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

// staffField is a field of a staff member and the headings under which a list has it, in small letters.
type staffField struct {
	name     string
	of       func(*survey.Staff) *string
	headings []string
}

var staffFields = []staffField{
	{"id", func(m *survey.Staff) *string { return &m.ID }, []string{"id", "staff id", "login", "код", "код сотрудника", "логин", "табельный номер"}},
	{"email", func(m *survey.Staff) *string { return &m.Email }, []string{"email", "e-mail", "mail", "почта", "эл. почта", "электронная почта"}},
	{"name", func(m *survey.Staff) *string { return &m.Name }, []string{"name", "full name", "имя", "фио", "ф.и.о.", "сотрудник"}},
	{"role", func(m *survey.Staff) *string { return (*string)(&m.Role) }, []string{"role", "роль"}},
	{"team", func(m *survey.Staff) *string { return &m.Team }, []string{"team", "department", "команда", "отдел", "группа", "подразделение"}},
	{"manager", func(m *survey.Staff) *string { return &m.Manager }, []string{"manager", "manager id", "руководитель", "код руководителя", "начальник"}},
	{"language", func(m *survey.Staff) *string { return &m.Language }, []string{"language", "язык"}},
	{"phone", func(m *survey.Staff) *string { return &m.Phone }, []string{"phone", "телефон"}},
}

// spellings are what Russian and English lists write for roles and languages.
var spellings = map[string]map[string]string{
	"role": {"маркетинг": "marketing", "маркетолог": "marketing", "ответственный": "owner", "менеджер": "owner", "account manager": "owner",
		"руководитель": "manager", "начальник": "manager", "директор": "executive", "топ-менеджер": "executive", "director": "executive",
		"аналитик": "analyst", "администратор": "administrator", "admin": "administrator"},
	"language": {"русский": "ru", "рус": "ru", "russian": "ru", "английский": "en", "англ": "en", "english": "en"},
}

// readStaffCSV reads a CSV of staff in any encoding and with any separator that sheet knows.
func readStaffCSV(r *http.Request, out *staffAnswer, l lang.Language) ([]listedStaff, error) {
	body, err := list(r)
	if err != nil {
		return nil, err
	}
	var reader sheet.Reader
	var all []listedStaff
	var columns []int // of the row, which of staffFields it holds; -1 none
	var other []string
	err = reader.Feed(body, true, func(cells []string) int { return len(columnsOf(cells)) - blanks(columnsOf(cells)) }, func(rec sheet.Record) {
		if columns == nil {
			columns = columnsOf(reader.Heading)
			for i, c := range columns {
				if c < 0 && strings.TrimSpace(reader.Heading[i]) != "" {
					other = append(other, strings.TrimSpace(reader.Heading[i]))
				}
			}
		}
		if rec.Fault != "" {
			out.Refused = append(out.Refused, refused(l, rec.Line, problem.New(problem.Invalid, "csv_"+string(rec.Fault), "", "Limit", sheet.MaxRow)))
			return
		}
		m := listedStaff{line: rec.Line}
		for i, cell := range rec.Cells {
			if i < len(columns) && columns[i] >= 0 {
				f := staffFields[columns[i]]
				cell = strings.TrimSpace(cell)
				if known := spellings[f.name][strings.ToLower(cell)]; known != "" {
					cell = known
				}
				if f.name == "role" || f.name == "language" {
					cell = strings.ToLower(cell)
				}
				*f.of(&m.Staff) = cell
			}
		}
		all = append(all, m)
	})
	var none *sheet.NoHeadingError
	if errors.As(err, &none) || (err == nil && !has(columnsOf(reader.Heading), 0, 1)) {
		return nil, problem.New(problem.Invalid, "staff_columns", "", "Known", "id, email, name, role, team, manager, language, phone")
	}
	if len(other) > 0 {
		out.Warnings = append(out.Warnings, refused(l, 1, problem.New(problem.Invalid, "columns_unused", "", "Columns", strings.Join(other, ", "))))
	}
	return all, err
}

// columnsOf says for each heading which of staffFields it names; -1 for none, or for one that another names already.
func columnsOf(heading []string) []int {
	columns := make([]int, len(heading))
	taken := map[int]bool{}
	for i, h := range heading {
		columns[i] = -1
		h = strings.ToLower(strings.Join(strings.Fields(h), " "))
		for n, f := range staffFields {
			for _, known := range f.headings {
				if h == known && !taken[n] {
					columns[i], taken[n] = n, true
				}
			}
		}
	}
	return columns
}

func blanks(columns []int) (n int) {
	for _, c := range columns {
		if c < 0 {
			n++
		}
	}
	return n
}

// has reports whether every one of the fields is among the columns.
func has(columns []int, fields ...int) bool {
	for _, f := range fields {
		found := false
		for _, c := range columns {
			found = found || c == f
		}
		if !found {
			return false
		}
	}
	return true
}
