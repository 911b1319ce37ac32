package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/survey"
)

// WalkCounted calls each for everything that counts in one step of a campaign. It holds the step's markers in memory:
// a sixteenth of the campaign's.
func (s *Store) WalkCounted(ctx context.Context, c survey.CampaignID, step int, each func(survey.CountedItem) error) error {
	pk, kinds := peoplePK(c, step), []string{"RESPONSE#", "INVITATION#", "REMINDER#", "REMINDER2#"}
	if step >= survey.ContactShards {
		pk, kinds = planPK(c, step-survey.ContactShards), []string{"BATCH#"}
	}
	marks := map[string]json.RawMessage{}
	err := s.queryItems(ctx, pk, "COUNTED#", true, func(it item) (bool, error) {
		marks[strings.TrimPrefix(text(it, "sk"), "COUNTED#")] = json.RawMessage(text(it, "mark"))
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		err := s.queryItems(ctx, pk, kind, true, func(it item) (bool, error) {
			is, err := countable(it)
			if err != nil {
				return false, err
			}
			k := keyOf(it)
			return true, each(survey.CountedItem{Item: itemKey(k), Content: is, Mark: marks[k.sk]})
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
func (s *Store) Repair(ctx context.Context, d survey.Deltas, r survey.Recount) (survey.Recount, error) {
	for actions := range slices.Chunk(s.additions(d), maxActions-1) {
		was := r.Version
		r.Version++
		put := types.Put{
			TableName: &s.table, Item: recountItem(r), ConditionExpression: aws.String("version = :was"),
			ExpressionAttributeValues: item{":was": num(was)},
		}
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

func recountKey(scope string) key { return key{"RECOUNT#" + part(scope), "STATE"} }

// SeeRecount reads how far a recount is; the zero version means that there is none.
func (s *Store) SeeRecount(ctx context.Context, scope string) (survey.Recount, error) {
	it, err := s.get(ctx, recountKey(scope))
	r := survey.Recount{Scope: scope}
	if err != nil || it == nil {
		return r, err
	}
	err = fromJSON(it, "recount", &r)
	r.Version = int(number64(it, "version"))
	return r, err
}

// SaveRecount writes how far a recount is if it still is as read; otherwise ErrChanged.
func (s *Store) SaveRecount(ctx context.Context, r survey.Recount) (survey.Recount, error) {
	was := r.Version
	r.Version++
	if was == 0 {
		return r, s.put(ctx, recountItem(r), "attribute_not_exists(pk)", nil)
	}
	return r, s.put(ctx, recountItem(r), "version = :was", item{":was": num(was)})
}

func recountItem(r survey.Recount) item {
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
func (s *Store) Steps(ctx context.Context, r survey.Recount) (survey.Deltas, error) {
	sum := survey.Deltas{}
	for _, name := range r.Sums {
		if err := s.addStep(ctx, r.Scope, name, sum); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

func (s *Store) addStep(ctx context.Context, scope, name string, sum survey.Deltas) error {
	return s.queryItems(ctx, "RECOUNT#"+part(scope), "SUM#"+name+"#", true, func(it item) (bool, error) {
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
	err := s.queryItems(ctx, pk, prefix, true, func(it item) (bool, error) {
		ask = append(ask, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: keyOf(it).item()}})
		return true, nil
	})
	if err != nil {
		return err
	}
	return s.batchWrite(ctx, ask)
}
