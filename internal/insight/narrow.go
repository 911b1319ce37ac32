package insight

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/nps"
	"onetap/internal/survey"
)

// countedGroups are the groups of a campaign that a reader may see who may not know the people, as of some time.
type countedGroups struct {
	groups
	at   time.Time // as of when; zero: they must be counted first
	kept bool      // it is the last count. Words are not shown by its groups: others may have answered since
}

// countedGroups reads every answer of a campaign that has few enough, and the last count of a larger one.
func (o *Reading) countedGroups(ctx context.Context, whole Disclosed) (*countedGroups, error) {
	switch {
	case whole.withheld != "":
		return &countedGroups{at: o.results.Now()}, nil
	case !whole.small():
		return o.keptGroups(ctx)
	}
	at := o.results.Now()
	all, err := o.gatherAll(ctx)
	return &countedGroups{all, at, false}, err
}

// gatherAll reads every answer of the campaign.
func (o *Reading) gatherAll(ctx context.Context) (groups, error) {
	all := gather(o.campaign)
	var mu sync.Mutex
	g, walking := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for shard := range survey.ContactShards {
		g.Go(func() error {
			return o.results.Store.WalkResponses(walking, o.campaign.ID, shard, "", func(r survey.Response) (bool, error) {
				mu.Lock()
				defer mu.Unlock()
				all.add(r)
				return true, nil
			})
		})
	}
	if err := g.Wait(); err != nil {
		return groups{}, err
	}
	return all.decide(), nil
}

// firstGroupCount is where the counts of groups are kept, behind those of the dimensions, of which a campaign has eight at
// most.
const firstGroupCount = 50

// keepGroups counts a large campaign's groups and keeps them for keptGroups.
func (o *Reading) keepGroups(ctx context.Context) error {
	at := o.results.Now()
	all, err := o.gatherAll(ctx)
	if err != nil {
		return err
	}
	for i, kind := range Kinds(o.campaign) {
		count := survey.DimensionCount{At: at, Values: map[string]nps.Tally{}, Others: all.hidden[kind]}
		for _, one := range all.shown[kind] {
			if len(count.Values) == maxSegments { // the largest are first
				count.Others++
				continue
			}
			count.Values[one.value] = one.tally
		}
		if err := o.results.Store.SaveDimensionCount(ctx, o.campaign.ID, firstGroupCount+i, count); err != nil {
			return err
		}
	}
	return nil
}

// keptGroups reads the last count; without one there is nothing to show.
func (o *Reading) keptGroups(ctx context.Context) (*countedGroups, error) {
	last := &countedGroups{groups: groups{shown: map[string][]group{}, hidden: map[string]int{}}, kept: true}
	for i, kind := range Kinds(o.campaign) {
		count, ok, err := o.results.Store.SavedDimensionCount(ctx, o.campaign.ID, firstGroupCount+i)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		last.at, last.hidden[kind] = count.At, count.Others
		for v, t := range count.Values {
			last.shown[kind] = append(last.shown[kind], group{value: v, tally: t})
		}
	}
	return last, nil
}

// over are the groups of weeks, the earliest first.
func (g *countedGroups) over(kind string) []Row {
	var rows []Row
	for _, one := range g.shown[kind] {
		rows = append(rows, overTime(one.value, one.tally))
	}
	return ByValue(rows)
}

// byGroups is a breakdown of what may be shown, with how many were written to.
func (p *Report) byGroups(ctx context.Context, kind string) (Breakdown, error) {
	b := Breakdown{At: p.groups.at, Kept: p.groups.kept, Hidden: p.groups.hidden[kind]}
	if p.view.employees { // who of a group was written to, beside who has answered, could name somebody
		for _, one := range p.groups.shown[kind] {
			b.Rows = append(b.Rows, overTime(one.value, one.tally))
		}
		return b, nil
	}
	sent, err := p.sentBy(ctx, kind)
	for _, one := range p.groups.shown[kind] {
		one.tally.Sent = sent[one.value]
		b.Rows = append(b.Rows, ofSegment(one.value, one.tally))
	}
	return b, err
}

// sentBy counts who was written to by a dimension's values; by a column of the contacts it is who was planned to be.
func (p *Report) sentBy(ctx context.Context, kind string) (map[string]int64, error) {
	sent := map[string]int64{}
	if slices.Contains(p.campaign.Dimensions, kind) {
		asked, err := p.results.Store.Asked(ctx, p.campaign.ID)
		if known := asked[kind]; known != nil {
			for v, people := range known.Values {
				sent[v] = int64(people)
			}
		}
		return sent, err
	}
	all, err := p.results.Store.TalliesOf(ctx, string(p.campaign.ID), kind)
	for k, counts := range all {
		sent[k.Value] = counts.Tally().Sent
	}
	return sent, err
}
