package survey

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSettle(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from   InvitationState
		event  DeliveryEvent
		want   InvitationState
		reason string
	}{
		{InvitationUncertain, EventDelivered, InvitationSent, ""},
		{InvitationUncertain, EventSoftBounce, InvitationSent, "soft_bounce"},
		{InvitationUncertain, EventAutoReply, InvitationSent, ""},
		{InvitationUncertain, EventBlocked, InvitationFailed, "blocked"},
		{InvitationUncertain, EventWithheld, InvitationFailed, "withheld"},
		{InvitationUncertain, EventBounced, InvitationFailed, "bounced"},
		{InvitationUncertain, EventComplained, InvitationSent, ""},
		{InvitationSent, EventBounced, InvitationFailed, "bounced"},
		{InvitationSent, EventRejected, InvitationFailed, "rejected"},
		{InvitationSent, EventUnrendered, InvitationFailed, "unrendered"},
		{InvitationSent, EventComplained, InvitationSent, "complained"},
		{InvitationSent, EventDelivered, InvitationSent, ""},
		{InvitationSent, EventSoftBounce, InvitationSent, "soft_bounce"},
		{InvitationSent, EventAutoReply, InvitationSent, ""},
		{InvitationSent, EventBlocked, InvitationFailed, "blocked"},
		{InvitationFailed, EventSoftBounce, InvitationFailed, ""},
		{InvitationFailed, EventDelivered, InvitationFailed, ""},
		{InvitationSkipped, EventBounced, InvitationSkipped, ""},
	} {
		was := Invitation{State: tt.from, Decided: tt.from, Version: 3}
		if tt.from == InvitationUncertain {
			was.Reason = "sender_died"
		}
		got, changed := was.Settle(tt.event)
		if tt.event == EventComplained && tt.from == InvitationUncertain {
			tt.reason = "complained"
		}
		if got.State != tt.want || got.Reason != tt.reason {
			t.Errorf("%s after %s: %s %q, want %s %q", tt.from, tt.event, got.State, got.Reason, tt.want, tt.reason)
		}
		if same := got.State == was.State && got.Reason == was.Reason; changed == same || (changed && got.Version != 4) {
			t.Errorf("%s after %s: changed %v, version %d", tt.from, tt.event, changed, got.Version)
		}
		if again, changed := got.Settle(tt.event); changed {
			t.Errorf("%s after %s twice changes to %+v", tt.from, tt.event, again)
		}
	}
}

// However batches come out and whatever SES reports later, the ledger balances at each step, and in the end its
// numbers are those of the invitations (promise 2).
func TestLedgerBalancesAtEveryStep(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := NewMailing("aaaaaaaa", MailingInvitation, noon)
		var batches []Batch
		for i := range rapid.IntRange(1, 200).Draw(t, "contacts") {
			if rapid.IntRange(0, 4).Draw(t, "pass") == 0 {
				w.Pass(SkipUnsubscribed)
			} else if b, ok := w.Invite(ContactID(fmt.Sprintf("%016d", i)), "ru", ""); ok {
				batches = append(batches, b)
			}
		}
		batches = append(batches, w.Rest()...)
		figures := Deltas{}
		mailing := TallyKey{"aaaaaaaa", KindMailing, "0"}
		var people []Invitation
		step := func() {
			if l := LedgerOf(w, figures[mailing]); !l.Balanced() {
				t.Fatalf("ledger does not balance: %+v", l)
			}
		}
		for _, b := range batches {
			for _, id := range b.Contacts {
				state := rapid.SampledFrom([]InvitationState{InvitationSent, InvitationFailed, InvitationUncertain, InvitationSkipped}).Draw(t, "state")
				o := Outcome{Contact: id, State: state, Owner: "o", Team: "t"}
				if state == InvitationSkipped {
					o.Reason = string(SkipUnsubscribed)
				}
				b.Outcomes = append(b.Outcomes, o)
			}
			b.At = noon
			CountBatch(figures, b, Customers, time.UTC)
			step()
			people = append(people, b.Invitations(Customers)...)
		}
		for range rapid.IntRange(0, 50).Draw(t, "events") {
			if len(people) == 0 {
				break
			}
			n := rapid.IntRange(0, len(people)-1).Draw(t, "who")
			event := rapid.SampledFrom([]DeliveryEvent{EventDelivered, EventBounced, EventComplained, EventRejected, EventSoftBounce, "resent"}).Draw(t, "event")
			after, changed := people[n].Settle(event)
			if event == "resent" {
				state := rapid.SampledFrom([]InvitationState{InvitationSent, InvitationFailed, InvitationUncertain, InvitationSkipped}).Draw(t, "second letter")
				after, changed = people[n].Resent(Outcome{Contact: people[n].Contact, State: state, Reason: string(SkipUnsubscribed)}, noon.AddDate(0, 0, 9))
			}
			if changed {
				CountCorrection(figures, after, time.UTC, people[n].State, after.State, people[n].Reason, after.Reason)
				people[n] = after
				step()
			}
		}
		want := Ledger{Audience: w.Audience, Skipped: map[SkipReason]int{}}
		maps.Copy(want.Skipped, w.Skipped)
		for _, i := range people {
			switch i.State {
			case InvitationSent:
				want.Sent++
				if i.Reason == "complained" {
					want.Complained++
				}
			case InvitationFailed:
				want.Failed++
				if i.Reason == "bounced" {
					want.Bounced++
				}
			case InvitationUncertain:
				want.Uncertain++
			case InvitationSkipped:
				want.Skipped[SkipReason(i.Reason)]++
			}
		}
		want.Invited = want.Sent + want.Failed + want.Uncertain
		if d := cmp.Diff(want, LedgerOf(w, figures[mailing])); d != "" {
			t.Fatalf("ledger against the invitations (-want +got):\n%s", d)
		}
	})
}

// Counting the differences of any sequence of edits gives what counting the last answers gives (promise 4, its
// arithmetic), in every part.
func TestMarksAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		got, want := Deltas{}, Deltas{}
		for range rapid.IntRange(1, 20).Draw(t, "people") {
			r := Response{
				Campaign: "aaaaaaaa", Audience: Customers, Language: "ru", First: noon,
				Owner: rapid.SampledFrom([]string{"", "o1", "o2"}).Draw(t, "owner"), Team: rapid.SampledFrom([]string{"", "t1"}).Draw(t, "team"),
			}
			counted := Mark{}
			for range rapid.IntRange(0, 6).Draw(t, "edits") {
				p := Post{Gesture: rapid.SampledFrom([]Gesture{ByButton, ByScript, ByGesture}).Draw(t, "gesture")}
				score := rapid.IntRange(0, 10).Draw(t, "score")
				p.Score = &score
				if rapid.Bool().Draw(t, "words") {
					why := rapid.SampledFrom([]string{"", "slow", "good"}).Draw(t, "why")
					p.Why = &why
				}
				var err error
				at := noon.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "days")) * 24 * time.Hour)
				if r, _, err = r.Apply(p, at); err != nil {
					t.Fatal(err)
				}
				if rapid.Bool().Draw(t, "counted between") {
					counted.Count(got, r.Campaign, -1)
					counted = MarkOf(r, time.UTC)
					counted.Count(got, r.Campaign, 1)
				}
			}
			counted.Count(got, r.Campaign, -1)
			counted = Mark{}
			if r.Version > 0 {
				counted = MarkOf(r, time.UTC)
			}
			counted.Count(got, r.Campaign, 1)
			counted.Count(want, r.Campaign, 1)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("figures (-recount +kept):\n%s", d)
		}
	})
}
