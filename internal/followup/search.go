package followup

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// searchedOfState is how many cases of each state a search looks at: the nearest deadlines, of resolved cases the latest.
const searchedOfState = 60

// FoundCases is what a search has found.
type FoundCases struct {
	Cases []loop.Case // those that are not resolved first
	About
	Looked int  // how many cases were looked at
	Partly bool // there are others
}

// Search finds cases that who may see by what is known of the contact, by the campaign and by the owner's name: among the nearest of each
// state, and all of the given contacts in the latest campaigns. staff is the whole staff.
func (c *Cases) Search(ctx context.Context, who authz.Who, staff []survey.Staff, words string, of []survey.Contact) (found FoundCases, err error) {
	owners := Owners(who, staff)
	listed := owners[:min(len(owners), MaxOwners)]
	columns, err := c.columns(ctx, listed, loop.States, searchedOfState)
	if err != nil {
		return found, err
	}
	found.Partly = len(listed) < len(owners)
	var all []loop.Case
	for _, column := range columns {
		all = append(all, column.Cases...)
		found.Partly = found.Partly || column.Next != ""
	}
	found.Looked = len(all)
	theirs, err := c.casesOf(ctx, who, staff, of)
	if err != nil {
		return found, err
	}
	if found.About, err = c.about(ctx, append(slices.Clone(all), theirs...)); err != nil {
		return found, err
	}
	names := map[string]string{}
	for _, m := range staff {
		names[strings.ToLower(m.ID)] = m.Name
	}
	wanted, seen := text.NewQuery(words), map[string]bool{}
	for _, one := range theirs {
		seen[one.ID()] = true
	}
	for _, one := range all {
		p := found.People[one.Contact]
		if !seen[one.ID()] && wanted.Match(p.Person.Name, p.Person.Email, p.Person.Phone, p.Person.Customer, p.AccountName(), found.Campaigns[one.Campaign].Name, names[strings.ToLower(one.Owner)]) {
			theirs = append(theirs, one)
		}
	}
	slices.SortStableFunc(theirs, func(a, b loop.Case) int {
		return slices.Index(loop.States, a.State) - slices.Index(loop.States, b.State)
	})
	found.Cases = theirs
	return found, nil
}

// casesOf are the cases of some contacts in the latest campaigns of their audiences.
func (c *Cases) casesOf(ctx context.Context, who authz.Who, staff []survey.Staff, of []survey.Contact) ([]loop.Case, error) {
	reports := authz.Reports(staff, who.Staff.ID)
	found := make([][]loop.Case, len(of))
	campaigns := map[survey.Audience][]survey.CampaignID{}
	for _, contact := range of {
		if _, read := campaigns[contact.Audience]; read {
			continue
		}
		latest, err := c.Store.Campaigns(ctx, contact.Audience, pastCampaigns)
		if err != nil {
			return nil, err
		}
		ids := make([]survey.CampaignID, len(latest))
		for i, l := range latest {
			ids[i] = l.ID
		}
		campaigns[contact.Audience] = ids
	}
	g, ctx := errgroup.WithContext(ctx)
	for i, contact := range of {
		g.Go(func() (err error) {
			if len(campaigns[contact.Audience]) > 0 {
				found[i], err = c.Store.CasesOf(ctx, contact.ID, campaigns[contact.Audience])
			}
			return err
		})
	}
	err := g.Wait()
	return slices.DeleteFunc(slices.Concat(found...), func(o loop.Case) bool { return !who.Sees(o.Owner, o.Team, reports) }), err
}
