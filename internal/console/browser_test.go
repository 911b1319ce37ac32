package console

import (
	"context"
	"regexp"
	"slices"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/browsertest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// everybody is one member of the staff for each role; their ids are their roles.
var everybody = []survey.Staff{
	{ID: "marketing", Email: "marketing@example.com", Name: "Анна Климова", Role: survey.RoleMarketing},
	{ID: "owner", Email: "owner@example.com", Name: "Елена Соколова", Role: survey.RoleOwner, Team: "Север", Manager: "manager"},
	{ID: "manager", Email: "manager@example.com", Name: "Вера Орлова", Role: survey.RoleManager, Team: "Север", Manager: "executive"},
	{ID: "executive", Email: "executive@example.com", Name: "Михаил Воронин", Role: survey.RoleExecutive},
	{ID: "analyst", Email: "analyst@example.com", Name: "Юлия Морозова", Role: survey.RoleAnalyst},
	{ID: "administrator", Email: "administrator@example.com", Name: "Сергей Тихонов", Role: survey.RoleAdministrator},
}

// staffed writes everybody.
func (w *world) staffed() {
	w.t.Helper()
	if err := w.store.PutStaff(context.Background(), everybody); err != nil {
		w.t.Fatal(err)
	}
}

// link is a path that signs somebody in.
func (w *world) link(staff string) string {
	w.t.Helper()
	token, l := auth.NewLink(staff, "", w.now(), time.Hour)
	if err := w.store.PutSignIn(context.Background(), l); err != nil {
		w.t.Fatal(err)
	}
	return "/sign-in/" + token
}

// tab opens a browser in which somebody of everybody is signed in.
func (w *world) tab(staff string, width int64, language string) *browsertest.Tab {
	w.t.Helper()
	b := browsertest.Open(w.t, w.site)
	b.Look(width, false, language)
	b.Go(w.link(staff))
	b.Click("main button")
	b.Until(`location.pathname === "/"`)
	b.Clicks = 0
	return b
}

// From the form to the home page, as somebody does it who has only an address: form, letter, button.
func TestBrowserSignIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
		sent     string
	}{{"ru", 390, "Проверьте почту"}, {"en", 1280, "Look into your mailbox"}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dynamo.Options{})
			w.staffed()
			b := browsertest.Open(t, w.site)
			b.Look(c.width, c.language == "ru", c.language)
			b.Go("/")
			b.Sound("form")
			b.Type("#email", "owner@example.com")
			b.ClickTo("main button", "[role=status]")
			b.Sound("sent")
			if h := b.Text("h1"); h != c.sent {
				t.Errorf("it says %q", h)
			}
			letters, err := w.inbox.Letters(context.Background())
			if err != nil || len(letters) != 1 || !slices.Equal(letters[0].To, []string{"owner@example.com"}) {
				t.Fatalf("letters: %+v, %v", letters, err)
			}
			b.Go(signInPath(t, letters[0].Text))
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
			w := newWorld(t, dynamo.Options{})
			w.staffed()
			w.guest(t).post("/sign-in", "email", "owner@example.com").want(t, 200)
			b := browsertest.Open(t, w.site)
			b.Look(c.width, c.language == "ru", c.language)
			b.Go(w.letterTo(t, "owner@example.com"))
			b.Sound("elsewhere")
			shoot(b, "elsewhere-"+c.language)
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

var signInLink = regexp.MustCompile(`http\S+(/sign-in/\S+)`)

func signInPath(t *testing.T, letter string) string {
	t.Helper()
	m := signInLink.FindStringSubmatch(letter)
	if m == nil {
		t.Fatalf("no link in %q", letter)
	}
	return m[1]
}
