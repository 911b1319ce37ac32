package contacts_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/contacts"
	"onetap/internal/survey"
)

func TestCompaniesOfAList(t *testing.T) {
	t.Parallel()
	im, got, err := feed("Email;ФИО;Компания;ИНН;Холдинг;Роль в компании;Выручка, тыс. руб.\n" +
		"a@example.ru;Анна Ким;ООО \"Ромашка\";7701234567;Цветы;ЛПР;1 200\n" +
		"b@example.ru;Пётр Ли;ООО «Ромашка»;7701234567;Цветы;Бухгалтер;много\n" +
		"c@example.ru;Ян Де;;;;кто-то;\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []survey.Company{
		{Name: `ООО "Ромашка"`, Code: "7701234567", Parent: "Цветы", Role: survey.Decides},
		{Name: "ООО «Ромашка»", Code: "7701234567", Parent: "Цветы", Role: survey.Pays},
		{},
	}
	for i, row := range got.Rows {
		if d := cmp.Diff(want[i], row.Contact.Company); d != "" {
			t.Errorf("row %d: %s", i, d)
		}
	}
	if v := got.Rows[0].Contact.Value; v != "1 200 тыс. руб." {
		t.Errorf("value %q", v)
	}
	for f, lines := range map[contacts.Finding][]int{contacts.ValueUnreadable: {3}, contacts.MissingCompany: {4}, contacts.UnknownRole: {4}} {
		if d := cmp.Diff(lines, got.Quality.Findings[f].Lines); d != "" {
			t.Errorf("%s: %s", f, d)
		}
	}
	if text := got.Rows[2].Contact.Attrs["Роль в компании"]; text != "кто-то" {
		t.Errorf("a role that is none became %q", text)
	}
	for i, c := range im.Columns {
		if c.Field == contacts.FieldCompany && c.Dimension() != "" {
			t.Errorf("column %d, the company, is a segment", i)
		}
	}
}

// What a company pays or who works for it is nobody's business where employees are asked.
func TestEmployeesHaveNoCompanies(t *testing.T) {
	t.Parallel()
	im := contacts.NewImport(survey.Employees)
	got, err := im.Feed([]byte("Email;ФИО;Компания;ИНН\na@example.ru;Анна Ким;ООО Ромашка;77\nb@example.ru;Пётр Ли;ООО Ромашка;77\n"), true, owners)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range got.Rows {
		if row.Contact.Company != (survey.Company{}) || row.Contact.Attrs["Компания"] == "" {
			t.Errorf("an employee of %+v, %v", row.Contact.Company, row.Contact.Attrs)
		}
	}
}
