package console

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// narrow is what of a campaign's parts is shown to somebody who may not know who answered: see insight.Groups.
type narrow struct {
	insight.Groups
	At   time.Time // as of when; zero: it must be counted first
	Kept bool      // it is the last count, and its words are not shown by groups: others may have answered since
}

// narrow reads the groups of a campaign for such a reader; nil for those who may see all, and where there are no parts.
// Whole is what d.whole found: so many answers as are countedAtOnce are read now, of more the last count is shown.
func (d *Desk) narrow(ctx context.Context, who authz.Who, c survey.Campaign, whole wholeResults) (*narrow, error) {
	sight := d.sight(who, c)
	switch {
	case sight.People() || !sight.Parts():
		return nil, nil
	case whole.Withheld != "":
		return &narrow{At: d.now()}, nil
	case whole.Tally.Answers()+whole.Tally.Unverified > countedAtOnce:
		return d.keptNarrow(ctx, c)
	}
	at := d.now()
	groups, err := d.gather(ctx, c)
	return &narrow{groups, at, false}, err
}

// gather reads every answer of a campaign.
func (d *Desk) gather(ctx context.Context, c survey.Campaign) (insight.Groups, error) {
	gathering := insight.Gather(c)
	var mu sync.Mutex
	g, walking := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for shard := range survey.ContactShards {
		g.Go(func() error {
			return d.store.WalkResponses(walking, c.ID, shard, "", func(r survey.Response) (bool, error) {
				mu.Lock()
				defer mu.Unlock()
				gathering.Add(r)
				return true, nil
			})
		})
	}
	if err := g.Wait(); err != nil {
		return insight.Groups{}, err
	}
	return gathering.Groups(), nil
}

// keepNarrow counts a large campaign's groups and keeps them for narrow.
func (d *Desk) keepNarrow(ctx context.Context, c survey.Campaign) error {
	at := d.now()
	groups, err := d.gather(ctx, c)
	if err != nil {
		return err
	}
	for i, kind := range insight.Kinds(c) {
		count := survey.DimensionCount{At: at, Values: map[string]nps.Tally{}, Others: groups.Hidden[kind]}
		for _, one := range groups.Shown[kind] {
			if len(count.Values) == partValues { // the largest are first
				count.Others++
				continue
			}
			count.Values[one.Value] = one.Tally
		}
		if err := d.store.SaveDimensionCount(ctx, c.ID, narrowParts+i, count); err != nil {
			return err
		}
	}
	return nil
}

// narrowParts is where the counts of groups are kept, behind those of the parts, of which a campaign has eight at most.
const narrowParts = 50

// keptNarrow reads the last count; without one there is nothing to show.
func (d *Desk) keptNarrow(ctx context.Context, c survey.Campaign) (*narrow, error) {
	n := &narrow{Groups: insight.Groups{Shown: map[string][]insight.Group{}, Hidden: map[string]int{}}, Kept: true}
	for i, kind := range insight.Kinds(c) {
		count, ok, err := d.store.SavedDimensionCount(ctx, c.ID, narrowParts+i)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		n.At, n.Hidden[kind] = count.At, count.Others
		for v, t := range count.Values {
			n.Shown[kind] = append(n.Shown[kind], insight.Group{Value: v, Tally: t})
		}
	}
	return n, nil
}

// rows are the groups of a kind.
func (n *narrow) rows(kind string) []tallied {
	var rows []tallied
	for _, one := range n.Shown[kind] {
		rows = append(rows, tallied{one.Value, one.Tally})
	}
	return rows
}

// leads reports whether the answers of one value are shown by themselves. For those who may see all there is no narrow.
func (n *narrow) leads(kind, value string) bool {
	if n == nil {
		return true
	}
	group, ok := n.Words(kind, value)
	return ok && !n.Kept && group.Value == value
}

// byGroups is a breakdown of what may be shown, with who was written to.
func (d *Desk) byGroups(ctx context.Context, c survey.Campaign, kind string, n *narrow) (breakdown, error) {
	b := breakdown{Rows: n.rows(kind), At: n.At, Kept: n.Kept, Hidden: n.Hidden[kind]}
	sent := map[string]int64{}
	if slices.Contains(c.Dimensions, kind) {
		asked, err := d.store.Asked(ctx, c.ID)
		if err != nil {
			return b, err
		}
		if known := asked[kind]; known != nil {
			for v, people := range known.Values {
				sent[v] = int64(people)
			}
		}
	} else {
		all, err := d.store.TalliesOf(ctx, string(c.ID), kind)
		if err != nil {
			return b, err
		}
		for k, counts := range all {
			sent[k.Value] = counts.Tally().Sent
		}
	}
	for i, row := range b.Rows {
		b.Rows[i].Tally.Sent = sent[row.Value]
	}
	return b, nil
}
