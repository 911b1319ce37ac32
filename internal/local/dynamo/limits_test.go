package dynamo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func (s *server) put(t testing.TB, it item) {
	t.Helper()
	if _, err := s.api.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: things, Item: it}); err != nil {
		t.Fatal(err)
	}
}

// TestPages: a page of a Query or Scan ends when 1 MB was read, whatever a filter leaves of it.
func TestPages(t *testing.T) {
	t.Parallel()
	srv := open(t, Options{})
	srv.create(t)
	for i := range 30 {
		srv.put(t, item{"pk": str("p"), "sk": str(fmt.Sprintf("%02d", i)), "big": str(strings.Repeat("x", 100<<10)), "n": num(fmt.Sprint(i))})
	}
	ctx := context.Background()
	for _, filter := range []string{"", "n > :n"} {
		in := &dynamodb.QueryInput{TableName: things, KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": str("p")}, ReturnConsumedCapacity: "TOTAL"}
		want := 30
		if filter != "" {
			in.FilterExpression, in.ExpressionAttributeValues[":n"] = &filter, num("20")
			want = 9
		}
		var pages []int32
		found := 0
		for more := true; more; more = in.ExclusiveStartKey != nil {
			out, err := srv.api.Query(ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			pages = append(pages, out.ScannedCount)
			found += int(out.Count)
			if units := *out.ConsumedCapacity.CapacityUnits; out.ScannedCount == 11 && units != 138 { // 11 × (100 KB + 25 bytes) in halves of 4 KB
				t.Errorf("a page of 11 costs %v units", units)
			}
			in.ExclusiveStartKey = out.LastEvaluatedKey
		}
		if fmt.Sprint(pages) != "[11 11 8]" || found != want {
			t.Errorf("filter %q: pages %v, %d found", filter, pages, found)
		}
	}
	// The greatest reply of BatchGetItem is 16 MB; here nothing is left out.
	var keys []map[string]types.AttributeValue
	for i := range 30 {
		keys = append(keys, item{"pk": str("p"), "sk": str(fmt.Sprintf("%02d", i))})
	}
	out, err := srv.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"things": {Keys: keys}}})
	if err != nil || len(out.Responses["things"]) != 30 || len(out.UnprocessedKeys) != 0 {
		t.Errorf("%d items, %d unprocessed: %v", len(out.Responses["things"]), len(out.UnprocessedKeys), err)
	}
}

func TestBatchGetStopsAt16MB(t *testing.T) {
	t.Parallel()
	srv := open(t, Options{})
	srv.create(t)
	var keys []map[string]types.AttributeValue
	for i := range 45 {
		key := item{"pk": str("p"), "sk": str(fmt.Sprintf("%02d", i))}
		keys = append(keys, key)
		srv.put(t, item{"pk": key["pk"], "sk": key["sk"], "big": str(strings.Repeat("x", 399<<10))})
	}
	in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"things": {Keys: keys, ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("#s"), ExpressionAttributeNames: map[string]string{"#s": "sk"}}}}
	total := 0
	for range 2 {
		out, err := srv.api.BatchGetItem(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		total += len(out.Responses["things"])
		in.RequestItems = out.UnprocessedKeys
		if total == 41 && len(in.RequestItems["things"].ExpressionAttributeNames) != 1 {
			t.Errorf("unprocessed keys have lost their parameters: %+v", in.RequestItems)
		}
	}
	if total != 45 || len(in.RequestItems) != 0 {
		t.Errorf("%d items", total)
	}
}

// TestLimits: what is just allowed is taken, and one more is refused.
func TestLimits(t *testing.T) {
	t.Parallel()
	srv := open(t, Options{})
	srv.create(t)
	nested := func(levels int) string { // of the leaf
		return strings.Repeat(`{"L":[`, levels-1) + `{"S":"x"}` + strings.Repeat(`]}`, levels-1)
	}
	put := func(rest string) string {
		return `{"TableName":"things","Item":{"pk":{"S":"p"},"sk":{"S":"s"}` + rest + `}}`
	}
	actions := func(n int, size int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"Put":{"TableName":"things","Item":{"pk":{"S":"t%d"},"sk":{"S":"s"},"b":{"S":"%s"}}}}`, i, strings.Repeat("x", size)))
		}
		return `{"TransactItems":[` + strings.Join(all, ",") + `]}`
	}
	writes := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"DeleteRequest":{"Key":{"pk":{"S":"%d"},"sk":{"S":"s"}}}}`, i))
		}
		return `{"RequestItems":{"things":[` + strings.Join(all, ",") + `]}}`
	}
	reads := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"pk":{"S":"%d"},"sk":{"S":"s"}}`, i))
		}
		return `{"RequestItems":{"things":{"Keys":[` + strings.Join(all, ",") + `]}}}`
	}
	const item400 = 400*1024 - len("pk") - len("p") - len("sk") - len("s") - len("b")
	for _, c := range []struct{ op, good, bad, want string }{
		{"PutItem", put(`,"b":{"S":"` + strings.Repeat("x", item400) + `"}`), put(`,"b":{"S":"` + strings.Repeat("x", item400+1) + `"}`), "Item size has exceeded the maximum allowed size"},
		{"PutItem", put(`,"l":` + nested(32)), put(`,"l":` + nested(33)), "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"},
		{"PutItem", put(`,"gpk":{"S":"` + strings.Repeat("x", 1024) + `"}`), put(`,"gpk":{"S":"` + strings.Repeat("x", 1025) + `"}`), "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},
		{"PutItem", strings.Replace(put(""), `"p"`, `"`+strings.Repeat("p", 2048)+`"`, 1), strings.Replace(put(""), `"p"`, `"`+strings.Repeat("p", 2049)+`"`, 1), "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"},
		{"PutItem", strings.Replace(put(""), `"s"`, `"`+strings.Repeat("s", 1024)+`"`, 1), strings.Replace(put(""), `"s"`, `"`+strings.Repeat("s", 1025)+`"`, 1), "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},
		{
			"UpdateItem", `{"TableName":"things","Key":{"pk":{"S":"u"},"sk":{"S":"s"}},"UpdateExpression":"SET b = :b","ExpressionAttributeValues":{":b":{"S":"` + strings.Repeat("x", item400) + `"}}}`,
			`{"TableName":"things","Key":{"pk":{"S":"u"},"sk":{"S":"s"}},"UpdateExpression":"SET b = :b","ExpressionAttributeValues":{":b":{"S":"` + strings.Repeat("x", item400+1) + `"}}}`, "Item size to update has exceeded the maximum allowed size",
		},
		{"TransactWriteItems", actions(100, 1), actions(101, 1), "1 validation error detected: Value '[...]' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100"},
		{"TransactWriteItems", actions(10, 380<<10), actions(11, 380<<10), "Transaction request size exceeded the limit of 4 MB"},
		{"BatchWriteItem", writes(25), writes(26), "1 validation error detected: Value '{things=[...]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"},
		{"BatchGetItem", reads(100), reads(101), "1 validation error detected: Value at 'RequestItems.things.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100"},
	} {
		if status, out := try(t, srv.url, targetTables+c.op, c.good); status != 200 {
			t.Errorf("%s: %d %s", c.op, status, out)
		}
		status, out := try(t, srv.url, targetTables+c.op, c.bad)
		var doc struct{ Message string }
		if err := json.Unmarshal(out, &doc); err != nil || status != 400 || doc.Message != c.want {
			t.Errorf("%s: %d %s %v\n want %s", c.op, status, out, err, c.want)
		}
	}
	// An update that nests a value too deeply inside another.
	deep := `{"TableName":"things","Key":{"pk":{"S":"p"},"sk":{"S":"deep"}},"UpdateExpression":"SET l[0] = :l","ExpressionAttributeValues":{":l":` + nested(32) + `}}`
	post(t, srv.url, targetTables+"PutItem", `{"TableName":"things","Item":{"pk":{"S":"p"},"sk":{"S":"deep"},"l":{"L":[]}}}`)
	if status, out := try(t, srv.url, targetTables+"UpdateItem", deep); status != 400 || !strings.Contains(string(out), "Nesting Levels") {
		t.Errorf("%d %s", status, out)
	}
	if status, _ := try(t, srv.url, targetTables+"PutItem", put(`,"l":`+strings.Repeat(`{"L":[`, 100000))); status != 400 {
		t.Errorf("endless nesting: %d", status)
	}
	if status, _ := try(t, srv.url, targetTables+"PutItem", put(`,"x":{"Z":`+strings.Repeat(`[`, 100000)+`}`)); status != 400 {
		t.Errorf("endless nesting of what is unknown: %d", status)
	}
}
