package insight

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

const (
	// CountedAtOnce is how many answers are read to show figures by segments; of more answers the last count is shown, and
	// when it was.
	CountedAtOnce = 5000
	// maxSegments is how many values of a dimension a count keeps: a table's item may have 400 KB.
	maxSegments = 1500
)

// Reading is one campaign opened for one reader.
type Reading struct {
	results  *Results
	campaign survey.Campaign
	who      authz.Who
	view     View
	page     int // how many answers a page holds
	budget   int // how many answers one request looks at
}

// Open opens a campaign for a reader.
func (r *Results) Open(ctx context.Context, who authz.Who, c survey.Campaign) (*Reading, error) {
	seen, err := r.Seen(ctx, who, c)
	if err != nil {
		return nil, err
	}
	return &Reading{r, seen, who, r.View(who, c), answersShown, answersLookedAt}, nil
}

// Campaign is the campaign as its reader may see it: see Seen.
func (o *Reading) Campaign() survey.Campaign { return o.campaign }

// View is what the reader may see of the answers.
func (o *Reading) View() View { return o.view }

// Dimensions are the names of those that the reader may see, without the others' places.
func (o *Reading) Dimensions() []string { return Named(o.campaign) }

// Count counts the campaign's answers by its dimensions and keeps the count for readers of the same kind. Problem:
// no_parts where it has no dimensions.
func (o *Reading) Count(ctx context.Context) error {
	if o.view.Segments() && !o.view.People() {
		return o.keepGroups(ctx)
	}
	if len(o.Dimensions()) == 0 {
		return apperr.New(apperr.Conflict, "no_parts", "campaign")
	}
	began := o.results.Now()
	counts, err := o.results.Store.CountDimensions(ctx, o.campaign, maxSegments)
	if err != nil {
		return fmt.Errorf("count answers: %w", err)
	}
	for i, count := range counts {
		count.At = began
		if err := o.results.Store.SaveDimensionCount(ctx, o.campaign.ID, i, count); err != nil {
			return err
		}
	}
	return nil
}

// Report is a campaign's figures for one reader: the whole, over time, and by segments.
type Report struct {
	*Reading
	whole       Disclosed
	own         Own
	weeks, days []Row
	groups      *countedGroups // nil for readers who may see all, and where there are no segments
}

// Report reads the figures. It reads every answer if the reader may not know the people and there are no more than
// CountedAtOnce.
func (o *Reading) Report(ctx context.Context) (*Report, error) {
	all, err := o.results.times(ctx, o.campaign)
	if err != nil {
		return nil, err
	}
	p := &Report{Reading: o, whole: o.view.Disclose(all.sum)}
	p.own = Own{Disclosed: p.whole, Company: p.whole, reach: Reach{all: true}}
	if !o.who.All() && o.view.Parts() {
		if err := p.narrowOwn(ctx); err != nil {
			return nil, err
		}
	}
	if o.view.People() && p.whole.withheld == "" {
		p.weeks, p.days = all.weeks, all.days
	}
	if o.view.Segments() && !o.view.People() {
		if p.groups, err = o.countedGroups(ctx, p.whole); err != nil {
			return nil, err
		}
		p.weeks = p.groups.over(survey.KindWeek)
	}
	return p, nil
}

// narrowOwn makes the reader's own figures those within reach.
func (p *Report) narrowOwn(ctx context.Context) error {
	reach, err := p.results.Reach(ctx, p.who)
	if err != nil {
		return err
	}
	t, within, err := p.results.reached(ctx, p.campaign, reach)
	p.own.Disclosed, p.own.reach = p.view.Disclose(t), within
	return err
}

// Own are the figures that the reader's pages open on.
func (p *Report) Own() Own { return p.own }

// Whole are the figures of the whole campaign.
func (p *Report) Whole() Disclosed { return p.whole }

// Unverified compares the answers that are in no figure, B, with those that are, A: whether leaving them out moves the
// result. Of fewer than LeastFigures B is withheld, for anybody: nothing could be said of them.
func (p *Report) Unverified() Pair {
	b := Disclosed{tally: nps.Tally{Scores: p.whole.tally.UnverifiedScores}}
	if b.tally.Answers() < LeastFigures {
		b = Disclosed{withheld: TooFew}
	}
	return Pair{A: p.whole, B: b}
}

// Weeks are those with anything in them that may be shown, the earliest first.
func (p *Report) Weeks() []Row { return p.weeks }

// Days are those with anything in them, the earliest first; none for who may not know the people.
func (p *Report) Days() []Row { return p.days }

// HiddenWeeks is how many weeks with answers may not be shown.
func (p *Report) HiddenWeeks() int {
	if p.groups == nil {
		return 0
	}
	return p.groups.hidden[survey.KindWeek]
}

// Narrow reports whether some groups may be hidden from the reader, who then is not led to the answers of a week or a day
// either.
func (p *Report) Narrow() bool { return p.groups != nil }

// Leads reports whether the answers of one value of a dimension are shown by themselves, all of them: to an owner or a
// manager only those of the owners and of the team within reach.
func (p *Report) Leads(kind, value string) bool {
	switch {
	case p.view.employees:
		return false
	case p.own.Part() && kind == survey.KindTeam:
		return p.Mine(kind, value)
	case p.own.Part():
		return kind == survey.KindOwner && value != ""
	case p.groups == nil:
		return true
	}
	g, ok := p.groups.withWords(kind, value)
	return ok && !p.groups.kept && g.value == value
}

// Mine reports whether one value of a dimension is the reader's own team.
func (p *Report) Mine(kind, value string) bool {
	return kind == survey.KindTeam && p.own.Team() != "" && strings.EqualFold(value, p.own.Team())
}

// Breakdown is a campaign by one dimension: by owner, by team, by a column of its contacts.
type Breakdown struct {
	Rows   []Row     // in no order
	At     time.Time // as of when; of a kind that is counted as answers come, now; zero: it must be counted first
	Kept   bool      // it is the last count
	Others int       // values that are not kept
	Hidden int       // values that are not shown because too few have answered, or others could be worked out
}

// By is the campaign by owner, team, language, or one of its dimensions. Of employees it is empty.
func (p *Report) By(ctx context.Context, kind string) (b Breakdown, err error) {
	switch {
	case !p.view.Segments():
		return Breakdown{At: p.results.Now()}, nil
	case !p.view.People():
		return p.byGroups(ctx, kind)
	}
	if i := slices.Index(p.campaign.Dimensions, kind); i >= 0 {
		return p.byDimension(ctx, i)
	}
	all, err := p.results.Store.TalliesOf(ctx, string(p.campaign.ID), kind)
	if err != nil {
		return b, err
	}
	sees := func(owner, team string) bool { return true }
	if kind == survey.KindOwner && !p.who.All() {
		if sees, err = p.results.sees(ctx, p.who); err != nil {
			return b, err
		}
	}
	b.At = p.results.Now()
	for k, counts := range all {
		if sees(k.Value, "") {
			b.Rows = append(b.Rows, ofSegment(k.Value, counts.Tally()))
		}
	}
	return b, nil
}

// byDimension counts the campaign by its i-th dimension, or shows the last count. How many were written to is as planned.
func (p *Report) byDimension(ctx context.Context, i int) (b Breakdown, err error) {
	var count survey.DimensionCount
	var asked survey.Asked
	small := p.whole.small()
	g, reading := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		asked, err = p.results.Store.Asked(reading, p.campaign.ID)
		return err
	})
	g.Go(func() error {
		if !small {
			count, _, err = p.results.Store.SavedDimensionCount(reading, p.campaign.ID, i)
			return err
		}
		counts, err := p.results.Store.CountDimensions(reading, p.campaign, maxSegments)
		if err == nil {
			count, count.At = counts[i], p.results.Now()
		}
		return err
	})
	if err := g.Wait(); err != nil {
		return b, err
	}
	b.At, b.Others, b.Kept = count.At, count.Others, !small
	known := asked[p.campaign.Dimensions[i]]
	for v, t := range count.Values {
		if known != nil {
			t.Sent = int64(known.Values[v])
		}
		b.Rows = append(b.Rows, ofSegment(v, t))
	}
	return b, nil
}

// small reports whether there are so few answers that all can be read to show a page.
func (d Disclosed) small() bool {
	return d.tally.Answers()+d.tally.Unverified <= CountedAtOnce
}
