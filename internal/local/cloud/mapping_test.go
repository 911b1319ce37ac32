package cloud

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// mappingResource is a function that reads the stream; properties are those of the event beyond the usual ones.
func mappingResource(properties string) string {
	return fnResource("F", "Events:\n  S:\n    Type: DynamoDB\n    Properties:\n      Stream: !GetAtt T.StreamArn\n      StartingPosition: TRIM_HORIZON\n"+indented(properties, 6))
}

// The mapping of most tests: small retries, failures to the queue, partial failures, bisecting.
const careful = `FunctionResponseTypes: [ReportBatchItemFailures]
BisectBatchOnFunctionError: true
MaximumRetryAttempts: 2
DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Letters.Arn}}`

func hurry(c *Config) { c.Minute = 50 * time.Millisecond }

// batches are the keys of each batch that the function got.
func (l *lab) batches() []string {
	var out []string
	for _, line := range l.notes() {
		var n struct{ Batch []string }
		if json.Unmarshal([]byte(line), &n) == nil && n.Batch != nil {
			out = append(out, strings.Join(n.Batch, " "))
		}
	}
	return out
}

func (l *lab) wantBatches(want ...string) {
	l.t.Helper()
	if got := l.batches(); !slices.Equal(got, want) {
		l.t.Errorf("batches\n%q, want\n%q", got, want)
	}
}

// letter is a dead letter of a stream.
func (l *lab) streamLetters() []string {
	l.t.Helper()
	var out []string
	for _, text := range l.letters() {
		var v struct {
			RequestContext struct {
				Condition, FunctionArn string
				ApproximateInvokeCount int
			}
			DDBStreamBatchInfo struct {
				ShardID, StartSequenceNumber, EndSequenceNumber, StreamArn string
				ApproximateArrivalOfFirstRecord                            string
				BatchSize                                                  int
			}
			Version, Timestamp string
		}
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			l.t.Fatal(err)
		}
		i := v.DDBStreamBatchInfo
		if i.ShardID != "shard-0" || v.Version != "1.0" || !strings.HasSuffix(i.StreamArn, "/stream/1") || !strings.HasSuffix(v.RequestContext.FunctionArn, ":function:onetap-F") || i.ApproximateArrivalOfFirstRecord == "" {
			l.t.Errorf("dead letter %s", text)
		}
		short := func(s string) string { return strings.TrimLeft(s[1:], "0") }
		out = append(out, fmt.Sprintf("%s %s-%s of %d after %d", v.RequestContext.Condition, short(i.StartSequenceNumber), short(i.EndSequenceNumber), i.BatchSize, v.RequestContext.ApproximateInvokeCount))
	}
	return out
}

func TestMappingBatches(t *testing.T) {
	t.Parallel()
	l := prepareLab(t, t.TempDir(), mappingResource("BatchSize: 3"))
	l.stream.put("a", "b", "c", "d", "e", "f", "g")
	l.begin()
	l.settle()
	l.wantBatches("a b c", "d e f", "g")
	l.stream.put("h")
	l.settle()
	l.wantBatches("a b c", "d e f", "g", "h")
	if r := l.Meter().Report(time.Now()); r.Batches != 4 {
		t.Errorf("metered %d batches", r.Batches)
	}
}

// The shape of a record is that of DynamoDB's events.
func TestMappingEvent(t *testing.T) {
	t.Parallel()
	m := &mapping{arn: "arn:stream", fn: &function{cloud: &Cloud{}}}
	m.fn.cloud.cfg.Template = prepareLab(t, t.TempDir(), "").cfg.Template
	at := time.Date(2026, 11, 2, 10, 0, 0, 7e8, time.UTC)
	got := string(m.event([]Record{
		{
			EventID: "e1", EventName: "MODIFY", SequenceNumber: "1001", Created: at, SizeBytes: 9, ViewType: "NEW_AND_OLD_IMAGES",
			Keys: json.RawMessage(`{"pk":{"S":"a"}}`), NewImage: json.RawMessage(`{"n":{"N":"2"}}`), OldImage: json.RawMessage(`{"n":{"N":"1"}}`),
		},
		{
			EventID: "e2", EventName: "REMOVE", SequenceNumber: "1002", Created: at, SizeBytes: 9, ViewType: "NEW_AND_OLD_IMAGES",
			Keys: json.RawMessage(`{"pk":{"S":"b"}}`), OldImage: json.RawMessage(`{}`), UserIdentity: json.RawMessage(`{"type":"Service","principalId":"dynamodb.amazonaws.com"}`),
		},
	}))
	want := `{"Records":[{"eventID":"e1","eventName":"MODIFY","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1",` +
		`"dynamodb":{"ApproximateCreationDateTime":1793613600,"Keys":{"pk":{"S":"a"}},"NewImage":{"n":{"N":"2"}},"OldImage":{"n":{"N":"1"}},` +
		`"SequenceNumber":"1001","SizeBytes":9,"StreamViewType":"NEW_AND_OLD_IMAGES"},"eventSourceARN":"arn:stream"},` +
		`{"eventID":"e2","eventName":"REMOVE","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1",` +
		`"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},` +
		`"dynamodb":{"ApproximateCreationDateTime":1793613600,"Keys":{"pk":{"S":"b"}},"OldImage":{},` +
		`"SequenceNumber":"1002","SizeBytes":9,"StreamViewType":"NEW_AND_OLD_IMAGES"},"eventSourceARN":"arn:stream"}]}`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMappingWindow(t *testing.T) {
	t.Parallel()
	l := newLab(t, mappingResource("BatchSize: 3\nMaximumBatchingWindowInSeconds: 3"))
	begin := time.Now()
	l.stream.put("a")
	time.Sleep(50 * time.Millisecond)
	l.stream.put("b")
	l.eventually("the first batch", func() bool { return len(l.batches()) == 1 })
	if took := time.Since(begin); took < 2900*time.Millisecond {
		t.Errorf("a batch that is not full came after %v, before the window of 3 s", took)
	}
	begin = time.Now()
	l.stream.put("c", "d", "e")
	l.settle()
	if took := time.Since(begin); took > 2900*time.Millisecond {
		t.Errorf("a full batch waited %v", took)
	}
	l.wantBatches("a b", "c d e")
}

func TestMappingFilters(t *testing.T) {
	t.Parallel()
	l := newLab(t, mappingResource(`FilterCriteria:
  Filters:
    - Pattern: '{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"R#"}]}},"NewImage":{"act":{"S":["x","y"]}}}}'
    - Pattern: '{"eventName":["REMOVE"]}'`))
	l.stream.put("R#1!x", "R#2!z", "Q#3!x", "R#4!y")
	l.settle()
	l.wantBatches("R#1 R#4")
}

// A record that fails for ever is tried as often as the template says, goes to the queue alone, and holds up nothing
// but itself; what stands before it in a batch is not done twice.
func TestMappingPoison(t *testing.T) {
	t.Parallel()
	l := newLab(t, mappingResource(careful), hurry)
	l.stream.put("a", "b", "c!poison", "d", "e")
	l.settle()
	l.wantBatches("a b c d e", "c d e", "c d", "c", "c", "c", "d", "e")
	if got := l.streamLetters(); !slices.Equal(got, []string{"RetryAttemptsExhausted 3-3 of 1 after 3"}) {
		t.Errorf("dead letters %q", got)
	}
}

// A record that fails once is tried again with what stood behind it.
func TestMappingRetry(t *testing.T) {
	t.Parallel()
	l := newLab(t, mappingResource(careful), hurry)
	l.stream.put("a", "b!once", "c")
	l.settle()
	l.wantBatches("a b c", "b c")
	if got := l.letters(); got != nil {
		t.Errorf("dead letters %q", got)
	}
}

// An error of the whole batch is narrowed down by halves.
func TestMappingBisect(t *testing.T) {
	t.Parallel()
	l := newLab(t, mappingResource(careful), hurry)
	l.stream.put("a", "b", "c", "d!error")
	l.settle()
	l.wantBatches("a b c d", "a b", "c d", "c", "d", "d", "d")
	if got := l.streamLetters(); !slices.Equal(got, []string{"RetryAttemptsExhausted 4-4 of 1 after 3"}) {
		t.Errorf("dead letters %q", got)
	}
}

// Without bisecting the whole batch is tried again, and given up as a whole.
func TestMappingWithoutBisecting(t *testing.T) {
	t.Parallel()
	l := newLab(t, mappingResource("MaximumRetryAttempts: 1\nDestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Letters.Arn}}"), hurry)
	l.stream.put("a", "b!error", "c")
	l.settle()
	l.stream.put("d")
	l.settle()
	l.wantBatches("a b c", "a b c", "d")
	if got := l.streamLetters(); !slices.Equal(got, []string{"RetryAttemptsExhausted 1-3 of 3 after 2"}) {
		t.Errorf("dead letters %q", got)
	}
}

// A function that does not report failures by item succeeds whatever it answers; one that names a record that is not in
// the batch fails all of it.
func TestMappingAnswers(t *testing.T) {
	t.Parallel()
	records := []Record{{SequenceNumber: "1"}, {SequenceNumber: "2"}, {SequenceNumber: "3"}}
	tests := []struct {
		answer string
		want   int
	}{
		{``, 3},
		{`null`, 3},
		{`"done"`, 3},
		{`{}`, 3},
		{`{"batchItemFailures":[]}`, 3},
		{`{"batchItemFailures":null}`, 3},
		{`{"batchItemFailures":[{"itemIdentifier":"2"}]}`, 1},
		{`{"batchItemFailures":[{"itemIdentifier":"3"},{"itemIdentifier":"2"}]}`, 1},
		{`{"batchItemFailures":[{"itemIdentifier":"1"}]}`, 0},
		{`{"batchItemFailures":[{"itemIdentifier":"9"}]}`, 0},
		{`{"batchItemFailures":[{"itemIdentifier":""}]}`, 0},
		{`{"batchItemFailures":[{"itemIdentifier":null}]}`, 0},
		{`{"batchItemFailures":[{"wrong":"2"}]}`, 0},
		{`{"batchItemFailures":7}`, 0},
	}
	partial, whole := &mapping{}, &mapping{}
	partial.Partial = true
	for _, test := range tests {
		if got := partial.firstFailure(records, []byte(test.answer)); got != test.want {
			t.Errorf("%s: first failure %d, want %d", test.answer, got, test.want)
		}
		if got := whole.firstFailure(records, []byte(test.answer)); got != 3 {
			t.Errorf("%s without ReportBatchItemFailures: %d", test.answer, got)
		}
	}
}

func TestMappingRecordAge(t *testing.T) {
	t.Parallel()
	l := prepareLab(t, t.TempDir(), mappingResource("MaximumRecordAgeInSeconds: 60\nDestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Letters.Arn}}"))
	l.stream.at = time.Now().Add(-2 * time.Minute)
	l.stream.put("a", "b")
	l.stream.at = time.Time{}
	l.stream.put("c")
	l.begin()
	l.settle()
	l.wantBatches("c")
	if got := l.streamLetters(); !slices.Equal(got, []string{"RecordAgeExceeded 1-2 of 2 after 0"}) {
		t.Errorf("dead letters %q", got)
	}
}

// A restart goes on where the last run stopped; what was being done when it ended is done again.
func TestMappingRestart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	l := prepareLab(t, folder, mappingResource("BatchSize: 2"))
	l.stream.put("a", "b", "c!slow", "d!slow", "e")
	l.begin()
	l.eventually("the second batch", func() bool { return len(l.batches()) == 2 })
	l.Kill() // it dies in the middle of the second batch
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(l.out); err != nil {
		t.Fatal(err)
	}

	next := prepareLab(t, folder, mappingResource("BatchSize: 2"))
	next.stream = l.stream
	next.cfg.Streams = l.stream
	next.begin()
	next.settle()
	if got := next.batches(); len(got) < 2 || got[0] != "c d" || got[len(got)-1] != "e" {
		t.Errorf("batches after the restart %q", got)
	}

	os.Remove(l.out)
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	third := prepareLab(t, folder, mappingResource("BatchSize: 2"))
	third.cfg.Streams = l.stream
	third.begin()
	l.stream.put("f")
	third.settle()
	third.wantBatches("f")
}

func TestMappingLatest(t *testing.T) {
	t.Parallel()
	l := prepareLab(t, t.TempDir(), strings.Replace(mappingResource(""), "TRIM_HORIZON", "LATEST", 1))
	l.stream.put("a", "b")
	l.begin()
	l.stream.put("c")
	l.settle()
	l.wantBatches("c")
}

// With a parallelisation factor, keys are handled side by side, each in its order, and a key that fails holds up no other.
func TestMappingParallel(t *testing.T) {
	t.Parallel()
	l := prepareLab(t, t.TempDir(), mappingResource("BatchSize: 1\nParallelizationFactor: 4\n"+careful), func(c *Config) { c.Processes = 4 })
	var names []string
	for range 12 {
		names = append(names, "a", "b", "c", "d", "e", "f")
	}
	names[0] = "a!poison" // with a real minute's retries, its lane stands for 300 ms
	l.stream.put(names...)
	l.begin()
	l.settle()
	got := l.batches()
	count, firstOther := map[string]int{}, -1
	for i, key := range got {
		count[key]++
		if key != "a" && firstOther < 0 {
			firstOther = i
		}
	}
	if count["a"] != 12+2 || count["b"] != 12 || count["f"] != 12 {
		t.Errorf("deliveries %v", count)
	}
	if last := slices.Index(got, "a"); firstOther > 4 || last < 0 {
		t.Errorf("other keys waited for the poisoned one: %q", got)
	}
}

// The records of one item stay in order whatever fails, and every one is delivered.
func TestMappingOrderPerKey(t *testing.T) {
	t.Parallel()
	l := newLab(t, mappingResource("ParallelizationFactor: 3\nBatchSize: 4\n"+careful), hurry, func(c *Config) {
		var n atomic.Uint64
		c.Faults.Batch = func(Batch) BatchFault {
			i := n.Add(1)
			return BatchFault{Shuffle: i, Split: int(i % 3)}
		}
	})
	for i := range 40 {
		l.stream.put(fmt.Sprintf("k%d", i%5))
	}
	l.settle()
	total, last := 0, map[string]string{}
	for _, line := range l.notes() {
		var n struct{ Batch, At []string }
		if err := json.Unmarshal([]byte(line), &n); err != nil {
			t.Fatal(err)
		}
		for i, key := range n.Batch {
			if n.At[i] <= last[key] {
				t.Errorf("key %s: record %s after %s", key, n.At[i], last[key])
			}
			last[key] = n.At[i]
			total++
		}
	}
	if total != 40 {
		t.Errorf("%d records delivered, want 40", total)
	}
}

func TestShuffleKeepsTheOrderOfAKey(t *testing.T) {
	t.Parallel()
	var records []Record
	for i := range 30 {
		records = append(records, Record{SequenceNumber: fmt.Sprintf("%02d", i), Keys: json.RawMessage(fmt.Sprint(i % 4))})
	}
	mixed := shuffle(records, 7)
	last := map[string]string{}
	moved := false
	for i, r := range mixed {
		if key := string(r.Keys); r.SequenceNumber < last[key] {
			t.Errorf("record %s of key %s after %s", r.SequenceNumber, key, last[key])
		} else {
			last[key] = r.SequenceNumber
		}
		moved = moved || r.SequenceNumber != records[i].SequenceNumber
	}
	if !moved || len(mixed) != 30 {
		t.Error("nothing was mixed, or something was lost")
	}
}

// From a write to the function's start it takes milliseconds: nothing polls.
func TestMappingIsPrompt(t *testing.T) {
	t.Parallel()
	l := newLab(t, mappingResource(""))
	l.stream.put("warm")
	l.settle()
	var took []time.Duration
	for i := range 20 {
		begin := time.Now()
		l.stream.put(fmt.Sprint(i))
		l.eventually("the batch", func() bool { return len(l.notes()) == i+2 })
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	t.Logf("from write to function: median %v, worst %v", took[len(took)/2], took[len(took)-1])
	if took[0] > 100*time.Millisecond { // the best: a busy machine must not fail the test
		t.Errorf("at best %v from a write to the function", took[0])
	}
}
