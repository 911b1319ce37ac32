package contacts_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

var uploadLink = regexp.MustCompile(`href="(/contacts/uploads/\w+)"`)

// An upload that took the wrong list is found in the history and undone, and the page says what became of whom.
func TestUndoFromThePages(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "en")
	_, page := v.Get("/contacts/uploads")
	v.Says(page, "No uploads yet")
	const right = "email;name;owner;city\nanna@example.com;Anna;owner;Perm\nbo@example.com;Bo;owner;Perm\n"
	v.Upload(right, "audience", "customers", "do", "import")
	before := w.Contacts()
	w.Pass(3600e9)
	const wrong = "email;name;owner;city\nanna@example.com;Anna;;Omsk\nbo@example.com;Bo;;Omsk\nnew@example.com;New;;Omsk\n"
	for _, do := range []string{"check", "import"} {
		status, page, _ := v.Upload(wrong, "audience", "customers", "do", do)
		v.Says(page, "New contacts: 1, changed: 2, unchanged: 0", "2 contacts lose their owner", "2 contacts lose their team", ">Anna<", "Елена Соколова", `name="confirm"`)
		if want := map[string]int{"check": 200, "import": 400}[do]; status != want || len(w.Contacts()) != 2 {
			t.Errorf("%s: %d", do, status)
		}
	}
	status, _, to := v.Upload(wrong, "audience", "customers", "do", "import", "confirm", "yes")
	if status != 303 {
		t.Fatalf("%d", status)
	}
	_, page = v.Get(to)
	link := uploadLink.FindStringSubmatch(page)
	if link == nil {
		t.Fatal("the result does not lead to its line of the history")
	}
	_, page = v.Get("/contacts/uploads")
	v.Says(page, "list.csv", "Анна Климова", "New: 1, changed: 2", "2 contacts lose their owner", "Uploaded", link[1])
	_, page = v.Get(link[1])
	v.Says(page, "Undo the upload", "20 Dec", to)
	// Bo is put right by hand meanwhile, and stays so.
	bo := w.Contacts()[w.Desk.Keys.ContactID(survey.Customers, "bo@example.com")]
	bo.Location = "Tver"
	if err := w.Store.PutContacts(t.Context(), []survey.Contact{bo}); err != nil {
		t.Fatal(err)
	}
	status, _, to = v.Post(link[1] + "/undo")
	if status != http.StatusSeeOther || to != link[1] {
		t.Fatalf("%d %s", status, to)
	}
	_, page = v.Get(to)
	v.Says(page, "Undone", "<dt dir=\"auto\">Again as they were</dt><dd dir=\"auto\">1</dd>", "Changed since, left alone</dt><dd dir=\"auto\">1</dd>", "<bdi>Bo</bdi>", "Undo the rest")
	anna := w.Desk.Keys.ContactID(survey.Customers, "anna@example.com")
	if after := w.Contacts(); len(after) != 2 || !after[anna].Same(before[anna]) || after[bo.ID].Location != "Tver" {
		t.Errorf("%+v", after)
	}
	for _, staff := range []string{"owner", "manager", "executive", "analyst"} {
		if status, _, _ := w.Visitor(staff, "en").Post(link[1] + "/undo"); status != 403 {
			t.Errorf("%s may undo: %d", staff, status)
		}
	}
}

// Two people of one name: the page asks who is meant, and keeps to it.
func TestUploadAsksWhoIsMeant(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	twin := survey.Staff{ID: "twin", Email: "twin@example.com", Name: "Соколова Елена", Role: survey.RoleOwner, Team: "Юг"}
	if err := w.Store.PutStaff(t.Context(), []survey.Staff{twin}); err != nil {
		t.Fatal(err)
	}
	v := w.Visitor("marketing", "ru")
	const list = "email;Менеджер\nanna@example.com;Елена Соколова\nbo@example.com;Елена Соколова\n"
	_, page, _ := v.Upload(list, "audience", "customers", "do", "check")
	v.Says(page, "Кто имеется в\u00a0виду?", "Елена Соколова", "twin@example.com", "в\u00a02\u00a0строках")
	status, page, _ := v.Upload(list, "audience", "customers", "do", "import")
	if status != 400 || len(w.Contacts()) > 0 {
		t.Errorf("not said who: %d", status)
	}
	v.Says(page, "Сначала решите", "Кто имеется в\u00a0виду?")
	_, page, _ = v.Upload(list, "audience", "customers", "do", "check", "who-0", "Елена Соколова", "person-0", "twin")
	v.Says(page, `<option value="twin" selected>`)
	if status, page, _ = v.Upload(list, "audience", "customers", "do", "import", "who-0", "Елена Соколова", "person-0", "twin"); status != 303 {
		t.Fatalf("%d %s", status, page)
	}
	for _, c := range w.Contacts() {
		if c.Owner != "twin" || c.Team != "Юг" {
			t.Errorf("%+v", c)
		}
	}
}

// In a browser: a long list is looked at whole before it is taken, and what it would take away is asked about beside the button; then it is undone.
func TestBrowserLossesAndUndo(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "ru")
	v.Upload("email;name;owner\nc7999@example.com;Анна;owner\n", "audience", "customers", "do", "import")
	b := w.Tab("marketing", 1280, "ru")
	rows := []string{"email;name;owner"}
	for n := range 8000 { // more than the page looks at by itself
		rows = append(rows, "c"+strconv.Itoa(n)+"@example.com;Клиент клиентов;")
	}
	list := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(list, []byte(strings.Join(rows, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Go("/contacts/upload")
	b.File("#file", list)
	b.Wait("#import")
	b.Click("#import")
	b.Wait("#ahead [name=confirm]")
	b.Until(`!document.querySelector("#import").disabled`)
	if n := len(w.Contacts()); n != 1 {
		t.Errorf("%d contacts are stored before anybody said yes", n)
	}
	if got := b.Text("#ahead"); !strings.Contains(got, "Новых контактов: 7\u00a0999") || !strings.Contains(got, "1\u00a0контакт теряет ответственного") {
		t.Errorf("%q", got)
	}
	b.Sound("asked")
	consoletest.Shoot(b, "upload-asked-ru")
	b.Look(390, true, "ru")
	b.Sound("asked on a phone")
	consoletest.Shoot(b, "upload-asked-phone-ru")
	b.Click("[name=confirm]")
	b.ClickTo("#import", "#undo-title")
	if n := len(w.Contacts()); n != 8000 {
		t.Errorf("%d contacts are stored", n)
	}
	b.ClickTo("#undo-title ~ p .button", "#undo")
	b.Sound("about to undo")
	consoletest.Shoot(b, "undo-ru")
	b.Click("button.danger")
	b.Until(`document.querySelector("#undone") && !document.querySelector("#go-on")`)
	b.Sound("undone")
	consoletest.Shoot(b, "undone-ru")
	if n := len(w.Contacts()); n != 1 {
		t.Errorf("%d contacts are left", n)
	}
	b.Go("/contacts/uploads")
	b.Sound("history")
	consoletest.Shoot(b, "history-phone-ru")
	b.Look(1280, false, "en")
	b.Go("/contacts/uploads?lang=en")
	b.Sound("history, wide")
	consoletest.Shoot(b, "history-en")
}
