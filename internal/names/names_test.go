package names_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/names"
)

// Whole names as lists have them; "" is a greeting without a name.
func TestGreeting(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ whole, ru, en string }{
		// Russian full names, in any order.
		{"Комарова Мария Алексеевна", "Мария Алексеевна", "Мария"},
		{"Мария Алексеевна Комарова", "Мария Алексеевна", "Мария"},
		{"КОМАРОВА МАРИЯ АЛЕКСЕЕВНА", "Мария Алексеевна", "Мария"},
		{"комарова мария алексеевна", "Мария Алексеевна", "Мария"},
		{"Алексеевна Мария Комарова", "Мария Алексеевна", "Мария"},
		{"Мария Комарова Алексеевна", "Мария Алексеевна", "Мария"},
		{"Алексеевна Мария", "Мария Алексеевна", "Мария"},
		{"Мария Алексеевна", "Мария Алексеевна", "Мария"},
		{"  Комарова\u00a0Мария   Алексеевна ", "Мария Алексеевна", "Мария"},
		{"Фёдоров Пётр Семёнович", "Пётр Семёнович", "Пётр"},
		{"Федоров Петр Семенович", "Петр Семенович", "Петр"},
		{"ФЁДОРОВ ПЁТР СЕМЁНОВИЧ", "Пётр Семёнович", "Пётр"},
		{"Кузьмин Илья Ильич", "Илья Ильич", "Илья"},
		{"Лукина Ева Никитична", "Ева Никитична", "Ева"},
		{"Салтыков-Щедрин Михаил Евграфович", "Михаил Евграфович", "Михаил"},
		{"Анна-Мария Сергеевна Петрова-Водкина", "Анна-Мария Сергеевна", "Анна-Мария"},
		{"ПЕТРОВА-ВОДКИНА АННА-МАРИЯ СЕРГЕЕВНА", "Анна-Мария Сергеевна", "Анна-Мария"},
		{"Комарова Эсперанса Алексеевна", "Эсперанса Алексеевна", "Эсперанса"}, // rare, but in its place
		{"Эсперанса Алексеевна Комарова", "Эсперанса Алексеевна", "Эсперанса"},
		{"Абрамович Анна Ивановна", "Анна Ивановна", "Анна"},
		{"Анна Ивановна Абрамович", "Анна Ивановна", "Анна"},
		{"Петрович Иван Петрович", "Иван Петрович", "Иван"},
		{"Иван Петрович", "Иван Петрович", "Иван"},
		{"Роман Абрамович", "Роман", "Роман"},
		{"Мстислав Ростропович", "Мстислав", "Мстислав"},
		{"Абрамович Роман", "Роман", "Роман"},
		{"Цой Виктор Робертович", "Виктор Робертович", "Виктор"},
		{"Ким Елена", "", ""}, // Kim is a name too
		// two words, one word
		{"Мария Комарова", "Мария", "Мария"},
		{"Комарова Мария", "Мария", "Мария"},
		{"Пётр Мороз", "Пётр", "Пётр"},
		{"Маша Комарова", "Маша", "Маша"},
		{"мария", "Мария", "Мария"},
		{"Комарова", "", ""},
		{"Алексеевна", "", ""},
		{"Комарова Алексеевна", "", ""},
		{"Роман Павел", "", ""},
		{"Анна Мария", "", ""},
		// initials
		{"Комарова М.А.", "", ""},
		{"Комарова М. А.", "", ""},
		{"М. А. Комарова", "", ""},
		{"М.А.Комарова", "", ""},
		{"КОМАРОВА М А", "", ""},
		{"Комарова Мария А.", "Мария", "Мария"},
		{"Мария К.", "Мария", "Мария"},
		{"М. Алексеевна Комарова", "", ""},
		{"Ко М. Мария Алексеевна", "Мария Алексеевна", "Мария"},
		// neighbours
		{"Мамедов Али Гасан оглы", "Али Гасан оглы", "Али"},
		{"МАМЕДОВ АЛИ ГАСАН ОГЛЫ", "Али Гасан оглы", "Али"},
		{"Алиева Лейла Гасан-кызы", "Лейла Гасан-кызы", "Лейла"},
		{"Мамедов Али Гасан-оглы", "Али Гасан-оглы", "Али"},
		{"Сапаров Ержан Серик улы", "Ержан Серик улы", "Ержан"},
		{"Шевченко Олена Василівна", "Олена Василівна", "Олена"},
		{"Мельник Тарас Андрійович", "Тарас Андрійович", "Тарас"},
		{"Мусина Гульнара Ринатовна", "Гульнара Ринатовна", "Гульнара"},
		{"Петросян Армен", "Армен", "Армен"},
		// written by Russians in Latin letters
		{"Ivanova Anna", "Anna", "Anna"},
		{"IVANOVA ANNA", "Anna", "Anna"},
		{"Anna Ivanova", "Anna", "Anna"},
		{"Komarova Maria Alekseevna", "Maria Alekseevna", "Maria"},
		{"Maria Alekseevna Komarova", "Maria Alekseevna", "Maria"},
		{"Ivanova Anna Maria", "", ""},
		// English and European
		{"Smith, John", "John", "John"},
		{"SMITH, JOHN", "John", "John"},
		{"James, John", "John", "John"},
		{"John, James", "", ""},
		{"Комарова, Мария Алексеевна", "Мария Алексеевна", "Мария"},
		{"Комарова Мария Алексеевна, директор", "Мария Алексеевна", "Мария"},
		{"Мария Комарова, бухгалтер", "Мария", "Мария"},
		{"John Smith, PhD", "John", "John"},
		{"Dr. John Smith Jr.", "John", "John"},
		{"Mr John Smith", "John", "John"},
		{"MARY O'NEIL", "Mary", "Mary"},
		{"Mary-Ann O’Neil", "Mary-Ann", "Mary-Ann"},
		{"john smith", "John", "John"},
		{"John McDonald", "John", "John"},
		{"John Q. Public", "John", "John"},
		{"James Taylor", "James", "James"},
		{"Thomas Mary", "", ""},
		{"José Álvarez", "José", "José"},
		{"François Müller", "François", "François"},
		{"Anna", "Anna", "Anna"},
		{"Smith", "", ""},
		{"Zorblax Quux", "", ""},
		{"J. R. Smith", "", ""},
		{"John and Mary Smith", "", ""},
		{"Иван и Мария Петровы", "", ""},
		{"John & Jane", "", ""},
		{"Anna/Maria", "", ""},
		{"Anna 🌼", "Anna", "Anna"},
		{"Мария (бухгалтер)", "Мария", "Мария"},
		{"г-жа Комарова Мария", "Мария", "Мария"},
		{"Уважаемая Мария Алексеевна", "Мария Алексеевна", "Мария"},
		// an entrepreneur is a person, a company is none
		{"ИП Иванов Иван Иванович", "Иван Иванович", "Иван"},
		{"ИП Иванов И. И.", "", ""},
		{"ООО Ромашка", "", ""},
		{"ООО «Анна»", "", ""},
		{"Салон Виктория", "", ""},
		{`"Виктория"`, "", ""},
		{"Anna Bakery Ltd", "", ""},
		// scripts whose names are not known here
		{"عبد الله", "", ""}, {"李明", "", ""}, {"Γιώργος Παπαδόπουλος", "", ""},
		// no names
		{"", "", ""}, {".", "", ""}, {"-", "", ""}, {"null", "", ""}, {"NULL NULL", "", ""}, {"N/A", "", ""}, {"DeJarnette null", "", ""}, {"anna@example.com", "", ""},
		{"+7 916 123-45-67", "", ""}, {"Уважаемый клиент", "", ""}, {"test", "", ""}, {"Тест Тестович Тестов", "", ""}, {"не указано", "", ""}, {"нет", "", ""},
		{"42", "", ""}, {"🌼", "", ""}, {"{{first_name}}", "", ""}, {"%FIRSTNAME%", "", ""}, {"Анна? Мария", "", ""}, {"Ма?ия Комарова", "", ""},
		{"Anna null", "Anna", "Anna"},
		{"ул. Марии Ульяновой, д. 5", "", ""},
		{strings.Repeat("Анна ", 30), "", ""},
	} {
		if got := names.Greeting("ru", names.Name{Whole: c.whole}); got != c.ru {
			t.Errorf("ru: %q is greeted %q, want %q", c.whole, got, c.ru)
		}
		if got := names.Greeting("en", names.Name{Whole: c.whole}); got != c.en {
			t.Errorf("en: %q is greeted %q, want %q", c.whole, got, c.en)
		}
	}
}

// Columns of their own are believed, but for what is no name.
func TestGreetingByColumns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ first, middle, whole, ru, en string }{
		{"Мария", "Алексеевна", "Мария Алексеевна Комарова", "Мария Алексеевна", "Мария"},
		{"МАРИЯ", "АЛЕКСЕЕВНА", "МАРИЯ АЛЕКСЕЕВНА КОМАРОВА", "Мария Алексеевна", "Мария"},
		{"Зорбла", "", "Зорбла Кукс", "Зорбла", "Зорбла"},
		{"Зорбла", "Алексеевна", "", "Зорбла Алексеевна", "Зорбла"},
		{"Али", "Гасан оглы", "Али Гасан оглы Мамедов", "Али Гасан оглы", "Али"},
		{"Мария Алексеевна", "", "Мария Алексеевна Комарова", "Мария Алексеевна", "Мария"},
		{"Комарова Мария Алексеевна", "", "Комарова Мария Алексеевна", "Мария Алексеевна", "Мария"},
		{"Комарова Мария", "", "Комарова Мария", "Мария", "Мария"},
		{"Комарова", "", "Комарова Мария", "", ""}, // changed columns
		{"Мария", "-", "Мария Комарова", "Мария", "Мария"},
		{"Мария", "А.", "", "Мария", "Мария"},
		{"М.", "А.", "М. А. Комарова", "", ""},
		{"DeShawn", "", "DeShawn McDonald", "DeShawn", "DeShawn"},
		{"MARY ANN", "", "MARY ANN SMITH", "Mary Ann", "Mary Ann"},
		{"JD", "", "JD Smith", "JD", "JD"},
		{"O'NEIL", "", "", "O'Neil", "O'Neil"},
		{"John", "William", "John William Smith", "John", "John"},
		{"null", "null", "", "", ""},
		{"DeJarnette", "", "DeJarnette null", "DeJarnette", "DeJarnette"},
		{"ООО Ромашка", "", "ООО Ромашка", "", ""},
		{"عبد الله", "", "", "عبد الله", "عبد الله"},
		{"李", "", "李明", "李", "李"},
		{"علی\u200cرضا", "", "", "علی\u200cرضا", "علی\u200cرضا"}, // a joiner inside is a letter's shape
		{"anna@example.com", "", "Мария Комарова", "Мария", "Мария"},
	} {
		n := names.Name{Whole: c.whole, First: c.first, Middle: c.middle}
		if got := names.Greeting("ru", n); got != c.ru {
			t.Errorf("ru: %q is greeted %q, want %q", n, got, c.ru)
		}
		if got := names.Greeting("en", n); got != c.en {
			t.Errorf("en: %q is greeted %q, want %q", n, got, c.en)
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Комарова Мария Алексеевна": "", "Ан": "", "Ли": "", "Na Young": "", "Christopher Null": "", "Jennifer Null": "", "Иван Тестов": "", "М. А. Комарова": "", "ООО Ромашка": "",
		"Nan Goldin": "", "Nan": "", "Pat Test": "", "Гость Анна": "", "МАРИЯ": "", "мария": "", "O": "", "": "", "Юлия No": "", "Анна <b>Смирнова</b>": "", "J.R.": "",
	} {
		if want == "" {
			want = text
		}
		if got, junk := names.Clean(text); got != want || junk {
			t.Errorf("Clean(%q) = %q, %v", text, got, junk)
		}
	}
	for text, want := range map[string]string{
		".": "", "-": "", "—": "", "?": "", "???": "", "null": "", "NULL": "", "Null": "", "null null": "", "N/A": "", "n/a": "", "#N/A": "", "#Н/Д": "", "None": "", "undefined": "", "NaN": "",
		"(null)": "", "нет": "", "Нет": "", "не указано": "", "Не  указано": "", "Без имени": "", "test": "", "Test Test": "", "ТЕСТ": "", "тестов тест тестович": "", "Клиент": "", "Клиент 123": "",
		"Уважаемый клиент": "", "Dear Customer": "", "Покупатель №5": "", "user_15": "", "anna@example.com": "", "<anna@example.com>": "", "+7 (916) 123-45-67": "", "8-800-555-35-35": "",
		"www.example.ru": "", "https://example.com/a": "", "example.ru": "", "12.05.1990": "", "🌼🌼": "", "{name}": "", "{{first_name}}": "", "*|FNAME|*": "", "%name%": "", "ааа": "", "xxx": "",
		"asdf": "", "йцукен": "", "Фывапр": "", "ул. Ленина, д. 5": "", "ФИО": "", "Имя": "", "First Name": "",
		"DeJarnette null": "DeJarnette", "null DeJarnette": "DeJarnette", "Anna -": "Anna", "Мария undefined": "Мария", "Мария maria@example.ru": "Мария", "Комарова Мария нет": "Комарова Мария",
		"Иванов , null": "Иванов", "Мария {{last_name}}": "Мария",
	} {
		if got, junk := names.Clean(text); got != want || !junk {
			t.Errorf("Clean(%q) = %q, %v, want %q", text, got, junk, want)
		}
	}
}

// Whatever a list says: the greeting is made of words of the name, without marks at its ends, and taken for a name it stays
// what it is.
func TestGreetingIsOfTheName(t *testing.T) {
	t.Parallel()
	word := rapid.OneOf(rapid.SampledFrom([]string{"Мария", "Комарова", "Алексеевна", "оглы", "М.", "John", "null", "-", ",", "(", ")", "ООО", "«", "»", "Ё", "anna@example.com", "123", "И", "и"}),
		rapid.StringMatching(`[А-ЯЁа-яё'-]{1,8}`), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(word, 0, 6).Draw(t, "words"), " ")
		for _, n := range []names.Name{{Whole: text}, {Whole: text, First: text}} {
			got := names.Greeting("ru", n)
			if strings.TrimFunc(got, func(r rune) bool { return strings.ContainsRune(" ,;:!?-–—_*()«»\"", r) }) != got {
				t.Fatalf("%q is greeted %q", text, got)
			}
			for w := range strings.FieldsSeq(got) {
				if !strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
					t.Fatalf("%q is greeted %q", text, got)
				}
			}
		}
	})
}

func BenchmarkGreeting(b *testing.B) {
	for b.Loop() {
		names.Greeting("ru", names.Name{Whole: "КОМАРОВА МАРИЯ АЛЕКСЕЕВНА"})
	}
}

func BenchmarkClean(b *testing.B) {
	for b.Loop() {
		names.Clean("Комарова Мария Алексеевна")
	}
}
