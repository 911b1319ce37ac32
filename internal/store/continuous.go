package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// continuousPK has one item an audience, written some times a day.
const continuousPK = "CONTINUOUS"

func continuousKey(a survey.Audience) key { return key{continuousPK, string(a)} }

// newPK has who was added to an audience on one of UTC's days, some hundred together.
func newPK(a survey.Audience, day string) string { return "NEW#" + string(a) + "#" + part(day) }

// newLife is for how long it is kept who was new: until the last day on which a continuous survey may ask them first.
const newLife = (survey.MaxNewAfter + 60) * 24 * time.Hour

// newItem keeps that contacts were added at a time; name is the same for those who are added together again.
func newItem(a survey.Audience, name survey.ContactID, ids []survey.ContactID, now time.Time) item {
	return item{"pk": str(newPK(a, now.UTC().Format(time.DateOnly))), "sk": str(string(name)), "ids": bin(packIDs(ids)), "ttl": num(now.Add(newLife).Unix())}
}

// Continuous lists the continuous surveys, those that are stopped, too.
func (s *Store) Continuous(ctx context.Context) (all []survey.Continuous, err error) {
	err = s.queryItems(ctx, continuousPK, "", true, func(it item) (bool, error) {
		var c survey.Continuous
		err := fromJSON(it, "continuous", &c)
		c.Version = int(number64(it, "version"))
		all = append(all, c)
		return true, err
	})
	return all, err
}

// ContinuousOf reads an audience's continuous survey; version 0: it never had one.
func (s *Store) ContinuousOf(ctx context.Context, a survey.Audience) (c survey.Continuous, err error) {
	it, err := s.get(ctx, continuousKey(a))
	if err != nil || it == nil {
		return c, err
	}
	err = fromJSON(it, "continuous", &c)
	c.Version = int(number64(it, "version"))
	return c, err
}

// SaveContinuous writes one if it has the version that was read (0: not there), and returns it with the next; otherwise ErrChanged.
func (s *Store) SaveContinuous(ctx context.Context, c survey.Continuous) (survey.Continuous, error) {
	was := c.Version
	c.Version++
	it := continuousKey(c.Audience).item()
	it["continuous"], it["version"] = asJSON(c), num(c.Version)
	if was == 0 {
		return c, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return c, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// NewContacts lists who was added to an audience on one of UTC's days. Some of them may be gone again, or be there twice.
func (s *Store) NewContacts(ctx context.Context, a survey.Audience, day string) (ids []survey.ContactID, err error) {
	err = s.queryItems(ctx, newPK(a, day), "", false, func(it item) (bool, error) {
		ids = append(ids, unpackIDs(binary(it, "ids"))...)
		return true, nil
	})
	return ids, err
}

// forgetNew takes a contact out of who was new on the day on which it was added.
func (s *Store) forgetNew(ctx context.Context, a survey.Audience, id survey.ContactID, added time.Time) error {
	return s.queryItems(ctx, newPK(a, added.UTC().Format(time.DateOnly)), "", true, func(it item) (bool, error) {
		was := binary(it, "ids")
		left := slices.DeleteFunc(unpackIDs(was), func(other survey.ContactID) bool { return other == id })
		if len(left)*idBytes == len(was) {
			return true, nil
		}
		condition, values := "ids = :was", item{":was": bin(was)}
		var err error
		if it["ids"] = bin(packIDs(left)); len(left) > 0 {
			err = s.put(ctx, it, condition, values)
		} else { // its key is a hash of whom it held
			_, err = s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: keyOf(it).item(), ConditionExpression: &condition, ExpressionAttributeValues: values})
			err = s.failed("forget who was new", err)
		}
		if errors.Is(err, apperr.ErrChanged) { // another is being erased: the second pass finds this one
			err = nil
		}
		return true, err
	})
}

// DueContacts is WalkContacts of one span of a shard, and then of some contacts besides, which lie in the shard and not in the span. The contacts say when
// they were added.
func (s *Store) DueContacts(ctx context.Context, a survey.Audience, shard int, span survey.Span, besides []survey.ContactID, each func(survey.Contact, survey.SuppressionReason) error) error {
	to := "~"
	if span.To != "" {
		to = string(span.To)
	}
	in := &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk AND sk BETWEEN :from AND :to"), ProjectionExpression: &plannedParts,
		ExpressionAttributeNames: plannedNames, ExpressionAttributeValues: item{":pk": str(contactsPK(a, shard)), ":from": str(string(span.From)), ":to": str(to)},
	}
	gone, err := s.goneIn(ctx, a, shard)
	if err != nil {
		return err
	}
	if err := s.walkPlanned(ctx, a, gone, in, each); err != nil {
		return err
	}
	for some := range slices.Chunk(besides, 50) {
		found, stopped, err := s.contactsAndStops(ctx, a, some, plannedParts, plannedNames)
		if err != nil {
			return err
		}
		for _, id := range some {
			c, there := found[id]
			if !there {
				continue
			}
			c.Person, c.OwnerRaw, c.Audience, c.Gone = survey.Person{}, "", a, gone.has(c)
			if err := each(c, stopped[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// InvitationsIn calls each for the decided invitations of a mailing of one span of a shard.
func (s *Store) InvitationsIn(ctx context.Context, c survey.CampaignID, mailing, shard int, span survey.Span, each func(survey.Invitation)) error {
	prefix := invitationKind(mailing) + "#"
	to := prefix + "~"
	if span.To != "" {
		to = prefix + string(span.To)
	}
	return s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk AND sk BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":pk": str(peoplePK(c, shard)), ":from": str(prefix + string(span.From)), ":to": str(to)},
	}, func(it item) (bool, error) {
		each(invitationOf(it))
		return true, nil
	})
}
