package dynamo

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
)

// start is the time at which the tests' clocks stand.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// server is a DB behind a real HTTP server, with the SDK's clients for it.
type server struct {
	*DB
	url     string
	api     *dynamodb.Client
	streams *dynamodbstreams.Client
}

func open(t testing.TB, o Options) *server {
	return openFile(t, filepath.Join(t.TempDir(), "data.db"), o)
}

func openFile(t testing.TB, path string, o Options) *server {
	t.Helper()
	db, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(db)
	t.Cleanup(func() {
		h.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	config := aws.Config{
		Region:      "eu-central-1",
		Credentials: credentials.NewStaticCredentialsProvider("SendFunction", "secret", ""),
		HTTPClient:  &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}},
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
	return &server{
		DB: db, url: h.URL,
		api:     dynamodb.NewFromConfig(config, func(o *dynamodb.Options) { o.BaseEndpoint = &h.URL }),
		streams: dynamodbstreams.NewFromConfig(config, func(o *dynamodbstreams.Options) { o.BaseEndpoint = &h.URL }),
	}
}

func (s *server) create(t testing.TB) {
	t.Helper()
	if err := s.EnsureTable([]byte(testTable)); err != nil {
		t.Fatal(err)
	}
}

// testTable has every kind of index.
const testTable = `{"TableName":"things","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},
		{"AttributeName":"gpk","AttributeType":"S"},{"AttributeName":"gsk","AttributeType":"N"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"GlobalSecondaryIndexes":[
		{"IndexName":"all","KeySchema":[{"AttributeName":"gpk","KeyType":"HASH"},{"AttributeName":"gsk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"keys","KeySchema":[{"AttributeName":"gpk","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}},
		{"IndexName":"some","KeySchema":[{"AttributeName":"sk","KeyType":"HASH"},{"AttributeName":"gpk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["a"]}}],
	"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"},
	"TimeToLiveSpecification":{"AttributeName":"ttl","Enabled":true}}`

type item = map[string]types.AttributeValue

func s(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
func n(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }

func TestFirstSteps(t *testing.T) {
	t.Parallel()
	srv := open(t, Options{})
	srv.create(t)
	ctx := context.Background()
	if _, err := srv.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("things"), Item: item{"pk": s("a"), "sk": s("1"), "gpk": s("g"), "gsk": n("7")}}); err != nil {
		t.Fatal(err)
	}
	got, err := srv.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("things"), Key: item{"pk": s("a"), "sk": s("1")}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Item) != 4 {
		t.Errorf("item %v", got.Item)
	}
	up, err := srv.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String("things"), Key: item{"pk": s("a"), "sk": s("1")},
		UpdateExpression: aws.String("SET gsk = gsk + :one, a.b = :one"), ExpressionAttributeValues: item{":one": n("1")}})
	t.Log(up, err)
	up, err = srv.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String("things"), Key: item{"pk": s("a"), "sk": s("1")}, ReturnValues: "ALL_NEW",
		UpdateExpression: aws.String("SET gsk = gsk + :one"), ExpressionAttributeValues: item{":one": n("1")}, ConditionExpression: aws.String("attribute_exists(pk) AND gsk < :one")})
	t.Log(up, err)
	up, err = srv.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String("things"), Key: item{"pk": s("a"), "sk": s("1")}, ReturnValues: "ALL_NEW",
		UpdateExpression: aws.String("SET gsk = gsk + :one"), ExpressionAttributeValues: item{":one": n("1")}, ReturnConsumedCapacity: "INDEXES"})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(up.Attributes, *up.ConsumedCapacity.CapacityUnits, up.ConsumedCapacity.GlobalSecondaryIndexes)
	q, err := srv.api.Query(ctx, &dynamodb.QueryInput{TableName: aws.String("things"), IndexName: aws.String("all"), KeyConditionExpression: aws.String("gpk = :g AND gsk BETWEEN :a AND :b"),
		ExpressionAttributeValues: item{":g": s("g"), ":a": n("1"), ":b": n("10")}})
	if err != nil || q.Count != 1 {
		t.Fatal(q, err)
	}
	_, err = srv.api.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String("things"), Item: item{"pk": s("b"), "sk": s("1")}}},
		{ConditionCheck: &types.ConditionCheck{TableName: aws.String("things"), Key: item{"pk": s("a"), "sk": s("1")}, ConditionExpression: aws.String("gsk = :x"), ExpressionAttributeValues: item{":x": n("3")}}},
	}})
	t.Log(err)
	shards, _ := srv.StreamShards("things")
	recs, err := srv.ReadStream("things", shards[0], "", 100)
	if err != nil || len(recs) != 2 {
		t.Fatal(recs, err)
	}
	t.Logf("%+v %s %s", recs[1], recs[1].NewImage, recs[1].OldImage)
	ls, err := srv.streams.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{})
	if err != nil || len(ls.Streams) != 1 {
		t.Fatal(ls, err)
	}
}
