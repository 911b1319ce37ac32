package exports

import (
	"context"

	"onetap/internal/followup"
	"onetap/internal/loop"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// runRows are how the loop runs: the whole, and by week, owner, team, level and cause.
type runRows struct {
	base
	staff []survey.Staff
	names map[string]string
	found loop.Causes
}

func (b base) run(ctx context.Context) (source, error) {
	r := runRows{base: b}
	var err error
	if r.staff, err = b.e.Store.Staff(ctx); err != nil {
		return nil, err
	}
	if r.found, err = b.e.Cases.Causes(ctx); err != nil {
		return nil, err
	}
	r.names, err = b.staffNames(ctx)
	return r, err
}

func (r runRows) columns() []report.Column {
	return []report.Column{
		r.column("by", report.Text), r.column("value_of", report.Text), r.column("opened_count", report.Whole), r.column("spoken", report.Whole), r.column("in_time", report.Whole),
		r.column("late", report.Whole), r.column("on_time", report.Decimal), r.column("on_time_low", report.Decimal), r.column("on_time_high", report.Decimal),
		r.column("half_within", report.Whole), r.column("mean_hours", report.Decimal), r.column("open_count", report.Whole), r.column("ended", report.Whole), r.column("given_up", report.Whole),
		r.column("promised", report.Whole), r.column("promises_kept", report.Whole), r.column("promises_broken", report.Whole),
	}
}

func (r runRows) page(ctx context.Context, _ string) ([]report.Row, string, error) {
	run, err := r.e.Cases.Runs(ctx, r.who, r.staff, r.ask.Run)
	if err != nil {
		return nil, "", err
	}
	rows := []report.Row{r.row(r.l.T("export.whole"), "", run.Whole)}
	add := func(by string, all []loop.RunOf, name func(string) string) {
		for _, one := range all {
			value := name(one.Value)
			if one.Value == "" && by != "owner" {
				value = r.l.T("results.without")
			}
			rows = append(rows, r.row(r.l.T("run.by."+by), value, one.Run))
		}
	}
	same := func(v string) string { return v }
	add("week", run.ByWeek, same)
	if !run.Mine {
		add("owner", run.ByOwner, func(id string) string { return owner(r.names, id) })
		add("team", run.ByTeam, same)
		add("level", run.ByLevel, func(v string) string { return r.l.T("case.level_is." + v) })
	}
	add("cause", run.ByCause, func(v string) string { return followup.CauseName(r.l, r.found, loop.Cause(v)) })
	return rows, "", nil
}

func (r runRows) row(by, value string, run loop.Run) report.Row {
	row := report.Row{
		by, value, run.Opened, run.Spoken, run.InTime, run.Late, nil, nil, nil, nil, nil, run.Open(), run.Ended, run.GivenUp, run.Promised, run.Kept, run.Broken,
	}
	if s, ok := run.OnTime(); ok {
		row[6], row[7], row[8] = rounded(s.Percent), rounded(s.Interval.Low), rounded(s.Interval.High)
	}
	if hours, ok := run.Half(); ok && hours > 0 {
		row[9] = hours
	}
	if mean, ok := run.MeanHours(); ok {
		row[10] = rounded(mean)
	}
	return row
}
