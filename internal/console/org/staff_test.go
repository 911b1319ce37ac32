package org_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

func member(w *consoletest.World, t testing.TB, id string) (survey.Staff, bool) {
	t.Helper()
	m, ok, err := w.Store.StaffMember(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return m, ok
}

var wasField = regexp.MustCompile(`name="was" value="([^"]+)"`)

func TestStaffPages(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	g.Get("/staff").Want(t, 200, "6 people", "Елена Соколова", "owner@example.com", "Account owner", "Вера Орлова", "you")

	// Search, by any of the words, in any order, and by the role's name.
	g.Send("/staff/search", "sought", "СОКОЛОВА owner@").Want(t, 200, "1 person found", "Елена Соколова")
	g.Send("/staff/search", "sought", "executive").Want(t, 200, "Михаил Воронин")
	g.Send("/staff/search", "sought", "<script>").Want(t, 200, "No matches")
	if p := g.Send("/staff/search", "sought", " "); p.To != "/staff" {
		t.Errorf("an empty search leads to %q", p.To)
	}

	// Add: the id is made of the address where none is given; what is wrong is said, and nothing that was typed is lost.
	g.Send("/staff", "email", "nope", "name", `"><script>alert(1)</script>`, "role", "owner", "team", "Юг").Want(t, 400, "Not saved yet", "Юг", `value="nope"`)
	if p := g.Get("/staff"); strings.Contains(p.Text, "<script>alert") {
		t.Error("a refused person is there")
	}
	g.Send("/staff", "email", "owner@example.com", "role", "owner").Want(t, 409, "Елена Соколова already has this email")
	g.Send("/staff", "email", "new@example.com", "id", "OWNER", "role", "owner").Want(t, 409, "already has this ID")
	g.Send("/staff", "email", "new@example.com", "role", "owner", "manager", "Nobody Such").Want(t, 400, "No one on the list has this name", "Nobody Such")
	p := g.Send("/staff", "email", " New@Example.com ", "name", "Новый", "role", "owner", "team", "Юг", "manager", "орлова вера").Want(t, 303)
	id := w.Desk.Keys.StaffID("new@example.com")
	if m, ok := member(w, t, id); !ok || m.Written != "new@example.com" || m.Manager != "manager" || m.Team != "Юг" || m.Role != survey.RoleOwner {
		t.Errorf("added %+v", m)
	}
	if strings.Contains(p.To, "@") || !strings.HasSuffix(p.To, "?done=staff_added") {
		t.Errorf("added, and led to %q", p.To)
	}
	person, _, _ := strings.Cut(p.To, "?")
	shownPerson := g.Get(p.To).Want(t, 200, "The person has been added", "new@example.com", "Вера Орлова")
	was := wasField.FindStringSubmatch(shownPerson.Text)[1]

	// Two who edit the same person: the second sees both versions, and decides.
	g.Send(person, "was", was, "email", "new@example.com", "name", "Новое имя", "role", "owner", "team", "Юг", "manager", "Вера Орлова").Want(t, 303)
	stale := g.Send(person, "was", was, "email", "new@example.com", "name", "Другое имя", "role", "owner", "team", "Запад", "manager", "manager").
		Want(t, 409, "Someone else changed this", "Новое имя", "Другое имя", "Запад", "Юг")
	if m, _ := member(w, t, id); m.Name != "Новое имя" {
		t.Errorf("a stale form has written %+v", m)
	}
	was = wasField.FindStringSubmatch(stale.Text)[1]
	g.Send(person, "was", was, "email", "new@example.com", "name", "Другое имя", "role", "marketing", "team", "Запад", "manager", "manager").Want(t, 303)
	if m, _ := member(w, t, id); m.Name != "Другое имя" || m.Role != survey.RoleMarketing {
		t.Errorf("saved %+v", m)
	}

	// A new address ends the sessions under the old one.
	other := w.As(t, id)
	was = wasField.FindStringSubmatch(g.Get(person).Text)[1]
	g.Send(person, "was", was, "email", "newer@example.com", "name", "Другое имя", "role", "marketing").Want(t, 303)
	other.Get("/").Want(t, 303)
	other = w.As(t, id)
	g.Send(person+"/sign-out").Want(t, 303)
	other.Get("/").Want(t, 303)

	// Removal is at once; and once more there is nobody.
	other = w.As(t, id)
	g.Send(person+"/remove").Want(t, 303)
	other.Get("/").Want(t, 303)
	g.Get(person).Want(t, 404, "no such person")
	g.Send(person+"/remove").Want(t, 404)

	// Not oneself, and not the last administrator.
	own := "/staff/" + w.Desk.Handle("administrator")
	me := g.Get(own).Want(t, 200, "This is you")
	g.Send(own+"/remove").Want(t, 409, "This is you")
	was = wasField.FindStringSubmatch(me.Text)[1]
	g.Send(own, "was", was, "email", "administrator@example.com", "role", "owner").Want(t, 409, "This is you")
	g.Send(own, "was", was, "email", "administrator@example.com", "name", "Still me", "role", "administrator").Want(t, 303)
	if err := w.Store.PutStaff(t.Context(), []survey.Staff{{ID: "second", Email: "second@example.com", Role: survey.RoleAdministrator}}); err != nil {
		t.Fatal(err)
	}
	second := w.As(t, "second")
	if err := w.Store.PutStaff(t.Context(), []survey.Staff{{ID: "second", Email: "second@example.com", Role: survey.RoleOwner}}); err != nil {
		t.Fatal(err)
	}
	second.Get("/staff").Want(t, 403, "Your role does not include this")
	second.Get(own).Want(t, 403)
}

func TestStaffImportPage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	g.Get("/staff/import").Want(t, 200, "Columns")
	list := "id;email;name;role;manager\nowner;owner@example.com;Елена;owner;\nkim;kim@example.com;<b>Kim</b>;owner;nobody\nbad;bad@example.com;Bad;king;\n"
	p := g.Upload("/staff/import", "list", "staff.csv", []byte(list), "confirm", "yes").Want(t, 200, "New: 1, changed: 1, unchanged: 0, refused: 1.", "king", "nobody")
	if strings.Contains(p.Text, "<b>Kim") {
		t.Error("a cell is read as markup")
	}
	g.Upload("/staff/import", "list", "x.xlsx", []byte("PK\x03\x04")).Want(t, 400, "The workbook is damaged")
	g.Upload("/staff/import", "list", "x.csv", nil).Want(t, 400, "Choose a file first")
	g.Upload("/staff/import", "list", "x.csv", []byte("id;email;role\nadministrator;administrator@example.com;owner\n")).Want(t, 409, "last administrator")
	if m, _ := member(w, t, "administrator"); m.Role != survey.RoleAdministrator {
		t.Errorf("the last administrator is %s", m.Role)
	}
}

// Ten thousand people: pages of a hundred, none over 100 KB, and a search that says that there are more.
func TestTenThousandStaff(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	many := make([]survey.Staff, 10_000)
	for i := range many {
		many[i] = survey.Staff{
			ID: fmt.Sprintf("person-%05d", i), Email: fmt.Sprintf("person-%05d@example.com", i), Name: fmt.Sprintf("عبد الله 👩‍💼 Константинопольская-Иванова %05d", i),
			Role: survey.RoleManager, Team: strings.Repeat("команда ", 6), Manager: "executive",
		}
	}
	if err := w.Store.PutStaff(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	g := w.As(t, "administrator")
	for path, next := range map[string]bool{
		"/staff": true, "/staff?page=2": true, "/staff?page=101": false, "/staff?page=9999": false, "/staff?page=-1": true, "/staff?page=x": true,
		"/staff/new": false, "/staff/" + w.Desk.Handle("executive"): false,
	} {
		p := g.Get(path).Want(t, 200)
		if len(p.Text) > 100_000 {
			t.Errorf("%s has %d bytes", path, len(p.Text))
		}
		if strings.Contains(p.Text, `rel="next"`) != next {
			t.Errorf("%s: next is %v", path, !next)
		}
	}
	g.Get("/staff").Want(t, 200, "10,006 people", "Page 1 of 101")
	g.Send("/staff/search", "sought", "person-").Want(t, 200, "10,000 people found", "The first 100 are shown")
	g.Send("/staff/search", "sought", "person-04711").Want(t, 200, "1 person found")
	g.Get("/staff/"+w.Desk.Handle("executive")).Want(t, 200, "10,001 people report")
}
