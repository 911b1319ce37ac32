package public

import (
	"strings"
	"testing"

	"onetap/internal/survey"
)

// A promoter with a comment may say that it may be quoted: by a post that says a button was pressed, and never by opening a page or by a scanner's script. What was asked is kept with the
// time; it can be taken back, after the survey as well, and does not hold for a comment that is changed later. Nobody is asked where the company has not set it.
func TestQuotes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	asks := func() bool { return strings.Contains(s.do("GET", "/r/TOKEN?saved=1", "").Body.String(), `id="quote"`) }
	s.do("POST", "/r/TOKEN", "score=9&why=fast&why_was=0&gesture=button&digest=a")
	if asks() {
		t.Error("asked though nobody has set it")
	}
	if w := s.do("POST", "/r/TOKEN", "quote=named&gesture=button"); w.Code != 409 || len(s.quotes) != 0 {
		t.Errorf("taken though nobody has set it: %d", w.Code)
	}
	s.campaign(func(c *survey.Campaign) { c.Quotes = true })
	if page := s.do("GET", "/r/TOKEN?saved=1", "").Body.String(); !strings.Contains(page, `value="named"`) || strings.Contains(page, `action="/r/`+s.token+`" hidden`) {
		t.Errorf("a promoter is not asked:\n%s", page)
	}
	for body, want := range map[string]int{"quote=named&gesture=script": 400, "quote=named": 400, "quote=all&gesture=button": 400} {
		if w := s.do("POST", "/r/TOKEN", body); w.Code != want || len(s.quotes) != 0 {
			t.Errorf("%s: %d, %v", body, w.Code, s.quotes)
		}
	}
	for _, method := range []string{"GET", "HEAD"} {
		if s.do(method, "/r/TOKEN?quote=named&gesture=button", ""); len(s.quotes) != 0 {
			t.Errorf("%s consents", method)
		}
	}
	if w := s.do("POST", "/r/TOKEN?lang=en", "quote=named&gesture=button"); w.Code != 303 || !strings.HasSuffix(w.Header().Get("Location"), "?lang=en&quote=1") {
		t.Errorf("%d to %s", w.Code, w.Header().Get("Location"))
	}
	q := s.quotes[s.id]
	if !q.Given() || !q.Named || q.Language != "en" || !strings.Contains(q.Wording, "May we quote your comment") || !strings.Contains(q.Wording, "with my name") || !q.At.Equal(noon) || !q.Of(s.responses[s.id]) {
		t.Errorf("%+v", q)
	}
	writes := len(s.written())
	s.do("POST", "/r/TOKEN", "quote=named&gesture=button")
	if len(s.written()) != writes {
		t.Error("the same again is written")
	}
	if page := s.do("GET", "/r/TOKEN?quote=1", "").Body.String(); !strings.Contains(page, `value="withdraw"`) || !strings.Contains(page, "data-said") {
		t.Errorf("it does not say what was said:\n%s", page)
	}
	s.do("POST", "/r/TOKEN", "why=slow&gesture=button&digest=b")
	if s.quotes[s.id].Of(s.responses[s.id]) {
		t.Error("it holds for another comment")
	}
	s.campaign(func(c *survey.Campaign) { c.State = survey.Closed })
	if w := s.do("POST", "/r/TOKEN", "quote=unnamed&gesture=button"); w.Code != 410 {
		t.Errorf("given after the survey: %d", w.Code)
	}
	if page := s.do("GET", "/r/TOKEN", "").Body.String(); !strings.Contains(page, `value="withdraw"`) {
		t.Errorf("it cannot be taken back after the survey:\n%s", page)
	}
	if w := s.do("POST", "/r/TOKEN", "quote=withdraw&gesture=button"); w.Code != 303 || s.quotes[s.id].Given() || s.quotes[s.id].Wording == "" {
		t.Errorf("%d, %+v", w.Code, s.quotes[s.id])
	}
}

// Whoever is no promoter, wrote nothing, or was no person, is asked nothing and gives no consent.
func TestWhoIsNotAskedForAQuote(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"score=8&why=fine&why_was=0&gesture=button&digest=a", "score=10&gesture=button&digest=a", "score=10&gesture=script&digest=a", ""} {
		s := newStage(t)
		s.campaign(func(c *survey.Campaign) { c.Quotes = true })
		if answer != "" {
			s.do("POST", "/r/TOKEN", answer)
		}
		if w := s.do("POST", "/r/TOKEN", "quote=named&gesture=button"); w.Code != 409 || len(s.quotes) != 0 {
			t.Errorf("%s: %d, %v", answer, w.Code, s.quotes)
		}
		if w := s.do("POST", "/r/TEST", "quote=named&gesture=button"); len(s.quotes) != 0 {
			t.Errorf("a test's link consents: %d", w.Code)
		}
	}
}
