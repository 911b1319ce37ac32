package cases

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/chart"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/exports"
	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// runPage tells how the loop runs.
type runPage struct {
	shell.Frame
	Whose                            string // whose cases these are
	Weeks                            []shell.Option
	Narrow                           []narrow
	Empty                            bool
	Open, Overdue, DueToday          string
	Late                             bool
	Ages                             []runAge
	Owed                             []string
	Opened, Period                   string // how many in these weeks, and which these are
	OnTime, Interval, Of, Took, Kept string
	Facts                            []string
	Trend                            chart.SVG
	Tables                           []runTable
	Recovered                        []recoveredRow
	Fields                           []shell.Option
}

type runAge struct{ Label, Count string }

// runTable is how cases ran, by something.
type runTable struct {
	Title, Column, Note string
	Ranked              bool
	Causes              bool // of resolved cases alone
	Weeks               bool // stands behind the drawing
	Rows                []runRow
}

type runRow struct {
	Rank, Label, Opened, OnTime, Interval, Took, Open, Kept string
}

// runAsk reads what is asked for of how the loop runs.
func runAsk(v func(string) string) followup.RunQuery {
	weeks, _ := strconv.Atoi(v("weeks")) // anything else is the standard
	return followup.RunQuery{Weeks: weeks, Only: followup.Only{Team: v("team"), Level: loop.Level(v("level")), Kind: loop.Kind(v("kind"))}}
}

func (d *Pages) runPage(w http.ResponseWriter, r *http.Request) error {
	p := &runPage{Frame: shell.NewFrame(r, "run.title")}
	p.Wide = true
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	q := r.URL.Query()
	ask := runAsk(q.Get)
	run, err := d.Cases.Runs(r.Context(), p.Visit.Who, staff, ask)
	if err != nil {
		return err
	}
	causes, err := d.Cases.Causes(r.Context())
	if err != nil {
		return err
	}
	p.narrow(ask, run)
	p.standing(run)
	p.whole(run)
	names := shell.StaffNames(staff)
	p.trend(run)
	if !run.Mine {
		p.owners(run, func(id string) string { return shell.OwnerName(p.Lang, names, id) })
		p.table("team", run.ByTeam, func(v string) string { return v })
		p.table("level", run.ByLevel, func(v string) string { return p.Lang.T("case.level_is." + v) })
	}
	p.table("cause", run.ByCause, func(v string) string { return followup.CauseName(p.Lang, causes, loop.Cause(v)) })
	if run.All {
		for _, a := range survey.Audiences {
			found, err := d.Store.Recoveries(r.Context(), a)
			if err != nil {
				return err
			}
			p.recovered(found)
		}
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// recoveredRow is what those who had cases answered to the next campaign.
type recoveredRow struct {
	Campaign, Resolved, Others string // NPS, with its interval and number of answers
	Difference                 shell.DifferenceView
}

func (p *runPage) recovered(all loop.Recoveries) {
	l := p.Lang
	of := func(t nps.Tally) string {
		value, ok := t.NPS()
		interval, both := t.Interval()
		if !ok || !both {
			return l.T("run.recovered_none")
		}
		text, ends := shell.NpsText(l, value, interval)
		return l.T("run.recovered_of", lang.Values{"NPS": text, "Interval": ends, "Count": t.Answers()})
	}
	for _, one := range all.Of {
		row := recoveredRow{Campaign: one.Name, Resolved: of(one.Resolved), Others: of(one.Others)}
		if c, ok := one.Difference(); ok {
			row.Difference = shell.ViewDifference(l, &c)
		}
		p.Recovered = append(p.Recovered, row)
	}
}

func (p *runPage) narrow(ask followup.RunQuery, run followup.LoopRun) {
	l := p.Lang
	p.Whose = l.T("run.whose_all")
	if run.Mine {
		p.Whose = l.T("run.whose_mine")
	} else if !run.All {
		p.Whose = l.T("run.whose_team")
	}
	for _, n := range followup.RunWeeks {
		p.Weeks = append(p.Weeks, shell.Option{Value: strconv.Itoa(n), Label: l.T("run.weeks", lang.Values{"Count": n}), On: n == run.Weeks})
	}
	slices.SortFunc(p.Weeks, func(a, b shell.Option) int { return len(a.Value) - len(b.Value) })
	add := func(name, chosen string, all []string, label func(string) string) {
		if chosen != "" {
			p.Fields = append(p.Fields, shell.Option{Value: name, Label: chosen})
		}
		if len(all) < 2 && chosen == "" {
			return
		}
		options := []shell.Option{{Label: l.T("case.narrow_any"), On: chosen == ""}}
		for _, v := range all {
			options = append(options, shell.Option{Value: v, Label: label(v), On: v == chosen})
		}
		p.Narrow = append(p.Narrow, narrow{name, l.T("case.narrow." + name), options})
	}
	p.Fields = []shell.Option{{Value: "weeks", Label: strconv.Itoa(run.Weeks)}}
	add("team", ask.Only.Team, run.Teams, func(v string) string { return v })
	var levels, kinds []string
	for _, v := range []loop.Level{loop.LevelOwner, loop.LevelManager, loop.LevelAdministrator, loop.LevelHanded} {
		levels = append(levels, string(v))
	}
	for _, v := range loop.Kinds {
		kinds = append(kinds, string(v))
	}
	add("level", string(ask.Only.Level), levels, func(v string) string { return l.T("case.level_is." + v) })
	add("kind", string(ask.Only.Kind), kinds, func(v string) string { return l.T("case.kind." + v) })
}

// standing says how many cases wait, and for how long they have.
func (p *runPage) standing(run followup.LoopRun) {
	l, now := p.Lang, run.Now
	p.Open, p.Overdue, p.Late = l.Number(int64(now.Open)), l.Number(int64(now.Overdue)), now.Overdue > 0
	if now.DueToday > 0 {
		p.DueToday = l.T("home.due_today", lang.Values{"Count": now.DueToday})
	}
	for i, n := range run.Ages {
		p.Ages = append(p.Ages, runAge{l.T("run.age_" + strconv.Itoa(i)), l.Number(int64(n))})
	}
	if now.Owed > 0 {
		p.Owed = append(p.Owed, l.T("run.owed", lang.Values{"Count": now.Owed}))
	}
	if now.Broke > 0 {
		p.Owed = append(p.Owed, l.T("home.promises_late", lang.Values{"Count": now.Broke}))
	}
}

// whole says how the cases of these weeks went.
func (p *runPage) whole(run followup.LoopRun) {
	l, whole := p.Lang, run.Whole
	p.Empty = whole.Opened == 0 && run.Now.Open == 0
	p.Period = l.T("run.of_weeks", lang.Values{"Count": run.Weeks})
	p.Opened = l.Number(int64(whole.Opened))
	row := p.row("", whole)
	p.Took = row.Took
	if s, ok := whole.OnTime(); ok {
		p.OnTime, p.Interval = shell.ShareText(l, s.Percent, s.Interval)
		p.Of = l.T("run.of", lang.Values{"Some": l.Number(int64(s.Of)), "Count": s.Among})
	}
	if s, ok := whole.KeptPromises(); ok {
		value, ends := shell.ShareText(l, s.Percent, s.Interval)
		p.Kept = l.T("run.kept", lang.Values{"Share": value, "Interval": ends, "Some": l.Number(int64(s.Of)), "Count": s.Among})
	}
	fact := func(id string, n int) {
		if n > 0 {
			p.Facts = append(p.Facts, l.T(id, lang.Values{"Count": n}))
		}
	}
	fact("run.late", whole.Late)
	fact("run.given_up", whole.GivenUp)
	for _, o := range loop.Outcomes {
		if n := whole.Outcomes[o]; n > 0 {
			p.Facts = append(p.Facts, l.T("case.outcome."+string(o))+": "+l.Number(int64(n)))
		}
	}
}

func (p *runPage) row(label string, run loop.Run) runRow {
	l := p.Lang
	r := runRow{Label: label, Opened: l.Number(int64(run.Opened)), Open: l.Number(int64(run.Open()))}
	if s, ok := run.OnTime(); ok {
		r.OnTime, r.Interval = shell.ShareText(l, s.Percent, s.Interval)
		r.Interval += " " + l.T("run.among", lang.Values{"Count": s.Among})
	}
	if hours, ok := run.Half(); ok {
		r.Took = spanText(l, hours)
	}
	if s, ok := run.KeptPromises(); ok {
		r.Kept = l.T("run.of", lang.Values{"Some": l.Number(int64(s.Of)), "Count": s.Among})
	}
	return r
}

// spanText is within how long somebody was spoken to.
func spanText(l lang.Language, hours int) string {
	switch {
	case hours == 0:
		return l.T("run.took_more", lang.Values{"Count": loop.LongestSpan() / 24})
	case hours >= 48:
		return l.T("run.took_days", lang.Values{"Count": hours / 24})
	}
	return l.T("run.took_hours", lang.Values{"Count": hours})
}

// trend draws the share in time by week, and lists the weeks.
func (p *runPage) trend(run followup.LoopRun) {
	l := p.Lang
	t := chart.Trend{Said: chart.Said{Title: l.T("run.trend"), Desc: l.T("results.trend_desc")}, Shares: true}
	table := runTable{Title: l.T("run.trend"), Column: l.T("run.by.week"), Weeks: true}
	label, known := shell.WeekLabel(l), 0
	for _, week := range run.ByWeek {
		point := chart.Point{Label: label(week.Value)}
		if s, ok := week.OnTime(); ok {
			point.Value, point.Low, point.High, point.Known = s.Percent, s.Interval.Low, s.Interval.High, true
			known++
		}
		t.Points = append(t.Points, point)
		table.Rows = append(table.Rows, p.row(label(week.Value), week.Run))
	}
	if known > 1 {
		p.Trend = t.SVG()
	}
	p.Tables = append(p.Tables, table)
}

// owners ranks those who have enough cases for it.
func (p *runPage) owners(run followup.LoopRun, name func(string) string) {
	ranked, few := loop.Ranked(run.ByOwner)
	t := runTable{Title: p.Lang.T("run.by.owners"), Column: p.Lang.T("run.by.owner"), Ranked: true, Note: p.Lang.T("run.rank_note", lang.Values{"Count": loop.LeastRanked})}
	for i, one := range ranked {
		row := p.row(name(one.Value), one.Run)
		row.Rank = strconv.Itoa(i + 1)
		t.Rows = append(t.Rows, row)
	}
	for _, one := range few {
		t.Rows = append(t.Rows, p.row(name(one.Value), one.Run))
	}
	if len(t.Rows) > 0 {
		p.Tables = append(p.Tables, t)
	}
}

func (p *runPage) table(by string, all []loop.RunOf, label func(string) string) {
	t := runTable{Title: p.Lang.T("run.by." + by + "s"), Column: p.Lang.T("run.by." + by), Causes: by == "cause"}
	for _, one := range all {
		text := label(one.Value)
		if one.Value == "" {
			text = p.Lang.T("results.without")
		}
		t.Rows = append(t.Rows, p.row(text, one.Run))
	}
	if t.Causes {
		t.Note = p.Lang.T("run.causes_note")
	}
	if len(t.Rows) > 0 && (t.Causes || len(t.Rows) > 1 || strings.TrimSpace(all[0].Value) != "") {
		p.Tables = append(p.Tables, t)
	}
}

// downloadRun sends what the page shows, as a file.
func (d *Pages) downloadRun(w http.ResponseWriter, r *http.Request) error {
	return d.Hand(w, r, exports.Ask{Kind: exports.Loop, Format: door.FormatOf(r), Run: runAsk(r.PostFormValue)})
}

// dash stands where there is nothing to say.
func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
