package sheet

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// twice tells whether cells that are UTF-8 were made it from another encoding than they had: "ÐÐ½Ð½Ð°" from UTF-8, "Àííà"
// from windows-1251, «Ђнна» from a Macintosh's. was is a cell as it stands there, meant is the same as it was; both are ""
// where nothing speaks for it.
func twice(cells [][]byte) (was, meant string) {
	size := 0
	for i, cell := range cells {
		if size += len(cell); size > enough {
			cells = cells[:i+1]
			break
		}
	}
	total, pairs := 0.0, 0
	for _, cell := range cells {
		before := rune(0)
		for _, r := range string(cell) + " " {
			if r < utf8.RuneSelf && !unicode.IsLetter(r) {
				r = 0
			}
			if before >= utf8.RuneSelf || r >= utf8.RuneSelf {
				total += cost(before, r)
				pairs++
			}
			before = r
		}
	}
	if total <= plausible*float64(pairs) {
		return "", ""
	}
	if was, meant := undoneMostly(cells); was != "" {
		return was, meant
	}
	var best verdict
	var from *charset
	for _, c := range tables() {
		raw, lost := c.bytes(cells)
		if lost*20 > pairs {
			continue
		}
		all := verdicts(raw)
		v, own := all[0], all[slices.IndexFunc(all, func(v verdict) bool { return v.charset == c })] // what is lost is so for both
		if v.charset != c && v.mean <= surely && own.total-v.total >= certain && (from == nil || v.total < best.total) {
			best, from = v, c
		}
	}
	if from == nil {
		return "", ""
	}
	raw, _ := from.bytes(cells)
	for i, cell := range cells {
		if text := best.text(raw[i]); text != string(cell) && len(text) > len(meant) && len(meant) < 12 {
			was, meant = string(cell), text
		}
	}
	return was, meant
}

// enough is how many bytes of cells tell it; each is tried in every encoding.
const enough = 2 << 10

// plausible is the mean cost of a pair of letters up to which text is left alone. What it may have been must be surely
// Russian or Western, and read better by so many nats.
const plausible, surely, certain = 3.3, 3.0, 15.0

// bytes writes cells in an encoding. What it does not have becomes a gap between words; lost counts that.
func (c *charset) bytes(cells [][]byte) (raw [][]byte, lost int) {
	for _, cell := range cells {
		b := make([]byte, 0, len(cell))
		for _, r := range string(cell) {
			x, ok := c.byte(r)
			if !ok {
				x = ' '
				lost++
			}
			b = append(b, x)
		}
		raw = append(raw, b)
	}
	return raw, lost
}

func (c *charset) byte(r rune) (b byte, ok bool) {
	switch at := slices.Index(c.table[0x80:], r); {
	case r < utf8.RuneSelf:
		return byte(r), true
	case at >= 0 && r != utf8.RuneError:
		return byte(0x80 + at), true
	case r <= 0xff && c.name == "windows-1252": // ISO 8859-1
		return byte(r), true
	}
	return 0, false
}

// undoneMostly is undone of cells of which most can be.
func undoneMostly(cells [][]byte) (was, meant string) {
	wrong := 0
	for _, cell := range cells {
		if text := undone(string(cell)); text != "" {
			wrong++
			was, meant = string(cell), text
		}
	}
	if wrong*2 <= len(cells) {
		return "", ""
	}
	return was, meant
}

// undone reads text that was UTF-8, taken for another encoding and made UTF-8 again, as it was; "" where it was not.
func undone(text string) string {
	for i, c := range tables() {
		raw := make([]byte, 0, len(text))
		for _, r := range text {
			b, ok := c.byte(r)
			if !ok {
				b = 0xff // never in UTF-8
			}
			raw = append(raw, b)
		}
		valid, invalid := weigh(raw)
		if i > 1 && valid < 2 { // one character of the rarer encodings may be chance
			continue
		}
		if valid > 0 && invalid == 0 || valid > 2 && valid > 2*invalid {
			if s := strings.ToValidUTF8(string(raw), ""); strings.ContainsFunc(s, european) {
				return s
			}
		}
	}
	return ""
}

// european are the letters of Latin, Greek and Cyrillic beyond ASCII: what other bytes happen to make is none of them.
func european(r rune) bool { return r >= 0xc0 && r < 0x530 && unicode.IsLetter(r) }
