package console

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

func (w *world) member(t testing.TB, id string) (survey.Staff, bool) {
	t.Helper()
	m, ok, err := w.store.StaffMember(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return m, ok
}

var wasField = regexp.MustCompile(`name="was" value="([^"]+)"`)

func TestStaffPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	g := w.as(t, "administrator")
	g.get("/staff").want(t, 200, "6 people", "Елена Соколова", "owner@example.com", "Account owner", "Вера Орлова", "you")

	// Search, by any of the words, in any order, and by the role's name.
	g.send("/staff/search", "sought", "СОКОЛОВА owner@").want(t, 200, "1 person found", "Елена Соколова")
	g.send("/staff/search", "sought", "executive").want(t, 200, "Михаил Воронин")
	g.send("/staff/search", "sought", "<script>").want(t, 200, "Nobody matches")
	if p := g.send("/staff/search", "sought", " "); p.to != "/staff" {
		t.Errorf("an empty search leads to %q", p.to)
	}

	// Add: the id is the address where none is given; what is wrong is said, and nothing that was typed is lost.
	g.send("/staff", "email", "nope", "name", `"><script>alert(1)</script>`, "role", "owner", "team", "Юг").want(t, 400, "Not saved yet", "Юг", `value="nope"`)
	if p := g.get("/staff"); strings.Contains(p.text, "<script>alert") {
		t.Error("a refused person is there")
	}
	g.send("/staff", "email", "owner@example.com", "role", "owner").want(t, 409, "Елена Соколова has this e-mail")
	g.send("/staff", "email", "new@example.com", "id", "OWNER", "role", "owner").want(t, 409, "this id already")
	g.send("/staff", "email", "new@example.com", "role", "owner", "manager", "Nobody Such").want(t, 400, "Nobody on the list is called that", "Nobody Such")
	p := g.send("/staff", "email", " New@Example.com ", "name", "Новый", "role", "owner", "team", "Юг", "manager", "орлова вера").want(t, 303)
	if m, ok := w.member(t, "new@example.com"); !ok || m.Manager != "manager" || m.Team != "Юг" || m.Role != survey.RoleOwner {
		t.Errorf("added %+v", m)
	}
	if strings.Contains(p.to, "@") || !strings.HasSuffix(p.to, "?done=staff_added") {
		t.Errorf("added, and led to %q", p.to)
	}
	person, _, _ := strings.Cut(p.to, "?")
	shownPerson := g.get(p.to).want(t, 200, "The person is added", "new@example.com", "Вера Орлова")
	was := wasField.FindStringSubmatch(shownPerson.text)[1]

	// Two who edit the same person: the second sees both versions, and decides.
	g.send(person, "was", was, "email", "new@example.com", "name", "Новое имя", "role", "owner", "team", "Юг", "manager", "Вера Орлова").want(t, 303)
	stale := g.send(person, "was", was, "email", "new@example.com", "name", "Другое имя", "role", "owner", "team", "Запад", "manager", "manager").
		want(t, 409, "Somebody else has changed this", "Новое имя", "Другое имя", "Запад", "Юг")
	if m, _ := w.member(t, "new@example.com"); m.Name != "Новое имя" {
		t.Errorf("a stale form has written %+v", m)
	}
	was = wasField.FindStringSubmatch(stale.text)[1]
	g.send(person, "was", was, "email", "new@example.com", "name", "Другое имя", "role", "marketing", "team", "Запад", "manager", "manager").want(t, 303)
	if m, _ := w.member(t, "new@example.com"); m.Name != "Другое имя" || m.Role != survey.RoleMarketing {
		t.Errorf("saved %+v", m)
	}

	// A new address ends the sessions under the old one.
	other := w.as(t, "new@example.com")
	was = wasField.FindStringSubmatch(g.get(person).text)[1]
	g.send(person, "was", was, "email", "newer@example.com", "name", "Другое имя", "role", "marketing").want(t, 303)
	other.get("/").want(t, 303)
	other = w.as(t, "new@example.com")
	g.send(person+"/sign-out").want(t, 303)
	other.get("/").want(t, 303)

	// Removal is at once; and once more there is nobody.
	other = w.as(t, "new@example.com")
	g.send(person+"/remove").want(t, 303)
	other.get("/").want(t, 303)
	g.get(person).want(t, 404, "no such person")
	g.send(person+"/remove").want(t, 404)

	// Not oneself, and not the last administrator.
	own := "/staff/" + w.desk.Handle("administrator")
	me := g.get(own).want(t, 200, "This is you")
	g.send(own+"/remove").want(t, 409, "This is you")
	was = wasField.FindStringSubmatch(me.text)[1]
	g.send(own, "was", was, "email", "administrator@example.com", "role", "owner").want(t, 409, "This is you")
	g.send(own, "was", was, "email", "administrator@example.com", "name", "Still me", "role", "administrator").want(t, 303)
	if err := w.store.PutStaff(t.Context(), []survey.Staff{{ID: "second", Email: "second@example.com", Role: survey.RoleAdministrator}}); err != nil {
		t.Fatal(err)
	}
	second := w.as(t, "second")
	if err := w.store.PutStaff(t.Context(), []survey.Staff{{ID: "second", Email: "second@example.com", Role: survey.RoleOwner}}); err != nil {
		t.Fatal(err)
	}
	second.get("/staff").want(t, 403, "Your role does not include this")
	second.get(own).want(t, 403)
}

func TestStaffImportPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	g := w.as(t, "administrator")
	g.get("/staff/import").want(t, 200, "Columns")
	list := "id;email;name;role;manager\nowner;owner@example.com;Елена;owner;\nkim;kim@example.com;<b>Kim</b>;owner;nobody\nbad;bad@example.com;Bad;king;\n"
	p := g.upload("/staff/import", "list", "staff.csv", []byte(list)).want(t, 200, "New: 1, changed: 1, unchanged: 0, refused: 1.", "king", "nobody")
	if strings.Contains(p.text, "<b>Kim") {
		t.Error("a cell is read as markup")
	}
	g.upload("/staff/import", "list", "x.xlsx", []byte("PK\x03\x04")).want(t, 415, "Excel")
	g.upload("/staff/import", "list", "x.csv", nil).want(t, 400, "Choose a file first")
	g.upload("/staff/import", "list", "x.csv", []byte("id;email;role\nadministrator;administrator@example.com;owner\n")).want(t, 409, "last administrator")
	if m, _ := w.member(t, "administrator"); m.Role != survey.RoleAdministrator {
		t.Errorf("the last administrator is %s", m.Role)
	}
}

// Ten thousand people: pages of a hundred, none over 100 KB, and a search that says that there are more.
func TestTenThousandStaff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	many := make([]survey.Staff, 10_000)
	for i := range many {
		many[i] = survey.Staff{ID: fmt.Sprintf("person-%05d", i), Email: fmt.Sprintf("person-%05d@example.com", i), Name: fmt.Sprintf("عبد الله 👩‍💼 Константинопольская-Иванова %05d", i),
			Role: survey.RoleManager, Team: strings.Repeat("команда ", 6), Manager: "executive"}
	}
	if err := w.store.PutStaff(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	g := w.as(t, "administrator")
	for path, next := range map[string]bool{"/staff": true, "/staff?page=2": true, "/staff?page=101": false, "/staff?page=9999": false, "/staff?page=-1": true, "/staff?page=x": true,
		"/staff/new": false, "/staff/" + w.desk.Handle("executive"): false} {
		p := g.get(path).want(t, 200)
		if len(p.text) > 100_000 {
			t.Errorf("%s has %d bytes", path, len(p.text))
		}
		if strings.Contains(p.text, `rel="next"`) != next {
			t.Errorf("%s: next is %v", path, !next)
		}
	}
	g.get("/staff").want(t, 200, "10,006 people", "Page 1 of 101")
	g.send("/staff/search", "sought", "person-").want(t, 200, "10,000 people found", "The first 100 are shown")
	g.send("/staff/search", "sought", "person-04711").want(t, 200, "1 person found")
	g.get("/staff/"+w.desk.Handle("executive")).want(t, 200, "10,001 people report")
}
