package results_test

import (
	"log/slog"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/insight"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// How touchpoints were found is shown with what they were called then, leads to its answers, and hides few ratings and segments from who may not know the people; the API
// and the file say the same.
func TestTouchpointsPage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	named := func(id survey.TouchpointID, en string) survey.Touchpoint {
		return survey.Touchpoint{ID: id, Kind: "service", Names: map[string]string{"en": en, "ru": "По-русски " + en}}
	}
	wave := func(id survey.CampaignID, weeks int, poor int, ask ...survey.Touchpoint) {
		a := w.Asks(id, survey.Customers, string(id), weeks)
		a.C.Version, a.C.Touchpoints = 1, ask
		saved, err := w.Store.SaveCampaign(t.Context(), a.C)
		if err != nil {
			t.Fatal(err)
		}
		a.C = saved
		for i := range 40 {
			a.Answer([]string{"North", "South"}[i%2], 9, i/6, func(r *survey.Response, _ *survey.Contact) {
				rated := map[survey.TouchpointID]survey.Rating{"t1": survey.Wow}
				if i < poor {
					rated["t1"] = survey.Poor
				}
				if i < 3 {
					rated["t2"] = survey.Fine
				}
				r.Ratings = r.Ratings.With(rated)
			})
		}
		a.Counted()
	}
	if _, err := w.Store.PutSettings(t.Context(), survey.Settings{Touchpoints: []survey.Touchpoint{named("t1", "Delivery"), named("t2", "Desk")}}); err != nil {
		t.Fatal(err)
	}
	wave("earliera", 20, 2, named("t1", "Couriers"))
	wave("laterbbb", 5, 30, named("t1", "Delivery"), named("t2", "Desk"))
	if err := (&insight.Analyst{Store: w.Store, Log: slog.New(slog.DiscardHandler), Now: w.Now}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := "/results/laterbbb/touchpoints"
	_, page := w.Visitor("executive", "en").Get(path)
	for _, want := range []string{"Delivery", "75", "then called “Couriers”", "worse than before", "answers?touch=t1.poor", "North"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q on the page: %s", want, page)
		}
	}
	if _, page := w.Visitor("analyst", "en").Get(path); !strings.Contains(page, "too few ratings") || strings.Contains(page, "North") {
		t.Errorf("an analyst sees what few have rated, or segments: %s", page)
	}
	if _, page := w.Visitor("executive", "ru").Get(path); !strings.Contains(page, "По-русски Delivery") || !strings.Contains(page, "хуже, чем раньше") {
		t.Errorf("in Russian: %s", page)
	}
	if _, page := w.Visitor("executive", "en").Get("/results/laterbbb/answers?touch=t2.fine"); strings.Count(page, `<li class="card">`) != 3 || !strings.Contains(page, "Desk: Fine") {
		t.Errorf("answers by a rating: %s", page)
	}
	if status, page := w.Visitor("owner", "en").Get(path); status != 200 || !strings.Contains(page, "Delivery") {
		t.Errorf("an owner: %d %s", status, page)
	}
	got := w.Must("GET", "/api/v1/campaigns/laterbbb/touchpoints", "application/json", nil)["touchpoints"].([]any)
	first := got[0].(map[string]any)
	if poor := first["poor"].(map[string]any); len(got) != 2 || first["ratings"] != 40.0 || poor["count"] != 30.0 || poor["percent"] != 75.0 || first["changed"] != -1.0 || len(first["before"].([]any)) != 1 || len(first["by"].([]any)) < 2 {
		t.Errorf("the API: %v", got)
	}
}
