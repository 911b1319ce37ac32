package mailing

import (
	"context"
	"errors"
	"time"

	"onetap/internal/apperr"
)

const (
	leaseName = "send"
	// The holder of the lease beats this often; who waits takes over after having seen no beat for the TTL. Only the
	// waiter's own clock measures it, so that clocks may differ.
	leaseHeartbeat = 2 * time.Second
	leaseTTL       = 10 * time.Second
	// leaseGrace is how long after its last beat a sender still calls SES: nobody can have taken over by then, nor have
	// told anybody that it is unknown what became of a batch.
	leaseGrace = leaseTTL / 2
)

// leaseTimes are those of the constants where they are 0.
type leaseTimes struct{ heartbeat, ttl, grace time.Duration }

// acquireLease returns whether this run is the sender now.
func (r *senderRun) acquireLease(ctx context.Context) (bool, error) {
	seen, err := r.Store.SeeLease(ctx, leaseName)
	if err != nil {
		return false, err
	}
	for since := r.Now(); seen != nil && r.Now().Sub(since) < r.times.ttl; {
		if !sleep(ctx, r.times.heartbeat/2) {
			return false, nil
		}
		next, err := r.Store.SeeLease(ctx, leaseName)
		if err != nil {
			return false, err
		}
		if next == nil {
			seen = nil
			break
		}
		if *next != *seen {
			return false, nil // somebody sends
		}
	}
	before := r.Now()
	err = r.Store.AcquireLease(ctx, leaseName, r.holder, seen)
	r.renewed.Store(&before)
	if errors.Is(err, apperr.ErrChanged) {
		return false, nil
	}
	if err == nil && seen != nil {
		r.Log.Warn("took over from a sender that stopped beating")
	}
	return err == nil, err
}

func (r *senderRun) keepLease(ctx context.Context, cancel context.CancelCauseFunc) {
	for sleep(ctx, r.times.heartbeat) {
		before := r.Now()
		switch err := r.Store.RenewLease(ctx, leaseName, r.holder); {
		case errors.Is(err, apperr.ErrChanged):
			cancel(errors.New("another sender took over"))
			return
		case err == nil:
			r.renewed.Store(&before)
		}
	}
}

// held says whether this run surely is the sender still, so that nobody else can have written anything of its batches. A
// process that stood still may have been taken for dead.
func (r *senderRun) held() bool { return r.Now().Sub(*r.renewed.Load()) < r.times.grace }
