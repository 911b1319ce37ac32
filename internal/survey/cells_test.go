package survey_test

import (
	"strings"
	"testing"

	"onetap/internal/survey"
)

// one imports a list of one contact with one cell under a heading.
func one(t *testing.T, heading, cell string) (survey.Contact, []survey.Warning) {
	t.Helper()
	_, got, err := feed("email;" + heading + "\nx@example.ru;\"" + strings.ReplaceAll(cell, `"`, `""`) + "\"\n")
	if err != nil || len(got.Rows) != 1 {
		t.Fatalf("%s %q: %v, %d rows", heading, cell, err, len(got.Rows))
	}
	return got.Rows[0].Contact, got.Warnings
}

func TestPhones(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"+7 (916) 123-45-67":                   "+79161234567",
		"8 916 123 45 67":                      "+79161234567",
		"89161234567":                          "+79161234567",
		"79161234567":                          "+79161234567",
		"'+79161234567":                        "+79161234567",
		"=79161234567":                         "+79161234567",
		"+7\u00a0916\u00a0123\u201145\u201167": "+79161234567", // no-break spaces and hyphens
		"79161234567.0":                        "+79161234567",
		"7.9161234567E+10":                     "+79161234567",
		"7,9161234567e+10":                     "+79161234567",
		"7.9E+10":                              "",
		"7,91612E+10":                          "",
		"9161234567":                           "9161234567", // Russian or American
		"+1 (202) 555-0142":                    "+12025550142",
		"(202) 555-0142":                       "(202) 555-0142",
		"8 495 123-45-67 доб. 12":              "8 495 123-45-67 доб. 12",
		"+7 916 123-45-67, +7 916 765-43-21":   "+7 916 123-45-67, +7 916 765-43-21",
		"123":                                  "",
		"нет":                                  "",
		"00000000000":                          "",
		"+123456789012345678":                  "",
		"":                                     "",
	} {
		c, warnings := one(t, "телефон", cell)
		if c.Person.Phone != want {
			t.Errorf("%q: %q, want %q", cell, c.Person.Phone, want)
		}
		if bad := want == "" && cell != ""; bad != (len(warnings) == 1 && warnings[0].Code == survey.PhoneUnusable) {
			t.Errorf("%q: warnings %v", cell, warnings)
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"ru": "ru", "RU": "ru", "рус": "ru", "Рус.": "ru", "русский": "ru", "Russian": "ru", "ru-RU": "ru", "ru_RU": "ru", "rus": "ru",
		"en": "en", "English": "en", "англ.": "en", "Английский": "en", "en-GB": "en", "EN_us": "en", "": "", "  ": "",
		"de": "!", "казахский": "!", "both": "!",
	} {
		c, warnings := one(t, "язык", cell)
		if c.Language != strings.Trim(want, "!") || (want == "!") != (len(warnings) == 1 && warnings[0].Code == survey.UnknownLanguage) {
			t.Errorf("%q: %q, warnings %v", cell, c.Language, warnings)
		}
	}
}

func TestCellsAreCleaned(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"  Анна \u00a0 Петрова ":    "Анна Петрова",
		"Анна\r\nПетрова":           "Анна Петрова",
		"\ufeffАн\u200bна\u00ad":    "Анна",
		"Анна\tПетрова\x01":         "Анна Петрова",
		"O’Neil \"Ann\"":            "O’Neil \"Ann\"",
		"Zoë Müller-Łukasz":         "Zoë Müller-Łukasz",
		"😀":                         "😀",
		"=cmd|'/C calc'!A0":         "=cmd|'/C calc'!A0", // kept as it is: whoever writes spreadsheets must quote it
		"<script>alert(1)</script>": "<script>alert(1)</script>",
		"{{.Name}}":                 "{{.Name}}",
		"a":                         "a",
		" ":                         "",
		"Иванова Мария (бухгалтерия), 2": "Иванова Мария (бухгалтерия), 2",
	} {
		if c, _ := one(t, "имя", cell); c.Person.Name != want {
			t.Errorf("%q: %q, want %q", cell, c.Person.Name, want)
		}
	}
}

func TestValueHasTheUnitOfItsHeading(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"Выручка за 2025 г., руб.", "1\u00a0200\u00a0000", "1 200 000 руб."},
		{"Оборот, тыс. руб.", "1200,5", "1200,5 тыс. руб."},
		{"Revenue (USD)", "12,000", "12,000 USD"},
		{"Выручка, руб.", "1 200 000 ₽", "1 200 000 ₽"},
		{"Выручка, руб.", "нет данных", "нет данных"},
		{"Выручка, руб.", "", ""},
		{"Revenue", "$12,000", "$12,000"},
		{"Выручка (без НДС)", "12", "12"},
	} {
		if got, _ := one(t, c[0], c[1]); got.Value != c[2] {
			t.Errorf("%s %q: %q, want %q", c[0], c[1], got.Value, c[2])
		}
	}
}
