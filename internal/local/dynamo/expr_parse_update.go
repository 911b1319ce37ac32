package dynamo

// parseProjection parses a projection expression: paths separated by commas.
func parseProjection(src string) (paths []path, problem string) {
	if problem = checkExpressionSize(src); problem != "" {
		return nil, problem
	}
	p := newParser(src)
	for p.err == "" {
		paths = append(paths, p.path())
		if !p.symbol(",") {
			break
		}
	}
	if p.err == "" && p.peek().kind != tokenEOF {
		p.syntaxError()
	}
	return paths, p.err
}

// action is one clause of an update expression: SET path = operand, REMOVE path, ADD path :value, DELETE path :value.
type action struct {
	section string
	path    path
	operand *node // nil for REMOVE
}

// parseUpdate parses an update expression. repeated is the first section that occurs twice.
func parseUpdate(src string) (actions []action, repeated, problem string) {
	if problem = checkExpressionSize(src); problem != "" {
		return nil, "", problem
	}
	sections := []string{"SET", "REMOVE", "ADD", "DELETE"}
	p := newParser(src, sections...)
	seen := map[string]bool{}
	for p.err == "" {
		section := ""
		for _, s := range sections {
			if p.keyword(s) {
				section = s
				break
			}
		}
		if section == "" {
			p.syntaxError()
			break
		}
		if seen[section] && repeated == "" {
			repeated = section
		}
		seen[section] = true
		for p.err == "" {
			actions = append(actions, p.action(section))
			if !p.symbol(",") {
				break
			}
		}
		if p.peek().kind == tokenEOF {
			break
		}
	}
	return actions, repeated, p.err
}

func (p *parser) action(section string) action {
	a := action{section: section, path: p.path()}
	switch section {
	case "SET":
		p.expect("=")
		a.operand = p.setValue()
	case "ADD", "DELETE":
		t := p.peek()
		if t.kind != tokenValue {
			p.syntaxError()
			break
		}
		p.next()
		a.operand = &node{op: "value", name: t.text}
	}
	return a
}

// setValue is an operand, or the sum or difference of two; the whole may stand in parentheses.
func (p *parser) setValue() *node {
	if p.err != "" {
		return &node{op: "path"}
	}
	if p.symbol("(") {
		inner := p.setValue()
		p.expect(")")
		if inner.op == "+" || inner.op == "-" {
			return inner
		}
		return p.sum(inner)
	}
	return p.sum(p.operand())
}

func (p *parser) sum(left *node) *node {
	for _, op := range []string{"+", "-"} {
		if p.err == "" && p.symbol(op) {
			return &node{op: op, args: []*node{left, p.operand()}}
		}
	}
	return left
}
