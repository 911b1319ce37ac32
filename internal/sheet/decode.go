package sheet

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// foreign names what the bytes are when they are no text: a code of a problem, or "".
func foreign(sample []byte) string {
	begins := func(marks ...string) bool {
		for _, m := range marks {
			if bytes.HasPrefix(sample, []byte(m)) {
				return true
			}
		}
		return false
	}
	switch {
	case begins("PK\x03\x04", "\xd0\xcf\x11\xe0"): // xlsx, ods; xls
		return "csv_workbook"
	case begins("%PDF", "\x1f\x8b", "Rar!", "7z\xbc\xaf", "\x89PNG", "\xff\xd8\xff", "GIF8"):
		return "csv_binary"
	}
	text := bytes.ToLower(bytes.TrimLeft(sample[:min(len(sample), 200)], "\ufeff \t\r\n"))
	for _, m := range []string{"<!doctype", "<html", "<?xml", "<table", "{\\rtf", "{\"", "[{"} {
		if bytes.HasPrefix(text, []byte(m)) {
			return "csv_markup" // "xls" of many web systems is an HTML table
		}
	}
	return ""
}

// wide settles UTF-16 and UTF-8 by the byte order mark, UTF-16 also by the zero bytes of its first letters, and returns
// the length of the mark. What has no mark is told cell by cell.
func (r *Reader) wide(sample []byte) (mark int) {
	switch {
	case bytes.HasPrefix(sample, []byte("\xef\xbb\xbf")):
		r.UTF8 = 1
		return 3
	case bytes.HasPrefix(sample, []byte("\xff\xfe")):
		r.Encoding = "utf-16le"
		return 2
	case bytes.HasPrefix(sample, []byte("\xfe\xff")):
		r.Encoding = "utf-16be"
		return 2
	case len(sample) >= 4 && sample[0] != 0 && sample[1] == 0 && sample[2] != 0 && sample[3] == 0:
		r.Encoding = "utf-16le"
	case len(sample) >= 4 && sample[0] == 0 && sample[1] != 0 && sample[2] == 0 && sample[3] != 0:
		r.Encoding = "utf-16be"
	}
	return 0
}

// narrow turns UTF-16 into UTF-8 and leaves everything else alone: in all other encodings read here separators, quotes
// and newlines are single bytes that are nothing else.
func (r *Reader) narrow(part []byte, last bool) []byte {
	var order binary.ByteOrder
	switch r.Encoding {
	case "utf-16le":
		order = binary.LittleEndian
	case "utf-16be":
		order = binary.BigEndian
	default:
		return part
	}
	raw := join(r.Half, part)
	r.Half = nil
	out := make([]byte, 0, len(raw)*3/2+3)
	for len(raw) >= 2 {
		c := rune(order.Uint16(raw))
		size := 2
		if utf16.IsSurrogate(c) {
			if len(raw) < 4 && !last {
				break
			}
			pair := rune(utf8.RuneError)
			if len(raw) >= 4 {
				pair = utf16.DecodeRune(c, rune(order.Uint16(raw[2:])))
			}
			if pair != utf8.RuneError {
				size = 4
			}
			c = pair
		}
		out = utf8.AppendRune(out, c)
		raw = raw[size:]
	}
	if len(raw) > 0 && last {
		return utf8.AppendRune(out, utf8.RuneError)
	}
	r.Half = bytes.Clone(raw)
	return out
}

// decode returns the cells that scan found in the record.
func (r *Reader) decode(record []byte) (cells []string, broken bool) {
	r.strings = r.strings[:0]
	ascii := isASCII(record)
	if ascii || r.Cyrillic+r.Western == 0 && utf8.Valid(record) && !bytes.Contains(record, replacement) {
		if !ascii {
			r.UTF8++
		}
		text := string(record) // one string for all cells
		for _, c := range r.cells {
			s := text[c.from:c.to]
			if c.doubled {
				s = strings.ReplaceAll(s, `""`, `"`)
			}
			r.strings = append(r.strings, s)
		}
		return r.strings, false
	}
	for _, c := range r.cells {
		s, b := r.decodeCell(record[c.from:c.to])
		if c.doubled {
			s = strings.ReplaceAll(s, `""`, `"`)
		}
		r.strings = append(r.strings, s)
		broken = broken || b
	}
	return r.strings, broken
}

// decodeCell decides for one cell. A file is of one encoding, but its first 64 KB may be pure ASCII, lists get pasted
// together, and exports cut a text in the middle of a character: so no cell is decided by another, except where it
// could be either.
//
// Russian text in windows-1251 is hardly ever valid UTF-8 (every letter would have to be a capital followed by a sign),
// so valid is UTF-8. In an invalid cell the valid characters outnumber the broken bytes if it is damaged UTF-8. What is
// neither is windows-1251, unless single letters stand between Latin ones and no Russian was seen: "Müller", "José".
func (r *Reader) decodeCell(b []byte) (text string, broken bool) {
	if isASCII(b) {
		return string(b), false
	}
	valid, invalid := weigh(b)
	switch {
	case invalid == 0 && (valid > 2 || r.Cyrillic <= r.UTF8):
		r.UTF8++
		text = string(b)
	case invalid > 0 && valid > invalid:
		r.UTF8++
		text = strings.ToValidUTF8(string(b), "")
	case invalid > 0 && r.Cyrillic == 0 && western(b):
		r.Western++
		return byTable(b, &windows1252), false
	default:
		r.Cyrillic++
		return byTable(b, &windows1251), false
	}
	if invalid > 0 || strings.ContainsRune(text, utf8.RuneError) {
		return strings.ReplaceAll(text, string(utf8.RuneError), ""), true
	}
	return text, false
}

// weigh counts the characters of two bytes and more, and the bytes that belong to none.
func weigh(b []byte) (valid, invalid int) {
	for len(b) > 0 {
		c, size := utf8.DecodeRune(b)
		switch {
		case c == utf8.RuneError && size == 1:
			invalid++
		case size > 1:
			valid++
		}
		b = b[size:]
	}
	return valid, invalid
}

// western reports whether every byte beyond ASCII is a letter on its own beside a Latin letter, or one of two between.
func western(b []byte) bool {
	latin := func(i int) bool {
		return i >= 0 && i < len(b) && b[i] < utf8.RuneSelf && unicode.IsLetter(rune(b[i]))
	}
	for i := 0; i < len(b); i++ {
		from := i
		for ; i < len(b) && b[i] >= utf8.RuneSelf; i++ {
			if b[i] < 0xc0 || b[i] == 0xd7 || b[i] == 0xf7 { // signs; multiplied by, divided by
				return false
			}
		}
		switch before, after := latin(from-1), latin(i); i - from {
		case 0:
		case 1:
			if !before && !after {
				return false
			}
		case 2:
			if !before || !after {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// replacement is U+FFFD, left by an earlier conversion where a character was lost.
var replacement = []byte("\ufffd")

var windows1251, windows1252 = table(charmap.Windows1251), table(charmap.Windows1252)

func table(m *charmap.Charmap) (t [256]rune) {
	for i := range t {
		t[i] = m.DecodeByte(byte(i))
	}
	return t
}

func byTable(b []byte, t *[256]rune) string {
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		if t[c] != utf8.RuneError { // one place in each table is empty
			out = utf8.AppendRune(out, t[c])
		}
	}
	return string(out)
}

// name says what the text so far was.
func (r *Reader) name() {
	switch {
	case r.Encoding == "utf-16le" || r.Encoding == "utf-16be":
	case r.Cyrillic > r.UTF8:
		r.Encoding = "windows-1251"
	case r.Western > r.UTF8:
		r.Encoding = "windows-1252"
	default:
		r.Encoding = "utf-8" // ASCII as well
	}
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isBlank reports whether nobody sees anything in text.
func isBlank(text string) bool {
	for _, c := range text {
		if !unicode.IsSpace(c) && !unicode.Is(unicode.Cf, c) && !unicode.IsControl(c) {
			return false
		}
	}
	return true
}
