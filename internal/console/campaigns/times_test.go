package campaigns_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// Times that nobody means, and those that no clock shows, are refused with words, on the page and by the API, and nothing
// is stored.
func TestTimesThatAreNone(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 0)
	before := w.StoredBut("AUDIT")
	for _, text := range []string{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00+03:00", "0000-12-31T23:59:59Z", "1999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "2101-01-01T00:00:00Z"} {
		for _, call := range []struct{ method, path, body string }{
			{"PATCH", "", `{"version":1,"closes_at":"` + text + `"}`},
			{"PATCH", "", `{"version":1,"starts_at":"` + text + `"}`},
			{"POST", "/launch", `{"at":"` + text + `"}`},
		} {
			status, answer := w.Call(call.method, "/api/v1/campaigns/"+string(c.ID)+call.path, "application/json", []byte(call.body))
			if problem, _ := answer["error"].(map[string]any); status != http.StatusBadRequest || problem["code"] != "time_range" {
				t.Errorf("%s %s: %d %v", call.method, call.body, status, answer)
			}
		}
	}
	for _, test := range []struct{ zone, closes, says string }{
		{"Europe/Berlin", "2027-03-28T02:30", "There is no 02:30 on that night in Europe/Berlin"},
		{"America/New_York", "2027-03-14T02:00", "There is no 02:00 on that night"},
		{"UTC", "0001-01-01T00:00", "between the years 2000 and 2100"},
		{"UTC", "9999-12-31T23:59", "between the years 2000 and 2100"},
		{"UTC", "2027-02-29T10:00", "not a time we can read"},
		{"UTC", "2027-02-28", "not a time we can read"},
	} {
		status, page, _ := v.Post("/campaigns/"+string(c.ID)+"/edit", "step", "time", "version", "1", "zone", test.zone, "start", "now", "closes_at", test.closes, "remind_days", "7")
		if status == http.StatusSeeOther {
			t.Errorf("%s in %s was taken", test.closes, test.zone)
		}
		v.Says(page, test.says, `value="`+test.closes+`"`)
	}
	if w.StoredBut("AUDIT") != before {
		t.Error("something was stored")
	}
}

// Of an hour that comes twice the second stays what it is when a form is sent again.
func TestHourThatComesTwice(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 0)
	second := time.Date(2027, 10, 31, 1, 30, 0, 0, time.UTC) // 02:30 in Berlin, for the second time
	w.Must("PATCH", "/api/v1/campaigns/"+string(c.ID), "application/json", []byte(`{"version":1,"closes_at":"`+second.Format(time.RFC3339)+`"}`))
	if status, page, _ := v.Post("/campaigns/"+string(c.ID)+"/edit", "step", "time", "version", "2", "zone", "Europe/Berlin", "start", "now", "closes_at", "2027-10-31T02:30", "remind_days", "3"); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, page)
	}
	if got := w.Campaign(c.ID); !got.ClosesAt.Equal(second) || got.RemindDays != 3 {
		t.Errorf("it closes at %s", got.ClosesAt)
	}
}

// From its closing date on a campaign is closed wherever it is read, before the sender has written that down.
func TestClosedAtOnce(t *testing.T) {
	t.Parallel()
	w, _, c := consoletest.Planned(t, 0)
	c.State, c.Launched, c.Opened, c.ClosesAt = survey.Open, w.Now(), w.Now(), w.Now().Add(time.Hour)
	if _, err := w.Store.SaveCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	id := string(c.ID)
	state := func() string {
		v := w.Visitor("marketing", "en")
		var all []string
		for _, path := range []string{"/campaigns/" + id, "/campaigns", "/"} {
			_, page := v.Get(path)
			words := "neither"
			for is, text := range map[string]string{"open": "Open", "closed": "Closed"} {
				if strings.Contains(page, text+"</span>") {
					words = strings.TrimSpace(is)
				}
			}
			all = append(all, words)
		}
		for _, which := range []string{"open", "closed"} {
			if _, page := v.Get("/campaigns?state=" + which); strings.Contains(page, `href="/campaigns/`+id+`"`) {
				all = append(all, "listed as "+which)
			}
		}
		all = append(all, w.Must("GET", "/api/v1/campaigns/"+id, "", nil)["state"].(string))
		list, _ := w.Must("GET", "/api/v1/campaigns", "", nil)["campaigns"].([]any)
		return strings.Join(append(all, list[0].(map[string]any)["state"].(string)), ", ")
	}
	before := state()
	w.Pass(time.Hour)
	after := state()
	if strings.Contains(before, "losed") || strings.Contains(after, "pen") || strings.Count(after, ", ") != strings.Count(before, ", ") {
		t.Errorf("before: %s\nafter:  %s", before, after)
	}
}
