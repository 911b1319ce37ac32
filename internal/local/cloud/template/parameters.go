package template

import (
	"regexp"
	"slices"
	"sort"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

type parameter struct {
	Type                  string
	Description           passive
	ConstraintDescription string
	NoEcho                passive
	Default               *string
	AllowedPattern        string
	AllowedValues         []string
	MinLength, MaxLength  *int
	MinValue, MaxValue    *float64
}

// readParameters takes the given values, or the defaults, and checks them as CloudFormation would.
func (r *reader) readParameters(n *yaml.Node) {
	content := r.pairs("Parameters", n)
	for i := 0; i < len(content); i += 2 {
		name, line := content[i].Value, content[i].Line
		var p parameter
		r.decode("Parameters."+name, content[i+1], &p)
		if p.Type != "String" && p.Type != "Number" {
			r.refuse(line, "Parameters.%s: type %q is not understood, only String and Number", name, p.Type)
		}
		value, given := r.in.Parameters[name]
		if own, ok := r.in.Defaults[name]; ok && !given {
			value, given = own, true
		}
		switch {
		case given:
		case p.Default != nil:
			value = *p.Default
		default:
			r.refuse(line, "parameter %s has neither a value nor a default", name)
		}
		r.parameters[name] = value
		if given || p.Default != nil {
			r.checkParameter(line, name, value, p)
		}
	}
	var unknown []string
	for name := range r.in.Parameters {
		if _, ok := r.parameters[name]; !ok {
			unknown = append(unknown, name)
		}
	}
	sort.Strings(unknown)
	for _, name := range unknown {
		r.refuse(1, "there is no parameter %s", name)
	}
}

// checkParameter never shows the value, which may be a secret.
func (r *reader) checkParameter(line int, name, value string, p parameter) {
	bad := func(why string) {
		if p.ConstraintDescription != "" {
			why += " (" + p.ConstraintDescription + ")"
		}
		r.refuse(line, "parameter %s %s", name, why)
	}
	if p.AllowedPattern != "" {
		// CloudFormation matches the whole value.
		pattern, err := regexp.Compile("^(?:" + p.AllowedPattern + ")$")
		if err != nil {
			r.refuse(line, "Parameters.%s: AllowedPattern: %v", name, err)
		} else if !pattern.MatchString(value) {
			bad("does not match " + p.AllowedPattern)
		}
	}
	if len(p.AllowedValues) > 0 && !slices.Contains(p.AllowedValues, value) {
		bad("is none of its allowed values")
	}
	length := utf8.RuneCountInString(value)
	if p.MinLength != nil && length < *p.MinLength {
		bad("is shorter than " + strconv.Itoa(*p.MinLength) + " characters")
	}
	if p.MaxLength != nil && length > *p.MaxLength {
		bad("is longer than " + strconv.Itoa(*p.MaxLength) + " characters")
	}
	if p.Type != "Number" {
		return
	}
	f, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
		bad("is not a number")
	case p.MinValue != nil && f < *p.MinValue:
		bad("is less than " + strconv.FormatFloat(*p.MinValue, 'f', -1, 64))
	case p.MaxValue != nil && f > *p.MaxValue:
		bad("is more than " + strconv.FormatFloat(*p.MaxValue, 'f', -1, 64))
	}
}
