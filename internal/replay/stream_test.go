package replay

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// A function gets the record as Lambda itself would have given it: every kind of value, and the stream that it is of.
func TestRecordsAsLambdaGivesThem(t *testing.T) {
	t.Parallel()
	value := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
		"s": &types.AttributeValueMemberS{Value: ""}, "n": &types.AttributeValueMemberN{Value: "-1.5"}, "b": &types.AttributeValueMemberB{Value: []byte("xy")},
		"t": &types.AttributeValueMemberBOOL{Value: false}, "null": &types.AttributeValueMemberNULL{Value: true},
		"ss": &types.AttributeValueMemberSS{Value: []string{"a"}}, "ns": &types.AttributeValueMemberNS{Value: []string{"2"}}, "bs": &types.AttributeValueMemberBS{Value: [][]byte{[]byte("xy")}},
		"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}}},
	}}
	record, err := ofLambda(types.Record{
		AwsRegion: aws.String("eu-central-1"), EventID: aws.String("e"), EventName: types.OperationTypeRemove, EventSource: aws.String("aws:dynamodb"),
		EventVersion: aws.String("1.1"), UserIdentity: &types.Identity{PrincipalId: aws.String("dynamodb.amazonaws.com"), Type: aws.String("Service")},
		Dynamodb: &types.StreamRecord{
			ApproximateCreationDateTime: aws.Time(time.Unix(1479499740, 0)), Keys: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "k"}},
			OldImage: map[string]types.AttributeValue{"v": value}, SequenceNumber: aws.String("7"), SizeBytes: aws.Int64(9), StreamViewType: types.StreamViewTypeNewAndOldImages,
		},
	}, "arn")
	must(t, err)
	got, err := json.Marshal(record)
	must(t, err)
	want := `{"awsRegion":"eu-central-1","dynamodb":{"ApproximateCreationDateTime":1479499740,"Keys":{"PK":{"S":"k"}},"OldImage":{"v":{"M":{` +
		`"b":{"B":"eHk="},"bs":{"BS":["eHk="]},"l":{"L":[{"M":{}}]},"n":{"N":"-1.5"},"ns":{"NS":["2"]},"null":{"NULL":true},"s":{"S":""},"ss":{"SS":["a"]},"t":{"BOOL":false}}}},` +
		`"SequenceNumber":"7","SizeBytes":9,"StreamViewType":"NEW_AND_OLD_IMAGES"},"eventID":"e","eventName":"REMOVE","eventSource":"aws:dynamodb","eventVersion":"1.1","eventSourceARN":"arn",` +
		`"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"}}`
	var g, w any
	must(t, json.Unmarshal(got, &g))
	must(t, json.Unmarshal([]byte(want), &w))
	a, _ := json.Marshal(g)
	b, _ := json.Marshal(w)
	if string(a) != string(b) {
		t.Errorf("got  %s\nwant %s", a, b)
	}
}
