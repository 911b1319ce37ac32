package org_test

import (
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
)

// An administrator says which causes are offered, how they are called, and whose passives are followed up; what is wrong is said beside
// its line, with all that was typed.
func TestPractice(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	const path = "/settings/cases"
	admin := w.Visitor("administrator", "en")
	status, page := admin.Get(path)
	if status != 200 || strings.Count(page, `name="offered"`) != 9 || !strings.Contains(page, "Price and terms") {
		t.Fatalf("%d\n%s", status, page)
	}
	status, page, _ = admin.Post(path, "version", "0", "tries", "2", "passives", "customers", "cause_1", "price", "cause_1_en", "Costs", "cause_2", "speed", "cause_3", "", "cause_3_en", "costs", "offered", "price")
	if status != 400 || !strings.Contains(page, "two causes called “costs”") || !strings.Contains(page, `value="costs"`) {
		t.Errorf("a name that comes twice: %d\n%s", status, page)
	}
	status, _, to := admin.Post(path, "version", "0", "tries", "2", "passives", "customers", "cause_1", "price", "cause_1_en", "Costs", "cause_2", "speed", "cause_3", "", "cause_3_en", "The lift", "cause_3_ru", "Лифт", "offered", "price")
	p, err := w.Store.Practice(t.Context())
	if err != nil || status != 303 || to != path+"?done=practice_saved" || p.Tries != 2 || !p.Follows("customers") || len(p.Causes.Offered()) != 2 {
		t.Fatalf("%d to %s: %+v, %v", status, to, p, err)
	}
	if status, page, _ := admin.Post(path, "version", "0", "tries", "3", "cause_1", "price", "offered", "price"); status != 409 {
		t.Errorf("a stale form: %d\n%s", status, page)
	}
	for _, bad := range []string{"0", "eleven", "11"} {
		if status, page, _ := admin.Post(path, "version", "1", "tries", bad, "cause_1", "price", "offered", "price"); status != 400 || !strings.Contains(page, "from 1 to 10") {
			t.Errorf("%s calls: %d", bad, status)
		}
	}
	// The case offers them, in the reader's language, and takes no other.
	c := w.Detractor(1, "owner", "Север", "Анна", "slow", 3, w.Now())
	_, page = w.Visitor("owner", "ru").Get("/cases/" + c.ID())
	if !strings.Contains(page, "Лифт") || !strings.Contains(page, `value="price"`) || strings.Contains(page, `value="speed"`) {
		t.Errorf("the case offers:\n%s", page)
	}
	if status, _, _ := w.Visitor("owner", "ru").Post("/cases/"+c.ID(), "version", "1", "cause", "speed", "outcome", "kept"); status != 400 {
		t.Errorf("a cause that is not offered: %d", status)
	}
	if status, _, _ := w.Visitor("owner", "ru").Post("/cases/"+c.ID(), "version", "1", "cause", "own1", "cause", "price", "outcome", "kept"); status != 303 {
		t.Errorf("two causes: %d", status)
	}
	if got, err := w.Store.CaseByID(t.Context(), c.ID()); err != nil || got.State != loop.Resolved || len(got.Causes) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}
