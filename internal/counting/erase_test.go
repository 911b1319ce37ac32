package counting

import (
	"testing"

	"onetap/internal/survey"
)

// The answer of somebody who is erased is nobody's, of no company either; the figures stay those of a recount, whether the answer was counted
// before or is only counted with its erasure, and whatever the stream repeats.
func TestErasedAreOfNoAccount(t *testing.T) {
	t.Parallel()
	for _, counted := range []bool{true, false} {
		w := newWorld(t, 7)
		w.live(t, 24)
		changes := w.changes(t)
		if counted {
			w.deliver(t, changes)
		}
		erased := 0
		for shard := range survey.ContactShards {
			var whose []survey.Response
			must(t, w.store.WalkResponses(t.Context(), campaign, shard, "", func(r survey.Response) (bool, error) {
				if r.Account != "" {
					whose = append(whose, r)
				}
				return true, nil
			}))
			for i, r := range whose {
				to := survey.ContactID(string(r.Contact[:14]) + string(rune('a'+i)) + "z")
				if !w.store.SameShard(r.Contact, to) {
					t.Fatal("nobody's id lies in another shard")
				}
				if _, err := w.store.Anonymise(t.Context(), campaign, r.Contact, to, i%2 == 0, start); err != nil {
					t.Fatal(err)
				}
				moved, ok, err := w.store.ClosedResponse(t.Context(), campaign, to)
				if err != nil || !ok || moved.Account != "" || moved.Score != r.Score {
					t.Fatalf("erased, it is %+v, %v, %v", moved, ok, err)
				}
				i, _, err := w.store.Invitation(t.Context(), campaign, survey.MailingInvitation, to)
				if err != nil || i.Account != "" {
					t.Fatalf("the letter is of %q, %v", i.Account, err)
				}
				erased++
			}
		}
		if erased < 5 {
			t.Fatalf("%d were erased", erased)
		}
		w.deliver(t, changes)
		w.deliver(t, w.changes(t))
		w.check(t)
	}
}
