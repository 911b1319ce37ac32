package web

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
)

// Decode reads one JSON document of at most maxBytes into v. Everything that is wrong with it is a problem that says
// where: an unknown field and a value of another kind by their path ("wording.ru.subjct"), a fault of syntax by its line.
func Decode(r *http.Request, v any, maxBytes int64) error {
	if t := r.Header.Get("Content-Type"); t != "" {
		if media, _, err := mime.ParseMediaType(t); err != nil || media != "application/json" {
			return apperr.New(apperr.Unsupported, "json_wanted", "Content-Type", "Got", t)
		}
	}
	body, err := Body(r, maxBytes)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return apperr.New(apperr.Invalid, "body_empty", "")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	var document any
	d.UseNumber()
	if err := d.Decode(&document); err != nil {
		return syntax(body, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return apperr.New(apperr.Invalid, "json_trailing", "")
	}
	if err := fits(document, reflect.TypeOf(v).Elem(), ""); err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) { // a number out of the range of its type, and the like
			return apperr.New(apperr.Invalid, wanted(kind.Type), kind.Field)
		}
		return &apperr.Error{Kind: apperr.Invalid, Code: "other", Cause: err}
	}
	return nil
}

// Body reads a request's body; one over max bytes is a problem that states the limit.
func Body(r *http.Request, max int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, max+1))
	if err != nil {
		return nil, &apperr.Error{Kind: apperr.Invalid, Code: "body_unreadable", Cause: err}
	}
	if int64(len(body)) > max {
		return nil, apperr.New(apperr.TooLarge, "body_too_large", "", "Limit", max)
	}
	return body, nil
}

func syntax(body []byte, err error) error {
	offset := int64(len(body))
	var s *json.SyntaxError
	if errors.As(err, &s) {
		offset = min(max(s.Offset, 1), offset)
	}
	before := body[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
	return apperr.New(apperr.Invalid, "json_syntax", "line "+strconv.Itoa(line), "Line", line, "Column", max(column, 1))
}

var (
	timeType      = reflect.TypeFor[time.Time]()
	rawType       = reflect.TypeFor[json.RawMessage]()
	decoderType   = reflect.TypeFor[json.Unmarshaler]()
	textDecorType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// fits compares a document with the type that it is to fill, so that the first difference is named by its path.
// encoding/json says neither the path of an unknown field nor which fields there are.
func fits(document any, t reflect.Type, path string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if document == nil || t == rawType || t.Kind() == reflect.Interface {
		return nil
	}
	if t == timeType {
		if s, ok := document.(string); ok {
			if _, err := time.Parse(time.RFC3339, s); err == nil {
				return nil
			}
		}
		return apperr.New(apperr.Invalid, "json_want_time", path)
	}
	if p := reflect.PointerTo(t); p.Implements(decoderType) || p.Implements(textDecorType) {
		return nil
	}
	switch value := document.(type) {
	case map[string]any:
		if t.Kind() == reflect.Struct {
			return fitsStruct(value, t, path)
		}
		if t.Kind() == reflect.Map {
			for _, name := range keys(value) {
				if err := fits(value[name], t.Elem(), join(path, name)); err != nil {
					return err
				}
			}
			return nil
		}
	case []any:
		if t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
			for i, item := range value {
				if err := fits(item, t.Elem(), path+"["+strconv.Itoa(i)+"]"); err != nil {
					return err
				}
			}
			return nil
		}
	case string:
		if t.Kind() == reflect.String {
			return nil
		}
	case bool:
		if t.Kind() == reflect.Bool {
			return nil
		}
	case json.Number:
		switch wanted(t) {
		case "json_want_number":
			return nil
		case "json_want_whole":
			if _, err := strconv.ParseInt(value.String(), 10, 64); err == nil {
				return nil
			}
		}
	}
	return apperr.New(apperr.Invalid, wanted(t), path)
}

func fitsStruct(value map[string]any, t reflect.Type, path string) error {
	known := fields(t)
	for _, name := range keys(value) {
		f, ok := known[name]
		if !ok {
			return apperr.New(apperr.Invalid, "json_unknown_field", join(path, name), "Field", name, "Known", strings.Join(keys(known), ", "))
		}
		if err := fits(value[name], f, join(path, name)); err != nil {
			return err
		}
	}
	return nil
}

// fields lists a struct's JSON names with their types; embedded structs give theirs.
func fields(t reflect.Type) map[string]reflect.Type {
	known := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			for n, inner := range fields(f.Type) {
				known[n] = inner
			}
		case name == "":
			known[f.Name] = f.Type
		default:
			known[name] = f.Type
		}
	}
	return known
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "json_want_string"
	case reflect.Bool:
		return "json_want_boolean"
	case reflect.Slice, reflect.Array:
		return "json_want_list"
	case reflect.Float32, reflect.Float64:
		return "json_want_number"
	case reflect.Map, reflect.Struct:
		return "json_want_object"
	}
	return "json_want_whole"
}

func keys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
