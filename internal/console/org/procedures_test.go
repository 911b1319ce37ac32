package org_test

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/authz"
	"onetap/internal/console/consoletest"
	"onetap/internal/exports"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// Administrators change what a level does about a kind of case; all staff read it, former versions too, with who wrote them and when; the case
// shows the one in force of its level, with the times of the settings.
func TestProcedures(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	const edit, read = "/settings/procedures/line-detractor", "/procedures/line-detractor"
	admin := w.Visitor("administrator", "en")
	for _, role := range []string{"marketing", "owner", "analyst", "executive"} {
		if status, page := w.Visitor(role, "en").Get("/procedures"); status != 200 || !strings.Contains(page, "Technology of closing the loop") || !strings.Contains(page, "48 hours") {
			t.Errorf("%s reads: %d", role, status)
		}
		if status, _ := w.Visitor(role, "en").Get(edit); status != 403 {
			t.Errorf("%s edits: %d", role, status)
		}
	}
	status, page := admin.Get(edit)
	if status != 200 || !strings.Contains(page, `name="begin_ru"`) || !strings.Contains(page, "Calls before “Not reachable”: {tries}.") {
		t.Fatalf("%d\n%s", status, page)
	}
	if status, page, _ := admin.Post(edit, "version", "0", "begin_en", "Call in {hours}."); status != 400 || !strings.Contains(page, "{hours} means nothing here") || !strings.Contains(page, "Call in {hours}.</textarea>") {
		t.Errorf("a place that is none: %d\n%s", status, page)
	}
	if status, _, to := admin.Post(edit, "version", "0", "begin_en", "Call within {term}, {tries} times.", "pass_en", "Ask Vera."); status != 303 || to != read+"?done=procedure_saved" {
		t.Fatalf("%d to %s", status, to)
	}
	if status, _, _ := admin.Post(edit, "version", "0", "begin_en", "Other"); status != 409 {
		t.Errorf("a stale form: %d", status)
	}
	c := w.Detractor(1, "owner", "Север", "Анна", "slow", 3, w.Now())
	if _, page = w.Visitor("owner", "ru").Get("/cases/" + c.ID()); !strings.Contains(page, "Call within 48") || !strings.Contains(page, "Ask Vera.") || !strings.Contains(page, "Порядок: Ответственный") {
		t.Errorf("the case shows:\n%s", page)
	}
	w.Pass(73 * time.Hour)
	if _, page = w.Visitor("owner", "ru").Get("/cases/" + c.ID()); strings.Contains(page, "Ask Vera.") || !strings.Contains(page, "Порядок: Руководитель") || !strings.Contains(page, "Срок прошёл: обращение") {
		t.Errorf("the late case shows:\n%s", page)
	}
	admin = w.Visitor("administrator", "en") // the session has ended
	if status, _, _ := admin.Post(edit, "version", "1", "begin_en", "Nothing is left of it."); status != 303 {
		t.Fatal(status)
	}
	guest := w.Visitor("analyst", "en")
	if _, page = guest.Get(read); !strings.Contains(page, "Nothing is left of it.") || !strings.Contains(page, "Version 1") || !strings.Contains(page, "Сергей Тихонов") {
		t.Errorf("in force:\n%s", page)
	}
	if _, page = guest.Get(read + "?version=1"); !strings.Contains(page, "Ask Vera.") || !strings.Contains(page, "This is a former version") {
		t.Errorf("the former one:\n%s", page)
	}
	if status, _ = guest.Get(read + "?version=7"); status != 404 {
		t.Errorf("no version: %d", status)
	}
	if status, _ = guest.Get("/procedures/line-nothing"); status != 404 {
		t.Errorf("no procedure: %d", status)
	}
	if status, _, _ := admin.Post(edit, "version", "2"); status != 303 {
		t.Fatal(status)
	}
	if _, page = guest.Get(read); !strings.Contains(page, "Look for no one to blame") || !strings.Contains(page, "the standard one again") {
		t.Errorf("the standard again:\n%s", page)
	}
	if got, err := w.Store.ProcedureVersions(t.Context(), loop.ProcedureID{Rung: loop.Line, Kind: loop.OfDetractor}, 2); err != nil || len(got) != 2 || got[0].Version != 3 || got[1].By != "administrator" {
		t.Errorf("%+v, %v", got, err)
	}
	file, err := w.Desk.Exports.AtOnce(t.Context(), authz.Who{Staff: survey.Staff{ID: "administrator", Role: survey.RoleAdministrator}}, exports.Ask{Kind: exports.Workspace, Format: report.Lines})
	if err != nil || strings.Count(string(file.Body), `{"kind":"procedure","level":"line","case":"detractor"`) != 3 {
		t.Errorf("taken out: %v\n%s", err, file.Body)
	}
}
