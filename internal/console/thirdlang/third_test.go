// Package thirdlang_test runs the desk and the respondent's page with a language that no line of code knows: files alone bring it.
package thirdlang_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/lang"
	laptop "onetap/internal/local"
	"onetap/internal/local/dynamo"
	"onetap/internal/local/ses"
	"onetap/internal/mail"
	"onetap/internal/public"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

func TestMain(m *testing.M) {
	lang.Add(os.DirFS("testdata"))
	os.Exit(m.Run())
}

// A third language is files alone: pages of the desk, an upload, a campaign in it, its email and the respondent's page speak it, and
// say in English what its files do not.
func TestThirdLanguage(t *testing.T) {
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "kk")
	if _, page := v.Get("/contacts"); !strings.Contains(page, `lang="kk"`) || !strings.Contains(page, "Контактілер") || !strings.Contains(page, "Upload a list") ||
		!strings.Contains(page, `value="ru" lang="ru">Русский`) || !strings.Contains(page, `value="en" lang="en">English`) {
		t.Errorf("the page in Kazakh:\n%s", page)
	}
	if _, page := w.Visitor("marketing", "en").Get("/contacts"); !strings.Contains(page, "Қазақша") {
		t.Error("an English page does not offer Kazakh")
	}

	w.Must("POST", "/api/v1/contacts?audience=customers", consoletest.CSVType, []byte("email;name;language\naidana@example.com;Айдана;Қазақша\nanna@example.com;Anna;kk-KZ\n"))
	contacts := w.Contacts()
	if len(contacts) != 2 {
		t.Fatalf("%d contacts", len(contacts))
	}
	for _, c := range contacts {
		if c.Language != "kk" {
			t.Errorf("a contact's language is %q", c.Language)
		}
	}

	made := w.Must("POST", "/api/v1/campaigns", "application/json", []byte(`{"name": "Күз", "audience": "customers", "company": "Алма", "language": "kk", "wording": {"kk": {"subject": "Бір сұрақ"}}}`))
	id, _ := made["id"].(string)
	c := w.Campaign(survey.CampaignID(id))
	if said := wording.For(c, "kk"); said.Subject != "Бір сұрақ" || !strings.Contains(said.Question, "ықтималдығы") || said.Why != lang.Language("en").T("wording.customers.why") {
		t.Errorf("the campaign says %+v", said)
	}
	preview, err := json.Marshal(w.Must("POST", "/api/v1/campaigns/"+id+"/preview", "application/json", []byte(`{"language": "kk"}`)))
	if err != nil || !strings.Contains(string(preview), "Бір сұрақ") || !strings.Contains(string(preview), "Сауалнама жіберілмесін") {
		t.Fatalf("the email: %v %s", err, preview)
	}
	link := regexp.MustCompile(`/r/[A-Za-z0-9_.-]+`).FindString(string(preview))
	r := httptest.NewRecorder()
	public.New(w.Store, w.Desk.Keys).ServeHTTP(r, httptest.NewRequest(http.MethodGet, link+"?lang=kk", nil))
	if page := r.Body.String(); r.Code != http.StatusOK || !strings.Contains(page, `lang="kk"`) || !strings.Contains(page, "ықтималдығы") || !strings.Contains(page, "Бағаны жіберу") {
		t.Errorf("the respondent's page %s: %d\n%s", link, r.Code, page)
	}
	if m, err := mail.Alert(mail.AlertData{
		Language: "kk", Kind: mail.OfDetractor, Score: 2, Reason: "owner", From: "nps@example.com", To: "owner@example.com", CaseURL: "https://example.com/cases/1",
		Answered: w.Now(), Deadline: w.Now().Add(48 * time.Hour), Audience: survey.Customers, Campaign: "Күз",
	}); err != nil || !strings.Contains(m.Text, "Өтінішті ашу") || !strings.Contains(m.Text, "Жауаптан кейін 48 сағат") || !strings.Contains(m.Text, "What to do") {
		t.Errorf("the alert: %v %+v", err, m)
	}
}

// The laptop's inbox, too: its pages speak what the files say, kinds of emails and days included, and English for the rest.
func TestThirdLanguageOfTheInbox(t *testing.T) {
	inbox, err := ses.Open(filepath.Join(t.TempDir(), "mail.db"), ses.Options{Words: laptop.InboxWords{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := inbox.Close(); err != nil {
			t.Error(err)
		}
	})
	for code, want := range map[string][]string{
		"kk": {`lang="kk"`, "Хаттар", "Іздеу", "Everything that is sent lands here"}, "ru": {`lang="ru"`, "Почта Onetap", "Писем пока нет"}, "en": {`lang="en"`, "Onetap inbox", "No messages yet"},
		"de": {`lang="en"`, "Onetap inbox"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", code)
		answer := httptest.NewRecorder()
		inbox.Inbox().ServeHTTP(answer, r)
		for _, text := range want {
			if page := answer.Body.String(); !consoletest.Says(page, text) {
				t.Errorf("%s: %q is not said in\n%s", code, text, page)
			}
		}
	}
	day := time.Date(2026, time.November, 20, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{say(t, "kk", "kind.survey"), "Сауалнама"}, {say(t, "kk", "kind.alert"), "Alert"}, {laptop.InboxWords{}.ShortDate("kk", day), lang.Language("kk").ShortDate(day)},
	} {
		if c.got != c.want {
			t.Errorf("says %q, want %q", c.got, c.want)
		}
	}
	for _, id := range ses.TextIDs() {
		for _, code := range []string{"en", "ru"} {
			say(t, code, id)
		}
	}
}

func say(t *testing.T, code, id string) string {
	t.Helper()
	text, ok := laptop.InboxWords{}.Say(code, id)
	if !ok || text == "" {
		t.Errorf("%s does not say %s", code, id)
	}
	return text
}

// What is not a language's is refused, with those that are.
func TestOtherLanguagesAreRefused(t *testing.T) {
	w := consoletest.New(t, dynamo.Options{})
	if status, answer := w.Call("POST", "/api/v1/campaigns", "application/json", []byte(`{"name": "X", "audience": "customers", "language": "de"}`)); status != 422 && status != 400 || !strings.Contains(answer["error"].(map[string]any)["message"].(string), "en, kk, ru") {
		t.Errorf("%d %v", status, answer)
	}
}
