package org

import (
	"context"
	"errors"

	"onetap/internal/apperr"
	"onetap/internal/loop"
)

// SaveSchedule stores by when respondents should have been spoken to, unless somebody else has saved it since it had the version: then it
// returns apperr.ErrChanged with what is stored. Cases that are open keep their times. Problems: those of loop.Schedule.Check.
func (c *Company) SaveSchedule(ctx context.Context, s loop.Schedule, version int) (stored loop.Schedule, err error) {
	if err := s.Check(); err != nil {
		return stored, err
	}
	s.Version = version
	saved, err := c.Store.PutSchedule(ctx, s)
	if !errors.Is(err, apperr.ErrChanged) {
		return saved, err
	}
	if stored, err = c.Store.Schedule(ctx); err != nil {
		return stored, err
	}
	return stored, apperr.ErrChanged
}
