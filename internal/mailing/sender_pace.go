package mailing

import (
	"context"
	"math"
	"sync/atomic"
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
	call    int         // most recipients of one SendBulkEmail call: never more than a second's worth
	closed  atomic.Bool // the account may not send, or nothing of the day's quota is left: several calls in flight may find that out

	disabled bool // the account may not send until somebody mends it

	left  float64      // recipients of the day's quota when it was asked for; infinite where there is none
	spent atomic.Int64 // of them since, or reserved
}

func newPace(a mail.Account, now time.Time) *pace {
	call := max(1, min(survey.BatchSize, int(a.Rate)))
	left := math.Inf(1)
	if a.Quota >= 0 {
		left = a.Quota - a.SentToday
	}
	p := &pace{left: left, asked: now, limiter: rate.NewLimiter(rate.Limit(a.Rate*share), call), call: call, disabled: !a.Enabled}
	p.closed.Store(!a.Open())
	return p
}

// wait waits for the turn of n recipients.
func (p *pace) wait(ctx context.Context, n int) error {
	for ; n > p.call; n -= p.call {
		if err := p.limiter.WaitN(ctx, p.call); err != nil {
			return err
		}
	}
	return p.limiter.WaitN(ctx, n)
}

// reserve takes n recipients of the day's quota, if it has as many left.
func (p *pace) reserve(n int) bool {
	if float64(p.spent.Add(int64(n))) <= p.left {
		return true
	}
	p.giveBack(n)
	return false
}

func (p *pace) giveBack(n int) { p.spent.Add(-int64(n)) }
