package api_test

import (
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// A closing date that passes while the draft lies around is found at launch.
func TestLaunchAfterClosing(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Must("POST", "/api/v1/contacts?audience=customers", "text/csv", []byte("email\na@example.com\n"))
	made := w.Must("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"Autumn","audience":"customers","closes_at":"2026-11-21T09:00:00Z"}`))
	w.Pass(48 * time.Hour)
	before := w.Stored()
	status, answer := w.Call("POST", "/api/v1/campaigns/"+made["id"].(string)+"/launch", "application/json", nil)
	if problem, _ := answer["error"].(map[string]any); status != 400 || problem["code"] != "closing_in_past" || problem["where"] != "closes_at" || w.Stored() != before {
		t.Errorf("%d %v", status, answer)
	}
}
