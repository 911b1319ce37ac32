package auth

import (
	"encoding/json"
	"testing"
	"time"

	"onetap/internal/store"
)

var _ Store = (*store.Store)(nil)

// What one release has sent, the next reads.
func TestLinkRequestOfAnEarlierRelease(t *testing.T) {
	t.Parallel()
	var a LinkRequest
	err := json.Unmarshal([]byte(`{"email":"a@example.com","browser":"B","to":"/cases","language":"ru","site":"https://x.example","at":"2026-11-20T09:00:00Z"}`), &a)
	want := LinkRequest{Email: "a@example.com", Browser: "B", To: "/cases", Language: "ru", Site: "https://x.example", At: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	if err != nil || a != want {
		t.Errorf("read %+v, %v", a, err)
	}
}
