package shell

import (
	"strconv"
	"time"

	"onetap/internal/chart"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// NpsView is an NPS in words and drawn. Without answers Empty is true, and there are only the answers and the response rate.
type NpsView struct {
	Empty    bool
	NPS      string // "+33"
	Interval string // "−51 to +85"
	Meaning  string // of the interval
	Answers  string
	Range    chart.SVG
	Groups   []groupView
	Shares   chart.SVG
	Rate     string // "" where nothing was sent
	RateOf   string // "3 of 4 people"
	RateHref string // where these people are; "": nowhere
	Href     string // where the answers are; "": nowhere
	RateEnds string // its interval
}

// groupView is one of the three groups.
type groupView struct {
	Class, Name, Share, Count, Href string
}

// Signed is an NPS or a difference of two, as people write it: with so many digits after the point, and a sign.
func Signed(l lang.Language, v float64, digits int) string {
	s := l.Decimal(v, digits)
	if v > 0 && s != l.Decimal(0, digits) {
		s = "+" + s
	}
	return s
}

func interval(l lang.Language, i nps.Interval, digits int) string {
	return l.T("results.interval", lang.Values{"Low": Signed(l, i.Low, digits), "High": Signed(l, i.High, digits)})
}

// digitsFor is how many digits after the point a figure needs for its interval to have two ends: as a rule none, more for
// very many answers.
func digitsFor(i nps.Interval, write func(v float64, digits int) string) int {
	const maxDigits = 6
	for d := range maxDigits {
		if write(i.Low, d) != write(i.High, d) {
			return d
		}
	}
	return maxDigits
}

// NpsText is an NPS or a difference of two with its interval, both to the same digit.
func NpsText(l lang.Language, v float64, i nps.Interval) (value, ends string) {
	d := digitsFor(i, func(v float64, digits int) string { return Signed(l, v, digits) })
	return Signed(l, v, d), interval(l, i, d)
}

// Percent is a share in percent, v from 0 to 100, without digits after the point; one digit where else it would read 0 or 100
// and is not.
func Percent(l lang.Language, v float64) string { return percentTo(l, v, 0) }

// percentTo writes a share to so many digits, and to one at least where it would become all or nothing.
func percentTo(l lang.Language, v float64, digits int) string {
	if v > 0 && v < 1 || v > 99 && v < 100 {
		digits = max(digits, 1)
	}
	return l.T("results.percent", lang.Values{"Value": l.Decimal(v, digits)})
}

// ShareText is a share in percent with its interval.
func ShareText(l lang.Language, v float64, i nps.Interval) (value, ends string) {
	write := func(v float64, digits int) string { return percentTo(l, v, digits) }
	d := digitsFor(i, write)
	return write(v, d), l.T("results.interval", lang.Values{"Low": write(i.Low, d), "High": write(i.High, d)})
}

func answersText(l lang.Language, n int64) string {
	return l.T("results.answers", lang.Values{"Count": n})
}

// NpsMarks are written under an NPS's scale.
func NpsMarks(l lang.Language) []chart.Mark {
	marks := []chart.Mark{}
	for v := -100.0; v <= 100; v += 50 {
		marks = append(marks, chart.Mark{At: v, Text: Signed(l, v, 0)})
	}
	return marks
}

// ViewNPS puts figures into words. href leads to the answers; "" where there is nothing to lead to.
func ViewNPS(l lang.Language, d insight.Disclosed, href string) NpsView {
	t := d.Tally()
	value, ok := t.NPS()
	v := NpsView{Empty: !ok, Answers: answersText(l, t.Answers()), Href: href}
	if rate, sent := t.ResponseRate(); sent && d.Rated() {
		v.Rate, v.RateOf = Percent(l, rate), l.T("results.rate_of", lang.Values{"Answered": l.Number(t.Responded), "Sent": l.Number(t.Sent)})
		if i, ok := t.ResponseRateInterval(); ok {
			v.Rate, v.RateEnds = ShareText(l, rate, i)
		}
	}
	if !ok {
		return v
	}
	i, _ := t.Interval()
	v.NPS, v.Interval = NpsText(l, value, i)
	v.Meaning = precision(l, i)
	v.Range = chart.Range{
		Said: chart.Said{Title: l.T("results.nps_chart"), Desc: l.T("results.nps_desc", lang.Values{"NPS": v.NPS, "Interval": v.Interval})},
		From: -100, To: 100, Value: value, Low: i.Low, High: i.High, Marks: NpsMarks(l),
	}.SVG()
	shares := chart.Shares{Said: chart.Said{Title: l.T("results.groups")}}
	for n := len(nps.Groups) - 1; n >= 0; n-- { // promoters first, as one speaks of them
		g := nps.Groups[n]
		count := t.In(g)
		view := groupView{
			Class: string(g), Name: l.T("results.group." + string(g)), Count: l.Number(count),
			Share: Percent(l, 100*float64(count)/float64(t.Answers())),
		}
		if href != "" {
			view.Href = href + "?group=" + string(g)
		}
		v.Groups = append(v.Groups, view)
		shares.Classes, shares.Counts = append(shares.Classes, string(g)), append(shares.Counts, count)
		if shares.Desc != "" {
			shares.Desc += ", "
		}
		shares.Desc += view.Name + " " + view.Share
	}
	v.Shares = shares.SVG()
	return v
}

// MineText says whose figures a page opens on; "" for who sees all.
func MineText(f *Frame) string {
	if f.All() {
		return ""
	}
	return f.Lang.T("roles.mine." + string(f.Staff.Role))
}

// OnlyMineText says whose people a list is of; "" for who sees all.
func OnlyMineText(f *Frame) string {
	if f.All() {
		return ""
	}
	return f.Lang.T("roles.only." + string(f.Staff.Role))
}

// AnswersCount is how many have answered; a dash where that is not shown.
func AnswersCount(l lang.Language, d insight.Disclosed) string {
	if d.Withheld() != "" {
		return "—"
	}
	return l.Number(d.Tally().Answers())
}

// WithheldText says why figures are not shown; "" where they are.
func WithheldText(l lang.Language, why insight.Withheld) string {
	if why == "" {
		return ""
	}
	return l.T("results.withheld."+string(why), lang.Values{"Least": insight.LeastFigures})
}

// precision says what the width of an interval is good for.
func precision(l lang.Language, i nps.Interval) string {
	switch w := i.Width(); {
	case w > 50:
		return l.T("results.precision_few")
	case w > 20:
		return l.T("results.precision_rough")
	}
	return l.T("results.precision_good")
}

// RowView is one row of a table of tallies.
type RowView struct {
	Label, Href         string
	Part                string // what of the label's it is, under it; "": all
	Count               string // of answers
	NPS, Interval       string
	Promoters, Passives string
	Detractors, Rate    string
	Silent              string // the share that did not answer, where Rate is one
	Range               chart.SVG
}

// ViewRow is a row of a table with its figures; label is what they are of, and href where it leads, "" to nowhere.
func ViewRow(l lang.Language, label, href string, d insight.Disclosed) RowView {
	const none = "—"
	t := d.Tally()
	row := RowView{Label: label, Href: href, Count: l.Number(t.Answers()), NPS: none, Promoters: none, Passives: none, Detractors: none, Rate: none, Silent: none}
	if rate, ok := t.ResponseRate(); ok && d.Rated() {
		row.Rate, row.Silent = Percent(l, rate), Percent(l, max(0, 100-rate))
	}
	value, ok := t.NPS()
	if !ok {
		return row
	}
	share := func(n int64) string { return Percent(l, 100*float64(n)/float64(t.Answers())) }
	row.Promoters, row.Passives, row.Detractors = share(t.Promoters()), share(t.Passives()), share(t.Detractors())
	i, _ := t.Interval()
	row.NPS, row.Interval = NpsText(l, value, i)
	row.Range = chart.Range{
		Said: chart.Said{Title: l.T("results.nps_desc", lang.Values{"NPS": row.NPS, "Interval": row.Interval})},
		From: -100, To: 100, Value: value, Low: i.Low, High: i.High,
	}.SVG()
	return row
}

// Histogram draws how many answers each of the eleven scores has.
func Histogram(l lang.Language, t nps.Tally) chart.SVG {
	c := chart.Columns{Said: chart.Said{Title: l.T("results.histogram")}}
	for s, n := range t.Scores {
		c.Columns = append(c.Columns, chart.Column{Label: strconv.Itoa(s), Top: l.Number(n), Class: string(nps.Score(s).Group()), Count: n})
	}
	return c.SVG()
}

// Trend draws the NPS of rows over time, the earliest first; label writes a row's value under it.
func Trend(l lang.Language, title string, over []insight.Row, label func(string) string) chart.SVG {
	t := chart.Trend{Said: chart.Said{Title: title, Desc: l.T("results.trend_desc")}}
	for _, one := range over {
		p := chart.Point{Label: label(one.Value())}
		if v, ok := one.Tally().NPS(); ok {
			i, _ := one.Tally().Interval()
			p.Value, p.Low, p.High, p.Known = v, i.Low, i.High, true
		}
		t.Points = append(t.Points, p)
	}
	return t.SVG()
}

// WeekLabel writes a week ("2026-W30") as its first day in short.
func WeekLabel(l lang.Language) func(string) string {
	return func(week string) string {
		days, ok := survey.Days(week)
		if !ok {
			return week
		}
		return l.ShortDate(days[0])
	}
}

// DayLabel writes a day ("2026-07-20") in short.
func DayLabel(l lang.Language) func(string) string {
	return func(day string) string {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return day
		}
		return l.ShortDate(t)
	}
}

// MonthLabel writes a day's month with its year, for days that are years apart.
func MonthLabel(l lang.Language) func(string) string {
	return func(day string) string {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return day
		}
		return l.T("charts.month", lang.Values{"Month": t.Format("01"), "Year": t.Format("2006")})
	}
}

// WeekText is a week ("2026-W30") in words.
func WeekText(l lang.Language, week string) string {
	days, ok := survey.Days(week)
	if !ok {
		return week
	}
	return l.T("results.week_of", lang.Values{"Date": l.Date(days[0])})
}
