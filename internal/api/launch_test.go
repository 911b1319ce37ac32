package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// A campaign for four employees is refused with the reason, and with nothing written; by what their results are to be looked at must
// be columns.
func TestLaunchToFourEmployees(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Must("POST", "/api/v1/contacts?audience=employees", "text/csv", []byte("email,name\na@example.com,Anna\nb@example.com,Boris\nc@example.com,Clara\nd@example.com,Dora\n"))
	made := w.Must("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"Autumn","audience":"employees","groups":["team","attr:Grade"]}`))
	id := made["id"].(string)
	for body, want := range map[string]string{`{"version":1,"groups":["owner"]}`: "groups_unknown", `{"version":1,"groups":["team","team"]}`: "groups_twice", `{"version":1,"audience":"customers","groups":["team"]}`: "groups_not_here"} {
		status, answer := w.Call("PATCH", "/api/v1/campaigns/"+id, "application/json", []byte(body))
		if problem, _ := answer["error"].(map[string]any); status != 400 || problem["code"] != want {
			t.Errorf("%s: %d %v", body, status, answer)
		}
	}
	c, err := w.Store.Campaign(t.Context(), survey.CampaignID(id))
	if err != nil || !slices.Equal(c.Groups, []string{survey.GroupTeam, "attr:Grade"}) {
		t.Fatalf("%v, %v", c.Groups, err)
	}
	c.Ballots = true // as if employees could be asked
	if _, err := w.Store.SaveCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	before := w.Stored()
	status, answer := w.Call("POST", "/api/v1/campaigns/"+id+"/launch", "application/json", nil)
	problem, _ := answer["error"].(map[string]any)
	if text, _ := problem["message"].(string); status != 409 || problem["code"] != "employees_too_few" || !strings.Contains(text, "Only 4 employees") || !strings.Contains(text, "fewer than 5") || w.Stored() != before {
		t.Errorf("%d %v", status, answer)
	}
}

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
