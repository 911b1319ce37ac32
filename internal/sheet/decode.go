package sheet

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
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
	case begins("PK\x03\x04"): // xlsx, ods
		return "csv_workbook"
	case begins("\xd0\xcf\x11\xe0") && bytes.Contains(sample, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P")): // EncryptedPackage
		return "csv_password"
	case begins("\xd0\xcf\x11\xe0"):
		return "csv_xls"
	case begins("%PDF"):
		return "csv_pdf"
	case begins("\x1f\x8b", "Rar!", "7z\xbc\xaf", "\x89PNG", "\xff\xd8\xff", "GIF8"):
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
		r.UTF8, r.Said, r.Charset = 1, "", "" // the mark knows better
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
	case lines(sample, 0):
		r.Encoding = "utf-16le"
	case lines(sample, 1):
		r.Encoding = "utf-16be"
	case r.Said == "utf-16le" || r.Said == "utf-16be":
		r.Encoding = r.Said
	}
	return 0
}

// lines reports newlines of UTF-16 and no zero byte where its letters have none: the first heading may be Russian. low is where
// in a pair of bytes the lower one stands.
func lines(sample []byte, low int) bool {
	found := false
	for i := 0; i+1 < len(sample); i += 2 {
		if sample[i+low] == 0 {
			return false
		}
		found = found || sample[i+low] == '\n' && sample[i+1-low] == 0
	}
	return found
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
	if ascii || r.Single == 0 && (r.Said == "" || r.Said != r.Charset || r.Said == "utf-8") && utf8.Valid(record) && !bytes.Contains(record, replacement) {
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

// decodeCell decides for one cell whether it is UTF-8 or of the list's encoding of one byte a letter. Lists get pasted together,
// and exports cut a text in the middle of a character: so no cell is decided by another, except where it could be either.
//
// Text of one byte a letter is hardly ever valid UTF-8 (every letter would have to be one of few followed by one of few), so
// valid is UTF-8. In an invalid cell the valid characters outnumber the broken bytes if it is damaged UTF-8.
func (r *Reader) decodeCell(b []byte) (text string, broken bool) {
	if isASCII(b) {
		return string(b), false
	}
	valid, invalid := weigh(b)
	said := r.Said != "" && r.Said == r.Charset && r.Said != "utf-8"
	switch {
	case invalid == 0 && !said && (valid > 2 || r.Single <= r.UTF8):
		r.UTF8++
		text = string(b)
	case r.Charset == "utf-8", invalid > 0 && valid > invalid && !said && (r.Charset == "" || valid > 2):
		r.UTF8++
		text = strings.ToValidUTF8(string(b), "")
	default:
		r.Single++
		return charsetOf(r.Charset).text(b), false
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

// replacement is U+FFFD, left by an earlier conversion where a character was lost.
var replacement = []byte("\ufffd")

// name says what the text so far was.
func (r *Reader) name() {
	switch {
	case r.Encoding == "utf-16le" || r.Encoding == "utf-16be":
	case r.Single > r.UTF8:
		r.Encoding = charsetOf(r.Charset).name
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
