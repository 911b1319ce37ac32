package dynamo

import (
	"slices"
	"strings"
)

// keyCondition is a condition on one key attribute: =, <, <=, >, >=, between, begins_with.
type keyCondition struct {
	op   string
	vals []value
}

// mirrored turns :v < key into key > :v.
var mirrored = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// keyConditions takes a key condition expression apart into the conditions on its attributes.
func (n *node) keyConditions(all map[string]keyCondition) *APIError {
	bad := func(format string, args ...any) *APIError {
		return invalid("Invalid KeyConditionExpression: "+format, args...)
	}
	switch n.op {
	case "and":
		for _, a := range n.args {
			if err := a.keyConditions(all); err != nil {
				return err
			}
		}
		return nil
	case "or", "not", "in", "<>":
		return bad("Invalid operator used in KeyConditionExpression: %s", strings.ToUpper(n.op))
	}
	op := n.op
	if op == "function" {
		if op = n.name; op != "begins_with" {
			return bad("Invalid operator used in KeyConditionExpression: %s", op)
		}
	}
	at := slices.IndexFunc(n.args, func(a *node) bool { return a.op == "path" })
	switch {
	case slices.ContainsFunc(n.args, func(a *node) bool { return a.op == "function" }):
		return bad("KeyConditionExpressions cannot contain nested operations")
	case (op == "between" || op == "begins_with") && at != 0:
		name := op
		if op == "between" {
			name = "BETWEEN"
		}
		return bad("Invalid condition in KeyConditionExpression: %s operator must have the key attribute as its first operand", name)
	case at < 0:
		return bad("Invalid condition in KeyConditionExpression: No key attribute specified")
	case slices.ContainsFunc(n.args[at+1:], func(a *node) bool { return a.op == "path" }):
		return bad("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
	case len(n.args[at].path) > 1:
		return bad("KeyConditionExpressions cannot have conditions on nested attributes")
	}
	name := n.args[at].path[0].name
	if _, twice := all[name]; twice {
		return bad("KeyConditionExpressions must only contain one condition per key")
	}
	c := keyCondition{op: op}
	for i, a := range n.args {
		if i != at {
			c.vals = append(c.vals, a.val)
		}
	}
	if at > 0 {
		c.op = mirrored[op]
	}
	all[name] = c
	return nil
}

// setKeyRange turns the key condition into a range of keys and sets where the query starts.
func (rd *reading) setKeyRange() *APIError {
	all := map[string]keyCondition{}
	if err := rd.expr.keyCondition.keyConditions(all); err != nil {
		return err
	}
	keys := rd.keys()
	if len(all) > len(keys) {
		return invalid("The number of query conditions (%d) exceeds the number of key attributes defined in the schema (%d)", len(all), len(keys))
	}
	for i, p := range keys {
		c, ok := all[p.name]
		if !ok {
			if i == 0 || len(all) > 1 {
				return invalid("Query condition missed key schema element: %s", p.name)
			}
			continue
		}
		for _, v := range c.vals {
			if v.kind != p.kind {
				return badParameter("Condition parameter type does not match schema type")
			}
			if v.text == "" && v.kind != kindN && (i == 0 || c.op != "begins_with") {
				return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", map[kind]string{kindS: "string", kindB: "binary"}[v.kind], p.name)
			}
			if i == 0 {
				if err := p.checkSize(v, true); err != nil {
					return err
				}
			}
		}
		if i == 0 && c.op != "=" {
			return invalid("Query key condition not supported")
		}
		if c.op == "begins_with" && p.kind == kindN {
			return invalid("Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N")
		}
	}
	hash := all[keys[0].name].vals[0]
	base := partition(hash)
	rd.from, rd.to = base, after(base)
	var rng *keyCondition
	if len(keys) > 1 {
		if c, ok := all[keys[1].name]; ok {
			rng = &c
			rd.setSortRange(base, c)
		}
	}
	return rd.setQueryStart(hash, rng)
}

// setSortRange narrows the range of a partition to the sort keys of a condition.
func (rd *reading) setSortRange(base []byte, c keyCondition) {
	// at is where a sort key's entries begin, and past is where those behind it do. In a table a sort key is one entry,
	// and the next key there can be follows it; in an index all entries with a sort key begin with it.
	at := func(v value) []byte {
		if rd.x != nil {
			return appendClosed(slices.Clone(base), v)
		}
		return appendRange(slices.Clone(base), v)
	}
	past := func(v value) []byte {
		if rd.x != nil {
			return after(at(v))
		}
		return append(at(v), 0)
	}
	v := c.vals[0]
	switch c.op {
	case "=":
		rd.from, rd.to = at(v), past(v)
	case "<":
		rd.to = at(v)
	case "<=":
		rd.to = past(v)
	case ">":
		rd.from = past(v)
	case ">=":
		rd.from = at(v)
	case "between":
		rd.from, rd.to = at(v), past(c.vals[1])
	case "begins_with":
		prefix := append(slices.Clone(base), v.text...)
		if rd.x != nil {
			prefix = appendOpen(slices.Clone(base), v.text)
		}
		rd.from, rd.to = prefix, after(prefix)
	}
}

// setQueryStart checks ExclusiveStartKey against the key condition.
func (rd *reading) setQueryStart(hash value, rng *keyCondition) *APIError {
	if !rd.in.hasStart {
		return nil
	}
	key, err := rd.startKey()
	if err != nil {
		return err
	}
	given, _ := find(rd.in.startKey, rd.keys()[0].name)
	switch {
	case rng != nil && !rd.inRange(key):
		if given.equal(hash) {
			return invalid("The provided starting key does not match the range key predicate")
		}
		return invalid("The provided starting key is outside query boundaries based on provided conditions")
	case !given.equal(hash):
		return invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	rd.start = key
	return nil
}
