package report

import (
	"bytes"
	"compress/flate"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxSheet is how many rows a sheet of Excel has, its heading included; what is more goes on in another sheet.
const maxSheet = 1_048_576

// maxCell is how many characters a cell of Excel holds.
const maxCell = 32_767

// xlsxFile writes a workbook of one table (ECMA-376, SpreadsheetML). Its sheets come first in the archive and what names them last, so that
// nothing written has to be known before.
type xlsxFile struct {
	table Table
	state State
	most  int          // rows of a sheet
	plain bytes.Buffer // of the sheet that is open, not packed yet
	out   bytes.Buffer
	pack  *flate.Writer
}

func newXLSX(t Table, after State) *xlsxFile {
	return &xlsxFile{table: t, state: after, most: maxSheet}
}

func (x *xlsxFile) sheet() *entry { return &x.state.Sheets[len(x.state.Sheets)-1] }

// open begins a sheet, with its heading frozen.
func (x *xlsxFile) open() {
	x.state.Begun = true
	e := entry{Name: fmt.Sprintf("xl/worksheets/sheet%d.xml", len(x.state.Sheets)+1), Offset: x.state.Bytes + int64(x.out.Len())}
	x.state.Sheets = append(x.state.Sheets, e)
	x.out.Write(e.header())
	x.plain.WriteString(xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		`<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`)
	for i, c := range x.table.Columns {
		fmt.Fprintf(&x.plain, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, width(c))
	}
	x.plain.WriteString(`</cols><sheetData><row r="1">`)
	for i, c := range x.table.Columns {
		x.words(i, 1, c.Heading, ` s="1"`)
	}
	x.plain.WriteString(`</row>`)
	x.state.Rows = 1
}

// width is how many characters of a column are seen at once.
func width(c Column) int {
	switch c.Kind {
	case Moment:
		return 18
	case Text:
		return max(16, min(40, utf8.RuneCountInString(c.Heading)+3))
	}
	return max(9, min(24, utf8.RuneCountInString(c.Heading)+3))
}

func (x *xlsxFile) Add(rows []Row) error {
	for _, row := range rows {
		if x.state.Rows == x.most {
			if err := x.close(); err != nil {
				return err
			}
		}
		if x.state.Rows == 0 {
			x.open()
		}
		x.state.Rows++
		x.plain.WriteString(`<row r="`)
		x.plain.WriteString(strconv.Itoa(x.state.Rows))
		x.plain.WriteString(`">`)
		for i, c := range x.table.Columns {
			if err := x.cell(i, c, row[i]); err != nil {
				return err
			}
		}
		x.plain.WriteString(`</row>`)
		if x.plain.Len() > 1<<20 {
			if err := x.deflate(false); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *xlsxFile) cell(i int, c Column, v any) error {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		if c.Kind == Text {
			if v != "" {
				x.words(i, x.state.Rows, v, "")
			}
			return nil
		}
	case int:
		if c.Kind == Whole {
			x.number(i, strconv.Itoa(v), "")
			return nil
		}
	case float64:
		if c.Kind == Decimal {
			x.number(i, strconv.FormatFloat(v, 'f', -1, 64), "")
			return nil
		}
	case time.Time:
		if c.Kind == Moment {
			x.number(i, strconv.FormatFloat(serial(v), 'f', -1, 64), ` s="2"`)
			return nil
		}
	}
	return wrong(c, v)
}

// serial is a time as Excel counts it: days since 30 December 1899 on the wall clock, which is right from March 1900 on.
func serial(t time.Time) float64 {
	return moment(t).Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Seconds() / 86400
}

func (x *xlsxFile) number(i int, text, style string) {
	x.place(i, x.state.Rows, style)
	x.plain.WriteString(`><v>`)
	x.plain.WriteString(text)
	x.plain.WriteString(`</v></c>`)
}

// words writes a text in its place (inlineStr): a formula it cannot be.
func (x *xlsxFile) words(i, row int, text, style string) {
	x.place(i, row, style)
	x.plain.WriteString(` t="inlineStr"><is><t xml:space="preserve">`)
	escape(&x.plain, text)
	x.plain.WriteString(`</t></is></c>`)
}

func (x *xlsxFile) place(i, row int, style string) {
	x.plain.WriteString(`<c r="`)
	x.plain.WriteString(letters(i))
	x.plain.WriteString(strconv.Itoa(row))
	x.plain.WriteByte('"')
	x.plain.WriteString(style)
}

// letters is a column as Excel names it: A, B, … Z, AA.
func letters(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}

// escape writes a text as XML, cut to what a cell holds and without the characters that XML has no way to say.
func escape(b *bytes.Buffer, text string) {
	n := 0
	for _, r := range text {
		if n++; n > maxCell {
			return
		}
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '\r':
			b.WriteString("&#13;")
		case r < ' ' && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError:
		default:
			b.WriteRune(r)
		}
	}
}

// deflate packs what is written of the sheet. The stream stands at a whole byte then, and another packer can go on after it, which knows
// nothing of what came before (RFC 1951: blocks that are not the last one).
func (x *xlsxFile) deflate(last bool) error {
	err := x.put(x.sheet(), x.plain.Bytes(), last)
	x.plain.Reset()
	return err
}

// put packs some of an entry's content.
func (x *xlsxFile) put(e *entry, content []byte, last bool) (err error) {
	before := x.out.Len()
	if x.pack == nil {
		x.pack, err = flate.NewWriter(&x.out, flate.DefaultCompression)
	} else {
		x.pack.Reset(&x.out)
	}
	if err == nil {
		_, err = x.pack.Write(content)
	}
	if err == nil && last {
		err = x.pack.Close()
	} else if err == nil {
		err = x.pack.Flush()
	}
	e.note(content, x.out.Len()-before)
	return err
}

// close ends the sheet that is open.
func (x *xlsxFile) close() error {
	fmt.Fprintf(&x.plain, `</sheetData><autoFilter ref="A1:%s%d"/></worksheet>`, letters(len(x.table.Columns)-1), x.state.Rows)
	if err := x.deflate(true); err != nil {
		return err
	}
	if e := x.sheet(); e.Size >= zip64Missing || e.Offset >= zip64Missing-e.Packed {
		return fmt.Errorf("a sheet of %d bytes does not fit a workbook", e.Size)
	}
	x.out.Write(x.sheet().descriptor())
	x.state.Rows = 0
	return nil
}

func (x *xlsxFile) End() error {
	if x.state.Rows == 0 && len(x.state.Sheets) == 0 {
		x.open()
	}
	if x.state.Rows > 0 {
		if err := x.close(); err != nil {
			return err
		}
	}
	entries := append([]entry{}, x.state.Sheets...)
	for _, part := range x.parts() {
		e := entry{Name: part.name, Offset: x.state.Bytes + int64(x.out.Len())}
		x.out.Write(e.header())
		if err := x.put(&e, []byte(part.content), true); err != nil {
			return err
		}
		x.out.Write(e.descriptor())
		entries = append(entries, e)
	}
	x.out.Write(directory(entries, x.state.Bytes+int64(x.out.Len())))
	return nil
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// parts are what a workbook has besides its sheets.
func (x *xlsxFile) parts() []struct{ name, content string } {
	var types, sheets, links strings.Builder
	for i := range x.state.Sheets {
		n := strconv.Itoa(i + 1)
		types.WriteString(`<Override PartName="/xl/worksheets/sheet` + n + `.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`)
		sheets.WriteString(`<sheet name="` + sheetName(x.table.Sheet, i) + `" sheetId="` + n + `" r:id="rId` + n + `"/>`)
		links.WriteString(`<Relationship Id="rId` + n + `" Type="` + relation + `/worksheet" Target="worksheets/sheet` + n + `.xml"/>`)
	}
	styles := strconv.Itoa(len(x.state.Sheets) + 1)
	return []struct{ name, content string }{
		{"xl/styles.xml", xmlHead + `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
			`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
			`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
			`<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>` +
			// 22 is the country's own way to write a day and a time.
			`<cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs>` +
			`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
		{"xl/workbook.xml", xmlHead + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + relation + `"><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", xmlHead + `<Relationships xmlns="` + relations + `">` + links.String() +
			`<Relationship Id="rId` + styles + `" Type="` + relation + `/styles" Target="styles.xml"/></Relationships>`},
		{"_rels/.rels", xmlHead + `<Relationships xmlns="` + relations + `"><Relationship Id="rId1" Type="` + relation + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"[Content_Types].xml", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` + types.String() + `</Types>`},
	}
}

const (
	relation  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	relations = "http://schemas.openxmlformats.org/package/2006/relationships"
)

// sheetName is a name that Excel takes: 31 characters at most, and none of []:*?/\ .
func sheetName(name string, i int) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) || r < ' ' {
			return ' '
		}
		return r
	}, name)
	if runes := []rune(strings.TrimSpace(name)); len(runes) > 0 {
		name = string(runes[:min(len(runes), 27)])
	} else {
		name = "1"
	}
	if i > 0 {
		name += " " + strconv.Itoa(i+1)
	}
	var b bytes.Buffer
	escape(&b, name)
	return strings.ReplaceAll(b.String(), `"`, "&quot;")
}

func (x *xlsxFile) Piece() ([]byte, error) {
	if x.state.Rows > 0 && x.plain.Len() > 0 {
		if err := x.deflate(false); err != nil {
			return nil, err
		}
	}
	piece := bytes.Clone(x.out.Bytes())
	x.out.Reset()
	x.state.Bytes += int64(len(piece))
	return piece, nil
}

func (x *xlsxFile) Size() int    { return x.out.Len() }
func (x *xlsxFile) State() State { return x.state }
