package api_test

import (
	"fmt"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// The API tells of days and columns what the pages show.
func TestResultsByAPI(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	consoletest.Spring(w)
	got := w.Must("GET", "/api/v1/campaigns/springaa/results?by=location", "", nil)
	if days := got["days"].([]any); len(days) != 10 || days[0].(map[string]any)["value"] != "2026-10-09" || days[0].(map[string]any)["answers"] != 6.0 {
		t.Errorf("days are %v", days)
	}
	by := got["by"].(map[string]any)
	if rows := by["rows"].([]any); len(rows) != 3 || rows[0].(map[string]any)["answers"] != 20.0 || by["at"] == nil || fmt.Sprint(got["parts"]) != "[location attr:Сегмент]" {
		t.Errorf("by location: %v, of %v", by, got["parts"])
	}
	if status, _ := w.Call("GET", "/api/v1/campaigns/springaa/results?by=product", "", nil); status != 400 {
		t.Errorf("a column that is no part: %d", status)
	}
	if status, _ := w.Call("POST", "/api/v1/campaigns/springaa/results/count", "", nil); status != 200 {
		t.Errorf("counting: %d", status)
	}
	consoletest.Harvest(w)
	if status, answer := w.Call("POST", "/api/v1/campaigns/autumnaa/results/count", "", nil); status != 409 {
		t.Errorf("counting by no columns: %d %v", status, answer)
	}
}
