package entrance_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

var codeLine = regexp.MustCompile(`(?m)^\d{6}\r?$`)

// codeTo is the code in the newest letter to an address; "" where there is none.
func codeTo(w *consoletest.World, t *testing.T, address string) string {
	t.Helper()
	letters, err := w.Inbox.Letters(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range slices.Backward(letters) {
		if l.To[0] == address {
			return strings.TrimSpace(codeLine.FindString(l.Text))
		}
	}
	return ""
}

// The letter is read on one device, and its code typed on the other, which asked; the page that was wanted follows. The
// table holds neither the code nor the address.
func TestCodeOnTheOtherDevice(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.Guest(t)
	g.Get("/sign-in/code").Want(t, 303) // has asked for none
	g.Post("/sign-in", "email", "owner@example.com", "to", "/cases?state=new").Want(t, 200, `name="code"`, "one-time-code", "/cases?state=new")
	code := codeTo(w, t, "owner@example.com")
	if stored := w.StoredIf(func(pk, sk string) bool { return strings.HasPrefix(pk, "SIGNIN#") }); len(code) != 6 || strings.Contains(stored, code) || strings.Contains(stored, "owner@") {
		t.Errorf("code %q; the table says\n%s", code, stored)
	}
	w.Guest(t).Post("/sign-in/code", "code", code).Want(t, 400, "has not asked")
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	g.Post("/sign-in/code", "code", wrong, "to", "/cases?state=new").Want(t, 400, "does not match", `value="`+wrong+`"`, "/cases?state=new")
	g.Get("/").Want(t, 303)
	g.Get("/sign-in?to=/cases").Want(t, 200, "/sign-in/code?to=%2Fcases")
	g.Get("/sign-in/code?to=/cases").Want(t, 200, `name="code"`)
	if p := g.Post("/sign-in/code", "code", code, "to", "/cases?state=new").Want(t, 303); p.To != "/cases?state=new" {
		t.Errorf("leads to %s", p.To)
	}
	g.Get("/").Want(t, 200, "Елена Соколова")
	g.Get("/sign-in/code").Want(t, 303)
}

// A code that is tried answers the same, after the same work of the table, whoever's the address is.
func TestTryingTellsNothing(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	var page string
	for _, email := range []string{"owner@example.com", "nobody@example.com"} {
		g := d.Guest(t)
		g.Post("/sign-in", "email", email).Want(t, 200)
		d.deliver(t)
		for n := range 11 {
			var p consoletest.Page
			calls := d.counted(func() { p = g.Post("/sign-in/code", "code", "000000") })
			want, status := 3, 400
			if n == 10 {
				want, status = 1, 429
			}
			if calls != want || p.Status != status {
				t.Errorf("%s, try %d: %d calls, status %d", email, n, calls, p.Status)
			}
			if n == 0 && page == "" {
				page = p.Raw
			} else if n < 10 && p.Raw != page {
				t.Errorf("%s, try %d: another page", email, n)
			}
		}
	}
}

// From the form to the home page by the code, by keyboard and finger in either language.
func TestBrowserCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
		dark     bool
	}{{"ru", 390, true}, {"en", 1280, false}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			b := browsertest.Open(t, w.Site)
			b.Look(c.width, c.dark, c.language)
			b.Go("/contacts")
			b.Type("#email", "owner@example.com")
			b.ClickTo("main button", "#code")
			b.Type("#code", "12")
			b.ClickTo("main button", "#code[aria-invalid]")
			b.Sound("wrong")
			consoletest.Shoot(b, "code-wrong-"+c.language)
			b.Set("#code", codeTo(w, t, "owner@example.com"))
			consoletest.Shoot(b, "code-"+c.language)
			b.Click("main button")
			b.Until(`location.pathname === "/contacts"`)
			if who := b.Text(".who"); who != "Елена Соколова" {
				t.Errorf("signed in as %q", who)
			}
		})
	}
}
