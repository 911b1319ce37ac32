package store

import (
	"context"

	"onetap/internal/seal"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// KeyRing reads the wrapped keys of a purpose; a ring of version 0 where there are none.
func (s *Store) KeyRing(ctx context.Context, name string) (seal.Ring, error) {
	r := seal.Ring{Name: name}
	it, err := s.get(ctx, keyRingKey(name))
	if err != nil || it == nil {
		return r, err
	}
	r.Version = int(number64(it, "version"))
	return r, fromJSON(it, "keys", &r.Keys)
}

// PutKeyRing writes a ring if the stored one still has the version that was read (0: none is stored), with the next one; otherwise
// ErrChanged. Of two processes that make the first key of a purpose at once, one so takes the other's.
func (s *Store) PutKeyRing(ctx context.Context, r seal.Ring) error {
	it := keyRingKey(r.Name).item()
	it["version"], it["keys"] = num(r.Version+1), asJSON(r.Keys)
	if r.Version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(r.Version)})
}

// DeleteKeyRing deletes the keys: what was sealed with them never opens again. Deleting what is not there is no error.
func (s *Store) DeleteKeyRing(ctx context.Context, name string) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(s.table), Key: keyRingKey(name).item()})
	return s.failed("delete KEYS", err)
}
