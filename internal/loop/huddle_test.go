package loop_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
)

func problem(err error) string {
	var p *apperr.Error
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

// What a team agrees comes back until somebody says what became of it.
func TestHuddle(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	h := loop.Huddle{Team: "north"}
	for _, tt := range []struct {
		what, who string
		due       time.Time
		want      string
	}{
		{" ", "anna", now.AddDate(0, 0, 7), "agreement_words"},
		{strings.Repeat("я", loop.MaxAgreement+1), "anna", now.AddDate(0, 0, 7), "agreement_long"},
		{"call back the same day", "", now.AddDate(0, 0, 7), "agreement_who"},
		{"call back the same day", "anna", now, "agreement_due"},
		{"call back the same day", "anna", now.AddDate(2, 0, 0), "agreement_due"},
		{"call back the same day", "anna", now.AddDate(0, 0, 7), ""},
		{"read the bills aloud", "bert", now.AddDate(0, 0, 3), ""},
	} {
		next, err := h.Agree(tt.what, tt.who, tt.due, "max", now)
		if problem(err) != tt.want {
			t.Errorf("%.20q: %v, want %s", tt.what, err, tt.want)
		}
		h = next
	}
	if open := h.Open(); len(open) != 2 || open[0].N != 2 || !open[0].Late(now.AddDate(0, 0, 4)) || open[1].Late(now.AddDate(0, 0, 4)) {
		t.Fatalf("%+v", open)
	}
	if _, err := h.End(9, true, now); problem(err) != "agreement_unknown" {
		t.Error(err)
	}
	h, err := h.End(2, true, now)
	if err != nil || len(h.Open()) != 1 || !h.Agreed[1].Kept {
		t.Error(h, err)
	}
	for n := range loop.MaxAgreed + 80 {
		if h, err = h.Agree("more", "anna", now.AddDate(0, 0, 1), "max", now); err == nil {
			h, err = h.End(h.Last, n%2 == 0, now)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(h.Open()) != 1 || len(h.Agreed) > 61 {
		t.Errorf("%d kept, %d open", len(h.Agreed), len(h.Open()))
	}
	for err == nil {
		h, err = h.Agree("more", "anna", now.AddDate(0, 0, 1), "max", now)
	}
	if problem(err) != "agreements_full" || len(h.Open()) != loop.MaxAgreed {
		t.Error(err)
	}
}

// The company's board works on five at a time, each with a leader, and whoever raised something gets an answer.
func TestOuter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	var o loop.Outer
	if _, err := o.Raise("price", " ", "north", "max", now); problem(err) != "issue_words" {
		t.Error(err)
	}
	for range loop.MaxTaken + 2 {
		var err error
		if o, err = o.Raise("price", "bills come late", "North", "max", now); err != nil {
			t.Fatal(err)
		}
	}
	try := func(n int, to loop.IssueState, leader, answer, want string) {
		t.Helper()
		next, err := o.Answer(n, to, leader, answer, now)
		if problem(err) != want {
			t.Errorf("%d to %s: %v, want %q", n, to, err, want)
		}
		o = next
	}
	try(1, loop.Taken, "", "", "issue_leader")
	try(1, loop.Mended, "vera", "done", "issue_state")
	for n := range loop.MaxTaken {
		try(n+1, loop.Taken, "vera", "", "")
	}
	try(6, loop.Taken, "vera", "", "board_full")
	try(6, loop.Declined, "", "", "issue_answer")
	try(6, loop.Declined, "", "not this year", "")
	try(6, loop.Taken, "vera", "", "issue_state")
	try(1, loop.Mended, "", "bills go by the first", "")
	try(7, loop.Taken, "olga", "", "")
	try(70, loop.Taken, "olga", "", "issue_unknown")
	if got := o.Of("north", now.AddDate(0, 0, 20)); len(got) != 7 || got[5].Answer != "not this year" {
		t.Errorf("%+v", got)
	}
	if got := o.Of("north", now.AddDate(0, 0, 40)); len(got) != 5 {
		t.Errorf("what was answered long ago is still on the sheet: %+v", got)
	}
	if len(o.Of("south", now)) != 0 {
		t.Error("another team's")
	}
}
