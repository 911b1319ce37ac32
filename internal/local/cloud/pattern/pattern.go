// Package pattern matches JSON events against EventBridge patterns, as rules and Lambda's filter criteria use them.
//
// A pattern names fields and the values that they may have; fields that it does not name do not matter. What it does
// not understand is refused when the pattern is compiled, never skipped when an event comes.
package pattern

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
)

// Pattern is a compiled pattern. It is immutable.
type Pattern struct{ root node }

// Compile reads a pattern. Errors name the field and the operator that is not understood.
func Compile(source []byte) (*Pattern, error) {
	v, err := decode(source)
	if err != nil {
		return nil, fmt.Errorf("pattern is not JSON: %w", err)
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("pattern must be a JSON object")
	}
	root, err := compileObject("", object)
	if err != nil {
		return nil, err
	}
	return &Pattern{root: root}, nil
}

// Match says whether the event, a JSON text, fits the pattern. What is not JSON fits nothing.
func (p *Pattern) Match(event []byte) bool {
	v, err := decode(event)
	if err != nil {
		return false
	}
	return p.MatchValue(v)
}

// MatchValue is Match for an event that was decoded already, with numbers as json.Number. A json.RawMessage in it is
// decoded when the pattern comes to it.
func (p *Pattern) MatchValue(event any) bool { return p.root.match(event, true) }

// decoded opens a part of an event that is still JSON text.
func decoded(value any) any {
	if raw, ok := value.(json.RawMessage); ok {
		v, err := decode(raw)
		if err != nil {
			return nil
		}
		return v
	}
	return value
}

func decode(source []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(source))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the JSON value")
	}
	return v, nil
}

// A node is a part of a pattern; present is false where the event has no such field.
type node interface {
	match(value any, present bool) bool
}

type field struct {
	name string
	want node
}

// fields matches an object whose every named field matches. Where the event has an array, one element must match.
type fields []field

func (f fields) match(value any, present bool) bool {
	value = decoded(value)
	if list, ok := value.([]any); ok {
		for _, element := range list {
			if f.match(element, true) {
				return true
			}
		}
		return false
	}
	object, _ := value.(map[string]any)
	for _, field := range f {
		inner, ok := object[field.name]
		if !field.want.match(inner, present && ok) {
			return false
		}
	}
	return true
}

// either is $or: one of the alternatives matches the object that holds it.
type either []node

func (e either) match(value any, present bool) bool {
	for _, n := range e {
		if n.match(value, present) {
			return true
		}
	}
	return false
}

// all matches what every part matches: an object with fields and a $or beside them.
type all []node

func (a all) match(value any, present bool) bool {
	for _, n := range a {
		if !n.match(value, present) {
			return false
		}
	}
	return true
}

// choices matches a leaf that one of the tests accepts. Where the event has an array, one element must be accepted.
type choices []test

func (c choices) match(value any, present bool) bool {
	value = decoded(value)
	if list, ok := value.([]any); ok && present {
		for _, element := range list {
			if c.match(element, true) {
				return true
			}
		}
		return len(list) == 0 && c.match(nil, false)
	}
	for _, t := range c {
		if t(value, present) {
			return true
		}
	}
	return false
}

func compileObject(path string, object map[string]any) (node, error) {
	if len(object) == 0 {
		return nil, fmt.Errorf("%s: an empty object matches nothing that EventBridge would accept", at(path))
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	sort.Strings(names)
	var parts all
	var named fields
	for _, name := range names {
		inner := path + "." + name
		switch v := object[name].(type) {
		case map[string]any:
			n, err := compileObject(inner, v)
			if err != nil {
				return nil, err
			}
			named = append(named, field{name, n})
		case []any:
			if name == "$or" {
				n, err := compileOr(inner, v)
				if err != nil {
					return nil, err
				}
				parts = append(parts, n)
				continue
			}
			n, err := compileChoices(inner, v)
			if err != nil {
				return nil, err
			}
			named = append(named, field{name, n})
		default:
			return nil, fmt.Errorf("%s: a value must stand in an array", at(inner))
		}
	}
	if len(named) > 0 {
		parts = append(parts, named)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

func compileOr(path string, list []any) (node, error) {
	if len(list) < 2 {
		return nil, fmt.Errorf("%s: needs two alternatives or more", at(path))
	}
	var e either
	for i, v := range list {
		object, ok := v.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s[%d]: an alternative must be an object", at(path), i)
		}
		n, err := compileObject(fmt.Sprintf("%s[%d]", path, i), object)
		if err != nil {
			return nil, err
		}
		e = append(e, n)
	}
	return e, nil
}

func compileChoices(path string, list []any) (node, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: an empty array", at(path))
	}
	var c choices
	for _, v := range list {
		t, err := compileTest(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", at(path), err)
		}
		c = append(c, t)
	}
	return c, nil
}

func at(path string) string {
	if path == "" {
		return "pattern"
	}
	return strings.TrimPrefix(path, ".")
}
