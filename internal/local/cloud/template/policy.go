package template

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// policyDocument is a policy of a function as the laptop understands it. Of conditions it knows one, which keys of the table a call may
// name; others are refused.
type policyDocument struct {
	Version   string
	Statement []struct {
		Sid, Effect      string
		Action, Resource *yaml.Node
		Condition        *yaml.Node
	}
}

// Permission is what one statement of a policy allows: actions ("dynamodb:GetItem") on resources (ARNs), both with IAM's
// wildcards. Keys are the partition keys that a call may name; empty: any.
type Permission struct{ Actions, Resources, Keys []string }

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
			keys, ok := leadingKeys(s.Condition)
			if !ok {
				r.refuse(item.Line, "%s: a condition other than ForAllValues:StringLike of dynamodb:LeadingKeys is not understood", res.id)
				continue
			}
			allowed = append(allowed, Permission{words(s.Action), words(s.Resource), keys})
		}
	}
	return allowed
}

// leadingKeys reads the condition of a statement; without one there are none.
func leadingKeys(n *yaml.Node) (keys []string, ok bool) {
	for _, name := range []string{"ForAllValues:StringLike", "dynamodb:LeadingKeys"} {
		if n == nil {
			return nil, name == "ForAllValues:StringLike"
		}
		if n.Kind != yaml.MappingNode || len(n.Content) != 2 || n.Content[0].Value != name {
			return nil, false
		}
		n = n.Content[1]
	}
	keys = words(n)
	return keys, len(keys) > 0
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

// AllowsKey is Allows for a call that names an item of the table by its partition key; "": the call names none, and the keys that
// are allowed are not asked.
func (f *Function) AllowsKey(action, key string, resources ...string) bool {
	for _, p := range f.Allowed {
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
