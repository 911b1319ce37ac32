package dynamo

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// kind is the type of an attribute value. The numbers are written to disk: do not renumber.
type kind byte

const (
	kindNone kind = iota // no value
	kindS
	kindN
	kindB
	kindSS
	kindNS
	kindBS
	kindM
	kindL
	kindTrue
	kindFalse
	kindNull
)

var kindNames = [...]string{"", "S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "BOOL", "NULL"}

func (k kind) String() string { return kindNames[k] }

func (k kind) isSet() bool { return k == kindSS || k == kindNS || k == kindBS }

// member is the kind of a set's members.
func (k kind) member() kind { return k - kindSS + kindS }

// same says whether two kinds are one attribute type: true and false are both BOOL.
func (k kind) same(o kind) bool { return k == o || k.String() == o.String() }

// value is one attribute value. Strings, binaries (as bytes) and canonical numbers are in text; the members of a list
// and, sorted and without duplicates, of a set are in kids without names; those of a map are in kids sorted by name.
// Values are never changed in place once they are part of an item: updates copy what they change.
type value struct {
	kind kind
	text string
	kids []attr
}

// attr is a named value: an item, like a map, is a list of them sorted by name.
type attr struct {
	name string
	value
}

func stringValue(s string) value { return value{kind: kindS, text: s} }
func numberValue(n string) value { return value{kind: kindN, text: n} }

func find(attrs []attr, name string) (value, bool) {
	i, ok := slices.BinarySearchFunc(attrs, name, func(a attr, n string) int { return strings.Compare(a.name, n) })
	if !ok {
		return value{}, false
	}
	return attrs[i].value, true
}

// with gives the attributes with one set or replaced; the given slice stays as it is.
func with(attrs []attr, name string, v value) []attr {
	i, ok := slices.BinarySearchFunc(attrs, name, func(a attr, n string) int { return strings.Compare(a.name, n) })
	out := make([]attr, 0, len(attrs)+1)
	out = append(append(out, attrs[:i]...), attr{name, v})
	if ok {
		i++
	}
	return append(out, attrs[i:]...)
}

func without(attrs []attr, name string) []attr {
	i, ok := slices.BinarySearchFunc(attrs, name, func(a attr, n string) int { return strings.Compare(a.name, n) })
	if !ok {
		return attrs
	}
	return append(append(make([]attr, 0, len(attrs)), attrs[:i]...), attrs[i+1:]...)
}

// sortAttrs sorts by name; of attributes with one name the last stays.
func sortAttrs(attrs []attr) []attr {
	sorted := true
	for i := 1; i < len(attrs); i++ {
		if attrs[i-1].name >= attrs[i].name {
			sorted = false
			break
		}
	}
	if sorted {
		return attrs
	}
	slices.SortStableFunc(attrs, func(a, b attr) int { return strings.Compare(a.name, b.name) })
	out := attrs[:0]
	for i, a := range attrs {
		if i+1 < len(attrs) && attrs[i+1].name == a.name {
			continue
		}
		out = append(out, a)
	}
	return out
}

// compareMembers orders values of one scalar kind: numbers by value, the others bytewise.
func compareMembers(a, b value) int {
	if a.kind == kindN {
		return compareNumbers(a.text, b.text)
	}
	return strings.Compare(a.text, b.text)
}

func sortSet(members []attr) {
	slices.SortFunc(members, func(a, b attr) int { return compareMembers(a.value, b.value) })
}

func setHas(set value, member value) bool {
	_, ok := slices.BinarySearchFunc(set.kids, member, func(a attr, m value) int { return compareMembers(a.value, m) })
	return ok
}

func (v value) equal(o value) bool {
	if v.kind != o.kind || v.text != o.text || len(v.kids) != len(o.kids) {
		return false
	}
	for i := range v.kids {
		if v.kids[i].name != o.kids[i].name || !v.kids[i].equal(o.kids[i].value) {
			return false
		}
	}
	return true
}

// compare orders two values of one of the types that have an order: S, N and B; ok is false for any others.
func (v value) compare(o value) (order int, ok bool) {
	if v.kind != o.kind || v.kind != kindS && v.kind != kindN && v.kind != kindB {
		return 0, false
	}
	return compareMembers(v, o), true
}

// length is what size() gives; ok is false for types that have no size.
func (v value) length() (n int, ok bool) {
	switch v.kind {
	case kindS:
		return utf8.RuneCountInString(v.text), true
	case kindB:
		return len(v.text), true
	case kindSS, kindNS, kindBS, kindL, kindM:
		return len(v.kids), true
	}
	return 0, false
}

// Limits of items and keys in bytes, and of nesting in levels, from DynamoDB's quotas.
const (
	maxItemSize  = 400 * 1024
	maxHashKey   = 2048
	maxRangeKey  = 1024
	maxNesting   = 32
	maxNameBytes = 65535
)

// size is what the value counts for in an item, by the rules of "Item sizes and formats" in the developer guide.
func (v value) size() int {
	switch v.kind {
	case kindS, kindB:
		return len(v.text)
	case kindN:
		return numberSize(v.text)
	case kindTrue, kindFalse, kindNull:
		return 1
	case kindSS, kindNS, kindBS:
		n := 0
		for i := range v.kids {
			n += v.kids[i].size()
		}
		return n
	}
	n := 3
	for i := range v.kids {
		n += 1 + len(v.kids[i].name) + v.kids[i].size()
	}
	return n
}

func itemSize(attrs []attr) int {
	n := 0
	for i := range attrs {
		n += len(attrs[i].name) + attrs[i].size()
	}
	return n
}

// deeper says whether values are nested more than the given number of levels.
func deeper(attrs []attr, levels int) bool {
	for i := range attrs {
		k := attrs[i].kind
		if levels < 1 || (k == kindM || k == kindL) && deeper(attrs[i].kids, levels-1) {
			return true
		}
	}
	return false
}

// describe shows a value as DynamoDB's messages do: {S:abc}.
func (v value) describe() string {
	switch v.kind {
	case kindTrue, kindFalse:
		return "{BOOL:" + map[kind]string{kindTrue: "true", kindFalse: "false"}[v.kind] + "}"
	case kindNull:
		return "{NULL:true}"
	case kindS, kindN, kindB:
		return "{" + v.kind.String() + ":" + v.text + "}"
	}
	return "{" + v.kind.String() + ":" + v.describeMembers() + "}"
}

func (v value) describeMembers() string {
	var b strings.Builder
	for i, k := range v.kids {
		if i > 0 {
			b.WriteString(", ")
		}
		switch {
		case v.kind.isSet():
			b.WriteString(k.text)
		case v.kind == kindM:
			b.WriteString(k.name + "=AttributeValue: " + k.describe())
		default:
			b.WriteString("AttributeValue: " + k.describe())
		}
	}
	if v.kind == kindM {
		return "{" + b.String() + "}"
	}
	return "[" + b.String() + "]"
}
