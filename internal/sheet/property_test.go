package sheet_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"onetap/internal/sheet"
)

// cut splits a file at the given places, in any order, out of range or not.
func cut(file string, places []int) (parts []string) {
	from := 0
	for _, p := range places {
		if p %= len(file) + 1; p > from {
			parts = append(parts, file[from:p])
			from = p
		}
	}
	return append(parts, file[from:])
}

type failer interface{ Fatalf(string, ...any) }

// checkCuts reads a file whole and in parts and wants the same; and every line must be somewhere, once.
func checkCuts(t failer, file string, places ...int) {
	whole, records, err := read(withMail, file)
	parts := cut(file, places)
	again, others, err2 := read(withMail, parts...)
	if fmt.Sprint(err) != fmt.Sprint(err2) {
		t.Fatalf("whole: %v; in %d parts: %v", err, len(parts), err2)
	}
	if err != nil {
		return
	}
	if !reflect.DeepEqual(records, others) { // quicker than cmp.Diff, which then says where
		t.Fatalf("in %d parts other records: %.2000s", len(parts), cmp.Diff(records, others))
	}
	if d := cmp.Diff(exported(whole), exported(again)); d != "" {
		t.Fatalf("in %d parts another state: %s", len(parts), d)
	}
	sum, next := whole.Blank+whole.Aside, 0
	for _, r := range records {
		if r.Line < next || r.Lines < 1 || r.Line+r.Lines-1 > whole.Line {
			t.Fatalf("record at %d of %d lines after line %d, of %d", r.Line, r.Lines, next-1, whole.Line)
		}
		next = r.Line + r.Lines
		sum += r.Lines
	}
	if sum != whole.Line {
		t.Fatalf("%d lines in records and counts, %d read", sum, whole.Line)
	}
	text := file
	if strings.HasPrefix(whole.Encoding, "utf-16") || strings.Contains(file, "\x00") {
		return
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	lines := strings.Count(text, "\n")
	if !strings.HasSuffix(text, "\n") && text != "" {
		lines++
	}
	if lines != whole.Line {
		t.Fatalf("the file has %d lines, %d read", lines, whole.Line)
	}
}

func exported(r sheet.Reader) string {
	state, _ := json.Marshal(r)
	return string(state)
}

// hostile makes files of the pieces that matter.
var hostile = rapid.Custom(func(t *rapid.T) string {
	pieces := rapid.SampledFrom([]string{
		"mail", "mail;name\n", "mail,name\r\n", "a", "b", ";", ";", ",", "\t", "|", "\"", "\"", "\"\"", "\n", "\n", "\r\n", "\r", " ",
		"я", "Ё", "\xcf\xf0", "\xb9", "\xd0", "😀", "\u00a0", "\u200b", "sep=;\n", strings.Repeat("y", 70_000), strings.Repeat("z;\n", 10_000),
	})
	return strings.Join(rapid.SliceOfN(pieces, 0, 25).Draw(t, "pieces"), "")
})

func TestCutsChangeNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		file := rapid.SampledFrom([]string{"", "mail;name\n", "mail,name\r\n", "\ufeffmail\tname\r"}).Draw(t, "start") + hostile.Draw(t, "file")
		if rapid.Bool().Draw(t, "wide") && len(file) < 10_000 {
			file = wide(file, rapid.Bool().Draw(t, "big"), true)
		}
		checkCuts(t, file, rapid.SliceOfN(rapid.IntRange(0, max(1, len(file))), 0, 10).Draw(t, "cuts")...)
	})
}

// Every place to cut, one byte at a time, of a file that has everything.
func TestEveryCut(t *testing.T) {
	t.Parallel()
	file := "Отчёт\r\n\r\nmail;имя;\"о\r\nнас\"\r\n\"a\"\"b\";Пётр;\"x\ry\n\nz\"\r\rq;\"w;\r\ne\n;\"t\" ;\"u\"v\n\"\"\r\nЁ;\xcf\xf0;😀\n\"end"
	for i := range file {
		checkCuts(t, file, i)
		checkCuts(t, wide(file, i%2 == 0, true), i, i+1, i+3)
	}
	all := make([]int, len(file))
	for i := range all {
		all[i] = i
	}
	checkCuts(t, file, all...)
}

func FuzzCuts(f *testing.F) {
	raw, err := os.ReadFile("testdata/blns.json")
	if err != nil {
		f.Fatal(err)
	}
	var naughty []string
	if err := json.Unmarshal(raw, &naughty); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("mail;name\n"+strings.Join(naughty, ";x\n")), 17, 4000)
	f.Add([]byte("mail;name\n\"a;b\nc;\"d\";e\r\rf;g"), 12, 20)
	f.Add([]byte("\xff\xfem\x00a\x00i\x00l\x00\n\x00x\x00"), 3, 7)
	f.Fuzz(func(t *testing.T, file []byte, a, b int) {
		checkCuts(t, string(file), max(0, a), max(0, b))
		checkCuts(t, "mail;name\n"+string(file), max(0, a), max(0, b))
	})
}

// What encoding/csv writes comes back as it was, whatever is in it, in both encodings.
func TestWellFormed(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/blns.json")
	if err != nil {
		t.Fatal(err)
	}
	var naughty []string
	if err := json.Unmarshal(raw, &naughty); err != nil {
		t.Fatal(err)
	}
	harmless := func(s string) bool { return !strings.ContainsAny(s, "\x00\ufffd") && strings.ToValidUTF8(s, "") == s }
	text := rapid.OneOf(rapid.SampledFrom(naughty), rapid.String(), rapid.StringMatching(`[а-яё ;,"\r\n]{0,8}`)).Filter(harmless)
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 5).Draw(t, "width")
		var rows [][]string
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		w.Comma = rapid.SampledFrom([]rune{';', ',', '\t', '|'}).Draw(t, "separator")
		head := make([]string, width)
		head[0] = "mail"
		for i := range head[1:] {
			head[i+1] = "кириллица" // tells the encoding: these cells alone might be either
		}
		cyrillic := rapid.Bool().Draw(t, "windows-1251")
		_ = w.Write(head)
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			row := rapid.SliceOfN(text, width, width).Draw(t, "row")
			row[0] = "x"
			if cyrillic {
				for i := range row {
					row[i], _ = charmap.Windows1251.NewEncoder().String(row[i])
					row[i], _ = charmap.Windows1251.NewDecoder().String(row[i])
				}
			}
			rows = append(rows, row)
			_ = w.Write(row)
		}
		w.Flush()
		content := file.String()
		if cyrillic {
			var err error
			if content, err = charmap.Windows1251.NewEncoder().String(content); err != nil {
				t.Skip("not in windows-1251")
			}
		}
		told := ""
		if cyrillic {
			told = "windows-1251" // words of any letters are no evidence
		}
		r, records, err := readAs(told, withMail, cut(content, []int{rapid.IntRange(0, 1000).Draw(t, "cut")})...)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if r.Separator != string(w.Comma) {
			t.Skip("a heading that serves under another separator as well")
		}
		var got [][]string
		for _, rec := range records {
			got = append(got, rec.Cells)
		}
		if d := cmp.Diff(rows, got); d != "" {
			t.Fatalf("%q: %s", content, d)
		}
	})
}

// Files made to be slow: the time must stay in proportion to the length.
func TestHostileFilesAreQuick(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"\"\n", "\"a;b\n", ";\"\"\"\n", "x\"y,\"z\n", "\"\"\"\"a\n", "\"\"\n", "a\"\n", "\"\r", ";", "\"a\" b;\"c\n", "\n\"\"", " \n", " ", "\" "} {
		file := "mail;name\n" + strings.Repeat(line, 1<<20/len(line))
		start := time.Now()
		if _, _, err := read(withMail, file); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if took := time.Since(start); took > 30*time.Second { // 0.1 s on an idle machine; a square law would take minutes
			t.Errorf("1 MB of %q took %v", line, took)
		} else {
			t.Logf("1 MB of %q took %v", line, took)
		}
	}
}

func BenchmarkReader(b *testing.B) {
	line := "1042;Петрова Анна Сергеевна;anna.petrova@example.ru;+7 916 123-45-67;Москва;Мария Ким;\"Сервис \"\"Плюс\"\"\";1 200 000 ₽\r\n"
	file := []byte("id;имя;mail;телефон;город;ответственный;продукт;выручка\r\n" + strings.Repeat(line, 20_000))
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		var r sheet.Reader
		rows := 0
		if err := r.Feed(file, true, withMail, func(sheet.Record) { rows++ }); err != nil || rows != 20_000 {
			b.Fatal(rows, err)
		}
	}
	b.ReportMetric(20_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
