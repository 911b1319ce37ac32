package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/apperr"
	"onetap/internal/local/dynamo"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

func TestVisitIsOneRoundTripOnceTheCampaignIsKnown(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var calls atomic.Int32
	s, _ := storetest.Open(t, dynamo.Options{Before: func(dynamo.Call) error { calls.Add(1); return nil }})
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	contact := people(t, 1)[0]
	contact.Language = "en"
	c := survey.Campaign{ID: "abcdefgh", Audience: survey.Customers, State: survey.Draft, Language: "en", Created: now}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.CreateCampaign(ctx, c))
	must(s.PutContacts(ctx, []survey.Contact{contact}))
	c.Version = 1

	visit := func(wantCalls int32) {
		t.Helper()
		want, err := s.Respondent(ctx, c, contact.ID)
		must(err)
		calls.Store(0)
		got, p, err := s.Visit(ctx, c.ID, contact.ID)
		must(err)
		if n := calls.Load(); n != wantCalls {
			t.Errorf("a visit made %d calls, want %d", n, wantCalls)
		}
		if d := cmp.Diff(c, got); d != "" {
			t.Errorf("campaign (-want +got):\n%s", d)
		}
		if d := cmp.Diff(want, p); d != "" {
			t.Errorf("respondent (-want +got):\n%s", d)
		}
	}
	visit(2)
	visit(1)

	must(s.AddInvitations(ctx, []survey.Invitation{{
		Campaign: c.ID, Contact: contact.ID, Audience: c.Audience, State: survey.InvitationSent,
		Decided: survey.InvitationSent, Language: "ru", Owner: "o2", At: now, Version: 1,
	}}, func() bool { return true }))
	must(s.SaveResponse(ctx, survey.Response{
		Campaign: c.ID, Contact: contact.ID, Audience: c.Audience, Score: 9, Verified: true, First: now,
		Counted: now, Updated: now, Version: 1,
	}, 0))
	var err error
	if c, err = s.SaveCampaign(ctx, c); err != nil {
		t.Fatal(err)
	}
	visit(1)

	if _, p, err := s.Visit(ctx, c.ID, "aaaaaaaaaaaaaaaa"); err != nil || p.Written {
		t.Errorf("a visit before the invitation is written: %+v, %v", p, err)
	}
	_, _, err = s.Visit(ctx, "zzzzzzzz", contact.ID)
	if p := apperr.As(err); p == nil || p.Kind != apperr.Unknown {
		t.Errorf("a visit to no campaign: %v, want a problem of kind Unknown", err)
	}

	// A tester opened a draft's link, and then the draft got another audience.
	staff := contact
	staff.Audience = survey.ProjectStaff
	must(s.PutContacts(ctx, []survey.Contact{staff}))
	c.Audience = survey.ProjectStaff
	if c, err = s.SaveCampaign(ctx, c); err != nil {
		t.Fatal(err)
	}
	visit(2)
	visit(1)
}

// A glance costs a read unit and a half, and sees what a visit sees.
func TestGlance(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var mu sync.Mutex
	units := 0.0
	s, _ := storetest.Open(t, dynamo.Options{Meter: func(_ dynamo.Call, used dynamo.Consumed) {
		mu.Lock()
		defer mu.Unlock()
		units += used.ReadUnits
	}})
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	contact := people(t, 1)[0]
	c := survey.Campaign{ID: "abcdefgh", Audience: survey.Customers, State: survey.Open, Language: "en", Created: now}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.CreateCampaign(ctx, c))
	c.Version = 1
	must(s.PutContacts(ctx, []survey.Contact{contact}))
	same := func(when string, want float64) {
		t.Helper()
		campaign, respondent, err := s.Visit(ctx, c.ID, contact.ID)
		must(err)
		if d := cmp.Diff(c, campaign); d != "" {
			t.Fatal(d)
		}
		mu.Lock()
		units = 0
		mu.Unlock()
		p, err := s.Glance(ctx, c, contact.ID)
		must(err)
		if d := cmp.Diff(respondent, p); d != "" {
			t.Errorf("%s (-visit +glance):\n%s", when, d)
		}
		if units != want {
			t.Errorf("%s a glance costs %v read units, want %v", when, units, want)
		}
	}
	same("before the invitation is written", 1.5)
	must(s.AddInvitations(ctx, []survey.Invitation{{
		Campaign: c.ID, Contact: contact.ID, Audience: c.Audience, State: survey.InvitationSent,
		Decided: survey.InvitationSent, Language: "ru", Owner: "o2", At: now, Version: 1,
	}}, func() bool { return true }))
	same("after it", 1.5)
	must(s.SaveResponse(ctx, survey.Response{
		Campaign: c.ID, Contact: contact.ID, Audience: c.Audience, Score: 9, Verified: true, First: now,
		Counted: now, Updated: now, Version: 1,
	}, 0))
	must(s.Suppress(ctx, map[survey.Audience]survey.ContactID{c.Audience: contact.ID}, survey.Unsubscribed, now))
	same("with an answer and a suppression", 1.5)
}
