package loop_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/loop"
)

// fill puts something into every field of a value, so that a field that is added later is met.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(string(rune('a' + *n%26)))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(noon.Add(time.Duration(*n) * time.Millisecond)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	}
}

// Nothing that a case has is lost by storing it but what its key says, and what is not to be stored.
func TestNothingIsLostByPacking(t *testing.T) {
	t.Parallel()
	var c loop.Case
	n := 0
	for i := range reflect.TypeFor[loop.Case]().NumField() {
		f := reflect.ValueOf(&c).Elem().Field(i)
		if f.Type() == reflect.TypeFor[loop.Rules]() {
			c.Rules = loop.Rules{Term: time.Hour, Wait: time.Minute, Tries: 5}
			continue
		}
		fill(f, &n)
	}
	got, err := loop.UnpackCase(loop.PackCase(c))
	if err == nil {
		got.History, err = loop.Unpack(loop.Pack(c.History))
	}
	if err != nil {
		t.Fatal(err)
	}
	got.Campaign, got.Contact, got.Version = c.Campaign, c.Contact, c.Version
	if diff := cmp.Diff(c, got); diff != "" {
		t.Errorf("stored (-) and read (+):\n%s", diff)
	}
}
