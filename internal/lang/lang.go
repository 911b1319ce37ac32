// Package lang holds every string that a person sees, in every language, and picks the language for a person.
//
// The strings are flat JSON files beside this one, <language>.<topic>.json: id to text, or id to plural forms by CLDR
// ({"one": …, "few": …, "other": …}, chosen by the value Count). "{{.Name}}" stands for a value. A language is added by
// adding its files; the tests say what is missing. This is go-i18n's file format read by a hundred lines: go-i18n
// itself brings text/template, which costs the respond function 2.3 MB of its 9 (this costs 0.26, for CLDR's plurals).
package lang

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"onetap/internal/apperr"
)

//go:embed *.json
var embedded embed.FS

// files are those of every language; fs.FS joins what Add was given.
var files = []fs.FS{embedded}

// Language is one of All, as in an HTML lang attribute: "ru", "en".
type Language string

// Default is the language for people whose language is not known.
const Default Language = "en"

// Values fill the places of a message. Whole numbers are grouped as the language does from five digits on; everything
// else is written as it is: escaping is the caller's.
type Values = map[string]any

// catalogue is one language, read once, when the first string of it is needed.
type catalogue struct {
	tag      language.Tag
	once     sync.Once
	messages map[string]message
}

type message struct {
	tag   *language.Tag          // whose rules choose the form
	text  string                 // without plural forms
	forms map[plural.Form]string // nil where the message has none
}

var catalogues, all = languages()

// languages finds which languages there are by the names of the files; it reads none of them.
func languages() (map[Language]*catalogue, []Language) {
	found := map[Language]*catalogue{}
	for _, f := range files {
		names, _ := fs.Glob(f, "*.*.json")
		for _, n := range names {
			code, _, _ := strings.Cut(n, ".")
			found[Language(code)] = &catalogue{}
		}
	}
	return found, slices.Sorted(maps.Keys(found))
}

// Add reads further languages from files, as a program has them that was built with more files beside this one. It is called before
// the first string is asked for; a test shows with it that a language is files and nothing else.
func Add(more fs.FS) {
	files = append(files, more)
	catalogues, all = languages()
}

// All lists the languages by code.
func All() []Language { return slices.Clone(all) }

// Codes lists the languages by code, as text.
func Codes() []string {
	codes := make([]string, len(all))
	for i, l := range all {
		codes[i] = string(l)
	}
	return codes
}

// Parse returns the language of a code such as "ru" or "ru-RU", and whether there are strings for it.
func Parse(code string) (Language, bool) {
	code, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(code)), "-")
	l := Language(code)
	return l, catalogues[l] != nil
}

// Named reads how lists name a language: "ru", "рус.", "Русский", "Russian", "ru-RU". The names stand in each language's own
// files ("format.language_names"). known is false for a language that there are no strings in; "" is known.
func Named(text string) (code string, known bool) {
	key := strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(text), " ")), "_", "-")
	key = strings.Trim(key, ". ")
	short, _, _ := strings.Cut(key, "-")
	for _, l := range all {
		if string(l) == short {
			return string(l), true
		}
		m, _ := l.own("format.language_names")
		for name := range strings.SplitSeq(m.text, ", ") {
			if name == key || name == short {
				return string(l), true
			}
		}
	}
	return "", key == ""
}

// For picks the best language for an Accept-Language header; Default when it names none that is here.
func For(acceptLanguage string) Language {
	best, weight := Default, 0.0
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		code, q, weighted := strings.Cut(part, ";")
		w := 1.0
		if weighted {
			var err error
			if w, err = strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(q), "q="), 64); err != nil {
				continue
			}
		}
		if l, known := Parse(code); known && w > weight {
			best, weight = l, w
		}
	}
	return best
}

// T returns the message of an id. An id that is not there comes back as it is; a test keeps that from happening.
func (l Language) T(id string, values ...Values) string {
	m, ok := l.find(id)
	if !ok {
		return id
	}
	var v Values
	if len(values) > 0 {
		v = values[0]
	}
	text := m.text
	if m.forms != nil {
		text = m.form(v["Count"])
	}
	return l.fill(text, v)
}

// Forms returns every plural form of a message as JSON, by CLDR's names of them, with "{n}" where the count goes: for scripts,
// which choose one by Intl.PluralRules.
func (l Language) Forms(id string) string {
	m, _ := l.find(id)
	out := map[string]string{}
	for name, f := range forms {
		if text, ok := m.forms[f]; ok {
			out[name] = l.fill(text, Values{"Count": "{n}"})
		}
	}
	b, err := json.Marshal(out)
	if err != nil {
		panic(fmt.Sprintf("lang: %s: %v", id, err)) // strings always can be written
	}
	return string(b)
}

// Has reports whether there is a message of that id.
func (l Language) Has(id string) bool {
	_, ok := l.find(id)
	return ok
}

// Problem says to a person what was wrong and what would be right.
func (l Language) Problem(e *apperr.Error) string {
	if id := "problem." + e.Code; l.Has(id) {
		return l.T(id, e.With)
	}
	return l.T("problem.other")
}

// find returns a language's own message or, where it lacks one, that of Default: a language that is not translated whole works.
// The rule of line breaks is a language's own or none.
func (l Language) find(id string) (message, bool) {
	if m, ok := l.own(id); ok || l == Default || id == "format.no_break" {
		return m, ok
	}
	return Default.own(id)
}

func (l Language) own(id string) (message, bool) {
	c := catalogues[l]
	if c == nil {
		return message{}, false
	}
	c.once.Do(func() { c.read(l) })
	m, ok := c.messages[id]
	return m, ok
}

// read parses the files of a language. They are part of the program, so a fault in them is a fault in the program.
func (c *catalogue) read(l Language) {
	c.tag = language.Make(string(l))
	c.messages = map[string]message{}
	for _, f := range files {
		c.readFrom(f, l)
	}
	if b := readBinder(c.messages["format.no_break"].text); b.any() {
		for id, m := range c.messages {
			c.messages[id] = m.bound(b)
		}
	}
}

func (c *catalogue) readFrom(files fs.FS, l Language) {
	names, _ := fs.Glob(files, string(l)+".*.json")
	for _, n := range names {
		data, err := fs.ReadFile(files, n)
		if err != nil {
			panic(fmt.Sprintf("lang: %v", err))
		}
		var raw map[string]json.RawMessage
		if err := json.Unmarshal(data, &raw); err != nil {
			panic(fmt.Sprintf("lang: %s: %v", n, err))
		}
		for id, value := range raw {
			m, err := parse(value)
			if err != nil {
				panic(fmt.Sprintf("lang: %s: %s: %v", n, id, err))
			}
			if _, twice := c.messages[id]; twice {
				panic(fmt.Sprintf("lang: %s: %s stands in another file too", n, id))
			}
			m.tag = &c.tag
			c.messages[id] = m
		}
	}
}

var forms = map[string]plural.Form{"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other}

func parse(value json.RawMessage) (message, error) {
	if value[0] == '"' {
		var m message
		return m, json.Unmarshal(value, &m.text)
	}
	var raw map[string]string
	if err := json.Unmarshal(value, &raw); err != nil {
		return message{}, err
	}
	m := message{forms: map[plural.Form]string{}}
	for name, text := range raw {
		f, ok := forms[name]
		if !ok {
			return message{}, fmt.Errorf("%q is not a plural form", name)
		}
		m.forms[f] = text
	}
	return m, nil
}

// bound is the message with its no-break spaces.
func (m message) bound(b binder) message {
	m.text = b.bind(m.text)
	for f, text := range m.forms {
		m.forms[f] = b.bind(text)
	}
	return m
}

// form picks the plural form for a count by CLDR; whole numbers only.
func (m message) form(count any) string {
	n, _ := whole(count)
	f := plural.Cardinal.MatchPlural(*m.tag, int(max(n, -n)%1e9), 0, 0, 0, 0)
	if text, ok := m.forms[f]; ok {
		return text
	}
	return m.forms[plural.Other]
}

// fill puts values into their places in one pass, so that a value holding "{{." is not read again.
func (l Language) fill(text string, values Values) string {
	if !strings.Contains(text, "{{.") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{{.")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed {
			b.WriteString("{{." + rest)
			return b.String()
		}
		b.WriteString(l.value(name, values[name]))
		text = after
	}
}

// names are the values whose numbers name something and count nothing: they are written without a mark between thousands.
var names = []string{"Year", "From", "To", "Line", "First", "Version", "Status"}

func (l Language) value(name string, v any) string {
	if n, ok := whole(v); ok {
		if slices.Contains(names, name) {
			return strconv.FormatInt(n, 10)
		}
		return l.Number(n)
	}
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return ""
	}
	return fmt.Sprint(v)
}

func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	}
	return 0, false
}
