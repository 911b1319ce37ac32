package home

import (
	"context"
	"net/http"
	"slices"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/firststeps"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// firstList is a list of first steps, until it is done or put away.
type firstList struct {
	List, Title, Count string
	Steps              []firstStep
}

// firstStep is one of them. The first that is not done is next.
type firstStep struct {
	Sign, Said, Class string
	Label, Hint, Href string // Href "": not for this reader to do
}

// firstLists are the lists that are somebody's and still have something to do in them.
func (d *Pages) firstLists(ctx context.Context, f *shell.Frame) ([]firstList, error) {
	var all []firstList
	for _, list := range []firststeps.List{firststeps.SetUp, firststeps.Round} {
		steps, err := d.Steps.Left(ctx, f.Visit.Who, list)
		if err != nil {
			return nil, err
		}
		if len(steps) > 0 {
			all = append(all, firstListOf(f, list, steps))
		}
	}
	return all, nil
}

func firstListOf(f *shell.Frame, list firststeps.List, steps []firststeps.Step) firstList {
	l, done := f.Lang, 0
	v := firstList{List: string(list), Title: l.T("first.title_" + string(list))}
	for _, s := range steps {
		one := firstStep{Sign: "○", Said: l.T("first.open"), Label: l.T("first." + s.ID), Hint: l.T("first.hint_" + s.ID)}
		if s.Done {
			done++
			one.Sign, one.Said, one.Class, one.Hint = "✓", l.T("first.done"), "good", ""
		} else {
			one.Href = hrefOf(f, s)
		}
		v.Steps = append(v.Steps, one)
	}
	v.Count = l.T("first.count", lang.Values{"Done": done, "All": len(steps)})
	return v
}

// hrefOf is where a step is done; "" where the reader may not.
func hrefOf(f *shell.Frame, s firststeps.Step) string {
	to, needs := "", authz.Anyone
	switch s.ID {
	case firststeps.Company, firststeps.Sender:
		to, needs = "/settings", authz.WriteSettings
	case firststeps.Zone:
		to, needs = "/settings#zone", authz.WriteSettings
	case firststeps.Staff:
		to, needs = "/staff/import", authz.WriteStaff
	case firststeps.Contacts:
		to, needs = "/contacts/upload", authz.WriteContacts
	case firststeps.Launch:
		to, needs = launchHref(s.Campaigns, f.Lang), authz.WriteCampaign
	case firststeps.Letter, firststeps.Talk:
		to, needs = "/cases", authz.ReadCases
	case firststeps.Answer, firststeps.Executive:
		if len(s.Campaigns) > 0 {
			to, needs = "/results/"+string(s.Campaigns[0].ID), authz.ReadResults
		}
	}
	return shell.When(f.Can(needs), to)
}

// launchHref is the check of a draft, one in the reader's language first; a new campaign where there is none.
func launchHref(drafts []survey.Campaign, l lang.Language) string {
	if len(drafts) == 0 {
		return "/campaigns/new"
	}
	own := slices.IndexFunc(drafts, func(c survey.Campaign) bool { return c.Language == string(l) })
	return "/campaigns/" + string(drafts[max(0, own)].ID) + "/edit?step=check"
}

// putFirstAway takes a list off the home pages.
func (d *Pages) putFirstAway(w http.ResponseWriter, r *http.Request) error {
	if err := d.Steps.PutAway(r.Context(), door.VisitOf(r).Who, firststeps.List(r.FormValue("list"))); err != nil {
		return err
	}
	return shell.Done(w, r, "/", "first_put_away")
}
