package store

import (
	"context"
	"encoding/base32"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

var contactIDs = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// packed is 10 bytes a contact: 50 recipients fit one write unit.
func packed(ids []survey.ContactID) []byte {
	b := make([]byte, 0, 10*len(ids))
	for _, id := range ids {
		b, _ = contactIDs.AppendDecode(b, []byte(id)) // ids are made by link.Keys.ContactID
	}
	return b
}

func unpacked(b []byte) []survey.ContactID {
	ids := make([]survey.ContactID, 0, len(b)/10)
	for ; len(b) >= 10; b = b[10:] {
		ids = append(ids, survey.ContactID(contactIDs.EncodeToString(b[:10])))
	}
	return ids
}

func batchKey(b survey.Batch) key { return key{planPK(b.Campaign, b.Mailing), "BATCH#" + b.Name} }

func batchItem(b survey.Batch) item {
	it := batchKey(b).item()
	it["state"], it["language"], it["contacts"] = str(string(b.State)), str(b.Language), bin(packed(b.Contacts))
	set(it, "zone", b.Zone)
	if b.Again {
		it["again"] = yes(true)
	}
	if b.Cell != 0 {
		it["cell"] = num(b.Cell)
	}
	return it
}

func batchOf(c survey.CampaignID, mailing int, it item) (survey.Batch, error) {
	b := survey.Batch{
		Campaign: c, Mailing: mailing, Name: strings.TrimPrefix(text(it, "sk"), "BATCH#"), Language: text(it, "language"), Zone: text(it, "zone"),
		Contacts: unpacked(binary(it, "contacts")), State: survey.BatchState(text(it, "state")), Again: truth(it, "again"), Lease: text(it, "lease"), At: instant(it, "at"),
		Cell: int(number64(it, "cell")),
	}
	var groups []outcomes
	err := fromJSON(it, "outcomes", &groups)
	b.Outcomes = unpackOutcomes(b.Contacts, groups)
	return b, err
}

// outcomes is how a batch's outcomes are stored: contacts that fared alike together, by their place in the batch.
// Message ids stay with the invitations.
type outcomes struct {
	State  survey.InvitationState `json:"s"`
	Reason string                 `json:"r,omitempty"`
	Owner  string                 `json:"o,omitempty"`
	Team   string                 `json:"t,omitempty"`
	Spoken string                 `json:"l,omitempty"` // language of the letters, where it is not the batch's
	Places []int                  `json:"n"`
}

func packOutcomes(b survey.Batch) []outcomes {
	var groups []outcomes
	find := map[outcomeKey]int{}
	for i, o := range b.Outcomes {
		k := outcomeKey{o.State, o.Reason, o.Owner, o.Team, o.Language}
		n, ok := find[k]
		if !ok {
			n = len(groups)
			find[k] = n
			groups = append(groups, outcomes{State: o.State, Reason: o.Reason, Owner: o.Owner, Team: o.Team, Spoken: o.Language})
		}
		groups[n].Places = append(groups[n].Places, i)
	}
	return groups
}

type outcomeKey struct {
	state                         survey.InvitationState
	reason, owner, team, language string
}

func unpackOutcomes(contacts []survey.ContactID, groups []outcomes) []survey.Outcome {
	if len(groups) == 0 {
		return nil
	}
	all := make([]survey.Outcome, len(contacts))
	for _, g := range groups {
		for _, i := range g.Places {
			if i < len(all) {
				all[i] = survey.Outcome{Contact: contacts[i], State: g.State, Reason: g.Reason, Owner: g.Owner, Team: g.Team, Language: g.Spoken}
			}
		}
	}
	return all
}

// SavePlan writes the batches that planning a shard came to, and after them the mailing as it then is; begun is the mailing as it
// was read. Every transaction moves the mailing's version on, so that of two planners, one of which was taken for dead, one gets
// ErrChanged before it writes anything: batches written over others that are being sent would be sent twice. A plan that
// was not written to its end is written again under the same names.
func (s *Store) SavePlan(ctx context.Context, begun, w survey.Mailing, bs []survey.Batch) (survey.Mailing, error) {
	const maxPut = maxActions - 1
	for ; len(bs) > maxPut; bs = bs[maxPut:] {
		if err := s.AddBatches(ctx, begun, bs[:maxPut]); err != nil {
			return w, err
		}
		begun.Version++
	}
	w.Version = begun.Version
	if len(bs) == 0 {
		return s.SaveMailing(ctx, w)
	}
	err := s.AddBatches(ctx, w, bs)
	w.Version++
	return w, err
}

// Batches reads up to limit batches of a mailing in order, those of one zone after the other, from the named one on. Those that a crashed planner left
// beyond the mailing's count are left out.
func (s *Store) Batches(ctx context.Context, w survey.Mailing, from string, limit int) ([]survey.Batch, error) {
	var found []survey.Batch
	to := survey.ZonePrefix(len(w.Zones)) + survey.BatchName(w.Batches-1) + "~"
	if from > to { // which the table refuses to look through
		return nil, nil
	}
	err := s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk = :pk AND sk BETWEEN :from AND :to"), Limit: aws.Int32(int32(limit)),
		ExpressionAttributeValues: item{
			":pk": str(planPK(w.Campaign, w.Number)), ":from": str("BATCH#" + from),
			":to": str("BATCH#" + to),
		},
	},
		func(it item) (bool, error) {
			b, err := batchOf(w.Campaign, w.Number, it)
			if survey.BatchNumber(b.Name) < w.Batches {
				found = append(found, b)
			}
			return len(found) < limit, err
		})
	return found, err
}

// ClaimBatch takes a waiting batch for one sender; ErrChanged means that it is not waiting. From here on its
// recipients may have been written to.
func (s *Store) ClaimBatch(ctx context.Context, b survey.Batch, lease string, now time.Time) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: batchKey(b).item(),
		UpdateExpression:         aws.String("SET #s = :sending, lease = :lease, #at = :at"),
		ConditionExpression:      aws.String("#s = :waiting"),
		ExpressionAttributeNames: map[string]string{"#s": "state", "#at": "at"},
		ExpressionAttributeValues: item{
			":sending": str(string(survey.BatchSending)), ":waiting": str(string(survey.BatchWaiting)),
			":lease": str(lease), ":at": at(now),
		},
	})
	return s.failed("claim batch", err)
}

// UnclaimBatch gives a batch back when it is certain that nobody of it was written to.
func (s *Store) UnclaimBatch(ctx context.Context, b survey.Batch, lease string) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: batchKey(b).item(),
		UpdateExpression:         aws.String("SET #s = :waiting REMOVE lease"),
		ConditionExpression:      aws.String("#s = :sending AND lease = :lease"),
		ExpressionAttributeNames: map[string]string{"#s": "state"},
		ExpressionAttributeValues: item{
			":sending": str(string(survey.BatchSending)), ":waiting": str(string(survey.BatchWaiting)),
			":lease": str(lease),
		},
	})
	return s.failed("give batch back", err)
}

// DecideBatch is the moment at which a batch's fate is fixed: sending → done or uncertain with its outcomes, if lease
// still is who claimed it; otherwise ErrChanged and nothing is written. What is left (quota ran out) becomes a batch of
// its own in the same transaction. The invitations follow by AddInvitations.
func (s *Store) DecideBatch(ctx context.Context, b survey.Batch, lease string, left []survey.ContactID, a survey.Audience) error {
	it := batchItem(b)
	it["at"], it["audience"], it["outcomes"] = at(b.At), str(string(a)), asJSON(packOutcomes(b))
	put := types.Put{
		TableName: &s.table, Item: it, ConditionExpression: aws.String("#s = :sending AND lease = :lease"),
		ExpressionAttributeNames:  map[string]string{"#s": "state"},
		ExpressionAttributeValues: item{":sending": str(string(survey.BatchSending)), ":lease": str(lease)},
	}
	if len(left) == 0 {
		_, err := s.db.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: put.TableName, Item: put.Item, ConditionExpression: put.ConditionExpression,
			ExpressionAttributeNames: put.ExpressionAttributeNames, ExpressionAttributeValues: put.ExpressionAttributeValues,
		})
		return s.failed("decide batch", err)
	}
	rest := survey.Batch{Campaign: b.Campaign, Mailing: b.Mailing, Name: b.Rest(), Language: b.Language, Zone: b.Zone, Contacts: left, State: survey.BatchWaiting, Again: b.Again}
	return s.transact(ctx, "decide batch", []types.TransactWriteItem{
		{Put: &put},
		{Put: &types.Put{TableName: &s.table, Item: batchItem(rest), ConditionExpression: aws.String("attribute_not_exists(pk)")}},
	})
}

// AddDecided writes batches that are decided, where there are none of their names: those of a workspace that is read back.
func (s *Store) AddDecided(ctx context.Context, bs []survey.Batch, a survey.Audience) error {
	for _, b := range bs {
		it := batchItem(b)
		it["at"], it["audience"], it["outcomes"] = at(b.At), str(string(a)), asJSON(packOutcomes(b))
		if err := s.put(ctx, it, "attribute_not_exists(pk)", nil); err != nil && !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return nil
}
