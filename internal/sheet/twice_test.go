package sheet_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"onetap/internal/apperr"
)

// A list whose letters were lost before it was saved as UTF-8 is refused, whatever it was and whatever it was taken for.
func TestEncodedTwice(t *testing.T) {
	t.Parallel()
	tables := map[string]*charmap.Charmap{
		"windows-1251": charmap.Windows1251, "koi8-r": charmap.KOI8R, "ibm866": charmap.CodePage866, "mac": charmap.MacintoshCyrillic,
		"windows-1252": charmap.Windows1252, "latin1": charmap.ISO8859_1, "macroman": charmap.Macintosh, "ibm850": charmap.CodePage850,
	}
	for _, names := range []string{"Комарова Мария Алексеевна|Элкина Анна|Пётр Фёдоров", "Мария Комарова", "КОМАРОВА МАРИЯ|ЭЛКИНА АННА"} {
		for was, from := range tables {
			text, err := from.NewEncoder().String(listOf(names))
			if err != nil {
				continue // has no Russian letters
			}
			for as, table := range tables {
				if again, err := table.NewDecoder().String(text); err != nil || again == listOf(names) || 10*strings.Count(again, "\ufffd") > len(names)/2 {
					continue
				} else if _, _, err := read(withMail2, again); !apperr.Is(err, "csv_encoded_twice") {
					t.Errorf("%q of %s taken for %s (%q): %v", names, was, as, again, err)
				}
			}
		}
		for as, table := range tables {
			again, err := table.NewDecoder().String(listOf(names))
			if err != nil || strings.Count(again, "\ufffd") > 5 { // half of every capital is lost
				continue
			}
			if _, _, err := read(withMail2, again); !apperr.Is(err, "csv_encoded_twice") {
				t.Errorf("%q of UTF-8 taken for %s (%q): %v", names, as, again, err)
			}
		}
	}
	for _, text := range []string{"ЊариЯ Љомарова|Ђнна ЏавловаЯ", "Franзois Mьller|Zoл Dйsirйe", "John|Fran√ßois M√ºller", "FranÁois M¸ller|ZoÎ DÈsirÈe"} {
		if _, _, err := read(withMail2, listOf(text)); !apperr.Is(err, "csv_encoded_twice") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Names of other languages, and what stands in lists besides names, are not taken for it.
func TestNotEncodedTwice(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Łukasz Wiśniewski|Małgorzata Żółć|Zbigniew Święcicki", "Tomáš Dvořák|Jiří Novák|Žofie Říhová", "Ľubomír Šťastný|Ján Kováč", "Győző Szűcs|Ágnes Kőszegi|Örs Nagy", "Ștefan Țăran|Ionuț Bălan",
		"Ayşe Yılmaz|Güneş Çelik|İbrahim Şahin|Özgür Ağaoğlu", "Søren Ærø|Åsa Öberg|Jürgen Groß", "Þórður Ægisson|Guðrún Ýmisdóttir", "João Conceição|Inês Magalhães", "Jānis Bērziņš|Līga Kļaviņa",
		"Õnne Pärn|Ülle Mägi", "Žydrūnas Šimkus|Ąžuolas Čiurlionis", "Đorđe Čović|Željko Šarić", "Ђорђе Јовановић|Љубица Његош|Жељко Чолић", "Ѓорѓи Џамбазов|Ќирил Љупчев", "Цветан Ъглов|Щилияна Йорданова",
		"Євген Їжак|Ґалаґан Олена|Лук'ян Щур", "Ўладзімір Дзюба|Аўгустын Ёсіф", "Нұрсұлтан Әбішұлы|Айгерім Серікқызы|Қуаныш Өтеген", "Гөлнара Җиһаншина|Фәнис Үзбәков", "Элбэгдорж Цахиагийн|Бат-Эрдэнэ",
		"Γιώργος Παπαδόπουλος|Ελένη Δημητρίου", "Nguyễn Văn Hải|Trần Thị Ánh", "李明|王芳", "יוסף כהן", "محمد علي", "गीता शर्मा", "Dvořák", "Žižka", "Ян", "Ю", "É", "№ 5|«»|…", "100 €|£5|½", "🌼🌼🌼|❤️",
		"────────|════════", "Цыхрюк Жюль|Щегол Эжен", "Въезд Ёжик|Съёмщиков Эээ", "ФГБОУ ВПО МГТУ|ГБУЗ ГКБ №1|ОАО РЖД", "МКУ УЖКХ|ФКУ ЦХиСО ГУ МВД", "ул. Щорса, д. 5|ж/д пл. Ъ", "CHÂTEAU D’YQUEM|ÎLE DE RÉ",
		"A½|B¼|C¾", "Mr. Å|Ms. Ø", "50°С|–5°С", "раб|сад|рад", "кириллица|кириллица|кириллица|ÀA", "Мария Комарова|Пётр Фёдоров|Анна Элкина|ÅÆØ", strings.Repeat("Абвгд Жзийк|", 50) + "x",
	} {
		if _, _, err := read(withMail2, listOf(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Lines between the rows tell nothing of the letters.
func TestRuledLists(t *testing.T) {
	t.Parallel()
	for name, table := range map[string]*charmap.Charmap{"ibm866": charmap.CodePage866, "koi8-r": charmap.KOI8R} {
		for _, line := range []string{"────────", "════════", "░░░░░░░░", "────"} {
			r, records, err := read(withMail2, encode(t, table, "mail;name\r\n"+line+";"+line+"\r\na@example.com;Комарова Мария\r\n"+line+";"+line+"\r\n"))
			if err != nil || r.Encoding != name || len(records) != 3 || records[1].Cells[1] != "Комарова Мария" {
				t.Errorf("%s with %q: as %s, %v", name, line, r.Encoding, err)
			}
		}
	}
}
