package store

import (
	"context"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// silenceKey has of which campaigns of an audience the silent were looked for.
func silenceKey(a survey.Audience) key { return key{"SILENCE", string(a)} }

// SilenceLooked reads of which of an audience's campaigns the silent were looked for; zero before the first.
func (s *Store) SilenceLooked(ctx context.Context, a survey.Audience) (loop.SilenceLooked, error) {
	l := loop.SilenceLooked{Audience: a}
	it, err := s.get(ctx, silenceKey(a))
	if err != nil || it == nil {
		return l, err
	}
	l.At, l.Version = instant(it, "at"), int(number64(it, "version"))
	return l, fromJSON(it, "of", &l.Of)
}

// SaveSilenceLooked writes it if it still has the version that was read; otherwise ErrChanged.
func (s *Store) SaveSilenceLooked(ctx context.Context, l loop.SilenceLooked) error {
	it := silenceKey(l.Audience).item()
	it["of"], it["at"], it["version"] = asJSON(l.Of), at(l.At), num(l.Version+1)
	if l.Version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(l.Version)})
}
