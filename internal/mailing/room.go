package mailing

import (
	"context"
	"time"

	"onetap/internal/survey"
)

// accountRoom says for how many more people of each account there is room in a campaign.
type accountRoom struct {
	most  int // of one account; 0: any number
	joins survey.AccountJoins
	taken map[survey.AccountID]int
}

// roomOf is what room a campaign has for the contacts of a shard: whom it asks of the shards before, and whom campaigns within its quiet
// period have asked, have taken theirs. Shards and contacts are walked in the same order every time, so that a plan that begins anew comes to the same.
func roomOf(ctx context.Context, s earlierCampaigns, c survey.Campaign, shard int, now time.Time) (*accountRoom, error) {
	room := &accountRoom{most: c.PerAccount, taken: map[survey.AccountID]int{}}
	if room.most == 0 {
		return room, nil
	}
	var err error
	if room.joins, err = s.AccountJoins(ctx, c.Audience); err != nil {
		return nil, err
	}
	asked := func(id survey.CampaignID, below int) error {
		counts, err := s.AskedAccounts(ctx, id, below)
		for id, n := range counts {
			room.taken[room.joins.Of(id)] += n
		}
		return err
	}
	if err := asked(c.ID, shard); err != nil {
		return nil, err
	}
	if c.StartsAt.After(now) {
		now = c.StartsAt
	}
	since := c.QuietSince(now)
	if since.IsZero() {
		return room, nil
	}
	earlier, err := s.Campaigns(ctx, c.Audience, survey.RecentCampaigns)
	if err != nil {
		return nil, err
	}
	for _, other := range earlier {
		if other.ID == c.ID || !other.MailedSince(since) || other.Brought() {
			continue
		}
		if err := asked(other.ID, survey.AskedParts); err != nil {
			return nil, err
		}
	}
	return room, nil
}

// limits reports whether an account is one of which only some are asked: who is of none is asked as ever.
func (r *accountRoom) limits(id survey.AccountID) bool { return r.most > 0 && id != "" }

// left is for how many more there is room.
func (r *accountRoom) left(id survey.AccountID) int {
	return max(0, r.most-r.taken[r.joins.Of(id)])
}

// take takes a place of an account; false: there is none left.
func (r *accountRoom) take(id survey.AccountID) bool {
	if !r.limits(id) {
		return true
	}
	if r.left(id) == 0 {
		return false
	}
	r.taken[r.joins.Of(id)]++
	return true
}
