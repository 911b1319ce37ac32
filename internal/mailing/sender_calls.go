package mailing

import (
	"context"
	"errors"
	"time"

	"onetap/internal/ballot"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// fresh is how old the look at some recipients may be when SES is called: whoever has unsubscribed before gets no letter.
const fresh = time.Second

// errLater means that it cannot be told yet whether SES refuses one recipient or everything: the batch was given back.
var errLater = errors.New("later")

// part is some of a batch to whom no letter has been sent. Of those that are paid the turn was awaited for a call that SES
// refused as a whole, so that it counted nobody.
type part struct {
	ids  []survey.ContactID
	paid bool
}

// calls is the work on one claimed batch: what is still to do, and what it has come to.
type calls struct {
	*delivery
	batch    survey.Batch
	todo     []part // the next one first
	outcomes []survey.Outcome
	left     []survey.ContactID // surely not written to; they wait for another day
	suspects []suspect
}

// deliver makes the SES calls of a claimed batch, each of at most a second's worth of recipients: to those whose turn it
// is, looked at then, and after them to the rest. left are those that were surely not written to and must wait for another
// day. known is how many of the batch have an outcome already. errLater means that nobody of it has been written to.
func (d *delivery) deliver(ctx context.Context, b survey.Batch, turn []survey.Contact, looked time.Time, rest []survey.ContactID, known int) (outcomes []survey.Outcome, left []survey.ContactID, err error) {
	if _, err := d.letters.of(d.campaign, b.Language, b.Mailing); err != nil {
		d.stopAll(survey.StoppedWording + ": " + err.Error())
		return nil, append(ids(turn), rest...), nil
	}
	c := &calls{delivery: d, batch: b}
	c.add(part{ids: rest})
	if !c.run(ctx, turn, looked) {
		c.giveBack()
	}
	if err := c.judge(known); err != nil {
		return nil, nil, err
	}
	return c.outcomes, c.left, nil
}

// run makes the calls until nothing is to do; false means that what is to do is not to be done now.
func (c *calls) run(ctx context.Context, turn []survey.Contact, looked time.Time) bool {
	throttled := 0
	for {
		if c.Now().Sub(looked) > fresh && len(turn) > 0 { // the claim took long, or the process stood still
			again, skipped, err := c.recipients(ctx, c.batch, ids(turn))
			if err != nil {
				return c.halted(turn)
			}
			turn, c.outcomes = again, append(c.outcomes, skipped...)
		}
		if !c.held() || !c.timeLeft(ctx) { // another sender may have given this batch up, and somebody may have it sent again
			return c.halted(turn)
		}
		if busy := c.call(ctx, turn); busy {
			throttled++
			if throttled > 50 || !sleep(ctx, time.Duration(min(throttled, 10))*100*time.Millisecond) {
				return c.halted(nil)
			}
		}
		if len(c.left) > 0 { // the account is closed for now: do not ask for the rest
			return false
		}
		if len(c.todo) == 0 {
			return true
		}
		var ok bool
		if turn, looked, ok = c.next(ctx, throttled > 0); !ok {
			return c.halted(nil)
		}
	}
}

// next takes the next part, waits for its turn unless that is paid, and only then looks at who of it may be written to: a
// slow account takes seconds for a batch.
func (c *calls) next(ctx context.Context, throttled bool) (turn []survey.Contact, looked time.Time, ok bool) {
	p := c.todo[0]
	n := c.most(p)
	if !p.paid {
		if err := c.gate.wait(ctx, n); err != nil {
			return nil, looked, false
		}
	}
	if throttled && c.halt.Load() && !(c.ballots(c.batch) && anyOut(c.outcomes)) {
		return nil, looked, false
	}
	looked = c.Now()
	turn, skipped, err := c.recipients(ctx, c.batch, p.ids[:n])
	if err != nil {
		return nil, looked, false
	}
	c.outcomes, c.todo = append(c.outcomes, skipped...), c.todo[1:]
	c.add(part{p.ids[n:], p.paid})
	return turn, looked, true
}

// add puts a part before the others.
func (c *calls) add(p part) {
	if len(p.ids) > 0 {
		c.todo = append([]part{p}, c.todo...)
	}
}

// halted stops sending; nobody of turn was written to.
func (c *calls) halted(turn []survey.Contact) bool {
	c.halt.Store(true)
	c.left = append(c.left, ids(turn)...)
	return false
}

// giveBack leaves what was to do for another day.
func (c *calls) giveBack() {
	for _, p := range c.todo {
		c.left = append(c.left, p.ids...)
	}
	c.todo = nil
	for _, s := range c.suspects {
		c.left = append(c.left, s.ID)
	}
	c.suspects = nil
}

// most is of how many of a part the next call is.
func (c *calls) most(p part) int {
	switch {
	case !c.ballots(c.batch):
		return min(len(p.ids), c.gate.call)
	case p.paid: // half of a call that was refused
		return len(p.ids)
	}
	return ballot.Next(len(p.ids), c.gate.call)
}

// call writes to some people, all of a language in one SES call; busy says that SES was too busy for some of it.
func (c *calls) call(ctx context.Context, turn []survey.Contact) (busy bool) {
	order, of := c.languages(turn)
	for _, language := range order {
		busy = c.callIn(ctx, language, of[language]) || busy
	}
	return busy
}

func (c *calls) callIn(ctx context.Context, language string, turn []survey.Contact) (busy bool) {
	bulk, err := c.bulk(ctx, language, turn)
	if err != nil { // nobody was written to
		c.Log.Error("letters not made", "campaign", c.batch.Campaign, "batch", c.batch.Name, "error", err)
		return c.halted(turn)
	}
	if !c.ballots(c.batch) { // of which the whole batch is reserved
		c.gate.spent.Add(int64(len(turn)))
	}
	var again []survey.ContactID
	for i, r := range c.Mail.Bulk(ctx, bulk) {
		p := turn[i]
		switch r.Status {
		case mail.CallRefused:
			c.refused(turn, r.Reason)
			return false
		case mail.Throttled:
			again = append(again, p.ID)
		case mail.NoQuota:
			c.gate.closed.Store(true)
			c.halt.Store(true)
			c.left = append(c.left, p.ID)
		case mail.SendingStopped:
			c.stopAll(r.Reason)
			c.left = append(c.left, p.ID)
		default:
			if r.Status == mail.Accepted {
				c.accepted.Store(true)
			}
			c.outcomes = append(c.outcomes, c.outcomeOf(p, r, spoken(c.campaign, c.batch, p)))
		}
	}
	c.add(part{ids: again})
	return len(again) > 0
}
