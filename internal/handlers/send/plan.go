package send

import (
	"cmp"
	"context"
	"slices"
	"time"

	"onetap/internal/survey"
)

// planInvitations walks the audience shard by shard into batches. Each shard ends with a compare-and-swap of the mailing,
// so that a planner that dies repeats at most one shard, with the same batch names.
func (s *Sender) planInvitations(ctx context.Context, c survey.Campaign) (bool, error) {
	w, err := s.mailing(ctx, c, survey.MailingInvitation)
	if err != nil {
		return false, err
	}
	for w.State == survey.MailingPlanning && w.Shard < survey.ContactShards {
		if !s.timeLeft(ctx) {
			return true, nil
		}
		quiet, err := s.recentlyAsked(ctx, c, w.Shard)
		if err != nil {
			return false, err
		}
		begun := w.Clone()
		p, asked := planned{}, survey.Asked{}
		var all []invited
		err = s.store.WalkContacts(ctx, c.Audience, w.Shard, func(contact survey.Contact, stopped survey.SuppressionReason) error {
			if !c.Filter.Match(contact) {
				return nil
			}
			language := c.LanguageFor(contact.Language)
			if skip := c.Skip(contact, stopped, quiet[contact.ID]); skip != "" {
				w.Pass(skip)
				p.skip(c, w.Number, contact.ID, language, contact.Owner, contact.Team, skip, s.now())
				return nil
			}
			asked.Count(contact)
			all = append(all, invited{contact.ID, language, contact.Owner, contact.Team})
			return nil
		})
		if err == nil {
			err = s.store.PutAsked(ctx, c.ID, w.Shard, asked)
		}
		if err != nil {
			return false, err
		}
		sortByOwner(all)
		for _, i := range all {
			p.invite(&w, i.id, i.language)
		}
		if w, err = s.savePlan(ctx, begun, w, p); err != nil {
			return false, err
		}
	}
	s.log.Info("planned", "campaign", c.ID, "audience", w.Audience, "invited", w.Invited, "batches", w.Batches)
	asked, err := s.store.Asked(ctx, c.ID)
	if err != nil {
		return false, err
	}
	known, err := s.store.Dimensions(ctx, c.Audience)
	if err != nil {
		return false, err
	}
	c, ok := c.Planned(asked.Choose(known))
	if !ok {
		return false, nil
	}
	_, err = s.store.SaveCampaign(ctx, c)
	return true, err
}

// invited is one of a shard who will be written to.
type invited struct {
	id                    survey.ContactID
	language, owner, team string
}

// sortByOwner puts those of a shard together who are counted together: a batch of one owner's customers adds to a few
// figures, one of fifty owners' to a hundred, and each costs two write units. A shard is a sixteenth of the audience
// picked by a hash, so that a campaign that is cancelled half-way still has asked some of everybody's.
func sortByOwner(all []invited) {
	slices.SortFunc(all, func(a, b invited) int {
		return cmp.Or(cmp.Compare(a.team, b.team), cmp.Compare(a.owner, b.owner), cmp.Compare(a.id, b.id))
	})
}

// planReminder walks those who were invited: who has answered, or may not be written to any more, is passed over.
func (s *Sender) planReminder(ctx context.Context, c survey.Campaign) (bool, error) {
	w, err := s.mailing(ctx, c, survey.MailingReminder)
	if err != nil {
		return false, err
	}
	for w.State == survey.MailingPlanning && w.Shard < survey.ContactShards {
		if !s.timeLeft(ctx) {
			return true, nil
		}
		stopped, answered := map[survey.ContactID]survey.SuppressionReason{}, map[survey.ContactID]bool{}
		err := s.store.WalkContacts(ctx, c.Audience, w.Shard, func(contact survey.Contact, r survey.SuppressionReason) error {
			if r != "" {
				stopped[contact.ID] = r
			}
			return nil
		})
		if err != nil {
			return false, err
		}
		err = s.store.WalkResponses(ctx, c.ID, w.Shard, "", func(r survey.Response) (bool, error) {
			answered[r.Contact] = r.Verified
			return true, nil
		})
		if err != nil {
			return false, err
		}
		begun := w.Clone()
		p := planned{}
		err = s.store.WalkInvitations(ctx, c.ID, survey.MailingInvitation, w.Shard, func(i survey.Invitation) error {
			switch {
			case i.State != survey.InvitationSent && i.State != survey.InvitationUncertain:
				return nil // never got the survey
			case stopped[i.Contact] != "":
				w.Pass(survey.SkipReason(stopped[i.Contact]))
				p.skip(c, w.Number, i.Contact, i.Language, i.Owner, i.Team, survey.SkipReason(stopped[i.Contact]), s.now())
			case answered[i.Contact]:
				w.Pass(survey.SkipAnswered)
			default:
				p.invite(&w, i.Contact, i.Language)
			}
			return nil
		})
		if err != nil {
			return false, err
		}
		if w, err = s.savePlan(ctx, begun, w, p); err != nil {
			return false, err
		}
	}
	return true, nil
}

// mailing reads one or begins it.
func (s *Sender) mailing(ctx context.Context, c survey.Campaign, number int) (survey.Mailing, error) {
	w, ok, err := s.store.Mailing(ctx, c.ID, number)
	if err != nil || ok {
		if w.Carry == nil {
			w.Carry = map[string][]survey.ContactID{}
		}
		if w.Skipped == nil {
			w.Skipped = map[survey.SkipReason]int{}
		}
		return w, err
	}
	return s.store.SaveMailing(ctx, survey.NewMailing(c.ID, number, s.now()))
}

// planned is what planning one shard came to.
type planned struct {
	batches []survey.Batch
	skipped []survey.Invitation
}

func (p *planned) invite(w *survey.Mailing, id survey.ContactID, language string) {
	if b, full := w.Invite(id, language); full {
		p.batches = append(p.batches, b)
	}
}

// skip names the person and the reason. Who is not in the sample can be computed again and is not written.
func (p *planned) skip(c survey.Campaign, mailing int, id survey.ContactID, language, owner, team string, r survey.SkipReason, now time.Time) {
	if r == survey.SkipNotSampled {
		return
	}
	p.skipped = append(p.skipped, survey.Invitation{Campaign: c.ID, Contact: id, Mailing: mailing, Audience: c.Audience,
		State: survey.InvitationSkipped, Decided: survey.InvitationSkipped, Reason: string(r), Language: language, Owner: owner, Team: team,
		At: now, Version: 1})
}

// savePlan writes a shard's skips, then its batches with the mailing: only then do they count. begun is the mailing before it.
func (s *Sender) savePlan(ctx context.Context, begun, w survey.Mailing, p planned) (survey.Mailing, error) {
	w.Shard++
	if w.Shard == survey.ContactShards {
		p.batches = append(p.batches, w.Rest()...)
		w.State = survey.MailingSending
	}
	if err := s.store.AddInvitations(ctx, p.skipped, s.held); err != nil {
		return w, err
	}
	return s.store.SavePlan(ctx, begun, w, p.batches)
}

// recentlyAsked returns who of a shard got a survey e-mail within the campaign's quiet period. A contact's shard is the
// same in every campaign, so this is a walk beside the contacts' own.
func (s *Sender) recentlyAsked(ctx context.Context, c survey.Campaign, shard int) (map[survey.ContactID]bool, error) {
	since := c.QuietSince(s.now())
	if since.IsZero() {
		return nil, nil
	}
	campaigns, err := s.store.Campaigns(ctx, c.Audience, survey.RecentCampaigns)
	if err != nil {
		return nil, err
	}
	quiet := map[survey.ContactID]bool{}
	for _, other := range campaigns {
		if other.ID == c.ID || !other.MailedSince(since) {
			continue
		}
		for _, mailing := range []int{survey.MailingInvitation, survey.MailingReminder} {
			err := s.store.WalkInvitations(ctx, other.ID, mailing, shard, func(i survey.Invitation) error {
				if i.Recent(since) {
					quiet[i.Contact] = true
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return quiet, nil
}
