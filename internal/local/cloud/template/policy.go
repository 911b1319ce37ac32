package template

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// policyDocument is a policy of a function as the laptop understands it. Of conditions it knows two, which keys of the table a call may
// name and what it must say to KMS as its encryption context; others are refused.
type policyDocument struct {
	Version   string
	Statement []struct {
		Sid, Effect      string
		Action, Resource *yaml.Node
		Condition        *yaml.Node
	}
}

// Permission is what one statement of a policy allows: actions ("dynamodb:GetItem") on resources (ARNs), both with IAM's
// wildcards. Keys are the partition keys that a call may name; empty: any. Context is what a call of KMS must say, one of the values
// for each name.
type Permission struct {
	Actions, Resources, Keys []string
	Context                  map[string][]string
}

// readPolicies lists what a function's policies allow. Managed policies and SAM's policy templates are refused: what they
// allow is not written in the template.
func (r *reader) readPolicies(res *resource, n *yaml.Node) []Permission {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.refuse(n.Line, "%s: Policies must be a list of statements", res.id)
		return nil
	}
	var allowed []Permission
	for _, item := range n.Content {
		if item.Kind != yaml.MappingNode {
			r.refuse(item.Line, "%s: policy %s is not understood: write the statements", res.id, item.Value)
			continue
		}
		var p policyDocument
		r.decode(res.id+".Policies", item, &p)
		for _, s := range p.Statement {
			if s.Effect != "Allow" {
				r.refuse(item.Line, "%s: a statement with effect %q is not understood", res.id, s.Effect)
				continue
			}
			allows := Permission{Actions: words(s.Action), Resources: words(s.Resource)}
			if !allows.readConditions(s.Condition) {
				r.refuse(item.Line, "%s: a condition other than ForAllValues:StringLike of dynamodb:LeadingKeys and StringEquals of kms:EncryptionContext:<name> is not understood", res.id)
				continue
			}
			allowed = append(allowed, allows)
		}
	}
	return allowed
}

// readConditions reads the conditions of a statement, which may have none; ok is false for one that is not understood.
func (p *Permission) readConditions(n *yaml.Node) (ok bool) {
	if n == nil {
		return true
	}
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return false
	}
	for i := 0; i < len(n.Content); i += 2 {
		operator, of := n.Content[i].Value, n.Content[i+1]
		if of.Kind != yaml.MappingNode || len(of.Content) == 0 {
			return false
		}
		for j := 0; j < len(of.Content); j += 2 {
			if !p.readCondition(operator, of.Content[j].Value, words(of.Content[j+1])) {
				return false
			}
		}
	}
	return true
}

func (p *Permission) readCondition(operator, name string, values []string) (ok bool) {
	said, ofContext := strings.CutPrefix(name, "kms:EncryptionContext:")
	switch {
	case len(values) == 0:
		return false
	case operator == "ForAllValues:StringLike" && name == "dynamodb:LeadingKeys":
		p.Keys = values
	case operator == "StringEquals" && ofContext:
		if p.Context == nil {
			p.Context = map[string][]string{}
		}
		p.Context[said] = values
	default:
		return false
	}
	return true
}

// takes reports whether a call of KMS says what the permission asks for.
func (p Permission) takes(context map[string]string) bool {
	for name, values := range p.Context {
		if said, ok := context[name]; !ok || !slices.Contains(values, said) {
			return false
		}
	}
	return true
}

// words reads a single value or a list of them.
func words(n *yaml.Node) []string {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.ScalarNode:
		return []string{n.Value}
	}
	var all []string
	for _, item := range n.Content {
		all = append(all, item.Value)
	}
	return all
}

// Allows reports whether the function's policies allow an action such as "dynamodb:PutItem" on one of the resources; with
// none, on any.
func (f *Function) Allows(action string, resources ...string) bool {
	return f.AllowsKey(action, "", resources...)
}

// AsksKeys reports whether a permission of the function is for items with some keys only.
func (f *Function) AsksKeys() bool {
	return slices.ContainsFunc(f.Allowed, func(p Permission) bool { return len(p.Keys) > 0 })
}

// AllowsKey is Allows for a call that names an item of the table by its partition key; "": the call names none, and the keys that
// are allowed are not asked.
func (f *Function) AllowsKey(action, key string, resources ...string) bool {
	return f.allows(action, key, nil, resources)
}

// AllowsContext is Allows for a call of KMS, which says an encryption context.
func (f *Function) AllowsContext(action string, context map[string]string, resources ...string) bool {
	if context == nil {
		context = map[string]string{}
	}
	return f.allows(action, "", context, resources)
}

// allows asks for the conditions of a permission where the call has something to compare: a key, a context.
func (f *Function) allows(action, key string, context map[string]string, resources []string) bool {
	for _, p := range f.Allowed {
		if context != nil && !p.takes(context) {
			continue
		}
		if key != "" && len(p.Keys) > 0 && !slices.ContainsFunc(p.Keys, func(pattern string) bool { return like(pattern, key) }) {
			continue
		}
		if !slices.ContainsFunc(p.Actions, func(a string) bool { return like(a, action) }) {
			continue
		}
		for _, pattern := range p.Resources {
			if len(resources) == 0 || slices.ContainsFunc(resources, func(r string) bool { return like(pattern, r) }) {
				return true
			}
		}
	}
	return false
}

// like compares as IAM does: * stands for any number of characters, ? for one.
func like(pattern, text string) bool {
	for pattern != "" {
		if pattern[0] == '*' {
			for i := len(text); i >= 0; i-- {
				if like(pattern[1:], text[i:]) {
					return true
				}
			}
			return false
		}
		if text == "" || pattern[0] != '?' && pattern[0] != text[0] {
			return false
		}
		pattern, text = pattern[1:], text[1:]
	}
	return text == ""
}
