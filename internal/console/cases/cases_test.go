package cases_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

func caseNow(w *consoletest.World, c loop.Case) loop.Case {
	w.T.Helper()
	now, err := w.Store.CaseByID(context.Background(), c.ID())
	if err != nil {
		w.T.Fatal(err)
	}
	return now
}

func version(c loop.Case) string { return strconv.Itoa(c.Version) }

// One case from the letter's link to its end, and who may see it.
func TestCasePage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна <script>alert(1)</script> שלום 🙂", "Долго <b>ждали</b>\nи не дождались", 3, w.Now().Add(-50*time.Hour))
	path := "/cases/" + c.ID()
	owner := w.Visitor("owner", "en")
	before := w.Stored()
	status, page := owner.Get(path)
	if status != 200 {
		t.Fatal(status, page)
	}
	owner.Says(page, "Анна &lt;script&gt;", "Долго &lt;b&gt;ждали", `href="tel:+74951234567"`, `href="mailto:customer1@example.com"`, "1 200 000 ₽", "Overdue by 2 hours", "Осень 2026",
		"Friday, 20 November 2026, 10:00", "Answer received: 3", "Елена Соколова")
	if w.Stored() != before {
		t.Error("opening a case changed the table")
	}
	for staff, want := range map[string]int{"manager": 200, "executive": 200, "administrator": 200, "marketing": 403, "analyst": 403} {
		if status, page := w.Visitor(staff, "en").Get(path); status != want {
			t.Errorf("%s gets %d:\n%s", staff, status, page)
		}
	}
	if err := w.Store.PutStaff(context.Background(), []survey.Staff{{ID: "other", Email: "other@example.com", Name: "Пётр", Role: survey.RoleOwner, Team: "Юг"}}); err != nil {
		t.Fatal(err)
	}
	stranger := w.Visitor("other", "ru")
	if status, page := stranger.Get(path); status != 403 || !strings.Contains(page, lang.Language("ru").T("problem.not_yours")) {
		t.Errorf("somebody else's case: %d\n%s", status, page)
	}
	if status, _, _ := stranger.Post(path, "version", version(c), "note", "x"); status != 403 {
		t.Errorf("work on somebody else's case: %d", status)
	}
	if status, _ := owner.Get("/cases/nothing"); status != 404 {
		t.Errorf("a case that there is not: %d", status)
	}
}

func TestWorkOnCase(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна", "slow", 3, w.Now())
	path := "/cases/" + c.ID()
	owner, manager := w.Visitor("owner", "en"), w.Visitor("manager", "en")

	for range 2 { // a double click
		status, page, to := owner.Post(path, "version", version(c), "state", "acknowledged", "note", " I call\r\ntoday ")
		if status != 303 || to != path+"?done=case_moved" {
			t.Fatalf("acknowledge: %d to %s\n%s", status, to, page)
		}
	}
	if got := caseNow(w, c); got.State != loop.Acknowledged || got.Notes != 1 {
		t.Fatalf("after two clicks: %s with %d notes", got.State, got.Notes)
	}
	_, page := owner.Get(path + "?done=case_moved")
	owner.Says(page, "Noted.", "I call\ntoday", "Елена Соколова has read it and will call", "Елена Соколова wrote a note:")

	// The manager had it open since the beginning.
	status, page, _ := manager.Post(path, "version", version(c), "state", "contacted", "note", "Spoke for <i>an hour</i>")
	if got := caseNow(w, c); status != 303 || got.Version != 3 || got.State != loop.Contacted || got.Notes != 2 {
		t.Fatalf("a stale form whose step still makes sense: %d, %+v\n%s", status, got, page)
	}
	_, page = manager.Get(path + "?done=case_moved&since=1")
	manager.Says(page, "Meanwhile, someone else worked on this case", "Елена Соколова has read it and will call", "Spoke for &lt;i&gt;an hour&lt;/i&gt;")
	// What does not make sense any more is refused, with what happened.
	status, page, _ = owner.Post(path, "version", "2", "state", "contacted")
	if status != 409 || caseNow(w, c).Version != 3 {
		t.Fatalf("a stale form: %d\n%s", status, page)
	}
	owner.Says(page, "Someone got there first", "talked to them", `name="version" value="3"`)

	for _, bad := range []struct {
		fields []string
		status int
		says   string
	}{
		{[]string{"do", "note", "note", "  "}, 400, "Write a note first."},
		{[]string{"do", "note", "note", strings.Repeat("ж", 5001)}, 400, "at most 5,000 characters"},
		{[]string{"state", "resolved", "note", "kept words"}, 400, "Choose one from the list."},
		{[]string{"state", "resolved", "cause", "speed", "note", "kept words"}, 400, "Choose one from the list."},
		{[]string{"state", "open"}, 409, "does not go back"},
		{[]string{"do", "hand", "note", "kept words"}, 400, "Choose a colleague"},
		{[]string{"do", "hand", "owner", "marketing"}, 400, "does not work on cases"},
		{[]string{"do", "hand", "owner", "owner"}, 409, "already has the case"},
	} {
		before := w.Stored()
		status, page, _ := owner.Post(path, append([]string{"version", "3"}, bad.fields...)...)
		if status != bad.status || !strings.Contains(page, bad.says) || w.Stored() != before {
			t.Errorf("%v: %d\n%s", bad.fields[:2], status, page)
		}
		if strings.Contains(strings.Join(bad.fields, " "), "kept words") && !strings.Contains(page, ">kept words</textarea>") {
			t.Errorf("%v lost the note", bad.fields)
		}
	}

	status, _, to := owner.Post(path, "version", "3", "state", "resolved", "cause", "speed", "cause", "price", "outcome", "kept", "note", "Fixed")
	if got := caseNow(w, c); status != 303 || to != path+"?done=case_resolved" || got.State != loop.Resolved || len(got.Causes) != 2 || got.Outcome != "kept" || got.Notes != 3 {
		t.Fatalf("resolved: %d to %s: %+v", status, to, got)
	}
	_, page = manager.Get(path)
	manager.Says(page, "Resolved. Cause: Slow work, missed dates; Price and terms. Outcome: They stay with us.", "Fixed")
}

// Who hands a case over no longer answers for it; the new owner gets a letter of their own.
func TestHandOver(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	if err := w.Store.PutStaff(context.Background(), []survey.Staff{{ID: "other", Email: "other@example.com", Name: "Пётр", Role: survey.RoleOwner, Team: "Юг"}}); err != nil {
		t.Fatal(err)
	}
	c := w.Detractor(1, "owner", "Север", "Анна", "slow", 3, w.Now())
	path := "/cases/" + c.ID()
	status, page, to := w.Visitor("owner", "en").Post(path, "version", "1", "do", "hand", "owner", "other", "note", "Yours, I think")
	if status != 303 || to != "/cases?done=case_handed" {
		t.Fatalf("%d to %s\n%s", status, to, page)
	}
	got := caseNow(w, c)
	if got.Owner != "other" || got.Level != loop.LevelHanded || !got.Alert.Due.Equal(w.Now()) || got.Notes != 1 {
		t.Fatalf("handed over: %+v", got)
	}
	// The owner before sees who has it now and what happened, and nothing of the customer.
	before := w.Visitor("owner", "en")
	status, page = before.Get(path)
	if status != 200 || strings.Contains(page, "Yours, I think") || strings.Contains(page, "slow") || strings.Contains(page, "tel:") || strings.Contains(page, "customer1@") {
		t.Errorf("the owner before gets %d\n%s", status, page)
	}
	before.Says(page, "someone else’s now", "Пётр", "handed the case over to Пётр", "Осень 2026")
	stored := w.Stored()
	status, page, _ = before.Post(path, "version", "1", "state", "contacted", "note", "Spoke <b>just now</b>")
	if status != 409 || w.Stored() != stored {
		t.Errorf("work of the owner before: %d", status)
	}
	before.Says(page, "Nothing was written", "Пётр has it now", ">Spoke &lt;b&gt;just now&lt;/b&gt;</textarea>")
	other := w.Visitor("other", "ru")
	_, page = other.Get("/cases")
	other.Says(page, path, "Анна")
	// Somebody who takes a case needs no letter about it.
	if status, _, to := w.Visitor("manager", "en").Post(path, "version", version(got), "do", "hand", "owner", "manager"); status != 303 || to != path+"?done=case_handed" {
		t.Fatalf("taken: %d to %s", status, to)
	}
	if got := caseNow(w, c); got.Owner != "manager" || !got.Alert.Due.IsZero() {
		t.Errorf("taken: %+v", got)
	}
}

func TestCaseBoard(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	for n := range 40 {
		owner, team := []string{"owner", "", "executive"}[n%3], []string{"Север", "Юг", ""}[n%3]
		c := w.Detractor(n, owner, team, fmt.Sprintf("Client %02d", n), "", n%7, w.Now().Add(-time.Duration(n)*2*time.Hour))
		if n%10 == 9 {
			next, note, err := c.Do(loop.Work{State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: "lost"}, "executive", w.Now())
			if err == nil {
				_, err = w.Store.SaveCaseAnd(context.Background(), c, next, note)
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
	owner := w.Visitor("owner", "en")
	_, page := owner.Get("/cases")
	if got := who(page); len(got) != 14 || got[0] != "36" || got[1] != "33" {
		t.Errorf("the owner sees %v", got)
	}
	owner.Says(page, "Overdue by 24 hours", "2 days left")
	if status, page := owner.Get("/cases?owner=executive"); len(who(page)) != 14 || status != 200 {
		t.Errorf("an owner's filter is the own cases: %d %v", status, who(page))
	}
	if _, page := w.Visitor("manager", "en").Get("/cases"); len(who(page)) != 14 {
		t.Errorf("the manager of the owner sees %v", who(page))
	}
	if status, _ := w.Visitor("manager", "en").Get("/cases?owner=executive"); status != 403 {
		t.Errorf("a manager asks for another's cases: %d", status)
	}
	executive := w.Visitor("executive", "en")
	_, page = executive.Get("/cases")
	if got := who(page); len(got) != followup.ColumnShown+4 {
		t.Errorf("the board of everybody has %d cases", len(got))
	}
	executive.Says(page, `href="/cases?state=open"`, "15+")
	if _, page = executive.Get("/cases?owner="); len(who(page)) != 13 {
		t.Errorf("nobody's cases: %v", who(page))
	}
	// One state page by page holds everything once, in order.
	var all []string
	for path := "/cases?state=open"; path != ""; {
		_, page := executive.Get(path)
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
	if status, _ := executive.Get("/cases?state=open&after=x"); status != 400 {
		t.Errorf("a place that is none: %d", status)
	}
	if status, page, _ := executive.Post("/cases/find", "who", "Елена Соколова"); status != 303 {
		t.Errorf("looked for by name: %d\n%s", status, page)
	}
	if _, page, _ := executive.Post("/cases/find", "who", "<b>nobody"); !strings.Contains(page, "case") {
		t.Error(page)
	}
}

// Who was not reached is called again at a time: the case says it, stands by it, and the home page shows it on that day.
func TestCallAgain(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна", "slow", 3, w.Now())
	later := w.Detractor(2, "owner", "Север", "Борис", "slow", 3, w.Now().Add(-time.Hour))
	path := "/cases/" + c.ID()
	owner := w.Visitor("owner", "en")
	for again, says := range map[string]string{"2026-11-19T10:00": "This time has passed", "2027-11-24T10:00": "at most 90 days", "soon": "not a time we can read"} {
		stored := w.Stored()
		status, page, _ := owner.Post(path, "version", version(c), "do", "again", "again", again, "note", "kept words")
		if status != 400 || !strings.Contains(page, says) || !strings.Contains(page, ">kept words</textarea>") || w.Stored() != stored {
			t.Errorf("%s: %d\n%s", again, status, page[strings.Index(page, "<main"):])
		}
	}
	if status, _, to := owner.Post(path, "version", version(c), "do", "again", "again", "2026-11-24T10:00", "note", "on holiday"); status != 303 || to != path+"?done=case_again" {
		t.Fatalf("%d to %s", status, to)
	}
	if got := caseNow(w, c); !got.Again.Equal(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)) || got.State != loop.Acknowledged || got.Notes != 1 { // in Moscow
		t.Fatalf("%+v", got)
	}
	_, page := owner.Get(path)
	owner.Says(page, "Not reached: call again Tuesday, 24 November 2026, 10:00", "did not reach them and will call again", "talk to them by")
	if _, _, to := owner.Post("/cases/"+later.ID(), "version", version(later), "state", "acknowledged"); to == "" {
		t.Fatal("not acknowledged")
	}
	_, page = owner.Get("/cases?state=acknowledged")
	if strings.Index(page, "Анна") < strings.Index(page, "Борис") {
		t.Error("the board is not in the order of what is to be done")
	}
	owner.Says(page, "Call again</span>", "Tuesday, 24 November 2026, 10:00")
	if _, page = owner.Get("/"); strings.Contains(page, path) {
		t.Error("the home page shows it before its day")
	}
	w.Pass(3*24*time.Hour + 13*time.Hour) // 22:00 UTC on the 23rd: the 24th in Moscow
	owner = w.Visitor("owner", "en")      // the session has ended meanwhile
	if _, page = owner.Get("/"); !strings.Contains(page, path) || strings.Index(page, path) > strings.Index(page, later.ID()) {
		t.Error("the home page does not show it on its day, first")
	}
	if status, _, _ := owner.Post(path, "version", version(caseNow(w, c)), "state", "contacted"); status != 303 {
		t.Fatal(status)
	}
	_, page = owner.Get(path)
	for _, gone := range []string{"call again Tuesday", "talk to them by", "Overdue"} {
		if _, main, _ := strings.Cut(page, "<main"); strings.Contains(strings.Split(main, ">History<")[0], gone) {
			t.Errorf("after the talk the page says %q", gone)
		}
	}
	_, page = owner.Get("/cases?state=contacted")
	if strings.Contains(page, "Overdue") || strings.Contains(page, "left<") {
		t.Error("after the talk the board has a deadline")
	}
}

// A resolved case is opened again from its page.
func TestReopen(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна", "slow", 3, w.Now().Add(-100*time.Hour))
	path := "/cases/" + c.ID()
	if status, _, _ := w.Visitor("owner", "en").Post(path, "version", version(c), "outcome", "solved", "cause", "speed"); status != 303 {
		t.Fatal(status)
	}
	manager := w.Visitor("manager", "en")
	_, page := manager.Get(path)
	manager.Says(page, "Open the case again", "Resolved. Cause")
	if strings.Contains(page, `id="resolve"`) {
		t.Error("a resolved case can be resolved")
	}
	now := caseNow(w, c)
	if status, _, to := manager.Post(path, "version", version(now), "state", "open", "note", "They called again"); status != 303 || to != path+"?done=case_reopened" {
		t.Fatalf("%d to %s", status, to)
	}
	got := caseNow(w, c)
	if got.State != loop.Open || got.Causes != nil || !got.Deadline.Equal(w.Now().Add(48*time.Hour)) || !got.Alert.Due.Equal(w.Now()) {
		t.Errorf("%+v", got)
	}
	_, page = manager.Get(path)
	manager.Says(page, "opened the case again", "2 days left")
}

// shown counts how often a page shows a name, besides the words of what is to be ticked.
func shown(page, name string) int { return strings.Count(page, name) - strings.Count(page, name+`"`) }

// Two open cases of one customer are one card on the board and at home; each page names the other, and what is done to one can be
// done to both.
func TestTwoCasesOfOneCustomer(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна", "slow", 3, w.Now().Add(-time.Hour))
	stranger := w.Detractor(2, "owner", "Север", "Борис", "slow", 3, w.Now())
	winter := survey.Campaign{ID: "winter22", Name: "Зима 2026", Audience: survey.Customers, Language: "ru", State: survey.Open, Created: w.Now()}
	if err := w.Store.CreateCampaign(t.Context(), winter); err != nil {
		t.Fatal(err)
	}
	r := survey.Response{Campaign: winter.ID, Contact: c.Contact, Audience: c.Audience, Owner: "owner", Team: "Север", Score: 1, Verified: true, First: w.Now(), Counted: w.Now(), Updated: w.Now(), Version: 1}
	if err := w.Store.SaveResponse(t.Context(), r, 0); err != nil {
		t.Fatal(err)
	}
	second, err := w.Store.CreateCase(t.Context(), loop.New(nil, r, loop.Responsible{Staff: survey.Staff{ID: "owner"}, Level: loop.LevelOwner}, "Север", c.Rules, r.Updated))
	if err != nil {
		t.Fatal(err)
	}
	owner := w.Visitor("owner", "en")
	for _, path := range []string{"/", "/cases", "/cases?state=open"} {
		_, page := owner.Get(path)
		owner.Says(page, "Also open:", "/cases/"+second.ID(), "Зима 2026")
		if shown(page, "Анна") != 1 {
			t.Errorf("%s shows the customer %d times", path, shown(page, "Анна"))
		}
	}
	_, page := owner.Get("/cases/" + second.ID())
	owner.Says(page, "Also open:", `href="/cases/`+c.ID(), `name="also" value="`+c.ID())
	if status, page, _ := owner.Post("/cases/"+c.ID(), "version", version(c), "state", "contacted", "also", stranger.ID()); status != 400 || caseNow(w, c).State != loop.Open {
		t.Errorf("another customer's case: %d\n%s", status, page)
	}
	if status, _, _ := owner.Post("/cases/"+c.ID(), "version", version(c), "state", "acknowledged"); status != 303 {
		t.Fatal(status)
	}
	if _, page = owner.Get("/cases"); shown(page, "Анна") != 1 {
		t.Error("in two columns the customer is two")
	}
	c = caseNow(w, c)
	if status, _, _ := owner.Post("/cases/"+c.ID(), "version", version(c), "outcome", "solved", "cause", "speed", "note", "both", "also", second.ID()); status != 303 {
		t.Fatal(status)
	}
	for _, id := range []loop.Case{c, second} {
		if got := caseNow(w, id); got.State != loop.Resolved || len(got.Causes) != 1 || got.Notes != 1 {
			t.Errorf("%s: %s, %d notes", got.Campaign, got.State, got.Notes)
		}
	}
	if _, page = owner.Get("/cases/" + c.ID()); strings.Contains(page, "Also open:") {
		t.Error("a resolved case is called open")
	}
}

// The API does what the pages do: puts a call off, opens a case again, does the same to another case of the contact.
func TestAPIOfCases(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна", "slow", 3, w.Now())
	path := "/api/v1/cases/" + c.ID()
	patch := func(body string, status int, code string) map[string]any {
		t.Helper()
		got, answer := w.Call("PATCH", path, "application/json", []byte(body))
		if got != status {
			t.Fatalf("%s: %d %v", body, got, answer)
		}
		if problem, _ := answer["error"].(map[string]any); code != "" && problem["code"] != code {
			t.Errorf("%s: %v, want %s", body, problem, code)
		}
		return answer
	}
	patch(`{"again":"2026-11-19T10:00:00Z"}`, 400, "again_past")
	patch(`{"again":"2027-11-19T10:00:00Z"}`, 400, "again_far")
	patch(`{"again":"2026-11-24T10:00:00Z","state":"contacted"}`, 409, "again_state")
	if got := patch(`{"again":"2026-11-24T10:00:00+03:00","by":"owner"}`, 200, ""); got["again"] != "2026-11-24T07:00:00Z" || got["state"] != "acknowledged" {
		t.Errorf("put off: %v", got)
	}
	patch(`{"state":"open"}`, 409, "case_state")
	patch(`{"state":"contacted","also":["`+c.ID()+`"]}`, 400, "case_also")
	if got := patch(`{"state":"resolved","cause":"speed","outcome":"solved"}`, 200, ""); got["again"] != nil {
		t.Errorf("resolved: %v", got)
	}
	if got := patch(`{"state":"open","note":"They called"}`, 200, ""); got["state"] != "open" || got["cause"] != "" {
		t.Errorf("opened again: %v", got)
	}
}

// Words that are damaged are said to be, where they would stand: in the case, and among the answers, in both languages.
func TestDamagedWords(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна", "Долго ждали", 3, w.Now().Add(-time.Hour))
	ctx := context.Background()
	r, ok, err := w.Store.Response(ctx, c.Campaign, c.Contact)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	r.Kept.Why = append(r.Kept.Why, survey.Part{Trace: "AAAAAAAAAAAAAAAA", Size: 20, Sealed: []byte("damaged")})
	r.Version++
	if err := w.Store.SaveResponse(ctx, r, r.Version-1); err != nil {
		t.Fatal(err)
	}
	for _, l := range []string{"en", "ru"} {
		for _, path := range []string{"/cases/" + c.ID(), "/results/" + string(c.Campaign) + "/answers"} {
			v := w.Visitor("executive", l)
			_, page := v.Get(path)
			v.Says(page, "Долго ждали", lang.Language(l).T("words.damaged"))
		}
	}
	if r.Kept.Why = r.Kept.Why[1:]; w.Store.SaveResponse(ctx, r, r.Version) != nil {
		t.Fatal("not saved")
	}
	v := w.Visitor("owner", "en")
	if _, page := v.Get("/cases/" + c.ID()); strings.Contains(page, lang.Language("en").T("case.no_words")) {
		t.Error("damaged words are said to be none")
	}
}
