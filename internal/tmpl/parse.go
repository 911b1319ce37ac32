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
	set  *Set
	name string
	rest string
	spot spot // where in the html it is
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
	if p.spot != (spot{}) {
		p.fail("%q ends inside of a tag, a comment, or an element whose content is no html", name)
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
		p.beforeAction()
		word, rest, _ := strings.Cut(strings.TrimSpace(action), " ")
		switch word {
		case "end", "else":
			return all, word
		case "define":
			outside := p.spot
			p.spot = spot{}
			nodes, stop := p.nodes()
			if stop != "end" {
				p.fail("define without end")
			}
			p.define(p.quoted(rest), nodes)
			p.spot = outside
		case "template":
			if p.spot != (spot{}) {
				p.fail("a template is called inside of a tag, or of an element whose content is no html")
			}
			name, arg, _ := strings.Cut(strings.TrimSpace(rest), " ")
			all = append(all, node{what: template, text: p.quoted(name), arg: p.reference(arg)})
		case "if", "with", "range":
			all = append(all, p.block(word, p.reference(rest)))
		default:
			all = append(all, p.value(word, rest))
		}
	}
}

// block reads to its end. What follows stands where each of its branches ends, one of which may be to write nothing.
func (p *parser) block(word string, arg reference) node {
	n := node{what: map[string]kind{"if": branch, "with": with, "range": each}[word], arg: arg}
	begin := p.spot
	var stop string
	n.then, stop = p.nodes()
	then, otherwise := p.spot, begin
	if stop == "else" && word == "if" {
		p.spot = begin
		n.otherwise, stop = p.nodes()
		otherwise = p.spot
	}
	if stop != "end" {
		p.fail("%s without end", word)
	}
	var ok bool
	if p.spot, ok = join(then, otherwise); !ok {
		p.fail("the branches of %s end in different places of the html", word)
	}
	// The second time a range begins where the first time ended.
	if word == "range" && then != begin && !(begin.at == seam && then.at == inTag) {
		p.fail("a range ends in another place of the html than it began")
	}
	return n
}

func (p *parser) value(word, rest string) node {
	n := node{what: value, place: p.spot.at}
	if strings.HasPrefix(word, ".") || strings.HasPrefix(word, "$") {
		n.arg = p.reference(word + rest)
	} else if n.text, n.arg = word, p.reference(rest); p.set.funcs[word] == nil {
		p.fail("there is no function %q", word)
	}
	if reason := why[n.place]; reason != "" {
		p.fail("a value %s", reason)
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
