package loop_test

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

var midday = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// opened is a case as it is after its alert, stored three times.
func opened() loop.Case {
	return loop.Case{
		Campaign: "autumn22", Contact: "abcdefghijklmnop", Owner: "anna", Level: loop.LevelOwner, State: loop.Open, Score: 3, Latest: 3,
		Opened: midday, Deadline: midday.Add(48 * time.Hour), Alert: loop.Alert{Letters: 1, Sent: midday, Message: "m"}, Version: 3,
		History: []loop.Event{{At: midday, What: loop.Opened, Version: 1}, {At: midday, What: loop.Alerted, Version: 3}},
	}
}

func TestDo(t *testing.T) {
	t.Parallel()
	boris := survey.Staff{ID: "boris"}
	for _, c := range []struct {
		name string
		work loop.Work
		code string
	}{
		{"nothing", loop.Work{Note: " \n"}, "case_nothing"},
		{"back", loop.Work{State: loop.Open}, "case_state"},
		{"given up too early", loop.Work{State: loop.Unreachable}, "case_tries"},
		{"six causes", loop.Work{State: loop.Resolved, Causes: []loop.Cause{"a", "b", "c", "d", "e", "f"}, Outcome: "kept"}, "case_causes"},
		{"a promise without a day", loop.Work{Promise: "a call"}, "promise_by"},
		{"a day without a promise", loop.Work{Note: "x", Promised: midday.Add(50 * time.Hour)}, "promise_words"},
		{"a promise of yesterday", loop.Work{Promise: "a call", Promised: midday.Add(-time.Hour)}, "promise_past"},
		{"kept what was not promised", loop.Work{Kept: []int{1}}, "promise_unknown"},
		{"no cause", loop.Work{State: loop.Resolved, Outcome: "solved"}, "case_cause"},
		{"no outcome", loop.Work{State: loop.Resolved, Causes: []loop.Cause{"speed"}, Outcome: "fine"}, "case_outcome"},
		{"cause too early", loop.Work{State: loop.Contacted, Causes: []loop.Cause{"speed"}}, "case_cause_early"},
		{"long", loop.Work{Note: strings.Repeat("ж", loop.MaxNote+1)}, "note_too_long"},
		{"to the same", loop.Work{To: &survey.Staff{ID: "ANNA"}}, "case_owner_same"},
		{"all at once", loop.Work{State: loop.Resolved, Causes: []loop.Cause{"speed"}, Outcome: "solved", Note: strings.Repeat("ж", loop.MaxNote), To: &boris}, ""},
	} {
		before := opened()
		after, note, err := before.Do(c.work, "anna", midday.Add(time.Hour))
		if c.code != "" {
			if !apperr.Is(err, c.code) || note != nil {
				t.Errorf("%s: %v, want %s", c.name, err, c.code)
			}
			continue
		}
		if err != nil || after.State != loop.Resolved || after.Owner != "boris" || len(note) != 1 || note[0].N != 1 || after.Notes != 1 || len(before.History) != 2 {
			t.Errorf("%s: %+v, %v", c.name, after, err)
		}
		if after.Alert != before.Alert {
			t.Error("a letter about a resolved case")
		}
	}
	full := opened()
	full.Notes = loop.MaxNotes
	if _, _, err := full.Do(loop.Work{Note: "one more"}, "anna", midday); !apperr.Is(err, "notes_full") {
		t.Errorf("one note too many: %v", err)
	}
	if _, _, err := full.Do(loop.Work{State: loop.Contacted}, "anna", midday); err != nil {
		t.Errorf("a full case does not move: %v", err)
	}
}

// What the machine does to a case in between makes nobody's form stale; what people do does.
func TestSinceAndDid(t *testing.T) {
	t.Parallel()
	c := opened()
	if got := c.Since(2, nil); len(got) != 0 {
		t.Errorf("a letter is told as a change: %v", got)
	}
	w := loop.Work{State: loop.Acknowledged, Note: "calls"}
	after, note, err := c.Do(w, "anna", midday)
	if err != nil {
		t.Fatal(err)
	}
	if got := after.Since(3, nil); len(got) != 1 || got[0].What != loop.Moved || got[0].State != loop.Acknowledged || got[0].Version != 4 {
		t.Errorf("since then: %+v", got)
	}
	for _, d := range []struct {
		work loop.Work
		by   string
		want bool
	}{
		{w, "anna", true},
		{w, "boris", false},
		{loop.Work{State: loop.Contacted, Note: "calls"}, "anna", false},
		{loop.Work{State: loop.Acknowledged, Note: "other"}, "anna", false},
		{loop.Work{State: loop.Acknowledged}, "anna", true},
	} {
		if got := after.Did(d.work, d.by, note); got != d.want {
			t.Errorf("%+v by %s is done already: %v", d.work, d.by, got)
		}
	}
}

// The new owner is told at once; who takes a case needs no letter; a case that opens again forgets how it ended.
func TestHandedOver(t *testing.T) {
	t.Parallel()
	c, _, err := opened().Do(loop.Work{To: &survey.Staff{ID: "boris"}}, "anna", midday)
	if err != nil || c.Level != loop.LevelHanded || !c.Alert.Due.Equal(midday) || c.FollowUp() || !c.Claimable(midday) {
		t.Errorf("handed over: %+v, %v", c, err)
	}
	c, _, err = opened().Do(loop.Work{To: &survey.Staff{ID: "boris"}}, "boris", midday)
	if err != nil || c.Owner != "boris" || c.Ready(midday) {
		t.Errorf("taken: %+v, %v", c, err)
	}
	if c, _, err = c.Do(loop.Work{State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: "lost"}, "boris", midday); err != nil || c.Outcome != "lost" {
		t.Fatal(c.Outcome, err)
	}
	c, _ = c.Apply(survey.Response{Score: 9, Verified: true, Version: 8, Updated: midday})
	c, _ = c.Apply(survey.Response{Score: 2, Verified: true, Version: 9, Updated: midday})
	if c.State != loop.Resolved || !c.Claimable(midday) {
		t.Errorf("before it has settled: %+v", c)
	}
	if c = c.Claim("x", midday); c.State != loop.Open || c.Causes != nil || c.Outcome != "" {
		t.Errorf("open again: %+v", c)
	}
}

// Whoever was not reached is called again at a time: the case is somebody's, stands there in the lists, and its deadline stays.
func TestCallAgain(t *testing.T) {
	t.Parallel()
	at := midday.Add(70 * time.Hour)
	c, note, err := opened().Do(loop.Work{Again: at, Note: "on holiday"}, "anna", midday)
	if err != nil || len(note) != 1 || c.State != loop.Acknowledged || !c.Next().Equal(at) || !c.Deadline.Equal(opened().Deadline) {
		t.Fatalf("%+v, %v", c, err)
	}
	if last := c.History[len(c.History)-1]; len(c.History) != 3 || last.What != loop.Unreached || !last.Until.Equal(at) || last.By != "anna" {
		t.Errorf("history %+v", c.History)
	}
	if !c.Did(loop.Work{Again: at, Note: "on holiday"}, "anna", note) || c.Did(loop.Work{Again: at.Add(time.Hour)}, "anna", note) {
		t.Error("a form sent twice is not told from another one")
	}
	if !c.Late(at) || c.Late(midday) {
		t.Error("a call that was put off has no deadline")
	}
	spoken, _, err := c.Do(loop.Work{State: loop.Contacted}, "anna", midday)
	if err != nil || !spoken.Again.IsZero() || spoken.Late(at) || !spoken.Next().Equal(c.Deadline) {
		t.Errorf("after the talk: %+v, %v", spoken, err)
	}
	resolved, _, _ := opened().Do(loop.Work{State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: "lost"}, "anna", midday)
	for _, bad := range []struct {
		c    loop.Case
		work loop.Work
		code string
	}{
		{c, loop.Work{Again: midday}, "again_past"},
		{c, loop.Work{Again: midday.Add(91 * 24 * time.Hour)}, "again_far"},
		{c, loop.Work{Again: at, State: loop.Contacted}, "again_state"},
		{resolved, loop.Work{Again: at}, "again_state"},
	} {
		if _, _, err := bad.c.Do(bad.work, "anna", midday); !apperr.Is(err, bad.code) {
			t.Errorf("%+v: %v, want %s", bad.work, err, bad.code)
		}
	}
}

// A resolved case can be opened again: with a new term, without its end, and its owner is told where somebody else did it.
func TestReopen(t *testing.T) {
	t.Parallel()
	resolved, _, err := opened().Do(loop.Work{State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: "lost"}, "anna", midday)
	if err != nil {
		t.Fatal(err)
	}
	later := midday.Add(100 * time.Hour)
	resolved.Rules.Term = 48 * time.Hour
	c, _, err := resolved.Do(loop.Work{State: loop.Open}, "anna", later)
	if err != nil || c.State != loop.Open || c.Causes != nil || c.Outcome != "" || !c.Deadline.Equal(later.Add(48*time.Hour)) || c.Ready(later) {
		t.Errorf("by its owner: %+v, %v", c, err)
	}
	for _, by := range []string{"max", ""} {
		c, _, err = resolved.Do(loop.Work{State: loop.Open, Note: "they called"}, by, later)
		if err != nil || !c.Ready(later) || !c.ByHand {
			t.Errorf("by %q: %+v, %v", by, c, err)
		}
		if happy := answer(9, 9, "", 0); !c.Says(happy) {
			t.Errorf("by %q: nobody is told once the score has risen", by)
		}
		c = c.Claim("x", later)
		if c, _ = c.Sent("x", "id", answer(1, 3, "", 0), anna, later); c.ByHand {
			t.Error("a letter has said it, and the next would again")
		}
	}
}

func TestWhoHadIt(t *testing.T) {
	t.Parallel()
	c, _, err := opened().Do(loop.Work{To: &survey.Staff{ID: "Boris"}}, "max", midday)
	if err == nil {
		c, _, err = c.Do(loop.Work{To: &survey.Staff{ID: "clara"}}, "boris", midday)
	}
	if err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]bool{"anna": true, "ANNA": true, "boris": true, "clara": false, "max": false, "": false} {
		if c.Had(who) != want {
			t.Errorf("%q had the case: %v", who, !want)
		}
	}
	old := loop.Case{Owner: "boris", History: []loop.Event{{What: loop.Handed, By: "anna", To: "boris"}}}.Learn() // from before the event said it
	if !old.Had("anna") || old.Had("boris") {
		t.Error("an older case does not know who had it")
	}
}
