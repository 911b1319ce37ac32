package cases_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/insight/themes"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
)

// plain is a page with spaces where lines may not break.
func plain(page string) string { return strings.ReplaceAll(page, "\u00a0", " ") }

// The causes that go with a comment's themes stand first, and nothing is chosen: what is offered depends on the words and the company's dictionary alone.
func TestCausesAreOffered(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна", "Дорого, и хамят", 3, w.Now())
	silent := w.Detractor(2, "owner", "Север", "Пётр", "", 2, w.Now())
	causes := func(page string) (all []string) {
		for _, m := range regexp.MustCompile(`name="cause" value="([a-z0-9]+)"( checked)?`).FindAllStringSubmatch(page, -1) {
			all = append(all, m[1]+m[2])
		}
		return all
	}
	standard := loop.StandardCauses().Offered()
	owner := w.Visitor("owner", "ru")
	_, page := owner.Get("/cases/" + c.ID())
	page = plain(page)
	got := causes(page)
	if len(got) != len(standard) || got[0] != "price" || got[1] != "people" || !strings.Contains(page, "В комментарии: Цены, Персонал. Подходящие причины стоят первыми.") || strings.Count(page, `<label class="first">`) != 2 {
		t.Errorf("offered %v\n%s", got, page)
	}
	if _, page := owner.Get("/cases/" + silent.ID()); causes(page)[0] != string(standard[0]) || strings.Contains(plain(page), "В комментарии:") {
		t.Errorf("without words: %v", causes(page))
	}
	// What was chosen stays chosen when the form comes back, in its place.
	_, page, _ = owner.Post("/cases/"+c.ID(), "version", "1", "state", "resolved", "cause", "speed", "outcome", "no such")
	if got := causes(page); got[0] != "price" || !slices.Contains(got, "speed checked") || slices.Contains(got, "price checked") {
		t.Errorf("again: %v", got)
	}
	suggested := func(id string) (all []string) {
		for _, one := range w.Must("GET", "/api/v1/cases/"+id, "application/json", nil)["suggested_causes"].([]any) {
			all = append(all, one.(map[string]any)["cause"].(string))
		}
		return all
	}
	if got := suggested(c.ID()); !slices.Equal(got, []string{"price", "people"}) || suggested(silent.ID()) != nil {
		t.Errorf("the API: %v", got)
	}
	// Another dictionary: a theme without a cause, one with a cause that is not offered any more, two of one cause.
	d := themes.Dictionary{
		{ID: "a", Names: map[string]string{"en": "A"}, Words: []string{"дорого"}},
		{ID: "b", Names: map[string]string{"en": "B"}, Words: []string{"хамят"}, Cause: "own7"},
		{ID: "c", Names: map[string]string{"en": "C"}, Words: []string{"хам*"}, Cause: "mistake"},
		{ID: "d", Names: map[string]string{"en": "D"}, Words: []string{"дорого"}, Cause: "mistake"},
	}
	if _, err := w.Store.PutThemes(t.Context(), d, 0); err != nil {
		t.Fatal(err)
	}
	if got := suggested(c.ID()); !slices.Equal(got, []string{"mistake"}) {
		t.Errorf("another dictionary: %v", got)
	}
	if _, page := owner.Get("/cases/" + c.ID()); causes(page)[0] != "mistake" || !strings.Contains(plain(page), "C, D. Подходящая причина стоит первой.") {
		t.Errorf("%v", causes(page))
	}
	if status, page, _ := owner.Post("/cases/"+c.ID(), "version", "1", "state", "resolved", "outcome", "kept"); status != 400 {
		t.Errorf("resolved without a cause that somebody has chosen: %d\n%s", status, page)
	}
}
