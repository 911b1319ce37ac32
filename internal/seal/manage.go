package seal

import (
	"context"
	"fmt"
	"time"
)

// MakePair makes the purpose's key pair if there is none yet.
func (s *Sealer) MakePair(ctx context.Context, p Purpose) error {
	r := s.ring(byPair, p)
	r.mu.Lock()
	defer r.mu.Unlock()
	err := s.refresh(ctx, r)
	if err == nil && len(r.stored.Keys) == 0 {
		err = s.add(ctx, r, s.makePair)
	}
	if err != nil {
		return fmt.Errorf("make the key pair of %s: %w", kindOf(p), err)
	}
	return nil
}

// Renew adds a data key to a purpose whose newest was made before a time, as Rotate does; a purpose without keys stays without.
func (s *Sealer) Renew(ctx context.Context, p Purpose, before time.Time) error {
	r := s.ring(byKey, p)
	r.mu.Lock()
	defer r.mu.Unlock()
	err := s.load(ctx, r)
	if n := len(r.stored.Keys); err == nil && n > 0 && r.stored.Keys[n-1].Made.Before(before) {
		err = s.add(ctx, r, s.makeKey)
	}
	if err != nil {
		return fmt.Errorf("renew the key of %s: %w", kindOf(p), err)
	}
	return nil
}

// Rotate adds a key to each ring that the purpose has: from now on it seals, and the others still open. Other processes follow
// within ten minutes.
func (s *Sealer) Rotate(ctx context.Context, p Purpose) error {
	err := s.rotate(ctx, byKey, p, s.makeKey)
	if err == nil {
		err = s.rotate(ctx, byPair, p, s.makePair)
	}
	if err != nil {
		return fmt.Errorf("rotate the keys of %s: %w", kindOf(p), err)
	}
	return nil
}

func (s *Sealer) rotate(ctx context.Context, form byte, p Purpose, make func(context.Context, *ring) (Key, []byte, error)) error {
	r := s.ring(form, p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := s.load(ctx, r); err != nil || len(r.stored.Keys) == 0 {
		return err
	}
	return s.add(ctx, r, make)
}

// Forget deletes the keys of a purpose that was narrowed to one thing (Of): what is sealed with them never opens again. A purpose's
// common keys cannot be forgotten.
func (s *Sealer) Forget(ctx context.Context, p Purpose) error {
	if _, of := p.parts(); of == "" {
		return fmt.Errorf("forget the keys of %s: everything sealed for it would be lost; only keys of one thing are forgotten", kindOf(p))
	}
	for _, form := range []byte{byKey, byPair} {
		r := s.ring(form, p)
		r.mu.Lock()
		err := s.o.Rings.DeleteKeyRing(ctx, r.name)
		if err == nil {
			r.take(Ring{Name: r.name}, time.Time{})
		}
		r.mu.Unlock()
		if err != nil {
			return fmt.Errorf("forget the keys of %s: %w", kindOf(p), err)
		}
	}
	return nil
}
