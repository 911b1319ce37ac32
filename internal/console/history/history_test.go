package history_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

func path(t *testing.T, name string) string {
	t.Helper()
	p, err := filepath.Abs(filepath.Join("..", "..", "history", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func campaigns(t *testing.T, w *consoletest.World) []survey.Campaign {
	t.Helper()
	all, err := w.Store.Campaigns(t.Context(), survey.Customers, 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Somebody of marketing looks at a list, puts a column right, brings the answers in, finds them at their campaigns, and takes them back; without a script.
func TestBringInAndTakeBack(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "marketing")
	g.Get("/results").Want(t, 200, `href="/history"`)
	g.Get("/history").Want(t, 200, `href="/history/new"`)
	list := []byte(strings.Replace(string(read(t, "list.ru.csv")), "Оценка", "Сколько", 1))
	g.Upload("/history/look", "file", "old.csv", list, "audience", "customers").Want(t, 200, "No column of dates and no column of scores", "Сколько")
	list = read(t, "list.ru.csv")
	g.Upload("/history/look", "file", "old.csv", list, "audience", "customers").Want(t, 200, "What would come of it", "Осень 2024", "2 answers", `<option value="score" selected>`)
	if len(campaigns(t, w)) > 0 {
		t.Error("looking has brought something in")
	}
	done := g.Upload("/history/new", "file", "old.csv", list, "audience", "customers", "heading-0", "Филиал", "field-0", "ignored")
	done.Want(t, 303)
	g.Get(done.To).Want(t, 200, "Осень 2024", "Зима 2024", "Take back")
	g.Get("/history").Want(t, 200, "old.csv", done.To)
	all := campaigns(t, w)
	if len(all) != 2 || len(all[0].Dimensions) != 0 {
		t.Fatalf("campaigns %+v", all)
	}
	if page := g.Get("/campaigns/"+string(all[0].ID)).Want(t, 200, "brought in", "nothing to send"); strings.Contains(page.Text, "/edit") || strings.Contains(page.Text, "/copy") || strings.Contains(page.Text, "facts-title") {
		t.Error("it has settings")
	}
	g.Get("/results/"+string(all[0].ID)).Want(t, 200)
	g.Send(done.To+"/take-back").Want(t, 303)
	g.Get(done.To).Want(t, 200, "Answers taken back")
	if len(campaigns(t, w)) > 0 {
		t.Error("campaigns are left")
	}
}

// The same in a browser, where a long file goes by parts: 390 px and 1280 px, both languages.
func TestBrowserHistory(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
		dark     bool
	}{{"ru", 390, true}, {"en", 1280, false}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			b := w.Tab("marketing", c.width, c.language)
			b.Look(c.width, c.dark, c.language)
			b.Go("/history")
			b.Sound("no history")
			b.ClickTo("main a.button", "#file")
			b.Sound("history ask")
			b.File("#file", path(t, "list.ru.csv"))
			b.Click("#look")
			b.Wait("#comes")
			b.Sound("history looked at")
			consoletest.Shoot(b, "history-look-"+c.language)
			b.Click("#send")
			b.Until(`/^\/history\/[a-z2-7]{16}$/.test(location.pathname)`)
			b.Sound("history done")
			consoletest.Shoot(b, "history-done-"+c.language)
			if n := len(campaigns(t, w)); n != 2 {
				t.Errorf("%d campaigns", n)
			}
			b.Go("/campaigns/" + string(campaigns(t, w)[0].ID))
			b.Sound("a campaign that was brought in")
			consoletest.Shoot(b, "history-campaign-"+c.language)
			b.Go("/results/" + string(campaigns(t, w)[0].ID))
			b.Sound("results that were brought in")
			consoletest.Shoot(b, "history-results-"+c.language)
		})
	}
}
