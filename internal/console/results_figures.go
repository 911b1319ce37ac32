package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// tallied is the tally of one value: of one week, one team.
type tallied struct {
	Value string
	Tally nps.Tally
}

// wholeResults are a campaign's figures and what they are over time, as one reader may see them.
type wholeResults struct {
	Tally       nps.Tally
	Weeks, Days []tallied // those with anything in them, the earliest first
	Withheld    insight.Withheld
}

// sight is what somebody may see of a campaign's answers now.
func (d *Desk) sight(who authz.Who, c survey.Campaign) insight.View {
	return insight.Of(c, who, d.now())
}

// whole reads a campaign's figures: a few items, however many the answers.
func (d *Desk) whole(ctx context.Context, who authz.Who, c survey.Campaign) (wholeResults, error) {
	all, err := d.store.TalliesOf(ctx, string(c.ID), survey.KindWeek)
	if err != nil {
		return wholeResults{}, err
	}
	var w wholeResults
	for k, counts := range all {
		t := counts.Tally()
		w.Tally.Add(t)
		w.Weeks = append(w.Weeks, tallied{k.Value, t})
		days, _ := survey.Days(k.Value)
		for i, date := range days {
			if t := counts.Day(i + 1); !t.IsZero() {
				w.Days = append(w.Days, tallied{date.Format(time.DateOnly), t})
			}
		}
	}
	byValue := func(a, b tallied) int { return cmp.Compare(a.Value, b.Value) }
	slices.SortFunc(w.Weeks, byValue)
	slices.SortFunc(w.Days, byValue)
	sight := d.sight(who, c)
	if w.Tally, w.Withheld = sight.Whole(w.Tally); w.Withheld != "" || !sight.People() { // of those d.narrow knows more
		w.Weeks, w.Days = nil, nil
	}
	return w, nil
}

// weeks are an audience's last n weeks, this one included, each of them.
func (d *Desk) weeks(ctx context.Context, a survey.Audience, n int) ([]tallied, error) {
	all, err := d.store.TalliesOf(ctx, string(a), survey.KindWeek)
	if err != nil {
		return nil, err
	}
	weeks := make([]tallied, n)
	for i := range weeks {
		week := survey.Week(d.now().Add(-time.Duration(n-1-i) * 7 * 24 * time.Hour))
		weeks[i] = tallied{week, all[survey.TallyKey{Scope: string(a), Kind: survey.KindWeek, Value: week}].Tally()}
	}
	return weeks, nil
}

// breakdown is a campaign by one kind: by owner, by team, by a column of its contacts.
type breakdown struct {
	Rows   []tallied // in no order
	At     time.Time // as of when; of a kind that is counted as answers come, now; zero: it must be counted first
	Kept   bool      // it is the last count
	Others int       // values that are not kept
	Hidden int       // values that are not shown because too few have answered, or others could be worked out
}

const (
	// countedAtOnce is how many answers are read to show a page; of more the last count is shown, and when it was.
	countedAtOnce = 5000
	// partValues is the most values of a column that a count keeps: its item may have 400 KB.
	partValues = 1500
)

// breakdown reads a campaign by owner, team, language, or one of its parts. n is what d.narrow found for the same reader.
func (d *Desk) breakdown(ctx context.Context, who authz.Who, c survey.Campaign, kind string, n *narrow) (breakdown, error) {
	switch sight := d.sight(who, c); {
	case !sight.Parts():
		return breakdown{At: d.now()}, nil
	case !sight.People():
		return d.byGroups(ctx, c, kind, n)
	}
	if i := slices.Index(c.Dimensions, kind); i >= 0 {
		return d.byPart(ctx, who, c, i)
	}
	all, err := d.store.TalliesOf(ctx, string(c.ID), kind)
	if err != nil {
		return breakdown{}, err
	}
	b := breakdown{At: d.now()}
	for k, counts := range all {
		b.Rows = append(b.Rows, tallied{k.Value, counts.Tally()})
	}
	return b, nil
}

// byPart counts a campaign by its i-th part, or shows the last count. People are asked as they were planned.
func (d *Desk) byPart(ctx context.Context, who authz.Who, c survey.Campaign, i int) (b breakdown, err error) {
	var count survey.DimensionCount
	var asked survey.Asked
	var small bool
	g, reading := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		asked, err = d.store.Asked(reading, c.ID)
		return err
	})
	g.Go(func() error {
		w, err := d.whole(reading, who, c)
		if small = w.Tally.Answers()+w.Tally.Unverified <= countedAtOnce; err != nil || small {
			return err
		}
		count, _, err = d.store.SavedDimensionCount(reading, c.ID, i)
		return err
	})
	if err := g.Wait(); err != nil {
		return b, err
	}
	if small {
		counts, err := d.store.CountDimensions(ctx, c, partValues)
		if err != nil {
			return b, err
		}
		count, count.At = counts[i], d.now()
	}
	b.At, b.Others, b.Kept = count.At, count.Others, !small
	known := asked[c.Dimensions[i]]
	for v, t := range count.Values {
		if known != nil {
			t.Sent = int64(known.Values[v])
		}
		b.Rows = append(b.Rows, tallied{v, t})
	}
	return b, nil
}

// countNow counts a campaign by all of its parts and keeps what it found.
func (d *Desk) countNow(ctx context.Context, who authz.Who, c survey.Campaign) error {
	if sight := d.sight(who, c); sight.Parts() && !sight.People() {
		return d.keepNarrow(ctx, c)
	}
	if len(seenParts(c)) == 0 {
		return apperr.New(apperr.Conflict, "no_parts", "campaign")
	}
	began := d.now()
	counts, err := d.store.CountDimensions(ctx, c, partValues)
	if err != nil {
		return fmt.Errorf("count answers: %w", err)
	}
	for i, p := range counts {
		p.At = began
		if err := d.store.SaveDimensionCount(ctx, c.ID, i, p); err != nil {
			return err
		}
	}
	return nil
}

// largest keeps the n values with the most people, in that order, and says how many others there are.
func largest(rows []tallied, n int) ([]tallied, int) {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b tallied) int {
		return cmp.Or(cmp.Compare(b.Tally.Answers(), a.Tally.Answers()), cmp.Compare(b.Tally.Sent, a.Tally.Sent), cmp.Compare(a.Value, b.Value))
	})
	return rows[:min(n, len(rows))], max(0, len(rows)-n)
}

// kindName is a kind in an address: parts by their number, for what a column is called is not the address's business.
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
	for i, p := range c.Dimensions {
		switch {
		case name != "part-"+strconv.Itoa(i):
		case p == "":
			return "", errSegment
		default:
			return p, nil
		}
	}
	return "", apperr.New(apperr.Unknown, "no_such_page", "")
}
