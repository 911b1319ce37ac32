package dynamo

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
)

// start is the time at which the tests' clocks start.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// clock is a clock that only moves when it is told to.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return start.Add(time.Duration(c.at.Load())) }
func (c *clock) forward(d time.Duration) { c.at.Add(int64(d)) }

// server is a DB behind a real HTTP server, with the SDK's clients for it.
type server struct {
	*DB
	path    string
	options Options
	handler atomic.Pointer[DB]
	url     string
	api     *dynamodb.Client
	streams *dynamodbstreams.Client
	stop    func()
}

func open(t testing.TB, o Options) *server {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "data.db"), o)
}

func openFile(t testing.TB, path string, o Options) *server {
	t.Helper()
	srv := &server{path: path, options: o}
	srv.reopen(t)
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { srv.handler.Load().ServeHTTP(w, r) }))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	srv.stop = sync.OnceFunc(func() {
		client.CloseIdleConnections()
		h.Close()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(srv.stop)
	config := aws.Config{
		Region:      "eu-central-1",
		Credentials: credentials.NewStaticCredentialsProvider("SendFunction", "secret", ""),
		HTTPClient:  client,
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
	srv.url = h.URL
	srv.api = dynamodb.NewFromConfig(config, func(o *dynamodb.Options) { o.BaseEndpoint = &srv.url })
	srv.streams = dynamodbstreams.NewFromConfig(config, func(o *dynamodbstreams.Options) { o.BaseEndpoint = &srv.url })
	return srv
}

func (s *server) reopen(t testing.TB) {
	t.Helper()
	db, err := Open(s.path, s.options)
	if err != nil {
		t.Fatal(err)
	}
	s.DB = db
	s.handler.Store(db)
}

// restart closes the file and opens it again, as a new process would.
func (s *server) restart(t testing.TB) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s.reopen(t)
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

func str(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
func num(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }
func set(v ...string) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: v}
}

func list(v ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: v}
}

var things = aws.String("things")
