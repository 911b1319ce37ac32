package store

import (
	"context"

	"onetap/internal/loop"
)

// Schedule reads by when respondents should have been spoken to; the zero schedule (version 0) before anybody has said.
func (s *Store) Schedule(ctx context.Context) (v loop.Schedule, err error) {
	it, err := s.get(ctx, scheduleKey)
	if err != nil || it == nil {
		return v, err
	}
	err = fromJSON(it, "schedule", &v)
	v.Version = int(number64(it, "version"))
	return v, err
}

// PutSchedule writes the schedule if it still has the version that was read (0: none is stored), and returns it with the next one; otherwise
// ErrChanged.
func (s *Store) PutSchedule(ctx context.Context, v loop.Schedule) (loop.Schedule, error) {
	was := v.Version
	v.Version++
	it := scheduleKey.item()
	it["schedule"], it["version"] = asJSON(v), num(v.Version)
	if was == 0 {
		return v, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return v, s.put(ctx, it, "version = :was", item{":was": num(was)})
}
