package followup

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

const (
	pastCampaigns = 20 // campaigns of the audience that are looked through for past scores
	pastScores    = 6  // past scores that a letter shows
)

// Facts are everything that is known about a case.
type Facts struct {
	Case     loop.Case
	Campaign survey.Campaign
	Response survey.Response // as it is now, which may be later than what the case knows
	Contact  survey.Contact  // what is known of a contact that is gone: owner and team
	Gone     bool            // the contact is no longer there
	Past     []Past          // newest first
}

// Past is an answer to an earlier campaign.
type Past struct {
	Campaign string
	Response survey.Response
}

// facts are what a letter says.
type facts struct {
	Facts
	To loop.Responsible
}

// facts reads everything that a letter says, as it is now.
func (r *Round) facts(ctx context.Context, c loop.Case) (facts, error) {
	known, err := ReadFacts(ctx, r.Store, c)
	if err != nil {
		return facts{Facts: known}, fmt.Errorf("what the alert says: %w", err)
	}
	d, err := r.directory()
	return facts{known, d.Of(c, known.Contact.Owner, known.Contact.Team)}, err
}

// ReadFacts reads what is known about a case, as it is now.
func ReadFacts(ctx context.Context, s FactsStore, c loop.Case) (Facts, error) {
	f := Facts{Case: c}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		f.Campaign, err = s.Campaign(ctx, c.Campaign)
		return err
	})
	g.Go(func() error {
		answer, ok, err := s.Response(ctx, c.Campaign, c.Contact)
		if !ok { // erased since: what the case knows is told
			answer = survey.Response{
				Campaign: c.Campaign, Contact: c.Contact, Audience: c.Audience, Team: c.Team,
				Language: c.Language, Score: c.Latest, Verified: true, Counted: c.Opened, Updated: c.Opened, Version: c.Answer,
			}
		}
		f.Response = answer
		if err == nil {
			f.Contact, f.Gone, err = contactOf(ctx, s, answer)
		}
		return err
	})
	g.Go(func() (err error) {
		f.Past, err = pastOf(ctx, s, c)
		return err
	})
	return f, g.Wait()
}

// contact reads an answer's contact. Of one that is gone, the answer says owner and team.
func (r *Round) contact(ctx context.Context, of survey.Response) (c survey.Contact, gone bool, err error) {
	return contactOf(ctx, r.Store, of)
}

func contactOf(ctx context.Context, s FactsStore, of survey.Response) (c survey.Contact, gone bool, err error) {
	c, err = s.Contact(ctx, of.Audience, of.Contact)
	if apperr.Is(err, "contact_unknown") {
		return survey.Contact{ID: of.Contact, Audience: of.Audience, Owner: of.Owner, Team: of.Team, Language: of.Language}, true, nil
	}
	return c, false, err
}

// pastOf reads the contact's earlier scores.
func pastOf(ctx context.Context, s FactsStore, c loop.Case) ([]Past, error) {
	campaigns, err := s.Campaigns(ctx, c.Audience, pastCampaigns)
	if err != nil {
		return nil, err
	}
	var ids []survey.CampaignID
	names := map[survey.CampaignID]string{}
	for _, other := range campaigns {
		if other.ID != c.Campaign {
			ids = append(ids, other.ID)
			names[other.ID] = other.Name
		}
	}
	answers, err := s.Answers(ctx, c.Contact, ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(answers, func(a, b survey.Response) int { return b.Counted.Compare(a.Counted) })
	var all []Past
	for _, a := range answers[:min(pastScores, len(answers))] {
		all = append(all, Past{names[a.Campaign], a})
	}
	return all, nil
}
