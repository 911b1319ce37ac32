package mailing

import (
	"context"
	"time"

	"onetap/internal/survey"
)

// Between a plan and its letters others may write to the same people: two campaigns that go out at once, or one that was paused meanwhile. So whoever is about to be asked
// is looked up again in the mailings that may have got to them since. There is one sender, which sends one mailing after another: what others have sent is
// written before this one's next letter, but for batches whose sender died, which are decided first.

// rival is a mailing of another campaign that may have written to the people of one since that was planned.
type rival struct {
	campaign survey.Campaign
	mailing  int
}

// rivals are those of the invitations of a campaign; none where nothing keeps anybody from being asked, and of an anonymous audience, whose batches are written to whole:
// its plan leaves out whoever waits for another letter.
func (r *senderRun) rivals(ctx context.Context, c survey.Campaign, m survey.Mailing) (all []rival, err error) {
	if m.Number != survey.MailingInvitation || c.Audience.Anonymous() || c.QuietDays == 0 && len(c.Rules) == 0 && !c.Continuous() {
		return nil, nil
	}
	earlier, err := r.Store.Campaigns(ctx, c.Audience, survey.RecentCampaigns)
	if err != nil {
		return nil, err
	}
	for _, other := range earlier {
		if other.Brought() {
			continue
		}
		swept := false
		for _, number := range lettersThatCount(c, other, r.Now()) {
			of, begun, err := r.Store.Mailing(ctx, other.ID, number)
			if err != nil {
				return nil, err
			}
			if !begun || of.Batches == 0 || of.State == survey.MailingDone && of.Finished.Before(m.Started) {
				continue
			}
			if !swept {
				if err := r.sweep(ctx, other); err != nil {
					return nil, err
				}
				swept = true
			}
			all = append(all, rival{other, number})
		}
	}
	return all, nil
}

// askedSince says who of some people was asked too lately by a rival.
func (d *delivery) askedSince(ctx context.Context, b survey.Batch, ids []survey.ContactID) (*askedBefore, error) {
	before := &askedBefore{campaign: d.campaign, now: d.Now(), joins: d.joins, last: map[survey.ContactID]lastAsked{}}
	if b.Again {
		return before, nil
	}
	for _, r := range d.rivals {
		found, err := d.Store.InvitationsOf(ctx, r.campaign.ID, r.mailing, ids)
		if err != nil {
			return nil, err
		}
		for _, i := range found {
			before.noteInvitation(r.campaign, i)
		}
	}
	return before, nil
}

// awaiting are the people of an anonymous audience who wait for the letters of another campaign, which keep them from being asked as if they had them.
func (r *senderRun) awaiting(ctx context.Context, c survey.Campaign) (note func(*askedBefore), err error) {
	waits := map[survey.ContactID]survey.Campaign{}
	note = func(b *askedBefore) {
		for id, other := range waits {
			b.note(other, survey.MailingInvitation, id, b.now.Add(-time.Nanosecond))
		}
	}
	if c.QuietDays == 0 && len(c.Rules) == 0 {
		return note, nil
	}
	earlier, err := r.Store.Campaigns(ctx, c.Audience, survey.RecentCampaigns)
	if err != nil {
		return nil, err
	}
	for _, other := range earlier {
		if other.ID == c.ID || !other.Live() {
			continue
		}
		m, begun, err := r.Store.Mailing(ctx, other.ID, survey.MailingInvitation)
		if err != nil {
			return nil, err
		}
		if !begun || m.State != survey.MailingSending || m.Batches == 0 {
			continue
		}
		const page = 50
		for from := m.Cursor; ; {
			bs, err := r.Store.Batches(ctx, m, from, page)
			if err != nil {
				return nil, err
			}
			for _, b := range bs {
				from = b.Name + " "
				if b.State != survey.BatchWaiting && b.State != survey.BatchSending {
					continue
				}
				for _, id := range b.Contacts {
					waits[id] = other
				}
			}
			if len(bs) < page {
				break
			}
		}
	}
	return note, nil
}
