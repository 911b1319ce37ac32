package mailing

import (
	"context"
	"time"

	"onetap/internal/survey"
)

// askedBefore says who may not be asked by a campaign at a time, because others have asked them too lately: within its quiet period, or sooner than a rule of
// frequency allows. The plan, the head-count, a continuous survey's day and the sender all ask it.
type askedBefore struct {
	campaign survey.Campaign
	now      time.Time
	joins    survey.AccountJoins // where a rule is of an account
	last     map[survey.ContactID]lastAsked
}

// lastAsked is when other campaigns have written to somebody.
type lastAsked struct {
	quiet survey.CampaignID // wrote within the quiet period, the newest of several; "": none did
	by    survey.CampaignID // asked last, by a first letter
	at    time.Time         // then; zero: nobody, as far back as the rules look
}

// askedWalk calls each for the invitations to the contacts in question of a mailing of another campaign; a contact's place is the same in every campaign.
type askedWalk func(other survey.CampaignID, mailing int, each func(survey.Invitation)) error

// answeredWalk does so for the answers to a campaign that was brought in: of who was asked elsewhere it is known when they answered.
type answeredWalk func(other survey.CampaignID, each func(survey.Response)) error

// recentlyAsked looks through the earlier campaigns of a campaign's audience.
func recentlyAsked(ctx context.Context, s earlierCampaigns, c survey.Campaign, now time.Time, walk askedWalk, answered answeredWalk) (*askedBefore, error) {
	if c.QuietSince(now).IsZero() && len(c.Rules) == 0 {
		return &askedBefore{}, nil
	}
	earlier, err := s.Campaigns(ctx, c.Audience, survey.RecentCampaigns)
	if err != nil {
		return nil, err
	}
	return askedBy(ctx, s, earlier, c, now, walk, answered)
}

// askedBy is recentlyAsked of campaigns that are read already.
func askedBy(ctx context.Context, s earlierCampaigns, earlier []survey.Campaign, c survey.Campaign, now time.Time, walk askedWalk, answered answeredWalk) (*askedBefore, error) {
	b := &askedBefore{campaign: c, now: now, last: map[survey.ContactID]lastAsked{}}
	var err error
	if b.joins, err = joinsFor(ctx, s, c); err != nil {
		return nil, err
	}
	for _, other := range earlier {
		for _, mailing := range lettersThatCount(c, other, now) {
			if other.Brought() {
				err = answered(other.ID, func(a survey.Response) { b.note(other, mailing, a.Contact, a.First) })
			} else {
				err = walk(other.ID, mailing, func(i survey.Invitation) { b.noteInvitation(other, i) })
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// joinsFor reads which accounts are one, where a campaign's rules ask that.
func joinsFor(ctx context.Context, s earlierCampaigns, c survey.Campaign) (joins survey.AccountJoins, err error) {
	for _, r := range c.Rules {
		if r.Account != "" {
			return s.AccountJoins(ctx, c.Audience)
		}
	}
	return joins, nil
}

// lettersThatCount are the mailings of another campaign whose letters may keep somebody from being asked at now.
func lettersThatCount(c, other survey.Campaign, now time.Time) (mailings []int) {
	if other.ID == c.ID {
		return nil
	}
	for _, mailing := range survey.Mailings {
		since := c.AskedSince(other, mailing, now)
		if ruled := c.RuledSince(now); mailing == survey.MailingInvitation && !ruled.IsZero() && (since.IsZero() || ruled.Before(since)) {
			since = ruled
		}
		if !since.IsZero() && other.MailedSince(since) && (mailing == survey.MailingInvitation || !other.Brought()) {
			mailings = append(mailings, mailing)
		}
	}
	return mailings
}

func (b *askedBefore) noteInvitation(other survey.Campaign, i survey.Invitation) {
	if i.Reached() {
		b.note(other, i.Mailing, i.Contact, i.At)
	}
}

// note takes a letter of another campaign.
func (b *askedBefore) note(other survey.Campaign, mailing int, id survey.ContactID, at time.Time) {
	was := b.last[id]
	now := was
	if since := b.campaign.AskedSince(other, mailing, b.now); !since.IsZero() && at.After(since) && now.quiet == "" {
		now.quiet = other.ID
	}
	if mailing == survey.MailingInvitation && at.After(now.at) {
		now.by, now.at = other.ID, at
	}
	if now != was {
		b.last[id] = now
	}
}

// why is the reason for which somebody may not be asked, "" where they may, with the campaign that asked them and the place of the rule among the campaign's,
// which is -1 for the quiet period.
func (b *askedBefore) why(c survey.Contact) (reason survey.SkipReason, by survey.CampaignID, rule int) {
	last, known := b.last[c.ID]
	switch {
	case !known:
		return "", "", -1
	case last.quiet != "":
		return survey.SkipQuiet, last.quiet, -1
	case last.at.IsZero():
		return "", "", -1
	}
	if rule = b.campaign.RuledBy(c, b.joins, last.at, b.now); rule >= 0 {
		return survey.SkipFrequency, last.by, rule
	}
	return "", "", -1
}
