package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/loop"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// Rounds lists the rounds of executives' calls without their hands, the latest first, and the version of the list.
func (s *Store) Rounds(ctx context.Context) (all []loop.Round, version int, err error) {
	it, err := s.get(ctx, callRoundsKey)
	if err != nil || it == nil {
		return nil, 0, err
	}
	err = fromJSON(it, "rounds", &all)
	return all, int(number64(it, "version")), err
}

// Round reads a round with its hands; ok is false where there is none.
func (s *Store) Round(ctx context.Context, id string) (r loop.Round, ok bool, err error) {
	it, err := s.get(ctx, callRoundKey(id))
	if err != nil || it == nil {
		return r, false, err
	}
	if err = fromJSON(it, "round", &r); err == nil {
		err = fromJSON(it, "hands", &r.Hands)
	}
	return r, true, err
}

// PutRound adds a round to the list as it was read, in one write; ErrChanged where somebody else has dealt meanwhile.
func (s *Store) PutRound(ctx context.Context, r loop.Round, others []loop.Round, version int) error {
	all := append([]loop.Round{r}, others...)
	list := types.Put{TableName: &s.table, Item: callRoundsKey.item(), ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if version > 0 {
		list.ConditionExpression, list.ExpressionAttributeValues = aws.String("version = :was"), item{":was": num(version)}
	}
	list.Item["rounds"], list.Item["version"] = asJSON(all[:min(len(all), loop.MaxRounds)]), num(version+1)
	one := types.Put{TableName: &s.table, Item: callRoundKey(r.ID).item()}
	one.Item["round"], one.Item["hands"] = asJSON(r), asJSON(r.Hands)
	return s.transact(ctx, "deal calls", []types.TransactWriteItem{{Put: &list}, {Put: &one}})
}

// Calls reads what was written down of a round's calls, by contact.
func (s *Store) Calls(ctx context.Context, r loop.Round, ids []survey.ContactID) (map[survey.ContactID]loop.Call, error) {
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = callKey(r.Campaign, id, r.ID)
	}
	items, err := s.batchGet(ctx, keys, true, "")
	found := map[survey.ContactID]loop.Call{}
	for _, it := range items {
		c, ok, failed := s.callOf(ctx, it)
		if failed != nil {
			return nil, failed
		}
		if ok {
			found[c.Contact] = c
		}
	}
	return found, err
}

// CallsOf reads what was written down of calls of a contact about a campaign.
func (s *Store) CallsOf(ctx context.Context, campaign survey.CampaignID, id survey.ContactID) (all []loop.Call, err error) {
	err = s.queryItems(ctx, peoplePK(campaign, shard(id)), callPrefix(id), true, func(it item) (bool, error) {
		c, ok, err := s.callOf(ctx, it)
		if ok {
			all = append(all, c)
		}
		return true, err
	})
	return all, err
}

// callOf reads a call; one that does not open is none.
func (s *Store) callOf(ctx context.Context, it item) (c loop.Call, ok bool, err error) {
	err = s.openJSON(ctx, it, seal.Notes, "call", &c)
	if s.unreadable(ctx, err) {
		return c, false, nil
	}
	c.Version = int(number64(it, "version"))
	return c, err == nil, err
}

// PutCall writes what was written down of a call, if it still has the version that was read (0: none is stored), and returns it with the next one;
// otherwise ErrChanged.
func (s *Store) PutCall(ctx context.Context, c loop.Call) (loop.Call, error) {
	was := c.Version
	c.Version++
	it := callKey(c.Campaign, c.Contact, c.Round).item()
	if err := s.sealJSON(ctx, it, seal.Notes, "call", c); err != nil {
		return c, err
	}
	it["version"] = num(c.Version)
	if was == 0 {
		return c, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return c, s.put(ctx, it, "version = :was", item{":was": num(was)})
}
