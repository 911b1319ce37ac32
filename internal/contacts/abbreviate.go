package contacts

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// wholeWords look like abbreviations of a heading and are words of their own: a sentence's dot stands behind them.
var wholeWords = []string{"ответ", "адрес", "номер", "контакт", "имя", "contact", "name", "phone", "mail", "account"}

// abbreviated tells what a heading with dots is short for: "Моб. тел." is "мобильный телефон", "Менедж." is "менеджер". It is
// "" where no word is cut, where the heading is a word of the vocabulary as it stands, and where two fields could be meant.
func (c Words) abbreviated(heading string) Field {
	var parts []string
	cut := false
	for word := range strings.FieldsSeq(strings.ReplaceAll(heading, ".", ". ")) {
		cut = cut || strings.HasSuffix(word, ".")
		if key := HeadingKey(word); key != "" {
			parts = append(parts, key)
		}
	}
	if !cut || len(parts) == 0 || len(parts) > 3 {
		return ""
	}
	if key := strings.Join(parts, ""); utf8.RuneCountInString(key) < 4 || slices.Contains(wholeWords, key) {
		return ""
	}
	var found Field
	for f, t := range c {
		if f == FieldIgnored || !t.abbreviatedBy(parts) {
			continue
		}
		if found != "" {
			return ""
		}
		found = f
	}
	return found
}

// abbreviatedBy reports whether one of the words begins with the first part and goes on, in this order, with the others.
func (t terms) abbreviatedBy(parts []string) bool {
	for _, words := range []map[string]bool{t.sure, t.perhaps} {
		for word := range words {
			if fitsParts(word, parts) {
				return true
			}
		}
	}
	return false
}

func fitsParts(word string, parts []string) bool {
	rest, ok := strings.CutPrefix(word, parts[0])
	for _, part := range parts[1:] {
		at := strings.Index(rest, part)
		if !ok || at < 0 || utf8.RuneCountInString(part) < 2 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return ok
}
