package survey

import (
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"
)

// cleanCell returns the text of a cell as a person reads it: invisible and control characters dropped, every run of
// white space one space, none around.
func cleanCell(text string) string {
	if tidy(text) {
		return text
	}
	return strings.Join(strings.Fields(visibleText(text)), " ")
}

// cleanText is cleanCell that keeps newlines: for attributes, which may be whole comments.
func cleanText(text string) string {
	if tidy(text) {
		return text
	}
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	kept := lines[:0]
	for _, l := range lines {
		if l = cleanCell(l); l != "" {
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

// visibleText drops what nobody sees. A joiner inside a word is a letter's shape in Persian and in the scripts of India, and
// holds an emoji together: it stays there.
func visibleText(text string) string {
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

// fold is how names, ids and headings are compared: small letters, ё as е, single spaces, no joiners.
func fold(text string) string {
	return foldReplacer.Replace(strings.ToLower(cleanCell(text)))
}

var foldReplacer = strings.NewReplacer("ё", "е", string(zwnj), "", string(zwj), "")

// languageOf reads how lists name languages: "ru", "рус.", "Русский", "Russian", "ru-RU". known is false for a language
// that surveys are not sent in.
func languageOf(text string) (language string, known bool) {
	key := strings.Trim(fold(text), ". ")
	key, _, _ = strings.Cut(strings.ReplaceAll(key, "_", "-"), "-")
	switch key {
	case "ru", "rus", "russian", "рус", "ру", "русский", "русская", "по-русски", "русский язык":
		return "ru", true
	case "en", "eng", "english", "анг", "англ", "английский", "английский язык", "gb", "us":
		return "en", true
	}
	return "", key == ""
}

// phoneOf tidies a telephone number so that it can be called: Excel's apostrophe, ".0" and 7.9161234567E+10 are undone, a
// number that is surely whole becomes + and digits, an eight at the front of a Russian one +7. What holds words or
// several numbers stays as written. usable is false for what nobody can call: digits lost in 7.9E+10, too few, too
// many, all the same.
func phoneOf(text string) (phone string, usable bool) {
	text = strings.TrimSpace(strings.TrimLeft(cleanCell(text), "'`’= "))
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

// shouting reports a name in capitals.
func shouting(name string) bool {
	letters := 0
	for _, r := range name {
		switch {
		case unicode.IsLower(r):
			return false
		case unicode.IsUpper(r):
			letters++
		}
	}
	return letters >= 4 // "ИП" and initials are no shouting
}

// misspelt domains and what was meant; a report for the accounting system, never a refusal: somebody may own gmial.com.
var misspelt = map[string]string{
	"gmial.com": "gmail.com", "gmai.com": "gmail.com", "gmal.com": "gmail.com", "gmil.com": "gmail.com", "gamil.com": "gmail.com", "gnail.com": "gmail.com",
	"gmail.co": "gmail.com", "gmail.cm": "gmail.com", "gmail.ru": "gmail.com", "gmaill.com": "gmail.com", "gmeil.com": "gmail.com", "jmail.com": "gmail.com",
	"yandx.ru": "yandex.ru", "yadex.ru": "yandex.ru", "yndex.ru": "yandex.ru", "yandex.r": "yandex.ru", "yandeks.ru": "yandex.ru", "jandex.ru": "yandex.ru",
	"yanex.ru": "yandex.ru", "yandec.ru": "yandex.ru", "ynadex.ru": "yandex.ru", "uandex.ru": "yandex.ru", "mial.ru": "mail.ru", "maill.ru": "mail.ru",
	"mai.ru": "mail.ru", "mail.tu": "mail.ru", "meil.ru": "mail.ru", "mali.ru": "mail.ru", "maul.ru": "mail.ru", "ramler.ru": "rambler.ru",
	"rambler.com": "rambler.ru", "hotmial.com": "hotmail.com", "hotmal.com": "hotmail.com", "hotmai.com": "hotmail.com", "hotmail.co": "hotmail.com",
	"outlok.com": "outlook.com", "outllok.com": "outlook.com", "outloook.com": "outlook.com", "yaho.com": "yahoo.com", "yahooo.com": "yahoo.com",
	"iclod.com": "icloud.com", "icloud.co": "icloud.com", "icoud.com": "icloud.com",
}

// suspicious reports a domain that is most likely a slip of the keyboard.
func suspicious(email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	if misspelt[domain] != "" {
		return true
	}
	switch domain[strings.LastIndexByte(domain, '.')+1:] {
	case "con", "cmo", "ocm", "comm", "cim", "vom", "ry", "rru", "tu", "nte", "ogr": // no such top-level domains
		return true
	}
	if strings.Contains(domain, "xn--") {
		if text, err := domains().ToUnicode(domain); err == nil {
			for label := range strings.SplitSeq(text, ".") {
				if mixed(label) {
					return true
				}
			}
		}
	}
	return false
}

// mixed reports letters of two alphabets in one word.
func mixed(label string) bool {
	latin, cyrillic := false, false
	for _, r := range label {
		latin = latin || unicode.Is(unicode.Latin, r)
		cyrillic = cyrillic || unicode.Is(unicode.Cyrillic, r)
	}
	return latin && cyrillic
}

// roleAddress reports an address of a function, read by whoever is on duty: its answer is nobody's in particular.
func roleAddress(email string) bool {
	local, _, _ := strings.Cut(email, "@")
	local, _, _ = strings.Cut(local, "+")
	switch local {
	case "info", "office", "mail", "email", "contact", "contacts", "hello", "admin", "administrator", "root", "webmaster", "hostmaster", "postmaster",
		"abuse", "noreply", "no-reply", "donotreply", "support", "help", "helpdesk", "service", "sales", "sale", "order", "orders", "zakaz", "shop",
		"marketing", "pr", "hr", "job", "jobs", "kadry", "buh", "buhg", "accounting", "accounts", "billing", "finance", "invoice", "secretary", "sekretar",
		"reception", "priem", "director", "manager", "company", "team":
		return true
	}
	return false
}
