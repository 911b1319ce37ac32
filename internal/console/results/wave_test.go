package results_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/insight"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// A wave's page says what happened and leads to its people, for who may see them; before it is analysed it says so, and can be asked for.
func TestWavePages(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	autumn := consoletest.Harvest(w)
	analyst := &insight.Analyst{Store: w.Store, Log: slog.New(slog.DiscardHandler), Now: w.Now}
	if _, page := w.Visitor("executive", "en").Get("/results/autumnaa/wave"); !strings.Contains(page, "has not been analyzed yet") || strings.Contains(page, "Who moved") {
		t.Errorf("before: %s", page)
	}
	if status, answer := w.Call("GET", "/api/v1/campaigns/autumnaa/wave", "application/json", nil); status != 409 || answer["error"].(map[string]any)["code"] != "wave_not_yet" {
		t.Errorf("the API, before: %d %v", status, answer)
	}
	if err := analyst.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for role, sees := range map[string]struct{ moves, leads bool }{"executive": {true, true}, "administrator": {true, true}, "owner": {true, false}, "analyst": {true, false}} {
		_, page := w.Visitor(role, "en").Get("/results/autumnaa/wave")
		if _, first := w.Visitor(role, "en").Get("/results/autumnaa"); !strings.Contains(first, "The NPS rose by 50.0 points, from +25 to +75") {
			t.Errorf("%s: the campaign's first page does not say it: %s", role, first)
		}
		leads := strings.Contains(page, "/results/autumnaa/moved?")
		if !strings.Contains(page, "The NPS rose by 50.0 points, from +25 to +75") || strings.Contains(page, "Who moved") != sees.moves || leads != sees.leads || strings.Contains(page, "What made the change") != (role != "analyst") {
			t.Errorf("%s: %s", role, page)
		}
		status, _ := w.Visitor(role, "en").Get("/results/autumnaa/moved?from=detractor&to=passive")
		if (status == 200) != sees.leads {
			t.Errorf("%s sees who moved: %d", role, status)
		}
	}
	_, page := w.Visitor("executive", "ru").Get("/results/autumnaa/moved?from=detractor&to=passive")
	if !strings.Contains(page, "15\u00a0человек") || strings.Count(page, "<tr>") != 16 || !strings.Contains(page, `<span class="score passive">8</span>`) || strings.Contains(page, "<script>alert") {
		t.Errorf("who moved: %s", page)
	}
	if _, page := w.Visitor("executive", "en").Get("/results/autumnaa/moved?from=&to=promoter"); !strings.Contains(page, "no answer; now: Promoters") {
		t.Errorf("who came: %s", page)
	}
	for _, wrong := range []string{"?from=nobody&to=passive", "?from=&to="} {
		if status, _ := w.Visitor("executive", "en").Get("/results/autumnaa/moved" + wrong); status == 200 || status >= 500 {
			t.Errorf("%s: %d", wrong, status)
		}
	}
	got := w.Must("GET", "/api/v1/campaigns/autumnaa/wave", "application/json", nil)
	if change := got["change"].(map[string]any); change["difference"] != 50.0 || got["before"] != "springaa" || got["paired"].(map[string]any)["both"] != 60.0 {
		t.Errorf("the API: %v", got)
	}
	if status, _, to := w.Visitor("executive", "en").Post("/results/autumnaa/analyse", "page", "themes"); status != 303 || to != "/results/autumnaa/themes?done=wave_asked" {
		t.Errorf("asked for: %d to %s", status, to)
	}
	if known, err := w.Store.Analysed(t.Context(), survey.Customers); err != nil || !known.Of[autumn.C.ID].Asked {
		t.Errorf("%+v, %v", known, err)
	}
}

// Which segments differ, and who answered against who was asked: for who may know the people, with the words of a verdict and of why there is no weighted score.
func TestSegmentsPage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := w.Asks("autumnaa", survey.Customers, "Autumn", 2)
	for i := range 120 {
		score := []int{10, 9, 10, 8}[i%4]
		if i%3 == 1 {
			score = []int{3, 6, 8, 9}[i/3%4]
		}
		a.Answer([]string{"North", "South", "West"}[i%3], score, 0, nil)
	}
	a.Counted()
	if err := (&insight.Analyst{Store: w.Store, Log: slog.New(slog.DiscardHandler), Now: w.Now}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, page := w.Visitor("executive", "en").Get("/results/autumnaa/segments")
	for _, want := range []string{"of the 3 segments compared differ from everyone else", "South", "badge", "Who answered, and who was asked"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q: %s", want, page)
		}
	}
	got := w.Must("GET", "/api/v1/campaigns/autumnaa/wave", "application/json", nil)
	if segments := got["segments"].(map[string]any); segments["looked"] != 3.0 || segments["list"].([]any)[0].(map[string]any)["value"] != "South" || segments["list"].([]any)[0].(map[string]any)["differs"] != true {
		t.Errorf("the API: %v", segments)
	}
	_, page = w.Visitor("analyst", "en").Get("/results/autumnaa/segments")
	if !strings.Contains(page, "for people who may know who answered") || strings.Contains(page, "<table") {
		t.Errorf("an analyst: %s", page)
	}
}

// A year's teams and awards, for who may know the people.
func TestTeamsPage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := w.Asks("autumnaa", survey.Customers, "Autumn", 2)
	for i := range 120 {
		a.Answer([]string{"North", "South", "West"}[i%3], []int{10, 3, 9}[i%3], 0, nil)
	}
	for range 3 {
		a.Answer("Few", 10, 0, nil)
	}
	a.Counted()
	year := a.C.Launched.Year()
	_, page := w.Visitor("executive", "en").Get(fmt.Sprint("/results/teams?year=", year))
	page = strings.ReplaceAll(page, "\u00a0", " ")
	for _, want := range []string{"North, West (shared)", "1 (shared)", "Best response rate", "Few", "No team this year."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q: %s", want, page)
		}
	}
	if _, page := w.Visitor("executive", "en").Get("/results"); !strings.Contains(page, "/results/teams") {
		t.Error("nothing leads there")
	}
	for path, want := range map[string]int{"?audience=employees": 403, "?audience=nobody": 404, "?year=abc": 404, "?year=1999": 200} {
		if status, _ := w.Visitor("executive", "en").Get("/results/teams" + path); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _ := w.Visitor("analyst", "en").Get("/results/teams"); status != 403 {
		t.Errorf("an analyst: %d", status)
	}
	got := w.Must("GET", fmt.Sprint("/api/v1/audiences/customers/teams?year=", year), "application/json", nil)
	if first := got["by_nps"].([]any)[0].(map[string]any); first["place"] != 1.0 || first["shared"] != true || got["by_nps"].([]any)[3].(map[string]any)["place"] != nil {
		t.Errorf("the API: %v", got)
	}
}

// Themes lead to the comments that speak of them; what stands there is what was written.
func TestThemesPage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	if err := (&insight.Analyst{Store: w.Store, Log: slog.New(slog.DiscardHandler), Now: w.Now}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, page := w.Visitor("executive", "ru").Get("/results/springaa/themes")
	for _, want := range []string{"2\u00a0ответа с\u00a0комментарием", "/results/springaa/answers?theme=delivery", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; долго везли 🐢", "Без темы", "/results/springaa/answers?theme=none"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if _, page := w.Visitor("executive", "ru").Get("/results/springaa/answers?theme=delivery"); !strings.Contains(page, "долго везли") || strings.Contains(page, "Отлично!") || !strings.Contains(page, "Тема: Доставка") {
		t.Errorf("the comments: %s", page)
	}
	if _, page := w.Visitor("executive", "ru").Get("/results/springaa/answers?theme=none"); strings.Contains(page, "долго везли") || !strings.Contains(page, "Отлично!") {
		t.Errorf("those without a theme: %s", page)
	}
	if status, _ := w.Visitor("executive", "ru").Get("/results/springaa/answers?theme=%3Cscript%3E"); status != 404 {
		t.Errorf("a theme that there is not: %d", status)
	}
	_, page = w.Visitor("analyst", "ru").Get("/results/springaa/themes")
	if page = strings.ReplaceAll(page, "\u00a0", " "); strings.Contains(page, "долго везли") || !strings.Contains(page, "меньше 10 комментариев") || !strings.Contains(page, "Ответов с комментарием меньше 10.") {
		t.Errorf("an analyst: %s", page)
	}
}
