package template

import (
	"reflect"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// passive takes a property that has nothing to do on a laptop.
type passive struct{}

// decode fills the struct that v points to from n. A key without a field of that name is refused by name and line.
// n is resolved already, or holds no intrinsics.
func (r *reader) decode(path string, n *yaml.Node, v any) {
	if n == nil {
		return
	}
	r.decodeValue(path, n, reflect.ValueOf(v).Elem())
}

func (r *reader) decodeValue(path string, n *yaml.Node, v reflect.Value) {
	switch v.Type() {
	case reflect.TypeFor[passive]():
		return
	case reflect.TypeFor[*yaml.Node]():
		v.Set(reflect.ValueOf(n))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.decodeValue(path, n, v.Elem())
	case reflect.Struct:
		r.decodeStruct(path, n, v)
	case reflect.Map:
		content := r.pairs(path, n)
		v.Set(reflect.MakeMapWithSize(v.Type(), len(content)/2))
		for i := 0; i < len(content); i += 2 {
			item := reflect.New(v.Type().Elem()).Elem()
			r.decodeValue(path+"."+content[i].Value, content[i+1], item)
			v.SetMapIndex(reflect.ValueOf(content[i].Value), item)
		}
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			r.refuse(n.Line, "%s must be a list", path)
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, item := range n.Content {
			r.decodeValue(path+"["+strconv.Itoa(i)+"]", item, v.Index(i))
		}
	default:
		r.decodeScalar(path, n, v)
	}
}

func (r *reader) decodeStruct(path string, n *yaml.Node, v reflect.Value) {
	content := r.pairs(path, n)
	for i := 0; i < len(content); i += 2 {
		key := content[i].Value
		field := v.FieldByName(key)
		if !field.IsValid() || !field.CanSet() {
			r.refuse(content[i].Line, "%s: property %s is not understood", path, key)
			continue
		}
		r.decodeValue(path+"."+key, content[i+1], field)
	}
}

func (r *reader) decodeScalar(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.ScalarNode {
		r.refuse(n.Line, "%s must be a single value", path)
		return
	}
	var err error
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
	case reflect.Int:
		var i int
		if i, err = strconv.Atoi(n.Value); err == nil {
			v.SetInt(int64(i))
		}
	case reflect.Float64:
		var f float64
		if f, err = strconv.ParseFloat(n.Value, 64); err == nil {
			v.SetFloat(f)
		}
	case reflect.Bool:
		var b bool
		if b, err = strconv.ParseBool(n.Value); err == nil {
			v.SetBool(b)
		}
	default:
		panic("template: no way to read a " + v.Type().String())
	}
	if err != nil {
		r.refuse(n.Line, "%s: %q is not a %s", path, n.Value, v.Kind())
	}
}
