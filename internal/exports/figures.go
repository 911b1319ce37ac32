package exports

import (
	"context"
	"math"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/insight"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// figureRows are a campaign's figures: the whole, by week, and by each dimension, or by one dimension alone.
type figureRows struct {
	base
	report *insight.Report
	kinds  []string
	names  map[string]string
}

func (b base) figures(ctx context.Context, c survey.Campaign) (source, error) {
	reading, err := b.e.Results.Open(ctx, b.who, c)
	if err != nil {
		return nil, err
	}
	f := figureRows{base: b}
	if f.report, err = reading.Report(ctx); err != nil {
		return nil, err
	}
	f.kinds = slices.Concat([]string{survey.KindTeam, survey.KindOwner, survey.KindLanguage}, reading.Dimensions())
	if c.Audience.Anonymous() { // ballots know no owners
		f.kinds = slices.DeleteFunc(f.kinds, func(kind string) bool { return kind == survey.KindOwner })
	}
	if b.ask.By != "" {
		if !slices.Contains(f.kinds, b.ask.By) {
			return nil, apperr.New(apperr.Invalid, "parameter_choice", "by", "Known", strings.Join(f.kinds, ", "))
		}
		f.kinds = []string{b.ask.By}
	}
	if !reading.View().Segments() {
		f.kinds = nil
	}
	if insight.Pseudonymous(b.who) {
		return f, nil
	}
	f.names, err = b.staffNames(ctx)
	return f, err
}

func (f figureRows) columns() []report.Column {
	return []report.Column{
		f.column("by", report.Text), f.column("value_of", report.Text), f.column("nps", report.Decimal), f.column("nps_low", report.Decimal), f.column("nps_high", report.Decimal),
		f.column("answers", report.Whole), f.column("promoters", report.Whole), f.column("passives", report.Whole), f.column("detractors", report.Whole),
		f.column("sent", report.Whole), f.column("rate", report.Decimal), f.column("rate_low", report.Decimal), f.column("rate_high", report.Decimal),
		f.column("comments", report.Whole), f.column("unverified", report.Whole), f.column("remark", report.Text),
	}
}

func (f figureRows) page(ctx context.Context, _ string) ([]report.Row, string, error) {
	rows := []report.Row{f.row(f.l.T("export.whole"), "", f.report.Whole())}
	if f.ask.By == "" {
		for _, week := range f.report.Weeks() {
			rows = append(rows, f.row(f.l.T("export.week"), week.Value(), week.Disclosed))
		}
	}
	for _, kind := range f.kinds {
		b, err := f.report.By(ctx, kind)
		if err != nil {
			return nil, "", err
		}
		var some []report.Row
		for _, one := range b.Rows {
			if t := one.Tally(); t.Answers() > 0 || t.Sent > 0 {
				some = append(some, f.row(dimension(f.base, kind), f.value(kind, one.Value()), one.Disclosed))
			}
		}
		slices.SortFunc(some, func(a, b report.Row) int { return strings.Compare(a[1].(string), b[1].(string)) })
		rows = append(rows, some...)
		if b.Hidden > 0 {
			rows = append(rows, f.remark(dimension(f.base, kind), f.l.T("results.hidden", map[string]any{"Count": b.Hidden, "Least": insight.LeastFigures})))
		}
	}
	return rows, "", nil
}

// value is a value of a dimension in words.
func (f figureRows) value(kind, value string) string {
	switch {
	case value == "" && kind == survey.KindOwner:
		return f.l.T("results.nobody")
	case value == "":
		return f.l.T("results.without")
	case kind == survey.KindOwner:
		return owner(f.names, f.e.Results.Owner(f.who, value))
	}
	return value
}

func (f figureRows) row(by, value string, d insight.Disclosed) report.Row {
	t := d.Tally()
	if why := d.Withheld(); why != "" {
		row := f.remark(by, f.l.T("results.withheld."+string(why), map[string]any{"Least": insight.LeastFigures}))
		row[1], row[9] = value, int(t.Sent)
		return row
	}
	row := report.Row{
		by, value, nil, nil, nil, int(t.Answers()), int(t.Promoters()), int(t.Passives()), int(t.Detractors()), nil, nil, nil, nil, int(t.Comments), int(t.Unverified), "",
	}
	if v, ok := t.NPS(); ok {
		row[2] = rounded(v)
	}
	if i, ok := t.Interval(); ok {
		row[3], row[4] = rounded(i.Low), rounded(i.High)
	}
	if d.Rated() {
		row[9] = int(t.Sent)
		if v, ok := t.ResponseRate(); ok {
			row[10] = rounded(v)
		}
		if i, ok := t.ResponseRateInterval(); ok {
			row[11], row[12] = rounded(i.Low), rounded(i.High)
		}
	}
	return row
}

// remark is a row that says why there are no figures.
func (f figureRows) remark(by, text string) report.Row {
	row := make(report.Row, len(f.columns()))
	row[0], row[len(row)-1] = by, text
	return row
}

// rounded keeps four decimals: more is noise of the machine's arithmetic.
func rounded(v float64) float64 { return math.Round(v*1e4) / 1e4 }
