package mailing

import (
	"context"
	"testing"

	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// Somebody whose item was changed past Onetap is passed over with a reason; everybody else gets a letter, and the ledger balances.
func TestUnreadableContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0, 1000)
	people := w.contacts(60)
	var broken survey.ContactID
	for id := range people {
		broken = id
	}
	storetest.Spoil(t, w.url, func(_, sk string) bool { return sk == string(broken) })
	id := w.campaign(nil)
	w.run(w.sender("sender"))
	i, ok, err := w.store.Invitation(context.Background(), id, survey.MailingInvitation, broken)
	if err != nil || !ok || i.State != survey.InvitationSkipped || i.Reason != string(survey.SkipUnreadable) {
		t.Errorf("the invitation is %+v, %v, %v", i, ok, err)
	}
	letters := w.letters()
	for id, address := range people {
		if want := 1; letters[address] != want && id != broken || id == broken && letters[address] != 0 {
			t.Errorf("%d letters to %s", letters[address], id)
		}
	}
	w.countAll(id)
	if l := w.ledger(id); !l.Balanced() || l.Sent != len(people)-1 || l.Skipped[survey.SkipUnreadable] != 1 {
		t.Errorf("the ledger is %+v", l)
	}
}
