package results

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/survey"
)

// filterSelect is one property by which answers can be narrowed.
type filterSelect struct {
	Name, Label string
	Options     []shell.Option
}

// choices fills in what the page's form offers: the values that the reader may ask for, and what is asked for now.
func (d *Pages) choices(ctx context.Context, p *answersPage, opened *insight.Reading) error {
	all, err := opened.Choices(ctx)
	if err != nil {
		return err
	}
	c, f, l := opened.Campaign(), p.Filter, p.Lang
	var names map[string]string
	if len(all[survey.KindOwner]) > 0 || f.Owner != "" {
		if names, err = d.OwnerNames(ctx, p.Visit.Who, append(slices.Clone(all[survey.KindOwner]), f.Owner)); err != nil {
			return err
		}
	}
	add := func(name, kind, chosen string, values []string, in func(string) string) {
		s := filterSelect{Name: name, Label: shell.KindLabel(l, kind)}
		for _, v := range values {
			s.Options = append(s.Options, shell.Option{Value: in(v), Label: shell.ValueLabel(l, kind, v, names), On: strings.EqualFold(in(v), chosen) && chosen != ""})
		}
		slices.SortStableFunc(s.Options, func(a, b shell.Option) int {
			return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label))
		})
		if len(s.Options) > 1 || chosen != "" {
			p.Selects = append(p.Selects, s)
			p.count(chosen != "")
		}
	}
	with := func(values []string, one string) []string { // what is asked for stands among the choices
		if one == "" || slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, one) }) {
			return values
		}
		return append(slices.Clone(values), one)
	}
	add("team", survey.KindTeam, d.Parameter(f.Team), with(all[survey.KindTeam], f.Team), d.Parameter)
	handle := ""
	if f.Owner != "" {
		handle = d.Handle(f.Owner)
	}
	add("owner", survey.KindOwner, handle, with(all[survey.KindOwner], f.Owner), d.Handle)
	for i, kind := range c.Dimensions {
		if kind == "" {
			continue
		}
		name, chosen := "s"+strconv.Itoa(i), f.Segments[i]
		if f.Dimension == strconv.Itoa(i) && chosen == "" {
			continue // a link has chosen it: it stands above the list
		}
		add(name, kind, chosen, all[kind], insight.SegmentSum)
	}
	orders := answerOrders
	if p.Dates = opened.View().People(); !p.Dates {
		orders = []string{insight.SortScore, insight.SortScoreDown}
	}
	for _, by := range orders {
		p.Orders = append(p.Orders, shell.Option{Value: by, Label: l.T("finding.sort_" + by), On: f.Sort == by})
	}
	p.count(!f.From.IsZero())
	p.count(!f.Until.IsZero())
	if !f.From.IsZero() {
		p.From = f.From.Format(time.DateOnly)
	}
	if !f.Until.IsZero() {
		p.Until = f.Until.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return nil
}
