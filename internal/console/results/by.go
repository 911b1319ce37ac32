package results

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// rowsShown is how many values a page shows, those with the most answers: 60 rows with their drawings are 80 KB.
const rowsShown = 60

type byPage struct {
	shell.Frame
	Campaign string
	ID, Kind string
	By       string // the heading
	Column   string // what the values are
	Tabs     []shell.Tab
	Mine     string // whose the figures are
	Rows     []shell.RowView
	Find     string
	Found    string // how many fit what was looked for, where something was
	Omitted  string
	Hidden   string
	Search   bool // there are more than fit
	Asked    bool // the rate is of those who were asked
	At       string
	Never    bool // it must be counted first
	Again    bool // it can be counted anew
	Empty    bool
	Silent   bool // it has ended, so that who did not answer is silent
}

// byPage is a campaign by teams, owners, languages or a column of its contacts.
func (d *Pages) byPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	c := opened.Campaign()
	kind, err := kindNamed(c, r.PathValue("kind"))
	if err != nil {
		return err
	}
	if !opened.View().Segments() {
		return insight.ErrWholeOnly
	}
	report, err := opened.Report(r.Context())
	if err != nil {
		return err
	}
	b, err := report.By(r.Context(), kind)
	if err != nil {
		return err
	}
	p := &byPage{Frame: shell.NewFrame(r, c.Name), Campaign: c.Name, ID: string(c.ID), Kind: kindName(c, kind)}
	l := p.Lang
	p.Title = c.Name + ": " + shell.KindLabel(l, kind)
	p.Wide, p.By, p.Column, p.Silent = true, shell.KindLabel(l, kind), shell.KindLabel(l, kind), opened.MaySilent() == nil
	if p.Tabs, err = d.tabs(r.Context(), &p.Frame, opened, kind); err != nil {
		return err
	}
	p.Asked = slices.Contains(c.Dimensions, kind)
	if p.Never = b.At.IsZero(); !p.Never && (p.Asked || b.Kept) {
		p.At, p.Again = l.T("results.counted_at", lang.Values{"Moment": l.Moment(b.At.In(p.Zone))}), b.Kept
	}
	rows := slices.DeleteFunc(slices.Clone(b.Rows), func(t insight.Row) bool { return t.Tally().Answers() == 0 && t.Tally().Sent == 0 }) // only unverified ones
	labels, err := d.labels(r.Context(), p.Visit.Who, l, kind, rows)
	if err != nil {
		return err
	}
	all := len(rows)
	p.Search = all > rowsShown
	if r.Method == http.MethodPost {
		p.Find = strings.TrimSpace(r.FormValue("find"))
	}
	if wanted := text.NewQuery(p.Find); !wanted.Empty() {
		rows = slices.DeleteFunc(slices.Clone(rows), func(t insight.Row) bool {
			return !wanted.Match(labels[t.Value()])
		})
		p.Found, p.Search = l.T("results.found", lang.Values{"Count": len(rows), "All": all}), true
	}
	rows, omitted := insight.Largest(rows, rowsShown)
	if report.Own().Part() {
		rows = p.mine(report, kind, rows, b.Rows)
		if kind != survey.KindOwner { // of owners there are only the reader's
			p.By = l.T("charts.by_company", lang.Values{"By": p.By})
		}
	}
	if omitted += b.Others; omitted > 0 {
		p.Omitted = l.T("results.omitted", lang.Values{"Count": omitted})
	}
	if b.Hidden > 0 {
		p.Hidden = l.T("results.hidden", lang.Values{"Count": b.Hidden, "Least": insight.LeastFigures})
	}
	p.Empty = all == 0 && !p.Never && b.Hidden == 0
	for _, t := range rows {
		href := ""
		if p.Can(authz.ReadAnswers) && report.Leads(kind, t.Value()) {
			href = "/results/" + string(c.ID) + "/answers?" + d.ValueQuery(c, kind, t.Value())
		}
		row := shell.ViewRow(l, labels[t.Value()], href, t.Disclosed)
		if report.Mine(kind, t.Value()) {
			row.Label = l.T("roles.your_team", lang.Values{"Team": row.Label})
		}
		p.Rows = append(p.Rows, row)
	}
	if report.Own().Part() && len(p.Rows) > 0 {
		p.Rows = append(p.Rows, shell.ViewRow(l, l.T("roles.company"), "", report.Whole()))
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// mine says whose the rows are to somebody who answers for some of them, and puts the own team first.
func (p *byPage) mine(report *insight.Report, kind string, rows, all []insight.Row) []insight.Row {
	p.Mine = p.Lang.T("roles.by_company")
	if kind == survey.KindOwner {
		p.Mine = shell.MineText(&p.Frame)
	}
	own := func(t insight.Row) bool { return report.Mine(kind, t.Value()) }
	if p.Find != "" || !slices.ContainsFunc(all, own) {
		return rows
	}
	first := []insight.Row{all[slices.IndexFunc(all, own)]}
	return append(first, slices.DeleteFunc(slices.Clone(rows), own)...)
}

// labels are what the values of a kind are called: owners by name or pseudonym.
func (d *Pages) labels(ctx context.Context, who authz.Who, l lang.Language, kind string, rows []insight.Row) (map[string]string, error) {
	var names map[string]string
	if kind == survey.KindOwner {
		ids := make([]string, len(rows))
		for i, t := range rows {
			ids[i] = t.Value()
		}
		var err error
		if names, err = d.OwnerNames(ctx, who, ids); err != nil {
			return nil, err
		}
	}
	labels := make(map[string]string, len(rows))
	for _, t := range rows {
		labels[t.Value()] = shell.ValueLabel(l, kind, t.Value(), names)
	}
	return labels, nil
}

// ValueQuery leads to the answers of one value. What stands in a column of the contacts may be personal: of that only a
// sum is in the address.
func (d *Pages) ValueQuery(c survey.Campaign, kind, value string) string {
	if i := slices.Index(c.Dimensions, kind); i >= 0 {
		return "part=" + strconv.Itoa(i) + "&value=" + insight.SegmentSum(value)
	}
	if value == "" {
		return "part=none-" + kind
	}
	if kind == survey.KindOwner {
		return kind + "=" + d.Handle(value)
	}
	return kind + "=" + d.Discreet(value)
}

// countPage counts a campaign's answers by the columns of its contacts.
func (d *Pages) countPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	c := opened.Campaign()
	kind, err := kindNamed(c, r.PathValue("kind"))
	if err != nil {
		return err
	}
	if err := opened.Count(r.Context()); err != nil {
		return err
	}
	return shell.Done(w, r, "/results/"+string(c.ID)+"/by/"+kindName(c, kind), "counted")
}

// kindName is a kind in an address: dimensions by their number, for what a column is called is not the address's business.
func kindName(c survey.Campaign, kind string) string {
	if i := slices.Index(c.Dimensions, kind); i >= 0 {
		return "part-" + strconv.Itoa(i)
	}
	return kind
}

// kindNamed is the kind of an address. Problems: no_such_page, segment_personal of one that the reader may not see.
func kindNamed(c survey.Campaign, name string) (string, error) {
	switch name {
	case survey.KindOwner, survey.KindTeam, survey.KindLanguage:
		return name, nil
	}
	for i, dimension := range c.Dimensions {
		switch {
		case name != "part-"+strconv.Itoa(i):
		case dimension == "":
			return "", insight.ErrPersonal
		default:
			return dimension, nil
		}
	}
	return "", apperr.New(apperr.Unknown, "no_such_page", "")
}
