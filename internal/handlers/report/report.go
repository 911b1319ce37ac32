// Package report handles the calls by which large downloads are written.
package report

import (
	"context"
	"time"

	"onetap/internal/exports"
	_ "onetap/internal/lang/desk" // headings
)

// Handler writes one export at each call. It is safe for concurrent use.
type Handler struct {
	Exports *exports.Exports
	Again   func(context.Context, string) error // has this function called once more, and does not wait
}

// spare is how long before its end a run stops to write.
const spare = 15 * time.Second

// Handle goes on with an export until shortly before the end of the run, and has another run go on after it. Where another one seems to be at it, it
// waits until that one has said so again, or has not and is dead.
func (h Handler) Handle(ctx context.Context, e exports.Event) error {
	until, ok := ctx.Deadline()
	if !ok {
		until = time.Now().Add(time.Minute)
	}
	until = until.Add(-spare)
	again, err := h.Exports.GoOn(ctx, e.Export, until)
	for n := 0; err == nil && !again.Busy.IsZero() && again.Busy.Before(until) && n < 2; n++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Until(again.Busy)):
		}
		again, err = h.Exports.GoOn(ctx, e.Export, until)
	}
	if err == nil && again.Again && h.Again != nil {
		err = h.Again(ctx, e.Export)
	}
	return err
}
