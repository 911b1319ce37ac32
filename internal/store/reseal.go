package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// Resealing reads how far sealing again is; version 0: it has not begun.
func (s *Store) Resealing(ctx context.Context) (r survey.Resealing, err error) {
	it, err := s.get(ctx, resealingKey)
	if err != nil || it == nil {
		return r, err
	}
	version := int(number64(it, "version"))
	err = fromJSON(it, "walk", &r)
	r.Version = version
	return r, err
}

// SaveResealing writes it if it has the version that was read, otherwise ErrChanged, and returns it with the next.
func (s *Store) SaveResealing(ctx context.Context, r survey.Resealing) (survey.Resealing, error) {
	was := r.Version
	r.Version++
	it := resealingKey.item()
	it["walk"], it["version"] = asJSON(r), num(r.Version)
	if was == 0 {
		return r, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return r, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// SealKeys names the newest data key of each purpose. Those that were narrowed to one thing (ballots) are nobody's to seal again.
func (s *Store) SealKeys(ctx context.Context) (string, error) {
	var names []string
	err := s.queryItems(ctx, keyRingKey("").pk, "DATA#", true, func(it item) (bool, error) {
		var keys []seal.Key
		err := fromJSON(it, "keys", &keys)
		if name := strings.TrimPrefix(text(it, "sk"), "DATA#"); len(keys) > 0 && !strings.Contains(name, "#") {
			names = append(names, fmt.Sprintf("%s %08x", name, keys[len(keys)-1].ID))
		}
		return true, err
	})
	return strings.Join(names, ", "), err
}

// partMark stands between the partition and the beginning of the sort key in the name of a part.
const partMark = " "

// SealedParts lists the parts of the table that hold what is sealed and stays, in the order of their names. What an upload leaves (parts,
// workbooks, its line of the history, what undoing needs) is not among them: it is deleted within 33 days, and keys stay for longer.
func (s *Store) SealedParts(ctx context.Context) (parts []string, err error) {
	for n := range staffShards {
		parts = append(parts, "STAFF#"+two(n)+partMark)
	}
	parts = append(parts, erasureKey("").pk+partMark)
	for _, a := range survey.Audiences {
		for n := range survey.ContactShards {
			parts = append(parts, contactsPK(a, n)+partMark)
		}
		campaigns, err := s.Campaigns(ctx, a, 1<<30)
		if err != nil {
			return nil, err
		}
		for _, c := range campaigns {
			parts = append(parts, campaignKey(c.ID).pk+partMark+"ASKED#")
			for n := range survey.ContactShards {
				parts = append(parts, peoplePK(c.ID, n)+partMark+"CALL#", peoplePK(c.ID, n)+partMark+inboxPrefix, peoplePK(c.ID, n)+partMark+"NOTE#", peoplePK(c.ID, n)+partMark+"RESPONSE#")
			}
			if c.Ballots {
				parts = append(parts, wordsKey(c.ID, 0).pk+partMark+"WORDS#")
			}
		}
	}
	slices.Sort(parts)
	return parts, nil
}

// resealPage is how many items of a part are looked at in one step.
const resealPage = 200

// Reseal seals those of some items of a part again, behind a sort key, that are sealed with another key than the newest, or not at all.
// What somebody else writes at the same moment is left to them. What does not open is reported and left as it is. Among contacts it also
// writes the stops of old suppressions.
func (s *Store) Reseal(ctx context.Context, part, after string) (next string, sealed int, err error) {
	pk, prefix, _ := strings.Cut(part, partMark)
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), Limit: aws.Int32(resealPage),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: item{":pk": str(pk)},
	}
	if prefix != "" {
		in.KeyConditionExpression, in.ExpressionAttributeValues[":sk"] = aws.String("pk = :pk AND begins_with(sk, :sk)"), str(prefix)
	}
	if after != "" {
		in.ExclusiveStartKey = key{pk, after}.item()
	}
	out, err := s.db.Query(ctx, in)
	if err != nil {
		return "", 0, s.failed("seal again", err)
	}
	var n atomic.Int64
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(contactsInFlight)
	for _, it := range out.Items {
		g.Go(func() error {
			now, err := s.resealed(gctx, it)
			if err != nil || now == nil {
				if s.unreadable(gctx, err) {
					err = nil
				}
				return err
			}
			switch err := s.replace(gctx, it, now); {
			case errors.Is(err, apperr.ErrChanged):
				return nil
			case err != nil:
				return err
			}
			n.Add(1)
			return nil
		})
	}
	err = g.Wait()
	if err == nil && strings.HasPrefix(pk, "CONTACTS#") {
		var stops int
		stops, err = s.settleStops(ctx, out.Items)
		n.Add(int64(stops))
	}
	return text(out.LastEvaluatedKey, "sk"), int(n.Load()), err
}

// resealed is an item sealed again with the newest key; nil where that is nothing new.
func (s *Store) resealed(ctx context.Context, it item) (item, error) {
	k := keyOf(it)
	var p seal.Purpose
	var plain string
	kind, _, _ := strings.Cut(k.pk, "#")
	switch {
	case kind == "CONTACTS" && !strings.HasSuffix(k.sk, "!"):
		return s.resealedContact(ctx, it)
	case kind == "STAFF":
		p, plain = seal.Staff, "staff"
	case kind == "CAMPAIGN" && strings.HasPrefix(k.sk, "NOTE#"):
		p, plain = seal.Notes, "note"
	case kind == "CAMPAIGN" && strings.HasPrefix(k.sk, "CALL#"):
		p, plain = seal.Notes, "call"
	case kind == "CAMPAIGN" && strings.HasPrefix(k.sk, inboxPrefix):
		p, plain = seal.Words, "said"
	case kind == huddlesPK:
		p, plain = seal.Notes, "huddle"
	case k == outerKey:
		p, plain = seal.Notes, "outer"
	case kind == "CAMPAIGN" && strings.HasPrefix(k.sk, "ASKED#"):
		p, plain = seal.Contacts, "asked"
	case kind == "CAMPAIGN" && strings.HasPrefix(k.sk, "RESPONSE#"):
		now, changed, err := s.wordsAt(ctx, it, k)
		if !changed {
			now = nil
		}
		return now, err
	case kind == "WORDS":
		p, plain = seal.Words, "words"
	case kind == "ERASURES":
		p, plain = seal.Contacts, "person"
	default:
		return nil, nil
	}
	if fresh, err := s.sealedFresh(ctx, it, p); fresh || err != nil {
		return nil, err
	}
	b, err := s.opened(ctx, it, p, plain)
	if err != nil || b == nil {
		return nil, err
	}
	now := maps.Clone(it)
	delete(now, plain)
	return now, s.seal(ctx, now, p, plain, b)
}

// resealedContact also gives a contact of an earlier version a keyed digest.
func (s *Store) resealedContact(ctx context.Context, it item) (item, error) {
	if fresh, err := s.sealedFresh(ctx, it, seal.Contacts); fresh || err != nil {
		return nil, err
	}
	c, err := s.contactOf(ctx, it)
	if err != nil || c.Unreadable {
		return nil, err
	}
	now, err := s.contactAt(ctx, it, c, keyOf(it))
	if err != nil {
		return nil, err
	}
	d, err := s.digestOf(ctx, c)
	if err == nil && d.of(c, text(it, "digest")) {
		now["digest"] = str(d.sum)
	}
	return now, err
}

// sealedFresh reports whether an item is sealed with the newest key.
func (s *Store) sealedFresh(ctx context.Context, it item, p seal.Purpose) (bool, error) {
	sealed := binary(it, sealedName)
	if sealed == nil || s.keys.sealer == nil {
		return s.keys.sealer == nil, nil
	}
	stale, err := s.keys.sealer.Stale(ctx, p, sealed)
	return !stale, err
}

// replace writes what differs between an item as it was read and as it shall be, if what differs is as it was read; otherwise ErrChanged.
func (s *Store) replace(ctx context.Context, was, now item) error {
	names, values := map[string]string{}, item{}
	var put, remove []string
	conditions := []string{"attribute_exists(pk)"}
	for _, name := range slices.Sorted(maps.Keys(merged(was, now))) {
		before, after := was[name], now[name]
		if sameValue(before, after) {
			continue
		}
		ref := "#n" + fmt.Sprint(len(names))
		names[ref] = name
		if before == nil {
			conditions = append(conditions, "attribute_not_exists("+ref+")")
		} else {
			values[":was"+ref[1:]] = before
			conditions = append(conditions, ref+" = :was"+ref[1:])
		}
		if after == nil {
			remove = append(remove, ref)
			continue
		}
		values[":now"+ref[1:]] = after
		put = append(put, ref+" = :now"+ref[1:])
	}
	expression := ""
	if len(put) > 0 {
		expression = "SET " + strings.Join(put, ", ")
	}
	if len(remove) > 0 {
		expression += " REMOVE " + strings.Join(remove, ", ")
	}
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: keyOf(was).item(), UpdateExpression: &expression, ConditionExpression: aws.String(strings.Join(conditions, " AND ")),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	})
	return s.failed("seal again", err)
}

func merged(a, b item) item {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// sameValue reports whether two attributes are the same, of the kinds that the walk meets changed: strings and bytes.
func sameValue(a, b types.AttributeValue) bool {
	switch a := a.(type) {
	case *types.AttributeValueMemberS:
		b, ok := b.(*types.AttributeValueMemberS)
		return ok && a.Value == b.Value
	case *types.AttributeValueMemberB:
		b, ok := b.(*types.AttributeValueMemberB)
		return ok && slices.Equal(a.Value, b.Value)
	}
	return a == b
}
