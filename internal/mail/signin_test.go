package mail_test

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/lang"
	"onetap/internal/mail"
)

func TestSignInGolden(t *testing.T) {
	t.Parallel()
	for _, l := range lang.All() {
		s := mail.SignInData{From: "Onetap <nps@example.com>", To: "anna@example.com", Language: string(l), URL: "https://nps.example.com/sign-in/ABCDEFGHIJKLMNOPQRSTUVWXYZ?to=%2Fcases", Code: "048213", Valid: 15 * time.Minute}
		m, err := mail.SignIn(s)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "signin-"+string(l), m)
		if m.To != s.To || m.From != s.From || strings.Count(m.Text, s.URL) != 1 || strings.Count(m.Text, "\n"+s.Code+"\n") != 1 || strings.Count(m.HTML, ">"+s.Code+"<") != 1 || strings.Count(m.HTML, "/sign-in/ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 1 {
			t.Errorf("%s: to %s from %s\n%s", l, m.To, m.From, m.Text)
		}
		s.To = "anna@example.com\r\nBcc: all@example.com"
		if _, err := mail.SignIn(s); err == nil {
			t.Error("a header can be put in by the address")
		}
	}
}
