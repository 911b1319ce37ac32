package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// invitationKinds are the kinds of items by the mailing's number.
var invitationKinds = []string{survey.MailingInvitation: "INVITATION", survey.MailingReminder: "REMINDER", survey.MailingSecond: "REMINDER2"}

func invitationKind(mailing int) string {
	return invitationKinds[mailing]
}

func invitationItem(i survey.Invitation) item {
	it := personKey(i.Campaign, invitationKind(i.Mailing), i.Contact).item()
	it["state"], it["decided"], it["audience"] = str(string(i.State)), str(string(i.Decided)), str(string(i.Audience))
	it["language"], it["at"], it["version"] = str(i.Language), at(i.At), num(i.Version)
	set(it, "zone", i.Zone)
	set(it, "reason", i.Reason)
	set(it, "message", i.MessageID)
	set(it, "owner", i.Owner)
	set(it, "team", i.Team)
	if i.Segments != nil {
		it["parts"] = str(strings.Join(i.Segments, segmentsMark))
	}
	set(it, "address", string(i.Address))
	set(it, "account", string(i.Account))
	return it
}

func invitationOf(it item) survey.Invitation {
	campaign, contact, kind := personOf(it)
	i := survey.Invitation{
		Campaign: campaign, Contact: contact, Audience: survey.Audience(text(it, "audience")),
		State: survey.InvitationState(text(it, "state")), Decided: survey.InvitationState(text(it, "decided")),
		Reason: text(it, "reason"), MessageID: text(it, "message"), Language: text(it, "language"), Zone: text(it, "zone"),
		Owner: text(it, "owner"), Team: text(it, "team"), At: instant(it, "at"),
		Version: int(number64(it, "version")), With: survey.With{Segments: segmentsOf(it), Address: survey.AddressIDs(text(it, "address")), Account: survey.AccountID(text(it, "account"))},
	}
	i.Mailing = max(0, slices.Index(invitationKinds, kind))
	return i
}

// personOf reads campaign, contact and kind out of the key of what a campaign knows of one contact.
func personOf(it item) (survey.CampaignID, survey.ContactID, string) {
	k := keyOf(it)
	pk := strings.Split(k.pk, "#")
	kind, contact, _ := strings.Cut(k.sk, "#")
	if len(pk) != 3 {
		return "", survey.ContactID(contact), kind
	}
	return survey.CampaignID(pk[1]), survey.ContactID(contact), kind
}

// AddInvitations writes the invitations of a batch that was just decided, or of who is passed over, 25 a call and without a look at what is there:
// that is safe once, and while alone says that nobody else can have written them. A call whose outcome is not known, or
// that comes late, is left to MendInvitations; made again it would overwrite what SES reported in between.
func (s *Store) AddInvitations(ctx context.Context, is []survey.Invitation, alone func() bool) error {
	for part := range slices.Chunk(is, maxBatchWrite) {
		if alone() && s.putOnce(ctx, part) == nil {
			continue
		}
		if err := s.MendInvitations(ctx, part, nil); err != nil { // these are complete
			return err
		}
	}
	return nil
}

// putOnce makes one call to write invitations and no second one.
func (s *Store) putOnce(ctx context.Context, is []survey.Invitation) error {
	ask := make([]types.WriteRequest, len(is))
	for n, i := range is {
		ask[n] = types.WriteRequest{PutRequest: &types.PutRequest{Item: invitationItem(i)}}
	}
	out, err := s.db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{s.table: ask}},
		func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	if err == nil && len(out.UnprocessedItems) > 0 {
		err = errors.New("not all was written")
	}
	return err
}

// MendInvitations writes those invitations of a decided batch that are not there: the sender may have died between
// deciding and writing, and what SES reported since must not be overwritten.
func (s *Store) MendInvitations(ctx context.Context, is []survey.Invitation, complete func(missing []survey.Invitation) error) error {
	keys := make([]key, len(is))
	for n, i := range is {
		keys[n] = personKey(i.Campaign, invitationKind(i.Mailing), i.Contact)
	}
	items, err := s.batchGet(ctx, keys, true, "pk, sk")
	if err != nil {
		return err
	}
	have := map[key]bool{}
	for _, it := range items {
		have[keyOf(it)] = true
	}
	var missing []survey.Invitation
	for n, i := range is {
		if !have[keys[n]] {
			missing = append(missing, i)
		}
	}
	if len(missing) > 0 && complete != nil {
		if err := complete(missing); err != nil {
			return err
		}
	}
	for _, i := range missing {
		if err := s.put(ctx, invitationItem(i), "attribute_not_exists(pk)", nil); err != nil && !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return nil
}

// Invitation reads one contact's place in a mailing; ok is false when it has not been decided yet.
func (s *Store) Invitation(ctx context.Context, c survey.CampaignID, mailing int, id survey.ContactID) (i survey.Invitation, ok bool, err error) {
	it, err := s.get(ctx, personKey(c, invitationKind(mailing), id))
	if err != nil || it == nil {
		return i, false, err
	}
	return invitationOf(it), true, nil
}

// GlanceInvitation is Invitation as it was a moment ago, for half a read unit.
func (s *Store) GlanceInvitation(ctx context.Context, c survey.CampaignID, mailing int, id survey.ContactID) (i survey.Invitation, ok bool, err error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: personKey(c, invitationKind(mailing), id).item()})
	if err != nil || out.Item == nil {
		if err != nil {
			err = fmt.Errorf("get invitation: %w", err)
		}
		return i, false, err
	}
	return invitationOf(out.Item), true, nil
}

// SaveInvitation writes an invitation if it still has the version before i.Version; otherwise ErrChanged.
func (s *Store) SaveInvitation(ctx context.Context, i survey.Invitation) error {
	return s.put(ctx, invitationItem(i), "version = :was", item{":was": num(i.Version - 1)})
}

// WalkInvitations calls each for every decided invitation of one shard of a mailing in the order of contact ids.
func (s *Store) WalkInvitations(ctx context.Context, c survey.CampaignID, mailing, shard int, each func(survey.Invitation) error) error {
	return s.queryItems(ctx, peoplePK(c, shard), invitationKind(mailing)+"#", false, func(it item) (bool, error) {
		return true, each(invitationOf(it))
	})
}

// responseItem is an answer's item, with its words sealed.
func (s *Store) responseItem(ctx context.Context, r survey.Response) (item, error) {
	it := openResponse(r)
	return it, s.keep(ctx, it, r)
}

// openResponse is an answer's item without its words.
func openResponse(r survey.Response) item {
	it := personKey(r.Campaign, "RESPONSE", r.Contact).item()
	it["audience"], it["score"], it["verified"] = str(string(r.Audience)), num(r.Score), yes(r.Verified)
	it["first"], it["updated"], it["version"], it["language"] = at(r.First), at(r.Updated), num(r.Version), str(r.Language)
	set(it, "owner", r.Owner)
	set(it, "team", r.Team)
	if r.Verified {
		it["counted"] = at(r.Counted)
	}
	if r.Unhappy {
		it["unhappy"] = yes(true) // the stream filter of notify reads it
	}
	if r.Worded {
		it["worded"] = yes(true)
	}
	if r.Early {
		it["early"] = yes(true)
	}
	set(it, "brought", r.Import)
	set(it, "origin", r.Origin)
	set(it, "account", string(r.Account))
	set(it, "rated", string(r.Ratings))
	set(it, "parts", strings.Join(r.Segments, segmentsMark))
	if len(r.Seen) > 0 {
		it["seen"] = str(strings.Join(r.Seen, " "))
	}
	return it
}

// responseOf reads an answer without opening its words: see response.
func responseOf(it item) survey.Response {
	campaign, contact, _ := personOf(it)
	return survey.Response{
		Campaign: campaign, Contact: contact, Audience: survey.Audience(text(it, "audience")),
		Owner: text(it, "owner"), Team: text(it, "team"), Language: text(it, "language"),
		Score: int(number64(it, "score")), Verified: truth(it, "verified"), Worded: truth(it, "worded"), Early: truth(it, "early"), Unhappy: truth(it, "unhappy"), Why: text(it, "why"), Wish: text(it, "wish"),
		First: instant(it, "first"), Counted: instant(it, "counted"), Updated: instant(it, "updated"),
		Account: survey.AccountID(text(it, "account")), Ratings: survey.Ratings(text(it, "rated")), Import: text(it, "brought"), Origin: text(it, "origin"), Kept: keptOf(it), Segments: segmentsOf(it), Version: int(number64(it, "version")), Seen: strings.Fields(text(it, "seen")),
	}
}

// Response reads an answer; ok is false when there is none.
func (s *Store) Response(ctx context.Context, c survey.CampaignID, id survey.ContactID) (r survey.Response, ok bool, err error) {
	it, err := s.get(ctx, personKey(c, "RESPONSE", id))
	if err != nil || it == nil {
		return r, false, err
	}
	r, err = s.response(ctx, it)
	return r, true, err
}

// ClosedResponse is Response without the words, for who may not open them.
func (s *Store) ClosedResponse(ctx context.Context, c survey.CampaignID, id survey.ContactID) (r survey.Response, ok bool, err error) {
	it, err := s.get(ctx, personKey(c, "RESPONSE", id))
	if err != nil || it == nil {
		return r, false, err
	}
	return responseOf(it), true, nil
}

// WalkAnswers is WalkResponses with the words opened.
func (s *Store) WalkAnswers(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error {
	return s.walkAnswers(ctx, c, shard, after, func(it item) (bool, error) {
		r, err := s.response(ctx, it)
		if err != nil {
			return false, err
		}
		return each(r)
	})
}

// WalkResponses calls each for every answer, verified or not, of one shard of a campaign in the order of contact ids,
// after the given id ("" for the beginning), until it returns false. Their words are not opened (survey.Response.HasWords).
func (s *Store) WalkResponses(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error {
	return s.walkAnswers(ctx, c, shard, after, func(it item) (bool, error) { return each(responseOf(it)) })
}

func (s *Store) walkAnswers(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(item) (bool, error)) error {
	return s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk = :pk AND sk BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{
			":pk": str(peoplePK(c, shard)), ":from": str("RESPONSE#" + string(after) + "!"),
			":to": str("RESPONSE#~"),
		},
	}, each)
}

// Answers reads one contact's verified answers to several campaigns, in no order.
func (s *Store) Answers(ctx context.Context, id survey.ContactID, campaigns []survey.CampaignID) ([]survey.Response, error) {
	keys := make([]key, len(campaigns))
	for i, c := range campaigns {
		keys[i] = personKey(c, "RESPONSE", id)
	}
	items, err := s.batchGet(ctx, keys, false, "")
	if err != nil {
		return nil, fmt.Errorf("past answers: %w", err)
	}
	var all []survey.Response
	for _, it := range items {
		r, err := s.response(ctx, it)
		if err != nil {
			return nil, err
		}
		if r.Verified {
			all = append(all, r)
		}
	}
	return all, nil
}

// Answered tells which of up to 100 contacts have a verified answer to a campaign.
func (s *Store) Answered(ctx context.Context, c survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]bool, error) {
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = personKey(c, "RESPONSE", id)
	}
	items, err := s.batchGet(ctx, keys, true, "pk, sk, verified")
	if err != nil {
		return nil, err
	}
	answered := map[survey.ContactID]bool{}
	for _, it := range items {
		_, id, _ := personOf(it)
		answered[id] = truth(it, "verified")
	}
	return answered, nil
}
