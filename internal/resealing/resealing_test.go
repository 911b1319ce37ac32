package resealing_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"onetap/internal/local/dynamo"
	"onetap/internal/resealing"
	"onetap/internal/seal"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

var (
	_ resealing.Store = (*store.Store)(nil)

	noon    = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	errDead = errors.New("dead")
)

// Whatever it dies of, at the next run every answer's words are sealed with the data key, and what the page left is done: but what it left just now, and has
// no answer yet, stays.
func TestDeathAtEveryCall(t *testing.T) {
	t.Parallel()
	const n = 3
	for death := 1; ; death++ {
		dying, calls, died := false, 0, false
		s, db := storetest.Open(t, dynamo.Options{Before: func(c dynamo.Call) error {
			if dying && c.Caller == "dying" {
				if calls++; calls >= death {
					died = true
					return errDead
				}
			}
			return nil
		}})
		ctx := t.Context()
		if err := storetest.Sealer(s).MakePair(ctx, seal.Words); err != nil {
			t.Fatal(err)
		}
		page := seal.New(seal.Options{Rings: s, Now: time.Now})
		id := func(i int) survey.ContactID { return survey.ContactID(fmt.Sprintf("aaaaaaaaaaaaaaa%c", 'a'+i)) }
		for i := range n {
			key := make([]byte, 32)
			text, err := seal.WithKey(key, []byte("slow"))
			if err != nil {
				t.Fatal(err)
			}
			sealedKey, err := page.SealTo(ctx, seal.Words, s.WordsPlace("abcdefgh", id(i), "trace"), key)
			if err != nil {
				t.Fatal(err)
			}
			r := survey.Response{
				Campaign: "abcdefgh", Contact: id(i), Audience: survey.Customers, Score: 3, Verified: true, First: noon, Counted: noon, Updated: noon, Version: 1,
				Kept: survey.Kept{Why: []survey.Part{{Trace: "trace", Size: 64, Sealed: seal.Pack(sealedKey, text)}}},
			}
			err = errors.Join(s.Leave(ctx, survey.Errand{Kind: survey.SealWords, Campaign: r.Campaign, Audience: r.Audience, Contact: r.Contact, At: noon}), s.SaveResponse(ctx, r, 0))
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Leave(ctx, survey.Errand{Kind: survey.SealWords, Campaign: "abcdefgh", Audience: survey.Customers, Contact: id(n), At: noon}); err != nil {
			t.Fatal(err)
		}
		now := noon.Add(time.Second)
		client := storetest.Client(storetest.Serve(t, db), "dying")
		dying = true
		_ = (&resealing.Resealer{Store: client, Now: func() time.Time { return now }}).Run(ctx)
		dying = false
		now = noon.Add(10 * time.Second)
		if err := (&resealing.Resealer{Store: s, Now: func() time.Time { return now }}).Run(ctx); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			changed, err := s.ResealWords(ctx, "abcdefgh", id(i))
			r, ok, err2 := s.Response(ctx, "abcdefgh", id(i))
			if err != nil || changed || err2 != nil || !ok || r.Why != "slow" || r.Version != 1 {
				t.Fatalf("death %d: %v, %v, %q, %v", death, changed, err, r.Why, err2)
			}
		}
		left, err := s.WordsToSeal(ctx, 10)
		if err != nil || len(left) < 1 {
			t.Fatalf("death %d: what has no answer yet is forgotten: %v", death, err)
		}
		now = noon.Add(time.Minute)
		if err := (&resealing.Resealer{Store: s, Now: func() time.Time { return now }}).Run(ctx); err != nil {
			t.Fatal(err)
		}
		if left, err = s.WordsToSeal(ctx, 10); err != nil || len(left) != 0 {
			t.Fatalf("death %d: left %v, %v", death, left, err)
		}
		if !died {
			return
		}
	}
}
