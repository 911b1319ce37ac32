package results_test

import (
	"fmt"
	"log/slog"
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
