package org_test

import (
	"net/http"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// A staff list whose headings nobody knows is put right on the page, and the next one with the same headings is read alike, by a program, too.
func TestStaffColumnsAreCorrectedAndRemembered(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	const list = "Ящик;Кто;Участок\nnew@example.com;Анна Смирнова;Север\n"
	send := func(path, list string, said ...string) consoletest.Page {
		return g.Upload(path, "list", "staff.csv", []byte(list), said...)
	}
	send("/staff/import", list).Want(t, http.StatusBadRequest, "Ящик", "new@example.com", `name="field-0"`, `name="heading-2"`)
	said := []string{"heading-0", "Ящик", "field-0", "email", "heading-1", "Кто", "field-1", "name", "heading-2", "Участок", "field-2", "team"}
	send("/staff/import/check", list, said...).Want(t, http.StatusOK, "New: 1")
	send("/staff/import", list, said...).Want(t, http.StatusOK)
	of := func(email string) (name, team string) {
		all, err := w.Store.Staff(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			if m.Email == email {
				return m.Name, m.Team
			}
		}
		return "", ""
	}
	if name, team := of("new@example.com"); name != "Анна Смирнова" || team != "Север" {
		t.Errorf("taken as %q of %q", name, team)
	}
	next := strings.Replace(strings.Replace(list, "new@", "next@", 1), "Анна", "Вера", 1)
	if page := send("/staff/import/check", next).Want(t, http.StatusOK, "as last time"); strings.Count(page.Text, "as last time") != 3 {
		t.Error("not every column of the next list is as last time")
	}
	w.Must("POST", "/api/v1/staff", "text/csv", []byte(next))
	if name, team := of("next@example.com"); name != "Вера Смирнова" || team != "Север" {
		t.Errorf("a program's list is taken as %q of %q", name, team)
	}
	send("/staff/import", list, "heading-0", "Ящик", "field-0", "tier").Want(t, http.StatusBadRequest)
}
