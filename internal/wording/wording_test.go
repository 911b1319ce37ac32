package wording_test

import (
	"strings"
	"testing"

	"onetap/internal/apperr"
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

// What a company writes reaches people as it was written, or is refused with the field (issue 9, 8): a header has one
// line, a text may have several, and neither holds what nobody sees.
func TestCheckRefusesWhatLettersCannotHold(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		change      func(*survey.Wording)
		code, where string
	}{
		{func(w *survey.Wording) { w.Subject = `How is «{company}» & "friends"? 👩‍👩‍👧 <3` }, "", ""},
		{func(w *survey.Wording) { w.Intro = "One.\r\nTwo.\n\tThree." }, "", ""},
		{func(w *survey.Wording) { w.Subject = "How\r\nBcc: x@example.com" }, "text_one_line", "wording.en.subject"},
		{func(w *survey.Wording) { w.Subject = "How\u2028is it" }, "text_one_line", "wording.en.subject"},
		{func(w *survey.Wording) { w.Reminder = "Again\nand again" }, "text_one_line", "wording.en.reminder"},
		{func(w *survey.Wording) { w.Reminder = "Again\x00" }, "text_unseen", "wording.en.reminder"},
		{func(w *survey.Wording) { w.Greeting = "Hello \u202Eevil" }, "text_unseen", "wording.en.greeting"},
		{func(w *survey.Wording) { w.Question = "How\x1b[2J?" }, "text_unseen", "wording.en.question"},
		{func(w *survey.Wording) { w.Why = "Why\u2066?" }, "text_unseen", "wording.en.why"},
		{func(w *survey.Wording) { w.Wish = "Wish\x07" }, "text_unseen", "wording.en.wish"},
		{func(w *survey.Wording) { w.Signature = "Anna\u0085" }, "text_unseen", "wording.en.signature"},
		{func(w *survey.Wording) { w.Signature = "Anna \xff" }, "text_unseen", "wording.en.signature"},
	} {
		var w survey.Wording
		tc.change(&w)
		err := wording.Check(survey.Campaign{Audience: survey.Customers, Language: "en", Wording: map[string]survey.Wording{"en": w}})
		if p := apperr.As(err); tc.code == "" && err != nil || tc.code != "" && (p == nil || p.Code != tc.code || p.Where != tc.where) {
			t.Errorf("%+v: %v, want %s at %s", w, err, tc.code, tc.where)
		}
	}
}
