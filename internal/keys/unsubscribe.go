package keys

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/url"
	"strings"
)

// MaxUnsubscribe is how many bytes of a POST to an unsubscribe link are read; what RFC 8058 wants has 26.
const MaxUnsubscribe = 64 << 10

// maxWrappings is how many encodings, one in the other, are undone, and maxParts how many parts of a multipart body are read.
const maxWrappings, maxParts = 3, 50

// SaysUnsubscribe reports whether the body of a POST says that its sender wants no more letters: RFC 8058's
// List-Unsubscribe=One-Click, or confirm=yes of our own page's button.
//
// The RFC names two ways to send it, and mail programs and the servers that press the button for them have found others:
// without a Content-Type or with another one, with line ends behind it, in quotes, as JSON, as the header it was read
// from, encoded as an e-mail's text is. It is asked for the words in whatever they are wrapped. Something else, nothing,
// and a body that says two things of the one name are no one's will.
func SaysUnsubscribe(contentType string, body []byte) bool {
	if len(body) > MaxUnsubscribe {
		return false
	}
	boundary := ""
	if media, parameters, err := mime.ParseMediaType(contentType); err == nil && strings.HasPrefix(media, "multipart/") {
		boundary = parameters["boundary"]
	}
	return says(string(body), boundary, maxWrappings)
}

// marks are what may stand around the words, or be left of an encoding: white space, quotes, brackets, byte order marks.
const marks = " \t\r\n\v\f\u00a0\ufeff\"'`{}[]()<>=;,.?“”«»"

func says(text, boundary string, wrappings int) bool {
	// In UTF-16 every other byte of these words is 0.
	text = strings.TrimSpace(strings.NewReplacer("\x00", "", "\xff\xfe", "", "\xfe\xff", "", "\ufeff", "").Replace(text))
	if text == "" {
		return false
	}
	if strings.HasPrefix(text, "--") { // the boundary that is there counts, whatever the Content-Type says
		first, _, _ := strings.Cut(text, "\n")
		boundary = strings.TrimRight(strings.TrimPrefix(first, "--"), " \t\r")
	}
	if boundary != "" {
		if pairs, inner := parts(text, boundary); pairs != nil {
			return wanted(pairs) || wrappings > 0 && len(inner) == 1 && says(inner[0], "", wrappings-1)
		}
	}
	var pairs [][2]string
	for _, piece := range strings.FieldsFunc(text, func(c rune) bool { return c == '&' || c == '\n' || c == '\r' || c == ',' }) {
		if pair, ok := pairOf(piece); ok {
			pairs = append(pairs, pair)
		}
	}
	if len(pairs) > 0 && wanted(pairs) {
		return true
	}
	if wrappings == 0 {
		return false
	}
	for _, inner := range unwrapped(text) {
		if inner != text && says(inner, "", wrappings-1) {
			return true
		}
	}
	return false
}

// pairOf reads "name=value" or "name: value", from a form or from JSON.
func pairOf(s string) (pair [2]string, ok bool) {
	if decoded, err := url.QueryUnescape(s); err == nil {
		s = decoded
	}
	s = strings.Trim(s, marks)
	at := strings.IndexAny(s, "=:")
	if at < 0 {
		return pair, false
	}
	pair = [2]string{strings.Trim(s[:at], marks), strings.Trim(s[at+1:], marks)}
	if strings.EqualFold(pair[0], "List-Unsubscribe-Post") { // the header itself
		return pairOf(pair[1])
	}
	return pair, true
}

// wanted reports whether one of the pairs is the will to unsubscribe, and none says otherwise.
func wanted(pairs [][2]string) bool {
	yes := false
	for _, p := range pairs {
		for name, value := range map[string]string{"List-Unsubscribe": "One-Click", "confirm": "yes"} {
			if strings.EqualFold(p[0], name) {
				if !strings.EqualFold(p[1], value) {
					return false
				}
				yes = true
			}
		}
	}
	return yes
}

// parts reads the named fields of a multipart body, and what its parts without a name hold. One that is cut off counts as far as
// it goes. Both are nil where it is none.
func parts(text, boundary string) (pairs [][2]string, others []string) {
	r := multipart.NewReader(strings.NewReader(text), boundary)
	for range maxParts {
		p, err := r.NextPart()
		if err != nil {
			break
		}
		content, _ := io.ReadAll(p) // as far as it goes; the whole body is small
		if pairs == nil {
			pairs = [][2]string{}
		}
		value := string(content)
		if strings.EqualFold(p.Header.Get("Content-Transfer-Encoding"), "base64") {
			if decoded, ok := fromBase64(value); ok {
				value = decoded
			}
		}
		if name := p.FormName(); name != "" {
			pairs = append(pairs, [2]string{strings.Trim(name, marks), strings.Trim(value, marks)})
		} else {
			others = append(others, value)
		}
	}
	return pairs, others
}

// unwrapped undoes each encoding that the text may be in.
func unwrapped(text string) (inner []string) {
	if b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(text))); err == nil {
		inner = append(inner, string(bytes.TrimSpace(b)))
	}
	if s, err := url.QueryUnescape(text); err == nil {
		inner = append(inner, s)
	}
	if s, ok := fromBase64(text); ok {
		inner = append(inner, s)
	}
	return inner
}

func fromBase64(text string) (string, bool) {
	text = strings.TrimRight(strings.Join(strings.Fields(strings.Trim(text, "\"'")), ""), "=")
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := e.DecodeString(text); err == nil {
			return string(b), true
		}
	}
	return "", false
}
