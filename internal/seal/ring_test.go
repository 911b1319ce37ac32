package seal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/seal"
)

// After a rotation the new key seals, in other processes within ten minutes, and all open what the old one has sealed.
func TestRotation(t *testing.T) {
	t.Parallel()
	w := newWorld()
	a, b := w.process(), w.process()
	pair(t, a, seal.Words)
	var old [][]byte
	for _, s := range []*seal.Sealer{a, b} {
		old = append(old, sealed(t, s, seal.Words, person, "before"), sealedTo(t, s, seal.Words, person, "before"))
	}
	if stale, err := a.Stale(t.Context(), seal.Words, old[0]); err != nil || stale {
		t.Fatalf("stale before any rotation: %v, %v", stale, err)
	}
	if err := a.Rotate(t.Context(), seal.Words); err != nil {
		t.Fatal(err)
	}
	for i, v := range old {
		for name, s := range map[string]*seal.Sealer{"that rotated": a, "beside it": b, "new": w.process()} {
			if text, err := s.Open(t.Context(), seal.Words, person, v); err != nil || string(text) != "before" {
				t.Errorf("old value %d in a process %s: %q, %v", i, name, text, err)
			}
		}
		if stale, err := a.Stale(t.Context(), seal.Words, v); err != nil || !stale {
			t.Errorf("old value %d is not stale: %v, %v", i, stale, err)
		}
	}
	fresh := sealed(t, a, seal.Words, person, "after")
	if stale, err := a.Stale(t.Context(), seal.Words, fresh); err != nil || stale {
		t.Errorf("the new key's value is stale: %v, %v", stale, err)
	}
	// b has not heard of the new key, and opens its value all the same.
	if text, err := b.Open(t.Context(), seal.Words, person, fresh); err != nil || string(text) != "after" {
		t.Errorf("b opens the new key's value: %q, %v", text, err)
	}
	c := w.process()
	sealed(t, c, seal.Words, person, "x")
	if err := a.Rotate(t.Context(), seal.Words); err != nil {
		t.Fatal(err)
	}
	w.wait(9 * time.Minute)
	if stale, _ := a.Stale(t.Context(), seal.Words, sealed(t, c, seal.Words, person, "x")); !stale {
		t.Error("c read the ring before it was due")
	}
	w.wait(2 * time.Minute)
	if stale, _ := a.Stale(t.Context(), seal.Words, sealed(t, c, seal.Words, person, "x")); stale {
		t.Error("c seals with an old key ten minutes after the rotation")
	}
}

// Processes that begin at once make one key, and one pair, between them; so do those that rotate.
func TestManyProcessesMakeOneKey(t *testing.T) {
	t.Parallel()
	w := newWorld()
	ctx := context.Background()
	at := func(i int) seal.Place { p := person; p.Sort = fmt.Sprint(i); return p }
	values := make([][][]byte, 12)
	var wait sync.WaitGroup
	for i := range values {
		wait.Go(func() {
			s := w.process()
			if err := s.MakePair(ctx, seal.Words); err != nil {
				t.Error(err)
				return
			}
			for range 2 { // within one process, too
				wait.Go(func() {
					if _, err := s.Seal(ctx, seal.Words, at(i), []byte("x")); err != nil {
						t.Error(err)
					}
				})
			}
			one, err := s.Seal(ctx, seal.Words, at(i), []byte("x"))
			two, err2 := s.SealTo(ctx, seal.Words, at(i), []byte("x"))
			if err != nil || err2 != nil {
				t.Error(err, err2)
			}
			values[i] = [][]byte{one, two}
		})
	}
	wait.Wait()
	for _, name := range []string{"DATA#words", "PAIR#words"} {
		if ring, err := w.rings.KeyRing(ctx, name); err != nil || len(ring.Keys) != 1 || ring.Version != 1 {
			t.Errorf("%s: %d keys, version %d, %v", name, len(ring.Keys), ring.Version, err)
		}
	}
	s := w.process()
	for i, both := range values {
		for _, v := range both {
			if text, err := s.Open(ctx, seal.Words, at(i), v); err != nil || string(text) != "x" {
				t.Errorf("of process %d: %q, %v", i, text, err)
			}
		}
	}
}

// Keys of one thing are forgotten alone, and what they sealed is gone; a purpose's common keys cannot be forgotten.
func TestForget(t *testing.T) {
	t.Parallel()
	w := newWorld()
	a, b := w.process(), w.process()
	one, two := seal.Ballots.Of("campaignone"), seal.Ballots.Of("campaigntwo")
	pair(t, a, one)
	pair(t, a, two)
	inOne, inTwo := sealedTo(t, w.respond(), one, person, "9"), sealedTo(t, w.respond(), two, person, "3")
	for _, s := range []*seal.Sealer{a, b} {
		if text, err := s.Open(t.Context(), one, person, inOne); err != nil || string(text) != "9" {
			t.Fatalf("%q, %v", text, err)
		}
	}
	if err := a.Forget(t.Context(), seal.Words); err == nil {
		t.Error("the common keys of words were forgotten")
	}
	if err := a.Forget(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Open(t.Context(), one, person, inOne); !errors.Is(err, seal.ErrKey) {
		t.Errorf("opened after its key was forgotten: %v", err)
	}
	w.wait(11 * time.Minute) // b has the key in memory so long
	if _, err := b.Open(t.Context(), one, person, inOne); !errors.Is(err, seal.ErrKey) {
		t.Errorf("opened in another process: %v", err)
	}
	if text, err := a.Open(t.Context(), two, person, inTwo); err != nil || string(text) != "3" {
		t.Errorf("the other campaign's: %q, %v", text, err)
	}
	if _, err := a.Open(t.Context(), two, person, inOne); err == nil {
		t.Error("a ballot of one campaign opens in another")
	}
}

// However many campaigns there are, a process holds the keys of 64 at most, and those in use stay.
func TestKeysInMemoryAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s := w.process()
	words := sealed(t, s, seal.Words, person, "x")
	const campaigns = 200
	for i := range campaigns {
		pair(t, s, seal.Ballots.Of(fmt.Sprint(i)))
		if _, err := s.Open(t.Context(), seal.Words, person, words); err != nil {
			t.Fatal(err)
		}
	}
	reads := w.rings.Reads()
	if _, err := s.Open(t.Context(), seal.Words, person, words); err != nil || w.rings.Reads() != reads || w.kms.Calls("Unwrap") != 0 {
		t.Errorf("the key in use was read again: %v, unwrapped %d times", err, w.kms.Calls("Unwrap"))
	}
	for i := range campaigns { // each of the older ones is read again
		if err := s.MakePair(t.Context(), seal.Ballots.Of(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if again := w.rings.Reads() - reads; again < campaigns-64 {
		t.Errorf("%d of %d rings were read again: the others were kept", again, campaigns)
	}
}

// What KMS and the table refuse is no fault of the sealed value, and is tried again at the next call.
func TestFailuresPass(t *testing.T) {
	t.Parallel()
	w := newWorld()
	value := sealed(t, w.process(), seal.Notes, person, "x")
	s, throttled := w.process(), errors.New("throttled")
	w.kms.Fail = throttled
	if _, err := s.Open(t.Context(), seal.Notes, person, value); !errors.Is(err, throttled) || errors.Is(err, seal.ErrBroken) {
		t.Errorf("KMS throttles: %v", err)
	}
	if _, err := s.Seal(t.Context(), seal.Staff, person, nil); !errors.Is(err, throttled) {
		t.Errorf("KMS throttles, and a key was made: %v", err)
	}
	w.kms.Fail = nil
	if text, err := s.Open(t.Context(), seal.Notes, person, value); err != nil || string(text) != "x" {
		t.Errorf("afterwards: %q, %v", text, err)
	}
}

// dying is a table whose writer dies before or after the write.
type dying struct {
	seal.Rings
	after bool
	died  *bool
}

var errDied = errors.New("died")

func (d dying) PutKeyRing(ctx context.Context, r seal.Ring) error {
	if *d.died {
		return d.Rings.PutKeyRing(ctx, r)
	}
	*d.died = true
	if d.after {
		if err := d.Rings.PutKeyRing(ctx, r); err != nil && !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return errDied
}

// A process that dies while it makes or rotates a key leaves keys that open everything.
func TestDeathWhileMakingKeys(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		w := newWorld()
		died := false
		s := seal.New(seal.Options{Workspace: "one", Rings: dying{w.rings, after, &died}, KMS: w.kms, Now: w.clock})
		if _, err := s.Seal(t.Context(), seal.Words, person, nil); !errors.Is(err, errDied) {
			t.Fatal(err)
		}
		one := sealed(t, w.process(), seal.Words, person, "x")
		died = false
		if err := s.Rotate(t.Context(), seal.Words); !errors.Is(err, errDied) {
			t.Fatal(err)
		}
		p := w.process()
		for _, v := range [][]byte{one, sealed(t, s, seal.Words, person, "x"), sealed(t, p, seal.Words, person, "x")} {
			if text, err := p.Open(t.Context(), seal.Words, person, v); err != nil || string(text) != "x" {
				t.Errorf("after %v: %q, %v", after, text, err)
			}
		}
	}
}

// Pad makes texts of one length, and loses none of them.
func TestPad(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "x", "ends in zeros\x00\x00", "\x80", "\x80\x00", "Дорого и долго"} {
		padded, err := seal.Pad([]byte(text), 64)
		if err != nil || len(padded) != 64 {
			t.Fatalf("%q: %d bytes, %v", text, len(padded), err)
		}
		got, err := seal.Unpad(padded)
		if err != nil || string(got) != text {
			t.Errorf("%q comes back as %q, %v", text, got, err)
		}
	}
	if _, err := seal.Pad(make([]byte, 63), 64); err != nil {
		t.Error(err)
	}
	for _, tooLong := range []int{64, 65, 1000} {
		if _, err := seal.Pad(make([]byte, tooLong), 64); err == nil {
			t.Errorf("%d bytes fit into 64", tooLong)
		}
	}
	for _, never := range [][]byte{nil, make([]byte, 64), []byte("text")} {
		if got, err := seal.Unpad(never); err == nil {
			t.Errorf("%q was never padded and is %q", never, got)
		}
	}
}

// A benchmark, not a test: what sealing and opening a contact's attribute of 200 bytes takes.
func BenchmarkSeal(b *testing.B) {
	s, text, ctx := newWorld().process(), make([]byte, 200), context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Seal(ctx, seal.Contacts, person, text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	s, ctx := newWorld().process(), context.Background()
	value := sealed(b, s, seal.Contacts, person, string(make([]byte, 200)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Open(ctx, seal.Contacts, person, value); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealTo(b *testing.B) {
	s, ctx := newWorld().process(), context.Background()
	pair(b, s, seal.Words)
	text := slices.Repeat([]byte{1}, 4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.SealTo(ctx, seal.Words, person, text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenPair(b *testing.B) {
	s, ctx := newWorld().process(), context.Background()
	pair(b, s, seal.Words)
	value := sealedTo(b, s, seal.Words, person, string(make([]byte, 4096)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Open(ctx, seal.Words, person, value); err != nil {
			b.Fatal(err)
		}
	}
}
