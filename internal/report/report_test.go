package report

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

var columns = []Column{{"Когда", Moment}, {"Score", Whole}, {"NPS", Decimal}, {"Comment", Text}}

// some are n rows, each of which says which it is.
func some(t *testing.T, from, n int) []Row {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{time.Date(2026, 3, 29, 22, 30, i%60, 0, time.UTC).In(zone), (from + i) % 11, float64(from+i) / 4, fmt.Sprintf("said %d <&> \"x\"\nnext", from+i)}
	}
	return rows
}

// whole writes a file in one go.
func whole(t *testing.T, table Table, rows []Row) []byte {
	t.Helper()
	e, err := NewEncoder(table, State{})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Add(rows); err != nil {
		t.Fatal(err)
	}
	return ended(t, e)
}

func ended(t *testing.T, e Encoder) []byte {
	t.Helper()
	if err := e.End(); err != nil {
		t.Fatal(err)
	}
	piece, err := e.Piece()
	if err != nil {
		t.Fatal(err)
	}
	return piece
}

func TestCSVOfCountries(t *testing.T) {
	t.Parallel()
	rows := append(some(t, 2, 1), Row{nil, nil, nil, "=HYPERLINK(\"http://example.com\")"}, Row{nil, nil, -0.5, "+79130000000"}, Row{nil, nil, nil, "-1+1"}, Row{nil, nil, nil, "@sum"}, Row{nil, nil, nil, "-5,5"})
	for language, want := range map[string]string{
		"ru": "\uFEFFКогда;Score;NPS;Comment\r\n30.03.2026 01:30:00;2;0,5;\"said 2 <&> \"\"x\"\"\nnext\"\r\n;;;\"'=HYPERLINK(\"\"http://example.com\"\")\"\r\n;;-0,5;+79130000000\r\n;;;'-1+1\r\n;;;'@sum\r\n;;;-5,5\r\n",
		"en": "\uFEFFКогда,Score,NPS,Comment\r\n2026-03-30 01:30:00,2,0.5,\"said 2 <&> \"\"x\"\"\nnext\"\r\n,,,\"'=HYPERLINK(\"\"http://example.com\"\")\"\r\n,,-0.5,+79130000000\r\n,,,'-1+1\r\n,,,'@sum\r\n,,,\"-5,5\"\r\n",
	} {
		if got := string(whole(t, Table{Format: CSV, Language: language, Columns: columns}, rows)); got != want {
			t.Errorf("%s:\n%q\nwant\n%q", language, got, want)
		}
	}
}

// A workbook has types, a frozen heading and a filter, as excelize reads it.
func TestWorkbook(t *testing.T) {
	t.Parallel()
	file := whole(t, Table{Format: XLSX, Sheet: "Ответы: «весна»/1 'x' & more than 31 characters", Columns: columns}, append(some(t, 0, 3), Row{nil, nil, nil, "=1+1\x00\x1b"}))
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet := f.GetSheetList()[0]
	for cell, want := range map[string]string{"A1": "Когда", "B3": "1", "C4": "0.5", "D2": "said 0 <&> \"x\"\nnext", "D5": "=1+1", "A5": ""} {
		if got, err := f.GetCellValue(sheet, cell, excelize.Options{RawCellValue: true}); err != nil || got != want {
			t.Errorf("%s is %q, want %q, %v", cell, got, want, err)
		}
	}
	if got, _ := f.GetCellValue(sheet, "A2"); got != "3/30/26 1:30" && got != "3/30/26 01:30" {
		t.Errorf("the time is shown as %q", got)
	}
	for cell, want := range map[string]excelize.CellType{"B3": excelize.CellTypeUnset, "D5": excelize.CellTypeInlineString} { // unset: a number
		if got, err := f.GetCellType(sheet, cell); err != nil || got != want {
			t.Errorf("%s has type %v, want %v, %v", cell, got, want, err)
		}
	}
	if formula, _ := f.GetCellFormula(sheet, "D5"); formula != "" {
		t.Errorf("what somebody wrote is the formula %q", formula)
	}
	panes, err := f.GetPanes(sheet)
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes are %+v, %v", panes, err)
	}
	xml := read(t, file, "xl/worksheets/sheet1.xml")
	if !strings.Contains(xml, `<autoFilter ref="A1:D5"/>`) {
		t.Error("there is no filter")
	}
}

func read(t *testing.T, file []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(f) // the sum is compared at the end
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(content)
}

// A file that was put down after each piece and taken up by another process says what one says that was written in one go.
func TestPutDownAndTakenUp(t *testing.T) {
	t.Parallel()
	for _, format := range []Format{CSV, XLSX} {
		table := Table{Format: format, Language: "en", Sheet: "s", Columns: columns}
		rows := some(t, 0, 500)
		var state State
		var file []byte
		for at := 0; at < len(rows); at += 50 {
			e, err := NewEncoder(table, state)
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Add(rows[at : at+50]); err != nil {
				t.Fatal(err)
			}
			piece, err := e.Piece()
			if err != nil {
				t.Fatal(err)
			}
			file = append(file, piece...)
			kept, err := json.Marshal(e.State())
			if err != nil {
				t.Fatal(err)
			}
			state = State{}
			if err := json.Unmarshal(kept, &state); err != nil {
				t.Fatal(err)
			}
		}
		last, err := NewEncoder(table, state)
		if err != nil {
			t.Fatal(err)
		}
		file = append(file, ended(t, last)...)
		if want := whole(t, table, rows); format == CSV && !bytes.Equal(file, want) {
			t.Errorf("csv differs: %d bytes, want %d", len(file), len(want))
		} else if format == XLSX && read(t, file, "xl/worksheets/sheet1.xml") != read(t, want, "xl/worksheets/sheet1.xml") {
			t.Error("xlsx differs")
		}
	}
}

// What does not fit a sheet goes on in the next.
func TestSheetsGoOn(t *testing.T) {
	t.Parallel()
	x := newXLSX(Table{Format: XLSX, Sheet: "Answers", Columns: columns}, State{})
	x.most = 11
	if err := x.Add(some(t, 0, 25)); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(ended(t, x)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil || rows[0][1] != "Score" {
			t.Fatalf("%s: %v %v", sheet, rows, err)
		}
		n += len(rows) - 1
	}
	if n != 25 || len(f.GetSheetList()) != 3 {
		t.Errorf("%d rows in %v", n, f.GetSheetList())
	}
}

// A value of another kind than its column's is refused, and a file without rows is a file.
func TestKindsAndNothing(t *testing.T) {
	t.Parallel()
	for _, format := range []Format{CSV, XLSX} {
		e, _ := NewEncoder(Table{Format: format, Columns: columns}, State{})
		if err := e.Add([]Row{{"yesterday", 1, 1.0, ""}}); err == nil || strings.Contains(err.Error(), "yesterday") {
			t.Errorf("%s: a text for a time is %v", format, err)
		}
		if got := whole(t, Table{Format: format, Columns: columns}, nil); len(got) == 0 {
			t.Errorf("%s without rows is nothing", format)
		}
	}
	if got := string(whole(t, Table{Format: Lines}, []Row{{map[string]any{"kind": "x", "text": "<a>"}}})); got != `{"kind":"x","text":"<a>"}`+"\n" {
		t.Errorf("a line is %q", got)
	}
	if _, err := NewEncoder(Table{Format: "pdf"}, State{}); err == nil {
		t.Error("pdf is a format")
	}
}
