package contacts

import (
	"testing"

	"onetap/internal/survey"
)

// A column of consents is kept as it is written; a no is none.
func TestConsents(t *testing.T) {
	t.Parallel()
	for _, heading := range []string{"Consent", "Consent date", "Дата согласия", "Согласие на обработку персональных данных"} {
		im := NewImport(survey.Customers)
		got, err := im.Feed([]byte("email;"+heading+"\na@example.com;12.03.2026, форма 7\nb@example.com;нет\nc@example.com;\nd@example.com;да\n"), true, nil)
		if err != nil {
			t.Fatal(err)
		}
		for n, want := range []string{"12.03.2026, форма 7", "", "", "да"} {
			if is := got.Rows[n].Contact.Person.Consent; is != want {
				t.Errorf("%s, row %d: %q, want %q", heading, n, is, want)
			}
		}
	}
}
