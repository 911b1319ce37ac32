package storetest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/awsenv"
)

// Items reads every item of the engine's table at url.
func Items(t testing.TB, url string) []map[string]types.AttributeValue {
	t.Helper()
	var all []map[string]types.AttributeValue
	p := dynamodb.NewScanPaginator(client(url), &dynamodb.ScanInput{TableName: aws.String(Table)})
	for p.HasMorePages() {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, out.Items...)
	}
	return all
}

// Spoil changes one byte of what is sealed in those items whose key is wanted, and fails where there are none.
func Spoil(t testing.TB, url string, wanted func(pk, sk string) bool) {
	t.Helper()
	n := 0
	for _, it := range Items(t, url) {
		b, ok := it["sealed"].(*types.AttributeValueMemberB)
		if !ok || !wanted(it["pk"].(*types.AttributeValueMemberS).Value, it["sk"].(*types.AttributeValueMemberS).Value) {
			continue
		}
		b.Value[len(b.Value)/2] ^= 1
		if _, err := client(url).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(Table), Item: it}); err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n == 0 {
		t.Fatal("nothing is sealed that could be spoiled")
	}
}

// Put writes an item past the store, as an older version may have written it.
func Put(t testing.TB, url string, it map[string]types.AttributeValue) {
	t.Helper()
	if _, err := client(url).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(Table), Item: it}); err != nil {
		t.Fatal(err)
	}
}

func client(url string) *dynamodb.Client {
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &url
	return dynamodb.NewFromConfig(As(c, "looks"))
}
