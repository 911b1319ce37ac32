package insight

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// Whoever asks, of whichever audience, however many have answered, and by whichever method: nothing of employees comes out
// but the whole after the end, and nothing below the minima comes out for who may not know the people.
func TestNothingUndisclosedComesOut(t *testing.T) {
	t.Parallel()
	for _, audience := range survey.Audiences {
		for _, n := range []int{0, 1, 4, 5, 6, 9, 10, 11, 25, 60} {
			for seed := range uint64(4) {
				for _, end := range []time.Duration{-time.Hour, Settling - time.Second, Settling} {
					m := crowd(seed, audience, n)
					m.closed(end)
					for _, role := range roles {
						asks := asking{t, m, role, fmt.Sprintf("%d answers of %s, ended %s ago, seed %d, %s", n, audience, end, seed, role)}
						asks.figures()
						asks.answers()
						asks.comparison()
					}
				}
			}
		}
	}
}

// asking is one reader who asks for all that there is of a campaign.
type asking struct {
	t    *testing.T
	m    *memory
	role survey.Role
	what string
}

// allowed complains of figures that the reader may not see.
func (a asking) allowed(what string, d Disclosed) {
	a.t.Helper()
	answers := int(d.Tally().Answers())
	if d.Withheld() != "" && d.Tally() != (nps.Tally{Sent: d.Tally().Sent}) {
		a.t.Errorf("%s: %s is withheld and has %+v", a.what, what, d.Tally())
	}
	if !Persons(a.m.campaign.Audience, person(a.role)) && answers > 0 && answers < LeastFigures {
		a.t.Errorf("%s: %s has %d answers", a.what, what, answers)
	}
}

func (a asking) open() *Reading {
	a.t.Helper()
	return must[*Reading](a.t)(a.m.results().Open(context.Background(), person(a.role), a.m.campaign))
}

func (a asking) figures() {
	a.t.Helper()
	t, c, who, ctx := a.t, a.m.campaign, person(a.role), context.Background()
	employees, people := c.Audience == survey.Employees, Persons(c.Audience, who)
	opened := a.open()
	report := must[*Report](t)(opened.Report(ctx))
	whole := must[Disclosed](t)(a.m.results().Whole(ctx, who, c))
	if whole != report.Whole() {
		t.Errorf("%s: two kinds of whole: %+v, %+v", a.what, whole, report.Whole())
	}
	a.allowed("the whole", whole)
	reach := must[Reach](t)(a.m.results().Reach(ctx, who))
	own := must[Own](t)(a.m.results().Own(ctx, who, reach, c))
	if own.Company != whole || own.Disclosed != report.Own().Disclosed || own.Part() == (who.All() || employees) || len(own.Weeks()) > 0 && (!people || whole.Withheld() != "") {
		t.Errorf("%s: one's own is %+v, of the whole %+v", a.what, own, whole)
	}
	a.allowed("one's own", own.Disclosed)
	a.allowed("the others", own.Beside().A)
	if over := own.Over("a campaign"); over.Tally() != own.Tally() || over.Withheld() != own.Withheld() || over.Rated() {
		t.Errorf("%s: among campaigns one's own is %+v, alone %+v", a.what, over, own.Disclosed)
	}
	over := !noon.Before(c.ClosesAt.Add(Settling))
	if shown := whole.Tally().Answers() > 0; shown != (a.m.verified() > 0 && (people || a.m.verified() >= LeastFigures) && (!employees || over)) {
		t.Errorf("%s: the whole of %d is shown: %v", a.what, a.m.verified(), shown)
	}
	if n := whole.Tally().Comments; employees && n > 0 && n < LeastWords {
		t.Errorf("%s: %d comments", a.what, n)
	}
	all := map[string][]Row{survey.KindWeek: report.Weeks()}
	for _, kind := range append([]string{survey.KindTeam, survey.KindOwner, survey.KindLanguage}, c.Dimensions...) {
		all[kind] = must[Breakdown](t)(report.By(ctx, kind)).Rows
	}
	for kind, rows := range all {
		for _, row := range rows {
			a.allowed(kind+" "+row.Value(), row.Disclosed)
		}
		if employees && len(rows) > 0 {
			t.Errorf("%s: by %s there are %v", a.what, kind, rows)
		}
	}
	if len(report.Days()) > 0 && !people {
		t.Errorf("%s: there are days", a.what)
	}
	if slices.Contains(opened.Dimensions(), survey.DimensionTier) != people || len(all[survey.DimensionTier]) > 0 && !people {
		t.Errorf("%s: sees %v, of the personal column %v", a.what, opened.Dimensions(), all[survey.DimensionTier])
	}
	if !people && !employees {
		a.blocks(all)
	}
	trend, err := a.m.results().Trend(ctx, who, c.Audience, 13)
	if people != (err == nil) || !people && (len(trend) > 0 || !refused(err)) {
		t.Errorf("%s: the audience's weeks: %v, %v", a.what, trend, err)
	}
}

// blocks adds and subtracts all rows: no answers but LeastFigures and more can be told apart.
func (a asking) blocks(all map[string][]Row) {
	a.t.Helper()
	sizes := map[string]int{}
	for _, r := range a.m.answers {
		if !r.Verified {
			continue
		}
		var in []string
		for kind, rows := range all {
			for _, row := range rows {
				if row.Tally().Answers() > 0 && row.Value() == Value(a.m.campaign, kind, r) {
					in = append(in, kind+"="+row.Value())
				}
			}
		}
		slices.Sort(in)
		sizes[strings.Join(in, " & ")]++
	}
	if len(sizes) > 1 && smallest(sizes) < LeastFigures {
		a.t.Errorf("%s: can be told apart: %v", a.what, sizes)
	}
}

func (a asking) answers() {
	a.t.Helper()
	t, c, who, ctx := a.t, a.m.campaign, person(a.role), context.Background()
	people := Persons(c.Audience, who)
	filters := []Filter{
		{},
		{Unverified: "1"},
		{Score: "3"},
		{Week: survey.Week(noon.AddDate(0, 0, -10))},
		{Day: noon.AddDate(0, 0, -10).Format(time.DateOnly)},
		{Search: "word-1"},
		{Dimension: "none-team"},
		{Dimension: "1", Segment: SegmentSum("Tier 1")},
		{Team: "Team 0", Language: "en"},
		{From: noon.AddDate(0, 0, -10)},
		{Until: noon.AddDate(0, 0, -10)},
		{Sort: SortTime},
		{Sort: SortScore},
		{Segments: [MaxDimensions]string{SegmentSum("Town 1"), SegmentSum("Tier 1")}},
	}
	for i := range 4 {
		filters = append(filters, Filter{Team: fmt.Sprintf("team %d", i)}, Filter{Owner: fmt.Sprintf("owner %d", i)}, Filter{Dimension: "0", Segment: SegmentSum(fmt.Sprintf("Town %d", i))})
	}
	words := map[string][]string{} // by text: the lists that it is in
	for n, f := range filters {
		page, err := a.open().Answers(ctx, f, "")
		if narrow := f.Unverified+f.Week+f.Day != "" || !f.From.IsZero() || !f.Until.IsZero() || f.Sort == SortTime || f.Segments[1] != "" || f.Team != "" && f.Language != ""; narrow && !people && !refused(err) {
			t.Errorf("%s: answers of %+v are not refused: %v", a.what, f, err)
		}
		list := page.List
		for err == nil && page.Next != "" {
			page, err = a.open().Answers(ctx, f, page.Next)
			list = append(list, page.List...)
		}
		if c.Audience == survey.Employees && !errors.Is(err, ErrWholeOnly) || err != nil && !refused(err) {
			t.Errorf("%s: answers of %+v: %v", a.what, f, err)
		}
		for _, one := range list {
			if f.Score == "" && f.Search == "" {
				words[one.Comment()] = append(words[one.Comment()], fmt.Sprint(n))
			}
			a.nobody(one)
			if r, ok := one.Response(); ok && !who.All() && !who.Sees(r.Owner, r.Team, []survey.Staff{{ID: "owner 1"}}) {
				t.Errorf("%s: sees the answer of %s's customer", a.what, r.Owner)
			}
		}
		if !people && len(list) > 0 && a.m.verified() < LeastWords {
			t.Errorf("%s: %d answers of %+v", a.what, len(list), f)
		}
	}
	sizes := map[string]int{}
	for _, in := range words {
		sizes[strings.Join(in, " & ")]++
	}
	if !people && len(sizes) > 0 && smallest(sizes) < LeastWords {
		t.Errorf("%s: words can be told apart: %v", a.what, sizes)
	}
	latest, _, err := a.m.results().Latest(ctx, who, c)
	if (err != nil) != (c.Audience == survey.Employees) || !people && len(latest) > 0 && a.m.verified() < LeastWords {
		t.Errorf("%s: the latest %d answers, %v", a.what, len(latest), err)
	}
	listed, _, err := a.m.results().Responses(ctx, who, c, survey.Cursor{}, 1000)
	if (err == nil) != people || !people && len(listed) > 0 {
		t.Errorf("%s: the list of answers has %d, %v", a.what, len(listed), err)
	}
	for _, r := range a.m.answers[:min(1, len(a.m.answers))] {
		past, err := a.m.results().Past(ctx, who, survey.Contact{ID: r.Contact, Audience: c.Audience}, []survey.CampaignID{c.ID})
		if told := len(past.Answers) + len(past.Cases); err != nil || len(past.Invitations) != 1 || people != (told == 2) || !people && told > 0 {
			t.Errorf("%s: a contact's past is %+v, %v", a.what, past, err)
		}
	}
	for _, one := range slices.Concat(latest, listed) {
		a.nobody(one)
	}
}

// nobody is told of by an answer, unless the reader may know.
func (a asking) nobody(one Answer) {
	a.t.Helper()
	if r, ok := one.Response(); ok != Persons(a.m.campaign.Audience, person(a.role)) || !ok && r.Contact+survey.ContactID(r.Owner+r.Team) != "" {
		a.t.Errorf("%s: an answer tells %+v", a.what, r)
	}
}

func (a asking) comparison() {
	a.t.Helper()
	other := a.m.campaign
	other.ID = "bbbbbbbb" // it has no figures, and the same answers
	c, err := a.m.results().Compare(context.Background(), person(a.role), other, a.m.campaign, 10)
	if (err != nil) != (a.m.campaign.Audience == survey.Employees) || err != nil && !errors.Is(err, ErrWholeOnly) {
		a.t.Errorf("%s: compared: %v", a.what, err)
	}
	for what, d := range map[string]Disclosed{"one side": c.Own.A, "the other side": c.Own.B} {
		a.allowed("one's own of "+what, d)
	}
	m, err := a.m.results().Moved(context.Background(), person(a.role), other, a.m.campaign)
	if (err != nil) != (a.m.campaign.Audience == survey.Employees) || m.Looked > 0 && !Persons(a.m.campaign.Audience, person(a.role)) || m.Kind != "" {
		a.t.Errorf("%s: what moved it: %+v, %v", a.what, m, err)
	}
	a.allowed("one side", c.Whole.A)
	a.allowed("the other side", c.Whole.B)
	for _, team := range c.Teams {
		a.allowed(team.Value(), team.A)
		a.allowed(team.Value(), team.B)
	}
}

// A sum of rows and the largest of them say nothing that the rows do not.
func TestSumAndLargest(t *testing.T) {
	t.Parallel()
	var rows []Row
	for i, n := range []int64{3, 9, 5} {
		var tally nps.Tally
		tally.Count(nps.Score(9), n)
		rows = append(rows, ofSegment(string(rune('a'+i)), tally))
	}
	if sum := Sum(rows...); sum.Tally().Answers() != 17 || sum.Rated() || sum.Withheld() != "" {
		t.Errorf("the sum is %+v", sum)
	}
	if two, others := Largest(rows, 2); len(two) != 2 || two[0].Value() != "b" || two[1].Value() != "c" || others != 1 {
		t.Errorf("the largest are %+v and %d", two, others)
	}
	if none, others := Largest(rows, 9); len(none) != 3 || others != 0 || rows[0].Value() != "a" {
		t.Errorf("%+v, %d", none, others)
	}
}

// refused reports whether an error is a refusal, which a person may read.
func refused(err error) bool {
	problem := apperr.As(err)
	return problem != nil && problem.Kind == apperr.Forbidden
}
