package contacts_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"onetap/internal/contacts"
	"onetap/internal/survey"
)

// stepped is a table that tells of each step of undoing, on which time passes with each, and which may die after one.
type stepped struct {
	contacts.Store
	step func(at survey.UndoPlace, done int) error
}

func (s *stepped) TakeBack(ctx context.Context, u survey.UploadRecord, at survey.UndoPlace, used func(context.Context, []survey.ContactID) (map[survey.ContactID]bool, error)) ([]survey.TakenBack, *survey.UndoPlace, error) {
	done, next, err := s.Store.TakeBack(ctx, u, at, used)
	if err == nil {
		err = s.step(at, len(done))
	}
	return done, next, err
}

// A long list is undone in steps of some hundred contacts, a call does as many as its time suffices for, and who goes on after a death
// begins where it was saved last. With ONETAP_UNDO_ROWS it says how long so many rows take.
func TestUndoOfALongListGoesInSteps(t *testing.T) {
	t.Parallel()
	rows := 9_000
	if n, err := strconv.Atoi(os.Getenv("ONETAP_UNDO_ROWS")); err == nil {
		rows = n
	}
	l, s := newLists(t)
	clock := noon
	l.Now = func() time.Time { return clock }
	var b strings.Builder
	for i := range rows {
		if i%40_000 == 0 {
			if i > 0 {
				takeLong(t, l, b.String())
			}
			b.Reset()
			b.WriteString("email;имя\n")
		}
		fmt.Fprintf(&b, "c%d@example.ru;Анна\n", i)
	}
	last := rows - (rows-1)/40_000*40_000
	begun := time.Now()
	takeLong(t, l, b.String())
	t.Logf("%d rows taken in %v", last, time.Since(begun))
	uploads, _, err := l.History(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	const most, saved = 500, 2000 // of a step; between two places that are saved
	removed, calls, begun := 0, 0, time.Now()
	var longest time.Duration
	for _, up := range uploads {
		since, deaths, seen := 0, 0, map[survey.UndoPlace]int{}
		steps := &stepped{Store: s, step: func(at survey.UndoPlace, done int) error {
			clock = clock.Add(time.Second)
			if seen[at]++; seen[at] > 2+rows/10_000 {
				t.Errorf("step %+v is done %d times", at, seen[at])
			}
			if since += done; done > most {
				t.Errorf("one step undoes %d contacts", done)
			}
			if since > saved && deaths < 1+rows/10_000 {
				since, deaths = 0, deaths+1
				return errors.New("it died here")
			}
			return nil
		}}
		l.Store = steps
		for {
			was, call := clock, time.Now()
			u, err := l.Undo(t.Context(), klimova, up.ID)
			calls++
			longest = max(longest, time.Since(call))
			if clock.Sub(was) > 9*time.Second {
				t.Errorf("a call goes on for %v", clock.Sub(was))
			}
			if err == nil && u.State == survey.UploadUndone {
				removed += u.Undo.Removed
				break
			}
			if calls > 100+rows/100 {
				t.Fatalf("not undone: %+v, %v", u, err)
			}
		}
		if deaths == 0 {
			t.Error("it did not die")
		}
	}
	t.Logf("%d rows undone in %v, %d calls, the longest %v", rows, time.Since(begun), calls, longest)
	if removed != rows || everybody(t, s) != "" {
		t.Errorf("%d of %d are removed", removed, rows)
	}
}

func takeLong(t *testing.T, l *contacts.Lists, list string) {
	t.Helper()
	if out, err := l.TakeAtOnce(t.Context(), survey.Customers, contacts.Corrections{Confirmed: true}, []byte(list)); err != nil || out.New == 0 {
		t.Fatalf("%+v, %v", out.Upserted, err)
	}
}
