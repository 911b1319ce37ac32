// Package send handles the schedule of the one paced sender.
package send

import (
	"context"
	"time"
	_ "time/tzdata" // of the company's clock and the surveys'; Lambda's image has none

	"onetap/internal/mailing"
)

// margin is what is left of the function's time to write down what is in flight and to free the lease.
const margin = 2500 * time.Millisecond

// Handler runs the sender once for each event: of the schedule, and of each launch.
type Handler struct{ Sender *mailing.Sender }

// Handle runs the sender until shortly before the function's deadline.
func (h Handler) Handle(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-margin))
		defer cancel()
	}
	return h.Sender.Run(ctx)
}
