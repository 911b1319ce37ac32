package faults

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"onetap/internal/local/cloud"
)

// functions are those of the tests.
var functions = []string{"respond", "desk", "send", "recompute", "notify", "clock"}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"kill-before@send.SendBulkEmail#2", "kill-after@*~0.01", "lose-reply@respond.PutItem~0.05", "throttle@recompute", "delay=2s@notify.SendEmail#1",
		"freeze=12s@send#1", "time=300ms@clock#3", "entry=ACCOUNT_THROTTLED@send~0.1", "repeat=2@recompute#4", "split=5@notify~0.5", "hold=1s@recompute",
		"shuffle@recompute~0.2", "lose@recompute", "poison=RESPONSE#abc@recompute", "twice@send~0.3", "skew=-60s@notify~0.5", "conflict@desk",
	} {
		r, err := Parse(s, functions...)
		if err != nil || r.String() != s {
			t.Errorf("%s became %s, %v", s, r, err)
		}
	}
	for _, s := range []string{
		"", "kill", "kill-before", "explode@send", "kill-before@nobody", "kill-before@send#0", "kill-before@send#x", "throttle@send~2", "throttle@send~0",
		"delay@send", "delay=-1s@send", "repeat=0@recompute", "entry@send", "shuffle=3@recompute", "twice.PutItem@send", "twice@send.PutItem", "poison@recompute",
	} {
		if r, err := Parse(s, functions...); err == nil {
			t.Errorf("%q became %+v", s, r)
		}
	}
}

func injector(t *testing.T, rules ...string) *Injector {
	t.Helper()
	var all []Rule
	for _, s := range rules {
		r, err := Parse(s, functions...)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return New(all, 1)
}

func TestRulesOfCalls(t *testing.T) {
	t.Parallel()
	i := injector(t, "kill-after@send.PutItem#2", "throttle@send.PutItem#3", "freeze=3s@*.Query#1", "conflict@recompute.TransactWriteItems")
	call := i.Cloud().Call
	put := cloud.Call{Function: "SendFunction", Operation: "PutItem"}
	if f := call(put); f != (cloud.CallFault{}) {
		t.Errorf("the first call: %+v", f)
	}
	if f := call(cloud.Call{Function: "NotifyFunction", Operation: "PutItem"}); f != (cloud.CallFault{}) {
		t.Errorf("another function's call: %+v", f)
	}
	if f := call(put); !f.KillAfter {
		t.Errorf("the second call: %+v", f)
	}
	if f := call(put); f.Refuse == nil || f.KillAfter {
		t.Errorf("the third call: %+v", f)
	}
	if f := call(cloud.Call{Function: "ClockFunction", Operation: "Query"}); f.Freeze != 3*time.Second {
		t.Errorf("any function's query: %+v", f)
	}
	f := call(cloud.Call{Function: "RecomputeFunction", Operation: "TransactWriteItems"})
	if f.Refuse == nil || f.Refuse.Status != http.StatusBadRequest || f.Refuse.Kind != "TransactionCanceledException" || f.Refuse.More["CancellationReasons"] == nil {
		t.Errorf("a conflict: %+v", f.Refuse)
	}
	want := map[string]int{"kill-after": 1, "throttle": 1, "freeze": 1, "conflict": 1}
	if got := i.Fired(); !maps.Equal(got, want) {
		t.Errorf("fired %v, want %v", got, want)
	}
	i.Set(false)
	if f := call(cloud.Call{Function: "RecomputeFunction", Operation: "TransactWriteItems"}); f.Refuse != nil {
		t.Error("a fault although they are off")
	}
}

func TestRulesOfBatches(t *testing.T) {
	t.Parallel()
	i := injector(t, "repeat=2@recompute#1", "split=3@recompute#1", "hold=1s@recompute#1", "shuffle@recompute#2", "lose@recompute#2", "poison=RESPONSE#x@notify")
	batch := i.Cloud().Batch
	b := cloud.Batch{Function: "RecomputeFunction"}
	if f := batch(b); f.Repeat != 2 || f.Split != 3 || f.Delay != time.Second || f.Lose || f.Shuffle != 0 {
		t.Errorf("the first batch: %+v", f)
	}
	if f := batch(b); f.Shuffle == 0 || !f.Lose || f.Repeat != 0 {
		t.Errorf("the second batch: %+v", f)
	}
	poison := cloud.Batch{Function: "NotifyFunction", Records: []cloud.Record{{Keys: json.RawMessage(`{"sk":{"S":"RESPONSE#xyz"}}`)}}}
	for range 2 {
		if f := batch(poison); !f.Fail {
			t.Errorf("a poisoned batch: %+v", f)
		}
	}
	poison.Records[0].Keys = json.RawMessage(strings.ReplaceAll(string(poison.Records[0].Keys), "xyz", "abc"))
	if f := batch(poison); f.Fail {
		t.Errorf("a healthy batch: %+v", f)
	}
}

func TestOtherRules(t *testing.T) {
	t.Parallel()
	i := injector(t, "time=1s@clock#2", "skew=-60s@notify#1", "twice@send#1", "entry=ACCOUNT_THROTTLED@send#2")
	c := i.Cloud()
	if a, b := c.Time("ClockFunction"), c.Time("ClockFunction"); a != 0 || b != time.Second {
		t.Errorf("times %v and %v", a, b)
	}
	if a, b := c.Clock("NotifyFunction"), c.Clock("NotifyFunction"); a != -time.Minute || b != 0 {
		t.Errorf("clocks %v and %v", a, b)
	}
	if a, b := c.Event("SendFunction"), c.Event("SendFunction"); a != 1 || b != 0 {
		t.Errorf("events %d and %d times more", a, b)
	}
	if a, b := i.Entry("SendFunction", 0), i.Entry("SendFunction", 1); a != "" || b != "ACCOUNT_THROTTLED" {
		t.Errorf("entries %q and %q", a, b)
	}
}

// What is left to chance happens about as often as it should, and the same for the same seed.
func TestChance(t *testing.T) {
	t.Parallel()
	count := func(seed uint64) (n int, which string) {
		r, err := Parse("throttle@*~0.2")
		if err != nil {
			t.Fatal(err)
		}
		call := New([]Rule{r}, seed).Cloud().Call
		for range 1000 {
			if call(cloud.Call{Function: "DeskFunction"}).Refuse != nil {
				n++
				which += "x"
			} else {
				which += "."
			}
		}
		return n, which
	}
	a, first := count(7)
	_, again := count(7)
	_, other := count(8)
	if a < 140 || a > 260 || first != again || first == other {
		t.Errorf("%d of 1000; the same seed the same: %v; another seed another: %v", a, first == again, first != other)
	}
}
