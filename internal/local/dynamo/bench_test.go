package dynamo

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The benchmarks post requests as the SDK writes them through real HTTP, from 8 clients at once. The clients share the
// machine's cores with the engine, so the numbers are what the laptop as a whole can do.

const benchClients = 8

var benchClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * benchClients}}

// post sends a request and gives the body of the answer, which has to be a success.
func post(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, url, target, body string,
) []byte {
	t.Helper()
	status, out := try(t, url, target, body)
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", target, status, out)
	}
	return out
}

// try sends a request and gives status and body of the answer.
func try(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, url, target, body string,
) (int, []byte) {
	t.Helper()
	req, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatalf("%v", err)
	}
	req.Header.Set("X-Amz-Target", target)
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=DeskFunction/20260302/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	resp, err := benchClient.Do(req)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return resp.StatusCode, out
}

func benchServer(b *testing.B) *server {
	srv := open(b, Options{})
	if err := srv.EnsureTable([]byte(benchTable)); err != nil {
		b.Fatal(err)
	}
	return srv
}

// benchTable is like many a single table: one index, a stream with both images, time to live.
const benchTable = `{"TableName":"things","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},
		{"AttributeName":"gpk","AttributeType":"S"},{"AttributeName":"gsk","AttributeType":"N"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"GlobalSecondaryIndexes":[
		{"IndexName":"all","KeySchema":[{"AttributeName":"gpk","KeyType":"HASH"},{"AttributeName":"gsk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
	"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"},
	"TimeToLiveSpecification":{"AttributeName":"ttl","Enabled":true}}`

// contact is an item of about 500 bytes, spread like contacts with hashed ids.
func contact(i int) string {
	id := fmt.Sprintf("%016x", uint64(i)*0x9E3779B97F4A7C15)
	return fmt.Sprintf(`{"pk":{"S":"C#%s"},"sk":{"S":"contact"},"gpk":{"S":"A#%d"},"gsk":{"N":"%d"},"name":{"S":"Invented Person %d"},"email":{"S":"person%d@example.com"},"lang":{"S":"en"},"score":{"N":"%d"},"owner":{"S":"owner-%d@example.com"},"data":{"M":{"city":{"S":"Somewhere"},"tags":{"SS":["a","b","c"]},"note":{"S":"%s"}}}}`,
		id, i%97, i, i, i, i%11, i%8, strings.Repeat("x", 250))
}

func contactBatch(from int) string {
	var b bytes.Buffer
	b.WriteString(`{"RequestItems":{"things":[`)
	for i := range 25 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"PutRequest":{"Item":` + contact(from+i) + `}}`)
	}
	b.WriteString(`]}}`)
	return b.String()
}

func fill(b testing.TB, srv *server, items int) {
	var next atomic.Int64
	parallel(benchClients, func(int) {
		for {
			i := int(next.Add(25)) - 25
			if i >= items {
				return
			}
			post(b, srv.url, targetTables+"BatchWriteItem", contactBatch(i))
		}
	})
}

func parallel(n int, f func(worker int)) {
	done := make(chan struct{})
	for i := range n {
		go func() {
			defer func() { done <- struct{}{} }()
			f(i)
		}()
	}
	for range n {
		<-done
	}
}

// each has the clients do b.N requests.
func each(b *testing.B, what string, f func(i int)) {
	var next atomic.Int64
	b.ResetTimer()
	begin, used := time.Now(), cpu()
	parallel(benchClients, func(int) {
		for {
			i := int(next.Add(1)) - 1
			if i >= b.N {
				return
			}
			f(i)
		}
	})
	b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), what+"/s")
	b.ReportMetric((cpu()-used)*1e6/float64(b.N), "cpu-µs/op")
}

// cpu is the processor time of the process, clients and all, in seconds: on a busy machine the better measure.
func cpu() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func BenchmarkBatchWrite(b *testing.B) {
	srv := benchServer(b)
	each(b, "batches", func(i int) {
		post(b, srv.url, targetTables+"BatchWriteItem", contactBatch(i*25))
	})
	b.ReportMetric(float64(b.N)*25/b.Elapsed().Seconds(), "items/s")
}

// BenchmarkEngine is BenchmarkBatchWrite without HTTP and clients: what the engine itself needs.
func BenchmarkEngine(b *testing.B) {
	srv := benchServer(b)
	bodies := make([]string, b.N)
	for i := range bodies {
		bodies[i] = contactBatch(i * 25)
	}
	each(b, "batches", func(i int) {
		req := httptest.NewRequest("POST", "/", strings.NewReader(bodies[i]))
		req.Header.Set("X-Amz-Target", targetTables+"BatchWriteItem")
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, req)
		if w.Code != http.StatusOK {
			b.Errorf("%d %s", w.Code, w.Body)
		}
	})
	b.ReportMetric(float64(b.N)*25/b.Elapsed().Seconds(), "items/s")
}

func BenchmarkUpdateItem(b *testing.B) {
	srv := benchServer(b)
	fill(b, srv, 20000)
	each(b, "updates", func(i int) {
		id := fmt.Sprintf("%016x", uint64(i%20000)*0x9E3779B97F4A7C15)
		post(b, srv.url, targetTables+"UpdateItem", `{"TableName":"things","Key":{"pk":{"S":"C#`+id+`"},"sk":{"S":"contact"}},"UpdateExpression":"SET #s = :s, touched = if_not_exists(touched, :zero) + :one","ConditionExpression":"attribute_exists(pk)","ExpressionAttributeNames":{"#s":"state"},"ExpressionAttributeValues":{":s":{"S":"sent"},":zero":{"N":"0"},":one":{"N":"1"}}}`)
	})
}

func BenchmarkGetItem(b *testing.B) {
	srv := benchServer(b)
	fill(b, srv, 20000)
	each(b, "gets", func(i int) {
		id := fmt.Sprintf("%016x", uint64(i%20000)*0x9E3779B97F4A7C15)
		post(b, srv.url, targetTables+"GetItem", `{"TableName":"things","Key":{"pk":{"S":"C#`+id+`"},"sk":{"S":"contact"}}}`)
	})
}

func BenchmarkQueryPage(b *testing.B) {
	srv := benchServer(b)
	fill(b, srv, 97*1500)
	each(b, "pages", func(i int) {
		post(b, srv.url, targetTables+"Query", fmt.Sprintf(`{"TableName":"things","IndexName":"all","KeyConditionExpression":"gpk = :g","ExpressionAttributeValues":{":g":{"S":"A#%d"}}}`, i%97))
	})
}

func BenchmarkTransactWrite(b *testing.B) {
	srv := benchServer(b)
	each(b, "transactions", func(i int) {
		post(b, srv.url, targetTables+"TransactWriteItems", fmt.Sprintf(`{"ClientRequestToken":"t-%d-%d","TransactItems":[
			{"Put":{"TableName":"things","Item":{"pk":{"S":"R#%d"},"sk":{"S":"r"},"score":{"N":"9"},"at":{"N":"1767225600"}},"ConditionExpression":"attribute_not_exists(pk)"}},
			{"Update":{"TableName":"things","Key":{"pk":{"S":"T#%d"},"sk":{"S":"t"}},"UpdateExpression":"ADD s9 :one, n :one","ExpressionAttributeValues":{":one":{"N":"1"}}}}]}`,
			b.N, i, i, i%10))
	})
}

// BenchmarkMillion fills a table with a million items and measures the first and the last hundred thousand of them, and
// then updates and reads spread over all. Run it with -benchtime 1x.
func BenchmarkMillion(b *testing.B) {
	srv := benchServer(b)
	const items, step = 1_000_000, 100_000
	for from := 0; from < items; from += step {
		var next atomic.Int64
		next.Store(int64(from))
		begin, used := time.Now(), cpu()
		parallel(benchClients, func(int) {
			for i := int(next.Add(25)) - 25; i < from+step; i = int(next.Add(25)) - 25 {
				post(b, srv.url, targetTables+"BatchWriteItem", contactBatch(i))
			}
		})
		if from == 0 || from == items-step {
			name := map[bool]string{true: "first", false: "last"}[from == 0]
			b.ReportMetric(step/time.Since(begin).Seconds(), name+"-items/s")
			b.ReportMetric((cpu()-used)*1e6/step, name+"-cpu-µs/item")
		}
	}
	measure := func(what, target, format string) {
		const n = 20_000
		var next atomic.Int64
		begin, used := time.Now(), cpu()
		parallel(benchClients, func(int) {
			for i := next.Add(1); i <= n; i = next.Add(1) {
				post(b, srv.url, targetTables+target, fmt.Sprintf(format, uint64(i*49)*0x9E3779B97F4A7C15))
			}
		})
		b.ReportMetric(n/time.Since(begin).Seconds(), what+"/s")
		b.ReportMetric((cpu()-used)*1e6/n, what+"-cpu-µs/op")
	}
	measure("updates", "UpdateItem", `{"TableName":"things","Key":{"pk":{"S":"C#%016x"},"sk":{"S":"contact"}},"UpdateExpression":"ADD touched :one","ConditionExpression":"attribute_exists(pk)","ExpressionAttributeValues":{":one":{"N":"1"}}}`)
	measure("gets", "GetItem", `{"TableName":"things","Key":{"pk":{"S":"C#%016x"},"sk":{"S":"contact"}}}`)
	begin := time.Now()
	srv.restart(b)
	b.ReportMetric(float64(time.Since(begin).Milliseconds()), "ms-restart")
	if info, err := os.Stat(srv.path); err == nil {
		b.ReportMetric(float64(info.Size()>>20), "MB")
	}
}
