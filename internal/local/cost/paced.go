package cost

import (
	"context"
	"time"

	"onetap/internal/local/cloud"
)

// paced measures what is used besides while the sender waits for SES: the same small campaign is sent without limit and at the
// pace; the difference is the waiting. A million invitations at that pace wait Scale / rate seconds.
func (r *run) paced(ctx context.Context) error {
	size := r.cfg.Sizes
	free, err := r.send(ctx, "free", 0)
	if err != nil {
		return err
	}
	slow, err := r.send(ctx, "paced", size.PaceRate)
	if err != nil {
		return err
	}
	used := minus(slow.Used, free.Used)
	seconds := used.Of("SendFunction").Seconds
	r.result.Phases = append(r.result.Phases, Phase{Waiting, Scale / size.PaceRate / seconds, used})
	return nil
}

// send uploads the paced campaign's contacts to a laptop of its own and sends it.
func (r *run) send(ctx context.Context, name string, rate float64) (Phase, error) {
	stop, err := r.start(ctx, name, time.Minute, rate) // the wait before an early event is tried again
	if err != nil {
		return Phase{}, err
	}
	defer stop()
	if err := r.upload(ctx, "customers", r.cfg.Sizes.Paced); err != nil {
		return Phase{}, err
	}
	if err := r.settle(ctx); err != nil {
		return Phase{}, err
	}
	err = r.phase(ctx, name, 0, func() error {
		_, err := r.launch(ctx, "customers")
		return err
	})
	if err != nil {
		return Phase{}, err
	}
	last := len(r.result.Phases) - 1
	p := r.result.Phases[last]
	r.result.Phases = r.result.Phases[:last]
	return p, nil
}

// minus is what a used beyond b: of the sender, which waits, and of feedback, which comes before the sender is done.
func minus(a, b cloud.Report) cloud.Report {
	r := cloud.Report{Since: a.Since, Until: a.Until}
	for _, function := range []string{"SendFunction", "FeedbackFunction"} {
		u, v := a.Of(function), b.Of(function)
		u.Requests -= v.Requests
		u.GBSeconds -= v.GBSeconds
		u.Seconds -= v.Seconds
		u.LogBytes -= v.LogBytes
		u.DynamoDB -= v.DynamoDB
		u.ReadUnits -= v.ReadUnits
		u.WriteUnits -= v.WriteUnits
		u.Messages, u.MailCalls, u.Calls = 0, u.MailCalls-v.MailCalls, u.Calls-v.Calls
		r.Functions = append(r.Functions, u)
	}
	return r
}
