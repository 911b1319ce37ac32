package api_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/drive"
	"onetap/internal/local/dynamo"
)

// What the preview shows is what the test send brings; both carry links that write nothing.
func TestPreviewAndTestSend(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	made := w.Must("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"Autumn","audience":"customers","company":"Ромашка","language":"ru",
		"wording":{"ru":{"subject":"Как вам {company}?","greeting":"Добрый день, {name}!","reminder":"Ещё раз: как вам {company}?"},"en":{"subject":"How is {company}?","greeting":"Good day, {name}!"}}}`))
	path := "/api/v1/campaigns/" + made["id"].(string)
	before := w.StoredBut("AUDIT#")

	for _, tc := range []struct{ body, subject, greeting string }{
		{`{}`, "Как вам Ромашка?", "Добрый день, Анна!"},
		{`{"language":"en","name":"Maria"}`, "How is Ромашка?", "Good day, Maria!"},
		{`{"reminder":true}`, "Ещё раз: как вам Ромашка?", "Добрый день, Анна!"},
		{`{"name":"КОМАРОВА МАРИЯ АЛЕКСЕЕВНА"}`, "Как вам Ромашка?", "Добрый день, Мария Алексеевна!"},
		{`{"name":""}`, "Как вам Ромашка?", "Добрый день!"},
		{`{"name":"DeJarnette null","language":"en"}`, "How is Ромашка?", "Good day!"},
	} {
		shown := w.Must("POST", path+"/preview", "application/json", []byte(tc.body))
		if shown["subject"] != tc.subject || !strings.Contains(shown["text"].(string), tc.greeting) || !strings.Contains(shown["html"].(string), tc.greeting) {
			t.Errorf("preview of %s: %v", tc.body, shown["subject"])
		}
		for n, token := range regexp.MustCompile(`/([ru])/([A-Za-z0-9_-]{32})`).FindAllStringSubmatch(shown["html"].(string)+shown["text"].(string), -1) {
			k, err := w.Desk.Keys.Check(token[2])
			if token[1] == "u" {
				if err == nil {
					t.Errorf("link %d unsubscribes and opens the survey", n)
				}
				k, err = w.Desk.Keys.CheckUnsubscribe(token[2])
			}
			if err != nil || !k.Test || string(k.Campaign) != made["id"] {
				t.Errorf("link %d: %+v, %v", n, k, err)
			}
		}
		if !strings.Contains(shown["html"].(string), w.Site+"/r/") {
			t.Errorf("links must lead to the host that was called: %s", w.Site)
		}
	}

	w.Must("POST", path+"/test", "application/json", []byte(`{"to":"Marketing@example.com"}`))
	var letters []drive.Letter
	err := drive.Until(context.Background(), 10*time.Second, "the test letter", func() (bool, error) {
		var err error
		letters, err = w.Inbox.Letters(context.Background())
		return len(letters) == 1, err
	})
	if err != nil {
		t.Fatal(err)
	}
	l := letters[0]
	if l.To[0] != "marketing@example.com" || l.Subject != "Как вам Ромашка?" {
		t.Errorf("test letter to %v: %q", l.To, l.Subject)
	}
	if w.StoredBut("AUDIT#", "ALLOWANCE#") != before {
		t.Error("a preview or a test send changed the table")
	}

	w.Must("POST", "/api/v1/suppressions", "application/json", []byte(`{"email":"gone@example.com","reason":"unsubscribed"}`))
	for body, want := range map[string]string{
		`{"to":"gone@example.com"}`:                         "address_stopped",
		`{"to":"nobody"}`:                                   "address_without_at",
		`{}`:                                                "no_address",
		`{"to":"a@example.com","language":"de"}`:            "language_unknown",
		`{"to":"a@example.com","langauge":"ru"}`:            "json_unknown_field",
		`{"to":"a@example.com","reminder":"yes"}`:           "json_want_boolean",
		`{"to":"a@example.com, b@example.com","name":"An"}`: "several_addresses",
	} {
		status, answer := w.Call("POST", path+"/test", "application/json", []byte(body))
		if problem, _ := answer["error"].(map[string]any); status/100 != 4 || problem["code"] != want {
			t.Errorf("test send %s: %d %v, want %s", body, status, answer, want)
		}
	}
	// A sender whom SES does not know: its own word for it reaches the person who can mend it.
	made = w.Must("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"Other","audience":"customers","sender":"nps@example.net"}`))
	status, answer := w.Call("POST", "/api/v1/campaigns/"+made["id"].(string)+"/test", "application/json", []byte(`{"to":"a@example.com"}`))
	if problem, _ := answer["error"].(map[string]any); status != 409 || problem["code"] != "mail_refused" || !strings.Contains(problem["message"].(string), "MessageRejected") {
		t.Errorf("a sender that is not verified: %d %v", status, answer)
	}
	if letters, err := w.Inbox.Letters(context.Background()); err != nil || len(letters) != 1 {
		t.Errorf("%d letters were sent in all, want the one, %v", len(letters), err)
	}
}
