package followup_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"onetap/internal/authz"
	"onetap/internal/followup"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Those who had a case after one campaign are looked at once the next has ended, apart by whether it was resolved; whoever had none is not, and no campaign twice.
func TestWhatTheRecoveredAnswer(t *testing.T) {
	t.Parallel()
	q := openQuiet(t, 0)
	ctx, measured := context.Background(), &followup.Recovering{Store: q.Store, Log: slog.New(slog.DiscardHandler), Now: q.Now}
	var all []survey.ContactID
	for n := range 250 { // more than are read together
		all = append(all, q.Contact(n+1, nil))
	}
	first := q.wave(all)
	cases := &followup.Cases{Store: q.Store, Now: q.Now}
	for n, id := range all[:240] {
		_, now := q.Says(first, id, 3, "")
		c, err := q.Store.CreateCase(ctx, loop.New(nil, now, loop.Responsible{}, "", loop.Rules{Term: time.Hour}, now.Updated))
		q.must(err)
		if n < 120 {
			_, err = cases.Do(ctx, authz.Who{Staff: survey.Staff{ID: "max", Role: survey.RoleAdministrator}}, c.ID(), followup.Work{State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: loop.CustomerKept})
			q.must(err)
		}
	}
	q.must(measured.Run(ctx))
	if found, err := q.Store.Recoveries(ctx, survey.Customers); err != nil || len(found.Of) != 0 {
		t.Errorf("before the next campaign: %+v, %v", found, err)
	}
	second := q.wave(all)
	for n, id := range all {
		switch {
		case n < 100:
			q.Says(second, id, 9, "") // resolved
		case n >= 120 && n < 180:
			q.Says(second, id, 2, "")
		case n >= 240:
			q.Says(second, id, 10, "") // had no case
		}
	}
	for range 2 {
		q.must(measured.Run(ctx))
		q.Pass(2 * time.Hour)
	}
	found, err := q.Store.Recoveries(ctx, survey.Customers)
	if err != nil || len(found.Of) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	one := found.Of[0]
	if one.Campaign != second || one.Before != first || one.Cases != 240 || one.Resolved.Scores[9] != 100 || one.Resolved.Answers() != 100 || one.Others.Scores[2] != 60 || one.Others.Answers() != 60 {
		t.Errorf("%+v", one)
	}
	if c, ok := one.Difference(); !ok || c.Difference != 200 || !c.Real {
		t.Errorf("the difference is %+v", c)
	}
}

// Of more campaigns than are kept the earlier ones are left alone: each is measured once.
func TestManyCampaignsAreMeasuredOnce(t *testing.T) {
	t.Parallel()
	q := openQuiet(t, 0)
	ctx, id := context.Background(), q.Contact(1, nil)
	now := q.Now()
	for range loop.KeptRecoveries + 5 {
		q.wave([]survey.ContactID{id})
	}
	measured := &followup.Recovering{Store: q.Store, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }} // all of them have just ended
	q.must(measured.Run(ctx))
	first, err := q.Store.Recoveries(ctx, survey.Customers)
	q.must(err)
	now = now.Add(2 * time.Hour)
	q.must(measured.Run(ctx))
	again, err := q.Store.Recoveries(ctx, survey.Customers)
	if err != nil || len(first.Of) != loop.KeptRecoveries || first.Of[0].Campaign != q.ended[len(q.ended)-1] || first.Of[0].Campaign != again.Of[0].Campaign || again.Of[len(again.Of)-1].Campaign != first.Of[len(first.Of)-1].Campaign {
		t.Errorf("%d, %d kept; the latest %v and %v", len(first.Of), len(again.Of), first.Of[0].Campaign, again.Of[0].Campaign)
	}
}
