// Package tmpl fills the templates of the e-mails. Pages are components of templ; letters are not, for they carry SES's own
// {{ }} and are made as plain text too. It knows the part of html/template's language that they use, and escapes as html/template
// does; a test in package mail compares the two.
//
// html/template calls methods by their names, and so makes the linker keep every exported method that is in reach: the
// AWS clients whole. Without it notify and clock are 5 MB smaller, and start sooner.
//
// The language, its actions in [[ ]]:
//
//	[[.A.B]] [[.]] [[$.A]]    a field; the value itself; a field of what the template was given
//	[[name .A]] [[name "x"]]  what a function makes of a text
//	[[if .A]] [[else]] [[end]]  [[with .A]] [[end]]  [[range .A]] [[end]]
//	[[define "name"]] [[end]]  [[template "name" .A]]
//
// In html a value may stand between tags, in a title or textarea, or inside a quoted attribute that is neither code nor
// styles nor markup; anywhere else is refused when the template is read. All branches of an if must end where the others do,
// in the same element, attribute and part of an address. A branch may also hold whole attributes:
// <input [[if .On]]checked[[end]]>.
package tmpl

import (
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"strconv"
	"strings"
)

// Safe is html that is sent as it is.
type Safe string

// Func makes html of a text.
type Func func(text string) Safe

// Set is a set of templates that can call each other. It is safe for concurrent use.
type Set struct {
	html  bool
	funcs map[string]Func
	trees map[string][]node
}

// HTML reads the html templates of files; their names are those of the files. It panics on what is no template: the
// files are part of the program.
func HTML(files fs.FS, pattern string, funcs map[string]Func) *Set {
	return read(files, pattern, &Set{html: true, funcs: funcs})
}

// Text reads templates that escape nothing.
func Text(files fs.FS, pattern string) *Set { return read(files, pattern, &Set{}) }

func read(files fs.FS, pattern string, s *Set) *Set {
	s.trees = map[string][]node{}
	names, err := fs.Glob(files, pattern)
	if err != nil || len(names) == 0 {
		panic(fmt.Sprintf("fill: no templates %s: %v", pattern, err))
	}
	for _, name := range names {
		source, err := fs.ReadFile(files, name)
		if err != nil {
			panic("fill: " + err.Error())
		}
		s.parse(path.Base(name), string(source))
	}
	return s
}

// Fill fills the named template with the data: structs, slices, texts, whole numbers, truths. An error is a fault of
// template or data, and names no value.
func (s *Set) Fill(name string, data any) (string, error) {
	var b strings.Builder
	v := reflect.Indirect(reflect.ValueOf(data))
	if err := s.call(&b, name, v); err != nil {
		return "", fmt.Errorf("fill %s: %w", name, err)
	}
	return b.String(), nil
}

func (s *Set) call(b *strings.Builder, name string, data reflect.Value) error {
	tree, ok := s.trees[name]
	if !ok {
		return fmt.Errorf("there is no template %q", name)
	}
	return s.run(b, tree, data, data)
}

// run fills nodes: dot is the value itself, top what the template was given.
func (s *Set) run(b *strings.Builder, nodes []node, dot, top reflect.Value) error {
	for _, n := range nodes {
		if n.what == text {
			b.WriteString(n.text)
			continue
		}
		v, err := n.arg.of(dot, top)
		if err != nil {
			return err
		}
		switch n.what {
		case value:
			err = s.put(b, n, v)
		case template:
			err = s.call(b, n.text, v)
		case branch:
			if truth(v) {
				err = s.run(b, n.then, dot, top)
			} else {
				err = s.run(b, n.otherwise, dot, top)
			}
		case with:
			if truth(v) {
				err = s.run(b, n.then, v, top)
			}
		case each:
			if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
				return fmt.Errorf("range over a %s", v.Kind())
			}
			for i := 0; i < v.Len() && err == nil; i++ {
				err = s.run(b, n.then, v.Index(i), top)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// put writes a value as its place demands.
func (s *Set) put(b *strings.Builder, n node, v reflect.Value) error {
	var text string
	switch v.Kind() {
	case reflect.String:
		text = v.String()
	case reflect.Int, reflect.Int64:
		text = strconv.FormatInt(v.Int(), 10)
	default:
		return fmt.Errorf("a %s cannot be written", v.Kind())
	}
	safe := v.Type() == reflect.TypeFor[Safe]()
	if n.text != "" {
		text, safe = string(s.funcs[n.text](text)), true
	}
	switch {
	case !s.html, safe && n.place == between:
	case safe && n.place == plain:
		text = flat.Replace(text)
	case safe:
		return fmt.Errorf("html inside an attribute")
	case n.place == address:
		text = Escape(normalize(schemed(text)))
	case n.place == addressPart:
		text = Escape(normalize(text))
	case n.place == addressQuery:
		text = percent(text, "-._~")
	default:
		text = Escape(text)
	}
	b.WriteString(text)
	return nil
}

// truth is what if, with and range call true: a text, a number or a list that is not empty, any struct.
func truth(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Array:
		return v.Len() > 0
	case reflect.Struct:
		return true
	}
	return !v.IsZero()
}
