package survey

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"onetap/internal/apperr"
)

// Lengths in characters that mail systems allow (RFC 5321, 4.5.3.1, and the erratum on 254).
const (
	MaxAddress = 254
	maxLocal   = 64
	maxDomain  = 253
)

// NormalizeEmail returns the one spelling of an address as people and exports write it: spaces of any kind and invisible
// characters around it, "mailto:", "Name <address>", quotes, a final dot or comma are taken off, letters are made small
// in both parts, and a domain of other letters becomes its ASCII form (xn--). Small letters before the @ as well: no
// provider in use tells them apart, and the same person must not be asked twice.
//
// The error is a *apperr.Error without the address in it. Codes: no_address, several_addresses, address_without_at,
// address_not_latin, address_domain, address_too_long, bad_address. Refused is what SES refuses, and besides what no
// customer has: quoted local parts, comments, address literals, domains without a dot.
func NormalizeEmail(text string) (string, error) {
	address, _, code := ReadAddress(text)
	switch code {
	case "":
		return address, nil
	case "address_too_long":
		return "", apperr.New(apperr.Invalid, code, "", "Limit", MaxAddress)
	}
	return "", apperr.New(apperr.Invalid, code, "")
}

// EmailOf is NormalizeEmail of what a field holds: its problems name the field.
func EmailOf(text, field string) (string, error) {
	email, err := NormalizeEmail(text)
	if p := apperr.As(err); p != nil {
		named := *p
		named.Where = field
		return "", &named
	}
	return email, err
}

// ReadAddress is NormalizeEmail with the name of a "Name <address>" form; code is "" when there is an address.
func ReadAddress(text string) (address, name, code string) {
	if plainAddress(text) { // nearly all of a real list
		address, code = joinAddress(text)
		return address, "", code
	}
	text = trimAddress(visible(text))
	if text == "" {
		return "", "", "no_address"
	}
	if strings.Count(text, "@") > 1 {
		return severalAddresses(text)
	}
	if open := strings.LastIndexByte(text, '<'); open >= 0 && strings.HasSuffix(text, ">") {
		name = strings.Trim(text[:open], " \"'")
		text = trimAddress(text[open+1 : len(text)-1])
	}
	if len(text) > 7 && strings.EqualFold(text[:7], "mailto:") {
		text = text[7:]
		if at := strings.IndexByte(text, '@'); at >= 0 { // a question mark may stand before the @, too
			domain, _, _ := strings.Cut(text[at:], "?")
			text = trimAddress(text[:at] + domain)
		}
	}
	address, code = joinAddress(text)
	return address, name, code
}

// plainAddress reports whether text needs no taking apart: letters, digits and the usual marks, one @ or none.
func plainAddress(text string) bool {
	if text == "" {
		return false
	}
	ats := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '+', c == '.':
		case c == '@':
			ats++
		default:
			return false
		}
	}
	return ats <= 1 && text[len(text)-1] != '.'
}

// visible drops characters that nobody sees (byte order marks, zero-width spaces, soft hyphens, direction marks) and
// makes every kind of white space a space.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
}

// trimAddress takes off what stands around an address: spaces, separators, a final dot, quotes, Excel's apostrophe.
func trimAddress(text string) string {
	for {
		before := text
		text = strings.TrimLeft(text, " ,;'")
		text = strings.TrimRight(text, " ,;.:'")
		if len(text) >= 2 && (text[0] == '"' && text[len(text)-1] == '"' || text[0] == '<' && text[len(text)-1] == '>') {
			text = text[1 : len(text)-1]
		}
		if text == before {
			return text
		}
	}
}

// severalAddresses takes a cell with more than one @: the same address twice is one ("a@example.ru <a@example.ru>").
func severalAddresses(text string) (address, name, code string) {
	with := 0
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;|/<>()[]", r) }) {
		if !strings.Contains(part, "@") {
			continue
		}
		with++
		if strings.Count(part, "@") > 1 {
			return "", "", "bad_address"
		}
		one, _, code := ReadAddress(part)
		if code != "" || address != "" && one != address {
			return "", "", "several_addresses"
		}
		address = one
	}
	if with < 2 {
		return "", "", "bad_address"
	}
	return address, "", ""
}

// joinAddress checks the two parts of an address and makes its letters small.
func joinAddress(text string) (address, code string) {
	if text == "" {
		return "", "no_address"
	}
	local, domain, found := strings.Cut(text, "@")
	if !found {
		return "", "address_without_at"
	}
	if !utf8.ValidString(text) || strings.ContainsAny(text, " <>") {
		return "", "bad_address"
	}
	if code := checkLocal(local); code != "" {
		return "", code
	}
	domain, ok := normalizeDomain(domain)
	if !ok {
		return "", "address_domain"
	}
	if len(local)+1+len(domain) > MaxAddress {
		return "", "address_too_long"
	}
	return strings.ToLower(local) + "@" + domain, ""
}

// checkLocal accepts RFC 5322's dot-atom of ASCII. SES has no SMTPUTF8: other letters cannot be sent to
// (docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html), and mostly are a slip of the keyboard.
func checkLocal(local string) string {
	if local == "" || local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return "bad_address"
	}
	for _, r := range local {
		switch {
		case r > unicode.MaxASCII && unicode.IsPrint(r):
			return "address_not_latin"
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		case !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r):
			return "bad_address"
		}
	}
	if len(local) > maxLocal {
		return "address_too_long"
	}
	return ""
}

// domains maps what is written to what a name server is asked (UTS 46): small letters, full-width forms, "。" for a dot.
// It is made when it is first asked for: the respondent's function, which reads no address, then carries none of its 120 KB.
func domains() *idna.Profile {
	domainsOnce.Do(func() {
		domainsProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.StrictDomainName(true))
	})
	return domainsProfile
}

var (
	domainsOnce    sync.Once
	domainsProfile *idna.Profile
)

// ASCIIDomain is a domain as headers and name servers have it: "пример.рф" is "xn--e1afmkfd.xn--p1ai". ok is false for what
// is no domain of two labels or more.
func ASCIIDomain(domain string) (ascii string, ok bool) { return normalizeDomain(domain) }

func normalizeDomain(domain string) (string, bool) {
	ascii := strings.ToLower(domain)
	if !isASCII(domain) || strings.Contains(ascii, "xn--") {
		var err error
		if ascii, err = domains().ToASCII(domain); err != nil {
			return "", false
		}
		ascii = strings.TrimSuffix(ascii, ".")
	}
	if len(ascii) > maxDomain {
		return "", false
	}
	labels, rest := 0, ascii
	for rest != "" || labels == 0 {
		var label string
		var more bool
		label, rest, more = strings.Cut(rest, ".")
		labels++
		if !validLabel(label) || more && rest == "" {
			return "", false
		}
	}
	top := ascii[strings.LastIndexByte(ascii, '.')+1:]
	return ascii, labels >= 2 && len(top) >= 2 && strings.Trim(top, "0123456789") != ""
}

func validLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := 0; i < len(label); i++ {
		if c := label[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return true
}

func isASCII(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ShownDomain is a domain as people write it: what a header has as xn--… is in its own letters.
func ShownDomain(domain string) string {
	if text, err := domains().ToUnicode(domain); err == nil {
		return text
	}
	return domain
}
