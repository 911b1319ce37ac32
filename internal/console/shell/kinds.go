package shell

import (
	"cmp"
	"strings"

	"onetap/internal/lang"
	"onetap/internal/survey"
)

// KindLabel is what a breakdown is called: team, owner or language in words, a column of the contacts by its heading.
func KindLabel(l lang.Language, kind string) string {
	if h := survey.Heading(kind); h != "" {
		return h
	}
	return l.T("results.by." + kind)
}

// ValueLabel is one value of a kind in words; names are those of the staff by their ids in small letters.
func ValueLabel(l lang.Language, kind, value string, names map[string]string) string {
	switch {
	case value == "" && kind == survey.KindOwner:
		return l.T("results.nobody")
	case value == "":
		return l.T("results.without")
	case kind == survey.KindOwner:
		return cmp.Or(names[strings.ToLower(value)], value)
	case kind == survey.KindLanguage:
		return LanguageName(l, value)
	}
	return value
}

// LanguageName is what a language is called in the reader's one, else in itself, else its code.
func LanguageName(l lang.Language, code string) string {
	if id := "results.language." + code; l.Has(id) {
		return l.T(id)
	}
	if of, known := lang.Parse(code); known {
		return of.T("format.language")
	}
	return code
}
