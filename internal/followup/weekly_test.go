package followup_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"onetap/internal/followup/followuptest"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// hadWeek gives Anna a case in the week of a moment.
func hadWeek(t *testing.T, b *followuptest.Bench, opened time.Time) {
	t.Helper()
	c := loop.Case{Owner: "anna", Team: "north", Level: loop.LevelOwner, State: loop.Contacted, Opened: opened, Deadline: opened.Add(48 * time.Hour), Spoke: opened.Add(3 * time.Hour)}
	for owner, change := range (loop.CaseChange{Record: opened.String(), Now: &c}).ByOwner(time.UTC) {
		if err := b.Store.AddCaseFigures(context.Background(), owner, []loop.OwnerChange{change}, opened); err != nil {
			t.Fatal(err)
		}
	}
}

// weekly are the letters about weeks, by reader, in plain spaces.
func weekly(b *followuptest.Bench) map[string][]string {
	got := map[string][]string{}
	for _, l := range b.All("weekly") {
		got[l.To[0]] = append(got[l.To[0]], strings.ReplaceAll(l.Subject+"\n"+l.Text, "\u00a0", " "))
	}
	return got
}

// On the first morning of a week each level is told once how its own cases went, on the reader's clock and in their language; who has none is not, and
// nobody where the company does not want it.
func TestWeekIsToldOnce(t *testing.T) {
	t.Parallel()
	b := late(t)
	if err := b.Store.PutStaff(t.Context(), []survey.Staff{
		{ID: "anna", Email: "anna@example.com", Name: "Анна", Role: survey.RoleOwner, Team: "north", Manager: "max", Language: "ru", Zone: "America/New_York"},
	}); err != nil {
		t.Fatal(err)
	}
	week := func() {
		t.Helper()
		if err := b.Alerts.Weeks(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	hadWeek(t, b, b.Now()) // Monday, 2 March
	week()
	if got := weekly(b); len(got) != 0 {
		t.Fatalf("told in the first week of all: %v", got)
	}
	to := func(day, hour int) {
		t.Helper()
		b.Pass(time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC).Sub(b.Now()))
		week()
		week()
	}
	to(9, 8)
	if got := weekly(b); len(got) != 0 {
		t.Fatalf("told before the morning: %v", got)
	}
	to(9, 9)
	got := weekly(b)
	if len(got) != 3 || len(got["max@example.com"]) != 1 || len(got["vera@example.com"]) != 1 || len(got["olga@example.com"]) != 1 {
		t.Fatalf("told at nine: %v", got)
	}
	if max := got["max@example.com"][0]; !strings.Contains(max, "How your team’s cases went, 2 Mar – 8 Mar") || !strings.Contains(max, "Spoken to by the deadline: 1 of 1") || !strings.Contains(max, "Opened: 1 (the week before: 0)") {
		t.Error(max)
	}
	to(9, 14) // nine in New York is at 13:00: its clocks have gone forward
	got = weekly(b)
	if anna := got["anna@example.com"]; len(anna) != 1 || !strings.Contains(anna[0], "Ваши обращения за неделю") || len(got["bert@example.com"]) != 0 || len(got) != 4 {
		t.Fatalf("told in the end: %v", got)
	}
	p, err := b.Store.Practice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.NoWeekly = true
	if _, err := b.Store.PutPractice(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	to(16, 15)
	to(17, 15)
	if again := weekly(b); len(again) != 4 || len(again["anna@example.com"]) != 1 {
		t.Errorf("told though it is off: %v", again)
	}
}

// Wherever the clock dies, each reader of a week is told at least once, and not more than twice.
func TestWeekDiesAtEveryCall(t *testing.T) {
	t.Parallel()
	b := late(t)
	if err := b.Alerts.Weeks(t.Context()); err != nil {
		t.Fatal(err)
	}
	weeks := 0
	for _, op := range []string{"PutItem", "SendEmail"} {
		for _, f := range []followuptest.Fault{{Lost: true}, {Dies: true}, {Lost: true, Dies: true}} {
			f.Operation = op
			for f.At = 1; ; f.At++ {
				weeks++
				hadWeek(t, b, b.Now())
				before := weekly(b)
				b.Pass(7*24*time.Hour - 1*time.Hour*time.Duration(b.Now().Hour()-10))
				b.Arm(&f)
				_ = b.Alerts.Weeks(context.Background())
				reached := b.Calls() >= f.At
				b.Arm(nil)
				for range 3 {
					b.Pass(4 * time.Minute)
					_ = b.Alerts.Weeks(context.Background())
				}
				got := weekly(b)
				for _, who := range []string{"anna", "max", "vera", "olga"} {
					to := who + "@example.com"
					if n := len(got[to]) - len(before[to]); n < 1 || n > 2 {
						t.Fatalf("%s %v: %s has %d letters", op, f, who, n)
					}
				}
				if !reached {
					break
				}
			}
		}
	}
	t.Logf("%d weeks", weeks)
}
