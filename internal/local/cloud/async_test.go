package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// sdk is Lambda's client as the functions make theirs.
func (l *lab) sdk() *lambda.Client {
	return lambda.New(lambda.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(l.endpoint.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("Test", "x", ""),
	})
}

func TestInvokeAPI(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("F", "FunctionName: eff"))
	ctx, client := context.Background(), l.sdk()

	for _, name := range []string{"eff", "arn:aws:lambda:us-east-1:000000000000:function:eff", "000000000000:function:eff:$LATEST"} {
		out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: []byte(`{"do":"echo"}`), LogType: types.LogTypeTail})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if string(out.Payload) != `{"do":"echo"}` || out.StatusCode != 200 || out.FunctionError != nil || aws.ToString(out.ExecutedVersion) != "$LATEST" {
			t.Errorf("%s: %+v", name, out)
		}
	}
	out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("eff"), Payload: []byte(`{"do":"error","text":"no"}`)})
	if err != nil || aws.ToString(out.FunctionError) != "Unhandled" || !strings.Contains(string(out.Payload), `"errorMessage":"no"`) {
		t.Errorf("failing function: %+v, %v", out, err)
	}
	out, err = client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("eff"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`{"x":1}`)})
	if err != nil || out.StatusCode != 202 || len(out.Payload) > 0 {
		t.Errorf("event: %+v, %v", out, err)
	}
	l.settle()
	if notes := l.notes(); len(notes) != 1 || notes[0] != `{"event":{"x":1}}` {
		t.Errorf("notes %v", notes)
	}
	out, err = client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("eff"), InvocationType: types.InvocationTypeDryRun})
	if err != nil || out.StatusCode != 204 {
		t.Errorf("dry run: %+v, %v", out, err)
	}

	var missing *types.ResourceNotFoundException
	if _, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("nobody")}); !errors.As(err, &missing) {
		t.Errorf("unknown function: %v", err)
	}
	var bad *types.InvalidRequestContentException
	if _, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("eff"), Payload: []byte(`{`)}); !errors.As(err, &bad) {
		t.Errorf("payload that is no JSON: %v", err)
	}
	var large *types.RequestTooLargeException
	long := []byte(`"` + strings.Repeat("x", maxPayload) + `"`)
	if _, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("eff"), Payload: long}); !errors.As(err, &large) {
		t.Errorf("payload of over 6 MB: %v", err)
	}
	if _, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("eff"), Payload: []byte(`"` + strings.Repeat("x", 2<<20) + `"`), InvocationType: types.InvocationTypeEvent}); err == nil {
		t.Error("an event of 2 MB was taken")
	}
}

// A failed event is tried again as often as the template says, and ends in the queue in Lambda's shape.
func TestAsyncRetries(t *testing.T) {
	t.Parallel()
	const twice = "EventInvokeConfig: {MaximumRetryAttempts: 2, DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Letters.Arn}}}"
	var told lockedBuffer
	l := newLab(t, fnResource("Never", "EventInvokeConfig: {MaximumRetryAttempts: 0}")+fnResource("Twice", twice),
		func(c *Config) { c.Minute, c.Notices = 20*time.Millisecond, &told })
	begin := time.Now()
	l.functions["Never"].async.enqueue([]byte(`{"do":"fail","text":"never"}`))
	id := l.functions["Twice"].async.enqueue([]byte(`{"do":"fail","text":"twice"}`))
	l.settle()
	if took := time.Since(begin); took < 60*time.Millisecond {
		t.Errorf("two retries after one and two minutes of 20 ms took only %v", took)
	}
	count := map[string]int{}
	for _, line := range l.notes() {
		count[line]++
	}
	if never, twice := count[`{"event":{"do":"fail","text":"never"}}`], count[`{"event":{"do":"fail","text":"twice"}}`]; never != 1 || twice != 3 {
		t.Errorf("ran %d and %d times, want 1 and 3", never, twice)
	}
	letters := l.letters()
	if len(letters) != 1 {
		t.Fatalf("dead letters %v", letters)
	}
	var record struct {
		Version        string
		RequestContext struct {
			RequestID, FunctionArn, Condition string
			ApproximateInvokeCount            int
		}
		RequestPayload  map[string]string
		ResponseContext struct {
			StatusCode    int
			FunctionError string
		}
		ResponsePayload struct{ ErrorMessage string }
	}
	if err := json.Unmarshal([]byte(letters[0]), &record); err != nil {
		t.Fatal(err)
	}
	if c := record.RequestContext; c.RequestID != id || c.Condition != "RetriesExhausted" || c.ApproximateInvokeCount != 3 || !strings.HasSuffix(c.FunctionArn, ":function:onetap-Twice:$LATEST") {
		t.Errorf("request context %+v", c)
	}
	if record.RequestPayload["text"] != "twice" || record.ResponseContext.FunctionError != "Unhandled" || record.ResponsePayload.ErrorMessage != "asked to fail" {
		t.Errorf("record %s", letters[0])
	}
	if list, _ := l.Queue("Letters").Messages(); told.String() != "something failed all its retries and waits in "+l.endpoint.URL+"/_local/queues/Letters as "+list[0].ID+"\n" {
		t.Errorf("told %q", told.String())
	}
	if l.Meter().Report(time.Now()).DeadLetter != 1 {
		t.Error("the dead letter is not counted")
	}
}

func TestAsyncEventAge(t *testing.T) {
	t.Parallel()
	clock := &lockedClock{now: time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)}
	l := newLab(t, fnResource("F", "ReservedConcurrentExecutions: 1\nEventInvokeConfig: {MaximumEventAgeInSeconds: 60, DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Letters.Arn}}}"),
		func(c *Config) { c.Now = clock.Now })
	l.functions["F"].async.enqueue([]byte(`{"do":"sleep","n":200}`))
	l.eventually("the first to run", func() bool { return l.functions["F"].active.Load() == 1 })
	l.functions["F"].async.enqueue([]byte(`{"late":true}`))
	clock.add(61 * time.Second)
	l.settle()
	if letters := l.letters(); len(letters) != 1 || !strings.Contains(letters[0], `"condition":"EventAgeExceeded"`) || l.notes() != nil {
		t.Errorf("dead letters %v, notes %v", letters, l.notes())
	}
}

// What waits when the laptop ends is taken up by the next one: events in the queue, and those between two attempts.
func TestAsyncEventsSurvive(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	resources := fnResource("F", "ReservedConcurrentExecutions: 1\nTimeout: 1")
	l := prepareLab(t, folder, resources)
	l.begin()
	l.functions["F"].async.enqueue([]byte(`{"do":"fail"}`)) // waits a minute for its retry
	l.eventually("the first attempt", func() bool { return len(l.notes()) == 1 && l.functions["F"].active.Load() == 0 })
	l.functions["F"].async.enqueue([]byte(`{"do":"sleep","n":60000}`)) // is killed
	l.eventually("the second event to run", func() bool { return l.functions["F"].active.Load() == 1 })
	l.functions["F"].async.enqueue([]byte(`{"third":3}`)) // never has its turn
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	next := prepareLab(t, folder, resources)
	next.begin()
	next.eventually("the third event", func() bool { return slices.Contains(next.notes(), `{"event":{"third":3}}`) })
	next.eventually("the retry of the first", func() bool {
		return len(slices.DeleteFunc(next.notes(), func(s string) bool { return s != `{"event":{"do":"fail"}}` })) == 2
	})
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	var waiting []asyncEvent
	data, err := os.ReadFile(filepath.Join(next.cfg.Data, "waiting.json"))
	if err == nil {
		err = json.Unmarshal(data, &waiting)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(waiting, func(e asyncEvent) bool { return string(e.Payload) == `{"do":"sleep","n":60000}` && e.Attempts >= 1 }) {
		t.Errorf("the event that was running when the laptop ended is not waiting again: %s", data)
	}
}

// lockedClock is a clock that a test moves.
type lockedClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *lockedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *lockedClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
