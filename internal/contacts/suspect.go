package contacts

import (
	"strings"
	"unicode"

	"onetap/internal/survey"
)

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
		for label := range strings.SplitSeq(survey.ShownDomain(domain), ".") {
			if mixed(label) {
				return true
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
