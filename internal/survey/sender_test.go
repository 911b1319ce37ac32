package survey

import (
	stdmail "net/mail"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/apperr"
)

// A sender is read as people write it, and written as a header needs it: what a mail program reads of the header is the
// name and the address again (issue 9, 10).
func TestReadSender(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, name, address string }{
		{"nps@example.com", "", "nps@example.com"},
		{" NPS@Example.COM ", "", "nps@example.com"},
		{"<nps@example.com>", "", "nps@example.com"},
		{"Example Shop <nps@example.com>", "Example Shop", "nps@example.com"},
		{"Ромашка <nps@example.com>", "Ромашка", "nps@example.com"},
		{"ООО «Ромашка», отдел заботы <nps@example.com>", "ООО «Ромашка», отдел заботы", "nps@example.com"},
		{`"Shop, \"Ltd.\" \\ Co" <nps@example.com>`, `Shop, "Ltd." \ Co`, "nps@example.com"},
		{`Shop "Number one" <nps@example.com>`, `Shop "Number one"`, "nps@example.com"},
		{"Shop, Ltd. (Berlin); Söhne: & Co <nps@example.com>", "Shop, Ltd. (Berlin); Söhne: & Co", "nps@example.com"},
		{"nps@пример.рф", "", "nps@xn--e1afmkfd.xn--p1ai"},
		{"Пример <nps@Почта.Пример.РФ>", "Пример", "nps@xn--80a1acny.xn--e1afmkfd.xn--p1ai"},
		{"Bücher <info@bücher.example>", "Bücher", "info@xn--bcher-kva.example"},
		{"=?UTF-8?B?0KDQvtC80LDRiNC60LA=?= <nps@example.com>", "Ромашка", "nps@example.com"},
		{"=?utf-8?q?Caf=C3=A9?= <nps@example.com>", "Café", "nps@example.com"},
		{"日本の店 👩‍👩‍👧 <nps@example.com>", "日本の店 👩‍👩‍👧", "nps@example.com"},
		{"a=?b <nps@example.com>", "a=?b", "nps@example.com"},
		{"Anna @ Shop <nps@example.com>", "Anna @ Shop", "nps@example.com"},
	} {
		s, err := ReadSender(tt.text)
		if err != nil || s.Name != tt.name || s.Address != tt.address {
			t.Errorf("%q: %q, %q, %v", tt.text, s.Name, s.Address, err)
			continue
		}
		fits(t, s)
	}
}

// fits says of a header what is promised of it.
func fits(t interface{ Errorf(string, ...any) }, s Sender) {
	h := s.Header()
	if len(h) > MaxSender || strings.ContainsFunc(h, func(r rune) bool { return r < ' ' || r > '~' }) {
		t.Errorf("header %q of %d bytes", h, len(h))
	}
	for word := range strings.FieldsSeq(h) {
		if strings.HasPrefix(word, "=?") && len(word) > 75 {
			t.Errorf("an encoded word of %d characters", len(word))
		}
	}
	a, err := stdmail.ParseAddress(h)
	if err != nil || a.Name != s.Name || a.Address != s.Address {
		t.Errorf("header %q of %q <%s> is read as %v, %v", h, s.Name, s.Address, a, err)
	}
	if again, err := ReadSender(h); err != nil || again != s {
		t.Errorf("header %q is read again as %q, %v", h, again, err)
	}
}

// What SES or mail programs would refuse, or show as something else, is refused with its reason before anything is stored.
func TestSendersThatAreRefused(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		"":                                "sender_wrong",
		"Shop":                            "sender_wrong",
		"Shop <>":                         "sender_wrong",
		"Shop <nps>":                      "sender_wrong",
		"Shop <nps@localhost>":            "sender_wrong",
		"Shop <nps@example..com>":         "sender_wrong",
		"Shop <nps@-example.com>":         "sender_wrong",
		"Shop <nps@[192.0.2.1]>":          "sender_wrong",
		"Shop <nps@example.com":           "sender_wrong",
		"Shop nps@example.com":            "sender_wrong",
		"nps@example.com>":                "sender_wrong",
		"a@example.com, b@example.com":    "sender_wrong",
		"A <a@example.com>, B <b@ex.com>": "text_brackets",
		"Shop <shop> <nps@example.com>":   "text_brackets",
		"магазин@example.com":             "sender_not_latin",
		"Магазин <опрос@пример.рф>":                         "sender_not_latin",
		"Shop\r\nBcc: x <nps@example.com>":                  "text_one_line",
		"Shop\u2028x <nps@example.com>":                     "text_one_line",
		"Shop <nps@example.com>\nX: y":                      "text_one_line",
		"Sh\x00op <nps@example.com>":                        "text_unseen",
		"\u202Epohs <nps@example.com>":                      "text_unseen",
		"Sh\u2066op <nps@example.com>":                      "text_unseen",
		"Sh\xffop <nps@example.com>":                        "text_unseen",
		"=?utf-8?q?a=0D=0ABcc:_x?= <nps@example.com>":       "text_one_line",
		"=?utf-8?q?a=E2=80=AEb?= <nps@example.com>":         "text_unseen",
		"=?windows-1251?B?0O7s4Pjq4A==?= <nps@example.com>": "sender_wrong",
		"=?utf-8?B?!!!?= <nps@example.com>":                 "sender_wrong",
		"security@bank.example <nps@example.com>":           "name_like_address",
		`"security@bank.example" <nps@example.com>`:         "name_like_address",
		strings.Repeat("Очень ", 60) + "<nps@example.com>":  "sender_too_long",
		strings.Repeat("x", 310) + " <nps@example.com>":     "sender_too_long",
		strings.Repeat("x", 65) + "@example.com":            "sender_wrong",
		"nps@" + strings.Repeat("a.", 130) + "example.com":  "sender_wrong",
	} {
		s, err := ReadSender(text)
		if p := apperr.As(err); p == nil || p.Code != code || p.Where != "sender" || p.Kind != apperr.Invalid || s != (Sender{}) {
			t.Errorf("%.60q: %v, %v; want %s", text, s, err, code)
		}
	}
}

// Whatever the name, its header is right, or shortened until it is.
func TestEverySenderFitsAHeader(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := strings.TrimSpace(rapid.StringN(1, 200, -1).Draw(t, "name"))
		if CheckName(name, "company") != nil || strings.Contains(name, "\t") {
			t.Skip("drawn text is no name: rapid draws another")
		}
		s := Sender{Name: name, Address: "nps@" + strings.Repeat("x", rapid.IntRange(1, 60).Draw(t, "length")) + ".example.com"}.Fitting()
		if strings.Contains(name, "=?") || strings.HasPrefix(name, `"`) { // which a person may have meant to be read as code
			if h := s.Header(); len(h) > MaxSender {
				t.Errorf("%d bytes", len(h))
			}
			return
		}
		fits(t, s)
	})
}

// One rule says whom letters may come from.
func TestSenders(t *testing.T) {
	t.Parallel()
	s, err := NewSenders("Магазин <nps@mail.example.com>", "anna@example.org, пример.рф")
	if err != nil {
		t.Fatal(err)
	}
	for sender, code := range map[string]string{
		"": "", "nps@mail.example.com": "", "Other <other@MAIL.example.com>": "", "a@eu.mail.example.com": "", "Anna <ANNA@example.org>": "",
		"a@пример.рф": "", "a@xn--e1afmkfd.xn--p1ai": "", "a@почта.пример.рф": "",
		"a@example.com": "sender_not_allowed", "a@xmail.example.com": "sender_not_allowed", "bob@example.org": "sender_not_allowed",
		"anna@sub.example.org": "sender_not_allowed", "security@bank.example": "sender_not_allowed", "a@mail.example.com.bank.example": "sender_not_allowed",
		"anna@example.org.bank.example": "sender_not_allowed", "nps": "sender_wrong",
	} {
		err := s.Check(sender)
		if code == "" && err != nil || code != "" && !apperr.Is(err, code) {
			t.Errorf("%q: %v, want %q", sender, err, code)
		}
	}
	if err := (Senders{}).Check("nps@example.com"); !apperr.Is(err, "sender_not_allowed") {
		t.Errorf("nothing is allowed: %v", err)
	}
	for _, bad := range [][2]string{{"", ""}, {"Shop", ""}, {"nps@localhost", ""}, {"nps@example.com", "com"}, {"nps@example.com", "*"}, {"nps@example.com", "a@@b.com"}} {
		if _, err := NewSenders(bad[0], bad[1]); err == nil {
			t.Errorf("%q with %q is taken", bad[0], bad[1])
		}
	}
}

// What a company writes is kept out of letters where it could not be read, and only there.
func TestTexts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, name, line, lines string }{
		{`Shop "A" & B's – «C», №1 100 % 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿`, "", "", ""},
		{"קפה \u200Eltd\u200F", "", "", ""},
		{"می\u200cخواهم", "", "", ""},
		{"I <3 you", "text_brackets", "", ""},
		{"<b>", "text_brackets", "", ""},
		{"a\tb", "", "", ""},
		{"a\nb", "text_one_line", "text_one_line", ""},
		{"a\r\nb", "text_one_line", "text_one_line", ""},
		{"a\u2029b", "text_one_line", "text_one_line", ""},
		{"a\u0085b", "text_one_line", "text_one_line", "text_unseen"},
		{"a\vb", "text_one_line", "text_one_line", "text_unseen"},
		{"a\x00b", "text_unseen", "text_unseen", "text_unseen"},
		{"a\x1b[31m", "text_unseen", "text_unseen", "text_unseen"},
		{"a\x7f", "text_unseen", "text_unseen", "text_unseen"},
		{"a\u009bb", "text_unseen", "text_unseen", "text_unseen"},
		{"\u202Eb", "text_unseen", "text_unseen", "text_unseen"},
		{"\u2067b\u2069", "text_unseen", "text_unseen", "text_unseen"},
		{"a\xc3", "text_unseen", "text_unseen", "text_unseen"},
		{"write to a@b.example", "name_like_address", "", ""},
		{"@home", "", "", ""},
		{"A@B", "", "", ""},
	} {
		for i, err := range []error{CheckName(tt.text, "company"), CheckLine(tt.text, "company"), CheckLines(tt.text, "company")} {
			want := [...]string{tt.name, tt.line, tt.lines}[i]
			if want == "" && err != nil || want != "" && !apperr.Is(err, want) {
				t.Errorf("%q, rule %d: %v, want %q", tt.text, i, err, want)
			}
		}
	}
	for _, bad := range []string{"A <b>", "A\nB", "A\u202EB", "A\x07"} {
		c, s := campaignIn(Draft), Settings{Company: bad}
		c.Company = bad
		if c.Check() == nil || s.Check() == nil {
			t.Errorf("company %q is taken", bad)
		}
	}
	c := campaignIn(Draft)
	c.Name = "Autumn\nBcc: x"
	if err := c.Check(); !apperr.Is(err, "text_one_line") {
		t.Errorf("a campaign's name of two lines: %v", err)
	}
}
