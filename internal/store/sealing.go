package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"onetap/internal/seal"
)

// Sealer seals what is personal before it is written, for its place in the table. seal.Sealer is one.
type Sealer interface {
	Seal(ctx context.Context, p seal.Purpose, at seal.Place, text []byte) ([]byte, error)
	// Open opens what Seal sealed; an error that is seal.ErrBroken is of this value alone.
	Open(ctx context.Context, p seal.Purpose, at seal.Place, sealed []byte) ([]byte, error)
	Stale(ctx context.Context, p seal.Purpose, sealed []byte) (bool, error)
	// Digest is a fingerprint that nobody without the keys can make; rotation leaves it as it is.
	Digest(ctx context.Context, p seal.Purpose, text []byte) ([]byte, error)
}

// Open is Sealer's method alone: what a function gets that reads what is personal and writes none of it. It is no interface, so that
// the linker leaves the other methods, and KMS's permissions for them, out of such a function.
type open func(ctx context.Context, p seal.Purpose, at seal.Place, sealed []byte) ([]byte, error)

// errNoKeys is what a function gets that was given no keys, or none to seal with.
var errNoKeys = errors.New("this function has no keys for what is personal")

// sealing is what a store seals and opens with.
type sealing struct {
	sealer Sealer // nil: none
	open   open
	plain  bool // nothing is sealed: for tools and tests without keys
	log    *slog.Logger
}

// SealWith has the store seal and open what is personal. What does not open is reported to log. It is called before the store is used.
func (s *Store) SealWith(x Sealer, log *slog.Logger) {
	s.keys = sealing{sealer: x, open: x.Open, log: log}
}

// OpenWith has the store open what is personal, by seal.Sealer's Open. It cannot write such things then.
func (s *Store) OpenWith(o func(context.Context, seal.Purpose, seal.Place, []byte) ([]byte, error), log *slog.Logger) {
	s.keys = sealing{open: o, log: log}
}

// seal puts a text into an item, sealed for the item's place. It stands under the plain name only where nothing is sealed.
func (s *Store) seal(ctx context.Context, it item, p seal.Purpose, plain string, text []byte) error {
	sealed, err := s.sealed(ctx, keyOf(it), p, text)
	if err != nil {
		return err
	}
	if sealed == nil {
		it[plain] = str(string(text))
		return nil
	}
	it[sealedName] = bin(sealed)
	return nil
}

// sealed is a text sealed for a place; nil where nothing is sealed.
func (s *Store) sealed(ctx context.Context, k key, p seal.Purpose, text []byte) ([]byte, error) {
	switch {
	case s.keys.sealer != nil:
		return s.keys.sealer.Seal(ctx, p, placeOf(k), text)
	case s.keys.plain:
		return nil, nil
	}
	return nil, fmt.Errorf("write %s: %w", k.kind(), errNoKeys)
}

// sealBytes is seal of what is no text.
func (s *Store) sealBytes(ctx context.Context, it item, p seal.Purpose, plain string, b []byte) error {
	sealed, err := s.sealed(ctx, keyOf(it), p, b)
	if err != nil || sealed != nil {
		it[sealedName] = bin(sealed)
		return err
	}
	it[plain] = bin(b)
	return nil
}

// sealJSON is seal of a value as JSON.
func (s *Store) sealJSON(ctx context.Context, it item, p seal.Purpose, plain string, v any) error {
	return s.seal(ctx, it, p, plain, marshal(v))
}

// opened is what seal put into an item, or an earlier version wrote under the plain name, as text or as bytes; nil where there is nothing.
func (s *Store) opened(ctx context.Context, it item, p seal.Purpose, plain string) ([]byte, error) {
	sealed := binary(it, sealedName)
	switch {
	case sealed == nil:
		if b := binary(it, plain); b != nil {
			return b, nil
		}
		if t := text(it, plain); t != "" {
			return []byte(t), nil
		}
		return nil, nil
	case s.keys.open == nil:
		return nil, fmt.Errorf("read %s: %w", keyOf(it).kind(), errNoKeys)
	}
	return s.keys.open(ctx, p, placeOf(keyOf(it)), sealed)
}

// openJSON reads what sealJSON wrote; where there is nothing, v stays as it is.
func (s *Store) openJSON(ctx context.Context, it item, p seal.Purpose, plain string, v any) error {
	b, err := s.opened(ctx, it, p, plain)
	if err != nil || b == nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("stored %s of %s does not parse: %w", plain, keyOf(it).kind(), err)
	}
	return nil
}

// unreadable reports whether an error says that one sealed value is broken, and writes it to the log, which names the kind of item and
// nobody: whoever reads several things goes on with the others.
func (s *Store) unreadable(ctx context.Context, err error) bool {
	if !errors.Is(err, seal.ErrBroken) {
		return false
	}
	if s.keys.log != nil {
		s.keys.log.ErrorContext(ctx, "what is sealed does not open", "error", err)
	}
	return true
}
