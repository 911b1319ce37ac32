package tmpl

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

type kind int

const (
	text kind = iota
	value
	template
	branch
	with
	each
)

// place is where in html a value stands.
type place int

const (
	between     place = iota // tags
	inTag                    // where attributes stand: for branches and what they hold, not for values
	attribute                // double-quoted
	address                  // at the beginning of an attribute that holds one
	addressPart              // further on in it
)

type node struct {
	what            kind
	text            string // of text; the name of a template or function
	place           place
	arg             reference
	then, otherwise []node
}

// reference leads to a value: literal, or fields from dot or from the top.
type reference struct {
	literal *string
	top     bool
	fields  []string
}

func (r reference) of(dot, top reflect.Value) (reflect.Value, error) {
	if r.literal != nil {
		return reflect.ValueOf(*r.literal), nil
	}
	v := dot
	if r.top {
		v = top
	}
	for _, f := range r.fields {
		if v.Kind() != reflect.Struct || !v.FieldByName(f).IsValid() {
			return v, fmt.Errorf("there is no field %s", f)
		}
		v = v.FieldByName(f)
	}
	return v, nil
}

// parser reads one file. What it refuses is a mistake in the program.
type parser struct {
	set   *Set
	name  string
	rest  string
	at    place // of the next value
	attr  string
	inert bool // inside of a style or script
}

func (s *Set) parse(name, source string) {
	p := &parser{set: s, name: name, rest: source}
	nodes, stop := p.nodes()
	if stop != "" {
		p.fail("%s without a beginning", stop)
	}
	p.define(name, nodes)
}

func (p *parser) fail(format string, args ...any) {
	panic("fill: " + p.name + ": " + fmt.Sprintf(format, args...))
}

func (p *parser) define(name string, nodes []node) {
	if _, ok := p.set.trees[name]; ok {
		p.fail("%q is defined twice", name)
	}
	p.set.trees[name] = nodes
}

// nodes reads until "end" or "else", which it returns, or the end of the file.
func (p *parser) nodes() (all []node, stop string) {
	for {
		before, after, found := strings.Cut(p.rest, "[[")
		if before != "" {
			p.markup(before)
			all = append(all, node{what: text, text: before})
		}
		if !found {
			p.rest = ""
			return all, ""
		}
		action, after, found := strings.Cut(after, "]]")
		if !found {
			p.fail("an action has no end")
		}
		p.rest = after
		word, rest, _ := strings.Cut(strings.TrimSpace(action), " ")
		switch word {
		case "end", "else":
			return all, word
		case "define":
			nodes, stop := p.nodes()
			if stop != "end" {
				p.fail("define without end")
			}
			p.define(p.quoted(rest), nodes)
		case "template":
			name, arg, _ := strings.Cut(strings.TrimSpace(rest), " ")
			all = append(all, node{what: template, text: p.quoted(name), arg: p.reference(arg)})
		case "if", "with", "range":
			all = append(all, p.block(word, p.reference(rest)))
		default:
			all = append(all, p.value(word, rest))
		}
	}
}

// block reads to its end. Both its branches end where it began: else what follows would stand in two places.
func (p *parser) block(word string, arg reference) node {
	n := node{what: map[string]kind{"if": branch, "with": with, "range": each}[word], arg: arg}
	at, attr := p.at, p.attr
	settled := func() {
		if p.at == addressPart && at == address {
			at = addressPart
		}
		if p.at != at {
			p.fail("a branch of %s ends in another place of the html than it began", word)
		}
		p.attr = attr
	}
	var stop string
	if n.then, stop = p.nodes(); stop == "else" && word == "if" {
		settled()
		n.otherwise, stop = p.nodes()
	}
	settled()
	if stop != "end" {
		p.fail("%s without end", word)
	}
	return n
}

func (p *parser) value(word, rest string) node {
	n := node{what: value, place: p.at}
	if strings.HasPrefix(word, ".") || strings.HasPrefix(word, "$") {
		n.arg = p.reference(word + rest)
	} else if n.text, n.arg = word, p.reference(rest); p.set.funcs[word] == nil && p.set.words[word] == nil {
		p.fail("there is no function %q", word)
	}
	if p.at == inTag {
		p.fail("a value inside a tag, in no attribute")
	}
	if p.at == between && p.inert {
		p.fail("a value inside of a style or script")
	}
	if p.at == attribute && (p.attr == "style" || strings.HasPrefix(p.attr, "on")) {
		p.fail("a value inside %s", p.attr)
	}
	if p.at == address {
		p.at = addressPart
	}
	return n
}

func (p *parser) quoted(s string) string {
	name, err := strconv.Unquote(strings.TrimSpace(s))
	if err != nil {
		p.fail("%s is no name in quotes", s)
	}
	return name
}

func (p *parser) reference(s string) reference {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, `"`) {
		literal := p.quoted(s)
		return reference{literal: &literal}
	}
	fields, top := strings.CutPrefix(s, "$")
	if fields == "." || top && fields == "" || s == "" {
		return reference{top: top}
	}
	if !strings.HasPrefix(fields, ".") || strings.ContainsAny(fields, " |()") {
		p.fail("%q is no value", s)
	}
	return reference{top: top, fields: strings.Split(fields[1:], ".")}
}

// markup follows html to where the next value will stand. Templates are read from top to bottom, branches after one
// another.
func (p *parser) markup(s string) {
	if !p.set.html {
		return
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case p.at == between && c == '<':
			p.at = inTag
		case p.at == inTag && c == '>':
			p.at = between
		case p.at == inTag && c == '\'':
			p.fail("an attribute in single quotes")
		case p.at == inTag && c == '"':
			p.open(s[:i])
		case p.at > inTag && c == '"':
			p.at = inTag
		case p.at == address:
			p.at = addressPart
		}
	}
	if strings.LastIndex(s, "<style") > strings.LastIndex(s, "</style") || strings.LastIndex(s, "<script") > strings.LastIndex(s, "</script") {
		p.inert = true
	} else if strings.Contains(s, "</style") || strings.Contains(s, "</script") {
		p.inert = false
	}
}

// open enters the attribute whose name stands at the end of the text, before ="
func (p *parser) open(before string) {
	before, ok := strings.CutSuffix(before, "=")
	if !ok {
		p.fail("a quote that begins no attribute")
	}
	p.attr = strings.ToLower(before[strings.LastIndexAny(before, " \n\t")+1:])
	switch p.attr {
	case "href", "src", "action":
		p.at = address
	default:
		p.at = attribute
	}
}
