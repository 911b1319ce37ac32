package exports

import (
	"context"

	"onetap/internal/insight"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// touchpointRows are how people found a campaign's touchpoints: of everyone, and by segments for who may know the people.
type touchpointRows struct {
	base
	found insight.Touchpoints
}

func (b base) touchpoints(ctx context.Context, c survey.Campaign) (source, error) {
	reading, err := b.e.Results.Open(ctx, b.who, c)
	if err != nil {
		return nil, err
	}
	t := touchpointRows{base: b}
	t.found, err = reading.Touchpoints(ctx, nil)
	return t, err
}

func (t touchpointRows) columns() []report.Column {
	columns := []report.Column{t.column("touchpoint", report.Text), t.column("by", report.Text), t.column("value_of", report.Text), t.column("ratings", report.Whole)}
	for _, r := range survey.RatingsAll {
		columns = append(columns, t.column(r.Word(), report.Whole), t.column(r.Word()+"_percent", report.Decimal), t.column(r.Word()+"_low", report.Decimal), t.column(r.Word()+"_high", report.Decimal))
	}
	return append(columns, t.column("remark", report.Text))
}

func (t touchpointRows) page(context.Context, string) ([]report.Row, string, error) {
	var rows []report.Row
	for _, f := range t.found.Figures {
		name := f.Touchpoint.Name(string(t.l))
		if f.Withheld {
			row := report.Row{name, t.l.T("export.whole"), ""}
			for range 1 + 4*len(survey.RatingsAll) {
				row = append(row, nil)
			}
			rows = append(rows, append(row, t.l.T("touchpoints.withheld")))
			continue
		}
		rows = append(rows, t.row(name, t.l.T("export.whole"), "", f.Count))
		for _, one := range t.found.Segments {
			for _, part := range one.Rows {
				if n, ok := part.Of[f.Then.ID]; ok {
					rows = append(rows, t.row(name, dimension(t.base, one.Kind), part.Value, n))
				}
			}
		}
	}
	return rows, "", nil
}

func (t touchpointRows) row(name, by, value string, n survey.RatingCount) report.Row {
	row := report.Row{name, by, value, int(n.All())}
	for _, r := range survey.RatingsAll {
		row = append(row, int(n.Of(r)))
		share := insight.RatingShare(n, r)
		percent, ok := share.Percent()
		i, _ := share.Interval()
		for _, v := range []float64{percent, i.Low, i.High} {
			if ok {
				row = append(row, rounded(v))
			} else {
				row = append(row, nil)
			}
		}
	}
	return append(row, "")
}
