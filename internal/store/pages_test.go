package store_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/local/dynamo"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// Pages of any size together hold every answer once.
func TestResponsesPages(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := storetest.Open(t, dynamo.Options{})
	want := map[survey.ContactID]bool{}
	for i, c := range people(t, 120) {
		want[c.ID] = true
		r := survey.Response{Campaign: "aaaaaaaa", Contact: c.ID, Audience: survey.Customers, Score: i % 11, Verified: i%3 > 0, First: time.Now(), Updated: time.Now(), Version: 1}
		if err := s.SaveResponse(ctx, r, 0); err != nil {
			t.Fatal(err)
		}
	}
	for _, limit := range []int{1, 7, 60, 119, 120, 121, 1000} {
		got := map[survey.ContactID]int{}
		for from := new(survey.Cursor); from != nil; {
			again, err := survey.ParseCursor(from.String())
			if err != nil || again != *from {
				t.Fatalf("cursor %v reads back as %v, %v", *from, again, err)
			}
			rs, next, err := s.ResponsesPage(ctx, "aaaaaaaa", again, limit)
			if err != nil || len(rs) > limit {
				t.Fatalf("a page of %d holds %d: %v", limit, len(rs), err)
			}
			for _, r := range rs {
				got[r.Contact]++
			}
			from = next
		}
		for id := range want {
			if got[id] != 1 {
				t.Errorf("in pages of %d an answer comes %d times", limit, got[id])
			}
		}
		if len(got) != len(want) {
			t.Errorf("pages of %d hold %d answers, want %d", limit, len(got), len(want))
		}
	}
}

// A page of long comments ends before an answer would be too large for Lambda.
func TestPageOfLongComments(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := storetest.Open(t, dynamo.Options{})
	long := strings.Repeat("щ", survey.MaxComment)
	for _, c := range people(t, 200) {
		r := survey.Response{Campaign: "aaaaaaaa", Contact: c.ID, Audience: survey.Customers, Why: long, Wish: long, First: time.Now(), Updated: time.Now(), Version: 1}
		if err := s.SaveResponse(ctx, r, 0); err != nil {
			t.Fatal(err)
		}
	}
	rs, next, err := s.ResponsesPage(ctx, "aaaaaaaa", survey.Cursor{}, 1000)
	if err != nil || next == nil || len(rs) < 100 || len(rs) > 140 {
		t.Errorf("%d answers of 16 KB on one page, next %v, %v", len(rs), next, err)
	}
}

// Contacts come with the reason why nobody writes to them, wherever a page ends; addresses that were stopped and never
// uploaded are no contacts.
func TestContactsPages(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := storetest.Open(t, dynamo.Options{})
	cs := people(t, 150)
	if _, err := s.UpsertContacts(ctx, cs[:100], survey.UploadMark{}, time.Now()); err != nil {
		t.Fatal(err)
	}
	stopped := map[survey.ContactID]survey.SuppressionReason{}
	for i, c := range cs {
		if i%2 == 0 {
			if err := s.Suppress(ctx, map[survey.Audience]survey.ContactID{survey.Customers: c.ID}, survey.Bounced, time.Now()); err != nil {
				t.Fatal(err)
			}
			stopped[c.ID] = survey.Bounced
		}
	}
	for _, budget := range []int{1, 2, 3, 10, 1000} {
		var ids []string
		for from := new(survey.Cursor); from != nil; {
			var err error
			from, err = s.ContactsPage(ctx, survey.Customers, *from, budget, func(c survey.Contact, reason survey.SuppressionReason) {
				ids = append(ids, string(c.ID))
				if reason != stopped[c.ID] {
					t.Errorf("pages of %d: stopped %q, want %q", budget, reason, stopped[c.ID])
				}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		slices.Sort(ids)
		if n := len(slices.Compact(ids)); n != 100 || len(ids) != 100 {
			t.Errorf("pages of %d: %d contacts, %d different, want 100", budget, len(ids), n)
		}
	}
	// Walks that go on at the same time hold everybody once together.
	for _, parts := range []int{-1, 1, 2, 3, 5, 16, 99} {
		met := map[survey.ContactID]int{}
		for _, part := range survey.CursorsOf(parts) {
			for from := &part; from != nil; {
				again, err := survey.ParseCursor(from.String())
				if err != nil || again != *from {
					t.Fatalf("cursor %v reads back as %v, %v", *from, again, err)
				}
				from, err = s.ContactsPage(ctx, survey.Customers, again, 7, func(c survey.Contact, _ survey.SuppressionReason) { met[c.ID]++ })
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, n := range met {
			if n != 1 {
				t.Errorf("in %d walks a contact is met %d times", parts, n)
			}
		}
		if len(met) != 100 {
			t.Errorf("in %d walks %d contacts are met, want 100", parts, len(met))
		}
	}
}

func TestParseCursor(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"x", "===", "MTYv", "LTEv", "MC9hYmM", "MC8_Pz8_Pz8_Pz8_Pz8_Pz8_Pz8", "MC8vMTc", "MC8vLTE", "NS8vNQ", "NS8v"} {
		if _, err := survey.ParseCursor(text); !apperr.Is(err, "cursor_wrong") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What a try left that died before it was recorded is not seen, whatever it was.
func TestSeenContactsCountWithTheirPart(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	const seed = 5
	random := rand.New(rand.NewPCG(seed, 1))
	var dead bool
	s, _ := storetest.Open(t, dynamo.Options{Before: func(c dynamo.Call) error {
		if dead && c.Operation == "TransactWriteItems" {
			return &dynamo.APIError{Code: "InternalServerError", Message: "died"}
		}
		return nil
	}})
	some := func(n int) (seen []survey.SeenContact) {
		for i := range n {
			seen = append(seen, survey.SeenContact{ID: random.Uint64(), Line: uint32(i)})
		}
		return seen
	}
	im, err := s.CreateUpload(ctx, survey.Upload{ID: "import", Audience: survey.Customers, Created: time.Now(), Next: 1, State: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	first := some(30_000) // more than one item
	if im, err = s.TakePart(ctx, im, survey.UploadPart{Digest: []byte("1"), Answer: []byte(`{}`)}, first, nil); err != nil {
		t.Fatal(err)
	}
	dead = true
	if _, err = s.TakePart(ctx, im, survey.UploadPart{Digest: []byte("2"), Answer: []byte(`{}`)}, some(60_000), nil); err == nil {
		t.Fatal("the transaction should have failed")
	}
	dead = false
	if im, err = s.Upload(ctx, "import"); err != nil || im.Next != 2 {
		t.Fatal(im.Next, err)
	}
	second := some(10)
	if im, err = s.TakePart(ctx, im, survey.UploadPart{Digest: []byte("2"), Answer: []byte(`{}`)}, second, nil); err != nil {
		t.Fatal(err)
	}
	got, err := s.SeenContacts(ctx, im)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, append(first, second...)) {
		t.Errorf("seed %d: %d seen, want %d", seed, len(got), len(first)+len(second))
	}
	im.Version--
	if _, err := s.TakePart(ctx, im, survey.UploadPart{Digest: []byte("3"), Answer: []byte(`{}`)}, nil, nil); !errors.Is(err, apperr.ErrChanged) {
		t.Errorf("a part on top of an older state: %v", err)
	}
	if p, ok, err := s.UploadPart(ctx, "import", 2); err != nil || !ok || string(p.Digest) != "2" {
		t.Errorf("%v %v %v", p, ok, err)
	}
}
