package replay

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// position is where in a stream the records of a batch are.
type position struct {
	ShardID string `json:"shardId"`
	First   string `json:"startSequenceNumber"`
	Last    string `json:"endSequenceNumber"`
	Stream  string `json:"streamArn"`
}

// errGone says that the stream does not keep the records any more.
var errGone = errors.New("the stream keeps records for 24 hours, and these are older: see docs/runbook.md, Dead letters")

// records reads the records of a batch from the stream, as Lambda gives them to a function.
func (w *replayer) records(ctx context.Context, p position) ([]events.DynamoDBEventRecord, error) {
	last, ok := new(big.Int).SetString(p.Last, 10)
	if !ok {
		return nil, fmt.Errorf("%q is no sequence number", p.Last)
	}
	at, err := w.streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &p.Stream, ShardId: &p.ShardID,
		ShardIteratorType: types.ShardIteratorTypeAtSequenceNumber, SequenceNumber: &p.First,
	})
	var trimmed *types.TrimmedDataAccessException
	var unknown *types.ResourceNotFoundException
	if errors.As(err, &trimmed) || errors.As(err, &unknown) {
		return nil, errGone
	}
	if err != nil {
		return nil, err
	}
	var all []events.DynamoDBEventRecord
	for iterator := at.ShardIterator; iterator != nil; {
		page, err := w.streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator})
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			if r.Dynamodb == nil {
				return nil, errors.New("a record of the stream has no change in it")
			}
			number := aws.ToString(r.Dynamodb.SequenceNumber)
			n, ok := new(big.Int).SetString(number, 10)
			if !ok || n.Cmp(last) > 0 {
				return all, nil
			}
			if len(all) == 0 && number != p.First {
				return nil, errGone
			}
			record, err := ofLambda(r, p.Stream)
			if err != nil {
				return nil, err
			}
			all = append(all, record)
			if n.Cmp(last) == 0 {
				return all, nil
			}
		}
		iterator = page.NextShardIterator
	}
	if len(all) == 0 {
		return nil, errGone
	}
	return all, nil
}

// ofLambda is a record of a stream as Lambda gives it to a function: with the stream that it is of.
func ofLambda(r types.Record, stream string) (out events.DynamoDBEventRecord, err error) {
	out = events.DynamoDBEventRecord{
		AWSRegion:      aws.ToString(r.AwsRegion),
		EventID:        aws.ToString(r.EventID),
		EventName:      string(r.EventName),
		EventSource:    aws.ToString(r.EventSource),
		EventVersion:   aws.ToString(r.EventVersion),
		EventSourceArn: stream,
		Change: events.DynamoDBStreamRecord{
			ApproximateCreationDateTime: events.SecondsEpochTime{Time: aws.ToTime(r.Dynamodb.ApproximateCreationDateTime)},
			SequenceNumber:              aws.ToString(r.Dynamodb.SequenceNumber),
			SizeBytes:                   aws.ToInt64(r.Dynamodb.SizeBytes),
			StreamViewType:              string(r.Dynamodb.StreamViewType),
		},
	}
	if who := r.UserIdentity; who != nil {
		out.UserIdentity = &events.DynamoDBUserIdentity{Type: aws.ToString(who.Type), PrincipalID: aws.ToString(who.PrincipalId)}
	}
	if out.Change.Keys, err = item(r.Dynamodb.Keys); err != nil {
		return out, err
	}
	if out.Change.OldImage, err = item(r.Dynamodb.OldImage); err != nil {
		return out, err
	}
	out.Change.NewImage, err = item(r.Dynamodb.NewImage)
	return out, err
}

// item is nil where there is none.
func item(in map[string]types.AttributeValue) (map[string]events.DynamoDBAttributeValue, error) {
	if in == nil {
		return nil, nil
	}
	out := make(map[string]events.DynamoDBAttributeValue, len(in))
	for name, v := range in {
		value, err := attribute(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = value
	}
	return out, nil
}

func attribute(v types.AttributeValue) (none events.DynamoDBAttributeValue, err error) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value), nil
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value), nil
	case *types.AttributeValueMemberB:
		return events.NewBinaryAttribute(v.Value), nil
	case *types.AttributeValueMemberBOOL:
		return events.NewBooleanAttribute(v.Value), nil
	case *types.AttributeValueMemberNULL:
		return events.NewNullAttribute(), nil
	case *types.AttributeValueMemberSS:
		return events.NewStringSetAttribute(v.Value), nil
	case *types.AttributeValueMemberNS:
		return events.NewNumberSetAttribute(v.Value), nil
	case *types.AttributeValueMemberBS:
		return events.NewBinarySetAttribute(v.Value), nil
	case *types.AttributeValueMemberM:
		fields, err := item(v.Value)
		return events.NewMapAttribute(fields), err
	case *types.AttributeValueMemberL:
		list := make([]events.DynamoDBAttributeValue, len(v.Value))
		for i, one := range v.Value {
			if list[i], err = attribute(one); err != nil {
				return none, err
			}
		}
		return events.NewListAttribute(list), nil
	}
	return none, fmt.Errorf("a value of the unknown kind %T", v)
}
