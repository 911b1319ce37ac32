package sheet

import (
	"bytes"
	"cmp"
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"onetap/internal/apperr"
)

// Encodings are those that a list may be said to have, as IANA names them ("macroman" and "x-mac-cyrillic" are the usual
// names of what it does not).
var Encodings = []string{
	"utf-8", "utf-16le", "utf-16be", "windows-1251", "koi8-r", "koi8-u", "ibm866", "x-mac-cyrillic",
	"windows-1252", "iso-8859-15", "macintosh", "ibm850", "windows-1250", "windows-1254", "iso-8859-5", "iso-8859-2", "ibm852",
}

// Encoding is the name in Encodings of what somebody calls an encoding: "CP1251", "KOI8-R", "latin1"; "" where it is none of them.
func Encoding(said string) string {
	key := strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(strings.TrimSpace(said)))
	switch key {
	case "utf8":
		return "utf-8"
	case "utf-16", "utf16", "utf-16-le":
		return "utf-16le"
	case "utf-16-be":
		return "utf-16be"
	case "cp866", "866", "dos":
		return "ibm866"
	case "cp850", "850":
		return "ibm850"
	case "maccyrillic", "mac-cyrillic", "x-mac-ukrainian":
		return "x-mac-cyrillic"
	case "macroman", "mac-roman", "mac", "x-mac-roman":
		return "macintosh"
	case "latin1", "latin-1", "iso-8859-1", "iso8859-1", "us-ascii", "ascii":
		return "windows-1252" // what it is on the web (WHATWG)
	case "latin9", "latin-9", "iso8859-15":
		return "iso-8859-15"
	case "koi8":
		return "koi8-r"
	}
	if n, ok := strings.CutPrefix(strings.Replace(key, "win125", "cp125", 1), "cp125"); ok {
		key = "windows-125" + n
	}
	if slices.Contains(Encodings, key) {
		return key
	}
	return ""
}

// SaidEncoding is Encoding for what somebody wrote into a field, "" for nothing. Problem: csv_encoding_unknown.
func SaidEncoding(said string) (string, error) {
	name := Encoding(said)
	if name == "" && strings.TrimSpace(said) != "" {
		return "", apperr.New(apperr.Invalid, "csv_encoding_unknown", "encoding", "Got", cutRunes(said, 40), "Known", strings.Join(Encodings, ", "))
	}
	return name, nil
}

// tables are the encodings of one byte a letter that can be recognised, the likelier ones first.
func tables() []*charset {
	tablesOnce.Do(func() {
		for _, c := range []struct {
			name  string
			table *charmap.Charmap
		}{
			{"windows-1251", charmap.Windows1251},
			{"windows-1252", charmap.Windows1252},
			{"koi8-r", charmap.KOI8R},
			{"koi8-u", charmap.KOI8U},
			{"ibm866", charmap.CodePage866},
			{"x-mac-cyrillic", charmap.MacintoshCyrillic},
			{"iso-8859-15", charmap.ISO8859_15},
			{"macintosh", charmap.Macintosh},
			{"ibm850", charmap.CodePage850},
			{"windows-1250", charmap.Windows1250},
			{"windows-1254", charmap.Windows1254},
			{"iso-8859-5", charmap.ISO8859_5},
			{"iso-8859-2", charmap.ISO8859_2},
			{"ibm852", charmap.CodePage852},
		} {
			t := &charset{name: c.name}
			for i := range t.table {
				t.table[i] = c.table.DecodeByte(byte(i))
			}
			tablesAll = append(tablesAll, t)
		}
	})
	return tablesAll
}

var (
	tablesOnce sync.Once
	tablesAll  []*charset
)

type charset struct {
	name  string
	table [256]rune
}

func charsetOf(name string) *charset {
	for _, c := range tables() {
		if c.name == name {
			return c
		}
	}
	return tables()[0]
}

func (c *charset) text(b []byte) string {
	out := make([]byte, 0, 2*len(b))
	for _, x := range b {
		if r := c.table[x]; r != utf8.RuneError { // places that are empty
			out = utf8.AppendRune(out, r)
		}
	}
	return string(out)
}

// settle decides the encoding of a list by a window of it, where there is anything to decide: the bytes of cells that are no
// UTF-8 are read in every encoding, and the letters that follow each other tell which of them are names and words. It is
// decided once, for the whole list. Problems: csv_encoding_unclear, csv_encoded_twice.
func (r *Reader) settle(window []byte) error {
	if r.Charset != "" || strings.HasPrefix(r.Encoding, "utf-16") {
		return nil
	}
	odd, fine := evidence(wholeRunes(window))
	if was, meant := twice(fine); was != "" {
		return apperr.New(apperr.Invalid, "csv_encoded_twice", "encoding", "Was", cutRunes(was, 40), "Meant", cutRunes(meant, 40))
	}
	if len(odd) == 0 {
		return nil
	}
	best, unclear := judge(odd)
	if unclear {
		return apperr.New(apperr.Invalid, "csv_encoding_unclear", "encoding", "Encoding", best.name, "Sample", best.sample(odd), "Known", strings.Join(Encodings, ", "))
	}
	r.Charset = best.name
	return nil
}

// wholeRunes leaves out a character of UTF-8 at the end of a window that is cut there.
func wholeRunes(window []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(window); n++ {
		if start := window[len(window)-n:]; utf8.RuneStart(start[0]) {
			if start[0] >= utf8.RuneSelf && !utf8.FullRune(start) {
				return window[:len(window)-n]
			}
			break
		}
	}
	return window
}

// maxEvidence is how many bytes of cells are judged; a few hundred would do.
const maxEvidence = 16 << 10

// evidence returns the cells of a window that are no UTF-8, and those that are, but for what is ASCII; so many of each as
// are judged.
func evidence(window []byte) (odd, fine [][]byte) {
	if utf8.Valid(window) && !bytes.ContainsFunc(window, func(c rune) bool { return c >= utf8.RuneSelf }) {
		return nil, nil
	}
	oddSize, fineSize := 0, 0
	for cell := range bytes.FieldsFuncSeq(window, func(c rune) bool { return c == '\n' || c == '\r' || c == ';' || c == ',' || c == '\t' || c == '|' }) {
		if isASCII(cell) || ruled(cell) {
			continue
		}
		valid, invalid := weigh(cell)
		switch {
		case invalid > 0 && valid <= invalid && oddSize < maxEvidence:
			odd = append(odd, cell)
			oddSize += len(cell)
		case invalid == 0 && fineSize < maxEvidence:
			fine = append(fine, cell)
			fineSize += len(cell)
		}
	}
	return odd, fine
}

// ruled reports a line that old programs draw between rows: one character, of whatever encoding, again and again.
func ruled(cell []byte) bool {
	_, size := utf8.DecodeRune(cell)
	times := bytes.Count(cell, cell[:size])
	return times >= 4 && times*size == len(cell)
}

// odd reports a cell of a record that is no UTF-8, not even damaged.
func odd(record []byte) bool {
	cells, _ := evidence(record)
	return len(cells) > 0
}

// verdict is how well an encoding reads the evidence.
type verdict struct {
	*charset
	total float64 // minus the logarithm of a likelihood: lower is better
	mean  float64 // of a pair of letters
	pairs int
}

// How sure one must be. The mean of Russian names is 2.5 to 3.2, of Western ones up to 4.2, as the table has fewer of their pairs; of
// Hebrew read as Russian it is 4.6, of noise 6 and more. Between encodings that both read well, one must lead by so many nats.
const (
	lead  = 4.0
	prior = 4.0 // of windows-1251 and windows-1252 before the others
	few   = 12  // pairs: of less a mean says little
)

// likely is the mean up to which an encoding may be the right one.
func (v verdict) likely() bool {
	limit := 5.6
	if v.pairs >= few {
		if limit = 4.8; unicode.Is(unicode.Cyrillic, v.table[0xe1]) || unicode.Is(unicode.Cyrillic, v.table[0xc1]) {
			limit = 4.0
		}
	}
	return v.mean <= limit
}

// judge returns the best encoding for some cells, and whether it is unclear: none reads well, or another reads them
// otherwise and nearly as well.
func judge(odd [][]byte) (best verdict, unclear bool) {
	all := verdicts(odd)
	best = all[0]
	if !best.likely() {
		return best, true
	}
	for _, other := range all[1:] {
		if other.total-best.total > lead {
			break
		}
		if !best.same(other.charset, odd) {
			return best, true
		}
	}
	return best, false
}

// verdicts are how well each encoding reads some cells, the best first.
func verdicts(cells [][]byte) (all []verdict) {
	pairs := new([256][256]int) // how often; in the order of bytes, so that equal encodings come to equal sums
	for _, cell := range cells {
		before := byte(0)
		for _, b := range append(slices.Clip(cell), ' ') {
			if b < utf8.RuneSelf && !unicode.IsLetter(rune(b)) {
				b = 0
			}
			if before >= utf8.RuneSelf || b >= utf8.RuneSelf {
				pairs[before][b]++
			}
			before = b
		}
	}
	for i, c := range tables() {
		v := verdict{charset: c}
		for a := range pairs {
			for b, count := range pairs[a] {
				if count > 0 {
					v.total += float64(count) * cost(at(c, byte(a)), at(c, byte(b)))
					v.pairs += count
				}
			}
		}
		v.mean = v.total / float64(max(v.pairs, 1))
		if i > 1 {
			v.total += prior
		}
		all = append(all, v)
	}
	slices.SortStableFunc(all, func(a, b verdict) int { return cmp.Compare(a.total, b.total) })
	return all
}

// same reports whether two encodings read the cells alike.
func (c *charset) same(d *charset, odd [][]byte) bool {
	for _, cell := range odd {
		for _, b := range cell {
			if c.table[b] != d.table[b] {
				return false
			}
		}
	}
	return true
}

// sample is what the first of some cells say in an encoding: names, mostly.
func (c *charset) sample(odd [][]byte) string {
	var all []string
	for _, cell := range odd[:min(len(odd), 3)] {
		all = append(all, cutRunes(strings.Join(strings.Fields(c.text(cell)), " "), 40))
	}
	return strings.Join(all, "; ")
}

func cutRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// at is a byte in an encoding, 0 for what stands between words.
func at(c *charset, b byte) rune {
	if b == 0 {
		return 0
	}
	return c.table[b]
}

// cost is how unlikely it is that one character follows another, in nats; 0 before and after a word.
func cost(a, b rune) float64 {
	la, lb := unicode.IsLetter(a), unicode.IsLetter(b)
	switch {
	case la && lb:
		same := unicode.Is(unicode.Latin, a) == unicode.Is(unicode.Latin, b)
		if !same {
			return unseen
		}
		c := pair(a, b)
		if unicode.IsLower(a) && unicode.IsUpper(b) {
			c += 6
		}
		return c
	case la && b == 0:
		return pair(a, 0)
	case a == 0 && lb:
		return pair(0, b)
	case b == 0:
		return 0 // a sign, paid for where it was entered
	case !la && !lb && a >= utf8.RuneSelf && !(unicode.IsSpace(a) || unicode.IsSpace(b)):
		return unseen // texts have one sign beside another, but whole words of them are letters of another encoding
	case lb && a == '\u00a0' && unicode.IsLower(b): // names go on with a capital
		return 2*unseen/3 + pair(0, b)
	case lb:
		return beside(a, opens) + pair(0, b)
	case la:
		return beside(b, shuts) + pair(a, 0)
	}
	return sign(b)
}

const unseen = 9.0

// Signs that texts have: before a word, behind one, anywhere.
const (
	opens = "«“„‘’(№§ \u00a0¿¡"
	shuts = "»”’“…™®°% \u00a0"
	usual = "«»“”„’‘–—…№°€£©®™·•\u00a0§"
)

func sign(r rune) float64 {
	switch {
	case r == '‘':
		return 5
	case strings.ContainsRune(usual, r):
		return 2
	}
	return unseen
}

// beside is a sign that touches a letter.
func beside(r rune, fits string) float64 {
	if strings.ContainsRune(fits, r) {
		return sign(r)
	}
	return unseen
}

//go:embed pairs.txt
var pairsText string

var (
	pairsOnce sync.Once
	pairCosts map[[2]rune]float64
)

// pair is the cost of two letters, 0 for the edge of a word.
func pair(a, b rune) float64 {
	pairsOnce.Do(func() {
		pairCosts = map[[2]rune]float64{}
		for line := range strings.SplitSeq(pairsText, "\n") {
			if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "[") {
				continue
			}
			fields := strings.Fields(line)
			for _, f := range fields[min(1, len(fields)):] {
				r := []rune(f)
				pairCosts[[2]rune{edge(r[0]), edge(r[1])}] = float64(fields[0][0]-'0') + 0.3
			}
		}
	})
	a, b = unicode.ToLower(a), unicode.ToLower(b)
	if c, ok := pairCosts[[2]rune{a, b}]; ok {
		return c
	}
	if a == 0 && unicode.Is(unicode.Latin, b) || b == 0 && unicode.Is(unicode.Latin, a) {
		if a|b < utf8.RuneSelf {
			return 0 // the table has no pairs of plain letters
		}
	}
	return unseen
}

func edge(r rune) rune {
	if r == '^' || r == '$' {
		return 0
	}
	return r
}
