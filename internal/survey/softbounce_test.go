package survey

import (
	"testing"
	"time"
)

// A soft-bounced letter that arrives, bounces for good or is complained of says so; the same report again says nothing.
func TestAfterASoftBounce(t *testing.T) {
	t.Parallel()
	for event, want := range map[DeliveryEvent]Invitation{
		EventDelivered: {State: InvitationSent}, EventAutoReply: {State: InvitationSent}, EventSoftBounce: {State: InvitationSent, Reason: "soft_bounce"},
		EventBounced: {State: InvitationFailed, Reason: "bounced"}, EventBlocked: {State: InvitationFailed, Reason: "blocked"},
		EventComplained: {State: InvitationSent, Reason: "complained"},
	} {
		soft, _ := Invitation{State: InvitationSent}.Settle(EventSoftBounce)
		if !soft.SoftBounced() {
			t.Fatal("a soft bounce is not noted")
		}
		got, _ := soft.Settle(event)
		if got.State != want.State || got.Reason != want.Reason {
			t.Errorf("%s after a soft bounce: %s %q, want %s %q", event, got.State, got.Reason, want.State, want.Reason)
		}
	}
}

func TestSoftBouncesAreKeptInBounds(t *testing.T) {
	t.Parallel()
	var s SoftBounces
	for n := range 30 {
		at := noon.AddDate(0, 0, n)
		var news bool
		if s, news = s.Add(at.Add(9*time.Hour), at); !news {
			t.Fatalf("day %d is none of its own", n)
		}
		if again, news := s.Add(at.Add(10*time.Hour), at); news || len(again.Letters) != len(s.Letters) {
			t.Fatalf("day %d counts twice", n)
		}
		if s.Dead() != (n >= 2) {
			t.Errorf("after %d days: dead %v", n+1, s.Dead())
		}
	}
	if len(s.Letters) != softBouncesKept {
		t.Errorf("%d are kept", len(s.Letters))
	}
}
