package results_test

import (
	"encoding/json"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// Of an opened box every role is told the same by every call, all of it in groups of five and ten and more; before the opening nothing
// is told to anybody. Nothing that is told by one call and not by another can be worked out: they are all the same.
func TestABoxIsTheSameForAll(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	id := survey.CampaignID("ballotaa")
	a := w.Asks(id, survey.Employees, "eNPS", 2)
	for i := range 17 {
		a.Answer([]string{"Склад", "Продажи"}[i%2], []int{3, 9, 10}[i%3], 1, func(r *survey.Response, c *survey.Contact) { r.Unhappy, r.Owner, c.Owner = false, "", "" })
	}
	a.Counted()
	words := []survey.Words{{Values: []string{"", "ru"}, Why: "Снегирёвой спасибо"}}
	if err := w.Store.PutWords(t.Context(), id, 0, words); err != nil {
		t.Fatal(err)
	}
	roles := map[survey.Role]string{
		survey.RoleMarketing: "marketing", survey.RoleAnalyst: "analyst", survey.RoleExecutive: "executive", survey.RoleAdministrator: "administrator", survey.RoleManager: "manager",
	}
	ask := func(role survey.Role, path string) (int, string) {
		status, out := program(w, role, "/api/v1/campaigns/"+string(id)+path)
		b, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		return status, string(b)
	}
	for _, opened := range []bool{false, true} {
		a.Become(func(c *survey.Campaign) {
			c.State, c.Ballots, c.ClosesAt, c.Ended = survey.Closed, true, w.Now(), w.Now()
			if c.Box = (survey.Box{}); opened {
				c.Box = survey.Box{Opened: w.Now(), Kept: 17, Words: 1}
			}
		})
		for _, path := range []string{"/results", "/words", "/responses", "/compare?with=ballotaa"} {
			first := ""
			for role := range roles {
				status, body := ask(role, path)
				if path == "/responses" || path[:2] == "/c" {
					if status < 400 {
						t.Errorf("%s told %s: %s", path, role, body)
					}
					continue
				}
				if status == 403 && strings.Contains(body, "not_allowed") {
					continue // a role that may ask nothing of the kind
				}
				if first == "" {
					first = body
				}
				if body != first {
					t.Errorf("%s, opened: %v: %s is told another thing:\n%s\n%s", path, opened, role, body, first)
				}
			}
			if told := strings.Contains(first, `"answers":8`) || strings.Contains(first, "спасибо"); told != opened && path != "/responses" && path[:2] != "/c" {
				t.Errorf("%s, opened: %v: %s", path, opened, first)
			}
		}
		for _, name := range roles {
			status, page := w.Visitor(name, "ru").Get("/results/" + string(id) + "/team")
			if told := strings.Contains(page, "спасибо"); status != 200 || told != opened {
				t.Errorf("the team page of %s, opened %v: %d %v", name, opened, status, told)
			}
		}
	}
}
