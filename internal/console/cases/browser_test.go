package cases_test

import (
	"testing"
	"time"

	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
)

// From the letter's link, before one is signed in, to the case that is resolved.
func TestBrowserCase(t *testing.T) {
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
			for n, name := range []string{"Анна Смирнова", "محمد علي", "Очень-Длинное-Имя-Без-Единого-Пробела-И-Без-Конца ООО «Северное сияние»", "O'Brien 🙂"} {
				w.Detractor(n, "owner", "Север", name, "Долго ждали ответа.\nПотом прислали не тот счёт.", n*2, w.Now().Add(-time.Duration(n)*20*time.Hour))
			}
			mine := w.Detractor(9, "owner", "Север", "Мария Петрова", "Три недели ждали ответа.\nПотом прислали не тот счёт.", 3, w.Now().Add(-30*time.Hour))
			b := browsertest.Open(t, w.Site)
			b.Look(c.width, c.dark, c.language)
			b.Go("/cases/" + mine.ID())
			b.Type("#email", "owner@example.com")
			b.ClickTo("main button", "[role=status]")
			letters, err := w.Inbox.Letters(t.Context())
			if err != nil || len(letters) != 1 {
				t.Fatal(len(letters), err)
			}
			b.Go(consoletest.SignInPath(t, letters[0].Text))
			b.ClickTo("main button", "#note")
			b.Sound("case")
			consoletest.Shoot(b, "case-"+c.language)

			b.Type("#note", "Позвоню сегодня")
			b.ClickTo("button[value=acknowledged]", "[role=status]")
			b.ClickTo("button[value=kept]", "#cause-wrong")
			b.Sound("what is missing")
			consoletest.Shoot(b, "case-wrong-"+c.language)
			b.Click("input[value=speed]")
			b.ClickTo("button[value=kept]", "[role=status]")
			b.Sound("resolved")
			consoletest.Shoot(b, "case-resolved-"+c.language)
			if got := caseNow(w, mine); got.State != loop.Resolved || got.Notes != 1 || len(got.Causes) != 1 || got.Causes[0] != "speed" || got.Outcome != "kept" {
				t.Errorf("%s with %d notes", got.State, got.Notes)
			}
			b.ClickTo("main a", ".board")
			b.Sound("board")
			consoletest.Shoot(b, "cases-"+c.language)
		})
	}
}

// From the alert's link to a customer who was called, spoken to and whose case is resolved: four taps for who is signed in. On a phone
// the page begins with what was said and the number, before anything can be written.
func TestBrowserFourTaps(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	for n, language := range []string{"ru", "en"} {
		t.Run(language, func(t *testing.T) {
			c := w.Detractor(n, "owner", "Север", "Анна Смирнова", "Три недели ждали ответа.\nПотом прислали не тот счёт.", 3, w.Now().Add(-time.Hour))
			b := browsertest.Open(t, w.Site)
			b.Look(390, language == "en", language)
			b.Go("/sign-in")
			b.Type("#email", "owner@example.com")
			b.ClickTo("main button", "[role=status]")
			letters, err := w.Inbox.Letters(t.Context())
			if err != nil || len(letters) != n+1 {
				t.Fatal(len(letters), err)
			}
			b.Go(consoletest.SignInPath(t, letters[n].Text))
			b.ClickTo("main button", "h1")

			taps := 1 // the letter's link
			b.Go("/cases/" + c.ID())
			b.Wait("#note")
			b.Until(`(() => {
				const top = s => document.querySelector(s).getBoundingClientRect().top;
				return top("blockquote") < top("a.call") && top("a.call") < top("#note") && top("a.call") < innerHeight && document.querySelector("a.call").href === "tel:+74951234567";
			})()`)
			b.Sound("case")
			consoletest.Shoot(b, "case-phone-"+language)
			b.ClickTo("button[value=contacted]", "[role=status]")
			taps++
			b.Sound("spoken")
			consoletest.Shoot(b, "case-spoken-"+language)
			b.Click("input[value=speed]")
			taps++
			b.ClickTo("button[value=kept]", "[role=status]")
			taps++
			if got := caseNow(w, c); got.State != loop.Resolved || got.Outcome != "kept" || taps > 4 {
				t.Errorf("%s after %d taps", got.State, taps)
			}
		})
	}
}
