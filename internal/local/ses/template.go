package ses

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// text is a template cut into literal pieces and variables: literals[0] variables[0] literals[1] … literals[n].
type text struct {
	literals  []string
	variables []string
}

// compile cuts a template. where names it in the error.
func compile(where, s string) (text, error) {
	var t text
	for {
		open := strings.Index(s, "{{")
		if open < 0 {
			t.literals = append(t.literals, s)
			return t, nil
		}
		rest := s[open+2:]
		end := strings.Index(rest, "}}")
		if end < 0 {
			return t, badRequest("%s: a {{ is not closed.", where)
		}
		name := strings.TrimSpace(rest[:end])
		if err := checkVariable(where, rest[:end], name); err != nil {
			return t, err
		}
		t.literals = append(t.literals, s[:open])
		t.variables = append(t.variables, name)
		s = rest[end+2:]
	}
}

// checkVariable refuses by name what Handlebars has and inline templates have not.
func checkVariable(where, raw, name string) error {
	show := "{{" + cut(raw, 40) + "}}"
	switch {
	case name == "":
		return badRequest("%s: %s names no variable.", where, show)
	case raw[0] == '{':
		return notBuilt(where + ": the triple braces of {" + show + "}")
	case strings.ContainsAny(name[:1], "#/^>!&*~"):
		return notBuilt(where + ": " + show)
	}
	for _, c := range name {
		switch {
		case c == '_', c == '-', '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		default:
			return notBuilt(where + ": " + show + " (only simple variables of ASCII letters, digits, _ and -)")
		}
	}
	if name == "else" || name == "this" {
		return notBuilt(where + ": " + show)
	}
	return nil
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}

// render puts the values in. Values are put in as they are, in HTML too: see the package comment.
func (t text) render(out *strings.Builder, v values) error {
	for i, l := range t.literals {
		out.WriteString(l)
		if i < len(t.variables) {
			val, ok := v.get(t.variables[i])
			if !ok {
				return fmt.Errorf("attribute '%s' is not present in the rendering data", t.variables[i])
			}
			out.WriteString(val)
		}
	}
	return nil
}

func (t text) string(v values) (string, error) {
	if len(t.variables) == 0 {
		return t.literals[0], nil
	}
	var b strings.Builder
	err := t.render(&b, v)
	return b.String(), err
}

// missing is the first variable without a value.
func (t text) missing(v values) (string, bool) {
	for _, name := range t.variables {
		if _, ok := v.get(name); !ok {
			return name, true
		}
	}
	return "", false
}

// values is the data of one message over the data of the call. There are few names, so a walk beats a map.
type values struct{ own, shared []header }

func (v values) get(name string) (string, bool) {
	for i := len(v.own) - 1; i >= 0; i-- { // the last of a doubled name counts
		if v.own[i].Name == name {
			return v.own[i].Value, true
		}
	}
	for i := len(v.shared) - 1; i >= 0; i-- {
		if v.shared[i].Name == name {
			return v.shared[i].Value, true
		}
	}
	return "", false
}

// readData reads TemplateData or ReplacementTemplateData: a JSON object in a string. Numbers and booleans are shown as they
// are written; null is no value; lists and objects cannot be named by a simple variable and are left out.
func readData(where, data string) ([]header, error) {
	if data == "" {
		return nil, nil
	}
	if len(data) > maxTemplateData {
		return nil, badRequest("%s is longer than %d characters.", where, maxTemplateData)
	}
	r := &reader{data: []byte(data), path: []byte(where)}
	var list []header
	if r.peek() != '{' {
		return nil, badRequest("%s must be a JSON object.", where)
	}
	err := r.object(func(key string) error {
		switch r.peek() {
		case '"':
			s, err := r.str()
			list = append(list, header{key, s})
			return err
		case 'n':
			if r.null() {
				return nil
			}
			return r.fail("is not JSON")
		default:
			raw, err := r.raw()
			if err == nil && raw[0] != '{' && raw[0] != '[' {
				list = append(list, header{key, string(raw)})
			}
			return err
		}
	})
	if err == nil {
		err = r.end()
	}
	if err != nil {
		return nil, badRequest("%s is not valid JSON: %v", where, err)
	}
	return list, nil
}

// batch is what all messages of a call share. It is stored once under the hash of its JSON form.
type batch struct {
	From             string
	ReplyTo          []string     `json:",omitempty"`
	ConfigurationSet string       `json:",omitempty"`
	Caller           string       `json:",omitempty"`
	SourceIP         string       `json:",omitempty"`
	Subject          string       `json:",omitempty"`
	HTML             string       `json:",omitempty"`
	Text             string       `json:",omitempty"`
	HasHTML          bool         `json:",omitempty"`
	HasText          bool         `json:",omitempty"`
	Headers          []header     `json:",omitempty"`
	Attachments      []attachment `json:",omitempty"`
	Data             string       `json:",omitempty"`
	Literal          bool         `json:",omitempty"` // Simple content: no substitution
}

// shared is a batch made ready for use.
type shared struct {
	batch
	hash                [16]byte
	stored              []byte // the JSON form
	subject, html, text text
	data                []header
}

// ready compiles a batch.
func ready(b batch) (*shared, error) {
	s := &shared{batch: b}
	for _, p := range []struct {
		where, in string
		out       *text
	}{{"Subject", b.Subject, &s.subject}, {"Html", b.HTML, &s.html}, {"Text", b.Text, &s.text}} {
		if b.Literal {
			*p.out = text{literals: []string{p.in}}
			continue
		}
		var err error
		if *p.out, err = compile("TemplateContent."+p.where, p.in); err != nil {
			return nil, err
		}
	}
	var err error
	s.data, err = readData("TemplateData", b.Data)
	return s, err
}

func (b *batch) encode() []byte {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	_ = e.Encode(b) // strings and bytes always encode
	return buf.Bytes()
}
