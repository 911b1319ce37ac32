package mailing

import (
	"context"
	"slices"
	"time"

	"onetap/internal/survey"
)

// dueDay is one day of a continuous survey, as the sender plans it and as the preview counts it.
type dueDay struct {
	store   dueStore
	survey  survey.Continuous
	month   survey.Campaign
	turn    survey.Turn
	now     time.Time
	earlier []survey.Campaign
	room    *accountRoom
	new     [survey.ContactShards][]survey.ContactID // who may be new, outside the turn's span
}

// dueOn reads what the day's shards have in common; days is how many days of the month are planned before it.
func dueOn(ctx context.Context, store dueStore, s survey.Continuous, month survey.Campaign, t survey.Turn, days int, now time.Time) (*dueDay, error) {
	d := &dueDay{store: store, survey: s, month: month, turn: t, now: now}
	var err error
	if d.earlier, err = store.Campaigns(ctx, s.Audience, survey.RecentCampaigns); err != nil {
		return nil, err
	}
	if d.room, err = roomOf(ctx, store, month, days, now); err != nil {
		return nil, err
	}
	for _, day := range t.New {
		ids, err := store.NewContacts(ctx, s.Audience, day)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if !t.Has(id) {
				d.new[id.Shard()] = append(d.new[id.Shard()], id)
			}
		}
	}
	for n := range d.new {
		slices.Sort(d.new[n])
		d.new[n] = slices.Compact(d.new[n])
	}
	return d, nil
}

// each calls do for everybody of a shard whose day it is and who fits the survey's filter, with the reason why they are not invited; "" where they are. Whoever has a place
// in the month already is not among them: a campaign has a person once.
func (d *dueDay) each(ctx context.Context, shard int, do func(survey.Contact, candidate, survey.SkipReason)) error {
	placed := map[survey.ContactID]bool{}
	err := d.places(ctx, d.month.ID, survey.MailingInvitation, shard, func(i survey.Invitation) { placed[i.Contact] = true })
	if err != nil {
		return err
	}
	before, err := askedBy(ctx, d.store, d.earlier, d.month, d.now, func(other survey.CampaignID, mailing int, each func(survey.Invitation)) error {
		return d.places(ctx, other, mailing, shard, each)
	}, func(other survey.CampaignID, each func(survey.Response)) error {
		return d.store.WalkResponses(ctx, other, shard, d.turn.From, func(a survey.Response) (bool, error) {
			if !d.turn.Has(a.Contact) {
				return false, nil
			}
			each(a)
			return true, nil
		})
	})
	if err != nil {
		return err
	}
	return d.store.DueContacts(ctx, d.survey.Audience, shard, d.turn.Span, d.new[shard], func(contact survey.Contact, stopped survey.SuppressionReason) error {
		welcome := d.survey.Welcomes(d.turn, contact)
		if placed[contact.ID] || !welcome && (!d.turn.Has(contact.ID) || d.survey.Awaits(contact, d.now)) {
			return nil
		}
		k, ok := candidateOf(d.month, contact, stopped)
		if !ok {
			return nil
		}
		skip := k.skip(d.month, before)
		if skip == "" && !d.room.take(k.account) {
			skip = survey.SkipAccount
		}
		do(contact, k, skip)
		return nil
	})
}

// places calls each for the invitations of another campaign to those of a shard whose day it may be.
func (d *dueDay) places(ctx context.Context, c survey.CampaignID, mailing, shard int, each func(survey.Invitation)) error {
	if err := d.store.InvitationsIn(ctx, c, mailing, shard, d.turn.Span, each); err != nil {
		return err
	}
	for some := range slices.Chunk(d.new[shard], 100) {
		found, err := d.store.InvitationsOf(ctx, c, mailing, some)
		if err != nil {
			return err
		}
		for _, i := range found {
			each(i)
		}
	}
	return nil
}
