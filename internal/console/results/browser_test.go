package results_test

import (
	"fmt"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// From the home page to the words of somebody who was unhappy, and to what has changed, as an executive does it.
func TestBrowserResults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, shows, verdict, none string
		width                          int64
		dark                           bool
	}{{"ru", "Показать", "Значимо лучше", "Ответов не нашлось. Уберите один из фильтров.", 390, true}, {"en", "Show", "Significantly better", "No answers match. Remove a filter.", 1280, false}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			consoletest.Spring(w)
			a := consoletest.Harvest(w)
			for i, owner := range []string{"owner", "manager", "owner"} {
				one := loop.Case{
					Campaign: a.C.ID, Contact: consoletest.ContactNumber(i + 1), Audience: survey.Customers, Owner: owner, State: loop.Open, Latest: 3,
					Opened: w.Now(), Deadline: w.Now().Add(time.Duration(i-1) * 5 * time.Hour),
				}
				if _, err := w.Store.CreateCase(t.Context(), one); err != nil {
					t.Fatal(err)
				}
			}
			shot := func(name string) string { return fmt.Sprintf("results-%s-%s-%d", name, c.language, c.width) }
			b := w.Tab("executive", c.width, c.language)
			b.Look(c.width, c.dark, c.language)
			look := func(name string) {
				t.Helper()
				b.Sound(name)
				consoletest.Shoot(b, shot(name))
			}
			look("home")
			b.ClickTo(`a[href="/results/autumnaa"]`, ".big")
			look("campaign")
			b.Click("details.data summary")
			b.Go("/results")
			look("list")
			b.ClickTo(`a[href="/results/springaa"]`, ".tabs")
			b.ClickTo(`a[href="/results/springaa/by/part-1"]`, "table")
			look("by")
			b.ClickTo(`a[href="/results/springaa/answers"]`, "#search")
			look("answers")
			b.Type("#search", "долго везли")
			b.ClickTo("form.card button", ".answers .card .said")
			look("found")
			if said := b.Text(".answers .card .said"); said != "<script>alert('x')</script> долго везли 🐢" {
				t.Errorf("found is %q", said)
			}
			b.Type("#search", " xyzzy")
			b.ClickTo("form.card button", ".empty")
			if said := b.Text(".empty p"); said != c.none {
				t.Errorf("nothing found says %q", said)
			}
			b.Go("/results/autumnaa")
			b.ClickTo(`form[action="/results/compare"] button`, ".note strong")
			look("compare")
			if said := b.Text(".note strong"); said != c.verdict {
				t.Errorf("the verdict is %q", said)
			}
			for _, staff := range []string{"owner", "marketing", "manager"} {
				b.Go("/")
				b.Click(".me summary")
				b.ClickTo(".me form:last-child button", "#email")
				b.Go(w.Link(staff))
				b.Click("main button")
				b.Until(`location.pathname === "/"`)
				look("home-" + staff)
			}
		})
	}
}
