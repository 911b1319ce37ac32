package template

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// resolve gives a copy of n in which intrinsics are replaced by their values. It is nil for AWS::NoValue, and a property
// that resolves to nil is left out.
func (r *reader) resolve(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return r.resolve(n.Alias)
	}
	if name, argument := r.intrinsic(n); name != "" {
		return r.call(n, name, argument)
	}
	out := *n
	switch n.Kind {
	case yaml.ScalarNode:
		out.Value = r.dynamic(n.Line, n.Value)
		return &out
	case yaml.SequenceNode:
		out.Content = nil
		for _, item := range n.Content {
			if v := r.resolve(item); v != nil {
				out.Content = append(out.Content, v)
			}
		}
	case yaml.MappingNode:
		out.Content = nil
		for i := 0; i < len(n.Content); i += 2 {
			if v := r.resolve(n.Content[i+1]); v != nil {
				out.Content = append(out.Content, n.Content[i], v)
			}
		}
	}
	return &out
}

// intrinsic recognises both spellings: !Sub x and Fn::Sub: x.
func (r *reader) intrinsic(n *yaml.Node) (name string, argument *yaml.Node) {
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		plain := *n
		plain.Tag = ""
		return n.Tag[1:], &plain
	}
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 {
		key := n.Content[0].Value
		if key == "Ref" {
			return "Ref", n.Content[1]
		}
		if fn, ok := strings.CutPrefix(key, "Fn::"); ok {
			return fn, n.Content[1]
		}
	}
	return "", nil
}

func (r *reader) call(n *yaml.Node, name string, argument *yaml.Node) *yaml.Node {
	text := func(s string) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: r.dynamic(n.Line, s), Line: n.Line}
	}
	switch name {
	case "Ref":
		if argument.Value == "AWS::NoValue" {
			return nil
		}
		return text(r.ref(n.Line, argument.Value))
	case "GetAtt":
		id, attribute := "", ""
		if argument.Kind == yaml.SequenceNode && len(argument.Content) == 2 {
			id, attribute = argument.Content[0].Value, argument.Content[1].Value
		} else {
			id, attribute, _ = strings.Cut(argument.Value, ".")
		}
		return text(r.getAtt(n.Line, id, attribute))
	case "Sub":
		return text(r.sub(n.Line, argument))
	case "Join":
		return text(r.join(n.Line, argument))
	case "Split":
		return r.split(n.Line, argument)
	case "Select":
		return r.pick(n.Line, argument)
	case "If":
		if argument.Kind != yaml.SequenceNode || len(argument.Content) != 3 {
			r.refuse(n.Line, "!If needs a condition and two values")
			return nil
		}
		if r.condition(n.Line, argument.Content[0].Value) {
			return r.resolve(argument.Content[1])
		}
		return r.resolve(argument.Content[2])
	}
	r.refuse(n.Line, "intrinsic !%s is not understood", name)
	return nil
}

var substitution = regexp.MustCompile(`\$\{([^}]*)\}`)

func (r *reader) sub(line int, argument *yaml.Node) string {
	source, own := argument, map[string]string{}
	if argument.Kind == yaml.SequenceNode && len(argument.Content) == 2 {
		source = argument.Content[0]
		content := r.pairs("!Sub's second part", argument.Content[1])
		for i := 0; i < len(content); i += 2 {
			if v := r.resolve(content[i+1]); v != nil {
				own[content[i].Value] = v.Value
			}
		}
	}
	if source.Kind != yaml.ScalarNode {
		r.refuse(line, "!Sub needs a text")
		return ""
	}
	return substitution.ReplaceAllStringFunc(source.Value, func(found string) string {
		name := found[2 : len(found)-1]
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			return "${" + literal + "}"
		}
		if v, ok := own[name]; ok {
			return v
		}
		if id, attribute, ok := strings.Cut(name, "."); ok {
			return r.getAtt(line, id, attribute)
		}
		return r.ref(line, name)
	})
}

func (r *reader) join(line int, argument *yaml.Node) string {
	if argument.Kind != yaml.SequenceNode || len(argument.Content) != 2 {
		r.refuse(line, "!Join needs a separator and a list")
		return ""
	}
	list := r.resolve(argument.Content[1])
	if list == nil || list.Kind != yaml.SequenceNode {
		r.refuse(line, "!Join needs a list")
		return ""
	}
	var parts []string
	for _, item := range list.Content {
		parts = append(parts, item.Value)
	}
	return strings.Join(parts, argument.Content[0].Value)
}

func (r *reader) split(line int, argument *yaml.Node) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: line}
	if argument.Kind != yaml.SequenceNode || len(argument.Content) != 2 {
		r.refuse(line, "!Split needs a separator and a text")
		return list
	}
	text := r.resolve(argument.Content[1])
	if text == nil || text.Kind != yaml.ScalarNode {
		r.refuse(line, "!Split needs a text")
		return list
	}
	for part := range strings.SplitSeq(text.Value, argument.Content[0].Value) {
		list.Content = append(list.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: part, Line: line})
	}
	return list
}

// pick is !Select: one of a list, counted from 0.
func (r *reader) pick(line int, argument *yaml.Node) *yaml.Node {
	nothing := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Line: line}
	if argument.Kind != yaml.SequenceNode || len(argument.Content) != 2 {
		r.refuse(line, "!Select needs a number and a list")
		return nothing
	}
	list := r.resolve(argument.Content[1])
	n, err := strconv.Atoi(argument.Content[0].Value)
	if err != nil || list == nil || list.Kind != yaml.SequenceNode || n < 0 || n >= len(list.Content) {
		r.refuse(line, "!Select %s: the list has no such item", argument.Content[0].Value)
		return nothing
	}
	return list.Content[n]
}

// ref is the value of !Ref: a parameter, a pseudo parameter, or what CloudFormation gives for the resource.
func (r *reader) ref(line int, name string) string {
	switch name {
	case "AWS::StackName":
		return r.in.Stack
	case "AWS::Region":
		return r.in.Region
	case "AWS::AccountId":
		return r.in.Account
	case "AWS::Partition":
		return "aws"
	case "AWS::URLSuffix":
		return "amazonaws.com"
	}
	if strings.HasPrefix(name, "AWS::") {
		r.refuse(line, "pseudo parameter %s is not understood", name)
		return ""
	}
	if value, ok := r.parameters[name]; ok {
		return value
	}
	return r.attribute(line, name, "")
}

func (r *reader) getAtt(line int, id, attribute string) string {
	if attribute == "" {
		r.refuse(line, "!GetAtt %s names no attribute", id)
		return ""
	}
	return r.attribute(line, id, attribute)
}

// dynamic replaces {{resolve:secretsmanager:…}} by the secret's value.
func (r *reader) dynamic(line int, value string) string {
	start := strings.Index(value, "{{resolve:")
	if start < 0 {
		return value
	}
	end := strings.Index(value[start:], "}}")
	if end < 0 {
		r.refuse(line, "a dynamic reference has no end")
		return ""
	}
	reference := value[start+len("{{resolve:") : start+end]
	service, rest, _ := strings.Cut(reference, ":")
	if service != "secretsmanager" {
		r.refuse(line, "dynamic reference to %s is not understood, only secretsmanager", service)
		return ""
	}
	secret := strings.TrimRight(strings.TrimSuffix(strings.TrimRight(rest, ":"), ":SecretString"), ":")
	for _, id := range r.order {
		res := r.resources[id]
		if res.kind == "AWS::SecretsManager::Secret" && (r.attribute(line, id, "") == secret || r.physicalName(res) == secret) {
			return value[:start] + r.secret(res) + r.dynamic(line, value[start+end+2:])
		}
	}
	r.refuse(line, "dynamic reference to a secret that this template does not make, or to one key of it")
	return ""
}

// condition evaluates a condition by name.
func (r *reader) condition(line int, name string) bool {
	if v, ok := r.conditions[name]; ok {
		return v
	}
	n, ok := r.conditionNodes[name]
	if !ok || r.conditionBusy[name] {
		r.refuse(line, "there is no condition %s, or it needs itself", name)
		return false
	}
	r.conditionBusy[name] = true
	v := r.conditionValue(n)
	r.conditions[name] = v
	return v
}

func (r *reader) conditionValue(n *yaml.Node) bool {
	name, argument := r.intrinsic(n)
	if name == "" && n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[0].Value == "Condition" {
		name, argument = "Condition", n.Content[1]
	}
	if name == "Condition" {
		return r.condition(n.Line, argument.Value)
	}
	if name != "Equals" && name != "Not" && name != "And" && name != "Or" {
		r.refuse(n.Line, "condition function !%s is not understood", name)
		return false
	}
	counts := map[string][2]int{"Equals": {2, 2}, "Not": {1, 1}, "And": {2, 10}, "Or": {2, 10}}[name]
	if argument.Kind != yaml.SequenceNode || len(argument.Content) < counts[0] || len(argument.Content) > counts[1] {
		r.refuse(n.Line, "!%s needs a list of %s", name, count(counts))
		return false
	}
	if name == "Equals" {
		a, b := r.resolve(argument.Content[0]), r.resolve(argument.Content[1])
		return a != nil && b != nil && a.Value == b.Value
	}
	var values []bool
	for _, item := range argument.Content {
		values = append(values, r.conditionValue(item))
	}
	switch name {
	case "Not":
		return !values[0]
	case "And":
		return !slices.Contains(values, false)
	default:
		return slices.Contains(values, true)
	}
}

func count(c [2]int) string {
	if c[0] == c[1] {
		return strconv.Itoa(c[0])
	}
	return strconv.Itoa(c[0]) + " to " + strconv.Itoa(c[1])
}
