package calls_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"onetap/internal/authz"
	"onetap/internal/console/consoletest"
	"onetap/internal/exports"
	"onetap/internal/followup"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// world has two executives and some detractors of two teams.
func world(t *testing.T, detractors int) (*consoletest.World, []loop.Case) {
	t.Helper()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	if err := w.Store.PutStaff(t.Context(), []survey.Staff{{ID: "second", Email: "second@example.com", Name: "Ирина Белова", Role: survey.RoleExecutive}}); err != nil {
		t.Fatal(err)
	}
	var cases []loop.Case
	for i := range detractors {
		cases = append(cases, w.Detractor(i, "owner", []string{"Север", "Юг"}[i%2], fmt.Sprint("Клиент ", i), fmt.Sprint("Долго, раз ", i), i%7, w.Now().Add(-time.Hour)))
	}
	return w, cases
}

var toContact = regexp.MustCompile(`href="(/calls/[^/"]+/[a-z2-7]{16})"`)

// From dealing to the report: marketing deals, each executive sees the own sheet and writes calls down, which land on the customers' cases; nobody is dealt twice
// in a quarter; who may not know the people reads no names.
func TestExecutiveCalls(t *testing.T) {
	t.Parallel()
	w, _ := world(t, 7)
	marketing := w.Visitor("marketing", "ru")
	if status, page, _ := marketing.Post("/calls", "campaign", "autumn22", "number", "20"); status != 400 || !strings.Contains(page, "Выберите хотя бы одного директора") {
		t.Errorf("nobody to call: %d", status)
	}
	if status, page, _ := marketing.Post("/calls", "campaign", "autumn22", "number", "99", "executives", "second"); status != 400 || !strings.Contains(page, "целое число") || !strings.Contains(page, `value="99"`) {
		t.Errorf("too many calls: %d", status)
	}
	if status, _, _ := marketing.Post("/calls", "campaign", "autumn22", "number", "2", "executives", "owner"); status != 400 {
		t.Errorf("an owner is dealt calls: %d", status)
	}
	status, _, to := marketing.Post("/calls", "campaign", "autumn22", "number", "2", "executives", "executive", "executives", "second")
	if status != 303 || !strings.HasSuffix(to, "?done=calls_dealt") {
		t.Fatalf("%d to %s", status, to)
	}
	round := strings.TrimSuffix(to, "?done=calls_dealt")
	executive := w.Visitor("executive", "ru")
	_, sheet := executive.Get(round + "/sheet")
	links := toContact.FindAllStringSubmatch(sheet, -1)
	if len(links) != 2 || !strings.Contains(sheet, "Михаил Воронин") || !strings.Contains(sheet, `href="tel:`) || !strings.Contains(sheet, "Долго, раз") || !strings.Contains(sheet, "1 200 000 ₽") {
		t.Fatalf("the sheet has %d links:\n%s", len(links), sheet)
	}
	call := links[0][1]
	id := survey.ContactID(call[len(call)-16:])
	for visitor, want := range map[string]int{"second": 403, "owner": 403, "marketing": 403, "administrator": 200, "executive": 200} {
		if status, _ := w.Visitor(visitor, "ru").Get(call); status != want {
			t.Errorf("%s opens the call: %d, want %d", visitor, status, want)
		}
	}
	if status, _ := executive.Get(round + "/sheet?of=second"); status != 403 {
		t.Errorf("another's sheet: %d", status)
	}
	if status, _ := w.Visitor("administrator", "ru").Get(round + "/sheet?of=second"); status != 200 {
		t.Errorf("the administrator: %d", status)
	}
	caseNow := func() loop.Case {
		c, ok, err := w.Store.Case(t.Context(), "autumn22", id)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return c
	}
	if _, page := w.Visitor("owner", "ru").Get("/cases/" + caseNow().ID()); !strings.Contains(page, "Этому клиенту звонит Михаил Воронин") {
		t.Errorf("the case does not say who calls:\n%s", page)
	}
	if status, _, _ := executive.Post(call, "version", "0", "reached", "no"); status != 303 {
		t.Fatalf("not reached: %d", status)
	}
	if c := caseNow(); c.Tries != 1 || c.State != loop.Acknowledged {
		t.Errorf("a call that reached nobody: %+v", c)
	}
	if status, page, _ := executive.Post(call, "version", "2", "reached", "yes", "cause", "speed", "change", "Отвечать за день"); status != 400 || !strings.Contains(page, "хотя бы одну фразу") || !strings.Contains(page, "Отвечать за день") {
		t.Errorf("without words: %d", status)
	}
	by := w.Now().AddDate(0, 0, 3).Format("2006-01-02")
	said := []string{"version", "2", "reached", "yes", "words", "Ждали три недели", "cause", "speed", "change", "Отвечать за день", "promise", "Прислать счёт", "promised", by}
	if status, _, _ := executive.Post(call, said...); status != 303 {
		t.Fatalf("reached: %d", status)
	}
	if status, _, _ := executive.Post(call, said...); status != 409 {
		t.Errorf("a stale form: %d", status)
	}
	notes, err := w.Store.Notes(t.Context(), caseNow())
	if c := caseNow(); err != nil || c.State != loop.Contacted || len(c.Promises) != 1 || len(notes) != 2 || notes[0].Text != "Ждали три недели" || notes[0].By != "executive" {
		t.Errorf("the case: %+v with %+v, %v", c, notes, err)
	}
	for reader, names := range map[string]bool{"marketing": false, "executive": true} {
		_, page := w.Visitor(reader, "ru").Get(round)
		if !strings.Contains(page, "Ждали три недели") || !strings.Contains(page, "Прислать счёт") || !strings.Contains(page, "Отвечать за день") || !strings.Contains(page, "1 из 2, поговорили: 1") ||
			strings.Contains(page, "Клиент ") != names {
			t.Errorf("%s reads:\n%s", reader, page)
		}
	}
	// Three are left, then none; next quarter everybody again.
	if status, _, _ = marketing.Post("/calls", "campaign", "autumn22", "number", "20", "executives", "second"); status != 303 {
		t.Fatal(status)
	}
	rounds, _, err := w.Store.Rounds(t.Context())
	if err != nil || len(rounds) != 2 || rounds[0].Dealt != 3 {
		t.Fatalf("%+v, %v", rounds, err)
	}
	if status, page, _ := marketing.Post("/calls", "campaign", "autumn22", "number", "20", "executives", "second"); status != 409 || !strings.Contains(page, "Звонить некому") {
		t.Errorf("nobody is left: %d", status)
	}
	w.Pass(60 * 24 * time.Hour)
	if status, _, _ := w.Visitor("administrator", "ru").Post("/calls", "campaign", "autumn22", "number", "20", "executives", "second"); status != 303 {
		t.Errorf("the next quarter: %d", status)
	}
	admin := authz.Who{Staff: survey.Staff{ID: "administrator", Role: survey.RoleAdministrator}}
	file, err := w.Desk.Exports.AtOnce(t.Context(), admin, exports.Ask{Kind: exports.Workspace, Format: report.Lines})
	if err != nil || strings.Count(string(file.Body), `{"kind":"calls",`) != 3 || strings.Count(string(file.Body), `{"kind":"call",`) != 1 || !strings.Contains(string(file.Body), `"kind":"audit"`) {
		t.Errorf("taken out: %v\n%s", err, file.Body)
	}
	// What was heard is erased with the person.
	if _, _, err := w.Store.EraseCase(t.Context(), "autumn22", id); err != nil {
		t.Fatal(err)
	}
	if left, err := w.Store.CallsOf(t.Context(), "autumn22", id); err != nil || len(left) != 0 {
		t.Errorf("left of the call: %+v, %v", left, err)
	}
}

// Whose answers nobody knows are not dealt out, and of two who deal at once one is refused, for they would deal the same people.
func TestWhoIsNotDealt(t *testing.T) {
	t.Parallel()
	w, _ := world(t, 4)
	c := survey.Campaign{ID: "enps2026", Name: "eNPS", Audience: survey.Employees, State: survey.Closed, Language: "ru", Created: w.Now()}
	if err := w.Store.CreateCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	status, page, _ := w.Visitor("administrator", "en").Post("/calls", "campaign", "enps2026", "number", "20", "executives", "second")
	if status != 409 || !strings.Contains(page, "no one knows whose an answer is") {
		t.Errorf("employees: %d\n%s", status, page)
	}
	calls := &followup.Calls{Store: meanwhile{w.Store, t}, Cases: w.Desk.Cases, Now: w.Now}
	who := authz.Who{Staff: survey.Staff{ID: "marketing", Role: survey.RoleMarketing}}
	if _, err := calls.Deal(t.Context(), who, "autumn22", []string{"second"}, 2); err == nil || !strings.Contains(err.Error(), "changed_meanwhile") {
		t.Errorf("two who deal at once: %v", err)
	}
	if rounds, _, err := w.Store.Rounds(t.Context()); err != nil || len(rounds) != 1 {
		t.Errorf("%+v, %v", rounds, err)
	}
}

// meanwhile is a store in which somebody else deals while one is at it.
type meanwhile struct {
	followup.CallStore
	t *testing.T
}

func (m meanwhile) PutRound(ctx context.Context, r loop.Round, others []loop.Round, version int) error {
	other := r
	other.ID += "x"
	if err := m.CallStore.PutRound(ctx, other, others, version); err != nil {
		m.t.Error(err)
	}
	return m.CallStore.PutRound(ctx, r, others, version)
}
