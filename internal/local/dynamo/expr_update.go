package dynamo

var updateFunctions = map[string]int{"if_not_exists": 2, "list_append": 2}

// typeWords are the names of types in the messages about ADD and DELETE.
var typeWords = map[kind]string{
	kindS: "STRING", kindN: "NUMBER", kindB: "BINARY", kindTrue: "BOOL", kindFalse: "BOOL",
	kindNull: "NULL", kindL: "LIST", kindM: "MAP",
}

// checkUpdate parses and checks an update expression.
func (e *expressions) checkUpdate(src string) ([]action, string) {
	actions, repeated, problem := parseUpdate(src)
	if problem != "" {
		return nil, problem
	}
	f := findings{}
	if repeated != "" {
		f.add("section", `The "%s" section can only be used once in an update expression;`, repeated)
	}
	operators := 0
	paths := make([]path, len(actions))
	for i, a := range actions {
		paths[i] = a.path
		e.resolvePath(a.path, f)
		if a.operand == nil {
			continue
		}
		operators += 1 + countOperators(a.operand)
		e.walkUpdateOperand(a.operand, f)
		if word := typeWords[a.operand.val.kind]; a.section != "SET" && word != "" && (a.section != "ADD" || a.operand.val.kind != kindN) {
			f.add("operand", "Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: ALLOWED_FOR_ADD_OPERAND", a.section, word)
		}
	}
	if operators > maxOperators {
		f.add("count", errTooManyOps, operators)
	}
	checkOverlaps(paths, f)
	return actions, f.first("reserved", "function", "section", "name", "value", "count", "overlap", "conflict", "operand", "type")
}

func (e *expressions) walkUpdateOperand(n *node, f findings) {
	switch n.op {
	case "path":
		e.resolvePath(n.path, f)
		return
	case "value":
		e.resolveValue(n, f)
		return
	}
	for _, a := range n.args {
		e.walkUpdateOperand(a, f)
	}
	wanted, name := kindN, n.op
	if n.op == "function" {
		name = n.name
		want := updateFunctions[n.name]
		switch {
		case want == 0:
			f.add("function", errNoFunction, n.name)
			return
		case len(n.args) != want:
			f.add("operand", errOperandCount, n.name, len(n.args))
			return
		case n.name == "if_not_exists":
			if n.args[0].op != "path" {
				f.add("type", errNeedsPath, n.name)
			}
			return
		}
		wanted = kindL
	}
	for _, a := range n.args {
		if a.op == "value" && a.val.kind != kindNone && a.val.kind != wanted {
			f.add("type", errOperandType, name, a.val.kind)
		}
	}
}
