package dynamo

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"
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
		{"UpdateItem", `{"TableName":"things","Key":{"pk":{"S":"u"},"sk":{"S":"s"}},"UpdateExpression":"SET b = :b","ExpressionAttributeValues":{":b":{"S":"` + strings.Repeat("x", item400) + `"}}}`,
			`{"TableName":"things","Key":{"pk":{"S":"u"},"sk":{"S":"s"}},"UpdateExpression":"SET b = :b","ExpressionAttributeValues":{":b":{"S":"` + strings.Repeat("x", item400+1) + `"}}}`, "Item size to update has exceeded the maximum allowed size"},
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

// TestCapacity holds the write units of a table with indexes, as they were measured at the service for small items.
func TestCapacity(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var metered []string
	srv := open(t, Options{Meter: func(c Call, used Consumed) {
		mu.Lock()
		defer mu.Unlock()
		metered = append(metered, fmt.Sprintf("%s %s %s read=%v write=%v items=%d", c.Caller, c.Operation, c.Table, used.ReadUnits, used.WriteUnits, used.Items))
	}})
	srv.create(t)
	units := func(c *types.ConsumedCapacity) string {
		s := fmt.Sprintf("%v:table=%v", *c.CapacityUnits, *c.Table.CapacityUnits)
		for _, x := range []string{"all", "keys", "some"} {
			if u, ok := c.GlobalSecondaryIndexes[x]; ok {
				s += fmt.Sprintf(" %s=%v", x, *u.CapacityUnits)
			}
		}
		return s
	}
	key := item{"pk": str("p"), "sk": str("s")}
	update := func(expr string, values item, want string) {
		t.Helper()
		out, err := srv.api.UpdateItem(context.Background(), &dynamodb.UpdateItemInput{TableName: things, Key: key, UpdateExpression: &expr, ExpressionAttributeValues: values, ReturnConsumedCapacity: "INDEXES"})
		if err != nil {
			t.Fatal(err)
		}
		if got := units(out.ConsumedCapacity); got != want {
			t.Errorf("%s costs %s, want %s", expr, got, want)
		}
	}
	update("SET z = :v", item{":v": str("1")}, "1:table=1") // in no index
	update("SET gpk = :g, gsk = :n", item{":g": str("g"), ":n": num("1")}, "4:table=1 all=1 keys=1 some=1")
	update("SET gpk = :g, gsk = :n", item{":g": str("g"), ":n": num("1")}, "1:table=1") // no change
	update("SET z = :v", item{":v": str("2")}, "2:table=1 all=1")                       // only ALL projects it
	update("SET a = :v", item{":v": str("2")}, "3:table=1 all=1 some=1")
	update("SET gsk = :n", item{":n": num("2")}, "3:table=1 all=2") // a key that moves: delete and put
	update("SET gpk = :g", item{":g": str("h")}, "7:table=1 all=2 keys=2 some=2")
	update("SET z = :v", item{":v": str(strings.Repeat("x", 3000))}, "6:table=3 all=3")
	update("SET z = :v", item{":v": str("1")}, "6:table=3 all=3") // the greater of old and new
	update("REMOVE gpk", nil, "4:table=1 all=1 keys=1 some=1")
	del, err := srv.api.DeleteItem(context.Background(), &dynamodb.DeleteItemInput{TableName: things, Key: key, ReturnConsumedCapacity: "INDEXES"})
	if err != nil || units(del.ConsumedCapacity) != "1:table=1" {
		t.Error(units(del.ConsumedCapacity), err)
	}
	metered = nil
	srv.put(t, item{"pk": str("m"), "sk": str("s"), "gpk": str("g"), "b": str(strings.Repeat("x", 5000))})
	srv.api.GetItem(context.Background(), &dynamodb.GetItemInput{TableName: things, Key: item{"pk": str("m"), "sk": str("s")}})
	srv.api.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: things, Item: item{"pk": str("m"), "sk": str("s")}, ConditionExpression: aws.String("attribute_not_exists(pk)")})
	srv.api.GetItem(context.Background(), &dynamodb.GetItemInput{TableName: things, Key: item{"pk": str("m")}})
	srv.api.ListTables(context.Background(), &dynamodb.ListTablesInput{})
	want := []string{
		"SendFunction PutItem things read=0 write=7 items=1",
		"SendFunction GetItem things read=1 write=0 items=1",
		"SendFunction PutItem things read=0 write=5 items=1", // a condition that is not met costs as well
		"SendFunction ListTables  read=0 write=0 items=0",
	}
	if fmt.Sprint(metered) != fmt.Sprint(want) {
		t.Errorf("metered\n %s\nwant\n %s", strings.Join(metered, "\n "), strings.Join(want, "\n "))
	}
}

// TestHooks: faults before the work, after it, and in the middle of a batch.
func TestHooks(t *testing.T) {
	t.Parallel()
	var before, after func(Call) error
	var mu sync.Mutex
	call := func(f *func(Call) error, c Call) error {
		mu.Lock()
		defer mu.Unlock()
		if *f == nil {
			return nil
		}
		return (*f)(c)
	}
	srv := open(t, Options{Before: func(c Call) error { return call(&before, c) }, After: func(c Call) error { return call(&after, c) }})
	srv.create(t)
	ctx := context.Background()
	hook := func(b, a func(Call) error) {
		mu.Lock()
		defer mu.Unlock()
		before, after = b, a
	}
	put := func(pk string) error {
		_, err := srv.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: things, Item: item{"pk": str(pk), "sk": str("s")}})
		return err
	}
	exists := func(pk string) bool {
		hook(nil, nil)
		out, err := srv.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: things, Key: item{"pk": str(pk), "sk": str("s")}})
		return err == nil && out.Item != nil
	}
	hook(func(c Call) error {
		if c != (Call{"SendFunction", "PutItem", "things"}) {
			t.Errorf("the hook got %+v", c)
		}
		return &APIError{Code: "ProvisionedThroughputExceededException"}
	}, nil)
	var throttled *types.ProvisionedThroughputExceededException
	if err := put("a"); !errors.As(err, &throttled) || exists("a") {
		t.Errorf("throttled: %v", err)
	}
	hook(func(Call) error { return errors.New("broken") }, nil)
	var broken *types.InternalServerError
	if err := put("a"); !errors.As(err, &broken) || exists("a") {
		t.Errorf("broken: %v", err)
	}
	hook(nil, func(Call) error { return errors.New("lost") })
	if err := put("a"); err == nil || !strings.Contains(err.Error(), "EOF") {
		t.Errorf("a lost reply: %v", err)
	}
	if !exists("a") {
		t.Error("the reply was lost, and the work with it")
	}
	hook(func(Call) error { return &APIError{Code: "TransactionCanceledException"} }, nil)
	_, err := srv.api.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Delete: &types.Delete{TableName: things, Key: item{"pk": str("a"), "sk": str("s")}}}, {Delete: &types.Delete{TableName: things, Key: item{"pk": str("b"), "sk": str("s")}}}}})
	if code(err) != "canceled TransactionConflict None" || !exists("a") {
		t.Errorf("conflict: %v", err)
	}
	hook(func(Call) error { return &Unprocessed{Done: 1} }, nil)
	reqs := map[string][]types.WriteRequest{"things": {
		{PutRequest: &types.PutRequest{Item: item{"pk": str("c"), "sk": str("s")}}}, {DeleteRequest: &types.DeleteRequest{Key: item{"pk": str("a"), "sk": str("s")}}}}}
	out, err := srv.api.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: reqs})
	if err != nil || len(out.UnprocessedItems["things"]) != 1 || out.UnprocessedItems["things"][0].DeleteRequest == nil {
		t.Errorf("unprocessed: %+v %v", out, err)
	}
	if !exists("c") || !exists("a") {
		t.Error("the first of the batch has to be done, the second not")
	}
	hook(func(Call) error { return &Unprocessed{} }, nil)
	got, err := srv.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"things": {Keys: []map[string]types.AttributeValue{{"pk": str("a"), "sk": str("s")}}}}})
	if err != nil || len(got.Responses["things"]) != 0 || len(got.UnprocessedKeys["things"].Keys) != 1 {
		t.Errorf("unprocessed: %+v %v", got, err)
	}
}

func TestEnsureTable(t *testing.T) {
	t.Parallel()
	srv := open(t, Options{})
	srv.create(t)
	srv.put(t, item{"pk": str("p"), "sk": str("s"), "until": num("5000000000")})
	srv.create(t)
	other := strings.Replace(testTable, `"AttributeName":"ttl"`, `"AttributeName":"until"`, 1)
	other = strings.Replace(other, `"BillingMode"`, `"DeletionProtectionEnabled":true,"BillingMode"`, 1)
	for range 2 {
		if err := srv.EnsureTable([]byte(other)); err != nil {
			t.Fatal(err)
		}
		srv.restart(t)
	}
	d, err := srv.api.DescribeTimeToLive(context.Background(), &dynamodb.DescribeTimeToLiveInput{TableName: things})
	if err != nil || *d.TimeToLiveDescription.AttributeName != "until" {
		t.Error(d, err)
	}
	table, err := srv.api.DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: things})
	if err != nil || !*table.Table.DeletionProtectionEnabled || *table.Table.ItemCount != 1 {
		t.Error(table, err)
	}
	for change, want := range map[string]string{
		`"AttributeType":"N"`:    "table things is there with another set of global secondary indexes; remove the data file to start afresh",
		`NEW_AND_OLD_IMAGES`:     "table things is there with another stream; remove the data file to start afresh",
		`"StreamViewType"`:       `reading the table's definition: json: unknown field "Elsewhere"`,
		`"KEYS_ONLY"`:            "table things is there with another set of global secondary indexes; remove the data file to start afresh",
		`{"TableName":"things",`: "table : ValidationException: 1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null",
	} {
		to := map[string]string{`"AttributeType":"N"`: `"AttributeType":"B"`, `NEW_AND_OLD_IMAGES`: `NEW_IMAGE`, `"StreamViewType"`: `"Elsewhere":1,"StreamViewType"`, `"KEYS_ONLY"`: `"ALL"`, `{"TableName":"things",`: `{`}[change]
		if err := srv.EnsureTable([]byte(strings.Replace(testTable, change, to, 1))); err == nil || err.Error() != want {
			t.Errorf("%s → %s: %v", change, to, err)
		}
	}
}

func TestDataFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "data.db")
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := func(what string, err error, text string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = Open(path, Options{})
	want("a second opening", err, "is held by another process")
	if err := db.EnsureTable([]byte(testTable)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, content := range map[string][]byte{"text": []byte(strings.Repeat("not a database\n", 1000)), "a short file": []byte("x"), "half of it": whole[:len(whole)/2], "zeros": make([]byte, 1<<16)} {
		broken := filepath.Join(dir, "broken.db")
		if err := os.WriteFile(broken, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(broken, Options{})
		want(what, err, "is broken")
	}
	_, err = Open(dir, Options{})
	want("a directory", err, "not a file")
	_, err = Open(filepath.Join(dir, "no", "such", "folder"), Options{})
	want("no folder", err, "no such file")
	if err := db.update(func(*writeTx) *APIError { return nil }); err != errClosed {
		t.Errorf("a write after Close: %v", err)
	}
}

// TestConcurrent has many clients count in the same items, while others read them and the file is open all the time.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	srv := open(t, Options{StreamShards: 2})
	srv.create(t)
	ctx := context.Background()
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case <-stop:
					return
				default:
				}
				out, err := srv.api.Scan(ctx, &dynamodb.ScanInput{TableName: things})
				if err != nil {
					t.Error(err)
					return
				}
				sum := 0
				for _, it := range out.Items {
					i, _ := number(it["n"])
					sum += i
				}
				if sum%2 != 0 { // every transaction adds to two items: half of one would show
					t.Errorf("a scan saw a sum of %d", sum)
				}
			}
		}()
	}
	const clients, times = 8, 60
	var counting sync.WaitGroup
	for c := range clients {
		counting.Add(1)
		go func() {
			defer counting.Done()
			for i := range times {
				add := func(pk string) types.TransactWriteItem {
					return types.TransactWriteItem{Update: &types.Update{TableName: things, Key: item{"pk": str(pk), "sk": str("s")}, UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: item{":one": num("1")}}}
				}
				in := &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{add(fmt.Sprint("a", (c+i)%3)), add(fmt.Sprint("b", i%3))}}
				for range 1 + i%2 { // half of them are sent twice, with one token
					in.ClientRequestToken = aws.String(fmt.Sprintf("%d-%d", c, i))
					if _, err := srv.api.TransactWriteItems(ctx, in); err != nil {
						t.Error(err)
					}
				}
			}
		}()
	}
	counting.Wait()
	close(stop)
	wg.Wait()
	out, err := srv.api.Scan(ctx, &dynamodb.ScanInput{TableName: things})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, it := range out.Items {
		i, _ := number(it["n"])
		sum += i
	}
	if sum != 2*clients*times {
		t.Errorf("counted to %d, want %d", sum, 2*clients*times)
	}
}

// TestStreamChanged: a reader that waits is woken by a write, and not by one that changes nothing.
func TestStreamChanged(t *testing.T) {
	t.Parallel()
	srv := open(t, Options{})
	srv.create(t)
	changed := srv.StreamChanged("things")
	srv.put(t, item{"pk": str("p"), "sk": str("s")})
	select {
	case <-changed:
	case <-time.After(5 * time.Second):
		t.Fatal("nobody told of the write")
	}
	changed = srv.StreamChanged("things")
	srv.put(t, item{"pk": str("p"), "sk": str("s")})
	select {
	case <-changed:
		t.Error("told of a write that changed nothing")
	case <-time.After(20 * time.Millisecond):
	}
	if srv.StreamChanged("nothing") != nil {
		t.Error("a table that is not there changed")
	}
	if _, err := srv.ReadStream("things", "shard", "", 1); err == nil {
		t.Error("read a shard that is not there")
	}
}

// TestKilled kills a process with writes under way and looks for every write that it had acknowledged.
func TestKilled(t *testing.T) {
	if path := os.Getenv("DYNAMO_TEST_WRITER"); path != "" {
		writeUntilKilled(t, path)
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data.db")
	acknowledged := 0
	for round := range 3 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "DYNAMO_TEST_WRITER="+path, fmt.Sprint("DYNAMO_TEST_FROM=", acknowledged))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < 300*(round+1) && lines.Scan(); n++ {
			if n == 300*(round+1)-1 {
				cmd.Process.Kill()
			}
			fmt.Sscan(lines.Text(), &acknowledged)
		}
		for lines.Scan() { // said before it died
			fmt.Sscan(lines.Text(), &acknowledged)
		}
		cmd.Wait()
		srv := openFile(t, path, Options{})
		for i := 1; i <= acknowledged; i++ {
			body := post(t, srv.url, targetTables+"GetItem", fmt.Sprintf(`{"TableName":"things","Key":{"pk":{"S":"%d"},"sk":{"S":"s"}}}`, i))
			if !strings.Contains(string(body), `"Item"`) {
				t.Fatalf("round %d: write %d of %d was acknowledged and is gone", round, i, acknowledged)
			}
		}
		d, err := srv.api.DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: things})
		if err != nil || int(*d.Table.ItemCount) < acknowledged || int(*d.Table.ItemCount) > acknowledged+1 {
			t.Errorf("%d acknowledged, counted %d (%v)", acknowledged, *d.Table.ItemCount, err)
		}
		acknowledged = int(*d.Table.ItemCount)
		srv.stop()
	}
	if acknowledged < 1000 {
		t.Errorf("only %d writes", acknowledged)
	}
}

// writeUntilKilled writes item after item and says the number of each that was acknowledged.
func writeUntilKilled(t *testing.T, path string) {
	var n int
	fmt.Sscan(os.Getenv("DYNAMO_TEST_FROM"), &n)
	srv := openFile(t, path, Options{})
	srv.create(t)
	for n++; ; n++ {
		post(t, srv.url, targetTables+"PutItem", fmt.Sprintf(`{"TableName":"things","Item":{"pk":{"S":"%d"},"sk":{"S":"s"},"gpk":{"S":"g"},"gsk":{"N":"%d"}}}`, n, n))
		fmt.Println(n)
	}
}

func TestRequestForm(t *testing.T) {
	t.Parallel()
	srv := open(t, Options{})
	for _, c := range []struct{ method, target, body, want string }{
		{"GET", targetTables + "ListTables", "{}", "UnknownOperationException"},
		{"POST", "", "{}", "UnknownOperationException"},
		{"POST", "ListTables", "{}", "UnknownOperationException"},
		{"POST", targetTables + "ListTables", "", "SerializationException"},
		{"POST", targetTables + "ListTables", "[]", "SerializationException"},
		{"POST", targetTables + "GetItem", "{\"TableName\":\"\xff\"}", "SerializationException"},
		{"POST", targetTables + "GetItem", "[]", "SerializationException"},
		{"POST", targetTables + "GetItem", `{"TableName":true}`, "SerializationException"},
		{"POST", targetTables + "GetItem", `{"TableName":"a` + "\n" + `"}`, "SerializationException"},
		{"POST", targetTables + "GetItem", `{"TableName":"a\q"}`, "SerializationException"},
		{"POST", targetTables + "GetItem", `{"TableName":"a`, "SerializationException"},
		{"POST", targetTables + "Query", `{"Limit":"1"}`, "SerializationException"},
		{"POST", targetTables + "Query", `{"Limit":1e99}`, "SerializationException"},
	} {
		req, err := http.NewRequest(c.method, srv.url, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Amz-Target", c.target)
		resp, err := benchClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		out, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 400 || !strings.Contains(string(out), "#"+c.want+`"`) {
			t.Errorf("%s %s %s: %d %s", c.method, c.target, c.body, resp.StatusCode, out)
		}
	}
	req, _ := http.NewRequest("POST", srv.url, io.LimitReader(zeros{}, maxRequest+1))
	req.ContentLength = maxRequest + 1
	req.Header.Set("X-Amz-Target", targetTables+"PutItem")
	if resp, err := benchClient.Do(req); err == nil {
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("a body of over 16 MB: %d", resp.StatusCode)
		}
		resp.Body.Close()
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func rational(rt *rapid.T, s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		rt.Fatalf("%s is no number", s)
	}
	return r
}

// TestNumbers compares the engine's numbers with big rationals.
func TestNumbers(t *testing.T) {
	t.Parallel()
	text := rapid.Custom(func(rt *rapid.T) string {
		s := rapid.SampledFrom([]string{"", "-", "+"}).Draw(rt, "sign") + rapid.StringMatching(`[0-9]{1,20}(\.[0-9]{1,15})?`).Draw(rt, "digits")
		if rapid.Bool().Draw(rt, "scientific") {
			s += rapid.SampledFrom([]string{"e", "E", "e+", "E-"}).Draw(rt, "e") + fmt.Sprint(rapid.IntRange(0, 60).Draw(rt, "exponent"))
		}
		return s
	})
	rapid.Check(t, func(rt *rapid.T) {
		a, b := text.Draw(rt, "a"), text.Draw(rt, "b")
		x, y := rational(rt, a), rational(rt, b)
		ca, problem := canonicalNumber(a)
		if problem != "" {
			rt.Fatal(problem)
		}
		cb, _ := canonicalNumber(b)
		if rational(rt, ca).Cmp(x) != 0 || strings.ContainsAny(ca, "eE+") || ca == "-0" {
			rt.Fatalf("%s became %s", a, ca)
		}
		if again, _ := canonicalNumber(ca); again != ca {
			rt.Fatalf("%s became %s, and that %s", a, ca, again)
		}
		if (ca == cb) != (x.Cmp(y) == 0) || compareNumbers(ca, cb) != x.Cmp(y) {
			rt.Fatalf("%s and %s compare as %d", ca, cb, compareNumbers(ca, cb))
		}
		ka, kb := appendSortableNumber(nil, ca), appendSortableNumber(nil, cb)
		if strings.Compare(string(ka), string(kb)) != x.Cmp(y) || ca != cb && strings.HasPrefix(string(ka), string(kb)) {
			rt.Fatalf("%s and %s sort as %x and %x", ca, cb, ka, kb)
		}
		for _, minus := range []bool{false, true} {
			want := new(big.Rat).Add(x, y)
			if minus {
				want = new(big.Rat).Sub(x, y)
			}
			sum, problem := addNumbers(ca, cb, minus)
			if problem == "" && rational(rt, sum).Cmp(want) != 0 {
				rt.Fatalf("%s and %s make %s (minus: %v)", ca, cb, sum, minus)
			}
			if d, _ := parseDecimal(want.FloatString(130)); problem != "" && len(d.digits) <= maxDigits {
				rt.Fatalf("%s and %s: %s", ca, cb, problem)
			}
		}
	})
	for text, want := range map[string]int{"0": 1, "1": 2, "12": 2, "123": 3, "1234": 3, "12345678901234567890123456789012345678": 20, "0042": 2, "100": 2, "1010": 3, "0.0000001": 2,
		"1E125": 2, "1E-100": 2, "1.5": 3, "15": 2, "1.2": 3, "1.200": 3, "1.234": 4, "3.14159": 5, "123456": 4, "100.5": 4, "0.15": 2, "-42": 3, "-0": 1} {
		n, problem := canonicalNumber(text)
		if got := numberSize(n); got != want || problem != "" {
			t.Errorf("%s has %d bytes, want %d %s", text, got, want, problem)
		}
	}
	for text, want := range map[string]string{"9.9999999999999999999999999999999999999E+125": "", "1E126": errNumberTooBig, "1E-130": "", "9E-131": errNumberTooTiny, "1e": errNotNumber + ": 1e", ".": errNotNumber + ": .",
		"": errNotNumber, " 1": errNotNumber + ":  1", "0x1": errNotNumber + ": 0x1", "--1": errNotNumber + ": --1", "Infinity": errNotNumber + ": Infinity", ".5": "", "5.": "", "1e9999999999999999999": errNumberTooBig} {
		if _, problem := canonicalNumber(text); problem != want {
			t.Errorf("%q: %s", text, problem)
		}
	}
}
