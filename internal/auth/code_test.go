package auth_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/auth"
	"onetap/internal/survey"
)

var codeLine = regexp.MustCompile(`(?m)^\d{6}$`)

// asked is a browser that has asked for a code: its cookies, and the code in the letter; "" where none came.
type asked struct{ browser, cookie, code, token string }

// ask asks in a browser, "" for a new one, for an address.
func (e *entrance) ask(email, browser string) asked {
	e.t.Helper()
	browser = auth.BrowserName(browser)
	ask, err := e.Ask(e.t.Context(), auth.Asking{Email: email, Language: "en", Site: "https://x.example", Browser: browser, Remote: "192.0.2.1:1"})
	if err != nil {
		e.t.Fatal(err)
	}
	before := len(e.letters)
	if err := e.Answer(e.t.Context(), ask); err != nil {
		e.t.Fatal(err)
	}
	a := asked{browser: browser, cookie: e.Asked(ask)}
	if len(e.letters) > before {
		text := e.letters[len(e.letters)-1].Text
		a.code = codeLine.FindString(text)
		_, rest, _ := strings.Cut(text, "/sign-in/")
		a.token = rest[:26]
	}
	return a
}

// try types a code, and says what is wrong with it; "" where it signs in.
func (e *entrance) try(a asked, code string) string {
	e.t.Helper()
	l, err := e.UseCode(e.t.Context(), auth.Typed{Digits: code, Asked: a.cookie, Browser: a.browser, Remote: "192.0.2.1:1"})
	if refusal := apperr.As(err); refusal != nil {
		return refusal.Code
	}
	if err != nil || l.State != auth.LinkReady || l.Staff.ID == "" {
		e.t.Fatalf("%+v %v", l, err)
	}
	return ""
}

// other is a code that is not this one.
func other(code string, n int) string {
	if guess := fmt.Sprintf("%06d", n); guess != code {
		return guess
	}
	return fmt.Sprintf("%06d", 900_000+n)
}

func staffed(t *testing.T) *entrance {
	e := newEntrance(t)
	if err := e.store.PutStaff(t.Context(), []survey.Staff{{ID: "anna", Email: "anna@example.com", Role: survey.RoleOwner}}); err != nil {
		t.Fatal(err)
	}
	return e
}

// The digits of the letter sign in once, in the browser that asked, until a newer letter, the link, the end of all sessions
// or a quarter of an hour makes them void.
func TestCode(t *testing.T) {
	t.Parallel()
	e := staffed(t)
	a := e.ask("Anna@example.com", "")
	if len(a.code) != 6 {
		t.Fatalf("the letter says %q", e.letters[0].Text)
	}
	if !strings.Contains(e.letters[0].HTML, ">"+a.code+"<") {
		t.Error("the letter in HTML has no code of its own to copy")
	}
	for name, tc := range map[string]struct {
		with asked
		code string
		want string
	}{
		"in another browser":           {asked{browser: auth.BrowserName(""), cookie: a.cookie}, a.code, "code_unasked"},
		"without its cookie":           {asked{browser: a.browser}, a.code, "code_unasked"},
		"without a browser":            {asked{cookie: a.cookie}, a.code, "code_unasked"},
		"as if of a known browser":     {asked{browser: a.browser, cookie: strings.Replace(a.cookie, ".", ".known.", 1)}, a.code, "code_unasked"},
		"five digits":                  {a, a.code[:5], "code_shape"},
		"seven digits":                 {a, a.code + "0", "code_shape"},
		"letters":                      {a, "abcdef", "code_shape"},
		"digits of another alphabet":   {a, "٠٤٨٢١٣", "code_shape"},
		"nothing":                      {a, "", "code_shape"},
		"of somebody else's asking":    {e.ask("nobody@example.com", a.browser), a.code, "code_wrong"},
		"of another browser's asking":  {e.ask("anna@example.com", ""), a.code, "code_wrong"},
		"another code in this browser": {a, other(a.code, 1), "code_wrong"},
	} {
		if got := e.try(tc.with, tc.code); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
	if got := e.try(a, a.code[:3]+" "+a.code[3:]+"\n"); got != "" {
		t.Errorf("with a space: %s", got)
	}
	if got := e.try(a, a.code); got != "code_wrong" {
		t.Errorf("twice: %q", got)
	}
	if l, err := e.Use(t.Context(), a.token, a.browser, ""); err != nil || l.State != auth.LinkGone {
		t.Errorf("the link after its code: %+v, %v", l, err)
	}

	e.now = e.now.Add(time.Hour)
	old := e.ask("anna@example.com", a.browser)
	renewed := e.ask("anna@example.com", a.browser)
	if old.code != renewed.code && e.try(old, old.code) != "code_wrong" {
		t.Error("the code before works still")
	}
	if _, err := e.Use(t.Context(), renewed.token, renewed.browser, ""); err != nil {
		t.Fatal(err)
	}
	if got := e.try(renewed, renewed.code); got != "code_wrong" {
		t.Errorf("after its link: %q", got)
	}
	late := e.ask("anna@example.com", a.browser)
	e.now = e.now.Add(auth.LinkLife)
	if got := e.try(late, late.code); got != "code_wrong" {
		t.Errorf("after %v: %q", auth.LinkLife, got)
	}
	ended := e.ask("anna@example.com", a.browser)
	if err := e.store.EndSessions(t.Context(), "anna"); err != nil {
		t.Fatal(err)
	}
	if got := e.try(ended, ended.code); got != "code_wrong" {
		t.Errorf("after all sessions were ended: %q", got)
	}
}

// Codes cannot be guessed: so many tries of one code, of one address in an hour and in a day, and of all addresses, and
// the same for an address that is nobody's. The link works meanwhile, and tries at once count each.
func TestCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	for _, email := range []string{"anna@example.com", "nobody@example.com"} {
		e := staffed(t)
		answers := func(n int, a asked) (all []string) {
			for i := range n {
				all = append(all, e.try(a, other(a.code, i)))
			}
			return all
		}
		count := func(all []string, what string) (n int) {
			for _, one := range all {
				if one == what {
					n++
				}
			}
			return n
		}
		a := e.ask(email, "")
		if n := count(answers(auth.Tries.Code, a), "code_wrong"); n != auth.Tries.Code {
			t.Errorf("%s: %d wrong codes", email, n)
		}
		if a.code != "" {
			if got := e.try(a, a.code); got != "code_wrong" {
				t.Errorf("the right one after %d wrong ones: %q", auth.Tries.Code, got)
			}
		}
		var left int
		for range 3 { // browsers
			left += count(answers(auth.Tries.Code, e.ask(email, "")), "code_wrong")
		}
		if most := auth.Tries.Hour - auth.Tries.Code; left > most || left < most-1 {
			t.Errorf("%s: %d more tries in the hour, want %d", email, left, most)
		}
		if a.code != "" {
			if l, err := e.Use(t.Context(), a.token, a.browser, ""); err != nil || l.State != auth.LinkReady {
				t.Errorf("the link: %+v, %v", l, err)
			}
		}
		total := auth.Tries.Hour
		for range 8 { // hours
			e.now = e.now.Add(time.Hour)
			for range 3 { // browsers
				total += count(answers(auth.Tries.Code, e.ask(email, "")), "code_wrong")
			}
		}
		if total != auth.Tries.Day {
			t.Errorf("%s: %d tries in a day, want %d", email, total, auth.Tries.Day)
		}
	}

	e := staffed(t)
	a := e.ask("anna@example.com", "")
	var all sync.WaitGroup
	var mu sync.Mutex
	compared := 0
	for i := range 30 {
		all.Go(func() {
			_, err := e.UseCode(t.Context(), auth.Typed{Digits: other(a.code, i), Asked: a.cookie, Browser: a.browser, Remote: "192.0.2.1:1"})
			mu.Lock()
			defer mu.Unlock()
			if !apperr.Is(err, "code_wait") {
				compared++
			}
		})
	}
	all.Wait()
	if compared != auth.Tries.Hour {
		t.Errorf("%d of 30 tries at once were let through, want %d", compared, auth.Tries.Hour)
	}

	e = staffed(t)
	through := 0
	for i := range auth.Tries.AllHour/auth.Tries.Code + 10 {
		a := e.ask(fmt.Sprintf("person%d@example.com", i), "")
		for n := range auth.Tries.Code {
			if e.try(a, other("", n)) == "code_wrong" {
				through++
			}
		}
		e.now = e.now.Add(12 * time.Second) // so that the bound on this network does not come first
	}
	if through != auth.Tries.AllHour {
		t.Errorf("%d tries of all addresses in an hour, want %d", through, auth.Tries.AllHour)
	}
	if a := e.ask("anna@example.com", ""); e.try(a, a.code) != "code_wait" {
		t.Error("a code works after too many were tried of all")
	}
}

// Who types the right digits has not guessed: signing in by codes all day is never too often.
func TestRightCodesAreNotCounted(t *testing.T) {
	t.Parallel()
	e := staffed(t)
	for n := range auth.Tries.Day + 5 {
		a := e.ask("anna@example.com", "")
		if got := e.try(a, a.code); got != "" {
			t.Fatalf("the %d. time: %s", n+1, got)
		}
		e.now = e.now.Add(20 * time.Minute)
	}
}
