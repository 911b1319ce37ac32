package org_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// One address is one person's, whichever way somebody comes in: the API's list, the API's CSV, the page's CSV, the page's
// form, the form of somebody who is there already.
func TestOneAddressEach(t *testing.T) {
	t.Parallel()
	asJSON := func(w *consoletest.World, g *consoletest.Guest, id, email string) string {
		b, _ := json.Marshal([]survey.Staff{{ID: id, Email: email}, {ID: "fine-" + id, Email: "fine-" + id + "@example.com"}})
		return w.PostList(t, "application/json", string(b))
	}
	ways := map[string]struct {
		put  func(w *consoletest.World, g *consoletest.Guest, id, email string) string
		says string
	}{
		"API, JSON": {asJSON, "already has this email"},
		"API, CSV": {func(w *consoletest.World, _ *consoletest.Guest, id, email string) string {
			return w.PostList(t, "text/csv", "id;email\n"+id+";"+email+"\n")
		}, "address of someone else"},
		"page, CSV": {func(_ *consoletest.World, g *consoletest.Guest, id, email string) string {
			return g.Upload("/staff/import", "list", "staff.csv", []byte("id;email\n"+id+";"+email+"\n")).Text
		}, "address of someone else"},
		"page": {func(_ *consoletest.World, g *consoletest.Guest, id, email string) string {
			return g.Send("/staff", "id", id, "email", email, "role", "owner").Text
		}, "already has this email"},
		"page of another": {func(w *consoletest.World, g *consoletest.Guest, _, email string) string {
			m := consoletest.Everybody[4]
			return g.Send("/staff/"+w.Desk.Handle(m.ID), "email", email, "role", "analyst", "name", m.Name, "was", consoletest.Before(w.T, m)).Text
		}, "already has this email"},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			if err := w.Store.PutStaff(t.Context(), []survey.Staff{{ID: "anna", Email: "anna@xn--e1afmkfd.xn--p1ai"}, {ID: "old", Email: "Old@Example.com"}}); err != nil {
				t.Fatal(err)
			}
			g := w.As(t, "administrator")
			for i, email := range []string{"owner@example.com", "OWNER@EXAMPLE.COM", " Owner@example.com ", "mailto:owner@example.com", "anna@пример.рф", "Anna@ПРИМЕР.РФ", "anna@XN--E1AFMKFD.XN--P1AI", "old@example.com"} {
				id := "new" + string(rune('a'+i))
				if said := way.put(w, g, id, email); !strings.Contains(said, way.says) {
					t.Errorf("%s: %.500s", email, consoletest.Body(said))
				}
				if _, there, err := w.Store.StaffMember(t.Context(), id); there || err != nil {
					t.Errorf("%s: is written, %v", email, err)
				}
			}
			if m, _, err := w.Store.StaffMember(t.Context(), "analyst"); err != nil || m.Email != "analyst@example.com" {
				t.Errorf("the analyst is %v, %v", m, err)
			}
		})
	}
	// What is refused takes nothing else with it; two who exchange theirs do; a CSV without ids means whoever has the address.
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	if said := asJSON(w, nil, "x", "owner@example.com"); !strings.Contains(said, `"new":1`) || !strings.Contains(said, `"line":1,"code":"staff_email_taken"`) {
		t.Error(said)
	}
	if said := w.PostList(t, "application/json", `[{"id":"owner","email":"manager@example.com"},{"id":"manager","email":"owner@example.com","role":"manager"}]`); !strings.Contains(said, `"changed":2`) || !strings.Contains(said, `"refused":0`) {
		t.Error(said)
	}
	if said := w.PostList(t, "text/csv", "email;name\nanalyst@example.com;Юлия Зимина\n"); !strings.Contains(said, `"new":0,"changed":1`) {
		t.Error(said)
	}
	if said := w.PostList(t, "application/json", `[{"id":"p","email":"p@example.com"},{"id":"q","email":"P@example.com"}]`); !strings.Contains(said, `"new":1`) || !strings.Contains(said, `"line":2,"code":"staff_email_taken"`) {
		t.Error(said)
	}
}

// Whoever comes in at the same moment, by whichever way: one of them gets the address. And two administrators who make
// each other something else at once leave one.
func TestStaffChangedAtOnce(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	if err := w.Store.PutStaff(t.Context(), []survey.Staff{{ID: "second", Email: "second@example.com", Role: survey.RoleAdministrator}}); err != nil {
		t.Fatal(err)
	}
	g, second := w.As(t, "administrator"), w.As(t, "second")
	form, form2 := g.Form(), second.Form()
	analyst := consoletest.Everybody[4]
	const email = "new@example.com"
	var all sync.WaitGroup
	for i := range 3 {
		id := "new" + strconv.Itoa(i)
		all.Go(func() { g.Post("/staff", "form", form, "id", "page-"+id, "email", email, "role", "owner") })
		all.Go(func() { w.PostList(t, "application/json", `[{"id":"json-`+id+`","email":"`+email+`"}]`) })
		all.Go(func() { w.PostList(t, "text/csv", "id;email\ncsv-"+id+";New@Example.com\n") })
	}
	all.Go(func() {
		g.Post("/staff/"+w.Desk.Handle(analyst.ID), "form", form, "email", email, "role", "analyst", "name", analyst.Name, "was", consoletest.Before(t, analyst))
	})
	all.Wait()
	staff, err := w.Store.Staff(t.Context())
	holders := slices.DeleteFunc(staff, func(m survey.Staff) bool { return m.Email != email })
	if err != nil || len(holders) != 1 {
		t.Errorf("the address is that of %v, %v", holders, err)
	}

	administrators := map[*consoletest.Guest]string{g: "second", second: "administrator"}
	for from, other := range administrators {
		m, _, err := w.Store.StaffMember(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			from.Post("/staff/"+w.Desk.Handle(other), "form", map[*consoletest.Guest]string{g: form, second: form2}[from], "email", m.Email, "role", "owner", "name", m.Name, "was", consoletest.Before(t, m))
		})
	}
	all.Wait()
	if staff, err = w.Store.Staff(t.Context()); err != nil || !slices.ContainsFunc(staff, func(m survey.Staff) bool { return m.Role == survey.RoleAdministrator }) {
		t.Errorf("nobody is an administrator: %v, %v", staff, err)
	}
}

// The last two administrators cannot remove each other, at however the same time.
func TestAdministratorsRemovingEachOther(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	for range 10 {
		w.Staffed()
		if err := w.Store.PutStaff(t.Context(), []survey.Staff{{ID: "second", Email: "second@example.com", Role: survey.RoleAdministrator}}); err != nil {
			t.Fatal(err)
		}
		g, second := w.As(t, "administrator"), w.As(t, "second")
		form, form2 := g.Form(), second.Form()
		var both sync.WaitGroup
		both.Go(func() { g.Post("/staff/"+w.Desk.Handle("second")+"/remove", "form", form) })
		both.Go(func() { second.Post("/staff/"+w.Desk.Handle("administrator")+"/remove", "form", form2) })
		both.Wait()
		staff, err := w.Store.Staff(t.Context())
		left := 0
		for _, m := range staff {
			if m.Role == survey.RoleAdministrator {
				left++
			}
		}
		if err != nil || left != 1 {
			t.Fatalf("%d administrators are left, %v", left, err)
		}
	}
}

// A list that takes several transactions is taken whole, again changes nothing, and whoever was removed meanwhile stays so.
func TestLongStaffList(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	var many []survey.Staff
	for i := range 250 {
		many = append(many, survey.Staff{ID: "s" + strconv.Itoa(i), Email: "s" + strconv.Itoa(i) + "@example.com"})
	}
	b, _ := json.Marshal(many)
	for _, want := range []string{`"new":250`, `"unchanged":250`} {
		if said := w.PostList(t, "application/json", string(b)); !strings.Contains(said, want) || !strings.Contains(said, `"refused":0`) {
			t.Errorf("%.300s", said)
		}
	}
	tries := 0
	err := w.Store.ChangeStaff(t.Context(), func(stored []survey.Staff) ([]survey.Staff, error) {
		if tries++; tries > 1 {
			if slices.ContainsFunc(stored, func(m survey.Staff) bool { return m.ID == "s7" }) {
				t.Error("the second try sees whom the first one did")
			}
			return nil, nil
		}
		return []survey.Staff{{ID: "s7", Email: "s7@example.com", Team: "Юг"}}, w.Store.RemoveStaff(t.Context(), "s7", nil)
	})
	if _, there, failed := w.Store.StaffMember(t.Context(), "s7"); err != nil || failed != nil || there || tries != 2 {
		t.Errorf("removed, and there again: %v; %d tries, %v, %v", there, tries, err, failed)
	}
}

// A list without roles changes nobody's, whichever way it comes: an analyst does not become an owner, who sees people, nor
// an administrator one, who may do nothing any more. Somebody new is an owner.
func TestListWithoutRolesChangesNone(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(w *consoletest.World, g *consoletest.Guest) string{
		"API, CSV without the column": func(w *consoletest.World, _ *consoletest.Guest) string {
			return w.PostList(t, "text/csv", "id;email;team\nanalyst;analyst@example.com;Юг\nADMINISTRATOR;administrator@example.com;Юг\nnew;new@example.com;Юг\n")
		},
		"API, CSV without ids": func(w *consoletest.World, _ *consoletest.Guest) string {
			return w.PostList(t, "text/csv", "email;team\nAnalyst@example.com;Юг\nadministrator@example.com;Юг\nnew@example.com;Юг\n")
		},
		"API, CSV with empty roles": func(w *consoletest.World, _ *consoletest.Guest) string {
			return w.PostList(t, "text/csv", "id;email;role\nanalyst;analyst@example.com; \nadministrator;administrator@example.com;\nnew;new@example.com;\n")
		},
		"API, JSON": func(w *consoletest.World, _ *consoletest.Guest) string {
			return w.PostList(t, "application/json", `[{"id":"Analyst","email":"analyst@example.com"},{"id":" administrator ","email":"administrator@example.com"},{"id":"new","email":"new@example.com"}]`)
		},
		"API, JSON with empty roles": func(w *consoletest.World, _ *consoletest.Guest) string {
			return w.PostList(t, "application/json", `[{"id":"analyst","email":"analyst@example.com","role":""},{"id":"administrator","email":"administrator@example.com","role":""},{"id":"new","email":"new@example.com","role":""}]`)
		},
		"page, CSV": func(_ *consoletest.World, g *consoletest.Guest) string {
			return g.Upload("/staff/import", "list", "staff.csv", []byte("id;email;phone\nanalyst;analyst@example.com;\nadministrator;administrator@example.com;\nnew;new@example.com;\n")).Text
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			g := w.As(t, "administrator")
			said := put(w, g)
			staff, err := w.Store.Staff(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			roles := map[string]survey.Role{}
			for _, m := range staff {
				roles[m.Email] = m.Role
			}
			if roles["analyst@example.com"] != survey.RoleAnalyst || roles["administrator@example.com"] != survey.RoleAdministrator || roles["new@example.com"] != survey.RoleOwner {
				t.Errorf("%v after %.300s", roles, said)
			}
		})
	}
}

// No list takes the console from everybody, be it the API's or the page's; one that names another administrator is taken,
// and so is one where there is none yet.
func TestListLeavesAnAdministrator(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	const none = `[{"id":"administrator","email":"administrator@example.com","role":"owner"}]`
	if said := w.PostList(t, "application/json", none); !strings.Contains(said, `"new":1`) {
		t.Errorf("the first list: %s", said)
	}
	w.Staffed()
	for media, list := range map[string]string{"application/json": none, "text/csv": "id;email;role\nAdministrator;administrator@example.com;аналитик\nnew;new@example.com;owner\n"} {
		before := w.Stored()
		if said := w.PostList(t, media, list); !strings.Contains(said, `"code":"staff_last_administrator"`) || w.Stored() != before {
			t.Errorf("%s: %s", media, said)
		}
	}
	if said := w.PostList(t, "text/csv", "id;email;role\nadministrator;administrator@example.com;owner\nanalyst;analyst@example.com;admin\n"); !strings.Contains(said, `"changed":2`) {
		t.Errorf("handed over: %s", said)
	}
}
