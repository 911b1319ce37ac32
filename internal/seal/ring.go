package seal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"onetap/internal/apperr"
)

// Ring holds the keys of a purpose as they lie in the table, the newest last.
type Ring struct {
	Name    string
	Version int // 0: it is not stored
	Keys    []Key
}

// Key is a wrapped key. Its id and its public half are no secrets.
type Key struct {
	ID      uint32    `json:"id"`
	Wrapped []byte    `json:"wrapped"`
	Public  []byte    `json:"public,omitempty"` // of a pair
	Made    time.Time `json:"made"`
}

const (
	// fresh is for how long a process relies on a ring that it has read: so long it may seal with a key that is not the newest any more, or
	// open with one that was forgotten. A key that it does not know makes it read the ring at once.
	fresh = 10 * time.Minute
	// maxRings bounds how many rings a process holds. Purposes are few, but every campaign with ballots has a ring.
	maxRings = 64

	keyBytes = 32 // of AES-256 and of X25519
)

// ring is a Ring in this process, with those keys that were unwrapped so far.
type ring struct {
	name    string
	purpose Purpose
	pair    bool
	used    int64 // when, counted in uses; guarded by the sealer's mu

	mu     sync.Mutex // held while the table or KMS is asked, so that each is asked once
	read   time.Time
	stored Ring
	opened map[uint32]*openKey
}

// openKey is a key ready for use.
type openKey struct {
	id      uint32
	aead    cipher.AEAD     // of a data key
	digest  []byte          // of a data key: what its digests are keyed with
	private hpke.PrivateKey // of a pair
}

func ringName(form byte, p Purpose) string {
	if form == byPair {
		return "PAIR#" + string(p)
	}
	return "DATA#" + string(p)
}

// ring finds or begins the ring in this process; where there are too many, the one that was not used for longest goes.
func (s *Sealer) ring(form byte, p Purpose) *ring {
	name := ringName(form, p)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uses++
	r := s.rings[name]
	if r == nil {
		if len(s.rings) >= maxRings {
			oldest := ""
			for n, other := range s.rings {
				if oldest == "" || other.used < s.rings[oldest].used {
					oldest = n
				}
			}
			delete(s.rings, oldest)
		}
		r = &ring{name: name, purpose: p, pair: form == byPair, opened: map[uint32]*openKey{}}
		s.rings[name] = r
	}
	r.used = s.uses
	return r
}

// newest is the data key that seals; the first one is made here.
func (s *Sealer) newest(ctx context.Context, p Purpose) (*openKey, error) {
	return s.dataKey(ctx, p, func(keys []Key) Key { return keys[len(keys)-1] })
}

// first is the data key that the purpose has had from the beginning.
func (s *Sealer) first(ctx context.Context, p Purpose) (*openKey, error) {
	return s.dataKey(ctx, p, func(keys []Key) Key { return keys[0] })
}

func (s *Sealer) dataKey(ctx context.Context, p Purpose, choose func([]Key) Key) (*openKey, error) {
	r := s.ring(byKey, p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := s.refresh(ctx, r); err != nil {
		return nil, err
	}
	if len(r.stored.Keys) == 0 {
		if err := s.add(ctx, r, s.makeKey); err != nil {
			return nil, err
		}
	}
	return s.ready(ctx, r, choose(r.stored.Keys))
}

// public is the newest public key of a purpose.
func (s *Sealer) public(ctx context.Context, p Purpose) (uint32, hpke.PublicKey, error) {
	r := s.ring(byPair, p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := s.refresh(ctx, r); err != nil {
		return 0, nil, err
	}
	if len(r.stored.Keys) == 0 {
		r.read = time.Time{} // it may be there a moment later
		return 0, nil, ErrNoPair
	}
	k := r.stored.Keys[len(r.stored.Keys)-1]
	public, err := kem.NewPublicKey(k.Public)
	return k.ID, public, err
}

// key is the key of that id, ready to open.
func (s *Sealer) key(ctx context.Context, form byte, p Purpose, id uint32) (*openKey, error) {
	r := s.ring(form, p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := s.refresh(ctx, r); err != nil {
		return nil, err
	}
	is := func(k Key) bool { return k.ID == id }
	i := slices.IndexFunc(r.stored.Keys, is)
	if i < 0 { // another process may have made it just now
		if err := s.load(ctx, r); err != nil {
			return nil, err
		}
		if i = slices.IndexFunc(r.stored.Keys, is); i < 0 {
			return nil, fmt.Errorf("%w (key %08x)", ErrKey, id)
		}
	}
	return s.ready(ctx, r, r.stored.Keys[i])
}

// refresh reads the ring unless that was done lately. r.mu is held, as in all that follows.
func (s *Sealer) refresh(ctx context.Context, r *ring) error {
	if age := s.o.Now().Sub(r.read); !r.read.IsZero() && age >= 0 && age < fresh {
		return nil
	}
	return s.load(ctx, r)
}

func (s *Sealer) load(ctx context.Context, r *ring) error {
	stored, err := s.o.Rings.KeyRing(ctx, r.name)
	if err != nil {
		return err
	}
	r.take(stored, s.o.Now())
	return nil
}

// take notes what is stored, and drops ready keys that are not there any more.
func (r *ring) take(stored Ring, now time.Time) {
	r.stored, r.read = stored, now
	for id := range r.opened {
		if !slices.ContainsFunc(stored.Keys, func(k Key) bool { return k.ID == id }) {
			delete(r.opened, id)
		}
	}
}

// ready unwraps a key, once.
func (s *Sealer) ready(ctx context.Context, r *ring, k Key) (*openKey, error) {
	if open := r.opened[k.ID]; open != nil {
		return open, nil
	}
	if s.o.KMS == nil {
		return nil, ErrNoKMS
	}
	plain, err := s.o.KMS.Unwrap(ctx, s.with(r.purpose), k.Wrapped)
	if err != nil {
		return nil, err
	}
	open, err := r.prepare(k.ID, plain)
	if err != nil {
		return nil, err
	}
	r.opened[k.ID] = open
	return open, nil
}

// prepare makes a key of its bytes, which are overwritten.
func (r *ring) prepare(id uint32, plain []byte) (*openKey, error) {
	defer clear(plain)
	if len(plain) != keyBytes {
		return nil, fmt.Errorf("key %08x has %d bytes, want %d", id, len(plain), keyBytes)
	}
	if r.pair {
		private, err := kem.NewPrivateKey(plain)
		return &openKey{id: id, private: private}, err
	}
	block, err := aes.NewCipher(plain)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	digest, err := hkdf.Expand(sha256.New, plain, "onetap digest", sha256.Size)
	return &openKey{id: id, aead: aead, digest: digest}, err
}

// add makes a key, by makeKey or makePair, and stores the ring with it. Where another process has stored one meanwhile, that one is
// taken and ours is gone. Which of the two is the caller's to say, so that the linker leaves the other out of functions that need it not.
func (s *Sealer) add(ctx context.Context, r *ring, make func(context.Context, *ring) (Key, []byte, error)) error {
	if s.o.KMS == nil {
		return ErrNoKMS
	}
	k, plain, err := make(ctx, r)
	if err != nil {
		return err
	}
	open, err := r.prepare(k.ID, plain)
	if err != nil {
		return err
	}
	next := Ring{Name: r.name, Version: r.stored.Version, Keys: append(slices.Clone(r.stored.Keys), k)}
	switch err := s.o.Rings.PutKeyRing(ctx, next); {
	case errors.Is(err, apperr.ErrChanged):
		if err := s.load(ctx, r); err != nil {
			return err
		}
		if len(r.stored.Keys) == 0 {
			return errors.New("its keys were forgotten while they were made")
		}
	case err != nil:
		return err
	default:
		next.Version++
		r.take(next, s.o.Now())
		r.opened[k.ID] = open
	}
	return nil
}

// makeKey has KMS make a data key for the ring.
func (s *Sealer) makeKey(ctx context.Context, r *ring) (k Key, plain []byte, err error) {
	k = s.newKey(r)
	plain, k.Wrapped, err = s.o.KMS.NewKey(ctx, s.with(r.purpose))
	return k, plain, err
}

// makePair makes a pair for the ring, whose private half KMS wraps.
func (s *Sealer) makePair(ctx context.Context, r *ring) (k Key, plain []byte, err error) {
	k = s.newKey(r)
	private, err := kem.GenerateKey()
	if err != nil {
		return k, nil, err
	}
	if plain, err = private.Bytes(); err != nil {
		return k, nil, err
	}
	k.Public = private.PublicKey().Bytes()
	k.Wrapped, err = s.o.KMS.Wrap(ctx, s.with(r.purpose), plain)
	return k, plain, err
}

// newKey is a key with an id that the ring has not, and without anything else.
func (s *Sealer) newKey(r *ring) Key {
	k := Key{Made: s.o.Now().UTC().Truncate(time.Second)}
	for k.ID == 0 || slices.ContainsFunc(r.stored.Keys, func(other Key) bool { return other.ID == k.ID }) {
		var b [4]byte
		rand.Read(b[:])
		k.ID = binary.BigEndian.Uint32(b[:])
	}
	return k
}

// with is KMS's context for the keys of a purpose.
func (s *Sealer) with(p Purpose) map[string]string {
	purpose, of := p.parts()
	with := map[string]string{"purpose": purpose}
	if of != "" {
		with["of"] = of
	}
	if s.o.Workspace != "" {
		with["workspace"] = s.o.Workspace
	}
	return with
}
