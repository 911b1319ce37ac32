package celltext

import (
	"math/big"
	"strings"
	"unicode"
)

// Phone tidies a telephone number so that it can be called: Excel's apostrophe, ".0" and 7.9161234567E+10 are undone, a
// number that is surely whole becomes + and digits, an eight at the front of a Russian one +7. What holds words or
// several numbers stays as written. usable is false for what nobody can call: digits lost in 7.9E+10, too few, too
// many, all the same.
func Phone(text string) (phone string, usable bool) {
	text = strings.TrimSpace(strings.TrimLeft(Clean(text), "'`’= "))
	if text == "" {
		return "", true
	}
	if whole, was := undoExponent(text); was {
		if whole == "" {
			return "", false
		}
		text = whole
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	if len(digits) < 5 || strings.Trim(digits, digits[:1]) == "" {
		return "", false
	}
	if strings.Trim(text, "+0123456789()-\u2010\u2011\u2012–—\u2212./ ") != "" || strings.Count(text, "+") > 1 {
		return text, true // words, an extension, several
	}
	switch {
	case len(digits) > 15: // E.164
		if strings.ContainsAny(text, "/") {
			return text, true
		}
		return "", false
	case strings.HasPrefix(text, "+"):
		return "+" + digits, true
	case len(digits) == 11 && (digits[0] == '7' || digits[0] == '8'):
		return "+7" + digits[1:], true
	}
	return text, true // ten digits may be Russian or American: better as written than called wrong
}

// undoExponent reads a number that a spreadsheet has written with an exponent or a fraction; whole is "" when digits were
// lost.
func undoExponent(text string) (whole string, was bool) {
	number := strings.ReplaceAll(strings.ToUpper(text), ",", ".")
	mantissa, exponent, has := strings.Cut(number, "E")
	if !has {
		digits, zero, fraction := strings.Cut(number, ".")
		if fraction && strings.Trim(zero, "0") == "" && len(zero) > 0 && len(digits) >= 10 && strings.Trim(digits, "0123456789") == "" {
			return digits, true
		}
		return "", false
	}
	exponent = strings.TrimPrefix(exponent, "+")
	if strings.Trim(mantissa, "0123456789.") != "" || mantissa == "" || exponent == "" || len(exponent) > 2 || strings.Trim(exponent, "0123456789") != "" {
		return "", false
	}
	_, fraction, _ := strings.Cut(mantissa, ".")
	value, ok := new(big.Rat).SetString(mantissa + "e" + exponent)
	// A number of telephone length written with nine digits or fewer has lost the others.
	if !ok || !value.IsInt() || len(fraction) < 9 {
		return "", true
	}
	return value.Num().String(), true
}

// LooksLikePhone reports whether a cell holds a telephone number and hardly anything else.
func LooksLikePhone(text string) bool {
	digits, letters := 0, 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	if digits < 5 || letters > digits || strings.Contains(text, "@") || IsDate(text) {
		return false
	}
	_, usable := Phone(text)
	return usable
}

// IsDate reports whether a cell is a date, with a time or without: "2026-11-20 09:00:00", "20.11.2026", "11/20/26".
func IsDate(text string) bool {
	day, _, _ := strings.Cut(strings.Replace(Clean(text), "T", " ", 1), " ")
	parts := strings.FieldsFunc(day, func(r rune) bool { return r == '.' || r == '-' || r == '/' })
	if len(parts) != 3 || len(day) < 6 || len(day) > 10 {
		return false
	}
	for _, p := range parts {
		if len(p) == 3 || len(p) > 4 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}
