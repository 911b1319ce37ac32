package results_test

import (
	"context"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/insight"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// Two campaigns: what differs, by how much at least and at most, and whether that is more than chance.
func TestComparePage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	consoletest.Harvest(w)
	alien := w.Asks("alienaaa", survey.Candidates, "Кандидаты", 1)
	alien.Answer("Север", 9, 0, nil)
	alien.Counted()
	v := w.Visitor("analyst", "ru")
	_, page := v.Get("/results/compare?a=autumnaa&b=springaa") // the later one is what has changed, however they are named
	v.Says(page, `<span class="big">+50</span>`, "Значимо лучше", "менее чем 0,1", "Весна &lt;b&gt;", "Осень 2026", "+25,0 п. п.", "−25,0 п. п.")
	if strings.Index(page, "Осень 2026") < strings.Index(page, "Весна") || strings.Contains(page, "Запад") {
		t.Error("the earlier campaign comes first, and a team of one of them is not compared")
	}
	if status, page := v.Get("/results/compare?a=alienaaa&b=springaa"); status != 409 || !strings.Contains(page, "аудитории между собой не сравнивают") {
		t.Errorf("two audiences are compared: %d", status)
	}
	if status, _ := v.Get("/results/compare?a=springaa&b=springaa"); status != 409 {
		t.Errorf("a campaign is compared with itself: %d", status)
	}
	if status, _ := v.Get("/results/compare?a=nonesuch&b=springaa"); status != 404 {
		t.Errorf("a campaign that there is not: %d", status)
	}
	got := w.Must("GET", "/api/v1/campaigns/autumnaa/compare?with=springaa", "", nil)
	whole := got["whole"].(map[string]any)["comparison"].(map[string]any)
	if whole["difference"] != 50.0 || whole["real"] != true || len(got["teams"].([]any)) != 2 || got["teams"].([]any)[0].(map[string]any)["value"] == "Запад" {
		t.Errorf("the API answers %v", got)
	}
}

// Of more answers than are read to show a page there is the last count, and when it was; until then a button.
func TestManyAnswersAreCountedFirst(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := consoletest.Spring(w)
	if err := w.Store.AddFigures(context.Background(), survey.Deltas{{Scope: string(a.C.ID), Kind: survey.KindWeek, Value: "2026-W42"}: {"s9": insight.CountedAtOnce}}); err != nil {
		t.Fatal(err)
	}
	v := w.Visitor("analyst", "en")
	_, page := v.Get("/results/springaa/by/part-0")
	v.Says(page, "Calculate")
	if strings.Contains(page, "Москва") {
		t.Error("it was counted")
	}
	v.Post("/results/springaa/count/part-0")
	_, page = v.Get("/results/springaa/by/part-0")
	v.Says(page, "Москва", "As of Friday, 20 November 2026, 12:00", "Recalculate")
}
