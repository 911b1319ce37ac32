package mailing

import (
	"context"
	"fmt"
	"testing"

	"onetap/internal/survey"
)

// A sender dies at its n-th call, and before the next one comes somebody pauses, cancels or closes the campaign: whoever
// may have been written to is named all the same, and nobody more is written to. Found by chaos.
func TestDeathBeforeTheCampaignStops(t *testing.T) {
	t.Parallel()
	const contacts = 60
	for _, state := range []survey.CampaignState{survey.Paused, survey.Cancelled, survey.Closed} {
		for _, before := range []bool{true, false} {
			for n := int32(2); n < 60; n += 3 {
				t.Run(fmt.Sprintf("%s/before=%v/%d", state, before, n), func(t *testing.T) {
					t.Parallel()
					w, id, people, _ := dieAt(t, contacts, before, n)
					w.change(id, func(c *survey.Campaign) { c.State = state })
					had := len(w.letters())
					w.run(w.sender("next"))
					w.run(w.sender("and the next"))
					w.checkStopped(id, people, had)
				})
			}
		}
	}
}

func (w *world) checkStopped(id survey.CampaignID, people map[survey.ContactID]string, had int) {
	w.t.Helper()
	ctx := context.Background()
	letters := w.letters()
	if len(letters) != had {
		w.t.Errorf("%d letters more after the campaign was stopped", len(letters)-had)
	}
	mailing, planned, err := w.store.Mailing(ctx, id, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	if planned && mailing.Batches > 0 {
		bs, err := w.store.Batches(ctx, mailing, "", 100)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, b := range bs {
			if b.State == survey.BatchSending {
				w.t.Errorf("batch %s is left between claim and decision", b.Name)
			}
		}
	}
	for contact, address := range people {
		i, decided, err := w.store.Invitation(ctx, id, 0, contact)
		if err != nil {
			w.t.Fatal(err)
		}
		if letters[address] > 0 && (!decided || i.State == survey.InvitationSkipped) {
			w.t.Errorf("somebody has a letter, and no invitation says so (%s)", i.State)
		}
	}
	live, err := w.store.LiveCampaigns(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	c := w.state(id)
	if watched := len(live) == 1; watched != (c.State == survey.Paused) || c.Ended.IsZero() != watched {
		w.t.Errorf("%s: looked at every minute %v, ended %v", c.State, watched, c.Ended)
	}
}
