package org_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// A staff list that takes teams away, and names somebody of whom it is not clear who it is, asks about both; then it is undone from the history.
func TestStaffListAsksAndIsUndone(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	g.Get("/staff/uploads").Want(t, 200, "No uploads yet")
	const list = "id;email;name;team\nowner;owner@example.com;Елена Соколова;\n;orlova@example.com;Вера Орлова;Север\n"
	before := w.StoredBut("SESSIONS", "AUDIT")
	g.Upload("/staff/import/check", "list", "staff.csv", []byte(list)).Want(t, 200, "What the upload will do", "1 person loses their team", "Север", "orlova@example.com", "Someone new of the same name", "Вера Орлова")
	g.Upload("/staff/import", "list", "staff.csv", []byte(list)).Want(t, 409, "Please decide below", "1 person loses their team", `name="confirm"`)
	if w.StoredBut("SESSIONS", "AUDIT") != before {
		t.Error("a list that asks has written something")
	}
	p := g.Upload("/staff/import", "list", "staff.csv", []byte(list), "confirm", "yes", "who-0", "person:orlova@example.com", "person-0", "manager").Want(t, 200, "New: 0, changed: 2")
	link := regexp.MustCompile(`/staff/uploads/\w+`).FindString(p.Text)
	if m, _ := member(w, t, "manager"); m.Email != "orlova@example.com" {
		t.Errorf("%+v", m)
	}
	g.Get("/staff/uploads").Want(t, 200, "staff.csv", "Сергей Тихонов", "New: 0, changed: 2", link)
	g.Get(link).Want(t, 200, "Undo the upload", "whose role or address changes is signed out")
	g.Send(link + "/undo")
	g.Get(link).Want(t, 200, "Undone", "<dd dir=\"auto\">2</dd>")
	for _, want := range consoletest.Everybody {
		if m, ok := member(w, t, want.ID); !ok || m != want {
			t.Errorf("%+v, want %+v", m, want)
		}
	}
}

// With scripts the file need not be chosen again once something was decided.
func TestBrowserStaffList(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	list := filepath.Join(t.TempDir(), "staff.csv")
	if err := os.WriteFile(list, []byte("id;email;name;team\nowner;owner@example.com;Елена Соколова;\n;orlova@example.com;Вера Орлова;Север\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := w.Tab("administrator", 390, "ru")
	b.Look(390, true, "ru")
	b.Go("/staff/import")
	b.Sound("asked for a list")
	b.File("#list", list)
	b.Click("#staff-list button")
	b.Wait("#person-0")
	b.Until(`!document.querySelector("#staff-list button").disabled`)
	b.Sound("asked")
	consoletest.Shoot(b, "staff-asked-phone-ru")
	b.Set("#person-0", "-")
	b.Click("[name=confirm]")
	b.Click("#said button") // the page stays
	b.Wait("#said a.button")
	b.Sound("taken")
	consoletest.Shoot(b, "staff-taken-phone-ru")
	if m, _ := member(w, t, w.Desk.Keys.StaffID("orlova@example.com")); m.Name != "Вера Орлова" {
		t.Errorf("%+v", m)
	}
	b.Look(1280, false, "en")
	b.ClickTo("#said a.quiet", "#undo")
	b.Click("button.danger")
	b.Wait("#undone")
	b.Sound("undone")
	consoletest.Shoot(b, "staff-undone")
}
