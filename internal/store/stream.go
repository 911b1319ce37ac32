package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/survey"
)

// ChangeOf reads a stream record; ok is false for a record that counts nothing.
func ChangeOf(r events.DynamoDBEventRecord) (c survey.ItemChange, ok bool, err error) {
	k := key{streamText(r.Change.Keys, "pk"), streamText(r.Change.Keys, "sk")}
	c = survey.ItemChange{Item: itemKey(k)}
	if len(r.Change.NewImage) == 0 {
		return c, false, nil // removed: nothing that counts is ever removed by the system itself
	}
	now, err := streamItem(r.Change.NewImage)
	if err != nil {
		return c, false, err
	}
	if c.Now, err = countable(now); err != nil || c.Now == nil {
		return c, false, err
	}
	before, err := streamItem(r.Change.OldImage)
	if err == nil && len(before) > 0 {
		c.Before, err = countable(before)
	}
	return c, err == nil, err
}

// AnswerChange is what a stream record says happened to an answer.
type AnswerChange struct {
	Sequence string
	Now      survey.Response
	Before   *survey.Response // nil at the answer's first record
}

// AnswerChangeOf reads a stream record; ok is false for a record that is of no answer, of one that is Early, and of one
// that was brought in.
func AnswerChangeOf(r events.DynamoDBEventRecord) (c AnswerChange, ok bool, err error) {
	c.Sequence = r.Change.SequenceNumber
	now, err := streamItem(r.Change.NewImage)
	if err != nil || !strings.HasPrefix(text(now, "sk"), "RESPONSE#") || truth(now, "erased") || text(now, "brought") != "" { // nobody's, or of long ago: nobody is told of it
		return c, false, err
	}
	if c.Now = responseOf(now); c.Now.Early { // whose it is is not known yet: the record of its being placed follows
		return c, false, nil
	}
	before, err := streamItem(r.Change.OldImage)
	if err == nil && len(before) > 0 {
		if was := responseOf(before); was.Version == c.Now.Version && !was.Early { // its words were sealed again
			return c, false, nil
		}
		if was := responseOf(before); !was.Early {
			c.Before = &was
		}
	}
	return c, err == nil, err
}

// countable reads an item as the figures see it; nil for one that counts nothing.
func countable(it item) (survey.Countable, error) {
	kind, _, _ := strings.Cut(text(it, "sk"), "#")
	switch kind {
	case "RESPONSE":
		return survey.CountedResponse{Response: responseOf(it)}, nil
	case "INVITATION", "REMINDER", "REMINDER2":
		return survey.CountedInvitation{Invitation: invitationOf(it)}, nil
	case "BATCH":
		campaign, mailing, err := planOf(keyOf(it))
		if err != nil {
			return nil, err
		}
		b, err := batchOf(campaign, mailing, it)
		return survey.CountedBatch{Batch: b, Audience: survey.Audience(text(it, "audience"))}, err
	}
	return nil, nil
}

// Clocks are the time zones in which campaigns' weeks and days are: see survey.Campaign.Clock. A campaign that is gone has none.
func (s *Store) Clocks(ctx context.Context, ids []survey.CampaignID) (map[survey.CampaignID]*time.Location, error) {
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = campaignKey(id)
	}
	found, err := s.batchGet(ctx, keys, true, "")
	clocks := map[survey.CampaignID]*time.Location{}
	for _, it := range found {
		c, err := campaignOf(it)
		if err != nil {
			return nil, err
		}
		clocks[c.ID] = c.Clock()
	}
	return clocks, err
}

// clockOf is one campaign's; UTC of one that is gone.
func (s *Store) clockOf(ctx context.Context, id survey.CampaignID) (*time.Location, error) {
	clocks, err := s.Clocks(ctx, []survey.CampaignID{id})
	if clock := clocks[id]; clock != nil {
		return clock, err
	}
	return time.UTC, err
}

func planOf(k key) (survey.CampaignID, int, error) {
	var campaign string
	var mailing int
	if n, err := fmt.Sscanf(k.pk, "PLAN#%8s#%d", &campaign, &mailing); n != 2 {
		return "", 0, fmt.Errorf("plan key does not parse: %w", err)
	}
	return survey.CampaignID(campaign), mailing, nil
}

func streamText(m map[string]events.DynamoDBAttributeValue, name string) string {
	if v, ok := m[name]; ok && v.DataType() == events.DataTypeString {
		return v.String()
	}
	return ""
}

// streamItem turns a stream image into an item. Only the types that the system stores occur.
func streamItem(m map[string]events.DynamoDBAttributeValue) (item, error) {
	it := make(item, len(m))
	for name, v := range m {
		switch v.DataType() {
		case events.DataTypeString:
			it[name] = str(v.String())
		case events.DataTypeNumber:
			it[name] = &types.AttributeValueMemberN{Value: v.Number()}
		case events.DataTypeBoolean:
			it[name] = yes(v.Boolean())
		case events.DataTypeBinary:
			it[name] = bin(v.Binary())
		default:
			return nil, fmt.Errorf("stream image has an attribute of a type that is not stored: %s", name)
		}
	}
	return it, nil
}
