package store

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/survey"
)

// Change is what a stream record says happened to an item that counts. One of Response, Batch and Invitation is set.
type Change struct {
	Item       ItemKey
	Sequence   string
	Audience   survey.Audience // with Batch
	Response   *survey.Response
	Before     *survey.Response // the response before this change; nil at its first post
	Batch      *survey.Batch
	Invitation *survey.Invitation
	Was        *survey.Invitation // the invitation before this change
}

// ChangeOf reads a stream record; ok is false for a record that counts nothing.
func ChangeOf(r events.DynamoDBEventRecord) (c Change, ok bool, err error) {
	k := key{streamText(r.Change.Keys, "pk"), streamText(r.Change.Keys, "sk")}
	c = Change{Item: ItemKey{k}, Sequence: r.Change.SequenceNumber}
	if len(r.Change.NewImage) == 0 {
		return c, false, nil // removed: nothing that counts is ever removed by the system itself
	}
	now, err := streamItem(r.Change.NewImage)
	if err != nil {
		return c, false, err
	}
	before, err := streamItem(r.Change.OldImage)
	if err != nil {
		return c, false, err
	}
	_, _, kind := personOf(now)
	switch kind {
	case "RESPONSE":
		v := responseOf(now)
		c.Response = &v
		if len(before) > 0 {
			b := responseOf(before)
			c.Before = &b
		}
	case "INVITATION", "REMINDER":
		v := invitationOf(now)
		c.Invitation = &v
		if len(before) > 0 {
			b := invitationOf(before)
			c.Was = &b
		}
	case "BATCH":
		campaign, wave, err := planOf(k)
		if err != nil {
			return c, false, err
		}
		b, err := batchOf(campaign, wave, now)
		if err != nil {
			return c, false, err
		}
		c.Batch, c.Audience = &b, survey.Audience(text(now, "audience"))
	default:
		return c, false, nil
	}
	return c, true, nil
}

func planOf(k key) (survey.CampaignID, int, error) {
	var campaign string
	var wave int
	if n, err := fmt.Sscanf(k.pk, "PLAN#%8s#%d", &campaign, &wave); n != 2 {
		return "", 0, fmt.Errorf("plan key does not parse: %w", err)
	}
	return survey.CampaignID(campaign), wave, nil
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

// RawMark is a marker as it is stored.
func RawMark(m any) json.RawMessage {
	b, err := json.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("store: %T does not marshal: %v", m, err))
	}
	return b
}
