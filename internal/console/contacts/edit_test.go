package contacts_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

var hiddenWas = regexp.MustCompile(`name="was" value="([^"]+)"`)

// One contact is added and edited: what is wrong stands beside its field, another's address is refused with a link to that one, what
// somebody else changed meanwhile is not overwritten, and a bounce stays with the old address.
func TestAddAndEditAContact(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "en")
	post := func(path string, form url.Values) (int, string, string) {
		var fields []string
		for name := range form {
			fields = append(fields, name, form.Get(name))
		}
		return v.Post(path, fields...)
	}
	_, page := v.Get("/contacts?audience=customers")
	v.Says(page, "/contacts/new?audience=customers")
	v.Get("/contacts/new?audience=customers")
	status, page, _ := post("/contacts/new", url.Values{"audience": {"customers"}, "name": {"Anna"}})
	if status != 400 || len(w.Contacts()) != 0 {
		t.Errorf("without an identifier: %d", status)
	}
	v.Says(page, "Enter an email address, a customer ID or a whole phone number", `value="Anna"`)

	status, _, anna := post("/contacts/new", url.Values{"audience": {"customers"}, "name": {"Anna"}, "phone": {"8 (916) 123-45-67"}, "owner": {"owner"}})
	if status != 303 {
		t.Fatalf("added: %d", status)
	}
	anna, _, _ = strings.Cut(anna, "?")
	_, page = v.Get(anna)
	v.Says(page, "+79161234567", "no surveys are sent to this contact", anna+"/edit")
	status, page, _ = post("/contacts/new", url.Values{"audience": {"customers"}, "name": {"Boris"}, "phone": {"+79161234567"}})
	if status != 409 {
		t.Errorf("the same telephone alone: %d", status)
	}
	v.Says(page, "nothing else tells the two apart", `href="`+anna+`"`)
	status, _, boris := post("/contacts/new", url.Values{"audience": {"customers"}, "name": {"Boris"}, "phone": {"+79161234567"}, "email": {"Boris@Example.com"}})
	if status != 303 {
		t.Fatalf("a family's telephone with an address: %d", status)
	}
	boris, _, _ = strings.Cut(boris, "?")

	form := func(email string) url.Values {
		_, page := v.Get(anna + "/edit")
		m := hiddenWas.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no version in %s", page)
		}
		return url.Values{"was": {m[1]}, "name": {"Anna"}, "phone": {"+79161234567"}, "owner": {"owner"}, "email": {email}}
	}
	status, page, _ = post(anna+"/edit", form("boris@example.com"))
	if status != 409 {
		t.Errorf("another's address: %d", status)
	}
	v.Says(page, "Another contact of this audience has this address", `href="`+boris+`"`, `value="boris@example.com"`)
	stale := form("anna@example.com")
	w.Pass(1e9)
	if status, page, _ = post(anna+"/edit", form("anna@example.com")); status != 303 {
		t.Fatalf("an address: %d %s", status, page)
	}
	stale.Set("name", "Hanna")
	status, page, _ = post(anna+"/edit", stale)
	if status != 409 {
		t.Errorf("changed meanwhile: %d", status)
	}
	v.Says(page, "Someone else changed this", `value="Hanna"`)

	// The address bounces and is changed: the contact is the same, and is written to again.
	id := survey.ContactID(anna[strings.LastIndex(anna, "/")+1:])
	if err := w.Store.Suppress(t.Context(), w.Desk.Keys.ContactIDs("anna@example.com"), survey.Bounced, w.Now()); err != nil {
		t.Fatal(err)
	}
	_, page = v.Get(anna)
	v.Says(page, "note bad")
	w.Pass(1e9)
	if status, page, _ = post(anna+"/edit", form("anna2@example.com")); status != 303 {
		t.Fatalf("another address: %d %s", status, page)
	}
	if _, stopped, err := w.Store.Suppression(t.Context(), survey.Customers, id); err != nil || stopped {
		t.Errorf("the new address is stopped by the bounce of the old one: %v", err)
	}
	if c := w.Contacts()[id]; c.Person.Email != "anna2@example.com" || c.Owner != "owner" {
		t.Errorf("%+v", c)
	}

	// The same for a program.
	made := w.Must("POST", "/api/v1/contacts/customers", "application/json", []byte(`{"customer_id": "17", "name": "Vera"}`))
	at := "/api/v1/contacts/customers/" + made["id"].(string)
	changed := w.Must("PATCH", at, "application/json", []byte(`{"email": "vera@example.com", "owner": "owner"}`))
	if made["customer_id"] != "17" || changed["id"] != made["id"] || changed["email"] != "vera@example.com" || changed["name"] != "Vera" || changed["owner"] != "owner" {
		t.Errorf("%v, %v", made, changed)
	}
}
