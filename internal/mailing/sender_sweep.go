package mailing

import (
	"context"
	"errors"

	"onetap/internal/survey"
)

// sweep decides what a dead sender left between claim and decision in a campaign that is not being sent any more, because
// it is paused, cancelled or closed: whoever may have been written to is named there too.
func (r *senderRun) sweep(ctx context.Context, c survey.Campaign) error {
	for _, number := range survey.Mailings {
		m, ok, err := r.Store.Mailing(ctx, c.ID, number)
		if err != nil {
			return err
		}
		if !ok || m.State != survey.MailingSending || m.Batches == 0 {
			continue
		}
		for _, k := range m.Clocks(c, r.Now()) {
			if m, err = r.sweepClock(ctx, c, m, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepClock looks at the batches of one of the mailing's clocks from its cursor on until as many wait in a row as no sender hands out ahead of its turn, and returns the mailing.
func (r *senderRun) sweepClock(ctx context.Context, c survey.Campaign, m survey.Mailing, k survey.MailingClock) (survey.Mailing, error) {
	const page = 50
	from, waiting, moved, past := k.Cursor, 0, k.Cursor, 0
	for decided := true; ; {
		bs, err := r.Store.Batches(ctx, m, from, page)
		if err != nil {
			return m, err
		}
		for n, b := range bs {
			if survey.BatchZone(b.Name) != k.Number {
				bs = bs[:n]
				break
			}
			from = b.Name + " "
			switch b.State {
			case survey.BatchWaiting:
				decided = false
				waiting++
				continue
			case survey.BatchSending:
				err = r.giveUp(ctx, c, b)
			default:
				err = r.mend(ctx, c, b)
			}
			if errors.Is(err, errHalt) { // its sender was not dead: the next sweep looks again
				return m, nil
			}
			if err != nil {
				return m, err
			}
			waiting = 0
			if decided {
				moved, past = from, past+len(b.Contacts) // the next sweep begins behind it
			}
		}
		if len(bs) < page || waiting >= page {
			break
		}
	}
	if moved == k.Cursor {
		return m, nil
	}
	return r.Store.SaveMailing(ctx, m.Moved(k.Number, moved, past))
}
