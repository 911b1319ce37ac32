package entrance_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// trusting has the company allow own devices.
func trusting(t *testing.T, w *consoletest.World, days int, roles ...survey.Role) {
	t.Helper()
	s, err := w.Store.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Trusted = survey.Trusted{Roles: roles, Days: days}
	if _, err := w.Store.PutSettings(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// onOwn signs somebody in who says that the device is their own.
func onOwn(t *testing.T, w *consoletest.World, staff string) *consoletest.Guest {
	t.Helper()
	g := w.Guest(t)
	g.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36")
	g.Post(w.Link(staff), "own", "1").Want(t, 303)
	return g
}

const day = 24 * time.Hour

// On an own device the alert's link leads straight to the case, for as long as the company allows it, to whom it allows it,
// while it allows it, and to nobody who has not asked for it.
func TestOwnDevice(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		days  int
		roles []survey.Role
		own   bool
		later func(*testing.T, *consoletest.World)
		lasts time.Duration
	}{
		"allowed and asked for":       {30, []survey.Role{survey.RoleOwner}, true, nil, 30 * day},
		"seven days":                  {7, []survey.Role{survey.RoleManager, survey.RoleOwner}, true, nil, 7 * day},
		"not asked for":               {30, []survey.Role{survey.RoleOwner}, false, nil, auth.SessionLife},
		"allowed to others":           {30, []survey.Role{survey.RoleManager}, true, nil, auth.SessionLife},
		"allowed to nobody":           {0, nil, true, nil, auth.SessionLife},
		"taken back":                  {30, []survey.Role{survey.RoleOwner}, true, func(t *testing.T, w *consoletest.World) { trusting(t, w, 30, survey.RoleManager) }, auth.SessionLife},
		"shortened":                   {30, []survey.Role{survey.RoleOwner}, true, func(t *testing.T, w *consoletest.World) { trusting(t, w, 3, survey.RoleOwner) }, 3 * day},
		"lengthened after signing in": {3, []survey.Role{survey.RoleOwner}, true, func(t *testing.T, w *consoletest.World) { trusting(t, w, 30, survey.RoleOwner) }, 3 * day},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			trusting(t, w, tc.days, tc.roles...)
			c := w.Detractor(1, "owner", "Север", "Мария Петрова", "Три недели ждали ответа.", 3, w.Now())
			g := w.Guest(t)
			link := w.Link("owner")
			if offered := strings.Contains(g.Get(link).Text, `name="own"`); offered != (len(tc.roles) > 0 && tc.roles[len(tc.roles)-1] == survey.RoleOwner) {
				t.Errorf("offered: %v", offered)
			}
			var p consoletest.Page
			if tc.own {
				p = g.Post(link, "own", "1").Want(t, 303)
			} else {
				p = g.Post(link).Want(t, 303)
			}
			m := regexp.MustCompile(`onetap-session=[^;]+; Path=/; Max-Age=(\d+)`).FindStringSubmatch(strings.Join(p.Header["Set-Cookie"], "\n"))
			if m == nil {
				t.Fatal(p.Header["Set-Cookie"])
			}
			if seconds, _ := strconv.Atoi(m[1]); tc.later == nil && time.Duration(seconds)*time.Second < tc.lasts {
				t.Errorf("the cookie lasts %s s, the session %v", m[1], tc.lasts)
			}
			if tc.later != nil {
				tc.later(t, w)
			}
			w.Pass(tc.lasts - time.Second)
			g.Get("/cases/"+c.ID()).Want(t, 200, "Мария Петрова")
			w.Pass(time.Second)
			if p := g.Get("/cases/"+c.ID()).Want(t, 303); !strings.HasPrefix(p.To, "/sign-in?to=%2Fcases%2F") {
				t.Errorf("leads to %s", p.To)
			}
		})
	}
}

// Whoever finds an own device cannot make themselves administrator with it: what decides who may do what asks to sign in
// again after a day, in whatever form it is sent; reading and calling customers does not.
func TestOldSessionIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	trusting(t, w, 30, survey.RoleAdministrator)
	g := onOwn(t, w, "administrator")
	anna := "/staff/" + w.Desk.Handle("owner")
	acts := map[string][]string{
		anna:     {"email", "owner@example.com", "name", "Елена", "role", "administrator", "was", consoletest.Before(t, consoletest.Everybody[1])},
		"/staff": {"email", "new@example.com", "role", "administrator"}, anna + "/remove": nil, anna + "/sign-out": nil,
		"/settings": {"company", "Другая"}, "/settings/sign-in": {"trusted_roles", "owner", "trusted_days", "90"}, "/settings/tokens": {"name", "CRM", "role", "administrator"},
	}
	w.Pass(auth.FreshLife)
	g.Form() // the session is open
	but := func() string { return w.StoredBut("AUDIT#", "SESSIONS#") }
	before := but()
	for path, form := range acts {
		g.Send(path, form...).Want(t, 403, "Sign in again", "/sign-in?to=%2Fs")
	}
	if but() != before {
		t.Error("something was written")
	}
	g.Get("/staff").Want(t, 200)
	g.Send("/staff/search", "q", "Елена").Want(t, 303)
	g.Get("/cases").Want(t, 200)
	g.Post(w.Link("administrator")).Want(t, 303)
	g.Send("/settings/sign-in", "version", "1", "trusted_roles", "owner", "trusted_days", "14").Want(t, 303)
	if s, err := w.Store.Settings(t.Context()); err != nil || s.Trusted.Life(survey.RoleOwner) != 14*day || s.Trusted.Life(survey.RoleAdministrator) != 0 {
		t.Errorf("%+v, %v", s.Trusted, err)
	}
}

var endOf = regexp.MustCompile(`action="([^"]*/devices/[^"]+/end|/devices/[^"]+/end)"`)

// A person sees where they are signed in and ends what they do not know; so does the administrator for them. Nobody ends
// anybody else's. Signing in anew in one browser leaves one device, not two.
func TestDevices(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	trusting(t, w, 30, survey.RoleOwner)
	phone := onOwn(t, w, "owner")
	w.Pass(time.Minute)
	desk := w.As(t, "owner")
	desk.Post(w.Link("owner")).Want(t, 303)
	page := desk.Get("/devices").Want(t, 200, "Chrome, Android", "own device", "this one", "Unknown browser")
	ends := endOf.FindAllStringSubmatch(page.Text, -1)
	if len(ends) != 2 {
		t.Fatalf("devices: %v", ends)
	}
	ofPhone := ends[1][1] // the older
	w.As(t, "manager").Send(ofPhone)
	desk.Send("/devices/nothing/end").Want(t, 404)
	phone.Get("/").Want(t, 200)
	desk.Send(ofPhone).Want(t, 303)
	phone.Get("/").Want(t, 303)
	desk.Get("/").Want(t, 200)

	phone = onOwn(t, w, "owner")
	admin := w.As(t, "administrator")
	person := "/staff/" + w.Desk.Handle("owner")
	ends = endOf.FindAllStringSubmatch(admin.Get(person).Want(t, 200, "Chrome, Android").Text, -1)
	if len(ends) != 2 || !strings.HasPrefix(ends[0][1], person) {
		t.Fatalf("devices: %v", ends)
	}
	w.As(t, "owner").Send(ends[1][1]).Want(t, 403)
	for _, e := range ends {
		admin.Send(e[1]).Want(t, 303)
	}
	phone.Get("/").Want(t, 303)
	desk.Get("/").Want(t, 303)

	w.Pass(time.Minute) // the latest stands first
	phone = onOwn(t, w, "owner")
	here := endOf.FindStringSubmatch(phone.Get("/devices").Text)[1]
	phone.Send(here).Want(t, 303)
	phone.Get("/").Want(t, 303)
}

// The setting, the tick and the list of devices in a browser: then the alert's link needs no signing in for 30 days.
func TestBrowserOwnDevice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
		dark     bool
	}{{"ru", 390, false}, {"en", 1280, true}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			a := w.Tab("administrator", c.width, c.language)
			a.Go("/settings/sign-in")
			a.Click("input[value=owner]")
			a.Set("#trusted_days", "91")
			a.ClickTo("main form button", "#trusted_days[aria-invalid]")
			a.Sound("wrong days")
			a.Set("#trusted_days", "30")
			a.ClickTo("main form button", "[role=status]")
			a.Sound("settings")
			consoletest.Shoot(a, "trusted-"+c.language)

			mine := w.Detractor(1, "owner", "Север", "Мария Петрова", "Три недели ждали ответа.", 3, w.Now())
			b := browsertest.Open(t, w.Site)
			b.Look(c.width, c.dark, c.language)
			b.Go("/")
			b.Type("#email", "owner@example.com")
			b.ClickTo("main button", "#code")
			b.Type("#code", codeTo(w, t, "owner@example.com"))
			b.Click("input[name=own]")
			b.Sound("code and tick")
			consoletest.Shoot(b, "own-"+c.language)
			b.Click("main button")
			b.Until(`location.pathname === "/"`)
			w.Pass(29 * day)
			b.Go("/cases/" + mine.ID())
			b.Wait("#note")
			b.Click(".me summary")
			b.ClickTo(".me a[href='/devices']", ".devices")
			b.Sound("devices")
			consoletest.Shoot(b, "devices-"+c.language)
			b.Click(".devices button")
			b.Until(`location.pathname === "/sign-in"`)
		})
	}
}
