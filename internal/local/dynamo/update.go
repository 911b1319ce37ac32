package dynamo

import (
	"slices"
	"strings"
)

const (
	errBadPath     = "The document path provided in the update expression is invalid for update"
	errBadOperand  = "An operand in the update expression has an incorrect data type"
	errNoAttribute = "The provided expression refers to an attribute that does not exist in the item"
)

// applyUpdate carries out an update expression: operands are read from the item as it was before, list indexes mean
// positions before, and the given attributes stay as they are.
func applyUpdate(item []attr, actions []action) ([]attr, *APIError) {
	type change struct {
		action
		val value
	}
	changes := make([]change, len(actions))
	for i, a := range actions {
		changes[i].action = a
		if a.section != "SET" {
			continue
		}
		v, problem := a.operand.evalSet(item)
		if problem != "" {
			return nil, invalid(problem)
		}
		changes[i].val = v
	}
	// Elements set beyond the end of a list are appended in the order of their indexes.
	slices.SortStableFunc(changes, func(a, b change) int { return a.path.order(b.path) })
	root := value{kind: kindM, kids: item}
	removed := false
	for _, c := range changes {
		var problem string
		switch c.section {
		case "SET":
			root, problem = root.edit(c.path, func(value, bool) (value, string) { return c.val, "" })
		case "ADD":
			root, problem = root.edit(c.path, func(old value, ok bool) (value, string) { return addTo(old, ok, c.operand.val) })
		case "DELETE":
			root, problem = root.edit(c.path, func(old value, ok bool) (value, string) { return deleteFrom(old, ok, c.operand.val) })
		case "REMOVE":
			root, problem = root.edit(c.path, func(value, bool) (value, string) { return value{}, "" })
		}
		if problem != "" {
			return nil, invalid(problem)
		}
		removed = removed || c.section == "REMOVE" || c.section == "DELETE"
	}
	if removed {
		root = root.closeUp(actions)
	}
	return root.kids, nil
}

func (p path) order(o path) int {
	return slices.CompareFunc(p, o, func(a, b step) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return a.index - b.index
	})
}

// edit gives a copy of the value with what stands at the path replaced by what f makes of it. No value from f removes
// an attribute, and leaves a gap in a list, so that later indexes keep their meaning; closeUp closes the gaps.
func (v value) edit(p path, f func(old value, ok bool) (value, string)) (value, string) {
	st := p[0]
	if st.name != "" && v.kind != kindM || st.name == "" && v.kind != kindL {
		return v, errBadPath
	}
	old, ok := v.child(st)
	var now value
	var problem string
	switch {
	case len(p) == 1:
		now, problem = f(old, ok)
	case !ok:
		return v, errBadPath
	default:
		now, problem = old.edit(p[1:], f)
	}
	if problem != "" {
		return v, problem
	}
	out := value{kind: v.kind}
	switch {
	case st.name != "" && now.kind == kindNone:
		out.kids = without(v.kids, st.name)
	case st.name != "":
		out.kids = with(v.kids, st.name, now)
	case ok:
		out.kids = slices.Clone(v.kids)
		out.kids[st.index].value = now
	case now.kind == kindNone:
		return v, "" // nothing to remove
	default:
		out.kids = append(slices.Clone(v.kids), attr{"", now})
	}
	return out, ""
}

// closeUp removes the gaps that edit left in the lists that the actions took elements out of.
func (v value) closeUp(actions []action) value {
	for _, a := range actions {
		last := len(a.path) - 1
		if a.path[last].name != "" || a.section != "REMOVE" && a.section != "DELETE" {
			continue
		}
		v, _ = v.edit(a.path[:last], func(list value, ok bool) (value, string) {
			if !ok || list.kind != kindL {
				return list, ""
			}
			kids := slices.DeleteFunc(slices.Clone(list.kids), func(k attr) bool { return k.kind == kindNone })
			return value{kind: kindL, kids: kids}, ""
		})
	}
	return v
}

// evalSet is the value of a SET clause's right side.
func (n *node) evalSet(item []attr) (value, string) {
	switch n.op {
	case "value":
		return n.val, ""
	case "path":
		v, ok := n.path.get(item)
		if !ok {
			return v, errNoAttribute
		}
		return v, ""
	}
	if n.name == "if_not_exists" {
		if v, ok := n.args[0].path.get(item); ok {
			return v, ""
		}
		return n.args[1].evalSet(item)
	}
	a, problem := n.args[0].evalSet(item)
	if problem != "" {
		return a, problem
	}
	b, problem := n.args[1].evalSet(item)
	if problem != "" {
		return b, problem
	}
	if n.name == "list_append" {
		if a.kind != kindL || b.kind != kindL {
			return a, errBadOperand
		}
		return value{kind: kindL, kids: append(slices.Clone(a.kids), b.kids...)}, ""
	}
	if a.kind != kindN || b.kind != kindN {
		return a, errBadOperand
	}
	sum, problem := addNumbers(a.text, b.text, n.op == "-")
	return numberValue(sum), problem
}

// addTo is ADD: a number is added to a number, members to a set; what is missing counts as 0 or an empty set.
func addTo(old value, ok bool, operand value) (value, string) {
	switch {
	case !ok:
		return operand, ""
	case old.kind != operand.kind:
		return old, errBadOperand
	case old.kind == kindN:
		sum, problem := addNumbers(old.text, operand.text, false)
		return numberValue(sum), problem
	}
	out := value{kind: old.kind, kids: slices.Clone(old.kids)}
	for _, m := range operand.kids {
		if !setHas(old, m.value) {
			out.kids = append(out.kids, m)
		}
	}
	sortSet(out.kids)
	return out, ""
}

// deleteFrom is DELETE: members are taken out of a set; an empty set is no value.
func deleteFrom(old value, ok bool, operand value) (value, string) {
	if !ok {
		return value{}, ""
	}
	if old.kind != operand.kind {
		return old, errBadOperand
	}
	out := value{kind: old.kind}
	for _, m := range old.kids {
		if !setHas(operand, m.value) {
			out.kids = append(out.kids, m)
		}
	}
	if len(out.kids) == 0 {
		return value{}, ""
	}
	return out, ""
}
