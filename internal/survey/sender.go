package survey

import (
	"encoding/base64"
	"mime"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"onetap/internal/apperr"
)

// MaxSender is how long a sender may be in a header, in bytes of ASCII: name as RFC 2047 writes it, and address. SES takes
// an address of 320; with its name as long as that, it is within every limit of a header line (RFC 5322, 2.1.1).
const MaxSender = 320

// Sender is whom a letter comes from, taken apart: a name that may be in any letters, or "", and the one spelling of an
// address, all ASCII.
type Sender struct{ Name, Address string }

// ReadSender reads an address or "name <address>" as people write it: the name with or without quotes, with commas and
// in any letters, or as RFC 2047 encodes it; the domain in any letters (its ASCII form is returned).
//
// What mail systems would refuse, or show as something else, is a problem: sender_wrong, sender_not_latin (letters before
// the @ that SES cannot send), sender_too_long, text_brackets, text_one_line, text_unseen; where is "sender".
func ReadSender(text string) (Sender, error) {
	refuse := func(code string, with ...any) (Sender, error) {
		return Sender{}, apperr.New(apperr.Invalid, code, "sender", with...)
	}
	var s Sender
	text = strings.TrimSpace(text)
	if err := CheckLine(text, "sender"); err != nil {
		return Sender{}, err
	}
	address := text
	if open := strings.LastIndexByte(text, '<'); open >= 0 {
		if !strings.HasSuffix(text, ">") {
			return refuse("sender_wrong")
		}
		s.Name, address = plainName(text[:open]), text[open+1:len(text)-1]
	}
	if stillEncoded.MatchString(s.Name) { // recipients would read the code
		return refuse("sender_wrong")
	}
	if err := CheckName(s.Name, "sender"); err != nil { // what was encoded may hold what was not to be seen
		return Sender{}, err
	}
	var err error
	if s.Address, err = NormalizeEmail(address); apperr.Is(err, "address_not_latin") {
		return refuse("sender_not_latin")
	} else if err != nil || strings.Count(address, "@") != 1 {
		return refuse("sender_wrong")
	}
	if len(s.Header()) > MaxSender {
		return refuse("sender_too_long", "Limit", MaxSender)
	}
	return s, nil
}

// plainName is a display name as a person reads it: without the quotes that a header needs, and decoded.
func plainName(text string) string {
	name := strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(name, `"`); ok && len(inner) > 0 && strings.HasSuffix(inner, `"`) {
		name = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(strings.TrimSuffix(inner, `"`))
	}
	if strings.Contains(name, "=?") {
		if decoded, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
			name = decoded
		}
	}
	return strings.TrimSpace(name)
}

// String writes a sender for people.
func (s Sender) String() string {
	if s.Name == "" {
		return s.Address
	}
	return s.Name + " <" + s.Address + ">"
}

// Header writes a sender for a header, in ASCII alone (RFC 5322; RFC 2047 for a name of other letters).
func (s Sender) Header() string {
	if s.Name == "" {
		return s.Address
	}
	if plain(s.Name) {
		return `"` + s.Name + `" <` + s.Address + ">"
	}
	return encodedWords(s.Name) + " <" + s.Address + ">"
}

// Fitting shortens the name to what a header takes. A company's name may be longer than that; the address never is.
func (s Sender) Fitting() Sender {
	for runes := []rune(s.Name); s.Name != "" && len(s.Header()) > MaxSender; {
		runes = runes[:len(runes)-1]
		s.Name = strings.TrimRight(string(runes), " ,.-") + "…"
		if len(runes) == 0 {
			s.Name = ""
		}
	}
	return s
}

// plain reports whether a name can stand between quotes as it is. What would have to be escaped there, or could be taken
// for an address or for an encoded word, is encoded instead.
func plain(name string) bool {
	for i := range len(name) {
		if c := name[i]; c < ' ' || c > '~' || strings.IndexByte(`"\<>@`, c) >= 0 {
			return false
		}
	}
	return !strings.Contains(name, "=?")
}

// encodedWords writes a name in RFC 2047's words of at most 75 characters, none of which ends within a letter.
func encodedWords(name string) string {
	const maxBytes = 45 // bytes: 60 characters of base64
	var words []string
	for name = strings.ToValidUTF8(name, "\uFFFD"); name != ""; {
		n := 0
		for n < len(name) {
			_, size := utf8.DecodeRuneInString(name[n:])
			if n+size > maxBytes {
				break
			}
			n += size
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(name[:n]))+"?=")
		name = name[n:]
	}
	return strings.Join(words, " ")
}

// stillEncoded is an encoded word that was not decoded: of an encoding other than UTF-8 and Latin-1, or broken.
var stillEncoded = regexp.MustCompile(`=\?[^?\s]+\?[bBqQ]\?`)

// addressLike is what a name must not hold: mail programs show the name, not the address, and it would pass for another's.
var addressLike = regexp.MustCompile(`\S@\S+\.\S`)

// Senders are the addresses and the domains that a deployment lets letters come from. The zero value lets none.
type Senders struct{ addresses, domains []string }

// NewSenders reads the deployment's own sender, whose whole domain is allowed, and its list of further addresses and
// domains, with commas or spaces between them.
func NewSenders(deployment, list string) (Senders, error) {
	own, err := ReadSender(deployment)
	if err != nil {
		return Senders{}, err
	}
	_, domain, _ := strings.Cut(own.Address, "@")
	s := Senders{domains: []string{domain}}
	for _, entry := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		if strings.Contains(entry, "@") {
			a, err := NormalizeEmail(entry)
			if err != nil {
				return Senders{}, apperr.New(apperr.Invalid, "sender_wrong", "senders")
			}
			s.addresses = append(s.addresses, a)
			continue
		}
		d, ok := normalizeDomain(entry)
		if !ok {
			return Senders{}, apperr.New(apperr.Invalid, "sender_wrong", "senders")
		}
		s.domains = append(s.domains, d)
	}
	return s, nil
}

// Check tells why letters may not come from a sender: the problems of ReadSender, and sender_not_allowed. "" is the
// deployment's own, which always may. A domain that is allowed is so with those under it, as SES has it
// (docs.aws.amazon.com/ses/latest/dg/creating-identities.html).
func (s Senders) Check(sender string) error {
	if sender == "" {
		return nil
	}
	from, err := ReadSender(sender)
	if err != nil {
		return err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	under := func(d string) bool { return domain == d || strings.HasSuffix(domain, "."+d) }
	if slices.Contains(s.addresses, from.Address) || slices.ContainsFunc(s.domains, under) {
		return nil
	}
	var allowed []string
	for _, d := range s.domains {
		allowed = append(allowed, "@"+ShownDomain(d))
	}
	return apperr.New(apperr.Invalid, "sender_not_allowed", "sender", "Allowed", strings.Join(append(allowed, s.addresses...), ", "))
}
