package org_test

import (
	"maps"
	"strings"
	"testing"

	"onetap/internal/org"
	"onetap/internal/survey"
)

func TestAddressesTaken(t *testing.T) {
	t.Parallel()
	people := func(pairs ...string) (all []survey.Staff) {
		for _, p := range pairs {
			id, email, _ := strings.Cut(p, "=")
			all = append(all, survey.Staff{ID: id, Email: email})
		}
		return all
	}
	for name, tc := range map[string]struct {
		stored, list []survey.Staff
		want         map[int]string
	}{
		"nobody stored":                  {nil, people("a=x@example.com", "b=y@example.com"), nil},
		"twice in the list":              {nil, people("a=x@example.com", "b=x@example.com", "c=x@example.com"), map[int]string{1: "a", 2: "a"}},
		"in capitals":                    {nil, people("a=x@example.com", "b=X@Example.com"), map[int]string{1: "a"}},
		"in its ASCII form":              {people("a=x@пример.рф"), people("b=x@xn--e1afmkfd.xn--p1ai"), map[int]string{0: "a"}},
		"in its other letters":           {people("a=x@xn--e1afmkfd.xn--p1ai"), people("b=X@ПРИМЕР.РФ"), map[int]string{0: "a"}},
		"stored":                         {people("a=x@example.com"), people("b=x@example.com"), map[int]string{0: "a"}},
		"stored in capitals long ago":    {people("a=X@EXAMPLE.COM"), people("b=x@example.com"), map[int]string{0: "a"}},
		"the same person":                {people("a=x@example.com"), people("A=x@example.com"), nil},
		"given up in the same list":      {people("a=x@example.com"), people("b=x@example.com", "a=new@example.com"), nil},
		"given up, in the other order":   {people("a=x@example.com"), people("a=new@example.com", "b=x@example.com"), nil},
		"exchanged":                      {people("a=x@example.com", "b=y@example.com"), people("a=y@example.com", "b=x@example.com"), nil},
		"in a ring of three":             {people("a=x@e.ru", "b=y@e.ru", "c=z@e.ru"), people("a=y@e.ru", "b=z@e.ru", "c=x@e.ru"), nil},
		"given up by one who is refused": {people("a=x@e.ru", "b=y@e.ru"), people("c=x@e.ru", "a=y@e.ru"), map[int]string{0: "a", 1: "b"}},
		"two have had it all along":      {people("a=x@e.ru", "b=x@e.ru"), people("b=x@e.ru", "a=x@e.ru"), nil},
		"a third joins them":             {people("a=x@e.ru", "b=x@e.ru"), people("c=x@e.ru", "a=x@e.ru"), map[int]string{0: "b"}},
	} {
		got := map[int]string{}
		for i, other := range org.AddressesTaken(tc.stored, tc.list) {
			got[i] = other.ID
		}
		if !maps.Equal(got, tc.want) {
			t.Errorf("%s: refused are %v, want %v", name, got, tc.want)
		}
	}
}
