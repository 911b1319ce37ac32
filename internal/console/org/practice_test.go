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

// An administrator says whose silence is followed up: an amount as the company's country writes it, which comes back as it can be read again.
func TestSilence(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	const path = "/settings/cases"
	admin := w.Visitor("administrator", "ru")
	form := func(version, waves, value, most string) []string {
		return []string{"version", version, "tries", "3", "cause_1", "price", "offered", "price", "silence", "customers", "silence_waves", waves, "silence_value", value, "silence_most", most}
	}
	for _, bad := range [][2]string{{"1", "100 000 ₽"}, {"три", "100 000 ₽"}, {"13", "100 000 ₽"}, {"3", ""}, {"3", "много"}, {"3", "100 000"}, {"3", "-5 ₽"}} {
		status, page, _ := admin.Post(path, form("0", bad[0], bad[1], "20")...)
		if status != 400 || !strings.Contains(page, `aria-invalid="true"`) || !strings.Contains(page, `value="`+bad[1]+`"`) {
			t.Errorf("%v: %d", bad, status)
		}
	}
	if status, _, _ := admin.Post(path, form("0", "4", "100 000 ₽", "201")...); status != 400 {
		t.Errorf("too many cases: %d", status)
	}
	if status, page, _ := admin.Post(path, form("0", "4", "1 250 000,50 ₽", "20")...); status != 303 {
		t.Fatalf("%d\n%s", status, page)
	}
	p, err := w.Store.Practice(t.Context())
	if err != nil || !p.Silence.Follows("customers") || p.Silence.Waves != 4 || p.Silence.Most != 20 || p.Silence.Least.String() != "1250000.50 RUB" {
		t.Errorf("%+v, %v", p.Silence, err)
	}
	for _, language := range []string{"ru", "en"} {
		_, page := w.Visitor("administrator", language).Get(path)
		_, value, _ := strings.Cut(page, `id="silence_value" name="silence_value" value="`)
		value, _, _ = strings.Cut(value, `"`)
		if status, page, _ := admin.Post(path, form("1", "4", value, "20")...); status != 409 && status != 303 || strings.Contains(page, `aria-invalid="true"`) {
			t.Errorf("%s: %q is not read again: %d", language, value, status)
		}
	}
}
