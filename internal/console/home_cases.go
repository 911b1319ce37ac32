package console

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// homeCases are an owner's cases and a manager's team's by deadline, and how many there are of all for who sees all.
func (d *Desk) homeCases(ctx context.Context, f *frame, latest [][]recent) (casesCard, error) {
	if f.All() {
		return d.casesOfAll(ctx, f, latest)
	}
	l := f.lang
	card := casesCard{Title: l.T("home.my_cases"), None: l.T("home.no_cases")}
	owners, names := []string{f.Staff.ID}, map[string]string{}
	if f.Staff.Role == survey.RoleManager {
		staff, err := d.store.Staff(ctx)
		if err != nil {
			return card, err
		}
		owners, names = ownersOf(f.visit, staff), staffNames(staff)
		card.Title = l.T("home.team_cases")
		if len(owners) > teamAsked {
			card.Note = l.T("home.team_part", lang.Values{"Count": teamAsked, "All": len(owners)})
			owners = owners[:teamAsked]
		}
	}
	columns, more, err := d.columns(ctx, owners, unresolved, "", casesAtHome)
	if err != nil {
		return card, err
	}
	all := slices.Concat(columns...)
	slices.SortStableFunc(all, func(a, b loop.Case) int { return a.Deadline.Compare(b.Deadline) })
	card.count(l, all, slices.Contains(more, true), d)
	all = all[:min(len(all), casesAtHome)]
	people, campaigns, err := d.namesOf(ctx, all)
	if err != nil {
		return card, err
	}
	for _, c := range all {
		one := caseCard{Href: "/cases/" + c.ID(), Who: contactName(l, people[c.Contact]), Campaign: campaigns[c.Campaign].Name,
			Score: scoreOf(l, c.Latest), Deadline: l.Moment(c.Deadline.In(f.Zone))}
		one.Left, one.Over = timeLeft(l, d.now(), c.Deadline)
		if f.Staff.Role == survey.RoleManager {
			one.Owner = ownerName(l, names, c.Owner)
		}
		card.Cards = append(card.Cards, one)
	}
	return card, nil
}

// casesOfAll counts the cases of each audience's latest campaigns. Cases are in no tally: of more than are looked at the
// page says so, as "600+".
func (d *Desk) casesOfAll(ctx context.Context, f *frame, latest [][]recent) (casesCard, error) {
	l := f.lang
	card := casesCard{Title: l.T("home.all_cases"), None: l.T("home.no_cases_all")}
	var mu sync.Mutex
	var all []loop.Case
	more := false
	g, reading := errgroup.WithContext(ctx)
	for _, c := range slices.Concat(latest...) {
		if c.Audience == survey.Employees { // has no cases
			continue
		}
		g.Go(func() error {
			found, others, err := d.store.SomeCases(reading, c.ID, casesCounted)
			mu.Lock()
			defer mu.Unlock()
			more = more || others
			all = append(all, slices.DeleteFunc(found, func(c loop.Case) bool { return c.State == loop.Resolved })...)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return card, err
	}
	card.count(l, all, more, d)
	card.Note = l.T("home.cases_of", lang.Values{"Count": homeCampaigns})
	return card, nil
}

// count puts numbers into words; more tells that there are more than were read.
func (card *casesCard) count(l lang.Language, open []loop.Case, more bool, d *Desk) {
	late := 0
	for _, c := range open {
		if d.now().After(c.Deadline) {
			late++
		}
	}
	plus := ""
	if more {
		plus = "+"
	}
	card.Is, card.Late = len(open) > 0, late > 0
	card.Open = l.Number(int64(len(open))) + plus
	if card.Overdue = l.Number(int64(late)); late > 0 {
		card.Overdue += plus
	}
}
