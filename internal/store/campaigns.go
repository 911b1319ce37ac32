package store

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

func campaignItem(c survey.Campaign) item {
	it := campaignKey(c.ID).item()
	it["campaign"] = asJSON(c)
	it["version"] = num(c.Version)
	it["gsi1pk"] = str("CAMPAIGNS#" + string(c.Audience))
	it["gsi1sk"] = str(CampaignPlace(c))
	return it
}

func campaignOf(it item) (survey.Campaign, error) {
	var c survey.Campaign
	err := fromJSON(it, "campaign", &c)
	return c, err
}

// CreateCampaign stores a new campaign with version 1; ErrChanged means that the id is taken.
func (s *Store) CreateCampaign(ctx context.Context, c survey.Campaign) error {
	c.Version = 1
	return s.put(ctx, campaignItem(c), "attribute_not_exists(pk)", nil)
}

// Campaign reads a campaign, or a problem of kind Unknown.
func (s *Store) Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error) {
	it, err := s.get(ctx, campaignKey(id))
	if err != nil {
		return survey.Campaign{}, err
	}
	if it == nil {
		return survey.Campaign{}, apperr.New(apperr.Unknown, "campaign_unknown", "campaign")
	}
	return campaignOf(it)
}

// SaveCampaign writes a campaign if it still has the version that was read, and returns it with the next version;
// otherwise ErrChanged. The list of campaigns that the sender looks at follows its state in the same transaction.
func (s *Store) SaveCampaign(ctx context.Context, c survey.Campaign) (survey.Campaign, error) {
	was := c.Version
	c.Version++
	live := types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: liveKey(c.ID).item()}}
	if !c.Watched() {
		live = types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: liveKey(c.ID).item()}}
	}
	err := s.transact(ctx, "save campaign", []types.TransactWriteItem{{Put: &types.Put{
		TableName: &s.table, Item: campaignItem(c),
		ConditionExpression: aws.String("version = :was"), ExpressionAttributeValues: item{":was": num(was)},
	}}, live})
	return c, err
}

// DeleteCampaign deletes a campaign that has nothing but itself, a draft, if it still has the version that was read; otherwise
// ErrChanged.
func (s *Store) DeleteCampaign(ctx context.Context, c survey.Campaign) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: campaignKey(c.ID).item(),
		ConditionExpression: aws.String("version = :was"), ExpressionAttributeValues: item{":was": num(c.Version)},
	})
	return s.failed("delete campaign", err)
}

// Campaigns lists an audience's campaigns, newest first, at most limit.
func (s *Store) Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error) {
	return s.CampaignsBefore(ctx, a, "~", limit)
}

// CampaignsBefore lists those that stand before a place in that list; CampaignPlace is the place of one.
func (s *Store) CampaignsBefore(ctx context.Context, a survey.Audience, place string, limit int) ([]survey.Campaign, error) {
	var all []survey.Campaign
	err := s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("gsi1"), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:    aws.String("gsi1pk = :pk AND gsi1sk < :place"),
		ExpressionAttributeValues: item{":pk": str("CAMPAIGNS#" + string(a)), ":place": str(place)},
		Limit:                     aws.Int32(int32(min(limit, 500))),
	}, func(it item) (bool, error) {
		c, err := campaignOf(it)
		all = append(all, c)
		return len(all) < limit, err
	})
	return all, err
}

// CampaignPlace is where a campaign stands in its audience's list, the newest highest.
func CampaignPlace(c survey.Campaign) string { return stamp(c.Created) + "#" + string(c.ID) }

// LiveCampaigns lists the campaigns that have something to send, to wait for, to close or to clear up.
func (s *Store) LiveCampaigns(ctx context.Context) ([]survey.CampaignID, error) {
	var ids []survey.CampaignID
	err := s.queryItems(ctx, "LIVE", "", true, func(it item) (bool, error) {
		ids = append(ids, survey.CampaignID(text(it, "sk")))
		return true, nil
	})
	return ids, err
}

// Mailing reads a mailing; ok is false when it was never begun.
func (s *Store) Mailing(ctx context.Context, id survey.CampaignID, number int) (w survey.Mailing, ok bool, err error) {
	it, err := s.get(ctx, mailingKey(id, number))
	if err != nil || it == nil {
		return w, false, err
	}
	err = fromJSON(it, "wave", &w)
	w.Version = int(number64(it, "version"))
	return w, true, err
}

// SaveMailing writes a mailing if it still has the version that was read (0: not there), and returns it with the next one;
// otherwise ErrChanged.
func (s *Store) SaveMailing(ctx context.Context, w survey.Mailing) (survey.Mailing, error) {
	was := w.Version
	w.Version++
	it := mailingKey(w.Campaign, w.Number).item()
	it["wave"], it["version"] = asJSON(w), num(w.Version)
	if was == 0 {
		return w, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return w, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// AcquireLease makes holder the one who holds the named lease if it still is what was seen (nil: free).
func (s *Store) AcquireLease(ctx context.Context, name, holder string, seen *survey.Lease) error {
	it := key{"LEASE#" + name, "LEASE"}.item()
	it["holder"], it["beat"] = str(holder), num(1)
	if seen == nil {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "holder = :h AND beat = :b", item{":h": str(seen.Holder), ":b": num(seen.Heartbeat)})
}

// SeeLease reads a lease; nil means that it is free.
func (s *Store) SeeLease(ctx context.Context, name string) (*survey.Lease, error) {
	it, err := s.get(ctx, key{"LEASE#" + name, "LEASE"})
	if err != nil || it == nil {
		return nil, err
	}
	return &survey.Lease{Holder: text(it, "holder"), Heartbeat: number64(it, "beat")}, nil
}

// RenewLease says that the holder is still alive; ErrChanged means that somebody else took over.
func (s *Store) RenewLease(ctx context.Context, name, holder string) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: key{"LEASE#" + name, "LEASE"}.item(),
		UpdateExpression: aws.String("ADD beat :one"), ConditionExpression: aws.String("holder = :h"),
		ExpressionAttributeValues: item{":one": num(1), ":h": str(holder)},
	})
	return s.failed("renew lease", err)
}

// DropLease frees a lease that holder holds.
func (s *Store) DropLease(ctx context.Context, name, holder string) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: key{"LEASE#" + name, "LEASE"}.item(),
		ConditionExpression: aws.String("holder = :h"), ExpressionAttributeValues: item{":h": str(holder)},
	})
	if err = s.failed("drop lease", err); errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}
