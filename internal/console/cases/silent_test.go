package cases_test

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// The case of somebody who never answers shows no score anywhere, and for how long they have been silent.
func TestSilentCase(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	of := w.Detractor(1, "owner", "Север", "Анна", "slow", 3, w.Now())
	contact := survey.Contact{
		ID: w.Desk.Keys.ContactID(survey.Customers, "silent@example.com"), Audience: survey.Customers, Owner: "owner", Team: "Север", Value: "1 200 000 ₽",
		Person: survey.Person{Email: "silent@example.com", Name: "Тихон"}, Created: w.Now(), Updated: w.Now(),
	}
	if err := w.Store.PutContacts(t.Context(), []survey.Contact{contact}); err != nil {
		t.Fatal(err)
	}
	c, err := w.Store.CreateCase(t.Context(), loop.NewSilent(loop.Silent{Campaign: of.Campaign, Contact: contact.ID, Audience: survey.Customers, Language: "ru", Waves: 3},
		loop.Responsible{Staff: survey.Staff{ID: "owner"}, Level: loop.LevelOwner}, "Север", loop.Rules{Term: 48 * time.Hour}, w.Now()))
	if err != nil {
		t.Fatal(err)
	}
	owner, admin := w.Visitor("owner", "ru"), w.Visitor("administrator", "en")
	_, page := owner.Get("/cases/" + c.ID())
	for _, want := range []string{"Тихон", "Спросили 3\u00a0раза подряд, ответа нет.", "3\u00a0опроса подряд без ответа", "оценки нет"} {
		if !strings.Contains(page, want) {
			t.Errorf("the case does not say %q", want)
		}
	}
	if strings.Contains(page, "Комментария нет") {
		t.Error("it says that there is no comment")
	}
	for _, path := range []string{"/cases", "/cases?kind=silent", "/cases/" + c.ID(), "/", "/contacts/customers/" + string(contact.ID)} {
		status, page := admin.Get(path)
		if status != 200 || strings.Contains(page, ">-1<") || strings.Contains(page, ",-1,") {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _, _ := owner.Post("/cases/"+c.ID(), "version", "1", "state", "contacted"); status != 303 {
		t.Errorf("they were called: %d", status)
	}
	if status, _, _ := owner.Post("/cases/"+c.ID(), "version", "2", "cause", "price", "outcome", "kept"); status != 303 {
		t.Errorf("it is resolved: %d", status)
	}
}
