package home

import (
	"context"

	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// homeCases are the open cases of an owner, or of a manager's team, by deadline; for roles that see all cases, how many there are.
func (d *Pages) homeCases(ctx context.Context, f *shell.Frame) (casesCard, error) {
	if f.All() {
		return d.casesOfAll(ctx, f)
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
	card.count(l, w.Standing)
	names := shell.StaffNames(staff)
	owner := func(c loop.Case) string {
		if !manages {
			return ""
		}
		return shell.OwnerName(l, names, c.Owner)
	}
	card.Cards = shell.CardsOf(*f, w.Nearest, w.About, d.Now(), owner)
	for _, c := range w.Owing {
		card.Owing = append(card.Owing, shell.CardOf(*f, c, w.About, d.Now()))
	}
	return card, nil
}

// casesOfAll counts everybody's cases.
func (d *Pages) casesOfAll(ctx context.Context, f *shell.Frame) (casesCard, error) {
	card := casesCard{Title: f.Lang.T("home.all_cases"), None: f.Lang.T("home.no_cases_all")}
	now, err := d.Cases.Standing(ctx, f.Visit.Who, nil)
	if err != nil {
		return card, err
	}
	card.count(f.Lang, now)
	return card, nil
}

// count puts numbers into words.
func (card *casesCard) count(l lang.Language, now loop.Standing) {
	card.Some, card.Late = now.Open > 0 || now.Owed > 0, now.Overdue > 0
	card.Open, card.Overdue = l.Number(int64(now.Open)), l.Number(int64(now.Overdue))
	if now.DueToday > 0 {
		card.DueToday = l.T("home.due_today", lang.Values{"Count": now.DueToday})
	}
	if now.Broke > 0 {
		card.Broke = l.T("home.promises_late", lang.Values{"Count": now.Broke})
	}
	if now.OwedSoon > 0 {
		card.Owed = l.T("home.promises_soon", lang.Values{"Count": now.OwedSoon})
	}
}
