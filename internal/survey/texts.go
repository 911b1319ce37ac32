package survey

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"onetap/internal/apperr"
)

// What a company writes goes into headers and letters, and from there into mail programs: these are the rules for all of
// it, where it comes in. Quotes, ampersands, joined letters and emoji are ordinary text.

// CheckLine tells what keeps a text of one line out of a letter: text_one_line, text_unseen.
func CheckLine(text, where string) error {
	if strings.ContainsAny(text, "\r\n\v\f\u0085\u2028\u2029") {
		return apperr.New(apperr.Invalid, "text_one_line", where)
	}
	return CheckLines(strings.ReplaceAll(text, "\t", " "), where)
}

// CheckLines is CheckLine for a text of several lines: text_unseen.
func CheckLines(text, where string) error {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unseen) {
		return apperr.New(apperr.Invalid, "text_unseen", where)
	}
	return nil
}

// CheckName is CheckLine for what is shown as somebody's name: besides, text_brackets for < and >, between which mail
// programs look for an address, and name_like_address for a name that would pass for another's.
func CheckName(text, where string) error {
	if err := CheckLine(text, where); err != nil {
		return err
	}
	switch {
	case strings.ContainsAny(text, "<>"):
		return apperr.New(apperr.Invalid, "text_brackets", where)
	case addressLike.MatchString(text):
		return apperr.New(apperr.Invalid, "name_like_address", where)
	}
	return nil
}

// unseen are control characters, and the marks that turn the direction of writing around whatever it is.
func unseen(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}
