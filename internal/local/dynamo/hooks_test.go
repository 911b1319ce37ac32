package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

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
	hook(func(Call) error { return errors.New("broken") }, func(Call) error { t.Error("After was called for refused work"); return nil })
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
		{Delete: &types.Delete{TableName: things, Key: item{"pk": str("a"), "sk": str("s")}}}, {Delete: &types.Delete{TableName: things, Key: item{"pk": str("b"), "sk": str("s")}}},
	}})
	if code(err) != "canceled TransactionConflict None" || !exists("a") {
		t.Errorf("conflict: %v", err)
	}
	hook(func(Call) error { return &Unprocessed{Done: 1} }, nil)
	reqs := map[string][]types.WriteRequest{"things": {
		{PutRequest: &types.PutRequest{Item: item{"pk": str("c"), "sk": str("s")}}}, {DeleteRequest: &types.DeleteRequest{Key: item{"pk": str("a"), "sk": str("s")}}},
	}}
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
