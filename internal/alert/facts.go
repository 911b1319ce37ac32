package alert

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"onetap/internal/loop"
	"onetap/internal/problem"
	"onetap/internal/survey"
)

const (
	pastCampaigns = 20 // campaigns of the audience that are looked through for past scores
	pastScores    = 6  // past scores that a letter shows
)

// facts are what a letter says.
type facts struct {
	Case     loop.Case
	To       loop.Responsible
	Campaign survey.Campaign
	Response survey.Response // as it is now, which may be later than what the case knows
	Contact  survey.Contact  // what is known of a contact that is gone: owner and team
	Gone     bool            // the contact is no longer there
	Past     []past          // newest first
}

// past is an answer to an earlier campaign.
type past struct {
	Campaign string
	Response survey.Response
}

// facts reads everything that a letter says, as it is now.
func (r *Round) facts(ctx context.Context, c loop.Case) (facts, error) {
	f := facts{Case: c}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		f.Campaign, err = r.Store.Campaign(ctx, c.Campaign)
		return err
	})
	g.Go(func() error {
		answer, ok, err := r.Store.Response(ctx, c.Campaign, c.Contact)
		if !ok { // erased since: what the case knows is told
			answer = survey.Response{Campaign: c.Campaign, Contact: c.Contact, Audience: c.Audience, Team: c.Team,
				Language: c.Language, Score: c.Latest, Verified: true, Counted: c.Opened, Updated: c.Opened, Version: c.Answer}
		}
		f.Response = answer
		if err == nil {
			f.Contact, f.Gone, err = r.contact(ctx, answer)
		}
		return err
	})
	g.Go(func() (err error) {
		f.Past, err = r.past(ctx, c)
		return err
	})
	if err := g.Wait(); err != nil {
		return f, fmt.Errorf("what the alert says: %w", err)
	}
	d, err := r.directory()
	f.To = d.Of(c, f.Contact.Owner, f.Contact.Team)
	return f, err
}

// contact reads an answer's contact. Of one that is gone, the answer says owner and team.
func (r *Round) contact(ctx context.Context, of survey.Response) (c survey.Contact, gone bool, err error) {
	c, err = r.Store.Contact(ctx, of.Audience, of.Contact)
	if problem.Is(err, "contact_unknown") {
		return survey.Contact{ID: of.Contact, Audience: of.Audience, Owner: of.Owner, Team: of.Team, Language: of.Language}, true, nil
	}
	return c, false, err
}

// past reads the contact's earlier scores.
func (r *Round) past(ctx context.Context, c loop.Case) ([]past, error) {
	campaigns, err := r.Store.Campaigns(ctx, c.Audience, pastCampaigns)
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
	answers, err := r.Store.Answers(ctx, c.Contact, ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(answers, func(a, b survey.Response) int { return b.Counted.Compare(a.Counted) })
	var all []past
	for _, a := range answers[:min(pastScores, len(answers))] {
		all = append(all, past{names[a.Campaign], a})
	}
	return all, nil
}
