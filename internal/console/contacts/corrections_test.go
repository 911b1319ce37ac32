package contacts_test

import (
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// What somebody put right is remembered for the next list with the same headings, in whatever order, of the same audience; it is said,
// it yields to what is said of that list, and it can be forgotten.
func TestCorrectionsAreRemembered(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "en")
	const (
		list    = "Куда писать;Кто;Договор;Менеджер\nanna@example.com;Анна;Д-1;owner\n"
		another = "Кто;Менеджер;Договор;Куда писать\nБорис;owner;Д-2;boris@example.com\n"
	)
	said := []string{"audience", "customers", "heading-0", "Куда писать", "field-0", "email", "heading-1", "Кто", "field-1", "name", "heading-2", "Договор", "field-2", "ignored", "heading-3", "Менеджер", "field-3", "owner"}
	_, page, _ := v.Upload(list, append(said, "do", "check")...)
	if strings.Contains(page, "as last time") {
		t.Error("looking at a file is remembered")
	}
	if status, page, _ := v.Upload(list, append(said, "do", "import")...); status != 303 {
		t.Fatalf("%d %s", status, page)
	}

	_, page, _ = v.Upload(another, "audience", "customers", "do", "check")
	v.Says(page, "3 columns are taken as last time", `<option value="email" selected>`, "boris@example.com", "Forget and guess afresh")
	if got := strings.Count(page, ">as last time<"); got != 3 { // the owner was guessed right
		t.Errorf("%d columns are as last time", got)
	}
	for _, other := range [][]string{{another, "candidates"}, {strings.Replace(another, "Договор", "Номер договора", 1), "customers"}} {
		if _, page, _ = v.Upload(other[0], "audience", other[1], "do", "check"); strings.Contains(page, "as last time") {
			t.Errorf("%q of %s is taken as last time", other[0], other[1])
		}
	}
	if status, page, _ := v.Upload(another, "audience", "customers", "do", "import"); status != 303 {
		t.Fatalf("%d %s", status, page)
	}
	boris := w.Contacts()[w.Desk.Keys.ContactID(survey.Customers, "boris@example.com")]
	if boris.Person.Name != "Борис" || boris.Owner != "owner" || len(boris.Attrs) != 0 {
		t.Errorf("taken as %+v", boris)
	}
	// A program's list, too.
	w.Must("POST", "/api/v1/contacts?audience=customers", consoletest.CSVType, []byte(strings.ReplaceAll(another, "oris", "ella")))
	if bella := w.Contacts()[w.Desk.Keys.ContactID(survey.Customers, "bella@example.com")]; bella.Person.Name != "Борис" {
		t.Errorf("a program's list is taken as %+v", bella)
	}

	// What is said of this list goes before, and is what is remembered from then on.
	if status, page, _ := v.Upload(another, "audience", "customers", "heading-0", "Договор", "field-0", "no_segment", "do", "import"); status != 303 {
		t.Fatalf("%d %s", status, page)
	}
	if boris = w.Contacts()[w.Desk.Keys.ContactID(survey.Customers, "boris@example.com")]; boris.Attrs["Договор"] != "Д-2" || boris.Person.Name != "Борис" {
		t.Errorf("said of this list: %+v", boris)
	}
	remembered := w.Must("GET", "/api/v1/audiences/customers/corrections", "", nil)["corrections"].([]any)
	first := remembered[0].(map[string]any)
	if fields := first["fields"].(map[string]any); len(remembered) != 1 || len(fields) != 2 || fields["Кто"] != "name" || fields["Куда писать"] != "email" {
		t.Errorf("remembered: %v", remembered)
	}

	status, page, _ := v.Upload(another, "audience", "customers", "set", first["set"].(string), "do", "forget")
	if status != 200 || strings.Contains(page, "as last time") {
		t.Errorf("forgotten: %d", status)
	}
	v.Says(page, "Which column holds")
	if again, _ := w.Call("DELETE", "/api/v1/audiences/customers/corrections/"+first["set"].(string), "", nil); again != 404 {
		t.Errorf("forgotten twice: %d", again)
	}
	if _, _, to := v.Post("/contacts/upload/forget", "audience", "customers", "set", "x"); !strings.Contains(to, "done=columns_forgotten") {
		t.Errorf("without the file: %s", to)
	}
}
