package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"onetap/internal/local/cloud/template"
)

func TestQueue(t *testing.T) {
	t.Parallel()
	clock := &lockedClock{now: time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)}
	folder := t.TempDir()
	open := func() *Queue {
		q, err := openQueue(folder, &template.Queue{ID: "Q", Name: "q", Retention: 96 * time.Hour}, clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	q := open()
	bodies := []string{`{"a":"<1>"}`, "plain", `"quoted"`}
	for range 700 {
		bodies = append(bodies, "more in the same instant")
	}
	for _, body := range bodies {
		if _, err := q.Send([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	q = open() // a restart loses nothing
	list, err := q.Messages()
	if err != nil || len(list) != len(bodies) {
		t.Fatalf("%d messages, %v", len(list), err)
	}
	for i, m := range list {
		if m.Text() != bodies[i] {
			t.Fatalf("message %d is %s, want %s", i, m.Text(), bodies[i])
		}
	}
	received, err := q.Receive(2, time.Minute)
	if err != nil || len(received) != 2 || received[0].ID != list[0].ID || received[0].Received != 1 {
		t.Fatalf("received %+v, %v", received, err)
	}
	if again, err := q.Receive(1, time.Minute); err != nil || again[0].ID != list[2].ID {
		t.Errorf("a hidden message was given out: %+v, %v", again, err)
	}
	clock.add(2 * time.Minute)
	if again, err := q.Receive(1, time.Minute); err != nil || again[0].ID != list[0].ID || again[0].Received != 2 {
		t.Errorf("after its time a hidden message comes again: %+v, %v", again, err)
	}
	if err := errors.Join(q.Delete(list[0].ID), q.Delete(list[0].ID)); err != nil {
		t.Error(err)
	}
	if _, err := q.Message(list[0].ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a deleted message: %v", err)
	}
	if _, err := q.Message("../../secrets"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a path as an id: %v", err)
	}
	clock.add(97 * time.Hour)
	if list, err := q.Messages(); err != nil || len(list) != 0 {
		t.Errorf("after the retention period: %d messages, %v", len(list), err)
	}
}

// The queue is seen with SQS's own protocol.
func TestSQS(t *testing.T) {
	t.Parallel()
	l := newLab(t, "")
	call := func(operation, body string) map[string]any {
		t.Helper()
		status, _, text := l.post("/", map[string]string{"X-Amz-Target": "AmazonSQS." + operation, "Content-Type": "application/x-amz-json-1.0"}, body)
		var out map[string]any
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			t.Fatalf("%s: %d %s", operation, status, text)
		}
		out["status"] = status
		return out
	}
	url := call("GetQueueUrl", `{"QueueName":"onetap-Letters"}`)["QueueUrl"].(string)
	if !strings.HasSuffix(url, "/000000000000/onetap-Letters") {
		t.Errorf("URL %s", url)
	}
	in := fmt.Sprintf(`{"QueueUrl":%q,"MessageBody":"hello","MaxNumberOfMessages":10}`, url)
	if out := call("SendMessage", in); out["MD5OfMessageBody"] != "5d41402abc4b2a76b9719d911017c592" {
		t.Errorf("sent %v", out)
	}
	attributes := call("GetQueueAttributes", in)["Attributes"].(map[string]any)
	if attributes["ApproximateNumberOfMessages"] != "1" || attributes["QueueArn"] != "arn:aws:sqs:us-east-1:000000000000:onetap-Letters" {
		t.Errorf("attributes %v", attributes)
	}
	message := call("ReceiveMessage", in)["Messages"].([]any)[0].(map[string]any)
	if message["Body"] != "hello" {
		t.Errorf("received %v", message)
	}
	if out := call("ReceiveMessage", in); out["Messages"] != nil {
		t.Errorf("received twice: %v", out)
	}
	call("DeleteMessage", fmt.Sprintf(`{"QueueUrl":%q,"ReceiptHandle":%q}`, url, message["ReceiptHandle"]))
	if list, _ := l.Queue("Letters").Messages(); len(list) != 0 {
		t.Errorf("%d messages are left", len(list))
	}
	if out := call("ListQueues", `{}`); len(out["QueueUrls"].([]any)) != 1 {
		t.Errorf("queues %v", out)
	}
	if out := call("ReceiveMessage", `{"QueueUrl":"http://x/1/nobody"}`); out["status"] != 400 || !strings.Contains(out["__type"].(string), "QueueDoesNotExist") {
		t.Errorf("unknown queue: %v", out)
	}
	if out := call("CreateQueue", `{"QueueName":"onetap-Letters"}`); out["status"] != 400 || !strings.Contains(out["__type"].(string), "UnsupportedOperation") {
		t.Errorf("unknown operation: %v", out)
	}
}

// A dead letter can be replayed once its cause is mended: a batch is read from the stream again, an event is in the letter.
func TestReplay(t *testing.T) {
	t.Parallel()
	var broken lockedBuffer
	l := newLab(t, mappingResource(careful+"\nFilterCriteria: {Filters: [{Pattern: '{\"dynamodb\":{\"Keys\":{\"pk\":{\"S\":[{\"anything-but\":\"unwanted\"}]}}}}'}]}")+
		fnResource("G", "EventInvokeConfig: {MaximumRetryAttempts: 0, DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Letters.Arn}}}"),
		hurry, func(c *Config) {
			c.Faults.Batch = func(b Batch) BatchFault { return BatchFault{Fail: broken.String() == ""} }
		})
	l.stream.put("a", "unwanted", "b")
	l.settle()
	if letters := l.streamLetters(); len(letters) != 2 {
		t.Fatalf("dead letters %q", letters)
	}
	broken.Write([]byte("mended"))
	l.stream.put("c")
	l.settle()
	l.wantBatches("c")

	replay := func(id string) (int, string) {
		status, _, body := l.post("/_local/queues/Letters/"+id+"/replay", nil, "")
		return status, body
	}
	list, err := l.Queue("Letters").Messages()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		if status, body := replay(m.ID); status != 200 {
			t.Errorf("replay: %d %s", status, body)
		}
	}
	l.wantBatches("c", "a", "b")
	if letters := l.letters(); letters != nil {
		t.Errorf("replayed letters are still there: %q", letters)
	}
	if status, _ := replay(list[0].ID); status != 404 {
		t.Errorf("a letter that is gone: %d", status)
	}

	l.functions["G"].async.enqueue([]byte(`{"do":"fail"}`))
	l.settle()
	list, err = l.Queue("Letters").Messages()
	if err != nil || len(list) != 1 {
		t.Fatalf("%d letters, %v", len(list), err)
	}
	if status, body := replay(list[0].ID); status != 409 || !strings.Contains(body, "G failed again") {
		t.Errorf("an event that fails again: %d %s", status, body)
	}
	if m, err := l.Queue("Letters").Message(list[0].ID); err != nil || m.ID == "" {
		t.Errorf("it must stay in the queue: %v", err)
	}

	// What the stream has forgotten cannot be replayed, and is not taken for done.
	l.stream.mu.Lock()
	l.stream.shards[0] = l.stream.shards[0][3:]
	l.stream.mu.Unlock()
	m, err := l.Queue("Letters").Send([]byte(`{"requestContext":{"functionArn":"arn:aws:lambda:us-east-1:000000000000:function:onetap-F"},"DDBStreamBatchInfo":{"shardId":"shard-0","startSequenceNumber":"100000000000000000001","endSequenceNumber":"100000000000000000001","streamArn":"` + l.mappings[0].arn + `"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Replay(context.Background(), l.Queue("Letters"), m.ID); err == nil || !strings.Contains(err.Error(), "not in the stream any more") {
		t.Errorf("a forgotten record: %v", err)
	}
	other, err := l.Queue("Letters").Send([]byte(`"words"`))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Replay(context.Background(), l.Queue("Letters"), other.ID); err == nil {
		t.Error("a message that is no dead letter was replayed")
	}
}

func TestPrecedingSequence(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"1000": "0999", "100000000000000000001": "100000000000000000000", "7": "6"} {
		if got, ok := precedingSequence(in); !ok || got != want {
			t.Errorf("before %s comes %s, %v", in, got, ok)
		}
	}
	if _, ok := precedingSequence("x"); ok {
		t.Error("x is no sequence number")
	}
}

func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"streams.json", "waiting.json"} {
		l := prepareLab(t, t.TempDir(), mappingResource(""))
		os.MkdirAll(l.cfg.Data, 0o700)
		if err := os.WriteFile(l.cfg.Data+"/"+name, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := Start(l.cfg); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("a broken %s: %v", name, err)
			if c != nil {
				c.Close()
			}
		}
	}
}
