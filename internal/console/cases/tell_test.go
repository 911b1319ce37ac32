package cases_test

import (
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// From the resolved case to the customer's "no", which opens it again: one letter, in the customer's language, from the campaign's sender, a reply to its owner.
func TestTellingTheCustomer(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна", "slow", 3, w.Now())
	path, owner := "/cases/"+c.ID(), w.Visitor("owner", "en")
	if status, page, _ := owner.Post(path+"/tell", "version", "1", "tell", "mended"); status != 409 || !strings.Contains(page, "Resolve the case first") {
		t.Errorf("an open case: %d", status)
	}
	if status, _, _ := owner.Post(path, "version", "1", "cause", "price", "outcome", "kept"); status != 303 {
		t.Fatalf("it is resolved: %d", status)
	}
	if _, page := owner.Get(path); !strings.Contains(page, "Спасибо, что рассказали") || !strings.Contains(page, "The customer’s language: Русский") {
		t.Errorf("the form is not in the customer's language:\n%s", page)
	}
	if status, page, _ := owner.Post(path+"/tell", "version", "2", "tell", " "); status != 400 || !strings.Contains(page, "Write what was done.") {
		t.Errorf("no words: %d", status)
	}
	if status, _, _ := w.Visitor("other", "en").Post(path+"/tell", "version", "2", "tell", "x"); status < 400 {
		t.Errorf("another owner: %d", status)
	}
	status, page, to := owner.Post(path+"/tell", "version", "2", "tell", "Счёт исправлен.")
	if status != 303 || to != path+"?done=case_told" {
		t.Fatalf("%d to %s\n%s", status, to, page)
	}
	letters, err := w.Inbox.Letters(t.Context())
	if err != nil || len(letters) != 1 || letters[0].ReplyTo[0] != "owner@example.com" || letters[0].To[0] != "customer1@example.com" || !strings.Contains(letters[0].Text, "Счёт исправлен.") || !strings.Contains(letters[0].Text, "Теперь всё") {
		t.Fatalf("letters: %+v, %v", letters, err)
	}
	now := caseNow(w, c)
	if now.Told.IsZero() || !now.Telling.IsZero() {
		t.Errorf("recorded as %+v", now)
	}
	if status, _, _ := owner.Post(path+"/tell", "version", version(now), "tell", "x"); status != 409 {
		t.Errorf("told twice: %d", status)
	}
	told, ok, err := w.Store.Told(t.Context(), c.Campaign, c.Contact)
	if err != nil || !ok || !told.At.Equal(now.Told) {
		t.Errorf("%+v, %v, %v", told, ok, err)
	}
	_, page = owner.Get(path)
	if !strings.Contains(page, "The customer was told:") || strings.Contains(page, `id="tell"`) {
		t.Errorf("afterwards:\n%s", page)
	}
}

// Who must not be written to, or cannot be, is not; why is said.
func TestWhoCannotBeTold(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	owner := w.Visitor("owner", "en")
	for n, want := range []string{"No emails go to this contact", "no longer there"} {
		c := w.Detractor(n+1, "owner", "Север", "Анна", "slow", 3, w.Now())
		if status, _, _ := owner.Post("/cases/"+c.ID(), "version", "1", "cause", "price", "outcome", "kept"); status != 303 {
			t.Fatal(status)
		}
		var err error
		if n == 0 {
			err = w.Store.StopContact(t.Context(), survey.Customers, c.Contact, survey.Complained, w.Now())
		} else {
			_, _, err = w.Store.EraseContact(t.Context(), survey.ErasureContact{Audience: survey.Customers, ID: c.Contact})
		}
		if err != nil {
			t.Fatal(err)
		}
		if status, page, _ := owner.Post("/cases/"+c.ID()+"/tell", "version", "2", "tell", "mended"); status != 409 || !strings.Contains(page, want) {
			t.Errorf("%d: %s is not said", status, want)
		}
		if now := caseNow(w, c); !now.Telling.IsZero() || now.State != loop.Resolved {
			t.Errorf("begun all the same: %+v", now)
		}
	}
}
