package org_test

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// The page of an erasure that is damaged says so, and an administrator ends it with a reason.
func TestDamagedErasurePage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Снегирёва Зинаида", "Долго", 2, w.Now().Add(-time.Hour))
	a := w.Visitor("administrator", "en")
	_, _, to := a.Post("/settings/people/erase", "audience", "customers", "contact", string(c.Contact), "words", "erase")
	_, page := a.Get(to)
	if strings.Contains(page, to+"/end") {
		t.Error("one that is not damaged can be ended")
	}
	w.Spoil(to[strings.LastIndexByte(to, '/')+1:])
	_, page = a.Get(to)
	a.Says(page, "cannot go on", "damaged", `action="`+to+`/end"`, "The person has been erased anew")
	_, page = a.Get("/settings/people")
	a.Says(page, "cannot go on")
	if status, _ := w.Visitor("administrator", "ru").Get(to); status != 200 {
		t.Errorf("in Russian: %d", status)
	}
	if status, _, _ := a.Post(to + "/end"); status != 400 {
		t.Errorf("without a reason: %d", status)
	}
	if status, _, _ := w.Visitor("marketing", "en").Post(to+"/end", "reason", "checked"); status != 403 {
		t.Errorf("marketing gets %d", status)
	}
	if status, _, _ := a.Post(to+"/end", "reason", "checked"); status != 303 {
		t.Errorf("ended: %d", status)
	}
	_, page = a.Get(to)
	a.Says(page, "was ended", "nothing was found")
	_, page = a.Get("/settings/audit")
	a.Says(page, "Ended an erasure that could not go on")
}
