package home

import (
	"context"

	"onetap/internal/console/shell"
	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// homeCases are the open cases of an owner, or of a manager's team, by deadline; for roles that see all cases, how many there are.
func (d *Pages) homeCases(ctx context.Context, f *shell.Frame, latest [][]recent) (casesCard, error) {
	if f.All() {
		return d.casesOfAll(ctx, f, latest)
	}
	l := f.Lang
	card := casesCard{Title: l.T("home.my_cases"), None: l.T("home.no_cases")}
	manages := f.Staff.Role == survey.RoleManager
	var staff []survey.Staff
	if manages {
		var err error
		if staff, err = d.Store.Staff(ctx); err != nil {
			return card, err
		}
		card.Title = l.T("home.team_cases")
	}
	w, err := d.Cases.Waiting(ctx, f.Visit.Who, staff, f.Zone, casesAtHome)
	if err != nil {
		return card, err
	}
	if w.Owners > w.Asked {
		card.Note = l.T("home.team_part", lang.Values{"Count": w.Asked, "All": w.Owners})
	}
	card.count(l, w)
	names := shell.StaffNames(staff)
	card.Cards = shell.CardsOf(*f, w.Nearest, w.About, d.Now(), func(c loop.Case) string {
		if !manages {
			return ""
		}
		return shell.OwnerName(l, names, c.Owner)
	})
	return card, nil
}

// casesOfAll counts the cases of each audience's latest campaigns. Where there are more than it looks at it says "600+".
func (d *Pages) casesOfAll(ctx context.Context, f *shell.Frame, latest [][]recent) (casesCard, error) {
	l := f.Lang
	card := casesCard{Title: l.T("home.all_cases"), None: l.T("home.no_cases_all")}
	var campaigns []survey.Campaign
	for _, of := range latest {
		for _, c := range of {
			campaigns = append(campaigns, c.Campaign)
		}
	}
	w, err := d.Cases.WaitingOf(ctx, campaigns)
	if err != nil {
		return card, err
	}
	card.count(l, w)
	card.Note = l.T("home.cases_of", lang.Values{"Count": homeCampaigns})
	return card, nil
}

// count puts numbers into words.
func (card *casesCard) count(l lang.Language, w followup.Waiting) {
	plus := ""
	if w.More {
		plus = "+"
	}
	card.Some, card.Late = w.Open > 0, w.Overdue > 0
	card.Open = l.Number(int64(w.Open)) + plus
	if card.Overdue = l.Number(int64(w.Overdue)); w.Overdue > 0 {
		card.Overdue += plus
	}
}
