package pattern

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
)

// A test accepts or refuses one leaf of an event; present is false where the event has no such field.
type test func(value any, present bool) bool

func compileTest(v any) (test, error) {
	switch v := v.(type) {
	case map[string]any:
		return compileOperator(v)
	case []any:
		return nil, errors.New("an array in an array")
	default:
		return equal(v), nil
	}
}

func equal(want any) test {
	if n, ok := want.(json.Number); ok {
		wanted := number(n)
		return func(value any, present bool) bool {
			n, ok := value.(json.Number)
			return ok && present && number(n) == wanted
		}
	}
	return func(value any, present bool) bool {
		switch value.(type) {
		case map[string]any, []any:
			return false
		}
		return present && value == want
	}
}

func number(n json.Number) float64 {
	f, err := n.Float64()
	if err != nil {
		return math.NaN()
	}
	return f
}

// compileOperator reads {"prefix": …} and its kind: exactly one operator an object.
func compileOperator(object map[string]any) (test, error) {
	if len(object) != 1 {
		return nil, fmt.Errorf("an operator's object has one key, not %d", len(object))
	}
	for name, argument := range object {
		switch name {
		case "prefix", "suffix", "equals-ignore-case", "wildcard":
			f, err := stringTest(name, argument)
			if err != nil {
				return nil, err
			}
			return onString(f), nil
		case "anything-but":
			return anythingBut(argument)
		case "exists":
			want, ok := argument.(bool)
			if !ok {
				return nil, errors.New("exists takes true or false")
			}
			return func(value any, present bool) bool {
				if _, inner := value.(map[string]any); inner {
					return !want // only leaves exist, in EventBridge's sense
				}
				return present == want
			}, nil
		case "numeric":
			return numeric(argument)
		default:
			return nil, fmt.Errorf("operator %q is not understood", name)
		}
	}
	panic("unreachable: the object has one key")
}

func onString(f func(string) bool) test {
	return func(value any, present bool) bool {
		s, ok := value.(string)
		return ok && present && f(s)
	}
}

func stringTest(name string, argument any) (func(string) bool, error) {
	fold := false
	if object, ok := argument.(map[string]any); ok && (name == "prefix" || name == "suffix") {
		if argument, ok = object["equals-ignore-case"]; !ok || len(object) != 1 {
			return nil, fmt.Errorf("%s takes a string or {\"equals-ignore-case\": string}", name)
		}
		fold = true
	}
	want, ok := argument.(string)
	if !ok {
		return nil, fmt.Errorf("%s takes a string", name)
	}
	if fold {
		want = strings.ToLower(want)
	}
	folded := func(s string) string {
		if fold {
			return strings.ToLower(s)
		}
		return s
	}
	switch name {
	case "prefix":
		return func(s string) bool { return strings.HasPrefix(folded(s), want) }, nil
	case "suffix":
		return func(s string) bool { return strings.HasSuffix(folded(s), want) }, nil
	case "equals-ignore-case":
		return func(s string) bool { return strings.EqualFold(s, want) }, nil
	default:
		if strings.Contains(want, "**") {
			return nil, errors.New("wildcard takes no two stars beside each other")
		}
		return func(s string) bool { return wildcard(want, s) }, nil
	}
}

// wildcard matches s against a pattern in which * stands for any characters.
func wildcard(want, s string) bool {
	parts := strings.Split(want, "*")
	if len(parts) == 1 {
		return s == want
	}
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, parts[last])
}

// anythingBut accepts a present leaf that is none of those given: values, or one operator on strings.
func anythingBut(argument any) (test, error) {
	var refused []test
	switch v := argument.(type) {
	case map[string]any:
		if len(v) != 1 {
			return nil, errors.New("anything-but takes one operator")
		}
		for name, inner := range v {
			list, isList := inner.([]any)
			if !isList {
				list = []any{inner}
			}
			for _, one := range list {
				if name != "prefix" && name != "suffix" && name != "equals-ignore-case" && name != "wildcard" {
					return nil, fmt.Errorf("anything-but: operator %q is not understood", name)
				}
				f, err := stringTest(name, one)
				if err != nil {
					return nil, fmt.Errorf("anything-but: %w", err)
				}
				refused = append(refused, onString(f))
			}
		}
	case []any:
		for _, one := range v {
			switch one.(type) {
			case map[string]any, []any:
				return nil, errors.New("anything-but takes values in its array")
			}
			refused = append(refused, equal(one))
		}
	default:
		refused = append(refused, equal(v))
	}
	if len(refused) == 0 {
		return nil, errors.New("anything-but needs a value")
	}
	return func(value any, present bool) bool {
		if _, inner := value.(map[string]any); inner || !present {
			return false
		}
		for _, t := range refused {
			if t(value, present) {
				return false
			}
		}
		return true
	}, nil
}

// numeric reads [">", 0, "<=", 5].
func numeric(argument any) (test, error) {
	list, ok := argument.([]any)
	if !ok || len(list) == 0 || len(list)%2 != 0 {
		return nil, errors.New(`numeric takes comparisons, as in [">", 0, "<=", 5]`)
	}
	var tests []func(float64) bool
	for i := 0; i < len(list); i += 2 {
		sign, _ := list[i].(string)
		bound, ok := list[i+1].(json.Number)
		if !ok {
			return nil, fmt.Errorf("numeric %s needs a number", sign)
		}
		b := number(bound)
		switch sign {
		case "=":
			tests = append(tests, func(f float64) bool { return f == b })
		case "<":
			tests = append(tests, func(f float64) bool { return f < b })
		case "<=":
			tests = append(tests, func(f float64) bool { return f <= b })
		case ">":
			tests = append(tests, func(f float64) bool { return f > b })
		case ">=":
			tests = append(tests, func(f float64) bool { return f >= b })
		default:
			return nil, fmt.Errorf("numeric comparison %q is not understood", sign)
		}
	}
	return func(value any, present bool) bool {
		n, ok := value.(json.Number)
		if !ok || !present {
			return false
		}
		f := number(n)
		for _, t := range tests {
			if !t(f) {
				return false
			}
		}
		return true
	}, nil
}
