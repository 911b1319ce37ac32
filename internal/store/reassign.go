package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// reassignTries is how often contacts are read again that somebody else writes at the same time.
const reassignTries = 10

// ReassignContacts changes the owner, and the team, of contacts to what change makes of them, and keeps what they were so that it
// can be undone. by names the part of the work, so that the same part again counts what its first try wrote. What
// somebody else changes at the same time stays. Contacts that are gone are left out.
func (s *Store) ReassignContacts(ctx context.Context, a survey.Audience, ids []survey.ContactID, by survey.UploadMark, now time.Time, change func(survey.Contact) survey.Contact) (sum survey.Upserted, err error) {
	for len(ids) > 0 {
		n := min(len(ids), 100)
		some := ids[:n]
		ids = ids[n:]
		for try := 0; len(some) > 0; try++ {
			if try == reassignTries {
				return sum, fmt.Errorf("change owners: %w", apperr.ErrChanged)
			}
			var u survey.Upserted
			u, some, err = s.reassign(ctx, a, some, by, now, change)
			if sum = sum.Plus(u); err != nil {
				return sum, fmt.Errorf("change owners: %w", err)
			}
		}
	}
	return sum, nil
}

// reassign does up to 100; again are those that were changed meanwhile.
func (s *Store) reassign(ctx context.Context, a survey.Audience, ids []survey.ContactID, by survey.UploadMark, now time.Time, change func(survey.Contact) survey.Contact) (u survey.Upserted, again []survey.ContactID, err error) {
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = contactKey(a, id)
	}
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return u, nil, err
	}
	changed := map[key]survey.Contact{}
	was := map[key]survey.Contact{}
	digests := map[key]string{}
	stored := map[key]storedContact{}
	for _, it := range items {
		c, err := s.contactOf(ctx, it)
		if err != nil {
			return u, nil, err
		}
		next := change(c)
		switch {
		case c.Unreadable:
			u.Unchanged++
		case text(it, "upload") == markText(by):
			u.Changed++ // by an earlier try of this part
		case next.Same(c):
			u.Unchanged++
		default:
			k := keyOf(it)
			was[k], changed[k], digests[k] = c, next, text(it, "digest")
			stored[k] = storedContact{c, it}
		}
	}
	if len(changed) == 0 {
		return u, nil, nil
	}
	if by.Begin != nil {
		if err := by.Begin(); err != nil {
			return u, nil, err
		}
	}
	if _, _, err := s.keepForUndo(ctx, by, "", nil, changed, stored, now); err != nil {
		return u, nil, fmt.Errorf("keep for undoing: %w", err)
	}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(contactsInFlight)
	for k, c := range changed {
		g.Go(func() error {
			err := s.reassignOne(ctx, k, c, digests[k], by, now)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				u.Changed++
				u.Lost = u.Lost.Plus(was[k].LostTo(c))
			case errors.Is(err, apperr.ErrChanged):
				again, err = append(again, c.ID), nil
			}
			return err
		})
	}
	return u, again, g.Wait()
}

func (s *Store) reassignOne(ctx context.Context, k key, c survey.Contact, was string, by survey.UploadMark, now time.Time) error {
	d, err := s.digestOf(ctx, c)
	if err != nil {
		return err
	}
	next := k.item()
	if err := s.putSecret(ctx, next, c, d.secret); err != nil {
		return err
	}
	next["updated"], next["digest"], next["upload"], next["fresh"] = at(now), str(d.sum), str(markText(by)), yes(false)
	set(next, "owner", c.Owner)
	set(next, "team", c.Team)
	names, values := map[string]string{"#digest": "digest"}, item{":was": str(was)}
	var put, remove []string
	for _, name := range append([]string{"updated", "digest", "upload", "fresh", "owner", "team", sealedName}, plainSecrets...) {
		names["#"+name] = name
		if next[name] == nil {
			remove = append(remove, "#"+name)
			continue
		}
		values[":"+name] = next[name]
		put = append(put, "#"+name+" = :"+name)
	}
	expression := "SET " + strings.Join(put, ", ")
	if len(remove) > 0 {
		expression += " REMOVE " + strings.Join(remove, ", ")
	}
	_, err = s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: k.item(), UpdateExpression: &expression, ConditionExpression: aws.String("#digest = :was"),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	})
	return s.failed("change the owner of a contact", err)
}
