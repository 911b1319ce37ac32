package mailing

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/survey"
)

// workers handle batches; only inFlight of them are between their turn and the decision, the others write down.
const workers = 6

// look is how often a campaign's state and the mailing's cursor are brought up to date while it is sent: pause and cancel
// take effect within it.
const look = time.Second

// errHalt ends a delivery without being a fault: paused, cancelled, out of quota, out of time.
var errHalt = errors.New("halt")

// delivery sends one mailing of one campaign.
type delivery struct {
	*senderRun
	campaign survey.Campaign
	mailing  survey.Mailing
	gate     *pace
	claims   chan struct{} // one place for each batch in flight
	letters  letters
	clock    survey.MailingClock // whose batches are sent
	zone     *time.Location      // the company's
	rivals   []rival             // who may have written to its people since it was planned
	joins    survey.AccountJoins

	halt     atomic.Bool
	accepted atomic.Bool // SES has taken a letter of this run: sender and configuration are good
	last     bool        // what was put off is handled now, one batch after another

	mu     sync.Mutex
	order  []string       // batches handed out and not yet before the cursor, in order
	people map[string]int // of these
	done   map[string]bool
	cursor string
	past   int // people of the batches that the cursor has passed since it was saved
	later  []survey.Batch
	sent   int
	reason string // why SES stopped everything
}

// sendMailing sends what is left of a mailing. It ends when the mailing is done, when somebody pauses or cancels, or when the
// time or the quota is used up.
func (r *senderRun) sendMailing(ctx context.Context, c survey.Campaign, number int, gate *pace) (bool, error) {
	m, ok, err := r.Store.Mailing(ctx, c.ID, number)
	if err != nil || !ok || m.State == survey.MailingPlanning {
		return false, err
	}
	if m.State == survey.MailingDone || m.Batches == 0 {
		return true, r.finish(ctx, c, m)
	}
	clocks := m.Clocks(c, r.Now())
	if !slices.ContainsFunc(clocks, func(k survey.MailingClock) bool { return k.Open(r.Now()) }) {
		return false, r.sweep(ctx, c)
	}
	if gate.disabled {
		return true, r.stop(ctx, c, survey.StoppedDisabled)
	}
	if gate.closed.Load() {
		r.Log.Info("the account may not send now", "campaign", c.ID)
		return false, nil
	}
	complete := true
	for _, k := range clocks {
		if !k.Open(r.Now()) { // what a sender that died has left there is decided
			if m, err = r.sweepClock(ctx, c, m, k); err != nil {
				return false, err
			}
			complete = complete && k.Over()
			continue
		}
		if k.Number > 0 { // some time has passed with the clocks before
			if c, err = r.Store.Campaign(ctx, c.ID); err != nil {
				return false, err
			}
			if c = c.At(r.Now()); c.State != survey.Sending && c.State != survey.Open {
				return true, nil
			}
		}
		d := &delivery{
			senderRun: r, campaign: c, mailing: m, gate: gate, claims: make(chan struct{}, inFlight), done: map[string]bool{}, people: map[string]int{}, clock: k, cursor: k.Cursor,
		}
		if err := d.prepare(ctx); err != nil {
			return false, err
		}
		whole, err := d.run(ctx)
		r.Log.Info("sent", "campaign", c.ID, "wave", number, "recipients", d.sent, "complete", whole, "zone", k.Zone)
		switch m = d.mailing; {
		case err != nil:
			return false, err
		case d.reason != "":
			return true, r.stop(ctx, c, d.reason)
		case !whole: // paused, out of quota, out of time: so are the others; or their evening has come, and the others are for the next run
			return false, nil
		}
		complete = complete && whole
	}
	if complete {
		return true, r.finish(ctx, c, m)
	}
	return false, nil
}

// run hands the mailing's batches to the workers in order and keeps the cursor behind them.
func (d *delivery) run(ctx context.Context) (complete bool, err error) {
	g, gctx := errgroup.WithContext(ctx)
	batches := make(chan survey.Batch)
	for range workers {
		g.Go(func() error {
			for b := range batches {
				if err := d.concluded(b, d.handleBatch(gctx, b)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	end := false
	g.Go(func() error {
		defer close(batches)
		var err error
		end, err = d.handOut(gctx, batches)
		return err
	})
	watch, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { d.watch(watch) })
	if err = g.Wait(); err == nil && end {
		err = d.handleLater(ctx)
	}
	stop()
	watching.Wait()
	if saved := d.saveCursor(context.WithoutCancel(ctx)); err == nil {
		err = saved
	}
	return end && err == nil && !d.halt.Load(), err
}

// concluded takes what became of a batch; only a fault is returned.
func (d *delivery) concluded(b survey.Batch, err error) error {
	switch {
	case err == nil:
		d.finished(b.Name)
	case errors.Is(err, errLater):
		d.mu.Lock()
		d.later = append(d.later, b)
		d.mu.Unlock()
	default:
		d.halt.Store(true)
		if !errors.Is(err, errHalt) {
			return err
		}
	}
	return nil
}

// handleLater handles what was put off, when everything else has been tried.
func (d *delivery) handleLater(ctx context.Context) error {
	d.last = true
	for _, b := range d.later {
		if d.halt.Load() || !d.timeLeft(ctx) {
			d.halt.Store(true)
			return nil
		}
		if err := d.concluded(b, d.handleBatch(ctx, b)); err != nil {
			return err
		}
	}
	return nil
}

// handOut reads the plan from the cursor on; end is true when the last batch was handed out.
func (d *delivery) handOut(ctx context.Context, batches chan<- survey.Batch) (end bool, err error) {
	const page = 50
	from := d.cursor
	for {
		bs, err := d.Store.Batches(ctx, d.mailing, from, page)
		if err != nil {
			return false, err
		}
		for _, b := range bs {
			if survey.BatchZone(b.Name) != d.clock.Number {
				return true, nil
			}
			if d.halt.Load() || !d.timeLeft(ctx) {
				return false, nil
			}
			d.mu.Lock()
			d.order = append(d.order, b.Name)
			d.people[b.Name] = len(b.Contacts)
			d.mu.Unlock()
			select {
			case batches <- b:
			case <-ctx.Done():
				return false, ctx.Err()
			}
		}
		if len(bs) < page {
			return true, nil
		}
		from = bs[len(bs)-1].Name + " " // sorts after the name itself and before what was left of it
	}
}

// finished moves the cursor over every batch that has none unfinished before it.
func (d *delivery) finished(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done[name] = true
	for len(d.order) > 0 && d.done[d.order[0]] {
		delete(d.done, d.order[0])
		d.cursor = d.order[0] + " "
		d.past += d.people[d.order[0]]
		delete(d.people, d.order[0])
		d.order = d.order[1:]
	}
}

// watch looks once a second whether the campaign is still to be sent, and saves how far it is. It does the errands meanwhile: those
// who answer at once are there when their batch is being decided.
func (d *delivery) watch(ctx context.Context) {
	for sleep(ctx, look) {
		if err := d.errands(ctx); err != nil && ctx.Err() == nil {
			d.Log.Warn("errands not done; the next look does them", "error", err)
		}
		c, err := d.Store.Campaign(ctx, d.campaign.ID)
		if err != nil {
			continue // the next look will tell
		}
		if c = c.At(d.Now()); c.State != survey.Sending && c.State != survey.Open {
			d.halt.Store(true)
			return
		}
		if err := d.saveCursor(ctx); err != nil && ctx.Err() == nil {
			d.Log.Warn("cursor not saved; the next run looks at more batches", "campaign", d.campaign.ID, "error", err)
		}
	}
}

func (d *delivery) saveCursor(ctx context.Context) error {
	d.mu.Lock()
	cursor, past := d.cursor, d.past
	d.mu.Unlock()
	if cursor == d.clock.Cursor {
		return nil
	}
	m, err := d.Store.SaveMailing(ctx, d.mailing.Moved(d.clock.Number, cursor, past))
	if err != nil {
		return err
	}
	d.mailing, d.clock.Cursor = m, cursor
	d.mu.Lock()
	d.past -= past
	d.mu.Unlock()
	return nil
}

// finish marks a mailing as done and, after the invitations, opens the campaign and sets the reminder's time.
func (r *senderRun) finish(ctx context.Context, c survey.Campaign, m survey.Mailing) error {
	if m.State != survey.MailingDone {
		var err error
		if m, err = r.Store.SaveMailing(ctx, m.Finish(r.Now())); err != nil {
			return err
		}
	}
	if m.Number != survey.MailingInvitation {
		return nil
	}
	c, err := r.Store.Campaign(ctx, c.ID)
	if err != nil {
		return err
	}
	c, ok := c.Sent(r.Now())
	if !ok {
		return nil
	}
	_, err = r.Store.SaveCampaign(ctx, c)
	return err
}

// stop pauses a campaign that SES will not send, whichever of its letters are on their way, with its reason for whoever
// looks at it. The administrators are told by the next step.
func (r *senderRun) stop(ctx context.Context, c survey.Campaign, reason string) error {
	r.Log.Error("SES does not send; the campaign is paused", "campaign", c.ID, "reason", reason)
	c, err := r.Store.Campaign(ctx, c.ID)
	if err != nil {
		return err
	}
	c, ok := c.Halt(reason, r.Now())
	if !ok {
		return nil // a person was faster
	}
	_, err = r.Store.SaveCampaign(ctx, c)
	return err // changed meanwhile: the next round asks SES again
}
