package dynamo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

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
