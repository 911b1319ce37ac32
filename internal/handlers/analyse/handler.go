// Package analyse handles the schedule on which the index of contacts' words is brought up to date.
package analyse

import (
	"context"

	"onetap/internal/searching"
)

// Handler does what is due at each event of the schedule.
type Handler struct{ Keeper *searching.Keeper }

// Handle takes in who has changed. What it leaves, the next run goes on with.
func (h Handler) Handle(ctx context.Context) error { return h.Keeper.Run(ctx) }
