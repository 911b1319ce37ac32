package dynamo

import "slices"

// functions of conditions, with their number of operands.
var conditionFunctions = map[string]int{
	"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2, "size": 1,
}

const (
	errOperandCount = "Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d"
	errOperandType  = "Incorrect operand type for operator or function; operator or function: %s, operand type: %s"
	errNeedsPath    = "Operator or function requires a document path; operator or function: %s"
	errNotDistinct  = "The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s"
	errMisused      = "The function is not allowed to be used this way in an expression; function: %s"
	errNoFunction   = "Invalid function name; function: %s"
	errTooManyOps   = "The expression contains too many operators and functions; number of operators and functions: %d"
)

// checkCondition parses and checks a condition, filter or key condition expression.
func (e *expressions) checkCondition(src string) (*node, string) {
	tree, redundant, problem := parseCondition(src)
	if problem != "" {
		return nil, problem
	}
	f := findings{}
	if redundant {
		f.add("parens", "The expression has redundant parentheses;")
	}
	if n := countOperators(tree); n > maxOperators {
		f.add("count", errTooManyOps, n)
	}
	e.walkCondition(tree, f)
	return tree, f.first("parens", "function", "misused", "reserved", "name", "value", "count", "operand", "distinct", "type")
}

// walkCondition checks a node that stands where a condition is wanted.
func (e *expressions) walkCondition(n *node, f findings) {
	switch n.op {
	case "and", "or", "not":
		for _, a := range n.args {
			e.walkCondition(a, f)
		}
		return
	case "function":
		if n.name == "size" {
			f.add("misused", errMisused, n.name)
		}
		e.walkFunction(n, f)
		return
	}
	for _, a := range n.args {
		e.walkOperand(a, f)
	}
	switch n.op {
	case "in":
		if len(n.args)-1 > maxInOperands {
			f.add("operand", errOperandCount, "IN", len(n.args)-1)
		}
	case "between":
		checkBetween(n.args[1], n.args[2], f)
	default:
		checkDistinct(n.op, n.args, f)
		if n.op != "=" && n.op != "<>" {
			checkOrdered(n, f)
		}
	}
}

// walkOperand checks a node that stands where an operand is wanted: of the functions only size() gives one.
func (e *expressions) walkOperand(n *node, f findings) {
	switch n.op {
	case "path":
		e.resolvePath(n.path, f)
	case "value":
		e.resolveValue(n, f)
	case "function":
		if n.name != "size" && conditionFunctions[n.name] != 0 {
			f.add("misused", errMisused, n.name)
		}
		e.walkFunction(n, f)
	default: // a comparison where an operand is wanted cannot be parsed
	}
}

func (e *expressions) walkFunction(n *node, f findings) {
	for _, a := range n.args {
		e.walkOperand(a, f)
	}
	want := conditionFunctions[n.name]
	switch {
	case want == 0:
		f.add("function", errNoFunction, n.name)
		return
	case len(n.args) != want:
		f.add("operand", errOperandCount, n.name, len(n.args))
		return
	}
	checkDistinct(n.name, n.args, f)
	first := n.args[0]
	switch n.name {
	case "attribute_exists", "attribute_not_exists":
		if first.op != "path" {
			f.add("type", errNeedsPath, n.name)
		}
	case "begins_with":
		for _, a := range n.args {
			if k := a.kind(); k != kindNone && k != kindS && k != kindB {
				f.add("type", errOperandType, n.name, k)
			}
		}
	case "attribute_type":
		checkAttributeType(n.args[1], f)
	case "size":
		if _, ok := first.val.length(); first.op == "value" && first.val.kind != kindNone && !ok {
			f.add("type", errOperandType, n.name, first.val.kind)
		}
	}
}

func checkAttributeType(n *node, f findings) {
	if n.kind() != kindS {
		given := n.kind().String()
		if given == "" {
			given = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
		}
		f.add("type", errOperandType, "attribute_type", given)
		return
	}
	if n.val.text == "" || !slices.Contains(kindNames[:], n.val.text) {
		f.add("type", "Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}", n.val.text)
	}
}

// kind is the type of an operand as far as it is known before an item is looked at.
func (n *node) kind() kind {
	if n.op == "function" && n.name == "size" {
		return kindN
	}
	return n.val.kind
}

func checkDistinct(op string, args []*node, f findings) {
	if len(args) == 2 && args[0].op == "path" && args[1].op == "path" && slices.Equal(args[0].path, args[1].path) {
		f.add("distinct", errNotDistinct, op, args[0].path)
	}
}

// checkOrdered refuses values that have no order in <, <=, > and >=.
func checkOrdered(n *node, f findings) {
	for _, a := range n.args {
		if k := a.kind(); k != kindNone && k != kindS && k != kindN && k != kindB {
			f.add("type", errOperandType, n.op, k)
		}
	}
}

func checkBetween(low, high *node, f findings) {
	if low.op != "value" || high.op != "value" || low.val.kind == kindNone || high.val.kind == kindNone {
		return
	}
	bounds := "lower bound operand: AttributeValue: " + low.val.describe() + ", upper bound operand: AttributeValue: " + high.val.describe()
	if !low.val.kind.same(high.val.kind) {
		f.add("type", "%s", "The BETWEEN operator requires same data type for lower and upper bounds; "+bounds)
		return
	}
	order, ok := low.val.compare(high.val)
	switch {
	case !ok:
		f.add("type", errOperandType, "BETWEEN", low.val.kind)
	case order > 0:
		f.add("type", "%s", "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "+bounds)
	}
}
