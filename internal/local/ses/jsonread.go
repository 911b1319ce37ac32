package ses

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// reader reads one JSON document that is already in memory, field by field. It exists because encoding/json matches field
// names without regard to case and cannot say where an unknown field is, while SES's names are exact; and because requests of
// 50 recipients are read thousands of times a minute.
type reader struct {
	data []byte
	pos  int
	path []byte // where we are, for messages: BulkEmailEntries[3].ReplacementTags
}

// syntaxError is a document that is not JSON, or JSON of another shape than the field wants.
type syntaxError struct{ msg string }

func (e *syntaxError) Error() string { return e.msg }

func (r *reader) fail(format string, args ...any) error {
	where := "the request"
	if len(r.path) > 0 {
		where = string(r.path)
	}
	return &syntaxError{fmt.Sprintf("%s: "+format, append([]any{where}, args...)...)}
}

func (r *reader) space() {
	for r.pos < len(r.data) {
		switch r.data[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// peek is the next byte after white space, 0 at the end.
func (r *reader) peek() byte {
	r.space()
	if r.pos < len(r.data) {
		return r.data[r.pos]
	}
	return 0
}

// null reads a null if there is one.
func (r *reader) null() bool {
	if r.peek() == 'n' && bytes.HasPrefix(r.data[r.pos:], []byte("null")) {
		r.pos += 4
		return true
	}
	return false
}

// end makes sure that nothing follows.
func (r *reader) end() error {
	if c := r.peek(); c != 0 {
		return r.fail("something follows the JSON document")
	}
	return nil
}

// object calls field for each member; field must read the value. A null is an object without members.
func (r *reader) object(field func(key string) error) error {
	if r.null() {
		return nil
	}
	if r.peek() != '{' {
		return r.fail("must be an object")
	}
	r.pos++
	if r.peek() == '}' {
		r.pos++
		return nil
	}
	base := len(r.path)
	for {
		key, err := r.str()
		if err != nil {
			return err
		}
		if r.peek() != ':' {
			return r.fail("a colon is missing after a name")
		}
		r.pos++
		if base > 0 {
			r.path = append(r.path, '.')
		}
		r.path = append(r.path, key...)
		if err := field(key); err != nil {
			return err
		}
		r.path = r.path[:base]
		switch r.peek() {
		case ',':
			r.pos++
		case '}':
			r.pos++
			return nil
		default:
			return r.fail("an object is not closed")
		}
	}
}

// array calls element for each value; element must read it.
func (r *reader) array(element func() error) error {
	if r.null() {
		return nil
	}
	if r.peek() != '[' {
		return r.fail("must be a list")
	}
	r.pos++
	if r.peek() == ']' {
		r.pos++
		return nil
	}
	base := len(r.path)
	for i := 0; ; i++ {
		r.path = append(r.path, '[')
		r.path = strconv.AppendInt(r.path, int64(i), 10)
		r.path = append(r.path, ']')
		if err := element(); err != nil {
			return err
		}
		r.path = r.path[:base]
		switch r.peek() {
		case ',':
			r.pos++
		case ']':
			r.pos++
			return nil
		default:
			return r.fail("a list is not closed")
		}
	}
}

// optional reads a string, or null as "".
func (r *reader) optional() (string, error) {
	if r.null() {
		return "", nil
	}
	return r.str()
}

func (r *reader) str() (string, error) {
	if r.peek() != '"' {
		return "", r.fail("must be a string")
	}
	r.pos++
	start := r.pos
	for r.pos < len(r.data) {
		switch c := r.data[r.pos]; {
		case c == '"':
			s := r.data[start:r.pos]
			r.pos++
			if !utf8.Valid(s) {
				return "", r.fail("is not UTF-8")
			}
			return string(s), nil
		case c == '\\':
			return r.escaped(start)
		case c < ' ':
			return "", r.fail("has a control character in a string")
		default:
			r.pos++
		}
	}
	return "", r.fail("a string is not closed")
}

// escaped reads the rest of a string that has an escape at pos.
func (r *reader) escaped(start int) (string, error) {
	end := bytes.IndexByte(r.data[r.pos:], '"')
	out := make([]byte, 0, r.pos-start+max(end, 0)+64)
	out = append(out, r.data[start:r.pos]...)
	for r.pos < len(r.data) {
		c := r.data[r.pos]
		r.pos++
		switch {
		case c == '"':
			if !utf8.Valid(out) {
				return "", r.fail("is not UTF-8")
			}
			return string(out), nil
		case c < ' ':
			return "", r.fail("has a control character in a string")
		case c != '\\':
			run := r.pos
			for run < len(r.data) && r.data[run] != '"' && r.data[run] != '\\' && r.data[run] >= ' ' {
				run++
			}
			out = append(out, r.data[r.pos-1:run]...)
			r.pos = run
		default:
			var err error
			if out, err = r.escape(out); err != nil {
				return "", err
			}
		}
	}
	return "", r.fail("a string is not closed")
}

// escape reads what follows a backslash.
func (r *reader) escape(out []byte) ([]byte, error) {
	if r.pos >= len(r.data) {
		return nil, r.fail("a string is not closed")
	}
	c := r.data[r.pos]
	r.pos++
	switch c {
	case '"', '\\', '/':
		return append(out, c), nil
	case 'b':
		return append(out, '\b'), nil
	case 'f':
		return append(out, '\f'), nil
	case 'n':
		return append(out, '\n'), nil
	case 'r':
		return append(out, '\r'), nil
	case 't':
		return append(out, '\t'), nil
	case 'u':
		u, ok := r.hex4()
		if !ok {
			return nil, r.fail("has a broken \\u escape")
		}
		if utf16.IsSurrogate(u) {
			if !bytes.HasPrefix(r.data[r.pos:], []byte(`\u`)) {
				return utf8.AppendRune(out, utf8.RuneError), nil
			}
			back := r.pos
			r.pos += 2
			low, ok := r.hex4()
			if both := utf16.DecodeRune(u, low); ok && both != utf8.RuneError {
				return utf8.AppendRune(out, both), nil
			}
			r.pos = back
			return utf8.AppendRune(out, utf8.RuneError), nil
		}
		return utf8.AppendRune(out, u), nil
	}
	return nil, r.fail("has an unknown escape")
}

func (r *reader) hex4() (rune, bool) {
	if r.pos+4 > len(r.data) {
		return 0, false
	}
	var u rune
	for _, c := range r.data[r.pos : r.pos+4] {
		switch {
		case '0' <= c && c <= '9':
			u = u<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			u = u<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			u = u<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	r.pos += 4
	return u, true
}

// raw reads any value that is not a string and gives its bytes; nested values are checked by encoding/json.
func (r *reader) raw() ([]byte, error) {
	r.space()
	d := json.NewDecoder(bytes.NewReader(r.data[r.pos:]))
	var v json.RawMessage
	if err := d.Decode(&v); err != nil {
		return nil, r.fail("is not JSON")
	}
	r.pos += int(d.InputOffset())
	return v, nil
}
