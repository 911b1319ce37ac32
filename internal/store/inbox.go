package store

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

func inboxKeyOf(i loop.Item) key { return inboxKey(i.Campaign, i.Shard, i.Name) }

// inboxItem has all of an item but what people wrote in it.
func inboxItem(i loop.Item) item {
	it := inboxKeyOf(i).item()
	it["item"], it["version"] = asJSON(i), num(i.Version)
	it["gsi1pk"], it["gsi1sk"] = str(inboxPK(i.Kind, i.Waits())), str(stamp(i.At)+"#"+i.ID())
	if i.Recommended {
		it["ttl"] = num(i.At.Add(loop.LeadLife).Unix())
	}
	return it
}

// inboxOf reads an item; of one whose words do not open the rest is there.
func (s *Store) inboxOf(ctx context.Context, it item) (i loop.Item, err error) {
	if err = fromJSON(it, "item", &i); err != nil {
		return i, err
	}
	i.Version = int(number64(it, "version"))
	if err = s.openJSON(ctx, it, seal.Words, "said", &i.Said); s.unreadable(ctx, err) {
		i.Unreadable, err = true, nil
	}
	return i, err
}

// LeadPlace is the place for which what a newcomer leaves is sealed.
func (s *Store) LeadPlace(i loop.Item) seal.Place { return placeOf(inboxKeyOf(i)) }

// PutLead stores what a newcomer left, which is sealed already; again changes nothing.
func (s *Store) PutLead(ctx context.Context, i loop.Item, sealed []byte) error {
	i.Version = 1
	it := inboxItem(i)
	it[sealedName] = bin(sealed)
	err := s.put(ctx, it, "attribute_not_exists(pk)", nil)
	if errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}

// Item reads an item of the inbox by its name, consistently; ok is false where there is none.
func (s *Store) Item(ctx context.Context, id string) (i loop.Item, ok bool, err error) {
	c, shard, name, ok := loop.ParseItemID(id)
	if !ok {
		return i, false, nil
	}
	it, err := s.get(ctx, inboxKey(c, shard, name))
	if err != nil || it == nil {
		return i, false, err
	}
	i, err = s.inboxOf(ctx, it)
	return i, err == nil, err
}

// SaveItem writes an item if it has the version that was read (0: there is none), and returns it with the next one; otherwise ErrChanged.
func (s *Store) SaveItem(ctx context.Context, i loop.Item) (loop.Item, error) {
	was := i.Version
	i.Version++
	it := inboxItem(i)
	if i.Said != (loop.ItemSaid{}) {
		if err := s.sealJSON(ctx, it, seal.Words, "said", i.Said); err != nil {
			return i, err
		}
	}
	if was == 0 {
		return i, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return i, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// DropItem deletes an item; again changes nothing.
func (s *Store) DropItem(ctx context.Context, i loop.Item) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: inboxKeyOf(i).item()})
	return s.failed("delete an item of the inbox", err)
}

// Items lists items of a kind that wait, the oldest first, or that are over, the latest first: limit of them. It may be behind by a moment.
func (s *Store) Items(ctx context.Context, kind loop.ItemKind, waits bool, limit int) (all []loop.Item, err error) {
	err = s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("gsi1"), ScanIndexForward: &waits, Limit: aws.Int32(int32(min(limit, 500))),
		KeyConditionExpression: aws.String("gsi1pk = :pk"), ExpressionAttributeValues: item{":pk": str(inboxPK(kind, waits))},
	}, func(it item) (bool, error) {
		i, err := s.inboxOf(ctx, it)
		all = append(all, i)
		return len(all) < limit, err
	})
	return all, err
}

// ItemsOf lists what of some contacts' answers to a campaign was marked, by contact.
func (s *Store) ItemsOf(ctx context.Context, c survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID][]loop.Item, error) {
	var keys []key
	for _, id := range ids {
		for _, kind := range loop.ItemKinds {
			keys = append(keys, inboxKey(c, shard(id), loop.MarkName(id, kind)))
		}
	}
	items, err := s.batchGet(ctx, keys, true, "")
	found := map[survey.ContactID][]loop.Item{}
	for _, it := range items {
		i, failed := s.inboxOf(ctx, it)
		if failed != nil {
			return nil, failed
		}
		found[i.Contact] = append(found[i.Contact], i)
	}
	return found, err
}

// EraseBesides deletes what a campaign has of a contact besides answer and case: whether it may be quoted, what of its answer was marked, and the link that it handed on; what newcomers left by
// that link is nobody's from then on. Again changes nothing.
func (s *Store) EraseBesides(ctx context.Context, c survey.CampaignID, id survey.ContactID) error {
	var ask []types.WriteRequest
	drop := func(k key) {
		ask = append(ask, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: k.item()}})
	}
	drop(personKey(c, "QUOTE", id))
	drop(recommendKey(c, id))
	err := s.queryItems(ctx, peoplePK(c, shard(id)), inboxPrefix, true, func(it item) (bool, error) {
		var i loop.Item
		err := fromJSON(it, "item", &i)
		switch {
		case err != nil || i.Contact != id:
		case i.Recommended:
			was := it["version"]
			i.Contact = ""
			it["item"], it["version"] = asJSON(i), num(number64(it, "version")+1)
			err = s.put(ctx, it, "version = :was", item{":was": was})
		default:
			drop(keyOf(it))
		}
		return true, err
	})
	if err != nil {
		return err
	}
	return s.batchWrite(ctx, ask)
}

// CampaignItems lists a campaign's items, in no order, without what people wrote in them.
func (s *Store) CampaignItems(ctx context.Context, c survey.CampaignID) (all []loop.Item, err error) {
	for n := range survey.ContactShards {
		err = s.queryItems(ctx, peoplePK(c, n), inboxPrefix, true, func(it item) (bool, error) {
			var i loop.Item
			err := fromJSON(it, "item", &i)
			all = append(all, i)
			return true, err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
