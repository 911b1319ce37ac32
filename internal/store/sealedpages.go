package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/seal"
)

// An index of what is sealed (of contacts' words, of their accounts) is an item that says which pages there are, notes of what has changed since beside
// it, and sealed pages under keys of their own, which never change.

// index reads an index's item into x, with its version, and up to limit notes beside it, the newest first; more reports whether there are others. It is read
// as it is at one moment.
func (s *Store) index(ctx context.Context, k key, limit int, x any, note func(item)) (version int64, more bool, err error) {
	out, err := s.db.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(limit + 2)),
		KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": str(k.pk)},
	})
	if err != nil {
		return 0, false, s.failed("index", err)
	}
	notes := 0
	for _, it := range out.Items {
		if text(it, "sk") == k.sk {
			if err := fromJSON(it, "index", x); err != nil {
				return 0, false, err
			}
			version = number64(it, "version")
			continue
		}
		if notes == limit {
			return version, true, nil
		}
		notes++
		note(it)
	}
	return version, len(out.LastEvaluatedKey) > 0, nil
}

// saveIndex writes an index's item, which has its next version in it, over the one before; apperr.ErrChanged.
func (s *Store) saveIndex(ctx context.Context, k key, x any, version int64) error {
	it := k.item()
	it["index"], it["version"] = asJSON(x), num(version)
	if version == 1 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(version - 1)})
}

// notesUntil reads the eldest notes beside an index until there are enough.
func (s *Store) notesUntil(ctx context.Context, k key, prefix string, each func(id string, it item) (more bool)) error {
	return s.queryItems(ctx, k.pk, prefix, true, func(it item) (bool, error) {
		return each(noteID(it, prefix), it), nil
	})
}

func noteID(it item, prefix string) string {
	return unpart(strings.TrimPrefix(text(it, "sk"), prefix))
}

// pagePlace is where a page is sealed for.
func pagePlace(k key) seal.Place {
	return seal.Place{Partition: k.pk, Sort: k.sk, Attribute: "sealed"}
}

// putPages writes sealed pages.
func putPages[P comparable](ctx context.Context, s *Store, pages map[P][]byte, keyOf func(P) key) error {
	items := make([]item, 0, len(pages))
	for p, sealed := range pages {
		it := keyOf(p).item()
		it["sealed"] = bin(sealed)
		items = append(items, it)
	}
	return s.batchPut(ctx, items)
}

// readPages reads sealed pages, in the order of their names; apperr.ErrChanged where one is not there any more.
func readPages[P any](ctx context.Context, s *Store, pages []P, pageKey func(P) key) ([][]byte, error) {
	at := make(map[key]int, len(pages))
	keys := make([]key, len(pages))
	for i, p := range pages {
		keys[i] = pageKey(p)
		at[keys[i]] = i
	}
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return nil, err
	}
	if len(items) < len(pages) {
		return nil, fmt.Errorf("pages of an index: %w", apperr.ErrChanged)
	}
	all := make([][]byte, len(pages))
	for _, it := range items {
		all[at[keyOf(it)]] = binary(it, "sealed")
	}
	return all, nil
}

func keysFor[P any](all []P, keyOf func(P) key) []key {
	keys := make([]key, len(all))
	for i, p := range all {
		keys[i] = keyOf(p)
	}
	return keys
}

func (s *Store) dropKeys(ctx context.Context, keys []key) error {
	ask := make([]types.WriteRequest, len(keys))
	for i, k := range keys {
		ask[i] = types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: k.item()}}
	}
	return s.batchWrite(ctx, ask)
}

// dropPagesAfter deletes what a partition has behind a sort key; "": all.
func (s *Store) dropPagesAfter(ctx context.Context, pk, after string) error {
	in := &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"), ProjectionExpression: aws.String("pk, sk"), ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: item{":pk": str(pk)},
	}
	if after != "" {
		in.KeyConditionExpression = aws.String("pk = :pk AND sk > :sk")
		in.ExpressionAttributeValues[":sk"] = str(after)
	}
	var keys []key
	err := s.pages(ctx, in, func(it item) (bool, error) {
		keys = append(keys, keyOf(it))
		return true, nil
	})
	if err != nil {
		return err
	}
	return s.dropKeys(ctx, keys)
}
