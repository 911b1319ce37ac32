package entrance_test

import (
	"context"
	"slices"
	"testing"

	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// From the form to the home page, as somebody does it who has only an address: form, letter, button.
func TestBrowserSignIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
		sent     string
	}{{"ru", 390, "Проверьте почту"}, {"en", 1280, "Check your inbox"}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			b := browsertest.Open(t, w.Site)
			b.Look(c.width, c.language == "ru", c.language)
			b.Go("/")
			b.Sound("form")
			b.Type("#email", "owner@example.com")
			b.ClickTo("main button", "[role=status]")
			b.Sound("sent")
			if h := b.Text("h1"); h != c.sent {
				t.Errorf("it says %q", h)
			}
			letters, err := w.Inbox.Letters(context.Background())
			if err != nil || len(letters) != 1 || !slices.Equal(letters[0].To, []string{"owner@example.com"}) {
				t.Fatalf("letters: %+v, %v", letters, err)
			}
			b.Go(consoletest.SignInPath(t, letters[0].Text))
			b.Sound("confirm")
			b.Click("main button")
			b.Until(`location.pathname === "/"`)
			b.Sound("home")
			if who := b.Text(".who"); who != "Елена Соколова" {
				t.Errorf("signed in as %q", who)
			}
			b.Click(".me summary")
			b.Click(".me form:last-child button")
			b.Until(`location.pathname === "/sign-in"`)
		})
	}
}

// A link that was asked for elsewhere says so, and signs in after its button, by keyboard and finger in either language.
func TestBrowserSignInElsewhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
		title    string
	}{{"ru", 390, "Это другой браузер"}, {"en", 1280, "This is another browser"}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			w.Guest(t).Post("/sign-in", "email", "owner@example.com").Want(t, 200)
			b := browsertest.Open(t, w.Site)
			b.Look(c.width, c.language == "ru", c.language)
			b.Go(letterTo(w, t, "owner@example.com"))
			b.Sound("elsewhere")
			consoletest.Shoot(b, "elsewhere-"+c.language)
			if h := b.Text("h1"); h != c.title {
				t.Errorf("it says %q", h)
			}
			b.Click("main button")
			b.Until(`location.pathname === "/"`)
			if who := b.Text(".who"); who != "Елена Соколова" {
				t.Errorf("signed in as %q", who)
			}
		})
	}
}
