package calls

import (
	"net/http"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/lang"
)

type reportPage struct {
	shell.Frame
	Campaign, About string
	Results         string // "": the reader may not see them
	Sums            []shell.Fact
	By              []callerLine
	Causes          []causeLine
	Promises        []said
	Changes         []said
	Untold          []said
}

type callerLine struct{ Name, Sheet, Count string }

type causeLine struct {
	Name  string
	Count string
	Said  []said
}

// said is what somebody said, or was promised.
type said struct{ Text, Who, When string }

// report is what the executives of a round have heard; it prints.
func (d *Pages) report(w http.ResponseWriter, r *http.Request) error {
	rep, err := d.Calls.Report(r.Context(), door.VisitOf(r).Who, r.PathValue("round"))
	if err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	causes, err := d.Cases.Causes(r.Context())
	if err != nil {
		return err
	}
	names := shell.StaffNames(staff)
	p := &reportPage{Frame: shell.NewFrame(r, "calls.report"), Campaign: rep.Campaign.Name}
	p.About = p.Lang.T("calls.about", lang.Values{"When": p.Lang.Date(rep.Round.At.In(p.Zone)), "Count": rep.Round.Dealt, "Executives": len(rep.Round.Executives)})
	if p.Can(authz.ReadResults) {
		p.Results = "/results/" + string(rep.Round.Campaign)
	}
	p.Sums = []shell.Fact{
		{Label: p.Lang.T("calls.sum_dealt"), Text: p.Lang.Number(int64(rep.Round.Dealt))},
		{Label: p.Lang.T("calls.sum_made"), Text: p.Lang.Number(int64(rep.Made))},
		{Label: p.Lang.T("calls.sum_reached"), Text: p.Lang.Number(int64(rep.Reached))},
	}
	for _, one := range rep.By {
		line := callerLine{Name: shell.StaffName(names, one.Executive), Count: p.Lang.T("calls.caller", lang.Values{"Made": one.Made, "Of": one.Dealt, "Reached": one.Reached})}
		if p.Can(authz.MakeCalls) && strings.EqualFold(one.Executive, p.Staff.ID) {
			line.Sheet = "/calls/" + rep.Round.ID + "/sheet"
		} else if p.Can(authz.PeoplesRights) { // the administrator's
			line.Sheet = "/calls/" + rep.Round.ID + "/sheet?of=" + one.Executive
		}
		p.By = append(p.By, line)
	}
	heard := func(all []followup.Heard, text func(followup.Heard) string) (list []said) {
		for _, h := range all {
			one := said{Text: text(h)}
			if h.Contact.ID != "" {
				one.Who = shell.ContactName(p.Lang, h.Contact)
			}
			list = append(list, one)
		}
		return list
	}
	words := func(h followup.Heard) string { return h.Words }
	for _, c := range rep.Causes {
		p.Causes = append(p.Causes, causeLine{followup.CauseName(p.Lang, causes, c.Cause), p.Lang.Number(int64(len(c.Heard))), heard(c.Heard, words)})
	}
	p.Untold = heard(rep.Untold, words)
	p.Changes = heard(rep.Changes, func(h followup.Heard) string { return h.Change })
	p.Promises = heard(rep.Promises, func(h followup.Heard) string { return h.Promise })
	for i, h := range rep.Promises {
		p.Promises[i].When = p.Lang.Day(h.Promised.In(p.Zone)) + ", " + shell.StaffName(names, h.Executive)
	}
	return shell.Show(w, r, http.StatusOK, p)
}
