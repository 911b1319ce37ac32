package console_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"onetap/internal/auth"
	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
)

const halfANote = "Позвонила, не отвечает. Спросить про счёт за октябрь и"

// typing is a browser in which an owner has half written a note.
func typing(t *testing.T, language string, width int64) (w *consoletest.World, b *browsertest.Tab, mine loop.Case) {
	t.Helper()
	w = consoletest.New(t, dynamo.Options{})
	w.Staffed()
	mine = w.Detractor(1, "owner", "Север", "Мария Петрова", "Три недели ждали ответа.", 3, w.Now())
	b = w.Tab("owner", width, language)
	b.Go("/cases/" + mine.ID())
	b.Type("#note", halfANote)
	return w, b, mine
}

// eval is what an expression is in a tab.
func eval(t *testing.T, b *browsertest.Tab, expression string) string {
	t.Helper()
	return browsertest.Ask(t, b.Context, chromedp.Evaluate[string](expression))
}

// note is what stands in the note's field.
func note(t *testing.T, b *browsertest.Tab) string {
	return eval(t, b, `document.getElementById("note").value`)
}

// kept is how many half-written texts the device keeps.
func kept(t *testing.T, b *browsertest.Tab) string {
	t.Helper()
	return eval(t, b, `String(Object.keys(localStorage).filter((k) => k.startsWith("onetap-draft/")).length)`)
}

// A click on the menu: the note is offered again, taken with one click, saved, and then forgotten.
func TestBrowserTypedSurvivesTheMenu(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
	}{{"ru", 390}, {"en", 1280}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w, b, mine := typing(t, c.language, c.width)
			b.ClickTo(".bar nav a[href='/contacts']", "main h1")
			b.Until(`location.pathname === "/contacts"`)
			b.Go("/cases/" + mine.ID())
			b.Wait(".draft-note")
			b.Sound("offered")
			consoletest.Shoot(b, "keep-"+c.language)
			if said := b.Text(".draft-note"); !strings.Contains(said, halfANote) || note(t, b) != "" {
				t.Errorf("offered %q, the field holds %q", said, note(t, b))
			}
			b.Click(".draft-note button:first-child")
			b.Until(`!document.querySelector(".draft-note")`)
			if got := note(t, b); got != halfANote {
				t.Errorf("taken: %q", got)
			}
			b.ClickTo("button[value=note]", "[role=status]")
			if kept(t, b) != "0" || strings.Contains(eval(t, b, `document.cookie`), "onetap-saved") {
				t.Errorf("kept after it was saved: %s, %s", kept(t, b), eval(t, b, `document.cookie`))
			}
			now, err := w.Store.CaseByID(t.Context(), mine.ID())
			if err != nil {
				t.Fatal(err)
			}
			if got, err := w.Store.Notes(t.Context(), now); err != nil || len(got) != 1 || got[0].Text != halfANote {
				t.Errorf("%+v, %v", got, err)
			}
			b.Go("/cases/" + mine.ID())
			b.Wait("#note")
			if eval(t, b, `String(!!document.querySelector(".draft-note"))`) != "false" {
				t.Error("offered after it was saved")
			}
		})
	}
}

// A tab that is closed at once, and a form that the server refuses, lose nothing; what somebody else saved meanwhile is not
// overwritten before the person says so; and what is discarded is gone.
func TestBrowserTypedSurvivesAClosedTab(t *testing.T) {
	t.Parallel()
	w, b, mine := typing(t, "en", 1280)
	b.Until(`localStorage.length > 0`)
	b.Go("/contacts")
	eval(t, b, `(localStorage.clear(), "")`)
	second, closeTab := chromedp.NewContext(b.Context)
	browsertest.Run(t, second, chromedp.Navigate(w.Site+"/cases/"+mine.ID()), browsertest.Shown("#note"), chromedp.SendKeys("#note", halfANote), browsertest.True(`localStorage.length > 0`))
	closeTab()
	w.As(t, "manager").Send("/cases/"+mine.ID(), "version", "1", "note", "Вера из другого окна", "do", "note").Want(t, 303)
	b.Go("/cases/" + mine.ID())
	if said := b.Text(".draft-note"); !strings.Contains(said, halfANote) || !strings.Contains(said, "Meanwhile") {
		t.Errorf("offered %q", said)
	}
	b.Click(".draft-note button:first-child")
	b.ClickTo("button[value=kept]", "#cause-wrong") // refused: the reason is missing
	if got := note(t, b); got != halfANote {
		t.Errorf("refused: %q", got)
	}
	b.Click("input[value=speed]")
	b.Go("/contacts")
	b.Go("/cases/" + mine.ID())
	if said := b.Text(".draft-note"); !strings.Contains(said, halfANote) {
		t.Errorf("after a refusal: %q", said)
	}
	b.Click(".draft-note button:last-child")
	b.Until(`!document.querySelector(".draft-note")`)
	if kept(t, b) != "0" {
		t.Error("kept after it was discarded")
	}
}

// A session that has expired: the note is refused, and offered after signing in.
func TestBrowserTypedSurvivesTheSession(t *testing.T) {
	t.Parallel()
	w, b, mine := typing(t, "en", 390)
	w.Pass(auth.SessionLife)
	b.Click("button[value=note]")
	b.Until(`!document.getElementById("note")`)
	b.Go(w.Link("owner") + "?to=/cases/" + mine.ID())
	b.ClickTo("main button", ".draft-note")
	b.Click(".draft-note button:first-child")
	if got := note(t, b); got != halfANote {
		t.Errorf("taken: %q", got)
	}
}

// Two people on one device: the second is offered nothing of the first's, who finds it again, and nothing is left of it
// once the first has signed out.
func TestBrowserTypedIsNobodyElses(t *testing.T) {
	t.Parallel()
	w, b, mine := typing(t, "en", 1280)
	b.Go("/contacts")
	as := func(staff string) {
		b.Go(w.Link(staff))
		b.Click("main button")
		b.Until(`location.pathname === "/"`)
		b.Go("/cases/" + mine.ID())
		b.Wait("#note")
	}
	as("manager")
	if eval(t, b, `String(!!document.querySelector(".draft-note"))`) != "false" {
		t.Error("somebody else's note is offered")
	}
	b.Type("#note", "Своё")
	b.Go("/contacts")
	b.Click(".me summary")
	b.Click(".me form:last-child button")
	b.Until(`location.pathname === "/sign-in"`)
	if kept(t, b) != "1" {
		t.Errorf("%s kept after the second has signed out, want the first's", kept(t, b))
	}
	as("owner")
	if said := b.Text(".draft-note"); !strings.Contains(said, halfANote) {
		t.Errorf("the first is offered %q", said)
	}
	b.Click(".me summary")
	b.Click(".me form:last-child button")
	b.Until(`location.pathname === "/sign-in"`)
	if kept(t, b) != "0" {
		t.Errorf("%s kept after signing out", kept(t, b))
	}
}

// Signing out among the devices leaves nothing, as signing out in the menu does; the others' stays theirs.
func TestBrowserTypedGoesWithTheDevice(t *testing.T) {
	t.Parallel()
	_, b, _ := typing(t, "en", 390)
	b.Until(`localStorage.length > 0`)
	b.Go("/devices")
	if kept(t, b) != "1" {
		t.Fatalf("%s kept before", kept(t, b))
	}
	b.Click(".devices button")
	b.Until(`location.pathname === "/sign-in"`)
	if kept(t, b) != "0" {
		t.Errorf("%s kept after signing out", kept(t, b))
	}
}

// What was half written about a case that is somebody else's now is shown to whom wrote it, once, to be passed on; the device
// keeps nothing of it.
func TestBrowserTypedOfAHandedOverCase(t *testing.T) {
	t.Parallel()
	w, b, mine := typing(t, "ru", 390)
	b.Until(`localStorage.length > 0`)
	b.Go("/contacts")
	w.As(t, "manager").Send("/cases/"+mine.ID(), "version", "1", "owner", "manager", "do", "hand").Want(t, 303)
	b.Go("/cases/" + mine.ID())
	b.Wait("[data-gone]")
	if got := note(t, b); got != halfANote {
		t.Errorf("shown: %q", got)
	}
	if kept(t, b) != "0" {
		t.Errorf("%s kept", kept(t, b))
	}
	b.Sound("handed over")
	consoletest.Shoot(b, "keep-former")
	b.Go("/cases/" + mine.ID())
	b.Wait("main h1")
	if eval(t, b, `String(document.querySelector("[data-gone]").hidden)`) != "true" {
		t.Error("shown twice")
	}
}

// What is kept is forgotten after two weeks, by whatever page is opened next.
func TestBrowserTypedIsForgotten(t *testing.T) {
	t.Parallel()
	_, b, mine := typing(t, "en", 1280)
	b.Go("/contacts")
	age := func(days string) {
		eval(t, b, `(() => { for (const k of Object.keys(localStorage)) localStorage.setItem(k, localStorage.getItem(k).replace(/"at":\d+/g, '"at":' + (Date.now() - `+days+` * 864e5))); return ""; })()`)
	}
	age("13.9")
	b.Go("/cases/" + mine.ID())
	if said := b.Text(".draft-note"); !strings.Contains(said, "14 days ago") {
		t.Errorf("offered %q", said)
	}
	age("14.1")
	b.Go("/contacts")
	b.Wait("main h1")
	if kept(t, b) != "0" {
		t.Error("kept for more than two weeks")
	}
}

// A contact typed in by hand, too, and gone from the device once it is saved.
func TestBrowserTypedContact(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	b := w.Tab("marketing", 390, "ru")
	b.Go("/contacts/new")
	b.Type("#name", "Мария Петрова")
	b.Type("#email", "maria@example.ru")
	b.Go("/contacts")
	b.Go("/contacts/new")
	b.Sound("offered")
	b.Click(".draft-note button:first-child")
	if got := eval(t, b, `document.getElementById("name").value + document.getElementById("email").value`); got != "Мария Петроваmaria@example.ru" {
		t.Errorf("taken: %q", got)
	}
	b.ClickTo("main form.card button:not([type])", "[role=status]")
	b.Until(`!Object.keys(localStorage).some((k) => k.startsWith("onetap-draft/"))`)
}

// The words of a campaign, too, and other fields than texts; tokens and codes never.
func TestBrowserTypedCampaign(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	b := w.Tab("marketing", 1280, "en")
	b.Go("/campaigns/new")
	b.Set("[name=name]", "Осенний опрос, наполовину")
	b.Go("/contacts")
	b.Go("/campaigns/new")
	b.Click(".draft-note button:first-child")
	if got := eval(t, b, `document.querySelector("[name=name]").value`); got != "Осенний опрос, наполовину" {
		t.Errorf("taken: %q", got)
	}
}
