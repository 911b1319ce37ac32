package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// A program tells a resolved case's respondent what was done: one email, from the version that it has read; what is wrong is said, and nobody is written to.
func TestTellingByAPI(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна", "slow", 3, w.Now())
	tell := func(in map[string]any) (int, map[string]any) {
		body, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		return w.Call("POST", "/api/v1/cases/"+c.ID()+"/tell", "application/json", body)
	}
	refused := func(in map[string]any, status int, code string) {
		t.Helper()
		if got, answer := tell(in); got != status || answer["error"].(map[string]any)["code"] != code {
			t.Errorf("%v: %d %v, want %d %s", in, got, answer, status, code)
		}
		if letters, err := w.Inbox.Letters(t.Context()); err != nil || len(letters) > 0 {
			t.Errorf("%v: %d emails, %v", in, len(letters), err)
		}
	}
	refused(map[string]any{"text": "Mended."}, 409, "tell_state")
	w.Must("PATCH", "/api/v1/cases/"+c.ID(), "application/json", []byte(`{"state": "resolved", "causes": ["price"], "outcome": "kept"}`))
	refused(map[string]any{"text": " "}, 400, "tell_words")
	refused(map[string]any{"text": "Mended.", "version": 1}, 409, "case_changed")
	if status, answer := w.Call("POST", "/api/v1/cases/nosuchaa-aaaaaaaaaaaaaaaa/tell", "application/json", []byte(`{"text": "Mended."}`)); status != 404 {
		t.Errorf("a case that is not there: %d %v", status, answer)
	}
	if status, answer := tell(map[string]any{"text": "Счёт исправлен.", "version": 2}); status != 200 || answer["told"] == nil {
		t.Fatalf("%d %v", status, answer)
	}
	letters, err := w.Inbox.Letters(t.Context())
	if err != nil || len(letters) != 1 || letters[0].To[0] != "customer1@example.com" || !strings.Contains(letters[0].Text, "Счёт исправлен.") {
		t.Errorf("%+v, %v", letters, err)
	}
	if status, answer := tell(map[string]any{"text": "Once more."}); status != 409 {
		t.Errorf("told twice: %d %v", status, answer)
	}
}
