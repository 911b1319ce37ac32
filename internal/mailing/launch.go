package mailing

import (
	"context"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// maxLooked is how many contacts a launch looks at for one that fits the filter; in a larger audience the planner finds out.
const maxLooked = 20_000

// Launch starts a campaign now (zero) or at a time, and calls the sender. site is the base of the links in its letters,
// without a slash at the end. Problems besides those of survey.Campaign.Launch: of the wording, the sender, and that there
// is nobody to write to (audience_empty, filter_matches_nobody). version is as in change.
func (cs *Campaigns) Launch(ctx context.Context, id string, version *int, at time.Time, site string) (survey.Campaign, error) {
	return cs.change(ctx, id, version, func(c survey.Campaign) (survey.Campaign, error) {
		set, err := cs.Store.Settings(ctx)
		if err != nil {
			return c, err
		}
		c.Brand = set.Brand // from now on it looks as it does today
		c, err = c.Launch(at, site, cs.Now().UTC())
		if err != nil {
			return c, err
		}
		if err := wording.Check(c); err != nil {
			return c, err
		}
		if err := cs.Senders.Check(c.Sender); err != nil {
			return c, err
		}
		return c, cs.somebody(ctx, c)
	})
}

// somebody refuses a campaign that would write to nobody. Mostly a contact of the first, small page fits.
func (cs *Campaigns) somebody(ctx context.Context, c survey.Campaign) error {
	const first, further = 10, 2000
	found, fits := false, false
	for looked, page, from := 0, first, new(survey.Cursor); from != nil && !fits && looked < maxLooked; page = further {
		looked += page
		var err error
		from, err = cs.Store.ContactsPage(ctx, c.Audience, *from, page, func(contact survey.Contact, _ survey.SuppressionReason) {
			found = true
			fits = fits || c.Filter.Match(contact)
		})
		if err != nil {
			return err
		}
		if from != nil && looked+further > maxLooked {
			return nil
		}
	}
	switch {
	case fits:
		return nil
	case !found:
		return apperr.New(apperr.Conflict, "audience_empty", "audience", "Audience", string(c.Audience))
	}
	return apperr.New(apperr.Conflict, "filter_matches_nobody", "filter")
}
