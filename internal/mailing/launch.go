package mailing

import (
	"context"
	"time"

	"onetap/internal/seal"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// maxLooked is how many contacts a launch looks at for one that would be invited; in a larger audience the planner finds out.
const maxLooked = 20_000

// Launch starts a campaign now (zero) or at a time, and calls the sender. site is the base of the links in its letters,
// without a slash at the end. Problems besides those of survey.Campaign.Launch: of the wording, the sender, and that there
// is nobody to write to, or too few (those of nobody). There is a key pair to which words are sealed, then, and for
// a campaign with ballots that to which its answers are.
// version is as in change.
func (cs *Campaigns) Launch(ctx context.Context, id string, version *int, at time.Time, site string) (survey.Campaign, error) {
	return cs.change(ctx, id, version, func(c survey.Campaign) (survey.Campaign, error) {
		set, err := cs.Store.Settings(ctx)
		if err != nil {
			return c, err
		}
		said, err := cs.Store.Privacy(ctx)
		if err != nil {
			return c, err
		}
		c.Brand, c.Contact, c.Zone, c.Hours, c.Consent = set.Brand, set.Contact, set.Zone, set.Hours, said.NeedsConsent(c.Audience) // from now on they are as today
		c.Rules = survey.Ruled(set.Frequency, c.Audience)
		if c, err = c.Asking(set.Touchpoints); err != nil {
			return c, err
		}
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
		if err := cs.somebody(ctx, c); err != nil {
			return c, err
		}
		if err := cs.Words.MakePair(ctx, seal.Words); err != nil || !c.Ballots {
			return c, err
		}
		return c, cs.Pairs.MakePair(ctx, seal.Ballots.Of(string(c.ID)))
	})
}

// somebody refuses a campaign that would write to nobody, or of an anonymous audience to fewer than an answer hides among. Mostly a contact of the first, small page is invited.
func (cs *Campaigns) somebody(ctx context.Context, c survey.Campaign) error {
	const first, further = 10, 2000
	planner := Planner{Store: cs.Store, Now: cs.Now}
	var people HeadCount
	for page, from := first, new(survey.Cursor); from != nil; page, from = further, people.Next {
		if people.Looked+page > maxLooked {
			return nil
		}
		more, err := planner.HeadCount(ctx, c, *from, page, false)
		if err != nil {
			return err
		}
		if people.Add(more); people.Invited >= least(c) {
			return nil
		}
	}
	return cs.nobody(ctx, c, people)
}
