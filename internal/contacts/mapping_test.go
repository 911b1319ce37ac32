package contacts_test

import (
	"slices"
	"strings"
	"testing"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/survey"
)

const odd = "Отчёт за год;;;\nКуда писать;Кто;Менеджер;Договор\nanna@example.com;Анна;kim;Д-1\nбез адреса;Вера;kim;Д-2\n"

// What is not recognised can be said, and the import takes it as it was shown.
func TestColumnsAreCorrected(t *testing.T) {
	t.Parallel()
	look, err := contacts.Preview(survey.Customers, []byte(odd), true, contacts.Corrections{}, nil, nil, owners)
	if err != nil || !look.NoAddress || len(look.Columns) != 4 || look.Columns[0].Heading != "Куда писать" {
		t.Fatalf("nothing said yet: %+v, %v", look.Columns, err)
	}
	columns := map[string]contacts.Field{"Куда писать": contacts.FieldEmail, "Кто": contacts.FieldName, "Договор": contacts.FieldIgnored}
	look, err = contacts.Preview(survey.Customers, []byte(odd), true, contacts.Corrections{Columns: columns}, nil, nil, owners)
	if err != nil || len(look.Imported.Rows) != 1 || len(look.Imported.Refused) != 1 || !slices.Equal(look.Examples[0], []string{"anna@example.com", "без адреса"}) {
		t.Fatalf("said: %+v, %v", look, err)
	}
	c := look.Imported.Rows[0].Contact
	if c.Person.Email != "anna@example.com" || c.Person.Name != "Анна" || c.Owner != "kim" || len(c.Attrs) != 0 {
		t.Errorf("taken as %+v", c)
	}
	if got := look.Imported.Refused[0].Cells; !slices.Equal(got, []string{"без адреса", "Вера", "kim", "Д-2"}) {
		t.Errorf("the refused row was %q", got)
	}

	// A field given to another column is taken from the one that was guessed; in parts as in one piece.
	im := contacts.NewImport(survey.Customers)
	im.Map = map[string]contacts.Field{"Второй": contacts.FieldEmail}
	list := "email;Второй\n" + strings.Repeat("a@example.com;b@example.com\n", 5000)
	var rows []contacts.Row
	for i := 0; i < len(list); i += 7001 {
		out, err := im.Feed([]byte(list[i:min(i+7001, len(list))]), i+7001 >= len(list), nil)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, out.Rows...)
	}
	if len(rows) != 5000 || rows[0].Contact.Person.Email != "b@example.com" || rows[0].Contact.Attrs["email"] != "a@example.com" {
		t.Errorf("%d rows, the first is %+v", len(rows), rows[0].Contact)
	}
}

func TestColumnsThatCannotBe(t *testing.T) {
	t.Parallel()
	for code, columns := range map[string]map[string]contacts.Field{
		"columns_twice": {"a": contacts.FieldEmail, "b": contacts.FieldEmail},
		"columns_field": {"a": "salary"},
		"":              {"a": contacts.FieldEmail, "b": contacts.FieldIgnored, "c": contacts.FieldIgnored, "d": contacts.FieldAttribute, "e": contacts.FieldAttribute},
	} {
		if err := contacts.CheckMap(columns); (err == nil) != (code == "") || err != nil && !apperr.Is(err, code) {
			t.Errorf("%v: %v, want %s", columns, err, code)
		}
	}
	for _, c := range []struct{ list, code string }{
		{"a@example.com;b\nc@example.com;d\n", "csv_no_heading"}, {"", "csv_empty"}, {"word\n", "csv_no_address_column"},
	} {
		if _, err := contacts.Preview(survey.Customers, []byte(c.list), true, contacts.Corrections{}, nil, nil, nil); !apperr.Is(err, c.code) {
			t.Errorf("%q: %v, want %s", c.list, err, c.code)
		}
	}
}
