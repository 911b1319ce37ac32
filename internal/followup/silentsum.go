package followup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/money"
	"onetap/internal/survey"
)

const (
	// summedEvery is how often the silent of a campaign are added up again, and summedFor until how long after its end: lists that come meanwhile say who
	// was retained.
	summedEvery = 7 * 24 * time.Hour
	summedFor   = 400 * 24 * time.Hour
	// summedCampaigns are the campaigns of an audience that are looked at.
	summedCampaigns = 60
	// summedLeast is how much time a run must have left to begin with a campaign: a million people take some of it.
	summedLeast = 2 * time.Minute
)

// Summing adds up who of a campaign's people did not answer, over all of them, once it has ended and each week after that (D35). What a run that dies has
// not saved, the next makes anew.
type Summing struct {
	Store SummingStore
	Log   *slog.Logger
	Now   func() time.Time
}

// SummingStore is what it needs of the table.
type SummingStore interface {
	// Campaigns lists an audience's campaigns, the latest first, up to limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// Settings reads the company's settings; zero where there are none.
	Settings(ctx context.Context) (survey.Settings, error)
	// AccountJoins reads which companies of an audience are one.
	AccountJoins(ctx context.Context, a survey.Audience) (survey.AccountJoins, error)
	// SilenceSummed reads when the silent of an audience's campaigns were added up; zero before the first.
	SilenceSummed(ctx context.Context, a survey.Audience) (loop.SilenceSummed, error)
	// SaveSilenceSummed is a compare-and-swap by the version that was read; apperr.ErrChanged.
	SaveSilenceSummed(ctx context.Context, s loop.SilenceSummed) error
	// PutSilenceSums writes a campaign's sums.
	PutSilenceSums(ctx context.Context, c survey.CampaignID, s loop.SilenceSums) error
	// WalkInvitations calls each for every decided invitation of one shard of a mailing.
	WalkInvitations(ctx context.Context, c survey.CampaignID, mailing, shard int, each func(survey.Invitation) error) error
	// WalkResponses calls each for every answer of one shard, verified or not, until it returns false. Their words are not opened.
	WalkResponses(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error
	// WalkContacts calls each for every contact of one shard of an audience, without the person, and says whether it is gone from the lists.
	WalkContacts(ctx context.Context, a survey.Audience, shard int, each func(survey.Contact, survey.SuppressionReason) error) error
}

// Run adds up what is due, as far as time goes. What is wrong with one audience's stops no other.
func (s *Summing) Run(ctx context.Context) error {
	var failed []error
	for _, a := range survey.Audiences {
		if a.Anonymous() {
			continue
		}
		if err := s.look(ctx, a); err != nil && !errors.Is(err, apperr.ErrChanged) { // another run is at it
			failed = append(failed, fmt.Errorf("silent people of %s added up: %w", a, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Summing) look(ctx context.Context, a survey.Audience) error {
	known, err := s.Store.SilenceSummed(ctx, a)
	if err != nil || s.Now().Sub(known.At) < silentEvery {
		return err
	}
	all, err := s.Store.Campaigns(ctx, a, summedCampaigns)
	if err != nil {
		return err
	}
	due := func(c survey.Campaign) bool { return over(c) && s.Now().Sub(c.Ended) <= summedFor }
	known.Of = maps.Clone(known.Of)
	if known.Of == nil {
		known.Of = map[survey.CampaignID]time.Time{}
	}
	maps.DeleteFunc(known.Of, func(id survey.CampaignID, _ time.Time) bool {
		return !slices.ContainsFunc(all, func(c survey.Campaign) bool { return c.ID == id && due(c) })
	})
	for _, c := range all {
		if !due(c) || s.Now().Sub(known.Of[c.ID]) < summedEvery {
			continue
		}
		if until, ok := ctx.Deadline(); ok && time.Until(until) < summedLeast { // of the function's own time: the next run goes on
			return s.Store.SaveSilenceSummed(ctx, known)
		}
		sums, err := s.of(ctx, c)
		if err != nil {
			return err
		}
		known.Of[c.ID] = s.Now().UTC()
		whole := sums.Of(true, nil)
		if whole.Answered.People+whole.Silent.People == 0 { // it asked nobody, or what it knew of people was deleted for its age
			continue
		}
		if err := s.Store.PutSilenceSums(ctx, c.ID, sums); err != nil {
			return err
		}
		s.Log.InfoContext(ctx, "silent people added up", "campaign", string(c.ID), "answered", whole.Answered.People, "silent", whole.Silent.People)
	}
	known.At = s.Now().UTC()
	return s.Store.SaveSilenceSummed(ctx, known)
}

// whose is an owner with a team.
type whose struct{ owner, team string }

// valued is what a company of which nobody has answered, or a contact without one, is worth, and whose the contact is that is worth so much.
type valued struct {
	money.Amount
	whose    whose
	contact  survey.ContactID
	answered bool
}

// of adds up one campaign, a shard at a time: who was asked, who answered, and what the list says of them now.
func (s *Summing) of(ctx context.Context, c survey.Campaign) (loop.SilenceSums, error) {
	set, err := s.Store.Settings(ctx)
	if err != nil {
		return loop.SilenceSums{}, err
	}
	joins, err := s.Store.AccountJoins(ctx, c.Audience)
	if err != nil {
		return loop.SilenceSums{}, err
	}
	parts := map[whose]*loop.SilencePart{}
	firms := map[survey.AccountID]map[string]valued{} // by currency
	alone := map[whose]map[string]int64{}
	currencies := map[string]int{}
	for shard := range survey.ContactShards {
		if err := s.shard(ctx, c, shard, func(one askedPerson, contact survey.Contact, there bool) {
			w := whose{one.owner, one.team}
			p := parts[w]
			if p == nil {
				p = &loop.SilencePart{Owner: w.owner, Team: w.team}
				parts[w] = p
			}
			group := &p.Silent
			if one.answered {
				group = &p.Answered
			}
			group.Count(contact, there, one.at, set.Currency)
			account := joins.Of(one.account)
			if there {
				account = joins.Of(contact.Account)
			}
			value, ok := money.Parse(contact.Value, set.Currency)
			if ok = ok && there && value.Minor > 0; ok && !one.answered {
				currencies[value.Currency]++
			}
			switch {
			case account == "" && (one.answered || !ok):
			case account == "":
				if alone[w] == nil {
					alone[w] = map[string]int64{}
				}
				alone[w][value.Currency] += value.Minor
			default:
				firm := firms[account]
				if firm == nil {
					firm = map[string]valued{}
					firms[account] = firm
				}
				if one.answered {
					firm[""] = valued{answered: true}
				} else if best := firm[value.Currency]; ok && (value.Minor > best.Minor || value.Minor == best.Minor && one.contact < best.contact) {
					firm[value.Currency] = valued{Amount: value, whose: w, contact: one.contact}
				}
			}
		}); err != nil {
			return loop.SilenceSums{}, err
		}
	}
	currency := mostOf(currencies, set.Currency)
	for w, of := range alone {
		parts[w].Value += of[currency]
	}
	for _, firm := range firms {
		if best := firm[currency]; currency != "" && best.Minor > 0 && !firm[""].answered {
			parts[best.whose].Value += best.Minor
		}
	}
	all := make([]loop.SilencePart, 0, len(parts))
	for _, p := range parts {
		all = append(all, *p)
	}
	return loop.SumSilence(all, currency, s.Now().UTC()), nil
}

// mostOf is the currency of most values, the workspace's before others; "" where there is none.
func mostOf(n map[string]int, own string) (best string) {
	if n[own] > 0 {
		return own
	}
	for c, m := range n {
		if m > n[best] || m == n[best] && c < best {
			best = c
		}
	}
	return best
}

// askedPerson is somebody who was sent a campaign's letter.
type askedPerson struct {
	contact     survey.ContactID
	owner, team string
	account     survey.AccountID
	at          time.Time
	answered    bool
}

// shard calls each for everybody of a shard who was asked, with the contact as it is now, if it is there.
func (s *Summing) shard(ctx context.Context, c survey.Campaign, shard int, each func(one askedPerson, contact survey.Contact, there bool)) error {
	asked := map[survey.ContactID]*askedPerson{}
	err := s.Store.WalkInvitations(ctx, c.ID, survey.MailingInvitation, shard, func(i survey.Invitation) error {
		if i.State == survey.InvitationSent {
			asked[i.Contact] = &askedPerson{contact: i.Contact, owner: i.Owner, team: i.Team, account: i.Account, at: i.At}
		}
		return ctx.Err()
	})
	if err != nil || len(asked) == 0 {
		return err
	}
	err = s.Store.WalkResponses(ctx, c.ID, shard, "", func(r survey.Response) (bool, error) {
		if one := asked[r.Contact]; one != nil && r.Verified {
			one.answered = true
		}
		return true, ctx.Err()
	})
	if err != nil {
		return err
	}
	err = s.Store.WalkContacts(ctx, c.Audience, shard, func(contact survey.Contact, _ survey.SuppressionReason) error {
		if one := asked[contact.ID]; one != nil {
			each(*one, contact, true)
			delete(asked, contact.ID)
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	for _, one := range asked {
		each(*one, survey.Contact{}, false)
	}
	return nil
}
