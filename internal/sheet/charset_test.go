package sheet_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"onetap/internal/apperr"
	"onetap/internal/sheet"
)

const (
	someRussian = "Элкина Анна Юрьевна|Пётр Щукин|Яна Ёлкина|Комарова Мария Алексеевна|Дмитрий Объедков"
	someWestern = "Günther Müller|José Núñez|François Lefèvre|Björn Sjöström|Zoë Brontë|João Magalhães"
	somePolish  = "Łukasz Wiśniewski|Żaneta Zając|Grażyna Wójcik|Elżbieta Dąbrowska|Paweł Kamiński"
)

func listOf(names string) string {
	return "mail;name\r\n" + strings.Join(strings.Split("a@example.com;"+strings.ReplaceAll(names, "|", "|a@example.com;"), "|"), "\r\n") + "\r\n"
}

// A list of names in any encoding is read as it was written.
func TestEncodingIsRecognised(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		table *charmap.Charmap
		names string
	}{
		"windows-1251":   {charmap.Windows1251, someRussian},
		"koi8-r":         {charmap.KOI8R, someRussian},
		"ibm866":         {charmap.CodePage866, someRussian},
		"x-mac-cyrillic": {charmap.MacintoshCyrillic, someRussian},
		"windows-1252":   {charmap.Windows1252, someWestern},
		"macintosh":      {charmap.Macintosh, someWestern},
		"ibm850":         {charmap.CodePage850, someWestern},
		"windows-1250":   {charmap.Windows1250, somePolish},
		"windows-1254":   {charmap.Windows1254, "Gökhan Yıldız|Şule Çağlar|Ayşegül Öztürk|Çiğdem Şahin|İbrahim Güneş"},
		"iso-8859-5":     {charmap.ISO8859_5, someRussian},
		"iso-8859-2":     {charmap.ISO8859_2, somePolish},
		"ibm852":         {charmap.CodePage852, somePolish},
		"koi8-u":         {charmap.KOI8U, "Олексій Шевченко|Василь Ковальчук|Наталія Гнатюк|Ігор Мельник"},
	} {
		file := encode(t, c.table, listOf(c.names))
		r, records, err := read(withMail2, file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, rec := range records {
			got = append(got, rec.Cells[1])
		}
		if r.Encoding != name || strings.Join(got, "|") != c.names {
			t.Errorf("%s is read as %s: %q", name, r.Encoding, got)
		}
		for n, one := range strings.Split(c.names, "|") { // in a list of one it may be asked, but never read as something else
			r, records, err := read(withMail2, encode(t, c.table, listOf(one)))
			if err == nil && (len(records) != 1 || records[0].Cells[1] != one) {
				t.Errorf("%s, %d alone: read as %s: %d records", name, n, r.Encoding, len(records))
			}
			if err != nil && (!apperr.Is(err, "csv_encoding_unclear") || name == "windows-1251" || name == "windows-1252" || name == "koi8-r") {
				t.Errorf("%s, %d alone: %v", name, n, err)
			}
		}
		// After more than the start of plain text, in parts: decided once, by what is there.
		late := "mail;name\n" + strings.Repeat("b@example.com;Anna\n", 10_000) + strings.TrimPrefix(file, "mail;name\r\n")
		r, records, err = read(withMail2, late[:70_000], late[70_000:len(late)-60], late[len(late)-60:])
		if err != nil || r.Encoding != name || records[10_000].Cells[1] != strings.Split(c.names, "|")[0] {
			t.Errorf("late %s is read as %s, %v", name, r.Encoding, err)
		}
	}
}

func withMail2(cells []string) int {
	if cells[0] == "mail" {
		return 1
	}
	return 0
}

// What reads well in no encoding, and what was encoded twice, is asked about.
func TestEncodingIsAsked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, code string }{
		"noise":                       {"mail;name\na@example.com;\x81\xf2\x9d\xe8\xfe\x83\xd5\nb@example.com;\xff\xfe\x98\x8f\x90\xa0\xb5\xd7", "csv_encoding_unclear"},
		"Greek":                       {encode(t, charmap.ISO8859_7, listOf("Γιώργος Παπαδόπουλος|Ελένη Δημητρίου|Κώστας Νικολάου")), "csv_encoding_unclear"},
		"Arabic":                      {encode(t, charmap.Windows1256, listOf("عبد الله|محمد علي|فاطمة حسن")), "csv_encoding_unclear"},
		"Hebrew":                      {encode(t, charmap.Windows1255, listOf("יוסף כהן|שרה לוי|דוד מזרחי")), "csv_encoding_unclear"},
		"UTF-8 as windows-1252 again": {listOf("Ð\u0090Ð½Ð½Ð°|ÐŸÑ‘Ñ‚Ñ€"), "csv_encoded_twice"},
		"UTF-8 as windows-1251 again": {listOf("РђРЅРЅР°|РџС‘С‚СЂ"), "csv_encoded_twice"},
		"Müller twice":                {listOf("MÃ¼ller"), "csv_encoded_twice"},
	} {
		_, records, err := read(withMail2, c.file)
		if !apperr.Is(err, c.code) || len(records) > 0 {
			t.Errorf("%s: %v, %d records", name, err, len(records))
		}
	}
	for name, file := range map[string]string{
		"Portuguese capitals":   listOf("JOÃO|CONCEIÇÃO|SÃO PAULO"),
		"a single sign":         encode(t, charmap.Windows1251, listOf("Anna|Order №5")),
		"an apostrophe":         encode(t, charmap.Windows1252, listOf("Mary O’Neil|It’s fine – really")),
		"a price":               encode(t, charmap.Windows1252, listOf("Anna|£100|€200")),
		"Russian capitals":      encode(t, charmap.Windows1251, listOf("ЭЛКИНА АННА|ЩУКИН ПЁТР")),
		"Russian and Kazakh":    listOf("Нұрсұлтан Әбішұлы"),
		"one mojibake of many":  listOf("Анна|Пётр|Яна|MÃ¼ller"),
		"damaged UTF-8":         listOf("Анна|Пётр|Алексе\xd0"),
		"quotes and №":          encode(t, charmap.Windows1251, listOf("ООО «Ромашка» – №1|Иванов Пётр…")),
		"ordinary short things": encode(t, charmap.Windows1251, listOf("Я|Ю.|Ким Ю.|Ли")),
	} {
		if _, _, err := read(withMail2, file); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whoever uploads knows better.
func TestEncodingIsTold(t *testing.T) {
	t.Parallel()
	for told, c := range map[string]struct{ file, want string }{
		"koi8-r":         {encode(t, charmap.KOI8R, listOf("Яя")), "Яя"},
		"ibm866":         {encode(t, charmap.CodePage866, listOf("раб")), "раб"}, // bytes that are UTF-8 as well
		"x-mac-cyrillic": {encode(t, charmap.MacintoshCyrillic, listOf("Спартак")), "Спартак"},
		"macintosh":      {encode(t, charmap.Macintosh, listOf("Löwer")), "Löwer"},
		"windows-1251":   {encode(t, charmap.Windows1251, listOf("Ђ№џ")), "Ђ№џ"},
		"utf-8":          {listOf("Ð½Ð½Ð°"), "Ð½Ð½Ð°"},
		"utf-16le":       {wide("имя;mail\nАнна;a", false, false)[:0] + wide("mail;name\na;Анна", false, false), "Анна"},
	} {
		r := sheet.Reader{Said: told}
		var got []string
		err := r.Feed([]byte(c.file), true, withMail2, func(rec sheet.Record) { got = append(got, rec.Cells[1]) })
		if err != nil || len(got) != 1 || got[0] != c.want || r.Encoding != told {
			t.Errorf("%s: %q, %v, read as %s", told, got, err, r.Encoding)
		}
	}
	for said, want := range map[string]string{
		"CP1251": "windows-1251", "Windows-1251": "windows-1251", "win1251": "windows-1251", "koi8-r": "koi8-r", "KOI8_R": "koi8-r", "cp866": "ibm866", "IBM866": "ibm866", "DOS": "ibm866",
		"MacCyrillic": "x-mac-cyrillic", "MacRoman": "macintosh", "UTF8": "utf-8", "utf-16": "utf-16le", "latin1": "windows-1252", "ISO-8859-15": "iso-8859-15", "": "", "ebcdic": "", "cp1259": "",
	} {
		if got := sheet.Encoding(said); got != want {
			t.Errorf("Encoding(%q) = %q, want %q", said, got, want)
		}
	}
	r, _, err := read(withName, wide("имя;mail\nАнна;a\n", false, false))
	if err != nil || r.Encoding != "utf-16le" {
		t.Errorf("UTF-16 without a mark that begins in Russian: %s, %v", r.Encoding, err)
	}
}

func withName(cells []string) int {
	if cells[0] == "имя" {
		return 1
	}
	return 0
}

// A long list in UTF-8 is read whatever character the first 64 KB end in.
func TestLongListsAreCutAnywhere(t *testing.T) {
	t.Parallel()
	for pad := range 40 {
		file := "mail;name\n" + strings.Repeat("x", pad) + "@example.com;Анна\n" + strings.Repeat("b@example.com;Анна\n", 4000)
		if _, records, err := read(withMail2, file); err != nil || len(records) != 4001 || records[4000].Cells[1] != "Анна" {
			t.Errorf("moved by %d: %d records, %v", pad, len(records), err)
		}
	}
}
