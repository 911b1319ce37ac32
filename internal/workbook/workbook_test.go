package workbook_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"onetap/internal/apperr"
	"onetap/internal/sheet"
	"onetap/internal/workbook"
)

// book makes a workbook; change fills its first sheet, Sheet1.
func book(t testing.TB, change func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	change(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func row(t testing.TB, f *excelize.File, sheet, cell string, values ...any) {
	t.Helper()
	if err := f.SetSheetRow(sheet, cell, &values); err != nil {
		t.Fatal(err)
	}
}

func style(t testing.TB, f *excelize.File, s excelize.Style, cells ...string) {
	t.Helper()
	id, err := f.NewStyle(&s)
	for _, cell := range cells {
		if err == nil {
			err = f.SetCellStyle("Sheet1", cell, cell, id)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func unpacked(t testing.TB, p sheet.WorkbookPiece) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(p.CSV))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(string(b), "\ufeff")
}

// csvOf reads a workbook whole.
func csvOf(t testing.TB, file []byte, name string) string {
	t.Helper()
	p, err := workbook.Read(file, name, 0)
	if err != nil || len(p.Sheets) > 0 || p.Next != 0 {
		t.Fatalf("sheets %v, next %d: %v", p.Sheets, p.Next, err)
	}
	return unpacked(t, p)
}

// Cells are as Excel shows them; telephones and ids are whole, lines are rows.
func TestCellsAreAsShown(t *testing.T) {
	t.Parallel()
	file := book(t, func(f *excelize.File) {
		row(t, f, "Sheet1", "A1", "Выгрузка из CRM")
		row(t, f, "Sheet1", "A4", "Почта", "Телефон", "Договор", "Дата", "Сумма", "Индекс", "Комментарий", "VIP", "Итог", "Карта", "Код")
		day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
		row(t, f, "Sheet1", "A5", "anna@example.ru", 79161234567, 123456789012345.0, day, 1200000.5, 1234, "Звонить\nпосле; \"обеда\"", true, nil, "1234567890123456", "1E5")
		row(t, f, "Sheet1", "A7", "boris@example.ru", 79161234567, 7.9161234567e10, day, 0.25, 42, "'=1+1", false)
		style(t, f, excelize.Style{NumFmt: 11}, "B7", "C5") // 0.00E+00
		style(t, f, excelize.Style{CustomNumFmt: ptr("0.0E+00")}, "C7")
		style(t, f, excelize.Style{NumFmt: 14}, "D5")
		style(t, f, excelize.Style{CustomNumFmt: ptr("dd.mm.yyyy")}, "D7")
		style(t, f, excelize.Style{NumFmt: 4}, "E5") // #,##0.00
		style(t, f, excelize.Style{NumFmt: 9}, "E7") // 0%
		style(t, f, excelize.Style{CustomNumFmt: ptr("000000")}, "F5", "F7")
		if err := f.SetCellFormula("Sheet1", "I5", "E5*2"); err != nil {
			t.Fatal(err)
		}
	})
	want := "Выгрузка из CRM\n\n\n" +
		"Почта;Телефон;Договор;Дата;Сумма;Индекс;Комментарий;VIP;Итог;Карта;Код\n" +
		"anna@example.ru;79161234567;123456789012345;2026-11-20;1,200,000.50;001234;\"Звонить после; \"\"обеда\"\"\";TRUE;;1234567890123456;1E5\n\n" +
		"boris@example.ru;79161234567;79161234567;20.11.2026;25%;000042;'=1+1;FALSE\n"
	if d := cmp.Diff(want, csvOf(t, file, "")); d != "" {
		t.Error(d)
	}
}

func ptr(s string) *string { return &s }

// What a formula came to stands in the file; a workbook that counts days from 1904 has the same dates.
func TestFormulasAnd1904(t *testing.T) {
	t.Parallel()
	file := book(t, func(f *excelize.File) {
		on := true
		if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &on}); err != nil {
			t.Fatal(err)
		}
		row(t, f, "Sheet1", "A1", "email", "since", "name")
		row(t, f, "Sheet1", "A2", "anna@example.com", time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), "x")
		style(t, f, excelize.Style{CustomNumFmt: ptr("yyyy-mm-dd")}, "B2")
	})
	file = edited(t, file, "xl/worksheets/sheet1.xml", func(xml string) string { // as Excel saves a formula
		const was = `<row r="2"`
		at := strings.Index(xml, was)
		end := at + strings.Index(xml[at:], "</row>")
		return xml[:end] + `<c r="D2" t="str"><f>UPPER(A2)</f><v>ANNA@EXAMPLE.COM</v></c><c r="E2"><f>1+1</f><v>2</v></c>` + xml[end:]
	})
	if d := cmp.Diff("email;since;name\nanna@example.com;2026-11-20;x;ANNA@EXAMPLE.COM;2\n", csvOf(t, file, "")); d != "" {
		t.Error(d)
	}
}

// Merged cells repeat their text in each of their rows: headings of two rows, a team beside its people.
func TestMergedCells(t *testing.T) {
	t.Parallel()
	file := book(t, func(f *excelize.File) {
		row(t, f, "Sheet1", "A1", "Отдел", "Контакты")
		row(t, f, "Sheet1", "B2", "Почта", "Телефон")
		row(t, f, "Sheet1", "A3", "Север", "anna@example.ru", "1")
		row(t, f, "Sheet1", "B4", "boris@example.ru", "2")
		row(t, f, "Sheet1", "A5", "Юг", "vera@example.ru", "3")
		for _, r := range [][2]string{{"A1", "A2"}, {"B1", "C1"}, {"A3", "A4"}} {
			if err := f.MergeCell("Sheet1", r[0], r[1]); err != nil {
				t.Fatal(err)
			}
		}
	})
	want := "Отдел;Контакты\nОтдел;Почта;Телефон\nСевер;anna@example.ru;1\nСевер;boris@example.ru;2\nЮг;vera@example.ru;3\n"
	if d := cmp.Diff(want, strings.ReplaceAll(csvOf(t, file, ""), "Контакты;", "Контакты")); d != "" {
		t.Error(d)
	}
}

// Of several sheets the one with a list is read, whatever is hidden or a note; of several lists one is asked for.
func TestSheets(t *testing.T) {
	t.Parallel()
	file := book(t, func(f *excelize.File) {
		row(t, f, "Sheet1", "A1", "О файле")
		row(t, f, "Sheet1", "A2", "выгружено вчера")
		for _, name := range []string{"Клиенты", "Старые", "Пусто"} {
			if _, err := f.NewSheet(name); err != nil {
				t.Fatal(err)
			}
		}
		row(t, f, "Клиенты", "A1", "Почта")
		row(t, f, "Клиенты", "A2", "anna@example.ru")
		row(t, f, "Старые", "A1", "Почта")
		row(t, f, "Старые", "A2", "old@example.ru")
		if err := f.SetSheetVisible("Старые", false); err != nil {
			t.Fatal(err)
		}
	})
	if got := csvOf(t, file, ""); got != "Почта\nanna@example.ru\n" {
		t.Errorf("the sheet with a list: %q", got)
	}
	two := book(t, func(f *excelize.File) {
		for _, name := range []string{"Sheet1", "Second"} {
			if _, err := f.NewSheet(name); err != nil {
				t.Fatal(err)
			}
			row(t, f, name, "A1", "email")
			row(t, f, name, "A2", strings.ToLower(name)+"@example.com")
		}
	})
	p, err := workbook.Read(two, "", 0)
	if err != nil || cmp.Diff([]string{"Sheet1", "Second"}, p.Sheets) != "" || p.CSV != nil {
		t.Errorf("two lists: %v, %v", p.Sheets, err)
	}
	if got := csvOf(t, two, "Second"); got != "email\nsecond@example.com\n" {
		t.Errorf("the second: %q", got)
	}
	if _, err := workbook.Read(two, "Third", 0); !apperr.Is(err, "workbook_sheet_unknown") {
		t.Errorf("the third: %v", err)
	}
}

// A file that is unfit gets its own problem, and none makes the function unpack more than it may.
func TestUnfitFiles(t *testing.T) {
	t.Parallel()
	good := book(t, func(f *excelize.File) {
		row(t, f, "Sheet1", "A1", "email")
		row(t, f, "Sheet1", "A2", "anna@example.com")
	})
	cut := edited(t, good, "xl/worksheets/sheet1.xml", func(xml string) string { return xml[:strings.Index(xml, "</sheetData>")] })
	bomb := edited(t, good, "xl/media/image1.png", func(string) string { return strings.Repeat("\x00", 40<<20) })
	spread := edited(t, good, "xl/worksheets/sheet1.xml", func(xml string) string {
		return strings.Replace(xml, "<sheetData>", "<sheetData>"+strings.Repeat(`<row r="1"/>`, 1<<20), 1)
	})
	liar := bytes.Clone(good) // claims sizes that are not so
	for at := 0; ; at++ {
		next := bytes.Index(liar[at:], []byte("PK\x01\x02"))
		if next < 0 {
			break
		}
		at += next
		copy(liar[at+24:], []byte{9, 0, 0, 0})
	}
	many := zipOf(t, func(z *zip.Writer) {
		for i := range workbook.MaxEntries + 1 {
			z.Create(fmt.Sprintf("xl/%d.xml", i))
		}
	})
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"cut short":     {good[:len(good)-100], "workbook_broken"},
		"flipped":       {flipped(good), "workbook_broken"},
		"a sheet cut":   {cut, "workbook_broken"},
		"no zip":        {[]byte("PK\x03\x04\x14\x00\x06\x00"), "workbook_broken"},
		"a bomb":        {bomb, "workbook_large"},
		"a sheet bomb":  {spread, "workbook_large"},
		"lying sizes":   {liar, "workbook_broken"},
		"many entries":  {many, "workbook_large"},
		"ods":           {named(t, "mimetype", "content.xml", "styles.xml"), "workbook_ods"},
		"xlsb":          {named(t, "xl/workbook.bin"), "workbook_binary"},
		"docx":          {named(t, "word/document.xml"), "workbook_other"},
		"numbers":       {named(t, "Index/Document.iwa"), "workbook_numbers"},
		"a csv in it":   {named(t, "list.csv"), "workbook_other"},
		"nothing in it": {book(t, func(*excelize.File) {}), "workbook_empty"},
		"locked zip":    {locked(good), "workbook_password"},
	} {
		if _, err := workbook.Read(c.file, "", 0); !apperr.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if got := csvOf(t, edited(t, good, "docProps/odd.bin", func(string) string { return strings.Repeat("odd ", 1000) }), ""); got != "email\nanna@example.com\n" {
		t.Errorf("an entry that nobody knows: %q", got)
	}
}

// flipped changes a byte in the middle of the longest entry.
func flipped(file []byte) []byte {
	at := bytes.Index(file, []byte("xl/worksheets/sheet1.xml"))
	bad := bytes.Clone(file)
	bad[at+60] ^= 0xff
	return bad
}

// locked marks every entry as encrypted.
func locked(file []byte) []byte {
	bad := bytes.Clone(file)
	for at := 0; ; {
		next := bytes.Index(bad[at:], []byte("PK\x01\x02"))
		if next < 0 {
			return bad
		}
		at += next
		bad[at+8] |= 1
		at++
	}
}

func zipOf(t testing.TB, fill func(*zip.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	fill(z)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func named(t testing.TB, names ...string) []byte {
	return zipOf(t, func(z *zip.Writer) {
		for _, name := range names {
			z.Create(name)
		}
	})
}

// edited writes a workbook anew with one entry changed, or added.
func edited(t testing.TB, file []byte, name string, change func(string) string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return zipOf(t, func(z *zip.Writer) {
		there := false
		for _, entry := range in.File {
			r, err := entry.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if entry.Name == name {
				there, text = true, []byte(change(string(text)))
			}
			w, _ := z.Create(entry.Name)
			w.Write(text)
		}
		if !there {
			w, _ := z.Create(name)
			w.Write([]byte(change("")))
		}
	})
}

// A workbook whose CSV does not fit one answer comes in pieces that make it whole.
func TestPieces(t *testing.T) {
	t.Parallel()
	file := large(t, 3_000)
	whole, pieces, from := "", 0, 0
	for {
		p, err := workbook.ReadPieces(file, "", from, 60_000)
		if err != nil {
			t.Fatal(err)
		}
		whole += unpacked(t, p)
		if len(p.CSV) > 100_000 {
			t.Errorf("a piece of %d bytes", len(p.CSV))
		}
		if pieces++; p.Next == 0 {
			break
		}
		from = p.Next
	}
	lines := strings.Split(strings.TrimSuffix(whole, "\n"), "\n")
	if len(lines) != 3_001 || pieces < 2 || !strings.HasPrefix(lines[3_000], "c2999@example.com;") {
		t.Errorf("%d lines in %d pieces", len(lines), pieces)
	}
	t.Logf("%d bytes, %d pieces", len(file), pieces)
}

// large makes a list of n people with ten columns that are hard to pack.
func large(t testing.TB, n int) []byte {
	t.Helper()
	return book(t, func(f *excelize.File) {
		w, err := f.NewStreamWriter("Sheet1")
		if err == nil {
			err = w.SetRow("A1", []any{"email", "name", "phone", "manager", "team", "city", "contract", "since", "value", "comment"})
		}
		seed := uint64(1)
		for i := 0; i < n && err == nil; i++ {
			seed = seed*6364136223846793005 + 1442695040888963407
			err = w.SetRow(fmt.Sprintf("A%d", i+2), []any{
				fmt.Sprintf("c%d@example.com", i), fmt.Sprintf("Клиент Номер %x", seed), 79160000000 + seed%10_000_000, "kim", "Север", "Тверь",
				fmt.Sprintf("Д-%x", seed>>7), 45000 + seed%1000, float64(seed%1_000_000) / 7, fmt.Sprintf("%x %x", seed>>3, seed*31),
			})
		}
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			t.Fatal(err)
		}
	})
}
