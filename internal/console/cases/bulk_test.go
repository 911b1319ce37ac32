package cases_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/counting"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// The board counts what there is, whatever it shows of it, and can be narrowed; its cards say what the customer wrote.
func TestBoardCountsAndNarrows(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	var changes []loop.CaseChange
	counter := &counting.CaseCounter{Store: w.Store, Now: w.Now, Log: slog.New(slog.DiscardHandler)}
	for n := range 60 {
		c := w.Detractor(n, "owner", []string{"Север", "Юг & Ко"}[n%2], fmt.Sprintf("Client %02d", n), strings.Repeat("слово ", 40), n%7, w.Now().Add(-time.Duration(n)*time.Hour))
		changes = append(changes, loop.CaseChange{Record: fmt.Sprint(n), Now: &c})
		if n%4 == 3 {
			next, notes, err := c.Do(loop.Work{State: loop.Resolved, Causes: []loop.Cause{[]loop.Cause{"price", "speed"}[n%8/4]}, Outcome: loop.Lost}, "owner", w.Now())
			if err == nil {
				next, err = w.Store.SaveCaseAnd(context.Background(), c, next, notes)
			}
			if err != nil {
				t.Fatal(err)
			}
			changes = append(changes, loop.CaseChange{Record: fmt.Sprint(n, "resolved"), Before: &c, Now: &next})
		}
	}
	if failed := counter.Count(t.Context(), changes); failed != nil {
		t.Fatal(failed)
	}
	owner := w.Visitor("owner", "en")
	for path, want := range map[string][]string{
		"/cases": {`Open <span class="badge">45</span>`, `Resolved <span class="badge">15`, "слово слово", "…"},
		"/cases?team=%D0%AE%D0%B3+%26+%D0%9A%D0%BE": {`Open <span class="badge">15</span>`},
		"/cases?team=Север":                         {`Open <span class="badge">30</span>`},
		"/cases?cause=price":                        {`Resolved <span class="badge">8</span>`, `Open <span class="badge">0</span>`},
		"/cases?kind=passive":                       {"No case fits this choice."},
		"/cases?level=owner":                        {`Open <span class="badge">45</span>`},
		"/cases?state=open&team=Север":              {`Open <span class="badge">30</span>`},
	} {
		status, page := owner.Get(path)
		if status != 200 {
			t.Errorf("%s: %d", path, status)
		}
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s does not say %q", path, text)
			}
		}
		if len(page) > 200_000 {
			t.Errorf("%s has %d bytes", path, len(page))
		}
	}
}

// Several cases at once: each is done by itself, and it is said of each whether it was, and why not.
func TestBulk(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	if err := w.Store.PutStaff(t.Context(), []survey.Staff{{ID: "other", Email: "other@example.com", Name: "Пётр", Role: survey.RoleOwner, Team: "Юг"}}); err != nil {
		t.Fatal(err)
	}
	one, two := w.Detractor(1, "owner", "Север", "Anna", "slow", 3, w.Now()), w.Detractor(2, "owner", "Север", "Boris", "", 3, w.Now())
	others := w.Detractor(3, "other", "Юг", "Clara Secret", "", 3, w.Now())
	owner := w.Visitor("owner", "en")
	if status, page, _ := owner.Post("/cases/bulk", "do", "take"); status != 400 || !strings.Contains(page, "Tick at least one case first.") {
		t.Errorf("nothing ticked: %d", status)
	}
	if status, page, _ := owner.Post("/cases/bulk", "case", one.ID(), "case", two.ID(), "outcome", "kept"); status != 200 || !strings.Contains(page, "Done with 0 of 2.") || !strings.Contains(page, "at least one cause") {
		t.Errorf("without a cause: %d\n%s", status, page)
	}
	status, page, _ := owner.Post("/cases/bulk", "case", one.ID(), "case", others.ID(), "cause", "price", "outcome", "kept", "note", "settled")
	if status != 200 || !strings.Contains(page, "Done with 1 of 2.") || !strings.Contains(page, "Anna") || strings.Contains(page, "Clara") {
		t.Errorf("one of somebody else's among them: %d\n%s", status, page)
	}
	if got := caseNow(w, one); got.State != loop.Resolved || got.Notes != 1 {
		t.Errorf("%+v", got)
	}
	if got := caseNow(w, others); got.Version != 1 {
		t.Error("somebody else's case was worked on")
	}
	status, page, _ = owner.Post("/cases/bulk", "case", one.ID(), "case", two.ID(), "state", "contacted")
	if status != 200 || !strings.Contains(page, "Done with 1 of 2.") || !strings.Contains(page, "open it again first") {
		t.Errorf("a resolved one among them: %d\n%s", status, page)
	}
	manager := w.Visitor("manager", "en")
	if _, page, _ := manager.Post("/cases/bulk", "case", two.ID(), "do", "take"); !strings.Contains(page, "Done with 1 of 1.") || caseNow(w, two).Owner != "manager" {
		t.Errorf("taken: %+v", caseNow(w, two))
	}
	if _, page, _ := manager.Post("/cases/bulk", "case", two.ID(), "do", "hand", "to", "owner"); !strings.Contains(page, "Done with 1 of 1.") || caseNow(w, two).Owner != "owner" {
		t.Errorf("handed over: %+v", caseNow(w, two))
	}
	if status, _, _ := w.Visitor("analyst", "en").Post("/cases/bulk", "case", two.ID(), "do", "take"); status != 403 {
		t.Errorf("an analyst works on cases: %d", status)
	}
}
