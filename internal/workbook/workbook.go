// Package workbook reads workbooks of Excel (.xlsx, .xlsm) as CSV, for the one reader of lists. It is used by the function sheets alone,
// which may do nothing else: whoever opens strangers' archives should hold no keys.
package workbook

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"onetap/internal/apperr"
	"onetap/internal/sheet"
)

const (
	// maxPiece is how many bytes of packed CSV one answer carries, and maxPieceRaw how many unpacked.
	maxPiece    = 3_500_000
	maxPieceRaw = 40 << 20
	// inMemory is how large the XML of a sheet may be before it is unpacked to a file in /tmp.
	inMemory = 16 << 20
	looked   = 200 // rows of each sheet, to find the one with a list
)

// Read returns a workbook's sheet as CSV, from a row on, as much as fits an answer. sheetName "" is the one that has a list; where
// several have, the answer names them. Problems: workbook_broken, workbook_password, workbook_binary, workbook_ods, workbook_numbers,
// workbook_other, workbook_large, workbook_empty, workbook_sheet_unknown.
//
// Cells are as Excel shows them: numbers and dates by their format, formulas by the value that was saved. But a number is never shortened
// to 7.9E+10, a date that follows the reader's country is 2026-11-20, and merged cells repeat their text in each row. A newline in a cell
// becomes a space, so that line n is row n.
func Read(file []byte, sheetName string, from int) (sheet.WorkbookPiece, error) {
	return read(file, sheetName, from, maxPiece)
}

func read(file []byte, sheetName string, from, most int) (piece sheet.WorkbookPiece, err error) {
	z, merges, err := open(file)
	if err != nil {
		return piece, err
	}
	names, entries := sheetEntries(z)
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{
		UnzipSizeLimit: MaxUnpacked, UnzipXMLSizeLimit: inMemory, ShortDatePattern: "yyyy-mm-dd", LongDatePattern: "yyyy-mm-dd", LongTimePattern: "hh:mm:ss",
	})
	if err != nil {
		return piece, &apperr.Error{Kind: apperr.Invalid, Code: "workbook_broken", Cause: err}
	}
	defer f.Close()
	whole(f)
	if sheetName == "" {
		found, err := withList(f, names)
		if err != nil || len(found) != 1 {
			return sheet.WorkbookPiece{Sheets: found}, err
		}
		sheetName = found[0]
	} else if !slices.Contains(names, sheetName) {
		return piece, apperr.New(apperr.Invalid, "workbook_sheet_unknown", "sheet", "Sheets", strings.Join(names, ", "))
	}
	w := newWriter(from, most, merges[entries[sheetName]])
	piece.Sheet = sheetName
	piece.CSV, piece.Next, err = w.write(f, sheetName)
	return piece, err
}

// whole has numbers written out that their format shortens, with an exponent, or, the general one, to eleven digits: they are
// telephones and ids.
func whole(f *excelize.File) {
	if f.Styles == nil || f.Styles.CellXfs == nil {
		return
	}
	shortens := map[int]bool{0: true, 11: true, 48: true} // General, 0.00E+00, ##0.0E+0
	if f.Styles.NumFmts != nil {
		for _, format := range f.Styles.NumFmts.NumFmt {
			code := strings.ToUpper(format.FormatCode)
			shortens[format.NumFmtID] = strings.Contains(code, "E+") || strings.Contains(code, "E-") || strings.Contains(code, "GENERAL")
		}
	}
	for i := range f.Styles.CellXfs.Xf {
		if id := f.Styles.CellXfs.Xf[i].NumFmtID; id == nil || shortens[*id] {
			none := 1 << 30 // no such format: the number as it is stored
			f.Styles.CellXfs.Xf[i].NumFmtID = &none
		}
	}
}

// withList finds the sheets that have a list: rows, and an address in them where any has one. It is a problem where there is none.
func withList(f *excelize.File, names []string) (found []string, err error) {
	var addressed []string
	for _, name := range names {
		rows, err := f.Rows(name)
		if err != nil {
			return nil, &apperr.Error{Kind: apperr.Invalid, Code: "workbook_broken", Cause: err}
		}
		filled, at := 0, false
		for n := 0; n < looked && rows.Next(); n++ {
			cells, err := rows.Columns()
			if err != nil {
				break // write says so
			}
			text := strings.Join(cells, "")
			if strings.TrimSpace(text) != "" {
				filled++
			}
			at = at || strings.Contains(text, "@")
		}
		rows.Close()
		if filled > 1 {
			found = append(found, name)
		}
		if filled > 1 && at {
			addressed = append(addressed, name)
		}
	}
	if len(addressed) > 0 {
		found = addressed
	}
	if len(found) == 0 {
		return nil, apperr.New(apperr.Invalid, "workbook_empty", "")
	}
	return found, nil
}

// writer writes a piece of a sheet.
type writer struct {
	from   int
	most   int               // bytes of packed CSV
	begins map[int][]*merged // by the row in which they begin
	open   []*merged         // those that go on in the row at hand
	raw    int               // bytes before packing
}

func newWriter(from, most int, ranges []merged) *writer {
	w := &writer{from: from, most: most, begins: map[int][]*merged{}}
	for i := range ranges {
		m := &ranges[i]
		w.begins[m.from] = append(w.begins[m.from], m)
	}
	return w
}

// write returns the packed CSV from a row on, and the row at which the next piece begins.
func (w *writer) write(f *excelize.File, name string) ([]byte, int, error) {
	rows, err := f.Rows(name)
	if err != nil {
		return nil, 0, fmt.Errorf("sheet: %w", err)
	}
	defer rows.Close()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	out := csv.NewWriter(counting{z, &w.raw})
	out.Comma = ';'
	if w.from == 0 {
		if _, err := z.Write([]byte("\xef\xbb\xbf")); err != nil {
			return nil, 0, err
		}
	}
	next, blank := 0, 0
	for n := 0; rows.Next(); n++ {
		if n < w.from && len(w.begins) == 0 {
			continue
		}
		cells, err := rows.Columns()
		if err != nil {
			return nil, 0, &apperr.Error{Kind: apperr.Invalid, Code: "workbook_broken", Cause: err}
		}
		cells = w.fill(cells, n+1)
		if n < w.from {
			continue
		}
		if !tidy(cells) {
			blank++
			continue
		}
		for ; blank > 0; blank-- { // those at the end are left out
			if _, err := (counting{z, &w.raw}).Write([]byte("\n")); err != nil {
				return nil, 0, err
			}
		}
		if err := out.Write(cells); err != nil {
			return nil, 0, err
		}
		if out.Flush(); out.Error() != nil {
			return nil, 0, out.Error()
		}
		if packed.Len() > w.most || w.raw > maxPieceRaw {
			next = n + 1
			break
		}
	}
	if err := errors.Join(rows.Error(), z.Close()); err != nil {
		return nil, 0, &apperr.Error{Kind: apperr.Invalid, Code: "workbook_broken", Cause: err}
	}
	return packed.Bytes(), next, nil
}

// fill repeats the text of merged cells in each of their rows; n is the row, from 1.
func (w *writer) fill(cells []string, n int) []string {
	w.open = slices.DeleteFunc(w.open, func(m *merged) bool { return n > m.to })
	for _, m := range w.open {
		for len(cells) < m.column {
			cells = append(cells, "")
		}
		if cells[m.column-1] == "" {
			cells[m.column-1] = m.text
		}
	}
	for _, m := range w.begins[n] {
		if m.column <= len(cells) && cells[m.column-1] != "" {
			m.text = cells[m.column-1]
			w.open = append(w.open, m)
		}
	}
	return cells
}

var shortened = regexp.MustCompile(`^-?\d(?:\.\d+)?E\+(?:1\d|2\d)$`)

// tidy makes cells of a sheet those of a line, and reports whether there is text in any.
func tidy(cells []string) (text bool) {
	for i, c := range cells {
		if strings.ContainsAny(c, "\r\n") {
			c = strings.Join(strings.Fields(c), " ")
		}
		if len(c) > 4 && shortened.MatchString(c) { // a number of more than fifteen digits
			if number, ok := new(big.Rat).SetString(c); ok && number.IsInt() {
				c = number.Num().String()
			}
		}
		text = text || strings.TrimSpace(c) != ""
		cells[i] = c
	}
	return text
}

// counting counts what is written.
type counting struct {
	to interface{ Write([]byte) (int, error) }
	n  *int
}

func (c counting) Write(b []byte) (int, error) {
	*c.n += len(b)
	return c.to.Write(b)
}
