package home_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

var ticked = regexp.MustCompile(`✓</span>.*?<span class="say">\s*<span>([^<]*)</span>`)

// ticks are the steps that a home page shows as done, by their words.
func ticks(page string) string {
	var all []string
	for _, m := range ticked.FindAllStringSubmatch(page, -1) {
		all = append(all, m[1])
	}
	return strings.Join(all, "; ")
}

// In an empty workspace the administrator's home says what to set up, then what the first round is; every step ticks itself
// by what is there, and a list that is all done is gone, also when a thing that was done is undone later.
func TestFirstStepsTickThemselves(t *testing.T) {
	t.Parallel()
	w, ctx := consoletest.New(t, dynamo.Options{}), context.Background()
	admin := survey.Staff{ID: "administrator", Email: "administrator@example.com", Name: "Ada Tikhonova", Role: survey.RoleAdministrator}
	if err := w.Store.PutStaff(ctx, []survey.Staff{admin}); err != nil {
		t.Fatal(err)
	}
	v := w.Visitor("administrator", "en")
	says := func(want string, texts ...string) {
		t.Helper()
		status, page := v.Get("/")
		if got := ticks(page); status != 200 || got != want {
			t.Errorf("%d; done are %q, want %q", status, got, want)
		}
		v.Says(page, texts...)
	}
	says("Check the sender", "Set up your workspace", "1 of 5", `href="/settings"`, `href="/settings#zone"`, `href="/staff/import"`, `href="/contacts/upload"`, "Your first round", "0 of 5", `href="/campaigns/new"`)
	if _, err := w.Store.PutSettings(ctx, survey.Settings{Company: "Shop", Zone: "Europe/Berlin"}); err != nil {
		t.Fatal(err)
	}
	says("Say what your company is called; Check the sender; Choose your time zone")
	w.Staffed()
	says("Say what your company is called; Check the sender; Choose your time zone; Add your staff", "4 of 5")
	w.People(20)
	says("", "Your first round", "0 of 5")
	if _, err := w.Store.PutSettings(ctx, survey.Settings{Version: 1}); err != nil {
		t.Fatal(err)
	}
	if _, page := v.Get("/"); strings.Contains(page, "Set up your workspace") {
		t.Error("a list that was done is back")
	}
	marketing := w.Visitor("marketing", "ru")
	_, page := marketing.Get("/")
	marketing.Says(page, "Первый круг", "1 из 6", "Запустите кампанию")
	if strings.Contains(page, "Настройте рабочее") || strings.Contains(page, `href="/cases"`) {
		t.Error("marketing is asked to do what it may not")
	}

	executive := w.Visitor("executive", "en")
	executive.Get("/") // there is nothing to see yet
	a := consoletest.Spring(w)
	says("Launch a campaign", "1 of 5", `href="/cases"`, `href="/results/springaa"`)
	c := loop.Case{Campaign: a.C.ID, Contact: consoletest.ContactNumber(4), Audience: survey.Customers, Owner: "owner", State: loop.Open, Latest: 3, Opened: w.Now(), Deadline: w.Now().Add(time.Hour)}
	if _, err := w.Store.CreateCase(ctx, c); err != nil {
		t.Fatal(err)
	}
	says("Launch a campaign; Get an answer of 0 to 6")
	owner := w.Visitor("owner", "en")
	for _, step := range []struct{ do, want string }{
		{"acknowledged", "Launch a campaign; Get an answer of 0 to 6; Open the owner’s email and take the case"},
		{"contacted", "Launch a campaign; Get an answer of 0 to 6; Open the owner’s email and take the case"},
		{"resolved", "Launch a campaign; Get an answer of 0 to 6; Open the owner’s email and take the case; Talk to the customer and resolve the case"},
	} {
		now, ok, err := w.Store.Case(ctx, c.Campaign, c.Contact)
		if err != nil || !ok {
			t.Fatal(err)
		}
		was := now
		now.State = loop.State(step.do)
		if _, err := w.Store.SaveCase(ctx, was, now); err != nil {
			t.Fatal(err)
		}
		says(step.want)
	}
	if _, page := owner.Get("/"); strings.Contains(page, "/first-steps") {
		t.Error("an owner is shown the first steps")
	}
	executive.Get("/")
	if _, page := v.Get("/"); strings.Contains(page, "/first-steps") {
		t.Error("everything is done, and a list is still there")
	}
}

// Whoever may set things up hides a list for good, for everybody; nobody hides what is not theirs.
func TestFirstStepsArePutAway(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	admin, marketing := w.Visitor("administrator", "en"), w.Visitor("marketing", "en")
	if status, _, _ := marketing.Post("/first-steps", "list", "set_up"); status != 403 {
		t.Errorf("marketing hides the administrator's list: %d", status)
	}
	if status, _, _ := marketing.Post("/first-steps", "list", "everything"); status != 400 {
		t.Errorf("a list that there is not: %d", status)
	}
	if status, _, _ := w.Visitor("owner", "en").Post("/first-steps", "list", "round"); status != 403 {
		t.Errorf("an owner hides a list: %d", status)
	}
	for range 2 { // a form that is sent twice
		if status, _, to := marketing.Post("/first-steps", "list", "round"); status != 303 || to != "/?done=first_put_away" {
			t.Errorf("%d to %q", status, to)
		}
	}
	_, page := marketing.Get("/?done=first_put_away")
	marketing.Says(page, "The list is hidden.", "Nothing here yet.")
	if strings.Contains(page, "/first-steps") {
		t.Error("the list is still there")
	}
	_, page = admin.Get("/")
	admin.Says(page, "Set up your workspace")
	if strings.Contains(page, "Your first round") {
		t.Error("the administrator still has the list that marketing has hidden")
	}
}

// What was launched before a workspace begins, as the laptop's sample is, is no first round; what is launched from then on is.
func TestWhatWasThereIsNoFirstRound(t *testing.T) {
	t.Parallel()
	w, ctx := consoletest.New(t, dynamo.Options{}), context.Background()
	w.Staffed()
	w.People(20)
	a := consoletest.Spring(w)
	c := loop.Case{Campaign: a.C.ID, Contact: consoletest.ContactNumber(4), Audience: survey.Customers, Owner: "owner", State: loop.Resolved, Latest: 3, Opened: w.Now(), Deadline: w.Now().Add(time.Hour)}
	if _, err := w.Store.CreateCase(ctx, c); err != nil {
		t.Fatal(err)
	}
	if err := w.Store.PutFirstSteps(ctx, survey.FirstSteps{Since: a.C.Launched.Add(time.Second)}); err != nil {
		t.Fatal(err)
	}
	v := w.Visitor("marketing", "en")
	if _, page := v.Get("/"); ticks(page) != "Upload contacts" {
		t.Errorf("done are %q", ticks(page))
	}
	consoletest.Harvest(w)
	if _, page := v.Get("/"); !strings.Contains(ticks(page), "Launch a campaign") || strings.Contains(ticks(page), "resolve the case") {
		t.Errorf("after a launch done are %q", ticks(page))
	}
}
