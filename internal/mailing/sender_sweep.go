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
		if err := r.sweepMailing(ctx, c, m); err != nil {
			return err
		}
	}
	return nil
}

// sweepMailing looks from the mailing's cursor on until as many batches wait in a row as no sender hands out ahead of its turn.
func (r *senderRun) sweepMailing(ctx context.Context, c survey.Campaign, m survey.Mailing) error {
	const page = 50
	from, waiting, was := m.Cursor, 0, m.Cursor
	for decided := true; ; {
		bs, err := r.Store.Batches(ctx, m, from, page)
		if err != nil {
			return err
		}
		for _, b := range bs {
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
				return nil
			}
			if err != nil {
				return err
			}
			waiting = 0
			if decided {
				m.Cursor = from // the next sweep begins behind it
			}
		}
		if len(bs) < page || waiting >= page {
			break
		}
	}
	if m.Cursor == was {
		return nil
	}
	_, err := r.Store.SaveMailing(ctx, m)
	return err
}
