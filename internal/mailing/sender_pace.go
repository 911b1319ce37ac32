package mailing

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"onetap/internal/mail"
	"onetap/internal/survey"
)

// inFlight is how many batches may be between claim and decision at once: what a crash makes uncertain.
const inFlight = 2

// share is what a mailing takes of the account's rate: alerts go out beside it.
const share = 0.98

// pace is the one token bucket of a run, in recipients, from the account's own rate and quota.
type pace struct {
	asked   time.Time
	limiter *rate.Limiter
	call    int  // most recipients of one SendBulkEmail call: never more than a second's worth
	open    bool // the account may send, and something of the day's quota is left

	disabled bool // the account may not send until somebody mends it
}

func newPace(a mail.Account, now time.Time) *pace {
	call := max(1, min(survey.BatchSize, int(a.Rate)))
	return &pace{
		asked: now, limiter: rate.NewLimiter(rate.Limit(a.Rate*share), call), call: call,
		open: a.Open(), disabled: !a.Enabled,
	}
}

func (p *pace) wait(ctx context.Context, n int) error { return p.limiter.WaitN(ctx, n) }
