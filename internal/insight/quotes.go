package insight

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/survey"
)

// Quoted is a comment that may be quoted.
type Quoted struct {
	Of      survey.ContactID // whose it is, for taking it back
	Quote   survey.Quote
	Words   string
	Score   int
	Contact survey.Contact // zero where it is to be quoted without a name, or the reader may not know it
}

// Quotes lists the comments of a campaign that may be quoted as they stand now, the latest consent first. With its name is a quote shown to who may know the people, and to who
// writes campaigns: it was given for being published. Problem: ErrWholeOnly.
func (r *Results) Quotes(ctx context.Context, who authz.Who, c survey.Campaign) (all []Quoted, err error) {
	if c.Audience.Anonymous() {
		return nil, ErrWholeOnly
	}
	sees, err := r.sees(ctx, who)
	if err != nil {
		return nil, err
	}
	said, err := r.Store.Quotes(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]survey.ContactID, 0, len(said))
	for id, q := range said {
		if q.Given() {
			ids = append(ids, id)
		}
	}
	var people map[survey.ContactID]survey.Contact
	if who.Can(authz.ReadPeople) || who.Can(authz.WriteCampaign) {
		if people, err = r.Store.Contacts(ctx, c.Audience, ids); err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		answer, ok, err := r.Store.Response(ctx, c.ID, id)
		if err != nil {
			return nil, err
		}
		if q := said[id]; ok && q.Of(answer) && answer.Why != "" && sees(answer.Owner, answer.Team) {
			one := Quoted{Of: id, Quote: q, Words: answer.Why, Score: answer.Score}
			if q.Named {
				one.Contact = people[id]
			}
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b Quoted) int {
		return cmp.Or(b.Quote.At.Compare(a.Quote.At), strings.Compare(a.Words, b.Words))
	})
	return all, nil
}
