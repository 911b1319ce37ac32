package public

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/loop"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// handing is a stage whose promoter has taken a link to hand on.
func handing(t *testing.T) (s *stage, link string) {
	t.Helper()
	s = newStage(t)
	s.campaign(func(c *survey.Campaign) {
		c.Recommend, c.Site = survey.Recommend{Address: "https://romashka.example.ru/new", Words: map[string]string{"en": "Come and see."}}, "https://nps.example.ru/"
	})
	s.do("POST", "/r/TOKEN", "score=10&gesture=button&digest=a")
	if w := s.do("POST", "/r/TOKEN", "recommend=take&gesture=button"); w.Code != 303 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	_, rest, _ := strings.Cut(s.do("GET", "/r/TOKEN?saved=1", "").Body.String(), `value="https://nps.example.ru/i/`)
	link, _, _ = strings.Cut(rest, `"`)
	if link == "" {
		t.Fatal("no link on the page")
	}
	return s, "/i/" + link
}

// A promoter may take a link to hand on, by a button; nobody else may, nobody is offered one where the company has set nothing, and taking it twice is taking it once.
func TestWhoTakesALink(t *testing.T) {
	t.Parallel()
	offers := func(s *stage) bool {
		return strings.Contains(s.do("GET", "/r/TOKEN?saved=1", "").Body.String(), `id="recommend"`)
	}
	s := newStage(t)
	s.do("POST", "/r/TOKEN", "score=10&gesture=button&digest=a")
	if offers(s) {
		t.Error("offered though nobody has set it")
	}
	if w := s.do("POST", "/r/TOKEN", "recommend=take&gesture=button"); w.Code != 409 || len(s.handed) != 0 {
		t.Errorf("taken though nobody has set it: %d", w.Code)
	}
	s, _ = handing(t)
	if page := s.do("GET", "/r/TOKEN", "").Body.String(); !strings.Contains(page, `id="mine"`) || strings.Contains(page, `id="recommend" method="post" action="/r/`+s.token+`" hidden`) {
		t.Error("the link that was taken is hidden")
	}
	was := len(s.written())
	if s.do("POST", "/r/TOKEN", "recommend=take&gesture=button"); len(s.written()) != was || !offers(s) {
		t.Error("taken twice")
	}
	for _, answer := range []string{"score=8&gesture=button&digest=a", "score=10&gesture=script&digest=a", ""} {
		s := newStage(t)
		s.campaign(func(c *survey.Campaign) { c.Recommend.Address = "https://romashka.example.ru" })
		if answer != "" {
			s.do("POST", "/r/TOKEN", answer)
		}
		for path, body := range map[string]string{"/r/TOKEN": "recommend=take&gesture=button", "/r/TEST": "recommend=take&gesture=button"} {
			if w := s.do("POST", path, body); w.Code < 400 || len(s.handed) != 0 {
				t.Errorf("%s at %s: %d", answer, path, w.Code)
			}
		}
	}
	s = newStage(t)
	s.campaign(func(c *survey.Campaign) { c.Recommend.Address = "https://romashka.example.ru" })
	s.do("POST", "/r/TOKEN", "score=10&gesture=button&digest=a")
	for method, body := range map[string]string{"GET": "", "HEAD": "", "POST": "recommend=take&gesture=script"} {
		if s.do(method, "/r/TOKEN?recommend=take&gesture=button", body); len(s.handed) != 0 {
			t.Errorf("%s takes a link", method)
		}
	}
}

// Whoever opens a link that was handed on sees who invites and nothing of the promoter, and writes nothing by that, whoever looks. Going on is counted once a network and hour.
func TestALinkIsOpened(t *testing.T) {
	t.Parallel()
	s, link := handing(t)
	was := len(s.written())
	for _, path := range []string{link, link + "?lang=en", link + "?left=1"} {
		for _, method := range []string{"GET", "HEAD"} {
			if w := s.do(method, path, ""); w.Code != 200 || len(s.written()) != was {
				t.Errorf("%s %s: %d", method, path, w.Code)
			}
		}
	}
	page := unbroken(s.do("GET", link+"?lang=en", ""))
	if !strings.Contains(page, "Ромашка has been recommended to you") || !strings.Contains(page, "Come and see.") || !strings.Contains(page, "Go to romashka.example.ru") || strings.Contains(page, string(s.id)) || strings.Contains(page, s.token) {
		t.Error(page)
	}
	if policy := s.do("GET", link, "").Header().Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' https://romashka.example.ru;") {
		t.Error(policy)
	}
	for _, bad := range []string{"/i/" + s.token, link[:len(link)-1], "/i/x"} {
		if w := s.do("GET", bad, ""); w.Code != 404 {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
	if w := s.do("POST", link, "go=1"); w.Code != 400 || s.handed[s.id].Opened != 0 {
		t.Errorf("without a button: %d", w.Code)
	}
	for range 3 {
		if w := s.do("POST", link, "go=1&gesture=button"); w.Code != 303 || w.Header().Get("Location") != "https://romashka.example.ru/new" {
			t.Errorf("%d to %s", w.Code, w.Header().Get("Location"))
		}
	}
	if n := s.handed[s.id].Opened; n != 1 {
		t.Errorf("opened %d times", n)
	}
	delete(s.handed, s.id) // erased
	if w := s.do("GET", link, ""); w.Code != 404 {
		t.Errorf("of somebody who was erased: %d", w.Code)
	}
}

// A newcomer leaves how they are reached: sealed, once however often the form comes, with the wording of the consent. What is wrong is said, with what was typed.
func TestANewcomerLeavesAnAddress(t *testing.T) {
	t.Parallel()
	s, link := handing(t)
	for body, says := range map[string]string{
		"reach=call+me&agree=1&digest=x":                                         "номер телефона",
		"reach=%2B7+900+000-00-00&digest=x":                                      "Без согласия",
		"reach=a@example.ru&agree=1":                                             "кнопками",
		"reach=a@example.ru&agree=1&digest=x&words=" + strings.Repeat("w", 1001): "Слишком длинно",
	} {
		if w := s.do("POST", link, body+"&gesture=button&name=Ivan"); w.Code != 400 || !strings.Contains(unbroken(w), says) || !strings.Contains(w.Body.String(), `value="Ivan"`) || len(s.leads) != 0 {
			t.Errorf("%s: %d\n%s", body, w.Code, w.Body)
		}
	}
	good := "reach=%2B7+900+000-00-00&name=Ivan&words=pumps&agree=1&digest=x&gesture=button"
	s.lost = 1
	if w := s.do("POST", link+"?lang=en", good); w.Code != 500 || len(s.leads) != 0 {
		t.Errorf("the table does not answer: %d", w.Code)
	}
	for range 2 {
		if w := s.do("POST", link+"?lang=en", good); w.Code != 303 || w.Header().Get("Location") != link+"?lang=en&left=1" {
			t.Errorf("%d to %s", w.Code, w.Header().Get("Location"))
		}
	}
	if len(s.leads) != 1 || len(s.handed[s.id].Leads) != 1 {
		t.Fatalf("%v, %v", s.leads, s.handed)
	}
	for _, i := range s.leads {
		plain, err := s.sealer.Open(context.Background(), seal.Words, s.LeadPlace(i), []byte(i.Said.Note))
		var said loop.ItemSaid
		if err == nil {
			err = json.Unmarshal(plain, &said)
		}
		if err != nil || said.Reach != "+7 900 000-00-00" || said.Name != "Ivan" || said.Words != "pumps" || !strings.Contains(said.Consent, "I agree that Ромашка keeps") {
			t.Errorf("%+v, %v", said, err)
		}
		if !i.Recommended || i.Kind != loop.ItemLead || i.Contact != s.id || i.Owner != "owner" || i.Team != "team" || i.Language != "en" || i.State != loop.ItemWaits {
			t.Errorf("%+v", i)
		}
	}
}

// No link takes more than five newcomers an hour and twenty altogether, and no network leaves more than ten; of two at once none is lost.
func TestLinksAreNotStuffed(t *testing.T) {
	t.Parallel()
	s, link := handing(t)
	leave := func(digest string) int {
		s.mu.Lock()
		delete(s.tries, "leads-"+s.keys.Network("192.0.2.0/24")) // the tests come from one
		s.mu.Unlock()
		return s.do("POST", link, "reach=a@example.ru&agree=1&gesture=button&digest="+digest).Code
	}
	for n := range survey.MaxRecommendLeads {
		if n > 0 && n%survey.MaxRecommendHour == 0 {
			if code := leave("many"); code != 429 {
				t.Errorf("after %d within the hour: %d", n, code)
			}
			s.now = s.now.Add(time.Hour)
		}
		if n == 1 { // two at once
			s.meddling = func() { leave("d2") }
		}
		if code := leave(fmt.Sprint("d", n)); code != 303 {
			t.Errorf("newcomer %d: %d", n, code)
		}
	}
	if code := leave("last"); code != http.StatusConflict || len(s.leads) != survey.MaxRecommendLeads || len(s.handed[s.id].Leads) != survey.MaxRecommendLeads {
		t.Errorf("%d, %d newcomers", code, len(s.leads))
	}
	s, link = handing(t)
	var codes []int
	for i := range maxFromNetwork + 1 {
		s.now = s.now.Add(time.Hour) // memory's allowances last
		codes = append(codes, s.do("POST", link, fmt.Sprintf("reach=a@example.ru&agree=1&gesture=button&digest=n%d", i)).Code)
	}
	if slices.Index(codes, 429) != maxFromNetwork {
		t.Errorf("from one network: %v", codes)
	}
}

// What is one network, and what an address or a telephone looks like.
func TestNetworksAndContacts(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.7:1": "192.0.2.0/24", "192.0.2.200:99": "192.0.2.0/24", "[2001:db8:1:2::3]:1": "2001:db8:1::/48", "[::ffff:192.0.2.7]:1": "192.0.2.0/24", "elsewhere": "elsewhere",
	} {
		if got := network(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("%s: %s, want %s", remote, got, want)
		}
	}
	for text, want := range map[string]bool{
		"": false, "call me": false, "12345": false, "+7 (900) 000-00-00": true, "900.000.00.00": true, "anna@example.ru": true, "anna@": false, "1234567890123456": false, "+7 900 000 00 00 ext": false,
	} {
		if reachable(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
