package loop_test

import (
	"testing"
	"time"

	"onetap/internal/loop"
)

// Of several letters to one owner the first goes at once, and the others wait until the same moment.
func TestWaitsFor(t *testing.T) {
	t.Parallel()
	const span = 5 * time.Minute
	at := func(a loop.Alert) loop.Case {
		return loop.Case{Campaign: campaign, Contact: "bbbbbbbbbbbbbbbb", Alert: a}
	}
	before := func(d time.Duration) time.Time { return noon.Add(-d) }
	mine := loop.New(nil, answer(1, 3, "slow", 0), anna, "north", rules, answer(1, 3, "slow", 0).Updated)
	for name, c := range map[string]struct {
		others []loop.Case
		want   time.Time
	}{
		"nobody else":             {nil, time.Time{}},
		"a letter just now":       {[]loop.Case{at(loop.Alert{Letters: 1, Sent: before(time.Minute)})}, noon.Add(4 * time.Minute)},
		"a letter being sent":     {[]loop.Case{at(loop.Alert{Claim: "x", Claimed: before(0)})}, noon.Add(span)},
		"a letter long ago":       {[]loop.Case{at(loop.Alert{Letters: 1, Sent: before(span)})}, time.Time{}},
		"others wait already":     {[]loop.Case{at(loop.Alert{Due: noon.Add(2 * time.Minute), Held: true}), at(loop.Alert{})}, noon.Add(2 * time.Minute)},
		"one waits for words":     {[]loop.Case{at(loop.Alert{Due: noon.Add(2 * time.Minute)})}, time.Time{}},
		"a clock that is wrong":   {[]loop.Case{at(loop.Alert{Sent: noon.Add(time.Hour)})}, time.Time{}},
		"an earlier letter of it": {[]loop.Case{{Campaign: mine.Campaign, Contact: mine.Contact, Alert: loop.Alert{Sent: noon}}}, time.Time{}},
	} {
		if got := mine.WaitsFor(c.others, span, noon); !got.Equal(c.want) {
			t.Errorf("%s: waits until %v, want %v", name, got, c.want)
		}
	}
	held := mine.Hold(noon.Add(span))
	if held.Ready(noon.Add(span - time.Second)) {
		t.Error("words do not wait")
	}
	if flood := []loop.Case{at(loop.Alert{Sent: noon.Add(span)})}; !held.Claimable(noon.Add(span)) || !held.WaitsFor(flood, span, noon.Add(span)).IsZero() {
		t.Error("what has waited waits again")
	}
	if tried := mine.Claim("x", noon); !tried.WaitsFor([]loop.Case{at(loop.Alert{Sent: noon})}, span, noon.Add(time.Hour)).IsZero() {
		t.Error("what a sender failed to send waits")
	}
	if due, ok := loop.DueOf(held); !ok || !due.At.Equal(noon.Add(span)) {
		t.Errorf("the clock looks at %v", due.At)
	}
}
