package entrance_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// Whoever comes from the issuer is asked once whether the device is their own, where the company allows their role to stay:
// yes lasts as long as a tick beside the code does, no lasts a working day and is not asked again.
func TestOwnDeviceOfTheCompany(t *testing.T) {
	t.Parallel()
	w, c := companyWorld(t)
	mine := w.Detractor(1, "owner", "Север", "Мария Петрова", "Три недели ждали ответа.", 3, w.Now())
	path := "/cases/" + mine.ID()
	ask := "/devices/own?to=" + url.QueryEscape(path)
	back := func(g *consoletest.Guest) string {
		t.Helper()
		if p := g.Get(c.login(g, path)).Want(t, 303); p.To != ask {
			t.Fatalf("led to %q", p.To)
		}
		return ask
	}
	g := w.Guest(t)
	for _, leads := range []string{c.login(g, path), ask} { // not allowed
		if p := g.Get(leads).Want(t, 303); p.To != path {
			t.Errorf("led to %q", p.To)
		}
	}
	g.Send("/devices/own", "to", path).Want(t, 403, "right after signing in")

	trusting(t, w, 30, survey.RoleOwner)
	yes := w.Guest(t)
	yes.Get(back(yes)).Want(t, 200, "Is this your own device?", "Yes, for 30 days")
	before := sessionCookie(yes)
	if p := yes.Send("/devices/own", "to", path).Want(t, 303); p.To != path {
		t.Errorf("led to %q", p.To)
	}
	if after := sessionCookie(yes); after == before || after == "" {
		t.Error("the session is the one before")
	}
	yes.Get("/devices").Want(t, 200, "own device")
	yes.Send("/devices/own", "to", path).Want(t, 403, "right after signing in") // nobody lengthens a session twice
	if p := yes.Get(ask).Want(t, 303); p.To != path {
		t.Errorf("led to %q", p.To)
	}

	no := w.Guest(t)
	no.Get(back(no)).Want(t, 200)
	if p := no.Send("/devices/not-own", "to", "https://evil.example").Want(t, 303); p.To != "/" {
		t.Errorf("led to %q", p.To)
	}
	if p := no.Get(ask).Want(t, 303); p.To != path {
		t.Errorf("led to %q", p.To)
	}

	late := w.Guest(t)
	late.Get(back(late)).Want(t, 200)
	w.Pass(auth.LoginLife)
	late.Send("/devices/own", "to", path).Want(t, 403, "right after signing in")

	w.Pass(auth.SessionLife - auth.LoginLife)
	no.Get(path).Want(t, 303)
	if p := no.Get(c.login(no, path)).Want(t, 303); p.To != path {
		t.Errorf("asked again: %q", p.To)
	}
	w.Pass(30*day - auth.SessionLife - time.Second)
	yes.Get(path).Want(t, 200, "Мария Петрова")
	w.Pass(time.Second)
	yes.Get(path).Want(t, 303)
}

// sessionCookie is what a guest's browser holds of its session.
func sessionCookie(g *consoletest.Guest) string {
	u, err := url.Parse(g.Site)
	if err != nil {
		return ""
	}
	for _, c := range g.Client.Jar.Cookies(u) {
		if strings.HasSuffix(c.Name, "session") {
			return c.Value
		}
	}
	return ""
}

// In a browser: over the issuer's site and back, one click more on the first day and none in the morning.
func TestBrowserOwnDeviceOfTheCompany(t *testing.T) {
	t.Parallel()
	for _, look := range []struct {
		language string
		width    int64
		dark     bool
	}{{"ru", 390, false}, {"en", 1280, true}} {
		t.Run(look.language, func(t *testing.T) {
			t.Parallel()
			w, c := companyWorld(t)
			trusting(t, w, 30, survey.RoleOwner)
			mine := w.Detractor(1, "owner", "Север", "Мария Петрова", "Три недели ждали ответа.", 3, w.Now())
			b := browsertest.Open(t, w.Site, c.server.URL)
			b.Look(look.width, look.dark, look.language)
			b.Go("/cases/" + mine.ID())
			b.ClickTo("a.button.quiet", "form[action='/devices/own']")
			b.Sound("own device?")
			consoletest.Shoot(b, "own-company-"+look.language)
			b.ClickTo("form[action='/devices/own'] button", "#note")
			w.Pass(29 * day)
			b.Go("/cases/" + mine.ID())
			b.Wait("#note")
		})
	}
}
