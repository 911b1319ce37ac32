package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// binder puts no-break spaces where a language does not break a line: behind short words, before dashes, between a number
// and its unit. The files say where, with ordinary spaces in their texts: "format.no_break" lists the marks and words with a
// "_" for the space that holds: "в_" binds a short word to the next one, "_—" a dash to the word before it, "0_" any number
// to what it counts. A language without that message has none of it.
type binder struct {
	before, after map[string]bool // the words and marks, by where their space is
	numbers       bool
}

func readBinder(rules string) binder {
	b := binder{map[string]bool{}, map[string]bool{}, false}
	for r := range strings.FieldsSeq(rules) {
		if r == "0_" {
			b.numbers = true
		} else if w, found := strings.CutSuffix(r, "_"); found {
			b.after[w] = true
		} else if w, found := strings.CutPrefix(r, "_"); found {
			b.before[w] = true
		}
	}
	return b
}

const noBreak = "\u00a0"

func (b binder) any() bool { return b.numbers || len(b.after)+len(b.before) > 0 }

// bind returns a text with its spaces made no-break ones where they hold.
func (b binder) bind(text string) string {
	if !strings.Contains(text, " ") {
		return text
	}
	words := strings.Split(text, " ")
	var out strings.Builder
	for i, w := range words {
		if i > 0 {
			if b.holds(words[i-1], w) {
				out.WriteString(noBreak)
			} else {
				out.WriteByte(' ')
			}
		}
		out.WriteString(w)
	}
	return out.String()
}

// holds reports whether the space between two words does not break.
func (b binder) holds(left, right string) bool {
	if left == "" || right == "" {
		return false
	}
	bare := strings.TrimLeft(left, "(«“„\"")
	if i := strings.LastIndexAny(bare, noBreak+"\n"); i >= 0 {
		_, size := utf8.DecodeRuneInString(bare[i:])
		bare = bare[i+size:]
	}
	if b.after[strings.ToLower(bare)] || b.before[right] {
		return true
	}
	return b.numbers && number(bare) && counted(right)
}

// number reports whether a word ends as a number does: in digits, or in the place of a count.
func number(w string) bool {
	if strings.HasSuffix(w, "{{.Count}}") || strings.HasSuffix(w, "{{.Limit}}") || strings.HasSuffix(w, "{{.Least}}") || strings.HasSuffix(w, "{n}") {
		return true
	}
	return strings.Trim(w, "0123456789,.−-+") == "" && w != "" && unicode.IsDigit(rune(w[len(w)-1]))
}

// counted reports whether a word may be what a number counts.
func counted(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.IsLetter(r) || r == '%' || unicode.Is(unicode.Sc, r)
}
