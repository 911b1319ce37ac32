package insight

import (
	"context"

	"onetap/internal/accounts"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

const (
	// peopleShown is how many contacts of an account are looked at, and placesShown over how many of the latest campaigns.
	peopleShown = 60
	placesShown = 6
)

// AccountPeople are an account's contacts with what the latest campaigns know of them.
type AccountPeople struct {
	Campaigns []survey.Campaign // the latest first
	People    []AccountPerson
	Others    int // contacts that are not looked at
}

// AccountPerson is one contact that the reader may see.
type AccountPerson struct {
	Contact survey.Contact
	Places  []loop.Place // by Campaigns; nil for who may not know who answered
	Silent  int          // campaigns in a row, of those that have ended
}

// People reads an account's contacts, those of other people's customers left out. Campaigns are the audience's, the latest first.
func (r *Results) People(ctx context.Context, who authz.Who, a survey.Audience, one Account, campaigns []survey.Campaign) (out AccountPeople, err error) {
	sees, err := r.sees(ctx, who)
	if err != nil {
		return out, err
	}
	var ids []survey.ContactID
	err = r.readAccounts(ctx, who, a, func(v *accounts.View, scope accounts.Scope) error {
		ids, out.Others = nil, 0
		return v.Contacts(ctx, one.ID, func(id survey.ContactID, owner, team string) bool {
			switch {
			case !sees(owner, team):
			case len(ids) < peopleShown:
				ids = append(ids, id)
			case scope.All: // all others, which are counted
				out.Others = max(0, one.Contacts-peopleShown)
				return false
			default:
				out.Others++
			}
			return true
		})
	})
	if err != nil {
		return out, err
	}
	people, err := r.Store.Contacts(ctx, a, ids)
	if err != nil {
		return out, err
	}
	known := Persons(a, who)
	var places map[survey.ContactID]map[survey.CampaignID]loop.Place
	if known {
		out.Campaigns = campaigns[:min(len(campaigns), placesShown)]
		if places, err = r.Store.Places(ctx, campaignIDs(out.Campaigns), ids); err != nil {
			return out, err
		}
	}
	for _, id := range ids {
		c, ok := people[id]
		if !ok || !sees(c.Owner, c.Team) { // changed a moment ago
			continue
		}
		p := AccountPerson{Contact: c}
		for _, v := range out.Campaigns {
			p.Places = append(p.Places, places[id][v.ID])
		}
		p.Silent = silentIn(out.Campaigns, p.Places, r.Now)
		out.People = append(out.People, p)
	}
	return out, nil
}

func campaignIDs(all []survey.Campaign) []survey.CampaignID {
	ids := make([]survey.CampaignID, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	return ids
}
