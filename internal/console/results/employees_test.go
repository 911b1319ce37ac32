package results_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/console/consoletest"
	"onetap/internal/insight"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// employees asks so many, as campaigns did before employees were withheld: the launch itself is refused now.
func employees(w *consoletest.World, id survey.CampaignID, answers int) *consoletest.Asked {
	a := w.Asks(id, survey.Employees, "eNPS "+string(id), 2)
	for i := range answers {
		a.Answer([]string{"Склад", "Продажи"}[i%2], []int{3, 9, 10}[i%3], i%9, func(r *survey.Response, _ *survey.Contact) { r.Why = "секрет" })
	}
	a.Counted()
	return a
}

// program calls the API as a token of a role.
func program(w *consoletest.World, role survey.Role, path string) (int, map[string]any) {
	w.T.Helper()
	token, hash := auth.NewToken()
	if err := w.Store.PutToken(context.Background(), authz.Token{Hash: hash, Name: hash, Role: role, Made: w.Now()}); err != nil {
		w.T.Fatal(err)
	}
	r, _ := http.NewRequest("GET", w.Site+path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	status, body := consoletest.Send(w.T, r)
	out := map[string]any{}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		w.T.Fatalf("%s: %v in %.200s", path, err, body)
	}
	return status, out
}

// Nothing goes out for campaigns of employees that were launched before there were ballots, whichever way it is asked for.
func TestEmployeesAreNotWrittenTo(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "en")
	for state, acts := range map[survey.CampaignState][]string{survey.Paused: {"resume"}, survey.Open: {"remind", "resend-uncertain"}} {
		a := employees(w, survey.CampaignID("staff" + string(state) + "aaaaaaaa")[:8], 6)
		a.Become(func(c *survey.Campaign) {
			c.State = state
		})
		for _, act := range acts {
			for _, body := range []string{`{}`, fmt.Sprintf(`{"version": %d}`, a.C.Version), `{"at": "2026-12-01T10:00:00Z"}`, `{"understood": true, "wave": 1}`} {
				if act != "launch" && strings.Contains(body, `"at"`) || (act == "resend-uncertain") != strings.Contains(body, "wave") {
					continue
				}
				before := w.Stored()
				status, out := w.Call("POST", "/api/v1/campaigns/"+string(a.C.ID)+"/"+act, "application/json", []byte(body))
				if text := fmt.Sprint(out); status != 409 || !strings.Contains(text, "employees_not_yet") {
					t.Errorf("%s %s: %d %s", act, body, status, text)
				}
				if w.Stored() != before {
					t.Errorf("%s %s changed the table", act, body)
				}
			}
			status, page, _ := v.Post("/campaigns/"+string(a.C.ID)+"/"+act, "version", fmt.Sprint(a.C.Version), "understood", "1", "wave", "1")
			if status != 409 || !strings.Contains(page, "from before there were anonymous links") {
				t.Errorf("the page's %s: %d %s", act, status, page)
			}
		}
		if now, err := w.Store.Campaign(t.Context(), a.C.ID); err != nil || now.State != state || !now.RemindAt.IsZero() {
			t.Errorf("%s became %+v, %v", state, now, err)
		}
		_, page := v.Get("/campaigns/" + string(a.C.ID))
		for _, act := range acts {
			if regexp.MustCompile(`data-show="` + act + `"\s*>`).MatchString(page) {
				t.Errorf("the page of a campaign that is %s offers %s", state, act)
			}
		}
	}
	if w.Woken() != 0 {
		t.Errorf("the sender was called %d times", w.Woken())
	}
}

// Of employees' answers there is one set of figures: of the whole, of five and more, once nobody can add to it. Every
// page and call is asked as every role, before and after.
func TestEmployeesFiguresAreWholeOrNone(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	over := func(back time.Duration) func(*survey.Campaign) {
		return func(c *survey.Campaign) { c.State, c.ClosesAt = survey.Closed, w.Now().Add(-back) }
	}
	campaigns := []struct {
		id      survey.CampaignID
		answers int
		change  func(*survey.Campaign)
		want    insight.Withheld
	}{
		{"runsaaaa", 17, func(c *survey.Campaign) {}, insight.UntilClosed},
		{"pausedaa", 17, func(c *survey.Campaign) { c.State = survey.Paused }, insight.UntilClosed},
		{"soonaaaa", 17, func(c *survey.Campaign) { c.ClosesAt = w.Now().Add(time.Second) }, insight.UntilClosed},
		{"justover", 17, over(insight.Settling - time.Second), insight.UntilClosed},
		{"stopping", 17, func(c *survey.Campaign) { c.State = survey.Cancelled }, insight.UntilClosed}, // letters are in flight
		{"fewaaaaa", 4, over(time.Hour), insight.TooFew},
		{"fiveaaaa", 5, over(time.Hour), ""},
		{"manyaaaa", 17, over(insight.Settling), ""},
		{"pastaaaa", 17, func(c *survey.Campaign) { c.ClosesAt = w.Now().Add(-time.Hour) }, ""}, // nobody has written it down yet
		{"cancelaa", 17, func(c *survey.Campaign) { c.State, c.Ended = survey.Cancelled, w.Now().Add(-time.Hour) }, ""},
	}
	for _, one := range campaigns {
		employees(w, one.id, one.answers).Become(one.change)
	}
	w.Asks("otheraaa", survey.Employees, "To compare with", 1).Become(over(time.Hour))
	roles := map[survey.Role]string{survey.RoleMarketing: "marketing", survey.RoleAnalyst: "analyst", survey.RoleExecutive: "executive", survey.RoleAdministrator: "administrator"}
	for role, name := range roles {
		v := w.Visitor(name, "en")
		for _, one := range campaigns {
			what := fmt.Sprintf("%s, %s", one.id, role)
			_, out := program(w, role, "/api/v1/campaigns/"+string(one.id)+"/results")
			whole := out["whole"].(map[string]any)
			answers, rated := whole["answers"].(float64), whole["response_rate"] != nil
			if got, _ := out["withheld"].(string); got != string(one.want) || answers > 0 != (one.want == "") || rated != (one.want == "") || whole["unverified"].(float64) != 0 {
				t.Errorf("%s: withheld %q, whole %v", what, got, whole)
			}
			if n := whole["comments"].(float64); n != 0 && n < insight.LeastWords {
				t.Errorf("%s: %v comments are counted", what, n)
			}
			for _, part := range []string{"weeks", "days", "owners", "teams", "languages"} {
				if rows := out[part].([]any); len(rows) != 0 {
					t.Errorf("%s: %s %v", what, part, rows)
				}
			}
			_, page := v.Get("/results/" + string(one.id))
			if shows := strings.Contains(page, `class="big"`); shows != (one.want == "") || strings.Contains(page, "NPS by") || strings.Contains(page, "/answers") || strings.Contains(page, "/by/") {
				t.Errorf("%s: its page shows figures: %v", what, shows)
			}
			_, page = v.Get("/campaigns/" + string(one.id))
			if shows := !strings.Contains(page, `<span data-live="answers">—`); shows != (one.want == "") || !shows && !strings.Contains(page, `<dd data-live="response_rate">—`) || strings.Contains(page, "секрет") {
				t.Errorf("%s: the campaign's page shows figures: %v", what, shows)
			}
			for _, path := range []string{"/by/team", "/by/owner", "/by/language", "/answers", "/answers?team=%D0%A1%D0%BA%D0%BB%D0%B0%D0%B4"} {
				if status, page := v.Get("/results/" + string(one.id) + path); status != 403 || strings.Contains(page, "секрет") {
					t.Errorf("%s: %s answers %d", what, path, status)
				}
			}
			for _, path := range []string{"/compare?with=otheraaa", "/responses", "/invitations?wave=1"} {
				if status, out := program(w, role, "/api/v1/campaigns/"+string(one.id)+path); status != 403 {
					t.Errorf("%s: %s answers %d %v", what, path, status, out)
				}
			}
		}
		if status, out := program(w, role, "/api/v1/audiences/employees/results"); status != 403 {
			t.Errorf("%s sees the audience's weeks: %v", role, out)
		}
		if status, _ := v.Get("/results/compare?a=manyaaaa&b=pastaaaa"); status != 403 {
			t.Errorf("%s compares: %d", role, status)
		}
		_, page := v.Get("/")
		_, card, _ := strings.Cut(page, `id="audience-employees"`)
		if card, _, _ = strings.Cut(card, "</section>"); card == "" || strings.Contains(card, "<svg") || strings.Contains(card, "/compare") || strings.Contains(card, "?week=") {
			t.Errorf("%s sees more than the whole of employees' campaigns at home: %s", role, card)
		}
		_, page = v.Get("/results?audience=employees")
		if n := strings.Count(page, `class="num strong">—`); n != 7 {
			t.Errorf("%s: the list withholds %d NPS, want 7", role, n)
		}
		if strings.Contains(page, "/results/compare") {
			t.Errorf("%s is offered a comparison", role)
		}
		_, page = v.Get("/campaigns?audience=employees")
		if n := strings.Count(page, "17"); n < 3 || strings.Contains(page, ">4<") {
			t.Errorf("%s: the list of campaigns shows wrong figures: %s", role, page)
		}
	}
}

// The ledger of a reminder counts those who had answered by then, and its list names the others.
func TestEmployeesReminderIsNotShown(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	for audience, shown := range map[survey.Audience]bool{survey.Employees: false, survey.Customers: true} {
		a := w.Asks(survey.CampaignID(string(audience)[:4]+"aaaa"), audience, "Reminded", 2)
		for range 6 {
			a.Answer("Склад", 9, 0, nil)
		}
		a.Counted()
		mailing := survey.Mailing{Campaign: a.C.ID, Number: survey.MailingReminder, State: survey.MailingDone, Audience: 12, Invited: 6, Skipped: map[survey.SkipReason]int{survey.SkipAnswered: 6}}
		if _, err := w.Store.SaveMailing(t.Context(), mailing); err != nil {
			t.Fatal(err)
		}
		out := w.Must("GET", "/api/v1/campaigns/"+string(a.C.ID), "", nil)
		if got := out["reminder"] != nil; got != shown {
			t.Errorf("%s: the API shows the reminder's ledger: %v", audience, got)
		}
		v := w.Visitor("administrator", "en")
		_, page := v.Get("/campaigns/" + string(a.C.ID))
		if got := !strings.Contains(page, `data-show="r.ledger" hidden`); got != shown {
			t.Errorf("%s: the page shows the reminder's ledger: %v", audience, got)
		}
	}
}
