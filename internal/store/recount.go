package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Counted is an item that counts, with the marker beside it.
type Counted struct {
	Item ItemKey
	Is   survey.Countable
	Mark json.RawMessage // nil: none
}

// RecountSteps is into how many bounded steps a campaign's recount is cut: its people shard by shard, then the
// batches of its two mailings.
const RecountSteps = survey.ContactShards + 2

// WalkCounted calls each for everything that counts in one step of a campaign. It holds the step's markers in memory:
// a sixteenth of the campaign's.
func (s *Store) WalkCounted(ctx context.Context, c survey.CampaignID, step int, each func(Counted) error) error {
	pk, kinds := peoplePK(c, step), []string{"RESPONSE#", "INVITATION#", "REMINDER#"}
	if step >= survey.ContactShards {
		pk, kinds = planPK(c, step-survey.ContactShards), []string{"BATCH#"}
	}
	marks := map[string]json.RawMessage{}
	err := s.query(ctx, pk, "COUNTED#", true, func(it item) (bool, error) {
		marks[strings.TrimPrefix(text(it, "sk"), "COUNTED#")] = json.RawMessage(text(it, "mark"))
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		err := s.query(ctx, pk, kind, true, func(it item) (bool, error) {
			is, err := countable(it)
			if err != nil {
				return false, err
			}
			k := keyOf(it)
			return true, each(Counted{ItemKey{k}, is, marks[k.sk]})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// AddFigures adds to figures outside of any item's count. It is written 100 figures a transaction.
func (s *Store) AddFigures(ctx context.Context, d survey.Deltas) error {
	for actions := range slices.Chunk(s.additions(d), maxActions) {
		if err := s.transact(ctx, "add figures", actions); err != nil {
			return err
		}
	}
	return nil
}

// Repair adds to figures what a recount found missing, if the recount still is as read; otherwise ErrChanged, and somebody
// else works on it. Each transaction moves the recount on, so that none is made twice.
func (s *Store) Repair(ctx context.Context, d survey.Deltas, r Recount) (Recount, error) {
	for actions := range slices.Chunk(s.additions(d), maxActions-1) {
		was := r.Version
		r.Version++
		put := types.Put{TableName: &s.table, Item: recountItem(r), ConditionExpression: aws.String("version = :was"),
			ExpressionAttributeValues: item{":was": num(was)}}
		if err := s.transact(ctx, "repair figures", append(actions, types.TransactWriteItem{Put: &put})); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (s *Store) additions(d survey.Deltas) []types.TransactWriteItem {
	actions := make([]types.TransactWriteItem, 0, len(d))
	for k, c := range d {
		actions = append(actions, s.addition(tallyKey(k, 0), c))
	}
	return actions
}

// Recount is how far the recount of one scope (a campaign, an audience, or the night itself) is.
type Recount struct {
	Scope    string    `json:"scope"`
	Night    string    `json:"night"`            // "2026-11-22": of which night this is
	Sums     []string  `json:"sums,omitempty"`   // under which names the steps done so far keep what they found
	Before   string    `json:"before,omitempty"` // digest of the figures when it began
	Began    time.Time `json:"began,omitzero"`
	Holder   time.Time `json:"holder,omitzero"` // until when somebody works on it
	Done     bool      `json:"done"`
	Queue    []string  `json:"queue,omitempty"` // of the night: scopes still to do
	Again    []string  `json:"again,omitempty"` // of the night: scopes that changed while they were counted
	Version  int       `json:"-"`
	Mended   int       `json:"mended"`
	Restarts int       `json:"restarts"`
}

func recountKey(scope string) key { return key{"RECOUNT#" + part(scope), "STATE"} }

// SeeRecount reads how far a recount is; the zero version means that there is none.
func (s *Store) SeeRecount(ctx context.Context, scope string) (Recount, error) {
	it, err := s.get(ctx, recountKey(scope))
	r := Recount{Scope: scope}
	if err != nil || it == nil {
		return r, err
	}
	err = fromJSON(it, "recount", &r)
	r.Version = int(number64(it, "version"))
	return r, err
}

// SaveRecount writes how far a recount is if it still is as read; otherwise ErrChanged.
func (s *Store) SaveRecount(ctx context.Context, r Recount) (Recount, error) {
	was := r.Version
	r.Version++
	if was == 0 {
		return r, s.put(ctx, recountItem(r), "attribute_not_exists(pk)", nil)
	}
	return r, s.put(ctx, recountItem(r), "version = :was", item{":was": num(was)})
}

func recountItem(r Recount) item {
	it := recountKey(r.Scope).item()
	it["recount"], it["version"] = asJSON(r), num(r.Version)
	return it
}

// sumKey is where what one step of a recount found is kept until all steps are done.
func sumKey(scope, name string, k survey.TallyKey) key {
	return key{"RECOUNT#" + part(scope), "SUM#" + name + "#" + part(k.Scope) + "#" + k.Kind + "#" + part(k.Value)}
}

// SaveStep keeps what a step found under a name of its own: another clock may be doing the same step, and only what the
// recount names counts.
func (s *Store) SaveStep(ctx context.Context, scope, name string, sum survey.Deltas) error {
	var items []item
	for k, c := range sum {
		it := sumKey(scope, name, k).item()
		it["counts"] = asJSON(c)
		items = append(items, it)
	}
	return s.batchPut(ctx, items)
}

// Steps adds up what the steps of a recount found.
func (s *Store) Steps(ctx context.Context, r Recount) (survey.Deltas, error) {
	sum := survey.Deltas{}
	for _, name := range r.Sums {
		if err := s.addStep(ctx, r.Scope, name, sum); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

func (s *Store) addStep(ctx context.Context, scope, name string, sum survey.Deltas) error {
	return s.query(ctx, "RECOUNT#"+part(scope), "SUM#"+name+"#", true, func(it item) (bool, error) {
		p := strings.Split(text(it, "sk"), "#")
		if len(p) != 5 {
			return false, fmt.Errorf("sum of a recount has a key of %d parts", len(p))
		}
		var c survey.Counts
		err := fromJSON(it, "counts", &c)
		sum.Merge(survey.Deltas{survey.TallyKey{Scope: unpart(p[2]), Kind: p[3], Value: unpart(p[4])}: c})
		return true, err
	})
}

// ForgetSteps deletes what steps found. A recount that needs it must have been moved on before.
func (s *Store) ForgetSteps(ctx context.Context, scope string) error {
	return s.deleteAll(ctx, "RECOUNT#"+part(scope), "SUM#")
}

// deleteAll deletes the items of a partition whose sk begins with prefix, 25 a call.
func (s *Store) deleteAll(ctx context.Context, pk, prefix string) error {
	var ask []types.WriteRequest
	err := s.query(ctx, pk, prefix, true, func(it item) (bool, error) {
		ask = append(ask, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: keyOf(it).item()}})
		return true, nil
	})
	if err != nil {
		return err
	}
	return s.batchWrite(ctx, ask)
}

// LastLive keeps a campaign among those that a night looks at for so long after it ended.
const LastLive = 35 * 24 * time.Hour

// RecentCampaigns lists the campaigns of all audiences that were launched and are live, or ended not long ago.
func (s *Store) RecentCampaigns(ctx context.Context, now time.Time) ([]survey.Campaign, error) {
	var all []survey.Campaign
	for _, a := range survey.Audiences {
		cs, err := s.Campaigns(ctx, a, 1000)
		if err != nil {
			return nil, err
		}
		for _, c := range cs {
			last := c.Launched
			for _, t := range []time.Time{c.Opened, c.ClosesAt} {
				if t.After(last) {
					last = t
				}
			}
			if !c.Launched.IsZero() && (c.Live() || now.Sub(last) < LastLive) {
				all = append(all, c)
			}
		}
	}
	return all, nil
}

// Mend counts one item whose marker is behind it, as the stream would have; ErrChanged means that somebody else did.
func (s *Store) Mend(ctx context.Context, c Counted) (changed bool, err error) {
	now, d, ok, err := c.Is.Count(c.Mark)
	if err != nil || !ok {
		return false, err
	}
	_, _, err = s.AddCounts(ctx, []Count{{Item: c.Item, Was: c.Mark, Now: now, Deltas: d}}, 0)
	if errors.Is(err, apperr.ErrChanged) {
		return false, nil
	}
	return err == nil, err
}
