package counting

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/local/dynamo"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

var night = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

const counted = survey.CampaignID("campaign")

// answered makes a campaign with n counted answers, ten minutes and more before the night.
func answered(t *testing.T, s *store.Store, n int) {
	t.Helper()
	ctx := context.Background()
	c := survey.Campaign{ID: counted, Audience: survey.Customers, State: survey.Draft, Created: night.AddDate(0, 0, -3)}
	must(t, s.CreateCampaign(ctx, c))
	c.Version, c.State, c.Launched, c.Opened = 1, survey.Open, c.Created, c.Created
	_, err := s.SaveCampaign(ctx, c)
	must(t, err)
	for i := range n {
		r := survey.Response{
			Campaign: counted, Contact: survey.ContactID(fmt.Sprintf("%c%ccontactcontact", 'a'+i/26%26, 'a'+i%26)), Audience: survey.Customers,
			Owner: fmt.Sprint("o", i%3), Team: "north", Language: "ru", Score: i % 11, Verified: true, Version: 1,
			First: night.AddDate(0, 0, -2), Counted: night.AddDate(0, 0, -2), Updated: night.AddDate(0, 0, -2),
		}
		must(t, s.SaveResponse(ctx, r, 0))
	}
	count(t, s, n)
}

// count counts the first n answers, as the stream would have.
func count(t *testing.T, s *store.Store, n int) {
	t.Helper()
	for step := range survey.ContactShards {
		must(t, s.WalkCounted(context.Background(), counted, step, func(c survey.CountedItem) error {
			if n--; n < 0 {
				return nil
			}
			_, err := Mend(context.Background(), s, c)
			return err
		}))
	}
}

// clockwork runs the recount once a minute until the night is done.
func clockwork(t *testing.T, s *store.Store, now time.Time) (drift, mended int) {
	t.Helper()
	var metrics bytes.Buffer
	r := &Recounter{Store: s, Now: func() time.Time { return now }, Metrics: &metrics, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	for range 20 {
		must(t, r.Run(context.Background()))
	}
	state, err := s.SeeRecount(context.Background(), "night")
	must(t, err)
	if !state.Done {
		t.Fatalf("the night's recount is not done: %+v", state)
	}
	for line := range strings.Lines(metrics.String()) {
		var m struct{ RecountDrift, RecountMended int }
		must(t, json.Unmarshal([]byte(line), &m))
		drift += m.RecountDrift
		mended += m.RecountMended
	}
	return drift, mended
}

func figures(t *testing.T, s *store.Store) survey.Deltas {
	t.Helper()
	all := survey.Deltas{}
	for _, scope := range []string{string(counted), "customers"} {
		m, err := s.Tallies(context.Background(), scope)
		must(t, err)
		all.Merge(m)
	}
	return all
}

func TestRecountFindsNothingWrong(t *testing.T) {
	t.Parallel()
	s, _ := storetest.Open(t, dynamo.Options{})
	answered(t, s, 50)
	before := figures(t, s)
	if drift, mended := clockwork(t, s, night); drift != 0 || mended != 0 {
		t.Errorf("drift %d, mended %d of right figures", drift, mended)
	}
	if d := cmp.Diff(before, figures(t, s)); d != "" {
		t.Errorf("right figures changed:\n%s", d)
	}
}

// Figures that are wrong, an answer that the stream lost, a figure that stands for nothing: one night repairs them.
func TestRecountRepairs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := storetest.Open(t, dynamo.Options{})
	answered(t, s, 50)
	want := figures(t, s)
	must(t, s.AddFigures(ctx, survey.Deltas{
		{Scope: string(counted), Kind: survey.KindOwner, Value: "o1"}:     {"s3": 4, "comments": -1},
		{Scope: string(counted), Kind: survey.KindTeam, Value: "nowhere"}: {"s10": 2},
		{Scope: "customers", Kind: survey.KindWeek, Value: "2026-W47"}:    {"sent": 7},
	}))
	if drift, _ := clockwork(t, s, night); drift != 4+1+2+7 {
		t.Errorf("drift is %d, want 14", drift)
	}
	if d := cmp.Diff(want, figures(t, s)); d != "" {
		t.Errorf("figures after the night (-want +got):\n%s", d)
	}
	lost := survey.Response{
		Campaign: counted, Contact: "zzcontactcontact", Audience: survey.Customers, Language: "ru", Score: 9, Verified: true, Version: 1,
		First: night, Counted: night, Updated: night,
	}
	must(t, s.SaveResponse(ctx, lost, 0))
	drift, mended := clockwork(t, s, night.AddDate(0, 0, 1))
	if mended != 1 || drift != 0 {
		t.Errorf("a lost answer: mended %d, drift %d; want 1 and 0", mended, drift)
	}
	m, err := s.Tallies(ctx, string(counted))
	must(t, err)
	if got := m[survey.TallyKey{Scope: string(counted), Kind: survey.KindWeek, Value: survey.Week(night)}]["s9"]; got < 1 {
		t.Errorf("the lost answer is not in its week's figures: %d", got)
	}
}

// A recount that is cut off after every step goes on where it was.
func TestRecountAcrossRuns(t *testing.T) {
	t.Parallel()
	const most = 40 // calls of the table that one run may make; comparing, which is not cut, takes some thirty
	var calls atomic.Int64
	var stop atomic.Pointer[context.CancelFunc]
	s, _ := storetest.Open(t, dynamo.Options{Before: func(dynamo.Call) error {
		if cancel := stop.Load(); calls.Add(1) > most && cancel != nil {
			(*cancel)()
		}
		return nil
	}})
	answered(t, s, 40)
	must(t, s.AddFigures(context.Background(), survey.Deltas{{Scope: string(counted), Kind: survey.KindLanguage, Value: "ru"}: {"s0": 1}}))
	var metrics bytes.Buffer
	now := night
	runs := 0
	for ; runs < 200; runs++ {
		ctx, cancel := context.WithCancel(context.Background())
		calls.Store(0)
		stop.Store(&cancel)
		r := &Recounter{Store: s, Now: func() time.Time { return now }, Metrics: &metrics, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
		_ = r.Run(ctx) // most of these are cut off
		stop.Store(nil)
		cancel()
		now = now.Add(held)
		state, err := s.SeeRecount(context.Background(), "night")
		must(t, err)
		if state.Done && state.Night != "" {
			break
		}
	}
	if !strings.Contains(metrics.String(), `"RecountDrift":1`) {
		t.Errorf("after %d runs the drift was not found: %s", runs, metrics.String())
	}
	if runs < 3 {
		t.Errorf("the recount took %d runs: it was not cut off", runs+1)
	}
}

func TestOneClockAtATime(t *testing.T) {
	t.Parallel()
	s, _ := storetest.Open(t, dynamo.Options{})
	answered(t, s, 5)
	state := survey.Recount{Scope: "night", Night: "2026-11-22", Queue: []string{string(counted)}, Holder: night.Add(time.Minute)}
	_, err := s.SaveRecount(context.Background(), state)
	must(t, err)
	var metrics bytes.Buffer
	r := &Recounter{Store: s, Now: func() time.Time { return night }, Metrics: &metrics, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	must(t, r.Run(context.Background()))
	if metrics.Len() > 0 {
		t.Error("a second clock recounts beside the first")
	}
}

// The night does not run ahead of the stream: what was answered or settled a moment ago, and is not counted yet, is
// neither drift nor repaired, and is counted once when its record comes. Found by chaos: the figures stood still while
// the stream was held up, and the night added what the stream added again.
func TestRecountLeavesTheStreamItsPart(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := storetest.Open(t, dynamo.Options{})
	answered(t, s, 20)
	now := night.Add(-time.Minute)
	fresh := survey.Response{
		Campaign: counted, Contact: "zzcontactcontact", Audience: survey.Customers, Language: "ru", Score: 3, Verified: true,
		Version: 1, First: now, Counted: now, Updated: now,
	}
	must(t, s.SaveResponse(ctx, fresh, 0))
	edited, ok, err := s.Response(ctx, counted, "aacontactcontact")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	edited.Score, edited.Version, edited.Updated = 10, 2, now
	must(t, s.SaveResponse(ctx, edited, 1))
	must(t, s.AddInvitations(ctx, []survey.Invitation{{
		Campaign: counted, Contact: "aacontactcontact", Audience: survey.Customers, Language: "ru", At: now,
		State: survey.InvitationSent, Decided: survey.InvitationUncertain, Version: 2,
	}}, func() bool { return true }))
	before := figures(t, s)
	if drift, mended := clockwork(t, s, night); drift != 0 || mended != 0 {
		t.Errorf("drift %d, mended %d: the stream has not come to it yet", drift, mended)
	}
	if d := cmp.Diff(before, figures(t, s)); d != "" {
		t.Errorf("the night counted what is the stream's:\n%s", d)
	}
	count(t, s, 1000)
	want := figures(t, s)
	if drift, mended := clockwork(t, s, night.AddDate(0, 0, 1)); drift != 0 || mended != 0 {
		t.Errorf("the next night finds drift %d and mended %d", drift, mended)
	}
	if d := cmp.Diff(want, figures(t, s)); d != "" {
		t.Errorf("right figures changed:\n%s", d)
	}
}

// A clock stands still before or after one of its calls, and one of the next night does all its work meanwhile: as when a
// long recount meets the next night, or a process was frozen. Nothing is repaired twice, and nothing by sums that the
// other has cleared away. Found by chaos.
func TestTwoNightsAtOnce(t *testing.T) {
	t.Parallel()
	calls := twoNights(t, true, 0)
	if calls < 50 {
		t.Fatalf("a night makes %d calls; the hook does not see them", calls)
	}
	for n := 1; n <= calls; n++ {
		if before := n%2 == 0; n < 10 || n > calls-30 || n%20 < 2 { // the steps between are alike
			t.Run(fmt.Sprintf("before=%v/%d", before, n), func(t *testing.T) {
				t.Parallel()
				twoNights(t, before, n)
			})
		}
	}
}

// twoNights lets the second night happen at the first one's n-th call, and returns how many calls that made.
func twoNights(t *testing.T, before bool, n int) (calls int) {
	var mu sync.Mutex
	var second func()
	hook := func(early bool) func(dynamo.Call) error {
		return func(c dynamo.Call) error {
			mu.Lock()
			met := false
			if c.Caller == "slow" && early == before {
				calls++
				met = calls == n
			}
			mu.Unlock()
			if met {
				second()
			}
			return nil
		}
	}
	s, db := storetest.Open(t, dynamo.Options{Before: hook(true), After: hook(false)})
	answered(t, s, 12)
	want := figures(t, s)
	must(t, s.AddFigures(t.Context(), survey.Deltas{
		{Scope: string(counted), Kind: survey.KindOwner, Value: "o1"}:  {"s3": 4},
		{Scope: "customers", Kind: survey.KindWeek, Value: "2026-W47"}: {"sent": 7},
	}))
	second = func() { clockwork(t, s, night.AddDate(0, 0, 1)) }
	first := &Recounter{Store: storetest.Client(storetest.Serve(t, db), "slow"), Now: func() time.Time { return night }, Metrics: io.Discard, Log: slog.New(slog.DiscardHandler)}
	must(t, first.Run(t.Context()))
	third := night.AddDate(0, 0, 2)
	if drift, _ := clockwork(t, s, third); drift != 0 {
		t.Errorf("the third night finds a drift of %d", drift)
	}
	if d := cmp.Diff(want, figures(t, s)); d != "" {
		t.Errorf("figures after the nights (-want +got):\n%s", d)
	}
	return calls
}
