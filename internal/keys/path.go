package keys

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenLength is that of a token in characters; a ballot has BallotLength.
const tokenLength = 32

// Path gives a link's path ("/r/TOKEN", "/r/TOKEN/9", "/u/TOKEN", "/b/BALLOT") as it was written in the letter, out of one, decoded already,
// to which a mail program has stuck something: a slash, the full stop or the bracket of the sentence around it, remainders
// of an encoding, what counts clicks. Not ok where it is no such path. Token and score are left as they are, so that
// nothing leads anywhere that did not without what was stuck to it; a path that is whole comes back the same.
func Path(path string) (clean string, ok bool) {
	if again, err := url.PathUnescape(path); err == nil { // encoded twice
		path = again
	}
	path = strings.TrimLeft(path, "/")
	if len(path) < 2 || !strings.Contains("rub", path[:1]) || path[1] != '/' {
		return "", false
	}
	length := tokenLength
	if path[0] == 'b' {
		length = BallotLength
	}
	token, rest := cutToken(strings.TrimLeft(path[1:], "/"), length)
	if len(token) != length || rest != "" && strings.Contains(tokenCharacters, rest[:1]) {
		return "", false
	}
	clean = path[:2] + token
	if score, after := cutScore(rest); path[0] == 'r' && score != "" {
		clean, rest = clean+"/"+score, after
	}
	return "/" + clean, isStuck(rest)
}

const (
	digits          = "0123456789"
	tokenCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_" + digits
)

// cutToken takes the token. The "=" with which quoted-printable breaks a line may be left in it: long links break there.
func cutToken(s string, length int) (token, rest string) {
	var b strings.Builder
	for b.Len() < length {
		s = skipBreak(s)
		if s == "" || !strings.Contains(tokenCharacters, s[:1]) {
			break
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String(), s
}

// cutScore takes "/9". Whether it is a score is the survey's to say.
func cutScore(s string) (score, rest string) {
	slash := skipBreak(s)
	rest = skipBreak(strings.TrimLeft(slash, "/"))
	if !strings.HasPrefix(slash, "/") {
		return "", s
	}
	n := len(rest) - len(strings.TrimLeft(rest, digits))
	return rest[:n], rest[n:]
}

// skipBreak takes away a line break of quoted-printable, or what browsers leave of one.
func skipBreak(s string) string {
	for strings.HasPrefix(s, "=") {
		s = strings.TrimLeft(s[1:], "\r\n")
	}
	return s
}

// isStuck reports whether what stands behind a link is not the letter's: another query, or marks that close something. Letters and
// digits are none of it, nor what may stand in a token.
func isStuck(s string) bool {
	for s = unquote(s); s != ""; {
		c, n := utf8.DecodeRuneInString(s)
		if c == '<' { // what programs write behind a link: its target again, or the end of the element around it
			s = strings.ToLower(s[1:])
			return strings.HasPrefix(s, "http") || strings.HasPrefix(s, "mailto:") || strings.HasPrefix(s, "/") || strings.HasPrefix(s, "br")
		}
		switch {
		case c == '?', c == '#', c == '&': // a query, a fragment, an entity such as &gt; and all that follows
			return true
		case c == utf8.RuneError && n == 1: // … « » “ ” ‘ ’ and the space that does not break, of an 8-bit encoding
			if !strings.Contains("\x85\x91\x92\x93\x94\xa0\xab\xbb", s[:1]) {
				return false
			}
		case strings.ContainsRune("/.,;:!'\">=*_`\\…。，、；：！？", c):
		case unicode.In(c, unicode.Pe, unicode.Pf, unicode.Pi, unicode.Cf, unicode.White_Space): // ) ] } » ” “, joiners, spaces
		default:
			return false
		}
		s = s[n:]
	}
	return true
}

// unquote decodes quoted-printable as far as it is any.
func unquote(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '=' && i+2 < len(s) {
			high, low := strings.IndexByte(hexDigits, s[i+1]|0x20), strings.IndexByte(hexDigits, s[i+2]|0x20)
			if high >= 0 && low >= 0 {
				b.WriteByte(byte(high<<4 | low))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

const hexDigits = "0123456789abcdef"
