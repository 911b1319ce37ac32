package store

import (
	"context"
	endian "encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// packAccounts packs how many people of each account there are: ten bytes and a number each, some 30,000 of them to an item.
func packAccounts(counts map[survey.AccountID]int) []byte {
	b := make([]byte, 0, 12*len(counts))
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		b = append(b, packIDs([]survey.ContactID{survey.ContactID(id)})...)
		b = endian.AppendUvarint(b, uint64(counts[id]))
	}
	return b
}

func addAccounts(to map[survey.AccountID]int, b []byte) error {
	for len(b) > 0 {
		if len(b) <= idBytes {
			return errors.New("accounts of a plan break off")
		}
		id := unpackIDs(b[:idBytes])[0]
		n, size := endian.Uvarint(b[idBytes:])
		if size <= 0 {
			return errors.New("accounts of a plan do not count")
		}
		to[survey.AccountID(id)] += int(n)
		b = b[idBytes+size:]
	}
	return nil
}

// PutAskedAccounts keeps how many people of each account one shard of the contacts has whom a campaign asks; planning the shard again
// writes the same again. Of none it writes nothing.
func (s *Store) PutAskedAccounts(ctx context.Context, c survey.CampaignID, shard int, counts map[survey.AccountID]int) error {
	if len(counts) == 0 {
		return nil
	}
	it := askedAccountsKey(c, shard).item()
	it["accounts"] = bin(packAccounts(counts))
	return s.put(ctx, it, "", nil)
}

// AskedAccounts adds up how many people of each account a campaign asks, of the shards below one.
func (s *Store) AskedAccounts(ctx context.Context, c survey.CampaignID, below int) (map[survey.AccountID]int, error) {
	sum := map[survey.AccountID]int{}
	err := s.queryItems(ctx, campaignKey(c).pk, askedAccountsPrefix, true, func(it item) (bool, error) {
		if text(it, "sk") >= askedAccountsKey(c, below).sk {
			return false, nil
		}
		return true, addAccounts(sum, binary(it, "accounts"))
	})
	if err != nil {
		return nil, fmt.Errorf("accounts of a plan: %w", err)
	}
	return sum, nil
}

// AccountJoins reads what people have said of an audience's accounts; empty where nobody has.
func (s *Store) AccountJoins(ctx context.Context, a survey.Audience) (j survey.AccountJoins, err error) {
	it, err := s.get(ctx, accountJoinsKey(a))
	if err != nil || it == nil {
		return j, err
	}
	err = fromJSON(it, "joins", &j)
	j.Version = int(number64(it, "version"))
	return j, err
}

// ChangeAccountJoins keeps what change made of them; change is called again where somebody else was faster, and its error ends it.
func (s *Store) ChangeAccountJoins(ctx context.Context, a survey.Audience, change func(*survey.AccountJoins) error) error {
	for try := 0; ; try++ {
		if err := backoff(ctx, try); err != nil {
			return err
		}
		j, err := s.AccountJoins(ctx, a)
		if err != nil {
			return err
		}
		if err := change(&j); err != nil {
			return err
		}
		it := accountJoinsKey(a).item()
		it["joins"], it["version"] = asJSON(j), num(j.Version+1)
		condition, values := "attribute_not_exists(pk)", item(nil)
		if j.Version > 0 {
			condition, values = "version = :was", item{":was": num(j.Version)}
		}
		if err := s.put(ctx, it, condition, values); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
}

// NoteAccounts keeps that contacts of an audience with companies have come or changed.
func (s *Store) NoteAccounts(ctx context.Context, a survey.Audience, now time.Time) error {
	it := accountsKey(a).item()
	it["changed"] = at(now)
	return s.put(ctx, it, "", nil)
}

// HasAccounts reports whether contacts of an audience have ever come with a company.
func (s *Store) HasAccounts(ctx context.Context, a survey.Audience) (bool, error) {
	it, err := s.get(ctx, accountsKey(a))
	return it != nil, err
}
