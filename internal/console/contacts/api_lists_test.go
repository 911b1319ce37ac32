package contacts_test

import (
	"fmt"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// A program says who is meant by a name that two of the staff have, beside the list.
func TestOwnersAreSaidByTheAPI(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	if err := w.Store.PutStaff(t.Context(), []survey.Staff{
		{ID: "p1", Email: "p1@example.com", Name: "Анна Петрова", Role: survey.RoleOwner}, {ID: "p2", Email: "p2@example.com", Name: "Анна Петрова", Role: survey.RoleOwner},
	}); err != nil {
		t.Fatal(err)
	}
	const path = "/api/v1/contacts?audience=customers"
	const list = "email;owner\nlee@example.com;Анна Петрова\n"
	if status, told := w.Call("POST", path, "text/csv", []byte(list)); status != 409 || told["error"].(map[string]any)["code"] != "owner_ambiguous" {
		t.Fatalf("%d %v", status, told)
	}
	asJSON := func(owners string) []byte {
		return fmt.Appendf(nil, `{"list":"email;owner\nlee@example.com;Анна Петрова\n","owners":%s}`, owners)
	}
	for _, wrong := range []string{`{"Анна Петрова":"somebody"}`, `{}`} {
		if status, told := w.Call("POST", path, "application/json", asJSON(wrong)); status != 409 {
			t.Errorf("%s: %d %v", wrong, status, told)
		}
	}
	if status, told := w.Call("POST", path+"&look=yes", "application/json", asJSON(`{"Анна Петрова":"p2"}`)); status != 200 || len(w.Contacts()) != 0 {
		t.Errorf("looked at: %d %v", status, told)
	}
	if status, told := w.Call("POST", path, "application/json", asJSON(`{"Анна Петрова":"p2"}`)); status != 200 || told["new"] != 1.0 {
		t.Fatalf("%d %v", status, told)
	}
	for _, c := range w.Contacts() {
		if c.Owner != "p2" {
			t.Errorf("the owner is %q", c.Owner)
		}
	}
	for _, wrong := range []string{`{}`, `{"list":""}`, `{"list":"email\na@example.com\n","owner":"p1"}`, `{"list":5}`} {
		if status, told := w.Call("POST", path, "application/json", []byte(wrong)); status != 400 || len(w.Contacts()) != 1 {
			t.Errorf("%s: %d %v", wrong, status, told)
		}
	}
}

// A program undoes an upload whole, sees what came of it, and nothing happens when it asks again.
func TestUndoByTheAPI(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	const path = "/api/v1/contacts?audience=customers"
	w.Must("POST", path, "text/csv", []byte("email,name\nlee@example.com,Ann Lee\n"))
	w.Pass(time.Hour)
	w.Must("POST", path, "text/csv", []byte("email,name\nlee@example.com,Somebody\nray@example.com,Bo Ray\n"))
	uploads := w.Must("GET", "/api/v1/contacts/uploads", "", nil)["uploads"].([]any)
	if len(uploads) != 2 {
		t.Fatalf("%v", uploads)
	}
	latest := uploads[0].(map[string]any)
	if latest["new"] != 1.0 || latest["changed"] != 1.0 || latest["undoable"] != true || latest["undo"] != nil {
		t.Errorf("the latest upload: %v", latest)
	}
	one := "/api/v1/contacts/uploads/" + latest["id"].(string)
	for range 2 {
		got := w.Must("POST", one+"/undo", "", nil)
		undo, _ := got["undo"].(map[string]any)
		if got["state"] != "undone" || got["undoable"] != false || undo["restored"] != 1.0 || undo["removed"] != 1.0 || undo["changed"] != 0.0 || undo["used"] != 0.0 {
			t.Errorf("undone: %v", got)
		}
	}
	if got := w.Must("GET", one, "", nil); got["state"] != "undone" {
		t.Errorf("shown: %v", got)
	}
	for _, c := range w.Contacts() {
		if c.Person.Name != "Ann Lee" || len(w.Contacts()) != 1 {
			t.Errorf("there is %s", c.Person.Name)
		}
	}
	if status, told := w.Call("POST", "/api/v1/contacts/uploads/nosuch/undo", "", nil); status != 404 {
		t.Errorf("of none: %d %v", status, told)
	}
	w.Pass(31 * 24 * time.Hour)
	earlier := "/api/v1/contacts/uploads/" + uploads[1].(map[string]any)["id"].(string)
	if status, told := w.Call("POST", earlier+"/undo", "", nil); status != 409 || told["error"].(map[string]any)["code"] != "undo_too_late" {
		t.Errorf("after a month: %d %v", status, told)
	}
}
