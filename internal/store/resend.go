package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// MaxAgain is how many people a call of AddBatches may have batches for, in one language: a transaction holds 100 actions,
// one of which is the mailing.
const MaxAgain = (maxActions - 1 - 2) * survey.BatchSize

// InvitationsOf reads the decided invitations of up to 100 contacts in a mailing; those without one are absent.
func (s *Store) InvitationsOf(ctx context.Context, c survey.CampaignID, mailing int, ids []survey.ContactID) (map[survey.ContactID]survey.Invitation, error) {
	keys := make([]key, len(ids))
	for n, id := range ids {
		keys[n] = personKey(c, invitationKind(mailing), id)
	}
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return nil, fmt.Errorf("invitations: %w", err)
	}
	found := make(map[survey.ContactID]survey.Invitation, len(items))
	for _, it := range items {
		i := invitationOf(it)
		found[i.Contact] = i
	}
	return found, nil
}

// Uncertain lists the invitations of a mailing that are uncertain now, at most limit. It reads the batches, of which there
// is one to fifty people, and the invitations of those that came out uncertain.
func (s *Store) Uncertain(ctx context.Context, w survey.Mailing, limit int) ([]survey.Invitation, error) {
	const page = 500
	var all []survey.Invitation
	seen := map[survey.ContactID]bool{}
	for from := ""; ; {
		bs, err := s.Batches(ctx, w, from, page)
		if err != nil {
			return nil, err
		}
		for _, b := range bs {
			var ids []survey.ContactID
			for _, o := range b.Outcomes {
				if o.State == survey.InvitationUncertain && !seen[o.Contact] {
					seen[o.Contact] = true
					ids = append(ids, o.Contact)
				}
			}
			if len(ids) == 0 {
				continue
			}
			now, err := s.InvitationsOf(ctx, w.Campaign, w.Number, ids)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				if now[id].State == survey.InvitationUncertain {
					all = append(all, now[id])
				}
				if len(all) == limit {
					return all, nil
				}
			}
		}
		if len(bs) < page {
			return all, nil
		}
		from = bs[len(bs)-1].Name + " "
	}
}

// AddBatches writes batches of a mailing, and the mailing, in one transaction, if the mailing still has the version that was read;
// otherwise ErrChanged. The batches carry the names that follow the mailing's, so that nobody else can have written them as
// long as the mailing has not moved on.
func (s *Store) AddBatches(ctx context.Context, w survey.Mailing, bs []survey.Batch) error {
	was := w.Version
	w.Version++
	it := mailingKey(w.Campaign, w.Number).item()
	it["wave"], it["version"] = asJSON(w), num(w.Version)
	actions := []types.TransactWriteItem{{Put: &types.Put{
		TableName: &s.table, Item: it,
		ConditionExpression: aws.String("version = :was"), ExpressionAttributeValues: item{":was": num(was)},
	}}}
	for _, b := range bs {
		actions = append(actions, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: batchItem(b)}})
	}
	return s.transact(ctx, "add batches", actions)
}

// SettleResent writes what second letters came to into the invitations that are still uncertain. Doing it again changes
// nothing.
func (s *Store) SettleResent(ctx context.Context, b survey.Batch) error {
	ids := make([]survey.ContactID, len(b.Outcomes))
	for n, o := range b.Outcomes {
		ids[n] = o.Contact
	}
	now, err := s.InvitationsOf(ctx, b.Campaign, b.Mailing, ids)
	if err != nil {
		return err
	}
	for _, o := range b.Outcomes {
		i, ok := now[o.Contact]
		if !ok {
			continue
		}
		after, changed := i.Resent(o, b.At)
		if !changed {
			continue
		}
		// Who was faster knows what became of the first letter.
		if err := s.SaveInvitation(ctx, after); err != nil && !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return nil
}
