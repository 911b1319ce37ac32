package survey

import (
	"slices"
	"strings"
	"unicode"
)

// accountHeadings are what lists call the company that a contact works for, the surest first, in small letters and without what is
// no letter.
var accountHeadings = []string{
	"companyname", "accountname", "company", "account", "associatedcompany", "organization", "organisation", "organizationname", "employer", "customercompany",
	"названиекомпании", "компания", "компанияклиент", "организация", "контрагент", "юрлицо", "юридическоелицо", "фирма", "предприятие", "компанияклиента", "работодатель",
	"client", "customer", "клиент", "заказчик", // beside a column that names the person
}

// AccountName is the name of the company that a contact works for; of contacts from before companies were kept as such, as a further column of
// the list says it; "" where none does.
func (c Contact) AccountName() string {
	if c.Company.Name != "" {
		return c.Company.Name
	}
	best, name := len(accountHeadings), ""
	for heading, text := range c.Attrs {
		plain := strings.Map(func(r rune) rune {
			if !unicode.IsLetter(r) {
				return -1
			}
			return unicode.ToLower(r)
		}, heading)
		if i := slices.Index(accountHeadings, plain); i >= 0 && i < best && strings.TrimSpace(text) != "" {
			best, name = i, strings.TrimSpace(text)
		}
	}
	return name
}

// Dial is the address that calls the person's number, the first one where there are several and without an extension; "" for what
// is no number.
func (p Person) Dial() string {
	phone := p.Phone
	if i := strings.IndexFunc(phone, func(r rune) bool { return unicode.IsLetter(r) || r == ',' || r == ';' || r == '/' || r == '#' }); i > 0 && digits(phone[:i]) >= 5 {
		phone = phone[:i]
	}
	number := strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	if n := digits(number); n < 5 || n > 15 || strings.LastIndex(number, "+") > 0 {
		return ""
	}
	return "tel:" + number
}

func digits(text string) (n int) {
	for _, r := range text {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}
