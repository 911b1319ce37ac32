package entrance_test

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"onetap/internal/auth"
	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

const written = "Позвонила, не отвечает.\nСпросить про счёт за октябрь."

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// hiddenOf are the hidden fields of the form of a page that leads to an address, as name, value pairs.
func hiddenOf(t *testing.T, p consoletest.Page, action string) (pairs []string) {
	t.Helper()
	_, rest, found := strings.Cut(p.Raw, `action="`+html.EscapeString(action)+`"`)
	if !found {
		t.Fatalf("no form leads to %s: %.900s", action, consoletest.Body(p.Text))
	}
	form, _, _ := strings.Cut(rest, "</form>")
	for _, m := range hiddenField.FindAllStringSubmatch(form, -1) {
		pairs = append(pairs, html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return pairs
}

// late is an owner whose session has ended over a note, and what was sent.
func late(t *testing.T) (w *consoletest.World, g *consoletest.Guest, mine loop.Case, note []string) {
	t.Helper()
	w = consoletest.New(t, dynamo.Options{})
	w.Staffed()
	trusting(t, w, 30, survey.RoleAdministrator)
	mine = w.Detractor(1, "owner", "Север", "Мария Петрова", "Три недели ждали ответа.", 3, w.Now())
	g = w.As(t, "owner")
	note = append(hiddenOf(t, g.Get("/cases/"+mine.ID()), "/cases/"+mine.ID()), "note", written, "do", "note")
	return w, g, mine, note
}

// saved fails the test where the case does not have the note.
func saved(t *testing.T, w *consoletest.World, mine loop.Case) {
	t.Helper()
	now, err := w.Store.CaseByID(t.Context(), mine.ID())
	if err != nil {
		t.Fatal(err)
	}
	if all, err := w.Store.Notes(t.Context(), now); err != nil || len(all) != 1 || all[0].Text != written {
		t.Errorf("notes: %+v, %v", all, err)
	}
}

// Without scripts: a note that is sent when the session has ended comes back after signing in by the code, or by the link in
// another tab, and is saved with one button. The page that carries it shows it to nobody.
func TestTypedSurvivesWithoutScripts(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"code", "link in another tab"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w, g, mine, note := late(t)
			path := "/cases/" + mine.ID()
			w.Pass(auth.SessionLife)
			ask := g.Post(path, note...).Want(t, 401, "What you wrote is kept")
			if strings.Contains(ask.Text, "счёт") {
				t.Error("the page says what was written to whoever sits there")
			}
			sent := g.Post("/sign-in", append(hiddenOf(t, ask, "/sign-in"), "email", "owner@example.com")...).Want(t, 200)
			var back consoletest.Page
			if how == "code" {
				fields := hiddenOf(t, sent, "/sign-in/code")
				wrong := g.Post("/sign-in/code", append(fields, "code", "12")...).Want(t, 400)
				back = g.Post("/sign-in/code", append(hiddenOf(t, wrong, "/sign-in/code"), "code", codeTo(w, t, "owner@example.com"))...)
			} else {
				fields := hiddenOf(t, sent, "/sign-in/resume")
				early := g.Post("/sign-in/resume", fields...).Want(t, 401, "not signed in yet")
				g.Post(letterTo(w, t, "owner@example.com")).Want(t, 303)
				back = g.Post("/sign-in/resume", hiddenOf(t, early, "/sign-in/resume")...)
			}
			back.Want(t, 200, "Not saved yet", written)
			g.Post(path, hiddenOf(t, back, path)...).Want(t, 303)
			saved(t, w, mine)
		})
	}
}

// A form of the session before, because somebody has signed in anew in another tab, is shown once more and not lost.
func TestFormOfTheSessionBefore(t *testing.T) {
	t.Parallel()
	w, g, mine, note := late(t)
	path := "/cases/" + mine.ID()
	g.Post(w.Link("owner")).Want(t, 303)
	back := g.Post(path, note...).Want(t, 403, "Not saved yet", written, "Елена Соколова")
	g.Post(path, hiddenOf(t, back, path)...).Want(t, 303)
	saved(t, w, mine)
}

// What needs a fresh sign-in is not lost over it either.
func TestTypedSurvivesBeingAskedAgain(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	trusting(t, w, 30, survey.RoleAdministrator)
	g := onOwn(t, w, "administrator")
	fields := hiddenOf(t, g.Get("/staff/new"), "/staff")
	w.Pass(auth.FreshLife)
	ask := g.Post("/staff", append(fields, "name", "Ирина Белова", "email", "irina@example.com", "role", "owner")...).Want(t, 403, "What you wrote is kept")
	sent := g.Post("/sign-in", append(hiddenOf(t, ask, "/sign-in"), "email", "administrator@example.com")...).Want(t, 200)
	back := g.Post("/sign-in/code", append(hiddenOf(t, sent, "/sign-in/code"), "code", codeTo(w, t, "administrator@example.com"))...).Want(t, 200, "Ирина Белова")
	g.Post("/staff", hiddenOf(t, back, "/staff")...).Want(t, 303)
	if all, err := w.Store.Staff(t.Context()); err != nil || len(all) != len(consoletest.Everybody)+1 {
		t.Errorf("%d of the staff, %v", len(all), err)
	}
}

// What was typed is carried for the person's own form only: not for another site's post, whose words somebody would sign in
// to send, not without the session's cookie or with another form's token; and it comes back to nobody else.
func TestCarriedIsTheOwn(t *testing.T) {
	t.Parallel()
	w, g, mine, note := late(t)
	path := "/cases/" + mine.ID()
	w.Pass(auth.SessionLife)
	refused := func(name string, by *consoletest.Guest, fields []string) {
		t.Helper()
		if p := by.Post(path, fields...).Want(t, 401); strings.Contains(p.Text, "carried") {
			t.Errorf("%s: carried", name)
		}
	}
	refused("no cookie", w.Guest(t), note)
	refused("no token", g, []string{"draft", "case", "note", written})
	refused("another token", g, []string{"form", strings.Repeat("A", 22), "draft", "case", "note", written})
	refused("no text worth it", g, []string{"form", note[1], "note", written})
	refused("too much", g, append([]string{"blob", strings.Repeat("x", 70_000)}, note...))
	g.Header.Set("Sec-Fetch-Site", "cross-site")
	refused("another site", g, note)
	g.Header.Del("Sec-Fetch-Site")

	carried := hiddenOf(t, g.Post(path, note...), "/sign-in")
	text := carried[len(carried)-1]
	other := w.As(t, "manager")
	if p := other.Post("/sign-in/resume", "carried", text); p.Status != 403 || strings.Contains(p.Text, "счёт") {
		t.Errorf("somebody else gets it: %d", p.Status)
	}
	h := w.Guest(t)
	h.Post("/sign-in", "email", "manager@example.com", "carried", text).Want(t, 200)
	if p := h.Post("/sign-in/code", "code", codeTo(w, t, "manager@example.com"), "carried", text).Want(t, 303); p.To != "/" {
		t.Errorf("leads to %s", p.To)
	}
	for _, forged := range []string{"", "x", text[:len(text)-1], text + "A", strings.ToLower(text)} {
		if p := other.Post("/sign-in/resume", "carried", forged).Want(t, 303); p.To != "/" {
			t.Errorf("forged: leads to %s", p.To)
		}
	}
	w.Pass(auth.CarryLife)
	again := w.As(t, "owner")
	again.Post("/sign-in/resume", "carried", text).Want(t, 303)
}

// An old form of the desk without scripts, in a browser: what it looks like.
func TestBrowserResume(t *testing.T) {
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
			mine := w.Detractor(1, "owner", "Север", "Мария Петрова", "Три недели ждали ответа.", 3, w.Now())
			b := browsertest.Open(t, w.Site)
			b.Look(c.width, c.dark, c.language)
			b.Go(w.Link("owner"))
			b.Click("main button")
			b.Until(`location.pathname === "/"`)
			b.Go("/cases/" + mine.ID())
			b.Type("#note", "Позвонила, не отвечает. Спросить про счёт.")
			w.Pass(auth.SessionLife)
			b.ClickTo("button[value=note]", "#email")
			b.Sound("sign in to save it")
			consoletest.Shoot(b, "late-"+c.language)
			b.Type("#email", "owner@example.com")
			b.ClickTo("main button", "#code")
			b.Sound("sent")
			consoletest.Shoot(b, "late-sent-"+c.language)
			b.Set("#code", codeTo(w, t, "owner@example.com"))
			b.ClickTo("main button", "blockquote")
			b.Sound("not saved yet")
			consoletest.Shoot(b, "late-back-"+c.language)
			b.Click("main button")
			b.Until(`location.pathname === "/cases/` + mine.ID() + `"`)
			b.Until(`!Object.keys(localStorage).some((k) => k.startsWith("onetap-draft/"))`)
			if now, err := w.Store.CaseByID(t.Context(), mine.ID()); err != nil || strconv.Itoa(now.Notes) != "1" {
				t.Errorf("%d notes, %v", now.Notes, err)
			}
		})
	}
}
