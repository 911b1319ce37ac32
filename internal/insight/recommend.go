package insight

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"onetap/internal/authz"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// Recommended is what came of the links that a campaign's promoters handed on, as far as a reader may see it.
type Recommended struct {
	Taken     nps.Share       // promoters who have taken a link, of all promoters; Of is 0 for who does not see everybody's
	Opened    nps.Share       // links by which somebody went on, of those taken
	Times     int             // how often somebody did
	Leads     int             // newcomers who left how they are reached
	Customers nps.Share       // of them, who became customers, as staff say
	Few       bool            // too few have answered for this reader: nothing is told
	Lines     []RecommendedBy // for who may know the people
}

// RecommendedBy is what came of one link.
type RecommendedBy struct {
	Contact   survey.Contact // zero where it is not there any more
	Taken     time.Time
	Opened    int
	Leads     int
	Customers int
}

// Recommendations reads what came of a campaign's links, those with most customers, newcomers and openings first. Problem: ErrWholeOnly.
func (r *Results) Recommendations(ctx context.Context, who authz.Who, c survey.Campaign) (found Recommended, err error) {
	if c.Audience.Anonymous() {
		return found, ErrWholeOnly
	}
	sees, err := r.sees(ctx, who)
	if err != nil {
		return found, err
	}
	all, err := r.Store.Recommendations(ctx, c.ID)
	if err != nil {
		return found, err
	}
	if !who.All() {
		kept := all[:0]
		for _, one := range all {
			answer, ok, err := r.Store.Response(ctx, c.ID, one.Contact)
			if err != nil {
				return found, err
			}
			if ok && sees(answer.Owner, answer.Team) {
				kept = append(kept, one)
			}
		}
		all = kept
	} else {
		figures, err := r.Whole(ctx, who, c)
		if err != nil {
			return found, err
		}
		if figures.Withheld() != "" && !who.Can(authz.ReadPeople) { // a link is a promoter
			return Recommended{Few: true}, nil
		}
		if figures.Withheld() == "" {
			found.Taken.Of = max(int64(len(all)), figures.Tally().Promoters()) // a promoter who has lowered the score since has the link still
		}
	}
	ids := make([]survey.ContactID, len(all))
	for i, one := range all {
		ids[i] = one.Contact
	}
	var people map[survey.ContactID]survey.Contact
	if who.Can(authz.ReadPeople) {
		if people, err = r.Store.Contacts(ctx, c.Audience, ids); err != nil {
			return found, err
		}
	}
	for _, one := range all {
		found.Taken.Did++
		if one.Opened > 0 {
			found.Opened.Did++
		}
		found.Times += one.Opened
		found.Leads += len(one.Leads)
		found.Customers.Did += int64(one.Customers())
		if people == nil {
			continue
		}
		found.Lines = append(found.Lines, RecommendedBy{people[one.Contact], one.Taken, one.Opened, len(one.Leads), one.Customers()})
	}
	found.Opened.Of, found.Customers.Of = found.Taken.Did, int64(found.Leads)
	slices.SortFunc(found.Lines, func(a, b RecommendedBy) int {
		return cmp.Or(b.Customers-a.Customers, b.Leads-a.Leads, b.Opened-a.Opened, a.Taken.Compare(b.Taken), strings.Compare(string(a.Contact.ID), string(b.Contact.ID)))
	})
	return found, nil
}
