package wording_test

import (
	"strings"
	"testing"

	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

func TestFor(t *testing.T) {
	t.Parallel()
	c := survey.Campaign{Audience: survey.Customers, Company: `«Ромашка»`, Wording: map[string]survey.Wording{"ru": {Subject: " {company}: {name} ", Intro: " \n "}}}
	w := wording.For(c, "ru")
	if w.Subject != "«Ромашка»: {name}" {
		t.Errorf("subject is %q", w.Subject)
	}
	if !strings.Contains(w.Question, "компанию «Ромашка» друзьям") {
		t.Errorf("the default has quotes of its own: %q", w.Question)
	}
	if w.Intro != lang.Language("ru").T("wording.customers.intro") {
		t.Errorf("a blank intro is %q", w.Intro)
	}
	c.Company = ""
	for _, a := range survey.Audiences {
		c.Audience = a
		for _, l := range lang.All() {
			w, reason := wording.For(c, l), wording.Reason(c, l)
			for _, text := range []string{w.Greeting, w.Intro, w.Question, w.Why, w.Wish, w.Signature, w.Reminder, reason} {
				if text == "" || strings.Contains(text, "{company}") || strings.Contains(text, "«»") || strings.HasPrefix(text, "wording.") {
					t.Errorf("%s %s: %q", a, l, text)
				}
			}
		}
	}
	if c.Wording["ru"].Subject != " {company}: {name} " {
		t.Error("For changed the campaign")
	}
}
