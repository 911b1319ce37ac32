package dynamo_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/local/dynamo"
)

// A table in one file on the disk, spoken to with the SDK's own client.
func Example() {
	folder, err := os.MkdirTemp("", "dynamo")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	db, err := dynamo.Open(filepath.Join(folder, "table.db"), dynamo.Options{})
	if err != nil {
		panic(err)
	}
	defer db.Close()
	server := httptest.NewServer(db)
	defer server.Close()
	client := dynamodb.NewFromConfig(aws.Config{Region: "eu-central-1", Credentials: aws.AnonymousCredentials{}, BaseEndpoint: &server.URL})

	ctx, table := context.Background(), aws.String("things")
	if _, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
	}); err != nil {
		panic(err)
	}
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}}
	if _, err := client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: table,
		Item:      map[string]types.AttributeValue{"pk": key["pk"], "n": &types.AttributeValueMemberN{Value: "7"}},
	}); err != nil {
		panic(err)
	}
	out, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: key, ConsistentRead: aws.Bool(true), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	if err != nil {
		panic(err)
	}
	fmt.Println("n is", out.Item["n"].(*types.AttributeValueMemberN).Value, "for", *out.ConsumedCapacity.CapacityUnits, "read unit")
	// Output: n is 7 for 1 read unit
}
