package sheet_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"onetap/internal/apperr"
	"onetap/internal/sheet"
)

// read feeds a list in parts cut at the given places and keeps the reader as JSON in between.
func read(heading func([]string) int, parts ...string) (r sheet.Reader, records []sheet.Record, err error) {
	return readAs("", heading, parts...)
}

func readAs(told string, heading func([]string) int, parts ...string) (r sheet.Reader, records []sheet.Record, err error) {
	r.Said = told
	for i, part := range parts {
		err = r.Feed([]byte(part), i == len(parts)-1, heading, func(rec sheet.Record) {
			rec.Cells = append([]string(nil), rec.Cells...)
			records = append(records, rec)
		})
		if err != nil {
			return r, records, err
		}
		state, err := json.Marshal(r)
		if err != nil {
			return r, records, err
		}
		r = sheet.Reader{}
		if err := json.Unmarshal(state, &r); err != nil {
			return r, records, err
		}
	}
	return r, records, nil
}

// firstLine takes the first record for the headings.
func firstLine([]string) int { return 1 }

// withMail takes the record with a cell "mail" for the headings.
func withMail(cells []string) (score int) {
	for _, c := range cells {
		if strings.TrimSpace(c) == "mail" {
			score = 100
		}
	}
	return score
}

func TestSpectrum(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/csv-spectrum/csvs/*.csv")
	if err != nil || len(files) != 12 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile("testdata/csv-spectrum/json/" + strings.TrimSuffix(filepath.Base(file), ".csv") + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if want = bytes.TrimSpace(want); want[0] == '{' { // a list of one
			want = fmt.Appendf(nil, "[%s]", want)
		}
		var objects []map[string]string
		if err := json.Unmarshal(want, &objects); err != nil {
			t.Fatal(err)
		}
		r, records, err := read(firstLine, string(raw))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		got := []map[string]string{}
		for _, rec := range records {
			o := map[string]string{}
			for i, c := range rec.Cells {
				o[r.Heading[i]] = c
			}
			got = append(got, o)
		}
		if filepath.Base(file) == "location_coordinates.csv" { // its JSON has another telephone number; broken characters go
			objects[0]["Contact Phone Number"] = "2095257564"
			objects[0]["Location Coordinates"] = strings.ReplaceAll(objects[0]["Location Coordinates"], "\ufffd", "")
		}
		if filepath.Base(file) == "newlines_crlf.csv" { // its quoted newline is a bare LF, in its JSON CRLF
			objects[1]["a"] = "Once upon \na time"
		}
		if d := cmp.Diff(objects, got); d != "" {
			t.Errorf("%s: %s", file, d)
		}
	}
}

func encode(t testing.TB, m *charmap.Charmap, text string) string {
	t.Helper()
	out, err := m.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func wide(text string, big, mark bool) string {
	var out strings.Builder
	if mark {
		text = "\ufeff" + text
	}
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			out.Write([]byte{byte(u >> 8), byte(u)})
		} else {
			out.Write([]byte{byte(u), byte(u >> 8)})
		}
	}
	return out.String()
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	const text = "mail;имя\r\na@example.ru;Пётр «Первый» – №1\r\nb@example.ru;Ё\r\n"
	late := "mail;name\n" + strings.Repeat("a@example.ru;Anna\n", 10_000)
	for name, c := range map[string]struct{ file, encoding, last string }{
		"utf-8":                         {text, "utf-8", "Ё"},
		"utf-8 with a mark":             {"\ufeff" + text, "utf-8", "Ё"},
		"windows-1251":                  {encode(t, charmap.Windows1251, text), "windows-1251", "Ё"},
		"utf-16le with a mark":          {wide(text, false, true), "utf-16le", "Ё"},
		"utf-16be with a mark":          {wide(text, true, true), "utf-16be", "Ё"},
		"utf-16le without a mark":       {wide(text, false, false), "utf-16le", "Ё"},
		"utf-16be without a mark":       {wide(text, true, false), "utf-16be", "Ё"},
		"utf-16 beyond 16 bits":         {wide("mail\tname\na@example.ru\t😀", false, true), "utf-16le", "😀"},
		"ascii":                         {late, "utf-8", "Anna"},
		"windows-1251 after 180 KB":     {late + encode(t, charmap.Windows1251, "b@example.ru;Анна"), "windows-1251", "Анна"},
		"utf-8 after 180 KB":            {late + "b@example.ru;Анна", "utf-8", "Анна"},
		"windows-1252":                  {encode(t, charmap.Windows1252, "mail;name\na@example.com;Müller\nb@example.com;José Créée"), "windows-1252", "José Créée"},
		"a Latin word in windows-1251":  {encode(t, charmap.Windows1251, "mail;имя\na@example.ru;VIPы"), "windows-1251", "VIPы"},
		"one line of another encoding":  {text + encode(t, charmap.Windows1251, "c@example.ru;Анна"), "utf-8", "Анна"},
		"windows-1251 that looks utf-8": {encode(t, charmap.Windows1251, "mail;имя\na@example.ru;Анна\nb@example.ru;Т№"), "windows-1251", "Т№"},
		"utf-8 cut in a character":      {text + "c@example.ru;Алексе\xd0\n", "utf-8", "Алексе"},
	} {
		r, records, err := read(withMail, c.file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.Encoding != c.encoding {
			t.Errorf("%s: read as %s", name, r.Encoding)
		}
		if last := records[len(records)-1]; last.Cells[1] != c.last || last.Broken != (name == "utf-8 cut in a character") {
			t.Errorf("%s: %q, broken %v; want %q", name, last.Cells, last.Broken, c.last)
		}
	}
}

func TestHeading(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, separator string
		line, blank     int // of the reader when all is done
		aside           int
		first           []string
	}{
		{"mail;name\nx;y\n", ";", 2, 0, 1, []string{"x", "y"}},
		{"mail,name\nx,y\n", ",", 2, 0, 1, []string{"x", "y"}},
		{"mail\tname\nx\ty\n", "\t", 2, 0, 1, []string{"x", "y"}},
		{"mail|name\nx|y\n", "|", 2, 0, 1, []string{"x", "y"}},
		{"sep=;\r\nmail;name, title\r\nx;y,z\r\n", ";", 3, 0, 2, []string{"x", "y,z"}},
		{"\"sep=^\"\nmail^name\nx^y\n", "^", 3, 0, 2, []string{"x", "y"}},
		{"sep=\t\nmail\tname\nx\ty\n", "\t", 3, 0, 2, []string{"x", "y"}},
		{"mail\nx@y\n", ";", 2, 0, 1, []string{"x@y"}},
		{"a,b,c;mail;x,y\n1,2,3;4;5\n", ";", 2, 0, 1, []string{"1,2,3", "4", "5"}},
		{"\"a;b\",mail,\"x;y\"\n1;2,3,4\n", ",", 2, 0, 1, []string{"1;2", "3", "4"}},
		{"\n;;\nОтчёт по клиентам;;\n\"за\nгод\"\n\nname;mail;\nx;y;z", ";", 8, 3, 4, []string{"x", "y", "z"}},
		{"mail;name\r\rx;y\r", ";", 3, 1, 1, []string{"x", "y"}}, // CR alone
		{"mail;name\r\r\nx;y", ";", 3, 1, 1, []string{"x", "y"}}, // CRLF written as text twice
	} {
		r, records, err := read(withMail, c.file)
		if err != nil || len(records) == 0 {
			t.Errorf("%q: %d records, %v", c.file, len(records), err)
			continue
		}
		if d := cmp.Diff(c.first, records[0].Cells); d != "" || r.Separator != c.separator {
			t.Errorf("%q: separator %q: %s", c.file, r.Separator, d)
		}
		if r.Line != c.line || r.Blank != c.blank || r.Aside != c.aside {
			t.Errorf("%q: %d lines, %d blank, %d aside", c.file, r.Line, r.Blank, r.Aside)
		}
	}
	_, _, err := read(withMail, "name;phone\nx;1\ny;2\n")
	var none *sheet.NoHeadingError
	if !errors.As(err, &none) || len(none.Rows) != 3 || len(none.Rows[0]) != 2 {
		t.Errorf("without headings: %v, %v", err, none)
	}
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	for file, code := range map[string]string{
		"":                          "csv_empty",
		"\ufeff":                    "csv_empty",
		" \r\n;;;\n\n":              "csv_empty",
		strings.Repeat("\n", 1<<17): "csv_empty",
		"PK\x03\x04\x14\x00":        "csv_workbook",
		"\xd0\xcf\x11\xe0\xa1\xb1":  "csv_xls",
		"\xd0\xcf\x11\xe0\xa1\xb1" + strings.Repeat("\x00", 500) + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00": "csv_password",
		"%PDF-1.7\n":             "csv_pdf",
		"\x89PNG\r\n\x1a\n":      "csv_binary",
		"mail;name\nx\x00y;z":    "csv_binary",
		"<!DOCTYPE html><table>": "csv_markup",
		"\ufeff\n<html>":         "csv_markup",
		`{"mail":"x"}`:           "csv_markup",
	} {
		if _, _, err := read(withMail, file); !apperr.Is(err, code) {
			t.Errorf("%.20q: %v, want %s", file, err, code)
		}
	}
	r, _, err := read(withMail, "mail\nx\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Feed([]byte("y"), true, withMail, func(sheet.Record) {}); !apperr.Is(err, "csv_ended") {
		t.Errorf("after the end: %v", err)
	}
}

func TestQuotes(t *testing.T) {
	t.Parallel()
	type row struct {
		Line, Lines int
		Cells       []string
		Fault       sheet.Fault
	}
	long := strings.Repeat("x", sheet.MaxRow)
	for name, c := range map[string]struct {
		body string
		want []row
	}{
		"newlines":               {"\"a\r\nb\rc\nd\";e\nf;g", []row{{2, 4, []string{"a\r\nb\rc\nd", "e"}, ""}, {6, 1, []string{"f", "g"}, ""}}},
		"doubled":                {`"a ""b"" c";"""d"""`, []row{{2, 1, []string{`a "b" c`, `"d"`}, ""}}},
		"bare":                   {`ООО "Ромашка";a"b`, []row{{2, 1, []string{`ООО "Ромашка"`, `a"b`}, ""}}},
		"text behind":            {`"Ромашка" ООО;b`, []row{{2, 1, []string{`"Ромашка" ООО`, "b"}, ""}}},
		"not doubled":            {`"ООО "Ромашка"";b`, []row{{2, 1, []string{`"ООО "Ромашка""`, "b"}, ""}}},
		"spaces around":          {`a; "b;c" ;d`, []row{{2, 1, []string{"a", "b;c", "d"}, ""}}},
		"empty":                  {`"";a;""`, []row{{2, 1, []string{"", "a", ""}, ""}}},
		"stray, closed below":    {"\"a;b\nc;\"d\";e\nf;g", []row{{2, 1, nil, "quote_open"}, {3, 1, []string{"c", "d", "e"}, ""}, {4, 1, []string{"f", "g"}, ""}}},
		"stray, never closed":    {"a;\"b\nc;d\ne;f\n", []row{{2, 1, nil, "quote_open"}, {3, 1, []string{"c", "d"}, ""}, {4, 1, []string{"e", "f"}, ""}}},
		"stray in the last":      {"a;b\nc;\"d", []row{{2, 1, []string{"a", "b"}, ""}, {3, 1, nil, "quote_open"}}},
		"stray, far from any":    {"\"a\n" + strings.Repeat("x;y\n", 20_000), nil},
		"too long":               {long + ";y\r\na;b", []row{{2, 1, nil, "row_too_long"}, {3, 1, []string{"a", "b"}, ""}}},
		"too long, the last":     {"a;b\n" + long + "x", []row{{2, 1, []string{"a", "b"}, ""}, {3, 1, nil, "row_too_long"}}},
		"as long as can be":      {long[2:] + ";\na;b", []row{{2, 1, []string{long[2:], ""}, ""}, {3, 1, []string{"a", "b"}, ""}}},
		"one less than too long": {long[1:] + "\na;b", []row{{2, 1, []string{long[1:]}, ""}, {3, 1, []string{"a", "b"}, ""}}},
		"zero byte":              {strings.Repeat("x;y\n", 17_000) + "a\x00;b\nc;d", nil},
	} {
		_, records, err := read(withMail, "mail;name\n"+c.body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []row
		for _, r := range records {
			got = append(got, row{r.Line, r.Lines, r.Cells, r.Fault})
		}
		switch name {
		case "stray, far from any":
			if len(got) != 20_001 || got[0].Fault != sheet.QuoteOpen || records[0].Start != `"a` || got[1].Line != 3 {
				t.Errorf("%s: %d records, the first %v", name, len(got), got[0])
			}
		case "zero byte":
			if len(got) != 17_002 || got[17_000].Fault != sheet.RowBinary || got[17_001].Cells[0] != "c" {
				t.Errorf("%s: %d records", name, len(got))
			}
		default:
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("%s: %.2000s", name, d)
			}
		}
	}
}
