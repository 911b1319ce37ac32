package dynamo

import (
	"fmt"
	"slices"
	"strings"
)

// expressions are the expressions of one request (or of one action of a transaction), with the names and values that
// they share. Parameters that were not given are nil.
type expressions struct {
	update, condition, keyCondition, filter, projection *string

	names  []substitute // ExpressionAttributeNames
	values []substitute // ExpressionAttributeValues

	hasNames, hasValues bool
	valueProblem        string // what is wrong with one of the values
}

type substitute struct {
	key   string
	name  string
	value value
	used  bool
}

// checked are the expressions of a request after all checks that need no table.
type checked struct {
	update       []action
	condition    *node
	keyCondition *node
	filter       *node
	projection   []path
}

// readName and readValues read the two parameters of substitutes.
func (e *expressions) readNames(r *reader) {
	e.hasNames = true
	r.object(func(key string) { e.names = append(e.names, substitute{key: key, name: r.str()}) })
}

func (e *expressions) readValues(r *reader) {
	e.hasValues = true
	r.object(func(key string) {
		v := r.value(1)
		if p := r.popProblem(); p != "" && e.valueProblem == "" {
			e.valueProblem = "ExpressionAttributeValues contains invalid value: " + p + " for key " + key
		}
		e.values = append(e.values, substitute{key: key, value: v})
	})
}

// check parses the expressions and checks all that can be checked without the table and the item, in DynamoDB's order.
// allowed names the expression parameters of the operation, for the messages.
func (e *expressions) check(allowed ...string) (*checked, *APIError) {
	if err := e.checkSubstitutes(allowed); err != nil {
		return nil, err
	}
	c := &checked{}
	if e.update != nil {
		actions, problem := e.checkUpdate(*e.update)
		if problem != "" {
			return nil, invalid("Invalid UpdateExpression: %s", problem)
		}
		c.update = actions
	}
	for _, x := range []struct {
		name string
		src  *string
		dst  **node
	}{
		{"ConditionExpression", e.condition, &c.condition},
		{"KeyConditionExpression", e.keyCondition, &c.keyCondition},
		{"FilterExpression", e.filter, &c.filter},
	} {
		if x.src == nil {
			continue
		}
		tree, problem := e.checkCondition(*x.src)
		if problem != "" {
			return nil, invalid("Invalid %s: %s", x.name, problem)
		}
		*x.dst = tree
	}
	if e.projection != nil {
		paths, problem := e.checkProjection(*e.projection)
		if problem != "" {
			return nil, invalid("Invalid ProjectionExpression: %s", problem)
		}
		c.projection = paths
	}
	return c, e.checkUnused()
}

func (e *expressions) checkSubstitutes(allowed []string) *APIError {
	hasExpression := e.update != nil || e.condition != nil || e.keyCondition != nil || e.filter != nil
	switch {
	case e.hasNames && !hasExpression && e.projection == nil:
		return invalid("ExpressionAttributeNames can only be specified when using expressions")
	case e.hasValues && !hasExpression:
		verb := "is"
		allowed = slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "ProjectionExpression" })
		if len(allowed) > 1 {
			verb = "are"
		}
		return invalid("ExpressionAttributeValues can only be specified when using expressions: %s %s null", strings.Join(allowed, " and "), verb)
	case e.hasNames && len(e.names) == 0:
		return invalid("ExpressionAttributeNames must not be empty")
	case e.hasValues && len(e.values) == 0:
		return invalid("ExpressionAttributeValues must not be empty")
	}
	for _, n := range e.names {
		if !isPlaceholder(n.key, '#') {
			return invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "%s"`, n.key)
		}
		if n.name == "" {
			return invalid("ExpressionAttributeNames contains invalid value: Empty attribute name for key %s", n.key)
		}
	}
	for _, v := range e.values {
		if !isPlaceholder(v.key, ':') {
			return invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "%s"`, v.key)
		}
	}
	if e.valueProblem != "" {
		return &APIError{Code: "ValidationException", Message: e.valueProblem}
	}
	return nil
}

func isPlaceholder(s string, sigil byte) bool {
	return len(s) > 1 && s[0] == sigil && skipWord(s, 1) == len(s)
}

func (e *expressions) checkUnused() *APIError {
	for _, x := range []struct {
		what string
		all  []substitute
	}{{"ExpressionAttributeNames", e.names}, {"ExpressionAttributeValues", e.values}} {
		var unused []string
		for _, s := range x.all {
			if !s.used {
				unused = append(unused, s.key)
			}
		}
		if len(unused) > 0 {
			return invalid("Value provided in %s unused in expressions: keys: {%s}", x.what, strings.Join(unused, ", "))
		}
	}
	return nil
}

// findings collects the first problem of every class; DynamoDB reports the class that comes first in its own order.
type findings map[string]string

func (f findings) add(class, format string, args ...any) {
	if f[class] == "" {
		f[class] = fmt.Sprintf(format, args...)
	}
}

func (f findings) first(order ...string) string {
	for _, class := range order {
		if f[class] != "" {
			return f[class]
		}
	}
	return ""
}

// resolvePath replaces #placeholders; names written out are checked against the reserved words.
func (e *expressions) resolvePath(p path, f findings) {
	for i := range p {
		name := p[i].name
		switch {
		case name == "":
		case name[0] == '#':
			s := substituteFor(e.names, name)
			if s == nil {
				f.add("name", "An expression attribute name used in the document path is not defined; attribute name: %s", name)
				continue
			}
			s.used = true
			p[i].name = s.name
		case isReserved(name):
			f.add("reserved", "Attribute name is a reserved keyword; reserved keyword: %s", name)
		}
	}
	if len(p) > maxPathSteps {
		f.add("name", "The document path has too many nesting elements; nesting levels: %d", len(p))
	}
}

func (e *expressions) resolveValue(n *node, f findings) {
	s := substituteFor(e.values, n.name)
	if s == nil {
		f.add("value", "An expression attribute value used in expression is not defined; attribute value: %s", n.name)
		return
	}
	s.used = true
	n.val = s.value
}

func substituteFor(all []substitute, key string) *substitute {
	for i := range all {
		if all[i].key == key {
			return &all[i]
		}
	}
	return nil
}

func (e *expressions) checkProjection(src string) ([]path, string) {
	paths, problem := parseProjection(src)
	if problem != "" {
		return nil, problem
	}
	f := findings{}
	for _, p := range paths {
		e.resolvePath(p, f)
	}
	checkOverlaps(paths, f)
	return paths, f.first("reserved", "name", "overlap", "conflict")
}

// checkOverlaps finds two paths of which one contains the other, or that take one place for a map and for a list.
func checkOverlaps(paths []path, f findings) {
	for i, b := range paths {
		for _, a := range paths[:i] {
			switch overlap, conflict := comparePaths(a, b); {
			case overlap:
				f.add("overlap", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: %s, path two: %s", a, b)
			case conflict:
				f.add("conflict", "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: %s, path two: %s", a, b)
			}
		}
	}
}

func comparePaths(a, b path) (overlap, conflict bool) {
	for i := range min(len(a), len(b)) {
		if (a[i].name == "") != (b[i].name == "") {
			return false, true
		}
		if a[i] != b[i] {
			return false, false
		}
	}
	return true, false
}

// countOperators counts what the limit of 300 operators and functions is about.
func countOperators(n *node) int {
	if n == nil || n.isOperand() {
		return 0
	}
	count := 1
	for _, a := range n.args {
		count += countOperators(a)
	}
	return count
}
