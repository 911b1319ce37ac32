package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// undoPage is how many items of what is kept are undone before the place is returned, and undoNewPage how many of those that name a
// hundred contacts each: a step must end long before a request does.
const undoPage, undoNewPage = 100, 5

// TakeBack undoes some of what an upload did to contacts, from a place on, and says what became of each: those that are as the
// upload left them are put back as they were, or, where it made them, removed unless used says that they are in use.
// Whoever is changed meanwhile is left alone. next is nil at the end. The same again comes to the same.
func (s *Store) TakeBack(ctx context.Context, u survey.UploadRecord, at survey.UndoPlace, used func(context.Context, []survey.ContactID) (map[survey.ContactID]bool, error)) (done []survey.TakenBack, next *survey.UndoPlace, err error) {
	limit := int32(undoPage)
	if at.After < undoWas {
		limit = undoNewPage
	}
	in := &dynamodb.QueryInput{ // a space: no key is empty, and none has one behind it
		TableName: &s.table, ConsistentRead: aws.Bool(true), Limit: &limit,
		KeyConditionExpression:    aws.String("pk = :pk AND sk > :after"),
		ExpressionAttributeValues: item{":pk": str(undoPK(u.ID, at.Shard)), ":after": str(at.After + " ")},
	}
	out, err := s.db.Query(ctx, in)
	if err != nil {
		return nil, nil, fmt.Errorf("what an upload changed: %w", err)
	}
	was := map[survey.ContactID]item{}
	var changed []survey.ContactID
	for _, it := range out.Items {
		if strings.HasPrefix(text(it, "sk"), undoNew) {
			some, err := s.takeBack(ctx, u, unpackIDs(binary(it, "ids")), nil, used)
			if err != nil {
				return nil, nil, err
			}
			done = append(done, some...)
			continue
		}
		id := survey.ContactID(strings.TrimPrefix(text(it, "sk"), undoWas))
		was[id], changed = it, append(changed, id)
	}
	some, err := s.takeBack(ctx, u, changed, was, nil)
	if err != nil {
		return nil, nil, err
	}
	done = append(done, some...)
	switch {
	case len(out.LastEvaluatedKey) > 0:
		return done, &survey.UndoPlace{Shard: at.Shard, After: text(out.LastEvaluatedKey, "sk")}, nil
	case at.Shard+1 < survey.ContactShards:
		return done, &survey.UndoPlace{Shard: at.Shard + 1}, nil
	}
	return done, nil, nil
}

// takeBack undoes what was done to up to 100 contacts: was holds the items as they were; nil: the upload made them.
func (s *Store) takeBack(ctx context.Context, u survey.UploadRecord, ids []survey.ContactID, was map[survey.ContactID]item, used func(context.Context, []survey.ContactID) (map[survey.ContactID]bool, error)) ([]survey.TakenBack, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = contactKey(u.Audience, id)
	}
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return nil, err
	}
	now := make(map[survey.ContactID]item, len(items))
	for _, it := range items {
		now[survey.ContactID(text(it, "sk"))] = it
	}
	inUse := map[survey.ContactID]bool{}
	if used != nil {
		if inUse, err = used(ctx, ids); err != nil {
			return nil, err
		}
	}
	done := make([]survey.TakenBack, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(contactsInFlight)
	for i, id := range ids {
		done[i] = survey.TakenBack{ID: string(id)}
		g.Go(func() (err error) {
			switch {
			case was != nil:
				done[i].Outcome, err = s.putBack(ctx, u, id, was[id], now[id])
			case now[id] == nil:
				done[i].Outcome = survey.Removed
			case !s.asLeft(ctx, now[id], u.ID):
				done[i].Outcome = survey.ChangedSince
			case inUse[id]:
				done[i].Outcome = survey.InUse
			default:
				done[i].Outcome, err = s.removeAsLeft(ctx, u, id, now[id])
			}
			return err
		})
	}
	return done, g.Wait()
}

// asLeft reports whether a contact is as an upload wrote it: whoever changes one writes it without the upload's mark, or at least
// with other data than its digest says.
func (s *Store) asLeft(ctx context.Context, it item, upload string) bool {
	if !markedBy(it, upload) {
		return false
	}
	c, err := s.contactOf(ctx, it)
	if err != nil || c.Unreadable {
		return false
	}
	d, err := s.digestOf(ctx, c)
	return err == nil && d.of(c, text(it, "digest"))
}

// putBack writes a contact as it was before the upload.
func (s *Store) putBack(ctx context.Context, u survey.UploadRecord, id survey.ContactID, was, is item) (survey.TakenBackOutcome, error) {
	switch {
	case is == nil:
		return survey.ChangedSince, nil
	case text(is, "digest") == text(was, "digest") && text(is, "upload") == text(was, "upload"):
		return survey.Restored, nil // by an earlier try
	case !s.asLeft(ctx, is, u.ID):
		return survey.ChangedSince, nil
	}
	before, err := s.contactOf(ctx, was)
	if err != nil {
		return "", err
	}
	if before.Unreadable {
		return survey.ChangedSince, nil
	}
	if err := s.identifyBack(ctx, u, before, is); err != nil {
		if apperr.Is(err, "address_taken") {
			return survey.ChangedSince, nil
		}
		return "", err
	}
	back, err := s.contactAt(ctx, was, before, contactKey(u.Audience, id))
	if err != nil {
		return "", err
	}
	delete(back, "ttl")
	return since(survey.Restored, s.put(ctx, back, asLeftCondition, asLeftValues(is)))
}

func (s *Store) removeAsLeft(ctx context.Context, u survey.UploadRecord, id survey.ContactID, is item) (survey.TakenBackOutcome, error) {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: contactKey(u.Audience, id).item(),
		ConditionExpression: aws.String(asLeftCondition), ExpressionAttributeValues: asLeftValues(is),
	})
	outcome, err := since(survey.Removed, s.failed("remove contact", err))
	if err != nil || outcome != survey.Removed {
		return outcome, err
	}
	c, err := openContact(is)
	if err != nil {
		return outcome, err
	}
	gone := givenUp(identifiersOf(c), id)
	if c.Mailbox != "" && c.Mailbox != survey.NoMailbox {
		gone = append(gone, survey.Claim{Identifier: survey.Identifier{Kind: survey.ByMail, Hash: c.Mailbox}, Blind: true})
	}
	return outcome, s.Identify(ctx, u.Audience, gone)
}

const asLeftCondition = "upload = :upload AND digest = :digest"

func asLeftValues(is item) item { return item{":upload": is["upload"], ":digest": is["digest"]} }

// since turns a failed condition into the outcome that it means.
func since(done survey.TakenBackOutcome, err error) (survey.TakenBackOutcome, error) {
	if errors.Is(err, apperr.ErrChanged) {
		return survey.ChangedSince, nil
	}
	return done, err
}

// InCampaigns tells which of up to 100 contacts have a place, an answer or a case in one of the campaigns.
func (s *Store) InCampaigns(ctx context.Context, campaigns []survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]bool, error) {
	var keys []key
	for _, c := range campaigns {
		for _, id := range ids {
			keys = append(keys, personKey(c, "INVITATION", id), personKey(c, "RESPONSE", id), personKey(c, "CASE", id))
		}
	}
	items, err := s.batchGet(ctx, keys, true, "pk, sk")
	if err != nil {
		return nil, err
	}
	in := map[survey.ContactID]bool{}
	for _, it := range items {
		_, id, _ := personOf(it)
		in[id] = true
	}
	return in, nil
}
