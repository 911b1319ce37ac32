package store

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// BroughtAt reads what stands at some places of answers; where nothing does, and nothing stood lately, the place is absent. marks says that
// answers were taken back within lateRecords: whoever writes there again must go on from their version.
func (s *Store) BroughtAt(ctx context.Context, places []survey.AnswerPlace, marks bool) (map[survey.AnswerPlace]survey.BroughtAnswer, error) {
	keys := make([]key, 0, 2*len(places))
	for _, p := range places {
		k := personKey(p.Campaign, "RESPONSE", p.Contact)
		if keys = append(keys, k); marks {
			keys = append(keys, countedKey(k))
		}
	}
	items, err := s.gather(ctx, keys, true, "pk, sk, brought, origin, version, mark")
	if err != nil {
		return nil, err
	}
	found := make(map[survey.AnswerPlace]survey.BroughtAnswer, len(items))
	for _, it := range items {
		counted, isMark := strings.CutPrefix(text(it, "sk"), "COUNTED#")
		if isMark {
			it["sk"] = str(counted)
		}
		var p survey.AnswerPlace
		p.Campaign, p.Contact, _ = personOf(it)
		a := found[p]
		if isMark {
			var m survey.Mark
			if err := json.Unmarshal([]byte(text(it, "mark")), &m); err != nil {
				return nil, err
			}
			a.Version = max(a.Version, m.Version)
		} else {
			a.There, a.Import, a.Origin, a.Version = true, text(it, "brought"), text(it, "origin"), max(a.Version, int(number64(it, "version")))
		}
		found[p] = a
	}
	return found, nil
}

// AddBrought writes answers where there are none, their words sealed. taken says at whose place there was one, which stays. A hundred go in one
// transaction: that is twice the write units of single writes, and a hundredth of the calls.
func (s *Store) AddBrought(ctx context.Context, rs []survey.Response) (taken []bool, err error) {
	taken = make([]bool, len(rs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(contactsInFlight)
	for from := 0; from < len(rs); from += maxActions {
		to := min(from+maxActions, len(rs))
		g.Go(func() error { return s.addBrought(ctx, rs[from:to], taken[from:to]) })
	}
	return taken, g.Wait()
}

func (s *Store) addBrought(ctx context.Context, rs []survey.Response, taken []bool) error {
	actions, of := make([]types.TransactWriteItem, len(rs)), make([]int, len(rs))
	for i, r := range rs {
		it, err := s.responseItem(ctx, r)
		if err != nil {
			return err
		}
		of[i] = i
		actions[i] = types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: it, ConditionExpression: aws.String("attribute_not_exists(pk)")}}
	}
	for len(actions) > 0 {
		failed, err := s.transactReasons(ctx, "bring answers in", actions)
		if !errors.Is(err, apperr.ErrChanged) {
			return err
		}
		var left []types.TransactWriteItem
		var whose []int
		for i, f := range failed {
			if f {
				taken[of[i]] = true
			} else {
				left, whose = append(left, actions[i]), append(whose, of[i])
			}
		}
		actions, of = left, whose
	}
	return nil
}

// TakeBackBrought deletes answers that an import brought to one shard of a campaign, with what of them is in the figures, until there is none
// or until is reached. Beside each stays a marker for lateRecords, so that a record of the stream that comes late counts nothing.
func (s *Store) TakeBackBrought(ctx context.Context, c survey.CampaignID, imported string, shard int, now time.Time, until func() bool) (n int, done bool, err error) {
	var items []item
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :sk)"),
		FilterExpression:          aws.String("begins_with(brought, :import)"),
		ExpressionAttributeValues: item{":pk": str(peoplePK(c, shard)), ":sk": str("RESPONSE#"), ":import": str(imported + ".")},
	}
	some := func() error {
		taken, err := s.takeBackSome(ctx, items, now)
		n += taken
		items = items[:0]
		return err
	}
	stopped := false
	err = s.pages(ctx, in, func(it item) (bool, error) {
		if items = append(items, it); len(items) < maxActions/3 {
			return true, nil
		}
		if err := some(); err != nil {
			return false, err
		}
		stopped = until()
		return !stopped, nil
	})
	if err != nil || stopped {
		return n, false, err
	}
	return n, true, some()
}

// takeBackSome deletes answers, as many in a transaction as fit it.
func (s *Store) takeBackSome(ctx context.Context, items []item, now time.Time) (n int, err error) {
	for try := 0; len(items) > 0; try++ {
		if err := backoff(ctx, min(try, 1)); err != nil {
			return n, err
		}
		keys := make([]survey.ItemKey, len(items))
		for i, it := range items {
			keys[i] = itemKey(keyOf(it))
		}
		marks, err := s.Marks(ctx, keys)
		if err != nil {
			return n, err
		}
		var actions []types.TransactWriteItem
		sum, taken := survey.Deltas{}, 0
		for i, it := range items {
			d := survey.Deltas{}
			if err := (survey.CountedResponse{Response: responseOf(it)}).Counted(marks[keys[i]], d); err != nil {
				return n, err
			}
			more := 0
			for k := range d {
				if sum[k] == nil {
					more++
				}
			}
			if taken > 0 && len(actions)+2+len(sum)+more > maxActions {
				break
			}
			for k, counts := range d {
				minus := survey.Counts{}
				for f, v := range counts {
					minus[f] = -v
				}
				sum.Merge(survey.Deltas{k: minus})
			}
			actions = append(actions, s.takeBackAnswer(it, marks[keys[i]], now)...)
			taken++
		}
		err = s.transact(ctx, "take back answers", append(actions, s.additions(sum)...))
		if errors.Is(err, apperr.ErrChanged) { // counted meanwhile, or changed, or taken back by another
			if try > 8 {
				return n, err
			}
			if items, err = s.batchGet(ctx, keysOf(items), true, ""); err != nil {
				return n, err
			}
			continue
		}
		if err != nil {
			return n, err
		}
		n, try = n+taken, -1
		items = items[taken:]
	}
	return n, nil
}

func keysOf(items []item) []key {
	keys := make([]key, len(items))
	for i, it := range items {
		keys[i] = keyOf(it)
	}
	return keys
}

// takeBackAnswer deletes one answer and has its marker say that nothing of it is counted.
func (s *Store) takeBackAnswer(it item, was json.RawMessage, now time.Time) []types.TransactWriteItem {
	k := keyOf(it)
	gone := countedKey(k).item()
	gone["mark"] = asJSON(survey.Mark{Version: int(number64(it, "version")), Gone: true})
	gone["ttl"] = num(now.Add(lateRecords).Unix())
	put := &types.Put{TableName: &s.table, Item: gone, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if was != nil {
		put.ConditionExpression, put.ExpressionAttributeValues = aws.String("mark = :was"), item{":was": str(string(was))}
	}
	return []types.TransactWriteItem{
		{Delete: &types.Delete{TableName: &s.table, Key: k.item(), ConditionExpression: aws.String("version = :was"), ExpressionAttributeValues: item{":was": it["version"]}}},
		{Put: put},
	}
}
