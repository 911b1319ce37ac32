package dynamo

import (
	"slices"
	"strings"
)

// matches says whether an item satisfies a condition; no condition is always satisfied. No item counts as one without
// attributes.
func (n *node) matches(item []attr) bool {
	if n == nil {
		return true
	}
	switch n.op {
	case "and":
		return n.args[0].matches(item) && n.args[1].matches(item)
	case "or":
		return n.args[0].matches(item) || n.args[1].matches(item)
	case "not":
		return !n.args[0].matches(item)
	case "function":
		return n.call(item)
	}
	left, ok := n.args[0].eval(item)
	if n.op == "in" {
		return ok && slices.ContainsFunc(n.args[1:], func(a *node) bool {
			v, ok := a.eval(item)
			return ok && left.equal(v)
		})
	}
	right, rok := n.args[1].eval(item)
	switch n.op {
	case "=":
		return ok && rok && left.equal(right)
	case "<>":
		return !(ok && rok && left.equal(right))
	}
	if !ok || !rok {
		return false
	}
	order, comparable := left.compare(right)
	if !comparable {
		return false
	}
	switch n.op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	}
	high, hok := n.args[2].eval(item) // between
	if !hok || order < 0 {
		return false
	}
	order, comparable = left.compare(high)
	return comparable && order <= 0
}

func (n *node) call(item []attr) bool {
	v, ok := n.args[0].eval(item)
	switch n.name {
	case "attribute_exists":
		return ok
	case "attribute_not_exists":
		return !ok
	}
	arg, aok := n.args[1].eval(item)
	if !ok || !aok {
		return false
	}
	switch n.name {
	case "attribute_type":
		return v.kind.String() == arg.text
	case "begins_with":
		return v.kind == arg.kind && (v.kind == kindS || v.kind == kindB) && strings.HasPrefix(v.text, arg.text)
	}
	return v.contains(arg)
}

// contains: a string or binary in another, a member in a set, an element in a list.
func (v value) contains(arg value) bool {
	switch v.kind {
	case kindS, kindB:
		return arg.kind == v.kind && strings.Contains(v.text, arg.text)
	case kindSS, kindNS, kindBS:
		return arg.kind == v.kind.member() && setHas(v, arg)
	case kindL:
		return slices.ContainsFunc(v.kids, func(a attr) bool { return a.equal(arg) })
	}
	return false
}

// eval gives an operand's value; ok is false when the item does not have it.
func (n *node) eval(item []attr) (v value, ok bool) {
	switch n.op {
	case "value":
		return n.val, true
	case "path":
		return n.path.get(item)
	}
	v, ok = n.args[0].eval(item) // size()
	if !ok {
		return value{}, false
	}
	length, ok := v.length()
	return numberValue(intText(int64(length))), ok
}

// get follows a path into an item.
func (p path) get(item []attr) (v value, ok bool) {
	v, ok = find(item, p[0].name)
	for _, st := range p[1:] {
		if !ok {
			return value{}, false
		}
		v, ok = v.child(st)
	}
	return v, ok
}

func (v value) child(st step) (value, bool) {
	if st.name != "" {
		if v.kind != kindM {
			return value{}, false
		}
		return find(v.kids, st.name)
	}
	if v.kind != kindL || st.index >= len(v.kids) {
		return value{}, false
	}
	return v.kids[st.index].value, true
}

// heads are the attributes of the item that the paths of a condition begin with; nested those of paths that go deeper.
func (n *node) heads() (all, nested []string) {
	if n == nil {
		return nil, nil
	}
	if n.op == "path" {
		all = []string{n.path[0].name}
		if len(n.path) > 1 {
			nested = all
		}
		return all, nested
	}
	for _, a := range n.args {
		h, d := a.heads()
		all, nested = append(all, h...), append(nested, d...)
	}
	return all, nested
}

// project keeps of an item what the paths name; list elements close up in the order of their indexes.
func project(item []attr, paths []path) []attr {
	root := &picked{}
	for _, p := range paths {
		if _, ok := p.get(item); ok {
			root.add(p)
		}
	}
	out := []attr{}
	for _, k := range root.sorted() {
		v, _ := find(item, k.step.name)
		out = append(out, attr{k.step.name, k.pick(v)})
	}
	return out
}

// picked is a tree of the steps of a projection; without kids the whole value is taken.
type picked struct {
	step step
	kids []*picked
}

func (t *picked) add(p path) {
	for _, st := range p {
		i := slices.IndexFunc(t.kids, func(k *picked) bool { return k.step == st })
		if i < 0 {
			i = len(t.kids)
			t.kids = append(t.kids, &picked{step: st})
		}
		t = t.kids[i]
	}
}

func (t *picked) sorted() []*picked {
	slices.SortFunc(t.kids, func(a, b *picked) int {
		if c := strings.Compare(a.step.name, b.step.name); c != 0 {
			return c
		}
		return a.step.index - b.step.index
	})
	return t.kids
}

func (t *picked) pick(v value) value {
	if len(t.kids) == 0 {
		return v
	}
	out := value{kind: v.kind, kids: []attr{}}
	for _, k := range t.sorted() {
		if child, ok := v.child(k.step); ok {
			out.kids = append(out.kids, attr{k.step.name, k.pick(child)})
		}
	}
	return out
}
