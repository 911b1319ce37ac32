package campaigns_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// The people step draws few boxes, however many values there are, and finds the others; its count is of everybody.
func TestPeopleStepIsShort(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 0)
	var cs []survey.Contact
	for i := range 6000 {
		email := "p" + strconv.Itoa(i) + "@example.com"
		attrs := map[string]string{}
		for a := range 12 {
			attrs["Column "+strconv.Itoa(a)] = "Value " + strconv.Itoa(i%40)
		}
		cs = append(cs, survey.Contact{
			ID: w.Desk.Keys.ContactID(survey.Customers, email), Audience: survey.Customers, Person: survey.Person{Email: email},
			Team: "Team " + strconv.Itoa(i%60), Attrs: attrs,
		})
	}
	if err := w.Store.PutContacts(t.Context(), cs); err != nil {
		t.Fatal(err)
	}
	_, page := v.Get("/campaigns/" + string(c.ID) + "/edit?step=people")
	if n := strings.Count(page, `type="checkbox"`); n > 200 || n < 50 {
		t.Errorf("%d boxes", n)
	}
	_, rest, _ := strings.Cut(page, `data-walks="`)
	text, _, _ := strings.Cut(rest, `"`)
	var begin []string
	if err := json.Unmarshal([]byte(strings.ReplaceAll(strings.ReplaceAll(text, "&#34;", `"`), "&quot;", `"`)), &begin); err != nil || len(begin) != 4 {
		t.Fatalf("walks %q: %v", text, err)
	}
	looked := 0
	for _, next := range begin {
		for next != "" {
			form := url.Values{"form": {v.Form}, "after": {next}, "step": {"people"}, "sample": {"100"}, "quiet_days": {"0"}}
			r, err := http.NewRequest("POST", w.Site+"/campaigns/"+string(c.ID)+"/count", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			status, body, _ := v.Send(r, err)
			var h consoletest.Headcount
			if json.Unmarshal([]byte(body), &h) != nil || status != http.StatusOK {
				t.Fatalf("%d %s", status, body)
			}
			looked += h.Looked
			next = h.Next
		}
	}
	if looked != 6000 {
		t.Errorf("the walks look at %d", looked)
	}
	b := w.Tab("marketing", 1280, "en")
	b.Go("/campaigns/" + string(c.ID) + "/edit?step=people")
	b.Until(`document.querySelector("[data-n=looked]").textContent === "6,000" && document.querySelector("[data-said]").textContent !== ""`)
	if n := b.Text(`[data-n=invited]`); n != "6,000" {
		t.Errorf("%s will be invited", n)
	}
	b.Click(`details[data-field=team] summary`)
	b.Type(`details[data-field=team] .find`, "Team 59")
	b.Until(`document.querySelectorAll("details[data-field=team] .values input").length === 1`)
	b.Click(`details[data-field=team] .values input`)
	b.Until(`document.querySelector("[data-n=invited]").textContent === "100"`)
}
