package chaos

import (
	"context"
	"strings"

	"onetap/internal/local/startpage"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// checkCaseFigures compares what is counted of cases, of each owner now and by week, with the cases.
func (d *director) checkCaseFigures(ctx context.Context, all []record, t rows) error {
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	settings, err := table.Settings(ctx)
	if err != nil {
		return err
	}
	want, weeks := map[loop.FiguresOf]loop.Figures{}, map[string]bool{"": true}
	for _, r := range all {
		if parts := strings.Split(r.text("pk"), "#"); len(parts) == 3 && parts[0] == "CASES" && parts[1] != "NOW" {
			weeks[parts[1]] = true
		}
	}
	for campaign := range t.campaigns {
		found, err := table.Cases(ctx, survey.CampaignID(campaign))
		if err != nil {
			return err
		}
		if err := d.checkAnnounced(found); err != nil {
			return err
		}
		for _, c := range found {
			for of, f := range (loop.CaseChange{Now: &c}).Deltas(settings.Clock()) {
				if want[of] == nil {
					want[of] = loop.Figures{}
				}
				want[of].Add(f, 1)
				weeks[of.Week] = true
			}
		}
	}
	for week := range weeks {
		have, err := table.AllCaseFigures(ctx, week, true)
		if err != nil {
			return err
		}
		owners := map[string]bool{}
		for owner := range have {
			owners[owner] = true
		}
		for of := range want {
			if of.Week == week {
				owners[of.Owner] = true
			}
		}
		for owner := range owners {
			off := loop.Figures{}
			off.Add(have[owner], 1)
			off.Add(want[loop.FiguresOf{Owner: owner, Week: week}], -1)
			if len(off) > 0 {
				d.broke("drift", len(off), "cases of %q, week %q: counted are too many (+) or too few (-): %v", owner, week, off)
			}
		}
	}
	return nil
}
