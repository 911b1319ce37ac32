package console

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/console/shell"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

func TestSignInByLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	asker, other := w.guest(t), w.guest(t)
	asker.get("/campaigns").want(t, 303)
	asker.post("/sign-in", "email", " Owner@Example.com ", "to", "/cases?state=open").want(t, 200, "Look into your mailbox")
	letters, err := w.inbox.Letters(context.Background())
	if err != nil || len(letters) != 1 || letters[0].To[0] != "owner@example.com" {
		t.Fatalf("letters: %+v, %v", letters, err)
	}
	path := signInPath(t, letters[0].Text)

	// A scanner opens the link, however often: nothing is used up, and nobody is signed in.
	before := w.stored()
	for range 3 {
		other.get(path).want(t, 200, "another browser")
		asker.do("HEAD", path, "", nil).want(t, 200)
		asker.get(path).want(t, 200, "One more tap")
	}
	if w.stored() != before {
		t.Error("opening a link has changed something")
	}
	other.post(path).want(t, 200, "another browser")
	asker.get("/").want(t, 303)

	address, _ := url.Parse(path)
	p := asker.post(path, "to", address.Query().Get("to")).want(t, 303)
	if p.to != "/cases?state=open" {
		t.Errorf("signed in, and led to %q", p.to)
	}
	asker.get("/").want(t, 200, "Елена Соколова")
	asker.post(path).want(t, 410, "works no more") // once
	other.get("/").want(t, 303)

	// A link lives for a quarter of an hour.
	late := w.guest(t)
	late.post("/sign-in", "email", "analyst@example.com")
	letters, _ = w.inbox.Letters(context.Background())
	for _, l := range letters {
		if l.To[0] == "analyst@example.com" {
			path = signInPath(t, l.Text)
		}
	}
	w.pass(15*time.Minute - time.Second)
	late.get(path).want(t, 200, "One more tap")
	w.pass(time.Second)
	late.get(path).want(t, 410)
	late.post(path).want(t, 410)
	late.get("/").want(t, 303)
	late.post("/sign-in/AAAAAAAAAAAAAAAAAAAAAAAAAA").want(t, 410)
}

// The deployment's administrator signs in before there is any staff.
func TestAdministratorOfTheDeployment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.desk.Door.Admin = "Boss@Example.com"
	g := w.guest(t)
	g.post("/sign-in", "email", "boss@example.com").want(t, 200)
	letters, err := w.inbox.Letters(context.Background())
	if err != nil || len(letters) != 1 {
		t.Fatal(letters, err)
	}
	g.post(signInPath(t, letters[0].Text)).want(t, 303)
	g.get("/settings").want(t, 200)
	staff, err := w.store.Staff(context.Background())
	if err != nil || len(staff) != 1 || staff[0].Role != survey.RoleAdministrator {
		t.Errorf("the staff are %v, %v", staff, err)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	g, second, other := w.as(t, "manager"), w.as(t, "manager"), w.as(t, "analyst")

	// Roles and names are those of now.
	m := everybody[2]
	m.Role, m.Name = survey.RoleAnalyst, "Now an analyst"
	if err := w.store.PutStaff(context.Background(), []survey.Staff{m}); err != nil {
		t.Fatal(err)
	}
	g.get("/").want(t, 200, "Now an analyst", "Analyst")

	g.send("/sign-out").want(t, 303)
	g.get("/").want(t, 303)
	second.get("/").want(t, 200) // another browser stays
	third := w.as(t, "manager")
	second.send("/sign-out", "everywhere", "1").want(t, 303)
	for _, b := range []*guest{second, third} {
		b.get("/").want(t, 303)
	}
	other.get("/").want(t, 200)

	// A cookie that was kept is worth nothing after its session.
	u, _ := url.Parse(w.site)
	kept := other.client.Jar.Cookies(u)
	other.send("/sign-out")
	other.client.Jar.SetCookies(u, kept)
	other.get("/").want(t, 303)

	// Twelve hours, and removal at once.
	g = w.as(t, "owner")
	w.pass(auth.SessionLife - time.Second)
	g.get("/").want(t, 200)
	w.pass(time.Second)
	g.get("/").want(t, 303)
	g = w.as(t, "owner")
	if err := w.store.RemoveStaff(context.Background(), "Owner", nil); err != nil {
		t.Fatal(err)
	}
	g.get("/").want(t, 303)
	if err := w.store.PutStaff(context.Background(), everybody); err != nil { // come back: the old session does not
		t.Fatal(err)
	}
	g.get("/").want(t, 303)

	// What is not sealed by us is nobody's.
	for _, value := range []string{"", "x", "..", "b3duZXI.AAAA.BBBB", w.desk.Door.SessionCookie("owner", "nothing"), strings.Repeat("A", 3000)} {
		g := w.guest(t)
		g.client.Jar.SetCookies(u, []*http.Cookie{{Name: "onetap-" + shell.SessionCookie, Value: value}})
		g.get("/").want(t, 303)
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	g, other := w.as(t, "administrator"), w.as(t, "administrator")
	old := other.form()
	before := w.stored()
	for name, refused := range map[string]func() shown{
		"none":           func() shown { return g.post("/sign-out") },
		"foreign":        func() shown { return g.post("/sign-out", "form", old) },
		"invented":       func() shown { return g.post("/sign-out", "form", "AAAAAAAAAAAAAAAAAAAAAA") },
		"in the address": func() shown { return g.post("/sign-out?form=x") },
		"of an import, none": func() shown {
			return g.do("POST", "/staff/import", "multipart/form-data; boundary=x", strings.NewReader("--x--"))
		},
	} {
		if p := refused(); p.status != 403 || !strings.Contains(p.text, "open for too long") {
			t.Errorf("%s: %d %.300s", name, p.status, body(p.text))
		}
	}
	form := g.form()
	for _, site := range []string{"cross-site", "same-site"} {
		g.header.Set("Sec-Fetch-Site", site)
		g.post("/sign-out", "form", form).want(t, 403)
	}
	g.header.Del("Sec-Fetch-Site") // as older browsers, which say an origin, or hide it
	g.header.Set("Origin", "https://evil.example")
	g.post("/sign-out", "form", form).want(t, 403, "open for too long")
	if w.stored() != before {
		t.Error("a refused form has changed something")
	}
	for _, origin := range []string{"null", w.site} {
		g.header.Set("Origin", origin)
		g.post("/language", "form", form, "language", "en").want(t, 303)
		g.post("/language", "form", "AAAAAAAAAAAAAAAAAAAAAA", "language", "en").want(t, 403)
	}
	g.header.Del("Origin")
	g.header.Set("Sec-Fetch-Site", "same-origin")
	g.post("/sign-out", "form", form).want(t, 303)
	g.header.Del("Sec-Fetch-Site")

	// A form of an earlier session is not this one's.
	u, _ := url.Parse(w.site)
	g.client.Jar.SetCookies(u, w.as(t, "administrator").client.Jar.Cookies(u))
	g.post("/staff", "form", form, "email", "x@example.com").want(t, 403)
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
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	for _, to := range []string{"https://evil.example", "//evil.example", `/\evil.example`} {
		if p := w.guest(t).post(w.link("owner"), "to", to).want(t, 303); p.to != "/" {
			t.Errorf("%q leads to %q", to, p.to)
		}
		if p := w.as(t, "owner").send("/language", "language", "ru", "to", to).want(t, 303); p.to != "/" {
			t.Errorf("%q leads to %q", to, p.to)
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
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	r, _ := http.NewRequest("POST", w.site+w.link("owner"), nil)
	r.Host = "nps.example.com"
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if got := answer.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-onetap-session=") || !strings.HasSuffix(got, "; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax") {
		t.Errorf("cookie is %q", got)
	}
}
