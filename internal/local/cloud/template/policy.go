package template

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// policyDocument is a policy of a function as the laptop understands it. Conditions are not, and refused by name.
type policyDocument struct {
	Version   string
	Statement []struct {
		Sid, Effect      string
		Action, Resource *yaml.Node
	}
}

// Permission is what one statement of a policy allows: actions ("dynamodb:GetItem") on resources (ARNs), both with IAM's
// wildcards.
type Permission struct{ Actions, Resources []string }

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
			allowed = append(allowed, Permission{words(s.Action), words(s.Resource)})
		}
	}
	return allowed
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
	for _, p := range f.Allowed {
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
