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
	if w := s.do(http.MethodGet, "/privacy?lang=en&of=customers", ""); w.Code != http.StatusNotFound {
		t.Errorf("before anything is written: %d", w.Code)
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
