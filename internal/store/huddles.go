package store

import (
	"context"

	"onetap/internal/loop"
	"onetap/internal/seal"
)

// Huddle reads what a team has agreed; nothing (version 0) where it never has.
func (s *Store) Huddle(ctx context.Context, team string) (h loop.Huddle, err error) {
	it, err := s.get(ctx, huddleKey(team))
	if err != nil || it == nil {
		return loop.Huddle{Team: team}, err
	}
	err = s.openJSON(ctx, it, seal.Notes, "huddle", &h)
	h.Version = int(number64(it, "version"))
	return h, err
}

// Huddles lists those of all teams.
func (s *Store) Huddles(ctx context.Context) (all []loop.Huddle, err error) {
	err = s.queryItems(ctx, huddlesPK, "TEAM#", true, func(it item) (bool, error) {
		var h loop.Huddle
		err := s.openJSON(ctx, it, seal.Notes, "huddle", &h)
		all = append(all, h)
		return true, err
	})
	return all, err
}

// SaveHuddle writes it if it has the version that was read (0: there is none); otherwise ErrChanged.
func (s *Store) SaveHuddle(ctx context.Context, h loop.Huddle) error {
	return s.saveVersioned(ctx, huddleKey(h.Team), "huddle", h, h.Version)
}

// Outer reads the company's board; empty (version 0) where nothing was raised.
func (s *Store) Outer(ctx context.Context) (o loop.Outer, err error) {
	it, err := s.get(ctx, outerKey)
	if err != nil || it == nil {
		return o, err
	}
	err = s.openJSON(ctx, it, seal.Notes, "outer", &o)
	o.Version = int(number64(it, "version"))
	return o, err
}

// SaveOuter writes it if it has the version that was read (0: there is none); otherwise ErrChanged.
func (s *Store) SaveOuter(ctx context.Context, o loop.Outer) error {
	return s.saveVersioned(ctx, outerKey, "outer", o, o.Version)
}

// saveVersioned writes what people wrote, sealed, over the version that was read.
func (s *Store) saveVersioned(ctx context.Context, k key, name string, v any, was int) error {
	it := k.item()
	it["version"] = num(was + 1)
	if err := s.sealJSON(ctx, it, seal.Notes, name, v); err != nil {
		return err
	}
	if was == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(was)})
}
