package results_test

import (
	"fmt"
	"html"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/insight"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// spoken is a campaign whose detractors speak of lifts and whose promoters of music, of which no theme knows.
func spoken(t *testing.T, w *consoletest.World, id survey.CampaignID, weeks int, detractors int) {
	t.Helper()
	a := w.Asks(id, survey.Customers, string(id), weeks)
	for i := range 80 {
		score, why := 10, fmt.Sprintf("Музыка играет, мелодия %d", i)
		if i%4 < detractors {
			score, why = 3, []string{"Лифт застрял, двери заедают", "Двери! Лифты! И дорого"}[i%2]
		}
		a.Answer("Север", score, 1, func(r *survey.Response, _ *survey.Contact) { r.Why = why })
	}
	a.Counted()
}

func analysed(t *testing.T, w *consoletest.World) {
	t.Helper()
	if err := (&insight.Analyst{Store: w.Store, Log: slog.New(slog.DiscardHandler), Now: w.Now}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Words that no theme knows are shown to who keeps the dictionary, and go into it with a tap.
func TestUnknownWords(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	spoken(t, w, "springaa", 1, 2)
	analysed(t, w)
	const path = "/results/springaa/themes"
	admin := w.Visitor("administrator", "ru")
	_, page := admin.Get(path)
	page = strings.ReplaceAll(page, "\u00a0", " ")
	for _, want := range []string{"Слова, которых нет ни в одной теме", `name="word" value="двери"`, `name="word" value="мелодия"`, "критики", "сторонники"} {
		if !strings.Contains(page, want) {
			t.Fatalf("no %q in\n%s", want, page)
		}
	}
	if strings.Contains(page, `value="дорого"`) {
		t.Error("a word that a theme knows is suggested")
	}
	for _, role := range []string{"marketing", "analyst", "manager", "owner"} {
		if _, page := w.Visitor(role, "ru").Get(path); strings.Contains(page, "двери\"") || strings.Contains(page, "Слова, которых нет") {
			t.Errorf("%s sees them:\n%s", role, page)
		}
	}
	// None ticked, a new theme, into a theme that there is.
	const to = "/settings/themes/words"
	if status, page, _ := admin.Post(to, "version", "0", "campaign", "springaa"); status != 400 || !strings.Contains(page, "Отметьте слова") {
		t.Errorf("none ticked: %d", status)
	}
	if status, _, led := admin.Post(to, "version", "0", "campaign", "springaa", "word", "двери", "word", "лифт", "name", "Лифты"); status != 303 || led != path+"?done=theme_words_added" {
		t.Errorf("a new theme: %d to %s", status, led)
	}
	if status, _, led := admin.Post(to, "version", "1", "campaign", "no such", "word", "мелодия", "theme", "interior"); status != 303 || led != "/settings/themes?done=theme_words_added" {
		t.Errorf("into a theme: %d to %s", status, led)
	}
	if status, _, _ := admin.Post(to, "version", "1", "campaign", "springaa", "word", "играет", "theme", "interior"); status != 409 {
		t.Errorf("by a stale page: %d", status)
	}
	if status, _, _ := admin.Post(to, "version", "2", "campaign", "springaa", "word", "(a|b)"); status != 400 {
		t.Errorf("a regular expression: %d", status)
	}
	d, version, _, err := w.Store.Themes(t.Context())
	mine, _ := d.Of("own1")
	interior, _ := d.Of("interior")
	if err != nil || version != 2 || mine.Names["ru"] != "Лифты" || !slices.Equal(mine.Words, []string{"двери", "лифт"}) || !slices.Contains(interior.Words, "мелодия") {
		t.Errorf("%+v %d %v", mine, version, err)
	}
	// They are suggested no more, and after the next analysis they are a theme.
	if _, page := admin.Get(path); strings.Contains(page, `value="двери"`) {
		t.Error("what was added is suggested still")
	}
	if status, _, _ := admin.Post("/settings/themes/analyze"); status != 303 {
		t.Error("not asked for")
	}
	analysed(t, w)
	if _, page := admin.Get(path); !strings.Contains(page, "Лифты") || strings.Contains(page, `value="двери"`) {
		t.Errorf("%s", page)
	}
}

var quoted = regexp.MustCompile(`<blockquote dir="auto"><span class="score [a-z]+">(\d+)</span> ([^<]*)</blockquote>`)

// A theme's page has its share and tone, its trend over the campaigns, and comments that are as they were written.
func TestThemePage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	spoken(t, w, "winteraa", 9, 1)
	spoken(t, w, "springaa", 5, 2)
	said := map[string]string{}
	a := w.Asks("autumnaa", survey.Customers, "Осень", 1)
	for i := range 60 {
		why := fmt.Sprintf("Дорого, %d раз 🐢 <b>price</b> & \"цена\" %s", i, strings.Repeat("слово ", i*4))
		a.Answer("Север", []int{2, 8, 10}[i%3], 1, func(r *survey.Response, _ *survey.Contact) {
			if r.Why = why; i%2 == 1 {
				r.Why, r.Wish = "", why
			}
		})
		said[strings.TrimSpace(why)] = fmt.Sprint([]int{2, 8, 10}[i%3])
	}
	a.Counted()
	analysed(t, w)
	_, page := w.Visitor("administrator", "en").Get("/results/autumnaa/themes/price")
	page = strings.ReplaceAll(page, "\u00a0", " ")
	for _, want := range []string{
		"<h1>Prices</h1>", "poor 33% · fine 33% · wow 33%", ">60</a>", "100%", `class="chart trend"`, "/results/springaa/themes/price", "/results/winteraa/themes/price",
		"/results/autumnaa/answers?theme=price", "/settings/themes/price", "In their own words",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	shown := 0
	for _, path := range []string{"/results/autumnaa/themes/price", "/results/autumnaa/themes"} {
		_, page := w.Visitor("administrator", "ru").Get(path)
		for _, m := range quoted.FindAllStringSubmatch(page, -1) {
			shown++
			words := strings.TrimSpace(html.UnescapeString(m[2]))
			if score, ok := said[words]; !ok || score != m[1] {
				t.Errorf("%s: nobody who gave %s wrote %q", path, m[1], words)
			}
		}
	}
	if shown < 8 {
		t.Errorf("%d quotes", shown)
	}
	if _, page := w.Visitor("administrator", "en").Get("/results/springaa/themes/interior"); !strings.Contains(page, "Premises") || !strings.Contains(page, "Музыка играет") || strings.Contains(page, "autumnaa/themes") {
		t.Errorf("another theme: %s", page)
	}
	if _, page := w.Visitor("administrator", "en").Get("/results/springaa/themes/none"); !strings.Contains(page, "<h1>No theme</h1>") {
		t.Errorf("no theme: %s", page)
	}
	for path, want := range map[string]int{"/results/autumnaa/themes/nothing": 404, "/results/autumnaa/themes/%3Cb%3E": 404, "/results/nothing/themes/price": 404, "/results/springaa/themes/delivery": 200} {
		if status, page := w.Visitor("administrator", "en").Get(path); status != want {
			t.Errorf("%s: %d\n%s", path, status, page)
		}
	}
	// Who may not know the people sees no figure of fewer than ten comments, in no campaign of the trend.
	_, page = w.Visitor("analyst", "en").Get("/results/winteraa/themes/price")
	if page = strings.ReplaceAll(page, "\u00a0", " "); strings.Contains(page, "И дорого") && !strings.Contains(page, "fewer than 10 comments") || !strings.Contains(page, "fewer than 10 comments") && !strings.Contains(page, ">10<") {
		t.Errorf("an analyst: %s", page)
	}
	if status, _ := w.Visitor("analyst", "en").Get("/settings/themes/price"); status != 403 {
		t.Errorf("an analyst changes words: %d", status)
	}
}
