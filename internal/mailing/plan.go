package mailing

import (
	"cmp"
	"context"
	"slices"
	"time"

	"onetap/internal/survey"
)

// candidate is a contact that fits a campaign's filter: it is invited, or skipped with a reason.
type candidate struct {
	id                    survey.ContactID
	language, owner, team string // language: in which it is written to
	zone                  string // that it lives by
	mailbox               survey.ContactID
	stopped               survey.SuppressionReason
	account               survey.AccountID
	tier                  string
	role                  survey.AccountRole
	consented, gone       bool
}

// candidateOf is the first half of the rule of who is invited; ok is false for who is not in the campaign's audience.
func candidateOf(c survey.Campaign, contact survey.Contact, stopped survey.SuppressionReason) (k candidate, ok bool) {
	if !c.Filter.Match(contact) {
		return k, false
	}
	return candidate{contact.ID, c.LanguageFor(contact.Language), contact.Owner, contact.Team, contact.Zone, contact.Mailbox, stopped, contact.Account, contact.Tier, contact.Company.Role, contact.Consented, contact.Gone}, true
}

// skip is the second half: why a candidate is not invited, "" where it is.
func (k candidate) skip(c survey.Campaign, before *askedBefore) survey.SkipReason {
	asked, _, _ := before.why(k.contact())
	return c.Skip(k.contact(), k.stopped, asked)
}

// contact is what of a candidate the rules are about.
func (k candidate) contact() survey.Contact {
	return survey.Contact{ID: k.id, Mailbox: k.mailbox, Tier: k.tier, Account: k.account, Company: survey.Company{Role: k.role}, Consented: k.consented, Gone: k.gone}
}

// planInvitations walks the audience shard by shard into batches. Each shard ends with a compare-and-swap of the mailing,
// so that a planner that dies repeats at most one shard, with the same batch names.
func (r *senderRun) planInvitations(ctx context.Context, c survey.Campaign) (bool, error) {
	if c.Audience.Anonymous() {
		return r.planBallots(ctx, c)
	}
	if c.Continuous() { // a day at a time: see continuous.go
		return false, nil
	}
	m, err := r.mailing(ctx, c, survey.MailingInvitation)
	if err != nil {
		return false, err
	}
	for m.State == survey.MailingPlanning && m.Shard < survey.ContactShards {
		if !r.timeLeft(ctx) {
			return true, nil
		}
		before, err := r.askedIn(ctx, c, m.Shard)
		if err != nil {
			return false, err
		}
		room, err := roomOf(ctx, r.Store, c, m.Shard, r.Now())
		if err != nil {
			return false, err
		}
		firms := map[survey.AccountID]int{}
		begun := m.Clone()
		p, asked := planned{}, survey.Asked{}
		var all []candidate
		err = r.Store.WalkContacts(ctx, c.Audience, m.Shard, func(contact survey.Contact, stopped survey.SuppressionReason) error {
			k, ok := candidateOf(c, contact, stopped)
			if !ok {
				return nil
			}
			skip := k.skip(c, before)
			if skip == "" && !room.take(k.account) {
				skip = survey.SkipAccount
			}
			if skip != "" {
				m.Pass(skip)
				p.skip(c, m.Number, k, skip, r.Now())
				return nil
			}
			asked.Count(contact)
			if k.account != "" {
				firms[k.account]++
			}
			all = append(all, k)
			return nil
		})
		if err == nil {
			err = r.Store.PutAsked(ctx, c.ID, m.Shard, asked)
		}
		if err == nil {
			err = r.Store.PutAskedAccounts(ctx, c.ID, m.Shard, firms)
		}
		if err != nil {
			return false, err
		}
		sortByOwner(all)
		for _, k := range all {
			p.invite(&m, c, k.id, k.language, k.zone)
		}
		if m, err = r.savePlan(ctx, begun, m, p); err != nil {
			return false, err
		}
	}
	r.Log.Info("planned", "campaign", c.ID, "audience", m.Audience, "invited", m.Invited, "batches", m.Batches)
	asked, err := r.Store.Asked(ctx, c.ID)
	if err != nil {
		return false, err
	}
	known, err := r.Store.Dimensions(ctx, c.Audience)
	if err != nil {
		return false, err
	}
	c, ok := c.Planned(asked.Choose(known))
	if !ok {
		return false, nil
	}
	_, err = r.Store.SaveCampaign(ctx, c)
	return true, err
}

// sortByOwner puts those of a shard together who are counted together: a batch of one owner's customers adds to a few
// figures, one of fifty owners' to a hundred, and each costs two write units. A shard is a sixteenth of the audience
// picked by a hash, so that a campaign that is cancelled half-way still has asked some of everybody's.
func sortByOwner(all []candidate) {
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.team, b.team), cmp.Compare(a.owner, b.owner), cmp.Compare(a.id, b.id))
	})
}

// planReminder walks those who were invited: who has answered, or may not be written to any more, is passed over.
func (r *senderRun) planReminder(ctx context.Context, c survey.Campaign, number int) (bool, error) {
	m, err := r.mailing(ctx, c, number)
	if err != nil {
		return false, err
	}
	for m.State == survey.MailingPlanning && m.Shard < survey.ContactShards {
		if !r.timeLeft(ctx) {
			return true, nil
		}
		begun, p := m.Clone(), planned{}
		heard, err := remindable(ctx, r.Store, c, m.Shard, func(i survey.Invitation, why survey.SkipReason) {
			switch why {
			case "":
				p.invite(&m, c, i.Contact, i.Language, i.Zone)
			case survey.SkipAnswered:
				m.Pass(why)
			default:
				m.Pass(why)
				p.skip(c, m.Number, candidate{id: i.Contact, language: i.Language, owner: i.Owner, team: i.Team}, why, r.Now())
			}
		})
		if err != nil {
			return false, err
		}
		if m.Shard == 0 || m.Heard != nil { // else its planning began before answers were noted
			m.Hear(heard)
		}
		if m, err = r.savePlan(ctx, begun, m, p); err != nil {
			return false, err
		}
	}
	return true, nil
}

// mailing reads one or begins it.
func (r *senderRun) mailing(ctx context.Context, c survey.Campaign, number int) (survey.Mailing, error) {
	m, ok, err := r.Store.Mailing(ctx, c.ID, number)
	if err != nil || ok {
		if m.Carry == nil {
			m.Carry = map[string][]survey.ContactID{}
		}
		if m.Skipped == nil {
			m.Skipped = map[survey.SkipReason]int{}
		}
		return m, err
	}
	return r.Store.SaveMailing(ctx, survey.NewMailing(c.ID, number, r.Now()))
}

// planned is what planning one shard came to.
type planned struct {
	batches []survey.Batch
	skipped []survey.Invitation
	clocks  clocksOf
}

// clocksOf is Mailing.ZoneFor that remembers.
type clocksOf struct {
	mailing  survey.Mailing
	campaign survey.Campaign
	known    map[string]string
}

func (k *clocksOf) of(zone string) string {
	clock, known := k.known[zone]
	if !known {
		if k.known == nil {
			k.known = map[string]string{}
		}
		clock = k.mailing.ZoneFor(k.campaign, zone)
		k.known[zone] = clock
	}
	return clock
}

func (p *planned) invite(m *survey.Mailing, c survey.Campaign, id survey.ContactID, language, zone string) {
	p.clocks.mailing, p.clocks.campaign = *m, c
	if b, full := m.Invite(id, language, p.clocks.of(zone)); full {
		p.batches = append(p.batches, b)
	}
}

// skip names the person and the reason. Who is not in the sample can be computed again and is not written.
func (p *planned) skip(c survey.Campaign, mailing int, k candidate, why survey.SkipReason, now time.Time) {
	if why == survey.SkipNotSampled || why == survey.SkipPaper {
		return
	}
	p.skipped = append(p.skipped, survey.Invitation{
		Campaign: c.ID, Contact: k.id, Mailing: mailing, Audience: c.Audience,
		State: survey.InvitationSkipped, Decided: survey.InvitationSkipped, Reason: string(why), Language: k.language, Owner: k.owner, Team: k.team,
		At: now, Version: 1,
	})
}

// savePlan writes a shard's skips, then its batches with the mailing: only then do they count. begun is the mailing before it.
func (r *senderRun) savePlan(ctx context.Context, begun, m survey.Mailing, p planned) (survey.Mailing, error) {
	p.batches = append(p.batches, m.EndShard()...)
	if err := r.Store.AddInvitations(ctx, p.skipped, r.held); err != nil {
		return m, err
	}
	return r.Store.SavePlan(ctx, begun, m, p.batches)
}

// askedIn says who of a shard was asked too lately.
func (r *senderRun) askedIn(ctx context.Context, c survey.Campaign, shard int) (*askedBefore, error) {
	return recentlyAsked(ctx, r.Store, c, r.Now(), func(other survey.CampaignID, mailing int, each func(survey.Invitation)) error {
		return r.Store.WalkInvitations(ctx, other, mailing, shard, func(i survey.Invitation) error {
			each(i)
			return nil
		})
	}, func(other survey.CampaignID, each func(survey.Response)) error {
		return r.Store.WalkResponses(ctx, other, shard, "", func(a survey.Response) (bool, error) {
			each(a)
			return true, nil
		})
	})
}
