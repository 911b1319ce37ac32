package entrance_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/console/consoletest"
	"onetap/internal/console/shell"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

func TestSignInByLetter(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	asker, other := w.Guest(t), w.Guest(t)
	asker.Get("/campaigns").Want(t, 303)
	asker.Post("/sign-in", "email", " Owner@Example.com ", "to", "/cases?state=open").Want(t, 200, "Check your inbox")
	letters, err := w.Inbox.Letters(context.Background())
	if err != nil || len(letters) != 1 || letters[0].To[0] != "owner@example.com" {
		t.Fatalf("letters: %+v, %v", letters, err)
	}
	path := consoletest.SignInPath(t, letters[0].Text)

	// A scanner opens the link, however often: nothing is used up, and nobody is signed in.
	before := w.Stored()
	for range 3 {
		other.Get(path).Want(t, 200, "another browser")
		asker.Do("HEAD", path, "", nil).Want(t, 200)
		asker.Get(path).Want(t, 200, "One more tap")
	}
	if w.Stored() != before {
		t.Error("opening a link has changed something")
	}
	other.Post(path).Want(t, 200, "another browser")
	asker.Get("/").Want(t, 303)

	address, _ := url.Parse(path)
	p := asker.Post(path, "to", address.Query().Get("to")).Want(t, 303)
	if p.To != "/cases?state=open" {
		t.Errorf("signed in, and led to %q", p.To)
	}
	asker.Get("/").Want(t, 200, "Елена Соколова")
	asker.Post(path).Want(t, 410, "has expired") // once
	other.Get("/").Want(t, 303)

	// A link lives for a quarter of an hour.
	late := w.Guest(t)
	late.Post("/sign-in", "email", "analyst@example.com")
	letters, _ = w.Inbox.Letters(context.Background())
	for _, l := range letters {
		if l.To[0] == "analyst@example.com" {
			path = consoletest.SignInPath(t, l.Text)
		}
	}
	w.Pass(15*time.Minute - time.Second)
	late.Get(path).Want(t, 200, "One more tap")
	w.Pass(time.Second)
	late.Get(path).Want(t, 410)
	late.Post(path).Want(t, 410)
	late.Get("/").Want(t, 303)
	late.Post("/sign-in/AAAAAAAAAAAAAAAAAAAAAAAAAA").Want(t, 410)
}

// The deployment's administrator signs in before there is any staff.
func TestAdministratorOfTheDeployment(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Desk.Door.Admin = "Boss@Example.com"
	g := w.Guest(t)
	g.Post("/sign-in", "email", "boss@example.com").Want(t, 200)
	letters, err := w.Inbox.Letters(context.Background())
	if err != nil || len(letters) != 1 {
		t.Fatal(letters, err)
	}
	g.Post(consoletest.SignInPath(t, letters[0].Text)).Want(t, 303)
	g.Get("/settings").Want(t, 200)
	staff, err := w.Store.Staff(context.Background())
	if err != nil || len(staff) != 1 || staff[0].Role != survey.RoleAdministrator {
		t.Errorf("the staff are %v, %v", staff, err)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g, second, other := w.As(t, "manager"), w.As(t, "manager"), w.As(t, "analyst")

	// Roles and names are those of now.
	m := consoletest.Everybody[2]
	m.Role, m.Name = survey.RoleAnalyst, "Now an analyst"
	if err := w.Store.PutStaff(context.Background(), []survey.Staff{m}); err != nil {
		t.Fatal(err)
	}
	g.Get("/").Want(t, 200, "Now an analyst", "Analyst")

	g.Send("/sign-out").Want(t, 303)
	g.Get("/").Want(t, 303)
	second.Get("/").Want(t, 200) // another browser stays
	third := w.As(t, "manager")
	second.Send("/sign-out", "everywhere", "1").Want(t, 303)
	for _, b := range []*consoletest.Guest{second, third} {
		b.Get("/").Want(t, 303)
	}
	other.Get("/").Want(t, 200)

	// A cookie that was kept is worth nothing after its session.
	u, _ := url.Parse(w.Site)
	kept := other.Client.Jar.Cookies(u)
	other.Send("/sign-out")
	other.Client.Jar.SetCookies(u, kept)
	other.Get("/").Want(t, 303)

	// Twelve hours, and removal at once.
	g = w.As(t, "owner")
	w.Pass(auth.SessionLife - time.Second)
	g.Get("/").Want(t, 200)
	w.Pass(time.Second)
	g.Get("/").Want(t, 303)
	g = w.As(t, "owner")
	if err := w.Store.RemoveStaff(context.Background(), "Owner", nil); err != nil {
		t.Fatal(err)
	}
	g.Get("/").Want(t, 303)
	if err := w.Store.PutStaff(context.Background(), consoletest.Everybody); err != nil { // come back: the old session does not
		t.Fatal(err)
	}
	g.Get("/").Want(t, 303)

	// What is not sealed by us is nobody's.
	for _, value := range []string{"", "x", "..", "b3duZXI.AAAA.BBBB", w.Desk.Door.SessionCookie("owner", "nothing"), strings.Repeat("A", 3000)} {
		g := w.Guest(t)
		g.Client.Jar.SetCookies(u, []*http.Cookie{{Name: "onetap-" + shell.SessionCookie, Value: value}})
		g.Get("/").Want(t, 303)
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g, other := w.As(t, "administrator"), w.As(t, "administrator")
	old := other.Form()
	before := w.Stored()
	for name, refused := range map[string]func() consoletest.Page{
		"none":           func() consoletest.Page { return g.Post("/sign-out") },
		"foreign":        func() consoletest.Page { return g.Post("/sign-out", "form", old) },
		"invented":       func() consoletest.Page { return g.Post("/sign-out", "form", "AAAAAAAAAAAAAAAAAAAAAA") },
		"in the address": func() consoletest.Page { return g.Post("/sign-out?form=x") },
		"of an import, none": func() consoletest.Page {
			return g.Do("POST", "/staff/import", "multipart/form-data; boundary=x", strings.NewReader("--x--"))
		},
	} {
		if p := refused(); p.Status != 403 || !strings.Contains(p.Text, "open for too long") {
			t.Errorf("%s: %d %.300s", name, p.Status, consoletest.Body(p.Text))
		}
	}
	form := g.Form()
	for _, site := range []string{"cross-site", "same-site"} {
		g.Header.Set("Sec-Fetch-Site", site)
		g.Post("/sign-out", "form", form).Want(t, 403)
	}
	g.Header.Del("Sec-Fetch-Site") // as older browsers, which say an origin, or hide it
	g.Header.Set("Origin", "https://evil.example")
	g.Post("/sign-out", "form", form).Want(t, 403, "open for too long")
	if w.Stored() != before {
		t.Error("a refused form has changed something")
	}
	for _, origin := range []string{"null", w.Site} {
		g.Header.Set("Origin", origin)
		g.Post("/language", "form", form, "language", "en").Want(t, 303)
		g.Post("/language", "form", "AAAAAAAAAAAAAAAAAAAAAA", "language", "en").Want(t, 403)
	}
	g.Header.Del("Origin")
	g.Header.Set("Sec-Fetch-Site", "same-origin")
	g.Post("/sign-out", "form", form).Want(t, 303)
	g.Header.Del("Sec-Fetch-Site")

	// A form of an earlier session is not this one's.
	u, _ := url.Parse(w.Site)
	g.Client.Jar.SetCookies(u, w.As(t, "administrator").Client.Jar.Cookies(u))
	g.Post("/staff", "form", form, "email", "x@example.com").Want(t, 403)
}

func TestNobodyIsLedElsewhere(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"": "/", "/cases": "/cases", "/cases?a=b&c=/d": "/cases?a=b&c=/d", "https://evil.example": "/", "//evil.example": "/", "/\\evil.example": "/",
		"\\\\evil.example": "/", "///evil.example": "/", "javascript:alert(1)": "/", "cases": "/", "/%2f/evil.example": "/", "/\n/evil.example": "/", "http:/cases": "/",
		"/./%09/evil.example": "/./%09/evil.example", "/cases#part": "/cases",
	} {
		if got := shell.Local(to); got != want && !(want == "/" && strings.HasPrefix(got, "/%2f/")) {
			t.Errorf("local(%q) = %q, want %q", to, got, want)
		}
	}
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	for _, to := range []string{"https://evil.example", "//evil.example", `/\evil.example`} {
		if p := w.Guest(t).Post(w.Link("owner"), "to", to).Want(t, 303); p.To != "/" {
			t.Errorf("%q leads to %q", to, p.To)
		}
		if p := w.As(t, "owner").Send("/language", "language", "ru", "to", to).Want(t, 303); p.To != "/" {
			t.Errorf("%q leads to %q", to, p.To)
		}
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for host, prefix := range map[string]string{"127.0.0.1:8080": "onetap-", "localhost": "onetap-", "[::1]:80": "onetap-", "nps.example.com": "__Host-onetap-", "localhost.example.com": "__Host-onetap-"} {
		r := httptest.NewRequest("GET", "http://"+host+"/", nil)
		for _, name := range []string{shell.SessionCookie, shell.BrowserCookie, shell.LanguageCookie} {
			c := shell.Cookie(r, name, "x", time.Hour)
			secure := strings.HasPrefix(prefix, "__Host-")
			if c.Name != prefix+name || !c.HttpOnly || c.Secure != secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 3600 {
				t.Errorf("at %s: %s", host, c)
			}
		}
	}
	// The cookies that are really sent are these.
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	r, _ := http.NewRequest("POST", w.Site+w.Link("owner"), nil)
	r.Host = "nps.example.com"
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if got := answer.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-onetap-session=") || !strings.HasSuffix(got, "; Path=/; Max-Age=648000; HttpOnly; Secure; SameSite=Lax") {
		t.Errorf("cookie is %q", got)
	}
}
