package mailing

import (
	"context"
	"testing"

	"onetap/internal/mail"
	"onetap/internal/survey"
)

// A sender of other letters, with commas and quotes, is written so that SES takes it; the name is read as it was typed.
func TestSenderOfOtherLetters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(7)
	w.campaign(func(c *survey.Campaign) { c.Sender = `ООО «Ромашка», "Юг" <nps@пример.рф>` })
	w.run(w.sender("first"))
	ls, err := w.inbox.Letters(context.Background())
	if err != nil || len(ls) != len(people) {
		t.Fatalf("%d letters, want %d, %v", len(ls), len(people), err)
	}
	for _, l := range ls {
		s, err := survey.ReadSender(l.From)
		if err != nil || s.Name != `ООО «Ромашка», "Юг"` || s.Address != "nps@xn--e1afmkfd.xn--p1ai" {
			t.Errorf("from %q", l.From)
		}
	}
}

// A sender that cannot be written to is nobody's loss: the campaign is paused with the reason, everybody waits, and with
// another sender it goes on, each person once (issue 9, 10).
func TestAPausedCampaignGoesOnWithAnotherSender(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(120)
	id := w.campaign(func(c *survey.Campaign) { c.Sender = "Shop <nps@localhost>" }) // stored before senders were checked
	w.run(w.sender("first"))
	c := w.state(id)
	if c.State != survey.Paused || c.Stopped != mail.SenderUnreadable || len(w.letters()) != 0 || len(w.states(id, 0)) != 0 {
		t.Fatalf("%s, %q, %d letters, %v", c.State, c.Stopped, len(w.letters()), w.states(id, 0))
	}
	c.Sender = "Ромашка, Юг <nps@example.com>"
	mailing, _, err := w.store.Mailing(context.Background(), id, survey.MailingInvitation)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = c.Resume(&mailing, start); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.SaveCampaign(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	w.run(w.sender("second"))
	w.run(w.sender("third"))
	got := w.letters()
	for _, address := range people {
		if got[address] != 1 {
			t.Errorf("a contact got %d letters, want 1", got[address])
		}
	}
	if n := w.states(id, 0); n[survey.InvitationSent] != 120 || len(n) != 1 || w.state(id).State != survey.Open {
		t.Errorf("%v, %s", n, w.state(id).State)
	}
}
