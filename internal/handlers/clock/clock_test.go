package clock

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/followup/followuptest"
	"onetap/internal/loop"
	"onetap/internal/resealing"
	"onetap/internal/rights"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

const mailing = survey.CampaignID("spring22")

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func TestTasksDoNotStopEachOther(t *testing.T) {
	t.Parallel()
	var ran []string
	did := func(name string, err error) task {
		return task{name, time.Second, func(context.Context) error { ran = append(ran, name); return err }}
	}
	c := &Handler{log: quiet, tasks: []task{
		did("good", nil),
		did("failing", errors.New("broken")),
		{"panicking", time.Second, func(context.Context) error { ran = append(ran, "panicking"); panic("oh") }},
		{"slow", 10 * time.Millisecond, func(ctx context.Context) error { ran = append(ran, "slow"); <-ctx.Done(); return ctx.Err() }},
		did("last", nil),
	}}
	err := c.Handle(context.Background())
	if want := []string{"good", "failing", "panicking", "slow", "last"}; !slices.Equal(ran, want) {
		t.Errorf("ran %v, want %v", ran, want)
	}
	for _, want := range []string{"failing: broken", "panicking: panic: oh", "slow: context deadline exceeded"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
}

func TestNoTimeIsSaid(t *testing.T) {
	t.Parallel()
	c := &Handler{log: quiet, tasks: []task{{"late", time.Second, func(context.Context) error { t.Error("begun without time"); return nil }}}}
	ctx, cancel := context.WithTimeout(context.Background(), margin)
	defer cancel()
	if err := c.Handle(ctx); err == nil || !strings.Contains(err.Error(), "late: no time was left") {
		t.Errorf("error is %v", err)
	}
}

// world is a bench and its clock function.
func world(t *testing.T) (*followuptest.Bench, *Handler) {
	t.Helper()
	b := followuptest.Open(t)
	b.Campaign(mailing, "Spring")
	return b, New(b.Alerts, &rights.Rights{Store: b.Faulty, Now: time.Now}, &rights.Retention{Store: b.Faulty, Now: time.Now}, &rights.Resealer{Store: b.Faulty, Keys: storetest.Sealer(b.Faulty), Now: time.Now}, Words{Pairs: storetest.Sealer(b.Faulty), Resealer: &resealing.Resealer{Store: b.Faulty, Now: time.Now}}, &rights.Disclosure{Store: b.Faulty}, quiet)
}

// take tells the alerts of an answer, perhaps under a fault.
func take(t *testing.T, b *followuptest.Bench, id survey.ContactID, score int, why string) error {
	t.Helper()
	before, now := b.Says(mailing, id, score, why)
	return b.Alerts.Begin(context.Background()).Answer(context.Background(), before, now)
}

func TestSettlesWhatWaitsAndWhatWasLeft(t *testing.T) {
	t.Parallel()
	b, c := world(t)
	b.Alerts.Together = 0 // what waits for others is tried in followup
	const bare, dead, done = 40, 20, 20
	id := 0
	for range bare { // without words: due in two minutes
		id++
		if err := take(t, b, b.Contact(id, nil), 3, ""); err != nil {
			t.Fatal(err)
		}
	}
	for range dead { // the sender dies between claim and letter
		id++
		contact := b.Contact(id, nil)
		b.Arm(&followuptest.Fault{At: 1, Operation: "SendEmail", Dies: true})
		_ = take(t, b, contact, 3, "slow")
		b.Arm(nil)
		if err := take(t, b, contact, 3, "slow"); err != nil { // the stream comes again
			t.Fatal(err)
		}
	}
	for range done {
		id++
		if err := take(t, b, b.Contact(id, nil), 3, "slow"); err != nil {
			t.Fatal(err)
		}
	}
	if n := letters(b, id); n != done {
		t.Errorf("%d letters before the clock, want %d", n, done)
	}
	for range 4 {
		b.Pass(time.Minute)
		if err := c.Handle(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if n := letters(b, id); n != bare+dead+done {
		t.Errorf("%d letters, want %d", n, bare+dead+done)
	}
	if n := b.Left(); n != 0 {
		t.Errorf("%d things are left due", n)
	}
}

func letters(b *followuptest.Bench, contacts int) (n int) {
	for i := range contacts {
		n += len(b.Letters(mailing, followuptest.ContactID(i+1)))
	}
	return n
}

// TestTwoClocksAtOnce: a clock that is late meets the next one; nobody is written to twice, and everybody once within minutes.
func TestTwoClocksAtOnce(t *testing.T) {
	t.Parallel()
	b, c := world(t)
	const n = 40
	for i := range n {
		if err := take(t, b, b.Contact(i+1, nil), 3, ""); err != nil {
			t.Fatal(err)
		}
	}
	b.Pass(2 * time.Minute)
	done := make(chan error)
	for range 3 {
		go func() { done <- c.Handle(context.Background()) }()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := letters(b, n); got > n {
		t.Errorf("%d letters, want %d", got, n)
	}
	for range 10 { // one that has seen another's letter go holds what the other has not claimed yet, for some minutes
		b.Pass(time.Minute)
		if err := c.Handle(context.Background()); err != nil {
			t.Error(err)
		}
	}
	if got := letters(b, n); got != n {
		t.Errorf("%d letters after some minutes, want %d", got, n)
	}
}

// TestClockDiesAtEveryCall: the next one goes on.
func TestClockDiesAtEveryCall(t *testing.T) {
	t.Parallel()
	b, c := world(t)
	n := 0
	for _, f := range []followuptest.Fault{{}, {Lost: true}, {Dies: true}, {Lost: true, Dies: true}} {
		for f.At = 1; ; f.At++ {
			n++
			id := b.Contact(n, nil)
			if err := take(t, b, id, 3, ""); err != nil {
				t.Fatal(err)
			}
			b.Pass(2 * time.Minute)
			b.Arm(&f)
			failed := c.Handle(context.Background())
			reached := b.Calls() >= f.At
			b.Arm(nil)
			for range 3 {
				b.Pass(4 * time.Minute)
				if err := c.Handle(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			if got := len(b.Letters(mailing, id)); got < 1 || got > 2 {
				t.Errorf("%v: %d letters", f, got)
			}
			if !reached {
				if failed != nil {
					t.Error(failed)
				}
				break
			}
		}
	}
	if left := b.Left(); left != 0 {
		t.Errorf("%d things are left due", left)
	}
}

// TestLeftOvers: what is due of no case, or of none any more, is forgotten and told to nobody.
func TestLeftOvers(t *testing.T) {
	t.Parallel()
	b, c := world(t)
	id := b.Contact(1, nil)
	if err := take(t, b, id, 3, ""); err != nil {
		t.Fatal(err)
	}
	got := b.Case(mailing, id)
	moved := got
	moved.Alert.Due = got.Alert.Due.Add(time.Hour)
	b.Arm(&followuptest.Fault{At: 1, Operation: "DeleteItem"}) // the case is saved, what was due before stays
	if _, err := b.Faulty.SaveCase(context.Background(), got, moved); err != nil {
		t.Fatal(err)
	}
	b.Arm(nil)
	if n := b.Left(); n != 2 {
		t.Fatalf("%d things are due, want 2", n)
	}
	for range 2 { // whoever wrote it may have been about to write the case
		b.Pass(6 * time.Minute)
		if err := c.Handle(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if n, letters := b.Left(), letters(b, 1); n != 1 || letters != 0 {
		t.Errorf("%d things are due, %d letters; want 1 and 0", n, letters)
	}
	if err := b.Store.DropDue(context.Background(), loop.Due{At: moved.Alert.Due, Campaign: mailing, Contact: id}); err != nil {
		t.Fatal(err)
	}
	if n := b.Left(); n != 0 {
		t.Errorf("%d things are due", n)
	}
}
