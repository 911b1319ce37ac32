package store_test

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/local/dynamo"
	"onetap/internal/seal"
	"onetap/internal/seal/sealtest"
	"onetap/internal/store/storetest"
)

// A ring is written by whoever has read its newest version, and by nobody else.
func TestKeyRings(t *testing.T) {
	t.Parallel()
	s, _ := storetest.Open(t, dynamo.Options{})
	ctx := t.Context()
	none, err := s.KeyRing(ctx, "DATA#contacts")
	if err != nil || none.Version != 0 || none.Name != "DATA#contacts" || none.Keys != nil {
		t.Fatalf("%+v, %v", none, err)
	}
	one := seal.Key{ID: 0xfffffffe, Wrapped: []byte{0, 1, 255}, Made: time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)}
	two := seal.Key{ID: 7, Wrapped: []byte("w"), Public: []byte("p"), Made: one.Made.Add(time.Hour)}
	none.Keys = []seal.Key{one}
	if err := s.PutKeyRing(ctx, none); err != nil {
		t.Fatal(err)
	}
	if err := s.PutKeyRing(ctx, none); !errors.Is(err, apperr.ErrChanged) {
		t.Errorf("a second first ring: %v", err)
	}
	first, err := s.KeyRing(ctx, "DATA#contacts")
	if err != nil || first.Version != 1 || !reflect.DeepEqual(first.Keys, []seal.Key{one}) {
		t.Fatalf("%+v, %v", first, err)
	}
	first.Keys = append(first.Keys, two)
	if err := s.PutKeyRing(ctx, first); err != nil {
		t.Fatal(err)
	}
	if err := s.PutKeyRing(ctx, first); !errors.Is(err, apperr.ErrChanged) {
		t.Errorf("a ring that was read before the other write: %v", err)
	}
	if second, err := s.KeyRing(ctx, "DATA#contacts"); err != nil || second.Version != 2 || !reflect.DeepEqual(second.Keys, []seal.Key{one, two}) {
		t.Errorf("%+v, %v", second, err)
	}
	if other, err := s.KeyRing(ctx, "PAIR#contacts"); err != nil || other.Version != 0 {
		t.Errorf("another ring: %+v, %v", other, err)
	}
	for range 2 {
		if err := s.DeleteKeyRing(ctx, "DATA#contacts"); err != nil {
			t.Fatal(err)
		}
	}
	if gone, err := s.KeyRing(ctx, "DATA#contacts"); err != nil || gone.Version != 0 {
		t.Errorf("deleted: %+v, %v", gone, err)
	}
}

// Processes that begin at once over one table make one key of a purpose and open each other's values.
func TestKeysAreMadeOnceInTheTable(t *testing.T) {
	t.Parallel()
	s, _ := storetest.Open(t, dynamo.Options{})
	kms, ctx := sealtest.NewKMS(), context.Background()
	at := seal.Place{Partition: "CONTACTS#customers#03", Sort: "abc", Attribute: "person"}
	values := make([][]byte, 8)
	var wait sync.WaitGroup
	for i := range values {
		wait.Go(func() {
			p := seal.New(seal.Options{Rings: s, KMS: kms, Now: time.Now})
			var err error
			if values[i], err = p.Seal(ctx, seal.Contacts, at, []byte("Anna")); err != nil {
				t.Error(err)
			}
			if err := p.MakePair(ctx, seal.Words); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, name := range []string{"DATA#contacts", "PAIR#words"} {
		if ring, err := s.KeyRing(ctx, name); err != nil || len(ring.Keys) != 1 {
			t.Errorf("%s has %d keys, %v", name, len(ring.Keys), err)
		}
	}
	p := seal.New(seal.Options{Rings: s, KMS: kms, Now: time.Now})
	for i, v := range values {
		if text, err := p.Open(ctx, seal.Contacts, at, v); err != nil || string(text) != "Anna" {
			t.Errorf("value %d: %q, %v", i, text, err)
		}
	}
}
