package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"onetap/internal/survey"
)

func tallyKey(k survey.TallyKey, shard int) key {
	return key{tallyPK(k.Scope, shard), k.Kind + "#" + part(k.Value)}
}

// Tallies reads every figure of a scope, summed over its shards.
func (s *Store) Tallies(ctx context.Context, scope string) (map[survey.TallyKey]survey.Counts, error) {
	found, _, err := s.tallies(ctx, scope, "", 0)
	return found, err
}

// TalliesOf reads the figures of one kind of a scope.
func (s *Store) TalliesOf(ctx context.Context, scope, kind string) (map[survey.TallyKey]survey.Counts, error) {
	found, _, err := s.tallies(ctx, scope, kind+"#", 0)
	return found, err
}

// SomeTallies is TalliesOf that reads no more than max values of each copy of the figures; more reports that there are
// others, and then the sums are not whole.
func (s *Store) SomeTallies(ctx context.Context, scope, kind string, limit int) (found map[survey.TallyKey]survey.Counts, more bool, err error) {
	return s.tallies(ctx, scope, kind+"#", limit)
}

// TalliesAt reads some figures, summed over their shards; those that are not there are absent.
func (s *Store) TalliesAt(ctx context.Context, keys []survey.TallyKey) (map[survey.TallyKey]survey.Counts, error) {
	var ask []key
	of := map[key]survey.TallyKey{}
	for _, k := range keys {
		for n := range tallyShards {
			ask = append(ask, tallyKey(k, n))
			of[tallyKey(k, n)] = k
		}
	}
	items, err := s.batchGet(ctx, ask, true, "")
	if err != nil {
		return nil, fmt.Errorf("tallies: %w", err)
	}
	sum := survey.Deltas{}
	for _, it := range items {
		sum.Merge(survey.Deltas{of[keyOf(it)]: countsOf(it)})
	}
	return sum, nil
}

func countsOf(it item) survey.Counts {
	c := survey.Counts{}
	for name := range it {
		if name != "pk" && name != "sk" {
			c[name] = number64(it, name)
		}
	}
	return c
}

// tallies reads figures; limit is how many of each shard, 0: all.
func (s *Store) tallies(ctx context.Context, scope, prefix string, limit int) (map[survey.TallyKey]survey.Counts, bool, error) {
	shards := make([]map[survey.TallyKey]survey.Counts, tallyShards)
	var more atomic.Bool
	g, ctx := errgroup.WithContext(ctx)
	for n := range shards {
		g.Go(func() error {
			shards[n] = map[survey.TallyKey]survey.Counts{}
			in := &dynamodb.QueryInput{
				TableName: &s.table, ConsistentRead: aws.Bool(true),
				KeyConditionExpression:    aws.String("pk = :pk"),
				ExpressionAttributeValues: item{":pk": str(tallyPK(scope, n))},
			}
			if prefix != "" {
				in.KeyConditionExpression = aws.String("pk = :pk AND begins_with(sk, :sk)")
				in.ExpressionAttributeValues[":sk"] = str(prefix)
			}
			if limit > 0 {
				in.Limit = aws.Int32(int32(limit + 1))
			}
			return s.pages(ctx, in, func(it item) (bool, error) {
				if limit > 0 && len(shards[n]) == limit {
					more.Store(true)
					return false, nil
				}
				kind, value, _ := strings.Cut(text(it, "sk"), "#")
				shards[n][survey.TallyKey{Scope: scope, Kind: kind, Value: unpart(value)}] = countsOf(it)
				return true, nil
			})
		})
	}
	if err := g.Wait(); err != nil {
		return nil, false, fmt.Errorf("tallies: %w", err)
	}
	sum := survey.Deltas{}
	for _, m := range shards {
		sum.Merge(survey.Deltas(m))
	}
	return sum, more.Load(), nil
}

// maxActions is DynamoDB's limit of actions in a transaction.
const maxActions = 100

// AddCounts writes the counts' markers and figures in one transaction. It takes as many of the counts as fit 100
// actions and returns how many those were. ErrChanged means that nothing was written because a marker was not as
// believed; stale then says which.
func (s *Store) AddCounts(ctx context.Context, counts []survey.ItemCount, shard int) (taken int, stale []bool, err error) {
	sum := survey.Deltas{}
	for _, c := range counts {
		figures := len(sum)
		for k := range c.Deltas {
			if sum[k] == nil {
				figures++
			}
		}
		if taken > 0 && taken+1+figures > maxActions {
			break
		}
		sum.Merge(c.Deltas)
		taken++
	}
	actions := make([]types.TransactWriteItem, 0, taken+len(sum))
	for _, c := range counts[:taken] {
		actions = append(actions, s.marker(c))
	}
	for k, c := range sum {
		actions = append(actions, s.addition(tallyKey(k, shard%tallyShards), c))
	}
	failed, err := s.transactReasons(ctx, "count", actions)
	if failed != nil {
		failed = failed[:taken]
	}
	return taken, failed, err
}

func (s *Store) marker(c survey.ItemCount) types.TransactWriteItem {
	it := countedKey(keyOfItem(c.Item)).item()
	it["mark"] = str(string(c.Now))
	put := &types.Put{TableName: &s.table, Item: it, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if c.Was != nil {
		put.ConditionExpression = aws.String("mark = :was")
		put.ExpressionAttributeValues = item{":was": str(string(c.Was))}
	}
	return types.TransactWriteItem{Put: put}
}

func (s *Store) addition(k key, c survey.Counts) types.TransactWriteItem {
	names, values, expr := map[string]string{}, item{}, []string{}
	fields := make([]string, 0, len(c))
	for f := range c {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	for i, f := range fields {
		n := strconv.Itoa(i)
		names["#"+n], values[":"+n] = f, num(c[f])
		expr = append(expr, "#"+n+" :"+n)
	}
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: k.item(),
		UpdateExpression: aws.String("ADD " + strings.Join(expr, ", ")), ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}}
}

// Marks reads what is counted of items now; those that were never counted are absent.
func (s *Store) Marks(ctx context.Context, keys []survey.ItemKey) (map[survey.ItemKey]json.RawMessage, error) {
	ask := make([]key, len(keys))
	of := make(map[key]survey.ItemKey, len(keys))
	for i, k := range keys {
		ask[i] = countedKey(keyOfItem(k))
		of[ask[i]] = k
	}
	items, err := s.batchGet(ctx, ask, true, "")
	if err != nil {
		return nil, fmt.Errorf("marks: %w", err)
	}
	found := make(map[survey.ItemKey]json.RawMessage, len(items))
	for _, it := range items {
		found[of[keyOf(it)]] = json.RawMessage(text(it, "mark"))
	}
	return found, nil
}
