package dynamo

import (
	"fmt"
	"strconv"
)

// node is a part of a parsed expression: a condition, a comparison, a function call or an operand.
//
//	and, or, not                  args: conditions
//	=, <>, <, <=, >, >=           args: two operands
//	between, in                   args: operands
//	function                      name, args
//	+, -                          args: two operands; only in SET
//	path                          path
//	value                         name: the placeholder; val: what it stands for
type node struct {
	op   string
	name string
	path path
	val  value
	args []*node

	enclosed bool // stood in parentheses
}

// path is a document path: a name, then names and list indexes.
type path []step

// step is a name, or a list index when name is empty. Before names are resolved it may be a #placeholder.
type step struct {
	name  string
	index int
}

func (p path) String() string {
	s := "["
	for i, st := range p {
		if i > 0 {
			s += ", "
		}
		if st.name == "" {
			s += "[" + strconv.Itoa(st.index) + "]"
		} else {
			s += st.name
		}
	}
	return s + "]"
}

// Limits of expressions, from DynamoDB's quotas.
const (
	maxExpressionSize = 4096
	maxPathSteps      = 32
	maxInOperands     = 100
	maxOperators      = 300
)

// checkExpressionSize gives the message for an expression that is empty or too long.
func checkExpressionSize(src string) string {
	switch {
	case src == "":
		return "The expression can not be empty;"
	case len(src) > maxExpressionSize:
		return fmt.Sprintf("Expression size has exceeded the maximum allowed size; expression size: %d", len(src))
	}
	return ""
}

// parseCondition parses condition, filter and key condition expressions. problem is DynamoDB's message, without the
// name of the parameter.
func parseCondition(src string) (tree *node, redundantParens bool, problem string) {
	if problem = checkExpressionSize(src); problem != "" {
		return nil, false, problem
	}
	p := newParser(src, "AND", "OR", "NOT", "BETWEEN", "IN")
	tree = p.or()
	p.needCondition(tree)
	if p.err == "" && p.peek().kind != tokenEOF {
		p.syntaxError()
	}
	return tree, p.parens, p.err
}

func (p *parser) or() *node {
	left := p.and()
	for p.err == "" && p.keyword("OR") {
		left = p.join("or", left, p.and)
	}
	return left
}

func (p *parser) and() *node {
	left := p.not()
	for p.err == "" && p.keyword("AND") {
		left = p.join("and", left, p.not)
	}
	return left
}

// join is called when the keyword between two conditions was taken.
func (p *parser) join(op string, left *node, next func() *node) *node {
	if left.isOperand() {
		p.pos--
		p.syntaxError()
		return left
	}
	right := next()
	p.needCondition(right)
	return &node{op: op, args: []*node{left, right}}
}

func (p *parser) not() *node {
	if p.keyword("NOT") {
		inner := p.not()
		p.needCondition(inner)
		return &node{op: "not", args: []*node{inner}}
	}
	return p.comparison()
}

func (n *node) isOperand() bool { return n.op == "path" || n.op == "value" }

// needCondition refuses a bare path or value where a condition has to stand.
func (p *parser) needCondition(n *node) {
	if p.err == "" && n.isOperand() {
		p.syntaxError()
	}
}

func (p *parser) comparison() *node {
	left := p.primary()
	if p.err != "" {
		return left
	}
	if !left.isOperand() && left.op != "function" {
		return left // a condition in parentheses
	}
	switch t := p.peek(); {
	case t.kind == tokenSymbol && isComparator(t.text):
		p.next()
		return &node{op: t.text, args: []*node{left, p.operand()}}
	case p.keyword("BETWEEN"):
		low := p.operand()
		if p.err == "" && !p.keyword("AND") {
			p.syntaxError()
		}
		return &node{op: "between", args: []*node{left, low, p.operand()}}
	case p.keyword("IN"):
		p.expect("(")
		return &node{op: "in", args: append([]*node{left}, p.operands()...)}
	}
	return left
}

func isComparator(s string) bool {
	switch s {
	case "=", "<>", "<", "<=", ">", ">=":
		return true
	}
	return false
}

// primary is a condition or an operand in parentheses, or an operand.
func (p *parser) primary() *node {
	if !p.symbol("(") {
		return p.operand()
	}
	inner := p.or()
	p.expect(")")
	return p.enclose(inner)
}

func (p *parser) enclose(n *node) *node {
	p.parens = p.parens || n.enclosed
	n.enclosed = true
	return n
}

// operands reads a list up to and with the closing parenthesis.
func (p *parser) operands() (list []*node) {
	for p.err == "" {
		list = append(list, p.operand())
		if p.symbol(",") {
			continue
		}
		p.expect(")")
		break
	}
	return list
}

// operand is a path, a value or a function call, which may stand in parentheses.
func (p *parser) operand() *node {
	if p.symbol("(") {
		inner := p.operand()
		p.expect(")")
		return p.enclose(inner)
	}
	t := p.peek()
	switch {
	case t.kind == tokenValue:
		p.next()
		return &node{op: "value", name: t.text}
	case t.kind == tokenWord && !p.isKeyword(t.text) && p.tokens[p.pos+1].text == "(" && p.tokens[p.pos+1].kind == tokenSymbol:
		p.next()
		p.next()
		return &node{op: "function", name: t.text, args: p.operands()}
	}
	return &node{op: "path", path: p.path()}
}

func (p *parser) path() path {
	steps := path{p.pathName()}
	for p.err == "" {
		switch {
		case p.symbol("."):
			steps = append(steps, p.pathName())
		case p.symbol("["):
			t := p.peek()
			index, err := strconv.Atoi(t.text)
			if t.kind != tokenNumber || err != nil {
				p.syntaxError()
				return steps
			}
			p.next()
			p.expect("]")
			steps = append(steps, step{index: index})
		default:
			return steps
		}
	}
	return steps
}

func (p *parser) pathName() step {
	t := p.peek()
	if t.kind == tokenName || t.kind == tokenWord && !p.isKeyword(t.text) {
		p.next()
		return step{name: t.text}
	}
	p.syntaxError()
	return step{name: "?"}
}
