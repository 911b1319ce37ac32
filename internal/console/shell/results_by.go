package shell

import (
	"cmp"
	"strings"

	"onetap/internal/lang"
	"onetap/internal/survey"
)

// ValueLabel is one value in words; names are those of the staff by their ids in small.
func ValueLabel(l lang.Language, kind, value string, names map[string]string) string {
	switch {
	case value == "" && kind == survey.KindOwner:
		return l.T("results.nobody")
	case value == "":
		return l.T("results.without")
	case kind == survey.KindOwner:
		return cmp.Or(names[strings.ToLower(value)], value)
	case kind == survey.KindLanguage && l.Has("results.language."+value):
		return l.T("results.language." + value)
	}
	return value
}
