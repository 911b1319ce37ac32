// Package ballots handles the schedule on which boxes of sealed answers are opened.
package ballots

import (
	"context"

	"onetap/internal/opening"
)

// Handler opens what is due at each event of the schedule.
type Handler struct{ Opener *opening.Opener }

// Handle opens every box that is due. What it leaves, the next run goes on with.
func (h Handler) Handle(ctx context.Context) error { return h.Opener.Run(ctx) }
