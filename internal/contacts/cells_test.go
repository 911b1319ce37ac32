package contacts_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/contacts"
	"onetap/internal/survey"
)

// one imports a list of one contact with one cell under a heading.
func one(t *testing.T, heading, cell string) (survey.Contact, []contacts.Warning) {
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
		if bad := want == "" && cell != ""; bad != (len(warnings) == 1 && warnings[0].Code == contacts.PhoneUnusable) {
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
		if c.Language != strings.Trim(want, "!") || (want == "!") != (len(warnings) == 1 && warnings[0].Code == contacts.UnknownLanguage) {
			t.Errorf("%q: %q, warnings %v", cell, c.Language, warnings)
		}
	}
}

func TestZones(t *testing.T) {
	t.Parallel()
	for _, heading := range []string{"Часовой пояс", "Time zone", "timezone", "UTC offset", "Час. пояс", "Time zone (UTC)"} {
		for cell, want := range map[string]string{
			"Europe/Moscow": "Europe/Moscow", "UTC+3": "UTC+03:00", "МСК+2": "UTC+05:00", "-11": "UTC-11:00", "": "",
			"как у всех": "!", "Berlin": "!", "UTC+25": "!",
		} {
			c, warnings := one(t, heading, cell)
			if c.Zone != strings.Trim(want, "!") || (want == "!") != (len(warnings) == 1 && warnings[0].Code == contacts.UnknownZone && warnings[0].Value == cell) {
				t.Errorf("%s %q: %q, warnings %v", heading, cell, c.Zone, warnings)
			}
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
		if c, _ := one(t, "город", cell); c.Location != want {
			t.Errorf("%q: %q, want %q", cell, c.Location, want)
		}
	}
}

// A joiner is part of a word in Persian and Hindi and of an emoji; between Russian or Latin letters, and at an end, it is
// nothing.
func TestJoinersStayInsideWords(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"علی\u200cرضا":                   "علی\u200cرضا",
		"\u200cعلی\u200cرضا\u200d":       "علی\u200cرضا",
		"क्\u200dष":                      "क्\u200dष",
		"Анна 👨\u200d👩\u200d👧":           "Анна 👨\u200d👩\u200d👧",
		"Ан\u200dна":                     "Анна",
		"An\u200cna Mül\u200dler":        "Anna Müller",
		"علی \u200c رضا":                 "علی رضا",
		"علی\u200c\u200bرضا":             "علیرضا",
		"\u202aАнна\u202c \u200eПетрова": "Анна Петрова",
	} {
		if c, _ := one(t, "имя", cell); c.Person.Name != want {
			t.Errorf("%q: %q, want %q", cell, c.Person.Name, want)
		}
	}
}

// What is no name is not kept as one, and told.
func TestNamesThatAreNone(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		".": "!", "-": "!", "null": "!", "N/A": "!", "DeJarnette null": "!DeJarnette", "anna@example.ru": "!", "+7 916 123-45-67": "!", "Уважаемый клиент": "!", "test": "!",
		"не указано": "!", "😀": "!", "ул. Ленина, д. 5": "!", "{{first_name}}": "!", "Комарова Мария": "Комарова Мария", "М. А. Комарова": "М. А. Комарова", "ООО Ромашка": "ООО Ромашка",
		"Christopher Null": "Christopher Null",
	} {
		name, junk := strings.CutPrefix(want, "!")
		c, warnings := one(t, "имя", cell)
		told := len(warnings) == 1 && warnings[0].Code == contacts.NameUnusable && warnings[0].Value == cell && warnings[0].Line == 2
		if c.Person.Name != name || told != junk || !junk && len(warnings) > 0 {
			t.Errorf("%q: %q, warnings %v", cell, c.Person.Name, warnings)
		}
	}
	im := contacts.NewImport(survey.Customers)
	out, err := im.Feed([]byte("mail;Имя;Отчество;Фамилия\na@example.ru;Мария;-;Комарова\nb@example.ru;null;;Комарова\nc@example.ru;-;-;-\nАнна <d@example.ru>;;;\ne@example.ru;;;\n"), true, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []survey.Person
	for _, r := range out.Rows {
		p := r.Contact.Person
		p.Email = ""
		got = append(got, p)
	}
	want := []survey.Person{{Name: "Мария Комарова", First: "Мария"}, {Name: "Комарова"}, {}, {Name: "Анна"}, {}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if f := out.Quality.Findings; f[contacts.NameUnusable].Count != 2 || f[contacts.MissingName].Count != 1 {
		t.Errorf("findings %v", f)
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
