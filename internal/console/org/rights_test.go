package org_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// An administrator finds somebody, hands out everything that is kept of them, and erases them: after that the table names them nowhere,
// the page says what stays where, and the audit list says that somebody was erased and not who. Nobody else may.
func TestOnePersonExportedAndErased(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Снегирёва Зинаида", "Долго ждали мастера", 2, w.Now().Add(-time.Hour))
	w.Must("PATCH", "/api/v1/cases/"+c.ID(), "application/json", []byte(`{"note": "Перезвонить Зинаиде"}`))
	a := w.Visitor("administrator", "en")
	a.Post("/contacts/customers/" + string(c.Contact) + "/stop")
	href := "/settings/people?audience=customers&contact=" + string(c.Contact)
	_, page := a.Get("/contacts/customers/" + string(c.Contact))
	a.Says(page, `href="`+strings.ReplaceAll(href, "&", "&amp;")+`"`)

	for _, other := range []string{"marketing", "owner", "manager", "executive", "analyst"} {
		if status, _ := w.Visitor(other, "en").Get(href); status != 403 {
			t.Errorf("%s gets %d", other, status)
		}
	}
	whom := []string{"audience", "customers", "contact", string(c.Contact)}
	_, page = a.Get(href)
	a.Says(page, "Снегирёва Зинаида", "Yes, erase")
	status, page, _ := a.Post("/settings/people/find", "whom", "customer1@example.com")
	if status != 200 {
		t.Fatalf("found: %d", status)
	}
	a.Says(page, "Снегирёва Зинаида", "+74951234567")
	if status, _, _ = a.Post("/settings/people/find", "whom", "not there@"); status != 200 && status != 400 {
		t.Errorf("nobody: %d", status)
	}
	for _, format := range []string{"html", "json"} {
		status, page, _ = a.Post("/settings/people/export", append(whom, "format", format)...)
		if status != 200 {
			t.Fatalf("export: %d\n%s", status, page)
		}
		a.Says(page, "Снегирёва Зинаида", "customer1@example.com", "+74951234567", "Долго ждали мастера", "Перезвонить Зинаиде", "1 200 000 ₽")
	}
	if status, _, _ = a.Post("/settings/people/erase", whom...); status != 400 {
		t.Errorf("without saying what becomes of the words: %d", status)
	}
	status, _, to := a.Post("/settings/people/erase", append(whom, "words", "erase")...)
	if status != 303 || !strings.HasPrefix(to, "/settings/people/erasures/") {
		t.Fatalf("erased: %d to %q", status, to)
	}
	_, page = a.Get(to)
	a.Says(page, "Everything is erased.", "Backups of the table", "until")
	w.Pass(survey.ErasureSettles + time.Minute)
	if err := w.Desk.Rights.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, page = a.Get(to)
	a.Says(page, "checked once more")
	all := w.Stored()
	for _, trace := range []string{"Снегирёва", "Зинаид", "customer1@", "74951234567", "мастера", string(c.Contact)} {
		rest := all
		if trace == string(c.Contact) { // for two days a marker keeps it for late records of the stream
			rest = strings.ReplaceAll(rest, "COUNTED#RESPONSE#"+trace, "")
		}
		if i := strings.Index(rest, trace); i >= 0 {
			t.Errorf("the table has %q still: %q", trace, rest[max(0, i-300):min(len(rest), i+100)])
		}
	}
	_, page = a.Get("/settings/audit")
	a.Says(page, "Erased a person on request", "Exported the data of a person")
	if strings.Contains(page, string(c.Contact)) {
		t.Error("the audit list names the person")
	}

	status, page, _ = a.Post("/contacts/new", "audience", "customers", "name", "Z", "email", "customer1@example.com")
	if status != 409 {
		t.Errorf("typed again: %d", status)
	}
	a.Says(page, "erased on request")
	_, page, _ = a.Post("/settings/people/find", "whom", "customer1@example.com")
	a.Says(page, "No one is kept under this.", "Let this person be added again")
	if status, _, _ = a.Post("/settings/people/lift", "whom", "customer1@example.com"); status != 400 {
		t.Errorf("lifted unsaid: %d", status)
	}
	if status, _, _ = a.Post("/settings/people/lift", "whom", "customer1@example.com", "sure", "yes"); status != 303 {
		t.Errorf("lifted: %d", status)
	}
	if status, _, _ = a.Post("/contacts/new", "audience", "customers", "name", "Z", "email", "customer1@example.com"); status != 303 {
		t.Errorf("typed after that: %d", status)
	}
}

// Programs do the same by the API, and need an administrator's token.
func TestPeoplesRightsByAPI(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Снегирёва Зинаида", "Долго ждали мастера", 2, w.Now().Add(-time.Hour))
	found := w.Must("POST", "/api/v1/people/find", "application/json", []byte(`{"whom": "customer1@example.com"}`))
	if people, _ := found["people"].([]any); len(people) != 1 {
		t.Fatalf("found %v", found)
	}
	body := []byte(`{"audience": "customers", "contact": "` + string(c.Contact) + `", "words": "keep"}`)
	all := w.Must("POST", "/api/v1/people/export", "application/json", body)
	if contacts, _ := all["contacts"].([]any); len(contacts) != 1 {
		t.Errorf("exported %v", all)
	}
	done := w.Must("POST", "/api/v1/people/erase", "application/json", body)
	if done["state"] != "settling" {
		t.Errorf("erased: %v", done)
	}
	id, _ := done["id"].(string)
	if again := w.Must("GET", "/api/v1/people/erasures/"+id, "", nil); again["id"] != id {
		t.Errorf("the erasure is %v", again)
	}
	if status, _ := w.Call("POST", "/api/v1/contacts/customers", "application/json", []byte(`{"email": "customer1@example.com"}`)); status != 409 {
		t.Errorf("added again: %d", status)
	}
	if status, _ := w.Call("POST", "/api/v1/people/lift", "application/json", []byte(`{"whom": "customer1@example.com"}`)); status != 400 {
		t.Errorf("lifted unsaid: %d", status)
	}
	if status, _ := w.Call("POST", "/api/v1/people/lift", "application/json", []byte(`{"whom": "customer1@example.com", "sure": true}`)); status != 200 {
		t.Errorf("lifted: %d", status)
	}
}

// An administrator says for how long data are kept, sees what would go, and switches it on; others may not, and what was not seen goes
// nowhere.
func TestHowLongDataAreKept(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	const path = "/settings/people/retention"
	for _, other := range []string{"marketing", "owner", "manager", "executive", "analyst"} {
		if status, _ := w.Visitor(other, "en").Get(path); status != 403 {
			t.Errorf("%s gets %d", other, status)
		}
	}
	a := w.Visitor("administrator", "en")
	_, page := a.Get("/settings/people")
	a.Says(page, `href="`+path+`"`)
	_, page = a.Get(path)
	a.Says(page, "Nothing is deleted by its age yet", `value="36"`)
	months := func(comments, version string) []string {
		return []string{"comments", comments, "contacts", "12", "cases", "36", "audit", "24", "sign_ins", "12", "version", version}
	}
	for _, wrong := range []string{"121", "-1", "a year"} {
		if status, page, _ := a.Post(path, months(wrong, "0")...); status != 400 || !strings.Contains(page, `value="`+wrong+`"`) {
			t.Errorf("%s months: %d", wrong, status)
		}
	}
	if status, _, _ := a.Post(path, months("36", "0")...); status != 303 {
		t.Fatalf("saved: %d", status)
	}
	if status, _, _ := a.Post(path, months("24", "0")...); status != 409 {
		t.Errorf("saved over another's: %d", status)
	}
	_, page = a.Get(path)
	a.Says(page, "is being counted")
	if status, _, _ := a.Post(path+"/switch", "on", "yes", "seen", "yes", "counted", "0"); status != 409 {
		t.Errorf("switched on unseen: %d", status)
	}
	if err := w.Desk.Retention.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, page = a.Get(path)
	a.Says(page, "Switched off. If you switch it on", "Contacts")
	run, err := w.Desk.Store.RetentionRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	counted := strconv.Itoa(run.Version)
	if status, _, _ := a.Post(path+"/switch", "on", "yes", "counted", counted); status != 400 {
		t.Errorf("switched on without saying that it was seen: %d", status)
	}
	if status, _, _ := a.Post(path+"/switch", "on", "yes", "seen", "yes", "counted", counted); status != 303 {
		t.Errorf("switched on: %d", status)
	}
	_, page = a.Get("/settings/audit")
	a.Says(page, "Switched the deletion of old data on or off")
	w.Pass(run.Due.Sub(w.Now()) + time.Hour)
	if err := w.Desk.Retention.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	a = w.Visitor("administrator", "ru")
	_, page = a.Get(path)
	a.Says(page, "Что удалено")
	_, page = a.Get("/settings/audit")
	a.Says(page, "Onetap, по расписанию", "Удалено то, что старше срока хранения")
	if status, _, _ := a.Post(path+"/switch", "on", "no"); status != 303 {
		t.Errorf("switched off: %d", status)
	}
}

// An administrator says what data are kept for and by what right, and respondents read it; the consent of a contact is shown, changed,
// exported, and withdrawn with its time.
func TestPurposeAndGround(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	const path = "/settings/people/grounds"
	a := w.Visitor("administrator", "en")
	_, page := a.Get("/settings/people")
	a.Says(page, `href="`+path+`"`)
	_, page = a.Get(path)
	a.Says(page, "Not stated", "/privacy?lang=en&amp;of=employees", "To learn what customers think")
	typed := []string{"controller", "Ромашка", "basis_customers", "consent", "purpose_customers", "Чтобы не ждали"}
	if status, page, _ := a.Post(path, append(typed, "version", "0", "basis_employees", "whim")...); status != 400 || !strings.Contains(page, "Чтобы не ждали") {
		t.Errorf("a ground that there is not: %d", status)
	}
	if status, _, _ := a.Post(path, append(typed, "version", "0")...); status != 303 {
		t.Fatalf("saved: %d", status)
	}
	if status, page, _ := a.Post(path, append(typed, "version", "0")...); status != 409 || !strings.Contains(page, "Чтобы не ждали") {
		t.Errorf("saved over another's: %d", status)
	}
	all, err := w.Desk.Store.Disclosed(t.Context(), survey.Customers, "ru")
	if err != nil || len(all) == 0 || all[0].Text != "Ромашка" || all[1].Text != "Чтобы не ждали" {
		t.Errorf("respondents read %v, %v", all, err)
	}
	if status, _ := w.Visitor("marketing", "en").Get(path); status != 403 {
		t.Errorf("marketing gets %d", status)
	}

	c := w.Must("POST", "/api/v1/contacts/customers", "application/json", []byte(`{"email": "vera@example.ru", "name": "Вера", "consent": "01.03.2026, форма 7"}`))
	if c["consent"] != "01.03.2026, форма 7" {
		t.Errorf("the contact is %v", c)
	}
	id := w.Desk.Keys.ContactID(survey.Customers, "vera@example.ru")
	contact := "/contacts/customers/" + string(id)
	_, page = a.Get(contact)
	a.Says(page, "01.03.2026, форма 7")
	a.Post(contact + "/stop")
	_, page = a.Get(contact)
	a.Says(page, "01.03.2026, форма 7; withdrawn on")
	status, page, _ := a.Post("/settings/people/export", "audience", "customers", "contact", string(id), "format", "html")
	if status != 200 {
		t.Fatalf("exported: %d", status)
	}
	a.Says(page, "01.03.2026, форма 7")
}
