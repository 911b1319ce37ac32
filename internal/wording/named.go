package wording

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"onetap/internal/lang"
	"onetap/internal/survey"
)

const placeholderName = "{name}"

// Part is a stretch of a text: the same for everybody, or one that depends on whether the recipient's name is known.
type Part struct {
	Plain   string   // for everybody, when With is nil
	With    []string // what stands before, between and behind the name
	Without string   // what stands there for a person without a name: no mark and no space that belonged to it
}

// Split takes a text apart at its "{name}". Marks and spaces around a name belong to its part, and so does the word behind
// it where a sentence begins with that once the name is gone.
func Split(text string) (parts []Part) {
	done := 0 // bytes that are in parts
	for {
		at := strings.Index(text[done:], placeholderName)
		if at < 0 {
			break
		}
		from, to := stretch(text, done, done+at)
		left, right := text[:from], text[to:]
		between := strings.Split(text[from:to], placeholderName)
		without, begins := bridge(left, right, between[0], between[len(between)-1])
		if word := firstWord(right); begins && word == strings.ToLower(word) {
			r, size := utf8.DecodeRuneInString(right)
			if unicode.IsLower(r) {
				without += string(unicode.ToTitle(r))
				between[len(between)-1] += right[:size]
				to += size
			}
		}
		if from > done {
			parts = append(parts, Part{Plain: text[done:from]})
		}
		parts = append(parts, Part{With: between, Without: without})
		done = to
	}
	if done < len(text) {
		parts = append(parts, Part{Plain: text[done:]})
	}
	return parts
}

// Nameless is a text as a person without a name reads it.
func Nameless(text string) string {
	var out strings.Builder
	for _, p := range Split(text) {
		out.WriteString(p.Plain)
		if p.With != nil {
			out.WriteString(p.Without)
		}
	}
	return strings.TrimSpace(out.String())
}

// WithoutName returns every text of a campaign in a language as whoever has no name reads it. A text that was nothing but
// the name gives way to the audience's own: "{name}!" to "Здравствуйте!".
func WithoutName(c survey.Campaign, l lang.Language) survey.Wording {
	w := For(c, l)
	for _, f := range texts {
		s := f.of(&w)
		if *s = Nameless(*s); *s == "" {
			*s = Nameless(standard(c, l, f.name))
		}
	}
	return w
}

// stretch widens the place of a name to the marks and spaces around it, over further names; not before from.
func stretch(text string, from, at int) (start, end int) {
	start, end = at, at
	for start > from {
		r, size := utf8.DecodeLastRuneInString(text[from:start])
		if !mark(r) {
			break
		}
		start -= size
	}
	for end < len(text) {
		if strings.HasPrefix(text[end:], placeholderName) {
			end += len(placeholderName)
			for _, s := range []string{"'s ", "’s "} { // "{name}'s order"
				if strings.HasPrefix(text[end:], s) {
					end += len(s) - 1
				}
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[end:])
		if !mark(r) {
			break
		}
		end += size
	}
	return start, end
}

const (
	openers = "«„“‘(\"'‹[¿¡"
	closers = "»“”’)\"'›]"
	ends    = ".!?…"
)

func blank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
}

// mark is what stands between words and means nothing alone.
func mark(r rune) bool {
	return blank(r) || strings.ContainsRune(",;:.!?…—–-‐‑―()[]{}«»„“”\"'‘’‹›¡¿*_~·•|/\\", r)
}

// bridge is what stands between left and right when the name and its marks, before and after, are gone. begins reports that
// right begins a sentence then.
func bridge(left, right, before, after string) (without string, begins bool) {
	before, after = unpaired(before, after)
	kept := before[:len(before)-len(strings.TrimLeft(before, closers))] // closes what stands in left
	before = before[len(kept):]
	opened := after[len(strings.TrimRight(after, openers)):] // opens what stands in right
	said := strings.ContainsFunc(left, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	after = after[:len(after)-len(opened)]
	after = strings.TrimLeft(after, "\u200b\u2060\ufeff")
	sentence := lastOf(before, ends)
	switch {
	case !said && right == "": // nothing but marks and pictures
		return "", false
	case !said:
		lead := before[len(strings.TrimRightFunc(before, func(r rune) bool { return !blank(r) && strings.ContainsRune(openers, r) })):]
		if left != "" { // a picture
			lead = spaces(before) + lead
		}
		return kept + lead + opened, true
	case right == "" && sentence > 0:
		return kept + before[:sentence], false
	case right == "":
		return kept + strings.TrimRightFunc(after, blank), false
	case sentence > 0:
		return kept + before + opened, true
	case strings.TrimFunc(after, blank) == "" && strings.ContainsFunc(right, unicode.IsLetter) && strings.ContainsAny(before, ",;:—–"), after == "":
		return kept + before + opened, false
	}
	return kept + after + opened, false
}

// unpaired takes off marks that only enclosed the name.
func unpaired(before, after string) (string, string) {
	for _, pair := range [][2]string{{"«", "»"}, {"„", "“"}, {"“", "”"}, {"(", ")"}, {"[", "]"}, {"\"", "\""}, {"'", "'"}, {"‘", "’"}, {"*", "*"}, {"_", "_"}, {"{", "}"}, {"‹", "›"}} {
		b, ok := strings.CutSuffix(before, pair[0])
		if a, too := strings.CutPrefix(after, pair[1]); ok && too {
			return unpaired(strings.TrimRightFunc(b, blank), a)
		}
	}
	return before, after
}

func spaces(s string) string {
	return s[:len(s)-len(strings.TrimLeftFunc(s, blank))]
}

// lastOf is where the last of some marks in s ends, 0 without one.
func lastOf(s, marks string) int {
	at := strings.LastIndexAny(s, marks)
	if at < 0 {
		return 0
	}
	_, size := utf8.DecodeRuneInString(s[at:])
	return at + size
}

func firstWord(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		return s
	}
	return s[:end]
}
