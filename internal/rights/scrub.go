package rights

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"onetap/internal/survey"
)

// texts tells what names a person: an address wherever it stands, a telephone however it is written, a name or a customer id where
// nothing else stands beside it.
type texts struct {
	parts  []string // small letters; within a text
	wholes []string // small letters; as a whole
	phones []string // digits
	words  []string // small letters: of names, and of what stands before the @
}

func matcher(of []string) (m texts) {
	for _, t := range of {
		small := strings.ToLower(strings.TrimSpace(t))
		before, _, _ := strings.Cut(small, "@")
		for _, word := range strings.FieldsFunc(before, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if utf8.RuneCountInString(word) >= leastWord {
				m.words = append(m.words, word)
			}
		}
		switch {
		case strings.Contains(small, "@"):
			m.parts = append(m.parts, small)
		case survey.PhoneKey(t) != "" && strings.HasPrefix(small, "+"):
			m.phones = append(m.phones, digits(small))
		case small != "":
			m.wholes = append(m.wholes, small)
		}
	}
	return m
}

// leastWord is how long a word of a name is that stands for it in the name of a file.
const leastWord = 4

// loose reports whether the name of a file, or what was searched for, may mean the person: rather one too many is forgotten.
func (m texts) loose(s string) bool {
	small := strings.ToLower(s)
	return m.match(s) || slices.ContainsFunc(m.words, func(word string) bool { return strings.Contains(small, word) })
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// match reports whether a text names the person.
func (m texts) match(s string) bool {
	small := strings.ToLower(strings.TrimSpace(s))
	for _, p := range m.parts {
		if strings.Contains(small, p) {
			return true
		}
	}
	for _, w := range m.wholes {
		if small == w {
			return true
		}
	}
	written := digits(s)
	for _, p := range m.phones {
		if tail := p[max(0, len(p)-10):]; len(tail) >= 8 && strings.HasSuffix(written, tail) {
			return true
		}
	}
	return false
}

// within are the texts of a JSON value that stand in a row with one that names the person.
func (m texts) within(v any) (rows []string) {
	switch v := v.(type) {
	case []any:
		if m.row(v) {
			var cells []string
			for _, cell := range v {
				if s, ok := cell.(string); ok {
					cells = append(cells, s)
				}
			}
			return []string{strings.Join(cells, "; ")}
		}
		for _, e := range v {
			rows = append(rows, m.within(e)...)
		}
	case map[string]any:
		for _, e := range v {
			if s, ok := e.(string); ok && m.match(s) {
				rows = append(rows, s)
				continue
			}
			rows = append(rows, m.within(e)...)
		}
	}
	return rows
}

// row reports whether a list of texts has one that names the person: it is a row of a file.
func (m texts) row(v []any) bool {
	for _, e := range v {
		if s, ok := e.(string); ok && m.match(s) {
			return true
		}
	}
	return false
}

// scrub takes out of JSON whatever names the person, and the whole row that it stands in. changed is false where there is nothing.
func (m texts) scrub(b json.RawMessage) (clean json.RawMessage, changed bool) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return b, false
	}
	if v, changed = m.clean(v); !changed {
		return b, false
	}
	clean, err := json.Marshal(v)
	return clean, err == nil
}

func (m texts) clean(v any) (any, bool) {
	changed := false
	switch v := v.(type) {
	case []any:
		if m.row(v) {
			for i, e := range v {
				if _, ok := e.(string); ok {
					v[i] = ""
				}
			}
			changed = true
		}
		for i, e := range v {
			now, did := m.clean(e)
			v[i], changed = now, changed || did
		}
	case map[string]any:
		for name, e := range v {
			if s, ok := e.(string); ok && (m.match(s) || name == "file" && m.loose(s) || name == "carry" && m.carried(s)) {
				v[name], changed = "", true
				continue
			}
			now, did := m.clean(e)
			v[name], changed = now, changed || did
		}
	}
	return v, changed
}

// carried reports whether the beginning of a line that a reader keeps for the next part names the person.
func (m texts) carried(s string) bool {
	b, err := base64.StdEncoding.DecodeString(s)
	small := strings.ToLower(string(b))
	if err != nil {
		return false
	}
	for _, t := range append(append([]string{}, m.parts...), m.wholes...) {
		if strings.Contains(small, t) {
			return true
		}
	}
	return false
}
