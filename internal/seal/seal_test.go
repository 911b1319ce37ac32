package seal_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onetap/internal/seal"
	"onetap/internal/seal/sealtest"
)

var person = seal.Place{Partition: "CONTACTS#customers#03", Sort: "abcdefghijklmnop", Attribute: "person"}

// world is a table and a KMS that several processes share, and a clock.
type world struct {
	rings *sealtest.Rings
	kms   *sealtest.KMS
	mu    sync.Mutex
	now   time.Time
}

func newWorld() *world {
	return &world{rings: &sealtest.Rings{}, kms: sealtest.NewKMS(), now: time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// process is a sealer of its own over what is shared.
func (w *world) process() *seal.Sealer {
	return seal.New(seal.Options{Workspace: "one", Rings: w.rings, KMS: w.kms, Now: w.clock})
}

// respond is a process that may ask KMS for nothing.
func (w *world) respond() *seal.Sealer {
	return seal.New(seal.Options{Workspace: "one", Rings: w.rings, Now: w.clock})
}

type fataler interface {
	Helper()
	Fatal(args ...any)
}

func sealed(t fataler, s *seal.Sealer, p seal.Purpose, at seal.Place, text string) []byte {
	t.Helper()
	b, err := s.Seal(context.Background(), p, at, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sealedTo(t fataler, s *seal.Sealer, p seal.Purpose, at seal.Place, text string) []byte {
	t.Helper()
	b, err := s.SealTo(context.Background(), p, at, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func pair(t fataler, s *seal.Sealer, p seal.Purpose) {
	t.Helper()
	if err := s.MakePair(context.Background(), p); err != nil {
		t.Fatal(err)
	}
}

// What one process seals another opens, in both ways, and the sealed form shows nothing of the text.
func TestOneSealsAnotherOpens(t *testing.T) {
	t.Parallel()
	w := newWorld()
	a, b := w.process(), w.process()
	pair(t, a, seal.Words)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		for overhead, got := range map[int][]byte{
			seal.Overhead:     sealed(t, a, seal.Words, person, text),
			seal.PairOverhead: sealedTo(t, a, seal.Words, person, text),
		} {
			if len(got) != len(text)+overhead || len(text) > 3 && bytes.Contains(got, []byte(text)) {
				t.Fatalf("%q was sealed into %d bytes: %x", text, len(got), got)
			}
			opened, err := b.Open(context.Background(), seal.Words, person, got)
			if err != nil || string(opened) != text {
				t.Fatalf("%q opened as %q, %v", text, opened, err)
			}
		}
	})
	if n := w.kms.Calls("Unwrap"); n != 2 { // b's: of the data key and of the pair
		t.Errorf("keys were unwrapped %d times, want 2", n)
	}
}

// A sealed value opens for its purpose at its place, whole and unchanged, and in no other case.
func TestWhatWasTouchedNeverOpens(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s := w.process()
	for _, p := range []seal.Purpose{seal.Words, seal.Contacts} {
		pair(t, s, p)
		sealed(t, s, p, person, "x") // makes its keys
	}
	part := rapid.StringMatching(`[A-Za-z#|0-9]{0,12}`)
	place := rapid.Custom(func(t *rapid.T) seal.Place {
		return seal.Place{Partition: part.Draw(t, "pk"), Sort: part.Draw(t, "sk"), Attribute: part.Draw(t, "attribute")}
	})
	rapid.Check(t, func(t *rapid.T) {
		at, text := place.Draw(t, "place"), rapid.StringN(0, 40, -1).Draw(t, "text")
		whole := sealed(t, s, seal.Words, at, text)
		if rapid.Bool().Draw(t, "public key") {
			whole = sealedTo(t, s, seal.Words, at, text)
		}
		purpose, elsewhere, got := seal.Words, at, bytes.Clone(whole)
		switch rapid.SampledFrom([]string{"byte", "cut", "front", "longer", "place", "one part", "shifted", "purpose"}).Draw(t, "touched") {
		case "byte":
			i := rapid.IntRange(0, len(got)-1).Draw(t, "byte")
			got[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		case "cut":
			got = got[:rapid.IntRange(0, len(got)-1).Draw(t, "to")]
		case "front":
			got = got[rapid.IntRange(1, len(got)).Draw(t, "from"):]
		case "longer":
			got = append(got, rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "more")...)
		case "place":
			elsewhere = place.Filter(func(p seal.Place) bool { return p != at }).Draw(t, "elsewhere")
		case "one part":
			parts := []*string{&elsewhere.Partition, &elsewhere.Sort, &elsewhere.Attribute}
			one := rapid.SampledFrom(parts).Draw(t, "of the place")
			*one = part.Filter(func(s string) bool { return s != *one }).Draw(t, "instead")
		case "shifted": // the same letters, divided otherwise
			all := at.Partition + at.Sort
			elsewhere.Partition, elsewhere.Sort = all[:len(all)/2], all[len(all)/2:]
			if elsewhere == at {
				elsewhere = seal.Place{Partition: at.Sort + "1", Sort: at.Partition, Attribute: at.Attribute}
			}
		case "purpose":
			purpose = seal.Contacts
		}
		opened, err := s.Open(context.Background(), purpose, elsewhere, got)
		if err == nil || opened != nil {
			t.Fatalf("opened as %q", opened)
		}
		if !errors.Is(err, seal.ErrBroken) {
			t.Fatalf("it is not this value alone that is at fault: %v", err)
		}
		if opened, err := s.Open(context.Background(), seal.Words, at, whole); err != nil || string(opened) != text {
			t.Fatalf("the untouched one: %q, %v", opened, err)
		}
	})
}

// Errors say what is wrong and where, and nothing of the content, of ids and of keys.
func TestErrorsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s := w.process()
	at := seal.Place{Partition: "STAFF#02", Sort: "anna@example.com", Attribute: "person"}
	whole := sealed(t, s, seal.Staff, at, "Anna Petrova")
	flip := func(i int) []byte { b := bytes.Clone(whole); b[i] ^= 1; return b }
	other := at
	other.Sort = "boris@example.com"
	for name, tt := range map[string]struct {
		sealed []byte
		at     seal.Place
		is     error
		says   string
	}{
		"a changed byte":     {flip(30), at, seal.ErrChanged, "changed, cut, or sealed for another place"},
		"another's":          {whole, other, seal.ErrChanged, "changed, cut, or sealed for another place"},
		"cut":                {whole[:len(whole)-1], at, seal.ErrChanged, "changed, cut"},
		"cut short":          {whole[:20], at, seal.ErrForm, "no sealed value"},
		"nothing":            {nil, at, seal.ErrForm, "no sealed value"},
		"plain text":         {[]byte(`{"name":"Anna Petrova","email":"anna@example.com"}`), at, seal.ErrForm, "no sealed value"},
		"of a later version": {flip(0)[:len(whole)], at, seal.ErrForm, "no sealed value, or of a form that this version does not know"},
		"an unknown key":     {flip(3), at, seal.ErrKey, "its key is not among the keys of its purpose (key "},
	} {
		_, err := s.Open(t.Context(), seal.Staff, tt.at, tt.sealed)
		if !errors.Is(err, tt.is) || !errors.Is(err, seal.ErrBroken) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		said := err.Error()
		if !strings.Contains(said, tt.says) || !strings.HasPrefix(said, "open staff, person of STAFF: ") {
			t.Errorf("%s: says %q", name, said)
		}
		for _, secret := range []string{"Anna", "Petrova", "anna@", "boris@"} {
			if strings.Contains(said, secret) {
				t.Errorf("%s: names somebody: %q", name, said)
			}
		}
	}
}

// Another workspace's values do not open, though they lie at the same place.
func TestWorkspacesAreApart(t *testing.T) {
	t.Parallel()
	w := newWorld()
	theirs := seal.New(seal.Options{Workspace: "two", Rings: w.rings, KMS: w.kms, Now: w.clock})
	got := sealed(t, w.process(), seal.Contacts, person, "Anna")
	if text, err := theirs.Open(t.Context(), seal.Contacts, person, got); err == nil {
		t.Errorf("opened as %q", text)
	}
}

// Who has the public key alone seals and opens nothing, not even what it sealed itself.
func TestPublicKeyOnlySeals(t *testing.T) {
	t.Parallel()
	w := newWorld()
	desk, respond := w.process(), w.respond()
	if _, err := respond.SealTo(t.Context(), seal.Words, person, []byte("Too dear")); !errors.Is(err, seal.ErrNoPair) {
		t.Errorf("sealed without a pair: %v", err)
	}
	pair(t, desk, seal.Words) // and respond sees it at once
	words := sealedTo(t, respond, seal.Words, person, "Too dear")
	if text, err := desk.Open(t.Context(), seal.Words, person, words); err != nil || string(text) != "Too dear" {
		t.Errorf("opened as %q, %v", text, err)
	}
	if stale, err := desk.Stale(t.Context(), seal.Words, words); err != nil || !stale {
		t.Errorf("what came by the public key is to be sealed again: %v, %v", stale, err)
	}
	before := w.kms.Calls("Unwrap")
	if _, err := respond.Open(t.Context(), seal.Words, person, words); !errors.Is(err, seal.ErrNoKMS) || errors.Is(err, seal.ErrBroken) {
		t.Errorf("respond opened: %v", err)
	}
	if _, err := respond.Seal(t.Context(), seal.Words, person, nil); !errors.Is(err, seal.ErrNoKMS) {
		t.Errorf("respond sealed with a data key: %v", err)
	}
	if err := respond.MakePair(t.Context(), seal.Notes); !errors.Is(err, seal.ErrNoKMS) {
		t.Errorf("respond made a pair: %v", err)
	}
	if w.kms.Calls("Unwrap") != before {
		t.Error("respond asked KMS")
	}
}
