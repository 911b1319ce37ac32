package survey

import "testing"

// A batch of second letters counts nothing, however it comes out: its people are counted by the first letter's batch and
// corrected from there.
func TestSecondLettersCountNothing(t *testing.T) {
	t.Parallel()
	w := NewMailing("aaaaaaaa", MailingInvitation, noon)
	var first []Invitation
	for i := range 120 {
		first = append(first, Invitation{Contact: ContactID(string(rune('a'+i%26)) + "contactcontact" + string(rune('a'+i/26))), Language: []string{"en", "ru"}[i%2], State: InvitationUncertain})
	}
	w.Batches, w.State = 7, MailingDone
	next, batches := w.Again(first)
	if next.State != MailingSending || next.Batches != 7+4 || next.Audience != w.Audience || next.Invited != w.Invited || len(next.Carry) != 0 {
		t.Errorf("the wave is %+v", next)
	}
	people := 0
	for n, b := range batches {
		people += len(b.Contacts)
		if !b.Again || b.Name != BatchName(7+n) || b.State != BatchWaiting || len(b.Contacts) > BatchSize {
			t.Errorf("batch %+v", b)
		}
		for _, state := range []BatchState{BatchWaiting, BatchSending, BatchDone, BatchUncertain} {
			b.State = state
			b.Outcomes = []Outcome{{Contact: b.Contacts[0], State: InvitationSent}, {Contact: b.Contacts[1], State: InvitationSkipped, Reason: "settled"}}
			if mark, d, ok, err := (CountedBatch{Batch: b, Audience: Customers}).Count(nil); ok || err != nil || mark != nil || len(d) > 0 {
				t.Errorf("a %s batch of second letters counts %v with %s, %v", state, d, mark, err)
			}
		}
	}
	if people != 120 || len(batches) != 4 {
		t.Errorf("%d people in %d batches", people, len(batches))
	}
}
