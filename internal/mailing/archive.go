package mailing

import (
	"context"
	"errors"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Archive puts a campaign away that has ended: it leaves the lists and nothing else.
func (cs *Campaigns) Archive(ctx context.Context, id string, version *int) (survey.Campaign, error) {
	return cs.change(ctx, id, version, func(c survey.Campaign) (survey.Campaign, error) { return c.Archive(cs.Now().UTC()) })
}

// Unarchive takes a campaign back to the lists.
func (cs *Campaigns) Unarchive(ctx context.Context, id string, version *int) (survey.Campaign, error) {
	return cs.change(ctx, id, version, func(c survey.Campaign) (survey.Campaign, error) { return c.Unarchive(), nil })
}

// Delete deletes a campaign that was never launched, for good, if it is as it was read: whoever launches it at the same moment
// keeps it.
func (cs *Campaigns) Delete(ctx context.Context, id string, version *int) error {
	c, err := cs.Campaign(ctx, id)
	if err != nil {
		return err
	}
	if err := sameVersion(c, version); err != nil {
		return err
	}
	if err := c.Deletable(); err != nil {
		return err
	}
	err = cs.Store.DeleteCampaign(ctx, c)
	if errors.Is(err, apperr.ErrChanged) {
		return cs.stale(ctx, c.ID)
	}
	return err
}
