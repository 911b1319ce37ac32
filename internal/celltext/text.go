// Package celltext reads what people and programs write into one cell of a list: texts with invisible characters in them,
// telephones that a spreadsheet has spoilt, dates, names of languages. It knows nothing of lists or of people.
package celltext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns the text of a cell as a person reads it: invisible and control characters dropped, every run of
// white space one space, none around.
func Clean(text string) string {
	if tidy(text) {
		return text
	}
	return strings.Join(strings.Fields(Visible(text)), " ")
}

// CleanLines is Clean that keeps newlines: for attributes, which may be whole comments.
func CleanLines(text string) string {
	if tidy(text) {
		return text
	}
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	kept := lines[:0]
	for _, l := range lines {
		if l = Clean(l); l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

// tidy reports whether there is nothing to clean: most cells.
func tidy(text string) bool {
	space := true // a space here would be the first or a second one
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == ' ' && space, c < ' ', c == 0x7f:
			return false
		case (c == 0xd0 || c == 0xd1) && i+1 < len(text) && text[i+1] >= 0x80 && text[i+1] <= 0xbf: // U+0400 to U+047F: letters
			i++
			space = false
		case c >= utf8.RuneSelf: // anything but letters is looked at closely
			r, size := utf8.DecodeRuneInString(text[i:])
			if !unicode.IsLetter(r) {
				return false
			}
			i += size - 1
			space = false
		default:
			space = c == ' '
		}
	}
	return text == "" || !space
}

// Visible drops characters that nobody sees, and makes every white space a space. A joiner inside a word is a letter's
// shape in Persian and in the scripts of India, and holds an emoji together: it stays there.
func Visible(text string) string {
	var before rune
	var out strings.Builder
	for i, r := range text {
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case r == zwnj || r == zwj:
			after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
			if !joined(before) || !joined(after) {
				continue
			}
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r), r == utf8.RuneError:
			continue
		}
		out.WriteRune(r)
		before = r
	}
	return out.String()
}

const zwnj, zwj = '\u200c', '\u200d'

// joined reports what a joiner can stand beside: not between Latin or Russian letters, where it is only invisible.
func joined(r rune) bool {
	if unicode.IsLetter(r) || unicode.IsMark(r) {
		return !unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek)
	}
	return r != utf8.RuneError && unicode.In(r, unicode.So, unicode.Sk)
}

// Fold is how names, ids and headings are compared: small letters, ё as е, single spaces, no joiners.
func Fold(text string) string {
	return foldReplacer.Replace(strings.ToLower(Clean(text)))
}

var foldReplacer = strings.NewReplacer("ё", "е", string(zwnj), "", string(zwj), "")

// Cut returns the first n characters of a text.
func Cut(text string, n int) string {
	count := 0
	for i := range text {
		if count++; count > n {
			return text[:i] + "…"
		}
	}
	return text
}

// HasAny reports whether a text has one of the words in it, as a part of a longer word, too.
func HasAny(key string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(key, w) {
			return true
		}
	}
	return false
}
