package console

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

const autumn = survey.CampaignID("autumn22")

// detractor stores a customer of an owner with an answer and its case.
func (w *world) detractor(n int, owner, team, name, why string, score int, answered time.Time) loop.Case {
	w.t.Helper()
	ctx := context.Background()
	if _, err := w.store.Campaign(ctx, autumn); err != nil {
		c := survey.Campaign{ID: autumn, Name: "Осень 2026", Audience: survey.Customers, Language: "ru", State: survey.Open, Created: w.now().Add(-72 * time.Hour)}
		if err := w.store.CreateCampaign(ctx, c); err != nil {
			w.t.Fatal(err)
		}
	}
	email := fmt.Sprintf("customer%d@example.com", n)
	c := survey.Contact{ID: w.desk.Keys.ContactID(survey.Customers, email), Audience: survey.Customers, Owner: owner, Team: team, Value: "1 200 000 ₽", Tier: "A",
		Person: survey.Person{Email: email, Name: name, Phone: "+74951234567"}, Created: answered, Updated: answered}
	if err := w.store.PutContacts(ctx, []survey.Contact{c}); err != nil {
		w.t.Fatal(err)
	}
	r := survey.Response{Campaign: autumn, Contact: c.ID, Audience: c.Audience, Owner: owner, Team: team, Language: "ru", Score: score, Verified: true, Unhappy: true,
		Why: why, First: answered, Counted: answered, Updated: answered, Version: 1}
	if err := w.store.SaveResponse(ctx, r, 0); err != nil {
		w.t.Fatal(err)
	}
	level := loop.LevelOwner
	if owner == "" {
		level = loop.LevelAdministrator
	}
	made, err := w.store.CreateCase(ctx, loop.New(nil, r, loop.Responsible{Staff: survey.Staff{ID: owner}, Level: level}, team, loop.Rules{Term: 48 * time.Hour, Wait: time.Minute}))
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

func (w *world) caseNow(c loop.Case) loop.Case {
	w.t.Helper()
	now, err := w.store.CaseByID(context.Background(), c.ID())
	if err != nil {
		w.t.Fatal(err)
	}
	return now
}

func version(c loop.Case) string { return strconv.Itoa(c.Version) }

// One case from the letter's link to its end, and who may see it.
func TestCasePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	c := w.detractor(1, "owner", "Север", "Анна <script>alert(1)</script> שלום 🙂", "Долго <b>ждали</b>\nи не дождались", 3, w.now().Add(-50*time.Hour))
	path := "/cases/" + c.ID()
	owner := w.visitor("owner", "en")
	before := w.stored()
	status, page := owner.get(path)
	if status != 200 {
		t.Fatal(status, page)
	}
	owner.says(page, "Анна &lt;script&gt;", "Долго &lt;b&gt;ждали", `href="tel:+74951234567"`, `href="mailto:customer1@example.com"`, "1 200 000 ₽", "Overdue by 2 hours", "Осень 2026",
		"Friday, 20 November 2026, 10:00", "The answer came: 3", "Елена Соколова")
	if w.stored() != before {
		t.Error("opening a case changed the table")
	}
	for staff, want := range map[string]int{"manager": 200, "executive": 200, "administrator": 200, "marketing": 403, "analyst": 403} {
		if status, page := w.visitor(staff, "en").get(path); status != want {
			t.Errorf("%s gets %d:\n%s", staff, status, page)
		}
	}
	if err := w.store.PutStaff(context.Background(), []survey.Staff{{ID: "other", Email: "other@example.com", Name: "Пётр", Role: survey.RoleOwner, Team: "Юг"}}); err != nil {
		t.Fatal(err)
	}
	stranger := w.visitor("other", "ru")
	if status, page := stranger.get(path); status != 403 || !strings.Contains(page, lang.Language("ru").T("problem.not_yours")) {
		t.Errorf("somebody else's case: %d\n%s", status, page)
	}
	if status, _, _ := stranger.post(path, "version", version(c), "note", "x"); status != 403 {
		t.Errorf("work on somebody else's case: %d", status)
	}
	if status, _ := owner.get("/cases/nothing"); status != 404 {
		t.Errorf("a case that there is not: %d", status)
	}
}

func TestWorkOnCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	c := w.detractor(1, "owner", "Север", "Анна", "slow", 3, w.now())
	path := "/cases/" + c.ID()
	owner, manager := w.visitor("owner", "en"), w.visitor("manager", "en")

	for range 2 { // a double click
		status, page, to := owner.post(path, "version", version(c), "state", "acknowledged", "note", " I call\r\ntoday ")
		if status != 303 || to != path+"?done=case_moved" {
			t.Fatalf("acknowledge: %d to %s\n%s", status, to, page)
		}
	}
	if got := w.caseNow(c); got.State != loop.Acknowledged || got.Notes != 1 {
		t.Fatalf("after two clicks: %s with %d notes", got.State, got.Notes)
	}
	_, page := owner.get(path + "?done=case_moved")
	owner.says(page, "Done: the case has moved on.", "I call\ntoday", "Елена Соколова read it and will call", "Елена Соколова noted:")

	// The manager had it open since the beginning.
	status, page, _ := manager.post(path, "version", version(c), "state", "contacted", "note", "Spoke for <i>an hour</i>")
	if status != 409 {
		t.Fatalf("a stale form: %d\n%s", status, page)
	}
	manager.says(page, "Somebody was faster", "Елена Соколова read it and will call", ">Spoke for &lt;i&gt;an hour&lt;/i&gt;</textarea>", `name="version" value="2"`)
	if got := w.caseNow(c); got.Version != 2 {
		t.Error("a stale form wrote something")
	}

	for _, bad := range []struct {
		fields []string
		status int
		says   string
	}{
		{[]string{"do", "note", "note", "  "}, 400, "Write a note first."},
		{[]string{"do", "note", "note", strings.Repeat("ж", 5001)}, 400, "at most 5000 characters"},
		{[]string{"state", "resolved", "note", "kept words"}, 400, "Choose one of the list."},
		{[]string{"state", "resolved", "cause", "speed", "note", "kept words"}, 400, "Choose one of the list."},
		{[]string{"state", "open"}, 409, "does not go back"},
		{[]string{"do", "hand", "note", "kept words"}, 400, "Choose a colleague"},
		{[]string{"do", "hand", "owner", "marketing"}, 400, "does not work on cases"},
		{[]string{"do", "hand", "owner", "owner"}, 409, "has the case already"},
	} {
		before := w.stored()
		status, page, _ := owner.post(path, append([]string{"version", "2"}, bad.fields...)...)
		if status != bad.status || !strings.Contains(page, bad.says) || w.stored() != before {
			t.Errorf("%v: %d\n%s", bad.fields[:2], status, page)
		}
		if strings.Contains(strings.Join(bad.fields, " "), "kept words") && !strings.Contains(page, ">kept words</textarea>") {
			t.Errorf("%v lost the note", bad.fields)
		}
	}

	status, _, to := owner.post(path, "version", "2", "state", "resolved", "cause", "speed", "outcome", "solved", "note", "Put right")
	if got := w.caseNow(c); status != 303 || to != path+"?done=case_resolved" || got.State != loop.Resolved || got.Cause != "speed" || got.Outcome != "solved" || got.Notes != 2 {
		t.Fatalf("resolved: %d to %s: %+v", status, to, got)
	}
	_, page = manager.get(path)
	manager.says(page, "Resolved. Cause: Slowness, missed dates. Outcome: Put right, and they agree.", "Put right")
}

// Who hands a case over no longer answers for it; the new owner gets a letter of their own.
func TestHandOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	if err := w.store.PutStaff(context.Background(), []survey.Staff{{ID: "other", Email: "other@example.com", Name: "Пётр", Role: survey.RoleOwner, Team: "Юг"}}); err != nil {
		t.Fatal(err)
	}
	c := w.detractor(1, "owner", "Север", "Анна", "slow", 3, w.now())
	path := "/cases/" + c.ID()
	status, page, to := w.visitor("owner", "en").post(path, "version", "1", "do", "hand", "owner", "other", "note", "Yours, I think")
	if status != 303 || to != "/cases?done=case_handed" {
		t.Fatalf("%d to %s\n%s", status, to, page)
	}
	got := w.caseNow(c)
	if got.Owner != "other" || got.Level != loop.LevelHanded || !got.Alert.Due.Equal(w.now()) || got.Notes != 1 {
		t.Fatalf("handed over: %+v", got)
	}
	if status, _ := w.visitor("owner", "en").get(path); status != 403 {
		t.Errorf("the owner before gets %d", status)
	}
	other := w.visitor("other", "ru")
	_, page = other.get("/cases")
	other.says(page, path, "Анна")
	// Somebody who takes a case needs no letter about it.
	if status, _, to := w.visitor("manager", "en").post(path, "version", version(got), "do", "hand", "owner", "manager"); status != 303 || to != path+"?done=case_handed" {
		t.Fatalf("taken: %d to %s", status, to)
	}
	if got := w.caseNow(c); got.Owner != "manager" || !got.Alert.Due.IsZero() {
		t.Errorf("taken: %+v", got)
	}
}

func TestCaseBoard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	for n := range 40 {
		owner, team := []string{"owner", "", "executive"}[n%3], []string{"Север", "Юг", ""}[n%3]
		c := w.detractor(n, owner, team, fmt.Sprintf("Client %02d", n), "", n%7, w.now().Add(-time.Duration(n)*2*time.Hour))
		if n%10 == 9 {
			next, note, err := c.Do(loop.Work{State: loop.Resolved, Cause: "price", Outcome: "lost"}, "executive", w.now())
			if err == nil {
				_, err = w.store.SaveCaseAnd(context.Background(), c, next, note)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	who := func(page string) []string {
		var found []string
		for _, part := range strings.Split(page, "<bdi>Client ")[1:] {
			found = append(found, part[:2])
		}
		return found
	}
	owner := w.visitor("owner", "en")
	_, page := owner.get("/cases")
	if got := who(page); len(got) != 14 || got[0] != "36" || got[1] != "33" {
		t.Errorf("the owner sees %v", got)
	}
	owner.says(page, "Overdue by 24 hours", "2 days left")
	if status, page := owner.get("/cases?owner=executive"); len(who(page)) != 14 || status != 200 {
		t.Errorf("an owner's filter is the own cases: %d %v", status, who(page))
	}
	if _, page := w.visitor("manager", "en").get("/cases"); len(who(page)) != 14 {
		t.Errorf("the manager of the owner sees %v", who(page))
	}
	if status, _ := w.visitor("manager", "en").get("/cases?owner=executive"); status != 403 {
		t.Errorf("a manager asks for another's cases: %d", status)
	}
	executive := w.visitor("executive", "en")
	_, page = executive.get("/cases")
	if got := who(page); len(got) != followup.ColumnShown+4 {
		t.Errorf("the board of everybody has %d cases", len(got))
	}
	executive.says(page, `href="/cases?state=open"`, "15+")
	if _, page = executive.get("/cases?owner="); len(who(page)) != 13 {
		t.Errorf("nobody's cases: %v", who(page))
	}
	// One state page by page holds everything once, in order.
	var all []string
	for path := "/cases?state=open"; path != ""; {
		_, page := executive.get(path)
		all = append(all, who(page)...)
		_, rest, more := strings.Cut(page, `<a class="button quiet" href="/cases?`)
		if path = ""; more {
			path, _, _ = strings.Cut(rest, `"`)
			path = "/cases?" + strings.ReplaceAll(path, "&amp;", "&")
		}
	}
	if len(all) != 36 || all[0] != "38" || all[35] != "00" {
		t.Errorf("page by page: %v", all)
	}
	if status, _ := executive.get("/cases?state=open&after=x"); status != 400 {
		t.Errorf("a place that is none: %d", status)
	}
	if status, page, _ := executive.post("/cases/find", "who", "Елена Соколова"); status != 303 {
		t.Errorf("looked for by name: %d\n%s", status, page)
	}
	if _, page, _ := executive.post("/cases/find", "who", "<b>nobody"); !strings.Contains(page, "case") {
		t.Error(page)
	}
}
