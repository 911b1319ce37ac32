package public

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"onetap/internal/survey"
)

func TestPageIsSmallAndSelfContained(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.campaign(func(c *survey.Campaign) {
		c.Wording = map[string]survey.Wording{"ru": {Question: strings.Repeat("Длинный вопрос ", 20)}}
	})
	s.do("POST", "/r/TOKEN", "score=5&gesture=button&digest=a")
	for _, path := range []string{"/r/TOKEN", "/r/TOKEN/3", "/r/TOKEN/3?lang=en", "/u/TOKEN", "/r/x"} {
		w := s.do("GET", path, "")
		if n := w.Body.Len(); n > 16<<10 {
			t.Errorf("%s: %d bytes, want ≤ %d", path, n, 16<<10)
		} else {
			t.Logf("%s: %d bytes", path, n)
		}
		page := w.Body.String()
		for _, bad := range []string{"http://", "https://", "//cdn", "@import", "url(", "src=", " style=", " onclick="} {
			if strings.Contains(page, bad) {
				t.Errorf("%s holds %s", path, bad)
			}
		}
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %s", path, policy)
		}
	}
}

// The company's logo, colour and languages, as its campaign has them: no other site, no style but those that are named.
// The page knows nobody's name, so that a forwarded link tells none: its questions do without.
func TestPageNamesNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.campaign(func(c *survey.Campaign) {
		c.Wording = map[string]survey.Wording{"ru": {Question: "{name}, порекомендуете нас?", Why: "Почему,\u00a0{name}?", Wish: "{name}"}}
	})
	s.do("POST", "/r/TOKEN", "score=5&gesture=button&digest=a")
	page := s.do("GET", "/r/TOKEN", "").Body.String()
	if !strings.Contains(page, ">Порекомендуете нас?<") || !strings.Contains(page, ">Почему?<") || strings.Contains(page, "{name}") || strings.Contains(page, `for="wish"><`) {
		t.Error(page)
	}
}

func TestPageLooksLikeTheCompany(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	plain := s.do("GET", "/r/TOKEN/3", "").Body.String()
	s.campaign(func(c *survey.Campaign) {
		c.Company, c.Languages, c.Language = `Tom & "Sons"`, []string{"ru"}, "ru"
		c.Brand = survey.Brand{Colour: "#ffcc00", Logo: "0123456789abcdef0123", Width: 120, Height: 40}
	})
	s.now = s.now.Add(campaignLife)
	w := s.do("GET", "/r/TOKEN/3", "")
	page, policy := w.Body.String(), w.Header().Get("Content-Security-Policy")
	for _, want := range []string{`<img src="/logo/0123456789abcdef0123" alt="Tom &amp; &#34;Sons&#34;" width="120" height="40">`, "--main:#ffcc00;--on-main:#1d2733"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	if strings.Count(page, "<style>") != 2 || strings.Count(policy, "'sha256-") != 2+strings.Count(page, "<script>") || !strings.Contains(policy, "img-src 'self' data:") {
		t.Errorf("policy %s", policy)
	}
	if !strings.Contains(plain, `lang="en"`) || strings.Contains(page, `lang="en"`) || strings.Contains(plain, "<img") {
		t.Error("the other language is offered where the campaign is not written in it, or not where it is")
	}
}

// Whatever strings stand in the wording, the company and the comments: the page has the same elements.
func TestPageIsInert(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../internal/mail/testdata/blns.json")
	if err != nil {
		t.Fatal(err)
	}
	var naughty []string
	if err := json.Unmarshal(data, &naughty); err != nil {
		t.Fatal(err)
	}
	s := newStage(t)
	s.do("POST", "/r/TOKEN", "score=5&gesture=button&digest=a")
	show := func(text string) string {
		s.campaign(func(c *survey.Campaign) {
			c.Company = "x" + text
			c.Wording = map[string]survey.Wording{"ru": {Question: "x" + text, Why: "x" + text, Wish: "x" + text}}
		})
		r := s.responses[s.id]
		r.Why, r.Wish = "x"+text, "x"+text
		s.responses[s.id] = r
		return s.do("GET", "/r/TOKEN", "").Body.String()
	}
	shape := tags(show(""))
	for _, text := range append(naughty, "</textarea><script>", `" onclick="alert(1)`, "{}", "<!--", "\x00") {
		if got := tags(show(text)); got != shape {
			t.Errorf("%q changes the page:\n%s\n%s", text, got, shape)
		}
	}
}

var traces = regexp.MustCompile(`_was=[0-9a-f]+`)

// tags lists elements with attributes, but for what differs from page to page.
func tags(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return traces.ReplaceAllString(b.String(), "")
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			b.WriteString("<" + t.Data)
			was := false
			for _, a := range t.Attr {
				was = was || strings.HasSuffix(a.Val, "_was") || a.Val == "digest"
				if was && a.Key == "value" {
					a.Val = ""
				}
				b.WriteString(" " + a.Key + "=" + a.Val)
			}
		}
	}
}

func TestHeadersOfThePages(t *testing.T) {
	t.Parallel()
	h := newStage(t).do("GET", "/r/TOKEN/9", "").Header()
	for name, want := range map[string]string{
		"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow",
		"Content-Language": "ru", "Content-Type": "text/html; charset=utf-8",
	} {
		if h.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, h.Get(name), want)
		}
	}
	if h.Get("Set-Cookie") != "" {
		t.Error("a cookie is set")
	}
}
