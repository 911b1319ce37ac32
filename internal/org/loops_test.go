package org

import (
	"strings"
	"testing"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

func TestManagersInALoop(t *testing.T) {
	t.Parallel()
	person := func(id, manager string) survey.Staff {
		return survey.Staff{ID: id, Name: strings.ToUpper(id), Manager: manager}
	}
	stored := []survey.Staff{person("a", "b"), person("b", "c"), person("c", ""), person("x", "y"), person("y", "x")}
	for _, tt := range []struct {
		name  string
		write []survey.Staff
		loop  string
	}{
		{"two", []survey.Staff{person("c", "b")}, "C → B → C"},
		{"three, of letters in another case", []survey.Staff{person("c", "A")}, "C → A → B → C"},
		{"put right in the same list", []survey.Staff{person("c", "a"), person("a", "")}, ""},
		{"a loop from before is not theirs", []survey.Staff{person("z", "x")}, ""},
		{"nobody knows the manager", []survey.Staff{person("c", "gone")}, ""},
	} {
		err := checkManagers(stored, tt.write)
		if tt.loop == "" && err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if p := apperr.As(err); tt.loop != "" && (p == nil || p.Code != "staff_manager_loop" || p.With["Names"] != tt.loop) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
