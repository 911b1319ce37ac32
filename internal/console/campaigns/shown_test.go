package campaigns_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// Every letter is shown as a real contact would get it, found by a part of a name or by the address, and to one without a name;
// no address of a page holds the person.
func TestLettersShownAsAContact(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 3)
	w.Become(c.ID, func(c *survey.Campaign) {
		c.Wording = map[string]survey.Wording{"en": {
			Greeting: "Good day, {name}!", ReminderText: "The first nudge.", SecondText: "The second nudge.",
		}}
	})
	list := "email,name\nolga.sokolova@example.com,Olga Sokolova\n"
	w.Must("POST", "/api/v1/contacts?audience=customers", "text/csv", []byte(list))
	letter := func(fields ...string) (html, as, contact string) {
		t.Helper()
		status, body, _ := v.Post("/campaigns/"+string(c.ID)+"/letter", append([]string{"language_of_words", "en"}, fields...)...)
		var out struct{ HTML, As, Contact string }
		if err := json.Unmarshal([]byte(body), &out); err != nil || status != 200 {
			t.Fatalf("%d %v", status, err)
		}
		return out.HTML, out.As, out.Contact
	}
	id := string(w.Desk.Keys.ContactID(survey.Customers, "olga.sokolova@example.com"))
	for wave, says := range map[string]string{"0": "", "1": "The first nudge.", "2": "The second nudge."} {
		for _, sought := range []string{"sokol", "olga.sokolova@example.com"} {
			html, as, contact := letter("letter_shown", wave, "as", sought)
			if !consoletest.Says(html, "Good day, Olga!") || !strings.Contains(html, says) || contact != id || !consoletest.Says(as, "Olga Sokolova, olga.sokolova@example.com") {
				t.Errorf("letter %s as %q: %s %s", wave, sought, as, contact)
			}
		}
		if html, _, _ := letter("letter_shown", wave, "as", "sokol", "nameless_letter", "1"); strings.Contains(html, "Olga") || !strings.Contains(html, says) {
			t.Errorf("letter %s to one without a name", wave)
		}
	}
	if html, as, contact := letter("as", "nobody-of-that-name"); contact != "" || !consoletest.Says(as, "No contact of this audience fits.") || strings.Contains(html, "Olga") {
		t.Errorf("a name that nobody has: %s", as)
	}
	edit := "/campaigns/" + string(c.ID) + "/edit"
	status, _, to := v.Post(edit, "step", "words", "language_of_words", "en", "version", "2", "as", "sokol", "letter_shown", "2", "go", "")
	u, err := url.Parse(to)
	if err != nil || status != 303 || u.Query().Get("contact") != id || strings.Contains(strings.ToLower(to), "sokol") {
		t.Fatalf("without a script: %d %s", status, to)
	}
	_, page := v.Get(to)
	_, frame, _ := strings.Cut(page, `<iframe src="`)
	frame, _, _ = strings.Cut(frame, `"`)
	_, html := v.Get(strings.ReplaceAll(frame, "&amp;", "&"))
	if !consoletest.Says(html, "Good day, Olga!") || !strings.Contains(html, "The second nudge.") {
		t.Errorf("the frame %s shows another letter", frame)
	}
	status, _, _ = v.Post("/campaigns/"+string(c.ID)+"/test", "to", "marketing@example.com", "language", "en", "letter_shown", "2", "as", "sokol")
	if status != 303 {
		t.Errorf("a test letter as a contact: %d", status)
	}
}
