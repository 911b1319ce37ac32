package dynamo

import (
	"fmt"
	"slices"
)

// Rules for attribute values and what DynamoDB says when one is broken.
const (
	errNoType       = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
	errManyTypes    = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
	errBadNull      = "One or more parameter values were invalid: Null attribute value types must have the value of true"
	errEmptySS      = "One or more parameter values were invalid: An string set  may not be empty"
	errEmptyNS      = "One or more parameter values were invalid: An number set  may not be empty"
	errEmptyBS      = "One or more parameter values were invalid: Binary sets should not be empty"
	errDuplicateNS  = "Input collection contains duplicates"
	errTooDeep      = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
	errEmptyName    = "One or more parameter values were invalid: Empty attribute name"
	errLongName     = "One or more parameter values were invalid: Attribute name is too large, must be less than 65536 bytes"
	errItemTooLarge = "Item size has exceeded the maximum allowed size"
)

// item reads a map of attribute values: an item, a key, or expression attribute values.
func (r *reader) item() []attr { return r.attributes(1) }

func (r *reader) attributes(level int) []attr {
	if !r.expect('{') {
		return nil
	}
	attrs := make([]attr, 0, 12/level+1) // items have more attributes than the maps in them
	for more := r.begin('}'); more; more = r.next('}') {
		name := r.str()
		if name == "" && level == 1 {
			r.note(errEmptyName)
		}
		if len(name) > maxNameBytes {
			r.note(errLongName)
		}
		if !r.expect(':') {
			return nil
		}
		if r.null() {
			continue
		}
		attrs = append(attrs, attr{name, r.value(level)})
	}
	return sortAttrs(attrs)
}

// value reads one attribute value, {"S":"text"}; level 1 is an attribute of the item itself.
func (r *reader) value(level int) (v value) {
	if level > maxNesting {
		r.note(errTooDeep)
		if 2*level > maxJSONDepth {
			r.fail("The request is nested too deeply")
		}
	}
	if !r.expect('{') {
		return v
	}
	for more := r.begin('}'); more; more = r.next('}') {
		name := r.str()
		if !r.expect(':') {
			return v
		}
		if r.null() {
			continue
		}
		if v.kind != kindNone {
			r.note(errManyTypes)
		}
		v = r.typed(name, v, level)
	}
	if v.kind == kindNone {
		r.note(errNoType)
	}
	return v
}

// typed reads the value of one type; members that are no type are passed over, as everywhere.
func (r *reader) typed(name string, v value, level int) value {
	switch name {
	case "S":
		return stringValue(r.str())
	case "N":
		return r.number()
	case "B":
		return value{kind: kindB, text: r.binary()}
	case "BOOL":
		if r.bool() {
			return value{kind: kindTrue}
		}
		return value{kind: kindFalse}
	case "NULL":
		if !r.bool() {
			r.note(errBadNull)
		}
		return value{kind: kindNull}
	case "SS":
		return r.set(kindSS, errEmptySS, func() value { return stringValue(r.str()) })
	case "NS":
		return r.set(kindNS, errEmptyNS, r.number)
	case "BS":
		return r.set(kindBS, errEmptyBS, func() value { return value{kind: kindB, text: r.binary()} })
	case "M":
		return value{kind: kindM, kids: r.attributes(level + 1)}
	case "L":
		v := value{kind: kindL, kids: []attr{}}
		r.list(func() { v.kids = append(v.kids, attr{"", r.value(level + 1)}) })
		return v
	}
	r.skip(0)
	return v
}

func (r *reader) number() value {
	text, problem := canonicalNumber(r.str())
	if problem != "" {
		r.note(problem)
		text = "0"
	}
	return numberValue(text)
}

func (r *reader) set(k kind, empty string, member func() value) value {
	v := value{kind: k}
	r.list(func() { v.kids = append(v.kids, attr{"", member()}) })
	if len(v.kids) == 0 {
		r.note(empty)
		return v
	}
	if ascending(v.kids) {
		return v
	}
	given := value{kind: k, kids: slices.Clone(v.kids)}
	sortSet(v.kids)
	if !ascending(v.kids) {
		r.note(duplicates(given))
	}
	return v
}

// ascending says that the members of a set are in order and each there once.
func ascending(members []attr) bool {
	for i := 1; i < len(members); i++ {
		if compareMembers(members[i-1].value, members[i].value) >= 0 {
			return false
		}
	}
	return true
}

func duplicates(set value) string {
	switch set.kind {
	case kindNS:
		return errDuplicateNS
	case kindBS:
		return fmt.Sprintf("One or more parameter values were invalid: Input collection %sof type BS contains duplicates.", set.describeMembers())
	}
	return fmt.Sprintf("One or more parameter values were invalid: Input collection %s contains duplicates.", set.describeMembers())
}
