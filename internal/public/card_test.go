package public

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"onetap/internal/keys"
	"onetap/internal/survey"
)

func (m *memory) Card(_ context.Context, hash string) (survey.Card, bool, error) {
	c, ok := m.cards[hash]
	return c, ok, nil
}

func (m *memory) Try(_ context.Context, allowance string, limit int, _ time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tries == nil {
		m.tries = map[string]int{}
	}
	m.tries[allowance]++
	return m.tries[allowance] <= limit, nil
}

// The code of a card leads to its ballot, however it is typed, in the language of the page; a wrong one leads nowhere, and so do all when too
// many were tried.
func TestCard(t *testing.T) {
	t.Parallel()
	s, _, _ := boxes(t)
	var id survey.CampaignID
	for id = range s.campaigns {
	}
	const code = "482190347756"
	typed, ok := keys.ReadCode(code)
	if !ok { // the last digit checks the others
		for last := range 10 {
			if typed, ok = keys.ReadCode(code[:11] + string(rune('0'+last))); ok {
				break
			}
		}
	}
	if !ok {
		t.Fatal("no code")
	}
	s.cards = map[string]survey.Card{s.keys.CodeHash(typed): {Campaign: id, Cell: 3}}
	post := func(path, code string) (int, string, string) {
		w := s.do(http.MethodPost, path, url.Values{"code": {code}}.Encode(), asForm)
		return w.Code, w.Header().Get("Location"), w.Body.String()
	}
	if w := s.do(http.MethodGet, "/card", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `name="code"`) || len(s.tries) != 0 {
		t.Errorf("the page: %d", w.Code)
	}
	want := "/b/" + s.keys.MakeBallot(s.keys.OfCode(id, 3, typed))
	for _, as := range []string{typed, keys.ShowCode(typed), " " + typed[:4] + "-" + typed[4:] + "\n"} {
		if status, to, _ := post("/card?lang=en", as); status != http.StatusSeeOther || to != want+"?lang=en" {
			t.Errorf("%q: %d to %q", as, status, to)
		}
	}
	if w := s.do(http.MethodGet, want, ""); w.Code != http.StatusOK {
		t.Errorf("the ballot's page: %d", w.Code)
	}
	tries := s.tries["cards"]
	wrong := typed[:10] + string('0'+(typed[10]-'0'+1)%10) + typed[11:]
	for _, bad := range []string{"", "12", wrong, typed + "1"} { // what no card can have is not looked for
		if status, to, _ := post("/card", bad); status != http.StatusBadRequest || to != "" || s.tries["cards"] != tries {
			t.Errorf("%q: %d to %q, %d tries", bad, status, to, s.tries["cards"]-tries)
		}
	}
	delete(s.cards, s.keys.CodeHash(typed))
	if status, to, page := post("/card?lang=en", typed); status != http.StatusNotFound || to != "" || !strings.Contains(page, "no card with this code") {
		t.Errorf("a code of no card: %d to %q", status, to)
	}
	s.cards[s.keys.CodeHash(typed)] = survey.Card{Campaign: id, Cell: 3}
	s.tries["cards"] = maxCodes
	if status, to, _ := post("/card", typed); status != http.StatusTooManyRequests || to != "" {
		t.Errorf("after too many: %d to %q", status, to)
	}
	if len(s.writes) != 0 || len(s.casts) != 0 {
		t.Errorf("a code has written %v", s.writes)
	}
}
