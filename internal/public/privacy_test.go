package public

import (
	"net/http"
	"strings"
	"testing"

	"onetap/internal/survey"
)

// The page that says what is kept stands open to everybody; what the company wrote is text and nothing else.
func TestPrivacyPage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, path := range []string{"/privacy?lang=en&of=customers", "/privacy?lang=en", "/privacy?lang=en&of=employees"} { // before the clock has written anything
		if w := s.do(http.MethodGet, path, ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "The company that wrote to you") || !strings.Contains(w.Body.String(), "has not stated it here") {
			t.Errorf("%s, before anything is written: %d %s", path, w.Code, w.Body)
		}
	}
	if w := s.do(http.MethodGet, "/privacy?lang=en&of=everybody", ""); w.Code != http.StatusNotFound {
		t.Errorf("of an audience that there is not: %d", w.Code)
	}
	s.disclosed = []survey.Section{{Title: "Who asks", Text: "Daisy <b>, 1 Peace Street"}}
	w := s.do(http.MethodGet, "/privacy?lang=en&of=customers", "")
	for _, text := range []string{"Your data and this survey", "Daisy &lt;b&gt;", `href="?of=customers&amp;lang=ru"`} {
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), text) {
			t.Errorf("%d: it does not say %q", w.Code, text)
		}
	}
	s.disclosed[0].Link = "/anonymity?lang=ru"
	if w = s.do(http.MethodGet, "/privacy?lang=ru&of=employees", ""); !strings.Contains(w.Body.String(), `href="/anonymity?lang=ru"`) {
		t.Error("employees are not told how their answers stay anonymous")
	}
	if w = s.do(http.MethodGet, `/privacy?lang=ru&of="><script>`, ""); strings.Contains(w.Body.String(), "<script>") {
		t.Error("an address writes into the page")
	}
	if len(s.writes) != 0 {
		t.Errorf("written %v", s.writes)
	}
}
