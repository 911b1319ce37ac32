package survey

import (
	"strings"
	"time"
)

// Identifiers are keyed hashes of what tells one person of an audience from another. "" where there is nothing of the kind.
type Identifiers struct {
	Mail     ContactID // of the address: the id that a contact has who came with it (keys.Keys.ContactID)
	Customer ContactID // of the customer id
	Phone    ContactID // of the telephone, as PhoneKey spells it
}

// Own is the id of a new contact with these identifiers; "" where there are none.
func (i Identifiers) Own() ContactID {
	switch {
	case i.Mail != "":
		return i.Mail
	case i.Customer != "":
		return i.Customer
	}
	return i.Phone
}

// IdentifierKind says what an Identifier is of.
type IdentifierKind string

const (
	ByMail     IdentifierKind = "m"
	ByCustomer IdentifierKind = "c"
	ByPhone    IdentifierKind = "p"
)

// Identifier is one of a person's identifiers.
type Identifier struct {
	Kind IdentifierKind
	Hash ContactID
}

// Identified is whose an identifier is.
type Identified struct {
	Contact ContactID
	Shared  bool // a telephone of several people: it finds nobody
	// Alone is whom a telephone meant that came without another identifier, and means from then on, whoever shares it.
	Alone ContactID
}

// Claim says whose an identifier is from now on: of nobody where Now is zero. It holds only while the identifier is whose it Was; zero
// is nobody's. Of one that is given up only the contact counts, and a telephone that others share stays what it is.
type Claim struct {
	Identifier
	Was, Now Identified
	Blind    bool // whose it was nobody has looked up: it holds whatever that is
}

// NoMailbox is the Mailbox of a contact without an address.
const NoMailbox ContactID = "-"

// MailboxOf says for a contact where its letters go: see Contact.Mailbox.
func (i Identifiers) MailboxOf(id ContactID) ContactID {
	switch i.Mail {
	case "":
		return NoMailbox
	case id:
		return ""
	}
	return i.Mail
}

// MailID is the id of the contact's address (keys.Keys.ContactID), "" without one.
func (c Contact) MailID() ContactID {
	switch c.Mailbox {
	case "":
		return c.ID
	case NoMailbox:
		return ""
	}
	return c.Mailbox
}

const (
	// maxCustomerID is the length of a customer id in bytes: longer cells are no ids.
	maxCustomerID = 100
	// leastNational are the digits of a telephone without a country that is one person's wherever it rings.
	leastNational = 10
	leastPhone    = 8
	mostPhone     = 15 // E.164
)

// CustomerKey is a customer id as it is compared: small letters, no spaces around, no ".0" of a spreadsheet. "" for what is
// no id.
func CustomerKey(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	if digits, ok := strings.CutSuffix(text, ".0"); ok && digits != "" && strings.Trim(digits, "0123456789") == "" {
		text = digits
	}
	switch text {
	case "-", "–", "—", "0", "null", "none", "n/a", "#n/a", "нет":
		return ""
	}
	if len(text) > maxCustomerID {
		return ""
	}
	return text
}

// PhoneKey is a telephone as it is compared; "" for what does not say which telephone: words, an extension, several numbers,
// fewer digits than a country's. A number with + (or 00) in front is taken as it is written. Without, eleven digits with a
// 7 or an 8 in front are Russian: 8 (916) 123-45-67 is +79161234567. Any other stays digits, alike only to the same digits.
func PhoneKey(text string) string {
	text = strings.TrimSpace(text)
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	if strings.Trim(text, "+0123456789()-\u2010\u2011\u2012–—\u2212./ \u00a0") != "" || strings.LastIndexByte(text, '+') > 0 || strings.Contains(text, "/") {
		return ""
	}
	international := strings.HasPrefix(text, "+")
	if rest, ok := strings.CutPrefix(digits, "00"); ok && !international {
		digits, international = rest, true
	}
	switch n := len(digits); {
	case n == 0 || n > mostPhone || strings.Trim(digits, digits[:1]) == "":
		return ""
	case international && n >= leastPhone:
		return "+" + digits
	case international || n < leastNational:
		return ""
	case n == 11 && (digits[0] == '7' || digits[0] == '8'):
		return "+7" + digits[1:]
	}
	return digits
}

// Likeness is how a stored contact compares with what a list says of it.
type Likeness struct {
	Same   bool // it holds the same, and is found by the same
	Moved  bool // its address is not the one that its id is of
	Before bool // it was written by an earlier try of the same upload
}

// AddressMove is that a contact gets another address, or none. From and To are the ids of the addresses (Identifiers.Mail); "":
// none.
type AddressMove struct {
	Audience Audience
	Contact  ContactID
	From, To ContactID
}

// ContactSave is a contact to be written over what it was.
type ContactSave struct {
	Contact Contact
	Was     time.Time // its Updated; zero: it is new
	Whose   map[Identifier]Identified
	Gone    []Identifier
}
