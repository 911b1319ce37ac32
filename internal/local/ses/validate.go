package ses

import (
	"errors"
	"fmt"
	"mime"
	"strings"
)

// SES's limits, from its API reference (SendBulkEmail, SendEmail, MessageHeader, MessageTag) and its list of quotas.
const (
	maxDestinations  = 50       // entries of one SendBulkEmail, and recipients of one message
	maxHeaders       = 15       // of a template, a simple message, or an entry
	maxHeaderName    = 126      // characters
	maxHeaderValue   = 995      // characters
	maxHeader        = 996      // characters of name and value together
	maxTag           = 256      // characters of a tag's name, and of its value
	maxTemplateData  = 262144   // characters of TemplateData and of ReplacementTemplateData
	maxMessageBytes  = 40 << 20 // a message after encoding
	maxRequestBytes  = 60 << 20 // a request holding such a message in base64
	maxLocalPart     = 64       // octets, RFC 5321
	maxAddressLength = 320      // octets, SES's limit of an address
)

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// address checks an address with or without a display name and gives the bare one. It holds no part of the address in its
// errors, which end in logs.
func address(s string) (string, error) {
	if strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return "", errors.New("address contains a control character")
	}
	bare := strings.TrimSpace(s)
	if strings.HasSuffix(bare, ">") {
		open := strings.LastIndexByte(bare, '<')
		if open < 0 {
			return "", errors.New("illegal address")
		}
		if !isASCII(bare[:open]) {
			return "", errors.New("display name must be encoded as RFC 2047 says")
		}
		if !displayName(strings.TrimSpace(bare[:open])) {
			return "", errors.New("illegal display name: quote it")
		}
		bare = bare[open+1 : len(bare)-1]
	}
	return bare, checkAddress(bare)
}

// displayName reports whether RFC 5322 takes a name: between quotes, or without the characters that mean something in a
// header. A comma outside quotes would end the address.
func displayName(name string) bool {
	if inner, ok := strings.CutPrefix(name, `"`); ok {
		inner, ok = strings.CutSuffix(inner, `"`)
		for ; ok && inner != ""; inner = inner[1:] {
			if inner[0] == '"' || inner == `\` {
				return false
			}
			if inner[0] == '\\' {
				inner = inner[1:]
			}
		}
		return ok
	}
	return !strings.ContainsAny(name, `()<>[]:;@\,"`)
}

func checkAddress(a string) error {
	at := strings.LastIndexByte(a, '@')
	switch {
	case a == "":
		return errors.New("empty address")
	case at < 0:
		return errors.New("missing final '@domain'")
	case at == 0:
		return errors.New("missing local name")
	case at > maxLocalPart:
		return errors.New("local address is longer than 64 characters")
	case len(a) > maxAddressLength:
		return errors.New("address is longer than 320 characters")
	}
	if err := checkLocal(a[:at]); err != nil {
		return err
	}
	return checkDomain(a[at+1:])
}

func checkLocal(local string) error {
	if strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return errors.New("local address starts or ends with a dot or has two in a row")
	}
	for i := range len(local) {
		switch c := local[i]; {
		case c >= 0x80:
			return errors.New("local address contains a character outside ASCII")
		case c <= ' ' || c == 0x7f:
			return errors.New("local address contains control or whitespace")
		case strings.IndexByte(`()<>[]:;@\,"`, c) >= 0:
			return errors.New("local address contains illegal character")
		}
	}
	return nil
}

func checkDomain(domain string) error {
	if domain == "" {
		return errors.New("missing domain")
	}
	if len(domain) > 253 {
		return errors.New("domain is longer than 253 characters")
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return errors.New("domain has no top-level domain")
	}
	for _, l := range labels {
		if l == "" {
			return errors.New("domain starts or ends with a dot or has two in a row")
		}
		if len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return errors.New("domain contains an illegal label")
		}
		for i := range len(l) {
			switch c := l[i]; {
			case c >= 0x80:
				return errors.New("domain contains a character outside ASCII: encode it as Punycode")
			case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '-', c == '_':
			default:
				return errors.New("domain contains illegal character")
			}
		}
	}
	return nil
}

// checkDestination checks the recipients of one message.
func checkDestination(d destination) error {
	switch n := d.count(); {
	case n == 0:
		return errors.New("recipient count is zero: Destination needs an address in ToAddresses, CcAddresses or BccAddresses")
	case n > maxDestinations:
		return fmt.Errorf("recipient count exceeds %d", maxDestinations)
	}
	for _, list := range [3]struct {
		name string
		all  []string
	}{{"ToAddresses", d.To}, {"CcAddresses", d.Cc}, {"BccAddresses", d.Bcc}} {
		for i, a := range list.all {
			if _, err := address(a); err != nil {
				return fmt.Errorf("%s[%d]: %w", list.name, i, err)
			}
		}
	}
	return nil
}

func checkTags(tags []header) error {
	for i, t := range tags {
		if err := checkTag(t.Name); err != nil {
			return fmt.Errorf("tag %d: name %w", i, err)
		}
		if err := checkTag(t.Value); err != nil {
			return fmt.Errorf("tag %s: value %w", t.Name, err)
		}
		for _, other := range tags[:i] {
			if other.Name == t.Name {
				return fmt.Errorf("tag %s is given twice", t.Name)
			}
		}
	}
	return nil
}

func checkTag(s string) error {
	if s == "" {
		return errors.New("is empty")
	}
	if len(s) > maxTag {
		return fmt.Errorf("is longer than %d characters", maxTag)
	}
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '-', c == '_':
		default:
			return errors.New("may hold only ASCII letters, digits, _ and -")
		}
	}
	return nil
}

// reservedHeaders are made from other fields of the request; a second one would make a message that RFC 5322 forbids.
var reservedHeaders = []string{
	"From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Return-Path", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding", "Content-Disposition", "DKIM-Signature", "Received",
}

func checkHeaders(list []header) error {
	if len(list) > maxHeaders {
		return fmt.Errorf("more than %d headers", maxHeaders)
	}
	for i, h := range list {
		if err := checkHeader(h); err != nil {
			return fmt.Errorf("header %d: %w", i, err)
		}
		for _, r := range reservedHeaders {
			if strings.EqualFold(r, h.Name) {
				return fmt.Errorf("header %s is set by SES", r)
			}
		}
		for _, other := range list[:i] {
			if strings.EqualFold(other.Name, h.Name) {
				return fmt.Errorf("header %s is given twice", h.Name)
			}
		}
	}
	return nil
}

func checkHeader(h header) error {
	switch {
	case h.Name == "":
		return errors.New("name is empty")
	case len(h.Name) > maxHeaderName:
		return fmt.Errorf("name is longer than %d characters", maxHeaderName)
	case h.Value == "":
		return errors.New("value is empty")
	case len(h.Value) > maxHeaderValue:
		return fmt.Errorf("value is longer than %d characters", maxHeaderValue)
	case len(h.Name)+len(h.Value) > maxHeader:
		return fmt.Errorf("name and value are longer than %d characters together", maxHeader)
	}
	for i := range len(h.Name) {
		if c := h.Name[i]; c <= ' ' || c >= 0x7f || c == ':' {
			return errors.New("name may hold only printable ASCII and no colon")
		}
	}
	for i := range len(h.Value) {
		if c := h.Value[i]; c < ' ' || c >= 0x7f {
			return errors.New("value may hold only printable ASCII")
		}
	}
	return nil
}

// decodeWords turns RFC 2047 words into text, for people; what cannot be decoded is shown as it is.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	d := new(mime.WordDecoder)
	if out, err := d.DecodeHeader(s); err == nil {
		return out
	}
	return s
}
