// Package sheet reads lists as spreadsheets and accounting systems export them: CSV of any of the usual encodings and
// separators, with titles above the headings, newlines inside quotes, and stray quotes.
//
// encoding/csv does not fit: it wants the whole input as one stream, stops at the first bare quote, knows one separator
// that it is told, and loses what it cannot read. Here a list comes in parts cut anywhere, and every line of it ends up
// in exactly one record, fault, or count.
package sheet

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"onetap/internal/apperr"
)

// Limits; what is over them is a fault of its line, or of the file.
const (
	MaxRow  = 64 << 10 // bytes of a record, quoted newlines included
	headLen = 64 << 10 // bytes from the start in which separator and headings are looked for
	headMax = 30       // records from the start that may be the headings
	// belowMax is how many records below the headings are looked at to tell what a column holds.
	belowMax = 400
)

// Reader takes one list part by part. Its exported fields are its whole state: it can be kept as JSON between parts.
// The zero Reader is at the start. How the parts are cut changes nothing in what comes out.
type Reader struct {
	Encoding  string   `json:"encoding,omitempty"`  // what most text so far was: one of Encodings
	Separator string   `json:"separator,omitempty"` // "" until the headings are found
	Heading   []string `json:"heading,omitempty"`   // its cells as written
	TwoRows   bool     `json:"two_rows,omitempty"`  // it stood in two, which are joined: see Under
	Line      int      `json:"line"`                // lines done, 1 is the first
	Blank     int      `json:"blank"`               // of them without text
	Aside     int      `json:"aside"`               // of them titles, headings, "sep=": no data

	Carry    []byte `json:"carry,omitempty"`    // bytes not done: of an unfinished record, or of the start
	Half     []byte `json:"half,omitempty"`     // bytes of an unfinished UTF-16 character
	Begun    bool   `json:"begun,omitempty"`    // the start was looked at
	Skipping bool   `json:"skipping,omitempty"` // inside a line over MaxRow
	Ended    bool   `json:"ended,omitempty"`    // the last part was taken

	Said    string `json:"told,omitempty"`     // the encoding, where somebody says it: one of Encodings
	Charset string `json:"charset,omitempty"`  // that of cells that are no UTF-8, once it is settled
	UTF8    int    `json:"utf8,omitempty"`     // cells beyond ASCII that are UTF-8, …
	Single  int    `json:"cyrillic,omitempty"` // … of one byte a letter (by its name in imports begun before there was a Charset)

	unclear error // of settle

	cells   []cell     // scratch
	strings []string   // scratch
	below   [][]string // see Below
}

// Below returns the first records under the headings, as many as stand in the first 64 KB of the list, 400 at most: what
// the columns hold can be told by them. However the parts are cut, they are the same; they are there only after the Feed
// that has found the headings, and while it calls each.
func (r *Reader) Below() [][]string { return r.below }

// Fault says why a line is no record.
type Fault string

const (
	QuoteOpen Fault = "quote_open"   // a quote is not closed, or closed in the middle of a cell of a later line
	RowLong   Fault = "row_too_long" // over MaxRow
	RowBinary Fault = "row_binary"   // with zero bytes
)

// Record is one line of the list, or several when a cell has newlines.
type Record struct {
	Line   int      // its first line
	Lines  int      // how many
	Cells  []string // decoded, quotes taken off; valid until the next record. Nil with a fault
	Fault  Fault
	Start  string // the beginning of a faulty line, for finding it
	Broken bool   // a character was broken and left out
}

// NoHeadingError says that no record of the start was recognised as headings.
type NoHeadingError struct {
	Rows [][]string // the first records, by the separator that fits best
}

func (*NoHeadingError) Error() string { return "no headings found" }

// Feed takes the next part; last says no more follow. It calls heading for records of the start, under each separator
// that they may have: the record with the highest positive score is the headings. Then each is called for every record
// below, in order. Errors: *apperr.Error csv_empty, csv_binary, csv_workbook, csv_xls, csv_password, csv_pdf, csv_markup, csv_ended,
// csv_encoding_unclear, csv_encoded_twice; *NoHeadingError.
// After an error the Reader is of no more use: keep a copy (a plain one: parts of it are replaced, never changed).
func (r *Reader) Feed(part []byte, last bool, heading func(cells []string) int, each func(Record)) error {
	if r.Ended {
		return apperr.New(apperr.Conflict, "csv_ended", "")
	}
	r.Ended, r.below = last, nil
	var data []byte
	if !r.Begun {
		raw := join(r.Carry, part)
		if len(raw) < headLen && !last {
			r.Carry = raw
			return nil
		}
		var err error
		if data, err = r.begin(raw, last, heading); err != nil {
			return err
		}
	} else {
		data = join(r.Carry, r.narrow(part, last))
	}
	for len(data) > 0 {
		if r.Skipping {
			n, done := skipLine(data, last)
			data = data[n:]
			if !done {
				break
			}
			r.Skipping = false
			continue
		}
		rec, size, ok := r.next(data, last)
		if !ok && r.unclear != nil {
			return r.unclear
		}
		if !ok {
			break
		}
		data = data[size:]
		if rec.Fault == "" && blank(rec.Cells) {
			r.Blank += rec.Lines
			continue
		}
		each(rec)
	}
	r.Carry = bytes.Clone(data)
	r.Skipping = r.Skipping && !last
	r.name()
	return nil
}

// join returns a followed by b in memory of its own.
func join(a, b []byte) []byte {
	data := make([]byte, 0, len(a)+len(b))
	return append(append(data, a...), b...)
}

// begin looks at the start: encoding, separator, headings. It returns what follows the headings.
func (r *Reader) begin(raw []byte, last bool, heading func([]string) int) ([]byte, error) {
	r.Begun = true
	sample := raw[:min(len(raw), headLen)]
	whole := last && len(raw) < headLen // of a longer list the sample ends where it would without the end in sight
	if code := foreign(sample); code != "" {
		return nil, apperr.New(apperr.Unsupported, code, "")
	}
	mark := r.wide(sample)
	if r.Said != "" && !strings.HasPrefix(r.Said, "utf-16") {
		r.Charset = r.Said
	}
	head := *r
	sample = head.narrow(sample[mark:], whole)
	if len(bytes.Trim(sample, " \t\r\n;,|\"\u00a0")) == 0 {
		return nil, apperr.New(apperr.Invalid, "csv_empty", "")
	}
	if bytes.IndexByte(sample, 0) >= 0 {
		return nil, apperr.New(apperr.Unsupported, "csv_binary", "")
	}
	if err := r.settle(sample); err != nil {
		return nil, err
	}
	data := r.narrow(raw[mark:], last)
	size, err := r.findHeading(sample, whole, heading)
	return data[size:], err
}

// next takes one record off data; ok is false when more bytes are needed to tell where it ends.
func (r *Reader) next(data []byte, last bool) (rec Record, size int, ok bool) {
	size, lines, outcome := r.scan(data, r.Separator[0], last)
	rec = Record{Line: r.Line + 1, Lines: lines}
	switch outcome {
	case unfinished:
		return Record{}, 0, false
	case overlong:
		rec.Fault = RowLong
		r.Skipping = true
	case misquoted:
		rec.Fault = QuoteOpen
	case complete:
		if r.Charset == "" && !utf8.Valid(data[:size]) && odd(data[:size]) {
			if len(data) < headLen && !last { // what follows helps to tell its encoding
				return Record{}, 0, false
			}
			if r.unclear = r.settle(data[:min(len(data), headLen)]); r.unclear != nil {
				return Record{}, 0, false
			}
		}
		if bytes.IndexByte(data[:size], 0) >= 0 {
			rec.Fault = RowBinary
		}
	}
	if rec.Fault != "" {
		rec.Start = r.peek(data[:size])
	} else {
		rec.Cells, rec.Broken = r.decode(data[:size])
		for i, cell := range rec.Cells {
			rec.Cells[i] = plainText(cell)
		}
	}
	r.Line += lines
	return rec, size, true
}

// plainText takes off what programs put around a text so that Excel keeps its zeros and plus signs: ="007" is 007. The apostrophe before
// what would be a formula is WriteRow's, or that of whoever else guards their readers, and no part of the text either.
func plainText(cell string) string {
	if inner, ok := strings.CutPrefix(cell, "'"); ok && Guarded(inner) != inner {
		return inner
	}
	if inner, ok := strings.CutPrefix(cell, `="`); ok {
		if inner, ok = strings.CutSuffix(inner, `"`); ok && !strings.Contains(inner, `"`) {
			return inner
		}
	}
	return cell
}

// peek decodes the first 60 characters of a line.
func (r *Reader) peek(line []byte) string {
	line = bytes.TrimRight(line, "\r\n")
	probe := *r // a faulty line is no evidence for an encoding
	text, _ := probe.decodeCell(line[:min(len(line), 240)])
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:60]) + "…"
	}
	return text
}

func blank(cells []string) bool {
	for _, c := range cells {
		if !isBlank(c) {
			return false
		}
	}
	return true
}
