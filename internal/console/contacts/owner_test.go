package contacts_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// From the list the owner of chosen or of all filtered contacts is changed: the number is said before, an unknown name is asked
// again, and the change stands in the history, from where it is undone.
func TestChangeOwnerFromTheList(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	all := filtered(t, w)
	v := w.Visitor("marketing", "en")
	_, page := v.Get("/contacts?audience=customers&tier=A&no_owner=yes")
	v.Says(page, "11 contacts match", `action="/contacts/owner/ask"`, "Change the owner of all that match", `name="no_owner" value="yes"`, `name="chosen"`)
	_, page, _ = v.Post("/contacts/owner/ask", "audience", "customers", "all", "yes", "tier", "A", "no_owner", "yes")
	v.Says(page, "11 contacts will get another owner", "Change the owner of 11 contacts", "Open cases stay", "/contacts/uploads", `name="tier" value="A"`)
	status, page, _ := v.Post("/contacts/owner", "audience", "customers", "all", "yes", "tier", "A", "no_owner", "yes", "to", "Somebody Else")
	v.Says(page, "No one on the staff list has this name", `value="Somebody Else"`, "11 contacts will get")
	if status != 400 {
		t.Errorf("an unknown owner: %d", status)
	}
	of := func(owner string) (n int) {
		for _, c := range w.Contacts() {
			if c.Owner == owner {
				n++
			}
		}
		return n
	}
	if n := of("owner"); n != 44 {
		t.Errorf("a refusal has changed something: %d", n)
	}
	status, _, to := v.Post("/contacts/owner", "audience", "customers", "all", "yes", "tier", "A", "no_owner", "yes", "to", "Елена Соколова")
	if status != http.StatusSeeOther || !strings.HasPrefix(to, "/contacts/uploads/") || of("owner") != 55 || of("") != 32 {
		t.Fatalf("%d to %s, %d of the owner, %d of nobody", status, to, of("owner"), of(""))
	}
	_, page = v.Get(to)
	v.Says(page, "A change of owner", "11 contacts now belong to Елена Соколова", "Undo the change", "Анна Климова")
	link, _, _ := strings.Cut(to, "?")
	_, page = v.Get("/contacts/uploads")
	v.Says(page, link, "11 contacts now belong to Елена Соколова", "Done")
	if status, _, _ = v.Post(link + "/undo"); status != http.StatusSeeOther || of("owner") != 44 || of("") != 43 {
		t.Errorf("undone: %d, %d of the owner", status, of("owner"))
	}

	choose := func(path string) (int, string, string) {
		form := url.Values{"form": {v.Form}, "audience": {"customers"}, "to": {"Елена Соколова"}, "chosen": {string(all[1].ID), string(all[2].ID)}}
		r, err := http.NewRequest("POST", w.Site+path, strings.NewReader(form.Encode()))
		if err == nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return v.Send(r, err)
	}
	_, page, _ = choose("/contacts/owner/ask")
	v.Says(page, "2 contacts will get another owner", `value="`+string(all[2].ID)+`"`)
	if status, _, _ = choose("/contacts/owner"); status != http.StatusSeeOther || of("owner") != 46 {
		t.Errorf("chosen: %d, %d of the owner", status, of("owner"))
	}
	if _, _, to = choose("/contacts/owner"); !strings.HasSuffix(to, "done=owners_same") {
		t.Errorf("the same again leads to %s", to)
	}
	if status, page, _ = v.Post("/contacts/owner/ask", "audience", "customers"); status != 400 || !strings.Contains(page, "Choose contacts in the list") {
		t.Errorf("nobody chosen: %d", status)
	}
	if _, page = w.Visitor("owner", "en").Get("/contacts?audience=customers"); strings.Contains(page, "/contacts/owner") {
		t.Error("an owner is offered to change owners")
	}

	// The same by the API, among others for a search.
	status, told := w.Call("POST", "/api/v1/contacts/owner", "application/json", []byte(`{"audience":"customers","owner":"owner","filter":{"tier":["B"]},"search":"person 06"}`))
	if status != 200 || told["changed"] != 2.0 || told["state"] != "taken" || told["owner"] != "owner" || told["undoable"] != true {
		t.Errorf("%d %v", status, told)
	}
	if status, told = w.Call("POST", fmt.Sprintf("/api/v1/contacts/uploads/%v/go-on", told["id"]), "application/json", nil); status != 200 || told["changed"] != 2.0 {
		t.Errorf("going on with what is done: %d %v", status, told)
	}
	for _, body := range []string{`{"audience":"customers","owner":"owner"}`, `{"audience":"customers","owner":"owner","filter":{"teir":["B"]}}`, `{"audience":"customers","owner":"?","filter":{"tier":["B"]}}`} {
		if status, told = w.Call("POST", "/api/v1/contacts/owner", "application/json", []byte(body)); status != 400 {
			t.Errorf("%s: %d %v", body, status, told)
		}
	}
}
