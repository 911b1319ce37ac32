package insight

import (
	"context"
	"slices"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// Reach is on whose answers a reader's pages open: an owner's on those of the own customers, a manager's on the team's,
// everybody else's on all. The zero Reach is nobody's.
type Reach struct {
	all    bool
	team   string   // as the contact list names it; "": by owners
	owners []string // ids
}

// fewOwners is how many owners' figures are read one by one; of more all owners' are.
const fewOwners = 12

// Reach says on whose answers a reader's pages open. A manager's team is the one of the staff list; where a campaign does not
// know that team, or the manager has none, it is the manager's own customers and those of who reports to the manager.
func (r *Results) Reach(ctx context.Context, who authz.Who) (Reach, error) {
	if who.All() {
		return Reach{all: true}, nil
	}
	reach := Reach{owners: []string{who.Staff.ID}}
	if who.Staff.Role != survey.RoleManager {
		return reach, nil
	}
	reach.team = strings.TrimSpace(who.Staff.Team)
	staff, err := r.Store.Staff(ctx)
	for _, m := range authz.Reports(staff, who.Staff.ID) {
		reach.owners = append(reach.owners, m.ID)
	}
	return reach, err
}

// has reports whether an answer with this owner and this team is within reach.
func (a Reach) has(owner, team string) bool {
	switch {
	case a.all:
		return true
	case a.team != "":
		return strings.EqualFold(strings.TrimSpace(team), a.team)
	}
	return owner != "" && slices.ContainsFunc(a.owners, func(id string) bool { return strings.EqualFold(id, owner) })
}

// Own is a campaign's figures as the pages of one reader open on them.
type Own struct {
	Disclosed           // of the reader's reach
	Company   Disclosed // of the whole campaign
	reach     Reach
	weeks     []Row
}

// Part reports whether the figures are of less than the whole campaign.
func (o Own) Part() bool { return !o.reach.all }

// Team is the team that the figures are of; "" where they are of owners' customers, or of the whole campaign.
func (o Own) Team() string { return o.reach.team }

// Weeks are those of the whole campaign with anything in them, the earliest first, for readers who may know the people.
func (o Own) Weeks() []Row { return o.weeks }

// Over is the figures as one period of a row of campaigns, called by value: for who may not know the people it takes the
// place of weeks. It says nothing that the campaign's figures do not.
func (o Own) Over(value string) Row {
	return Row{value, Disclosed{tally: o.tally, withheld: o.withheld}}
}

// Beside holds the figures against all others of the campaign. It has no difference where there are no others.
func (o Own) Beside() Pair {
	if !o.Part() || o.Company.withheld != "" {
		return Pair{}
	}
	return Pair{A: Disclosed{tally: o.Company.tally.Minus(o.tally)}, B: o.Disclosed}
}

// Own are a campaign's figures within the reader's reach, with the whole campaign's. Of employees they are the whole's. It
// reads a few items, however many the answers.
func (r *Results) Own(ctx context.Context, who authz.Who, reach Reach, c survey.Campaign) (Own, error) {
	all, err := r.times(ctx, c)
	if err != nil {
		return Own{}, err
	}
	view := r.View(who, c)
	whole := view.Disclose(all.sum)
	own := Own{Disclosed: whole, Company: whole, reach: Reach{all: true}}
	if view.People() && whole.withheld == "" {
		own.weeks = all.weeks
	}
	if reach.all || !view.Parts() {
		return own, nil
	}
	t, within, err := r.reached(ctx, c, reach)
	own.Disclosed, own.reach = view.Disclose(t), within
	return own, err
}

// reached adds up a campaign's figures within a reach, and says by what.
func (r *Results) reached(ctx context.Context, c survey.Campaign, reach Reach) (nps.Tally, Reach, error) {
	if reach.team != "" {
		t, err := r.sumOf(ctx, c, survey.KindTeam, []string{reach.team})
		if err != nil || !t.IsZero() {
			return t, Reach{team: reach.team}, err
		}
	}
	t, err := r.sumOf(ctx, c, survey.KindOwner, reach.owners)
	return t, Reach{owners: reach.owners}, err
}

// sumOf adds up a campaign's figures of some teams or owners, which the lists of contacts and of the staff may spell in
// capitals or not.
func (r *Results) sumOf(ctx context.Context, c survey.Campaign, kind string, values []string) (sum nps.Tally, err error) {
	found, err := r.countsOf(ctx, c, kind, values)
	for _, counts := range found {
		sum.Add(counts.Tally())
	}
	return sum, err
}

// countsOf are the figures of some teams or owners.
func (r *Results) countsOf(ctx context.Context, c survey.Campaign, kind string, values []string) (found []survey.Counts, err error) {
	var all map[survey.TallyKey]survey.Counts
	if len(values) > fewOwners {
		all, err = r.Store.TalliesOf(ctx, string(c.ID), kind)
	} else {
		var keys []survey.TallyKey
		for _, v := range values {
			for _, spelled := range spellings(v) {
				keys = append(keys, survey.TallyKey{Scope: string(c.ID), Kind: kind, Value: spelled})
			}
		}
		all, err = r.Store.TalliesAt(ctx, keys)
	}
	for k, counts := range all {
		if slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, k.Value) }) {
			found = append(found, counts)
		}
	}
	return found, err
}

// spellings are the usual ways to write a name: as it is, in small letters, in capitals, with one capital.
func spellings(name string) []string {
	small := strings.ToLower(name)
	first := []rune(small)
	if len(first) > 0 {
		first = append([]rune(strings.ToUpper(string(first[:1]))), first[1:]...)
	}
	all := []string{name, small, strings.ToUpper(name), string(first)}
	slices.Sort(all)
	return slices.Compact(all)
}

// reach is the reader's in this campaign.
func (o *Reading) reach(ctx context.Context) (Reach, error) {
	reach, err := o.results.Reach(ctx, o.who)
	if err != nil || reach.all {
		return reach, err
	}
	_, reach, err = o.results.reached(ctx, o.campaign, reach)
	return reach, err
}
