package store

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// erasureItem has the person sealed in one attribute, which is gone when the erasure has come to its end.
func (s *Store) erasureItem(ctx context.Context, e survey.Erasure) (item, error) {
	it := erasureKey(e.ID).item()
	it["erasure"], it["version"] = asJSON(e), num(e.Version)
	if e.Whom == nil {
		return it, nil
	}
	it["gsi1pk"], it["gsi1sk"] = str(erasingPK), str(e.ID)
	return it, s.sealJSON(ctx, it, seal.Contacts, "person", e.Whom)
}

// erasureOf reads an erasure. Where the person does not open, Whom is nil (survey.Erasure.Damaged), and the log says nothing: it is read
// once a minute.
func (s *Store) erasureOf(ctx context.Context, it item) (e survey.Erasure, err error) {
	if err = fromJSON(it, "erasure", &e); err != nil {
		return e, err
	}
	e.Version = int(number64(it, "version"))
	if text(it, "person") != "" || it[sealedName] != nil {
		e.Whom = &survey.ErasureWhom{}
		if err = s.openJSON(ctx, it, seal.Contacts, "person", e.Whom); errors.Is(err, seal.ErrBroken) {
			e.Whom, err = nil, nil
		}
	}
	return e, err
}

// SaveErasure writes an erasure if it has the version that was read (0: it is new), and returns it with the next; otherwise
// ErrChanged.
func (s *Store) SaveErasure(ctx context.Context, e survey.Erasure) (survey.Erasure, error) {
	was := e.Version
	e.Version++
	it, err := s.erasureItem(ctx, e)
	if err != nil {
		return e, err
	}
	if was == 0 {
		return e, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return e, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// Erasure reads an erasure, or a problem erasure_unknown.
func (s *Store) Erasure(ctx context.Context, id string) (survey.Erasure, error) {
	it, err := s.get(ctx, erasureKey(id))
	if err != nil {
		return survey.Erasure{}, err
	}
	if it == nil {
		return survey.Erasure{}, apperr.New(apperr.Unknown, "erasure_unknown", "erasure")
	}
	return s.erasureOf(ctx, it)
}

// Erasures lists the newest erasures, the latest first, at most limit.
func (s *Store) Erasures(ctx context.Context, limit int) (all []survey.Erasure, err error) {
	err = s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(limit)),
		KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": str(erasureKey("").pk)},
	}, func(it item) (bool, error) {
		e, err := s.erasureOf(ctx, it)
		all = append(all, e)
		return len(all) < limit, err
	})
	return all, err
}

// Unended lists the erasures that have steps left to do, the oldest first, at most limit.
func (s *Store) Unended(ctx context.Context, limit int) (all []survey.Erasure, err error) {
	err = s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("gsi1"), Limit: aws.Int32(int32(limit)),
		KeyConditionExpression: aws.String("gsi1pk = :pk"), ExpressionAttributeValues: item{":pk": str(erasingPK)},
	}, func(it item) (bool, error) {
		e, err := s.erasureOf(ctx, it)
		all = append(all, e)
		return len(all) < limit, err
	})
	return all, err
}

// Block keeps identifiers from coming back. One that is blocked already stays as it is.
func (s *Store) Block(ctx context.Context, blocks []survey.ErasedBlock) error {
	for _, b := range blocks {
		it := blockKey(b.Seal).item()
		it["since"] = at(b.Since)
		set(it, "stop", string(b.Stop))
		set(it, "erasure", b.Erasure)
		if err := s.put(ctx, it, "attribute_not_exists(pk)", nil); err != nil && err != apperr.ErrChanged {
			return err
		}
	}
	return nil
}

// Blocked reads every block: of some hundreds of people an upload's part reads them with a few read units. They are by seal.
func (s *Store) Blocked(ctx context.Context) (map[string]survey.ErasedBlock, error) {
	all := map[string]survey.ErasedBlock{}
	for n := range blockShards {
		err := s.queryItems(ctx, blockPK(n), "", true, func(it item) (bool, error) {
			b := blockOf(it)
			all[b.Seal] = b
			return true, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// BlockedAmong reads those of some seals that are blocked.
func (s *Store) BlockedAmong(ctx context.Context, seals []string) ([]survey.ErasedBlock, error) {
	keys := make([]key, len(seals))
	for i, seal := range seals {
		keys[i] = blockKey(seal)
	}
	items, err := s.batchGet(ctx, keys, true, "")
	all := make([]survey.ErasedBlock, len(items))
	for i, it := range items {
		all[i] = blockOf(it)
	}
	return all, err
}

func blockOf(it item) survey.ErasedBlock {
	return survey.ErasedBlock{Seal: unpart(text(it, "sk")), Since: instant(it, "since"), Stop: survey.SuppressionReason(text(it, "stop")), Erasure: text(it, "erasure")}
}

// Unblock lets identifiers come back. Those that are not blocked are passed over.
func (s *Store) Unblock(ctx context.Context, seals []string) error {
	ask := make([]types.WriteRequest, len(seals))
	for i, seal := range seals {
		ask[i] = types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: blockKey(seal).item()}}
	}
	return s.batchWrite(ctx, ask)
}

// stopOf reads a stop beside a contact; "" where there is none.
func (s *Store) stopOf(ctx context.Context, k key) (survey.SuppressionReason, error) {
	it, err := s.get(ctx, k)
	if err != nil || it == nil {
		return "", err
	}
	return survey.SuppressionReason(strings.TrimSpace(text(it, "reason"))), nil
}
