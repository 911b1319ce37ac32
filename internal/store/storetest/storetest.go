// Package storetest gives tests the real table: the laptop's DynamoDB engine behind its wire protocol, and a store over it.
package storetest

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/awsenv"
	"onetap/internal/local/dynamo"
	"onetap/internal/seal"
	"onetap/internal/seal/sealtest"
	"onetap/internal/store"
)

// Table is the name of the tests' table.
const Table = "onetap-test"

// definition is the table of template.yaml; a test of the laptop holds the two together.
const definition = `{"TableName":"onetap-test","BillingMode":"PAY_PER_REQUEST",
"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},
 {"AttributeName":"gsi1pk","AttributeType":"S"},{"AttributeName":"gsi1sk","AttributeType":"S"}],
"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
"GlobalSecondaryIndexes":[{"IndexName":"gsi1","KeySchema":[{"AttributeName":"gsi1pk","KeyType":"HASH"},{"AttributeName":"gsi1sk","KeyType":"RANGE"}],
 "Projection":{"ProjectionType":"ALL"}}],
"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}`

// Open starts an engine with the project's table in a temporary folder; it ends with the test.
func Open(t testing.TB, o dynamo.Options) (*store.Store, *dynamo.DB) {
	t.Helper()
	db, err := dynamo.Open(filepath.Join(t.TempDir(), "table.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.EnsureTable(json.RawMessage(definition)); err != nil {
		t.Fatal(err)
	}
	return Client(Serve(t, db), "test"), db
}

// Serve serves an engine, or another service of AWS, until the test ends, and returns where. Clients of As reach it as direct says.
func Serve(t testing.TB, service http.Handler) string {
	t.Helper()
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	direct(t, server.URL, service)
	return server.URL
}

// Client returns a store over the engine at url; caller is who the engine's meter and faults see. It seals, as all that this package
// returns, with keys in the table, which one KMS for all tests of the process wraps.
func Client(url, caller string) *store.Store {
	c := awsenv.Config()
	c.Region = "eu-central-1"
	c.BaseEndpoint = aws.String(url)
	return Sealed(store.New(dynamodb.NewFromConfig(As(c, caller)), Table))
}

var keys = sealtest.NewKMS()

// Sealed gives a store the keys of those that Client returns.
func Sealed(s *store.Store) *store.Store {
	s.SealWith(Sealer(s), slog.New(slog.DiscardHandler))
	return s
}

// Sealer is what such a store seals with.
func Sealer(rings seal.Rings) *seal.Sealer { return SealerAt(rings, time.Now) }

// SealerAt is Sealer by another clock.
func SealerAt(rings seal.Rings, now func() time.Time) *seal.Sealer {
	return seal.New(seal.Options{Rings: rings, KMS: keys, Now: now})
}
