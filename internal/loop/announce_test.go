package loop

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/survey"
)

// What is told of a case's life, and that none of it is what somebody said.
func TestAnnouncements(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	r := survey.Response{Campaign: "spring22", Contact: "aaaaaaaaaaaaaaab", Audience: survey.Customers, Score: 3, Version: 1, Verified: true, Why: "slow", Updated: at}
	opened := New(nil, r, Responsible{Staff: survey.Staff{ID: "anna", Email: "anna@example.com", Name: "Anna"}, Level: LevelOwner}, "north", Rules{Term: 48 * time.Hour}, r.Updated)
	opened.Version = 1
	kept := opened
	kept.Alert.Claim, kept.Version = "somebody", 2
	moved := func(c Case, to State) Case {
		c.State = to
		c.note(Event{At: at.Add(time.Hour), What: Moved, By: "anna", State: to})
		c.Version++
		return c
	}
	spoken := moved(kept, Contacted)
	over := moved(spoken, Resolved)
	for _, c := range []struct {
		name        string
		before, now *Case
		want        News
		did         []What
	}{
		{"opened", nil, &opened, CaseOpened, []What{Opened}},
		{"its alert is claimed", &opened, &kept, "", nil},
		{"spoken to", &kept, &spoken, CaseChanged, []What{Moved}},
		{"resolved", &spoken, &over, CaseResolved, []What{Moved}},
		{"dropped", &opened, nil, CaseChanged, []What{}},
	} {
		a, ok := CaseChange{Record: "17", Before: c.before, Now: c.now}.Announce()
		if ok != (c.want != "") || ok && (a.Type != c.want || !slices.Equal(a.Did, c.did) || a.ID != "spring22-aaaaaaaaaaaaaaab.17" || a.Gone != (c.now == nil)) {
			t.Errorf("%s: %v, %+v", c.name, ok, a)
		}
		b, err := json.Marshal(a)
		if err != nil || strings.Contains(string(b), "slow") || strings.Contains(string(b), "example.com") || strings.Contains(string(b), "Anna") {
			t.Errorf("%s: %s, %v", c.name, b, err)
		}
	}
	e, _ := EntryOf(opened)
	late := e.AnnounceOverdue(opened, LevelOwner)
	if again := e.AnnounceOverdue(opened, LevelOwner); late.ID != again.ID || late.ID == e.AnnounceOverdue(opened, LevelManager).ID || late.Type != CaseOverdue || !late.At.Equal(opened.Deadline) {
		t.Errorf("overdue: %+v", late)
	}
}
