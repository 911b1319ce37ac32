package campaigns_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// A sender that SES refused can be mended while the campaign is paused, on the page and by the API, and then it goes on;
// in no other state of a launched campaign, and nothing else of it (issue 9, 10).
func TestThePausedCampaignsSenderIsMended(t *testing.T) {
	t.Parallel()
	w, v, _ := consoletest.Planned(t, 3)
	const edit, api = "/campaigns/abcdefgh/edit", "/api/v1/campaigns/abcdefgh"
	for _, state := range []survey.CampaignState{survey.Scheduled, survey.Planning, survey.Sending, survey.Open} {
		c := w.Become("abcdefgh", func(c *survey.Campaign) { c.State, c.Launched = state, w.Now() })
		if _, page := v.Get(edit); strings.Contains(page, `name="sender"`) {
			t.Errorf("%s: the page asks for a sender", state)
		}
		if status, _, _ := v.Post(edit, "step", "rest", "version", strconv.Itoa(c.Version), "name", "Autumn", "sender", "other@example.com"); status != 409 {
			t.Errorf("%s, page: %d", state, status)
		}
		if status, answer := w.Call("PATCH", api, "application/json", fmt.Appendf(nil, `{"version":%d,"sender":"other@example.com"}`, c.Version)); status != 409 {
			t.Errorf("%s, API: %d %v", state, status, answer)
		}
	}
	c := w.Become("abcdefgh", func(c *survey.Campaign) {
		c.State, c.Stopped, c.Sender = survey.Paused, "MailFromDomainNotVerifiedException", "Магазин <nps@localhost>"
	})
	if status, page := v.Get("/campaigns/abcdefgh"); status != 200 || !strings.Contains(page, "SES does not accept the sender. Enter another one") {
		t.Errorf("%d: the page of the campaign does not say what to do", status)
	}
	_, page := v.Get(edit)
	v.Says(page, `name="sender"`, `value="Магазин &lt;nps@localhost&gt;"`)
	for sender, said := range map[string]string{
		"nobody": "cannot be a sender", "security@bank.example": "cannot be sent from this address",
		"опрос@example.com": "characters before the @", "Sh<op <nps@example.com>": "cannot contain &lt; or &gt;", strings.Repeat("й", 150) + " <nps@example.com>": "too long for an email header",
	} {
		status, page, _ := v.Post(edit, "step", "rest", "version", strconv.Itoa(c.Version), "name", "Autumn", "sender", sender)
		if status != 400 || !strings.Contains(page, said) {
			t.Errorf("%q: %d, want %q", sender, status, said)
		}
	}
	if got := w.Campaign("abcdefgh"); got.Version != c.Version {
		t.Error("something refused was stored")
	}
	if status, page, _ := v.Post(edit, "step", "rest", "version", strconv.Itoa(c.Version), "name", "Autumn", "sender", "Магазин, Юг <nps@example.com>"); status != 303 {
		t.Fatalf("mended on the page: %d %s", status, page)
	}
	c = w.Campaign("abcdefgh")
	if c.Sender != "Магазин, Юг <nps@example.com>" || c.State != survey.Paused {
		t.Errorf("%s, %q", c.State, c.Sender)
	}
	w.Must("PATCH", api, "application/json", fmt.Appendf(nil, `{"version":%d,"sender":"Shop <nps@mail.example.com>"}`, c.Version))
	if status, answer := w.Call("PATCH", api, "application/json", fmt.Appendf(nil, `{"version":%d,"sender":"","company":"x"}`, c.Version+1)); status != 409 {
		t.Errorf("something else is changed with it: %d %v", status, answer)
	}
	if answer := w.Must("POST", api+"/resume", "", nil); answer["state"] != "planning" || answer["sender"] != "Shop <nps@mail.example.com>" || answer["stopped"] != nil {
		t.Errorf("resumed: %v", answer)
	}
}

// What a company writes and letters cannot hold is refused at every door, with its field, and nothing is stored; ordinary
// marks and emoji pass (issue 9, 8).
func TestTextsAreCheckedAtEveryDoor(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 1)
	admin := w.Visitor("administrator", "en")
	for _, tc := range []struct {
		text string
		ok   bool
	}{
		{"A <b>", false},
		{"Shop <x@y>", false},
		{"A\nBcc: b", false},
		{"A\r\nB", false},
		{"A\u2028B", false},
		{"A\u202EB", false},
		{"A\x07B", false},
		{"A\u2066B", false},
		{"pay@bank.example", false},
		{`«Ромашка» & "Söhne", №1 – 👩‍👩‍👧`, true},
		{"O'Neill; Ltd. (EU)", true},
	} {
		quoted, err := json.Marshal(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		company := string(quoted)
		status, answer := w.Call("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"Autumn","audience":"customers","company":`+company+`}`))
		if p, _ := answer["error"].(map[string]any); (status == 201) != tc.ok || !tc.ok && p["where"] != "company" {
			t.Errorf("API, company %q: %d %v", tc.text, status, answer)
		}
		version := strconv.Itoa(w.Campaign(c.ID).Version)
		if status, _ := w.Call("PATCH", "/api/v1/campaigns/abcdefgh", "application/json", []byte(`{"version":`+version+`,"company":`+company+`}`)); (status == 200) != tc.ok {
			t.Errorf("API, change to %q: %d", tc.text, status)
		}
		version = strconv.Itoa(w.Campaign(c.ID).Version)
		status, page, _ := v.Post("/campaigns/abcdefgh/edit", "step", "about", "version", version, "name", "Autumn", "audience", "customers", "company", tc.text, "language", "ru")
		if (status == 303) != tc.ok || !tc.ok && !strings.Contains(page, `class="wrong"`) {
			t.Errorf("page, company %q: %d", tc.text, status)
		}
		set, err := w.Store.Settings(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if status, page, _ := admin.Post("/settings", "version", strconv.Itoa(set.Version), "company", tc.text, "languages", "ru"); (status == 303) != tc.ok {
			t.Errorf("settings, company %q: %d %s", tc.text, status, page)
		}
	}
	for field, text := range map[string]string{"subject": `"a\nBcc: b"`, "reminder": `"a\u2028b"`, "greeting": `"\u202Ea"`, "signature": `"a\u0000"`, "question": `"a\u001b[2J"`} {
		status, answer := w.Call("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"Autumn","audience":"customers","language":"en","wording":{"en":{"`+field+`":`+text+`}}}`))
		if p, _ := answer["error"].(map[string]any); status != 400 || p["where"] != "wording.en."+field {
			t.Errorf("%s: %d %v", field, status, answer)
		}
	}
	if status, answer := w.Call("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"Au\ntumn","audience":"customers"}`)); status != 400 {
		t.Errorf("name of two lines: %d %v", status, answer)
	}
}

// A draft stored before companies were checked says what is wrong with it on every step, not only where it can be mended.
func TestAnOldDraftSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w, v, _ := consoletest.Planned(t, 1)
	c := w.Become("abcdefgh", func(c *survey.Campaign) { c.Company = "A <b>" })
	status, page, _ := v.Post("/campaigns/abcdefgh/edit", "step", "words", "version", strconv.Itoa(c.Version), "language_of_words", "ru", "subject", "Тема")
	if status != 400 || !strings.Contains(page, "Company: This cannot contain &lt;") {
		t.Errorf("%d: the page does not say it", status)
	}
	_, page = v.Get("/campaigns/abcdefgh/edit?step=check")
	v.Says(page, "This cannot contain &lt;", `/edit?step=about`)
	if status, page, _ := v.Post("/campaigns/abcdefgh/edit", "step", "about", "version", strconv.Itoa(c.Version), "name", "Autumn", "audience", "customers", "company", "A & B", "language", "ru"); status != 303 {
		t.Errorf("mended: %d %s", status, page)
	}
}
