package store

import (
	"context"

	"onetap/internal/loop"
)

// Practice reads how the company follows up; the standard (version 0) where it has never changed it.
func (s *Store) Practice(ctx context.Context) (loop.Practice, error) {
	it, err := s.get(ctx, practiceKey)
	if err != nil || it == nil {
		return loop.StandardPractice(), err
	}
	var p loop.Practice
	err = fromJSON(it, "practice", &p)
	p.Version = int(number64(it, "version"))
	return p, err
}

// PutPractice writes it if it still has the version that was read (0: none is stored), and returns it with the next one; otherwise
// ErrChanged.
func (s *Store) PutPractice(ctx context.Context, p loop.Practice) (loop.Practice, error) {
	was := p.Version
	p.Version++
	it := practiceKey.item()
	it["practice"], it["version"] = asJSON(p), num(p.Version)
	if was == 0 {
		return p, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return p, s.put(ctx, it, "version = :was", item{":was": num(was)})
}
