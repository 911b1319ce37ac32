package mailing

import (
	"slices"
	"testing"
	"time"

	"onetap/internal/survey"
)

// Who is gone from the list of their audience is skipped, with that reason, in the head-count, in the plan and by the reminder; whoever was changed since, or is
// named again, is asked.
func TestGoneAreSkipped(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t, 1e6, 1e6), t.Context()
	people := w.contacts(40)
	all := make([]survey.ContactID, 0, len(people))
	for id := range people {
		all = append(all, id)
	}
	slices.Sort(all)
	since := start.Add(time.Hour)
	goes := func(ids ...survey.ContactID) {
		t.Helper()
		for _, id := range ids {
			g := survey.GoneContacts{Audience: survey.Customers, Shard: shardOf(t, w, id), Since: since, Upload: "whole", From: id, IDs: []survey.ContactID{id}}
			if err := w.store.SaveGone(ctx, g); err != nil {
				t.Fatal(err)
			}
		}
	}
	goes(all[:7]...)
	changed, err := w.store.Contacts(ctx, survey.Customers, all[5:7])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changed { // by somebody, after the list
		c.Updated = since.Add(time.Hour)
		if err := w.store.PutContacts(ctx, []survey.Contact{c}); err != nil {
			t.Fatal(err)
		}
	}
	count := func() HeadCount {
		t.Helper()
		h, err := (&Planner{Store: w.store, Now: time.Now}).HeadCount(ctx, survey.Campaign{ID: "cccccccc", Audience: survey.Customers, Language: "en"}, survey.Cursor{}, 1000, false)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	if h := count(); h.Invited != 35 || h.Skipped[survey.SkipGone] != 5 {
		t.Errorf("counted: %+v", h)
	}
	id := w.campaign(func(c *survey.Campaign) { c.RemindDays = 3 })
	w.run(w.sender("first"))
	m, _, err := w.store.Mailing(ctx, id, survey.MailingInvitation)
	if err != nil || m.Audience != 40 || m.Invited != 35 || m.Skipped[survey.SkipGone] != 5 {
		t.Fatalf("the plan is %+v, %v", m, err)
	}
	if n := w.states(id, 0); n[survey.InvitationSent] != 35 || n[survey.InvitationSkipped] != 5 || len(w.letters()) != 35 {
		t.Errorf("invitations: %v, letters to %d", n, len(w.letters()))
	}
	goes(all[20:23]...)
	c := w.state(id)
	c.RemindAt = time.Now().Add(-time.Minute)
	if _, err := w.store.SaveCampaign(ctx, c); err != nil {
		t.Fatal(err)
	}
	w.run(w.sender("second"))
	if m, _, err = w.store.Mailing(ctx, id, survey.MailingReminder); err != nil || m.Invited != 32 || m.Skipped[survey.SkipGone] != 3 {
		t.Errorf("the reminder's plan is %+v, %v", m, err)
	}
	if err := w.store.NotGone(ctx, survey.Customers, "whole"); err != nil { // the upload is undone
		t.Fatal(err)
	}
	if h := count(); h.Invited != 40 {
		t.Errorf("after it is undone: %+v", h)
	}
}

// shardOf is in which shard of the audience a contact is.
func shardOf(t *testing.T, w *world, id survey.ContactID) (shard int) {
	t.Helper()
	shard = -1
	for n := range survey.ContactShards {
		err := w.store.WalkContacts(t.Context(), survey.Customers, n, func(c survey.Contact, _ survey.SuppressionReason) error {
			if c.ID == id {
				shard = n
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return shard
}
