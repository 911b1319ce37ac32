package template

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// policyDocument is a policy of a function as the laptop understands it: what is allowed, by the names of the actions.
// The resources are not compared: there is one table, one configuration set.
type policyDocument struct {
	Version   string
	Statement []struct {
		Sid, Effect      string
		Action, Resource *yaml.Node
	}
}

// readPolicies lists the actions that a function's policies allow, "dynamodb:GetItem", with "*" at the end of some.
// Managed policies and SAM's policy templates are refused: what they allow is not written in the template.
func (r *reader) readPolicies(res *resource, n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.refuse(n.Line, "%s: Policies must be a list of statements", res.id)
		return nil
	}
	var allowed []string
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
			allowed = append(allowed, words(s.Action)...)
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

// Allows reports whether the function's policies allow an action such as "dynamodb:PutItem".
func (f *Function) Allows(action string) bool {
	for _, a := range f.Allowed {
		if prefix, wild := strings.CutSuffix(a, "*"); a == action || (wild && strings.HasPrefix(action, prefix)) {
			return true
		}
	}
	return false
}
