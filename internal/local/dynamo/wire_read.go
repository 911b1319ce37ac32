package dynamo

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// reader takes a request's JSON apart in one pass. The first error of form sticks and ends the reading. Values that
// have the right form and break a rule are noted in problem, because what the message begins with depends on where the
// value stands. Strings point into the body where they can: a body may not change after it was given to a reader.
type reader struct {
	buf     []byte
	pos     int
	err     *APIError
	problem string
}

// maxJSONDepth keeps hostile bodies from exhausting the stack; an item of 32 levels needs 66.
const maxJSONDepth = 200

func (r *reader) fail(message string) {
	if r.err == nil {
		r.err = malformed(message)
	}
	r.pos = len(r.buf)
}

func (r *reader) note(problem string) {
	if r.problem == "" {
		r.problem = problem
	}
}

// popProblem gives the noted problem and forgets it.
func (r *reader) popProblem() string {
	p := r.problem
	r.problem = ""
	return p
}

func (r *reader) peek() byte {
	for r.pos < len(r.buf) {
		switch c := r.buf[r.pos]; c {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return c
		}
	}
	return 0
}

func (r *reader) accept(c byte) bool {
	if r.peek() == c && r.pos < len(r.buf) {
		r.pos++
		return true
	}
	return false
}

func (r *reader) expect(c byte) bool {
	if r.accept(c) {
		return true
	}
	r.unexpected()
	return false
}

func (r *reader) unexpected() {
	switch c := r.peek(); {
	case r.pos >= len(r.buf):
		r.fail("Unexpected end of stream")
	case c == '{':
		r.fail("Start of structure or map found where not expected.")
	case c == '[':
		r.fail("Start of list found where not expected")
	default:
		r.fail(fmt.Sprintf("Unexpected token at position %d of the request", r.pos))
	}
}

// null skips a null, which DynamoDB takes for a member that is not there.
func (r *reader) null() bool { return r.literal("null") }

func (r *reader) literal(word string) bool {
	r.peek()
	if len(r.buf)-r.pos >= len(word) && string(r.buf[r.pos:r.pos+len(word)]) == word {
		r.pos += len(word)
		return true
	}
	return false
}

// object calls member for every member that is not null; member reads the value.
func (r *reader) object(member func(name string)) {
	if !r.expect('{') {
		return
	}
	for more := r.begin('}'); more; more = r.next('}') {
		name := r.str()
		if !r.expect(':') {
			return
		}
		if !r.null() {
			member(name)
		}
	}
}

func (r *reader) list(element func()) {
	if !r.expect('[') {
		return
	}
	for more := r.begin(']'); more; more = r.next(']') {
		element()
	}
}

// begin and next say whether another member follows, up to the closing character.
func (r *reader) begin(end byte) bool { return !r.accept(end) && r.err == nil }

func (r *reader) next(end byte) bool {
	if r.accept(',') {
		return r.err == nil
	}
	if !r.accept(end) {
		r.unexpected()
	}
	return false
}

func (r *reader) bool() bool {
	switch {
	case r.literal("true"):
		return true
	case r.literal("false"):
		return false
	case r.peek() == '"':
		r.fail("'" + r.str() + "' can not be converted to an Boolean")
	default:
		r.unexpected()
	}
	return false
}

func (r *reader) int() int {
	if r.peek() == '"' {
		r.fail("class java.lang.String can not be converted to an Integer")
		return 0
	}
	start := r.pos
	for r.pos < len(r.buf) {
		c := r.buf[r.pos]
		if c-'0' > 9 && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			break
		}
		r.pos++
	}
	f, err := strconv.ParseFloat(alias(r.buf[start:r.pos]), 64)
	if err != nil || f > 1<<53 || f < -1<<53 {
		r.unexpected()
		return 0
	}
	return int(f)
}

// str reads a string; without escapes it is not copied.
func (r *reader) str() string {
	if r.peek() != '"' {
		switch {
		case r.literal("true"), r.literal("false"):
			r.fail("class java.lang.Boolean can not be converted to an String")
		case r.pos < len(r.buf) && (r.buf[r.pos]-'0' < 10 || r.buf[r.pos] == '-'):
			r.fail("NUMBER_VALUE can not be converted to a String")
		default:
			r.unexpected()
		}
		return ""
	}
	start := r.pos + 1
	for i := start; i < len(r.buf); i++ {
		switch c := r.buf[i]; {
		case c == '"':
			r.pos = i + 1
			return alias(r.buf[start:i])
		case c == '\\':
			return r.escaped(start, i)
		case c < 0x20:
			r.fail("Illegal unquoted character in a string")
			return ""
		}
	}
	r.fail("Unexpected end of stream")
	return ""
}

var simpleEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escaped reads a string that began at start and has its first escape at i.
func (r *reader) escaped(start, i int) string {
	out := append(make([]byte, 0, i-start+32), r.buf[start:i]...)
	for i < len(r.buf) {
		c := r.buf[i]
		switch {
		case c == '"':
			r.pos = i + 1
			return unsafe.String(unsafe.SliceData(out), len(out))
		case c < 0x20:
			r.fail("Illegal unquoted character in a string")
			return ""
		case c != '\\':
			out = append(out, c)
			i++
		case i+1 < len(r.buf) && simpleEscapes[r.buf[i+1]] != 0:
			out = append(out, simpleEscapes[r.buf[i+1]])
			i += 2
		default:
			u, ok := r.unicodeEscape(i)
			if !ok {
				r.fail("Unrecognized character escape")
				return ""
			}
			i += 6
			if utf16.IsSurrogate(u) {
				low, _ := r.unicodeEscape(i)
				if both := utf16.DecodeRune(u, low); both != utf8.RuneError {
					u = both
					i += 6
				}
			}
			out = utf8.AppendRune(out, u)
		}
	}
	r.fail("Unexpected end of stream")
	return ""
}

func (r *reader) unicodeEscape(i int) (rune, bool) {
	if i+6 > len(r.buf) || r.buf[i] != '\\' || r.buf[i+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(alias(r.buf[i+2:i+6]), 16, 32)
	return rune(n), err == nil
}

// skip passes over a value of any form.
func (r *reader) skip(depth int) {
	if depth > maxJSONDepth {
		r.fail("The request is nested too deeply")
		return
	}
	switch c := r.peek(); c {
	case '{':
		r.object(func(string) { r.skip(depth + 1) })
	case '[':
		r.list(func() {
			if !r.null() {
				r.skip(depth + 1)
			}
		})
	case '"':
		r.str()
	case 't', 'f':
		r.bool()
	default:
		if !r.null() {
			r.int()
		}
	}
}

// binary reads base64 text as bytes.
func (r *reader) binary() string {
	s := r.str()
	if len(s)%4 != 0 {
		r.fail("Base64 encoded length is expected a multiple of 4 bytes but found: " + strconv.Itoa(len(s)))
		return ""
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		r.fail("Invalid Base64 text for a binary value")
		return ""
	}
	return unsafe.String(unsafe.SliceData(b), len(b))
}
