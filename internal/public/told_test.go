package public

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"onetap/internal/browsertest"
	"onetap/internal/survey"
)

// Who was told what was done says by a button whether it is right; looking writes nothing, whoever looks, and the same twice writes once.
func TestWhetherItIsRight(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if r := s.do("GET", "/d/TOKEN/yes", ""); r.Code != http.StatusNotFound || !strings.Contains(r.Body.String(), "не на что") {
		t.Errorf("nobody was told: %d", r.Code)
	}
	s.told = &survey.Told{At: noon, Version: 1}
	s.campaign(func(c *survey.Campaign) { c.State = survey.Closed }) // a case is mostly resolved after that
	for _, path := range []string{"/d/TOKEN", "/d/TOKEN/yes", "/d/TOKEN/partly", "/d/TOKEN/no"} {
		for _, method := range []string{"GET", "HEAD"} {
			if r := s.do(method, path, ""); r.Code != http.StatusOK {
				t.Errorf("%s %s: %d", method, path, r.Code)
			}
		}
	}
	page := s.do("GET", "/d/TOKEN/no", "").Body.String()
	if !strings.Contains(page, `value="no" data-chosen>`) || strings.Contains(page, "Анна") {
		t.Errorf("the page:\n%s", page)
	}
	for path, body := range map[string]string{"/d/TOKEN": "said=perhaps", "/d/TOKEN/yes": "said=yes", "/d/TOKEN/": "said=yes"} {
		if r := s.do("POST", path, body); r.Code < 400 {
			t.Errorf("POST %s %s: %d", path, body, r.Code)
		}
	}
	if len(s.writes) != 0 {
		t.Fatalf("written: %v", s.writes)
	}
	for _, said := range []string{"no", "no", "yes"} {
		if r := s.do("POST", "/d/TOKEN", "said="+said); r.Code != http.StatusSeeOther {
			t.Errorf("%s: %d", said, r.Code)
		}
	}
	if want := []string{"told no", "told yes"}; !slices.Equal(s.writes, want) {
		t.Errorf("written: %v, want %v", s.writes, want)
	}
	if page := s.do("GET", "/d/TOKEN", "").Body.String(); !strings.Contains(page, "Рады, что теперь всё") || strings.Contains(page, "data-chosen>") {
		t.Errorf("afterwards:\n%s", page)
	}
	if r := s.do("GET", "/d/TEST/yes", ""); r.Code >= 500 {
		t.Errorf("a test's link: %d", r.Code)
	}
}

// One tap anywhere on the page that the letter's link opens is the answer; opening it with scripts running is none.
func TestBrowserOneTapIsTheAnswer(t *testing.T) {
	t.Parallel()
	for does, want := range map[string]string{"nothing": "", "taps": "told partly"} {
		s := newStage(t)
		s.told = &survey.Told{At: noon, Version: 1}
		ctx, site := browser(t, s)
		browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/d/"+s.token+"/partly"), browsertest.Shown("#righted"))
		if does == "taps" {
			browsertest.Run(t, ctx, browsertest.Tap(195, 30), browsertest.Shown("[role=status]"))
		} else {
			time.Sleep(time.Second)
		}
		s.mu.Lock()
		if got := strings.Join(s.writes, ", "); got != want {
			t.Errorf("who does %s: %q, want %q", does, got, want)
		}
		s.mu.Unlock()
	}
}
