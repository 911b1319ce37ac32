package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/faults"
	"onetap/internal/local/localtest"
)

// surveyed is a laptop with a campaign that is sent to n people, and their links.
func surveyed(t *testing.T, n int, rules ...string) (*local.Stack, *drive.Company, string, []drive.SurveyLinks, *faults.Injector) {
	t.Helper()
	var parsed []faults.Rule
	for _, r := range rules {
		rule, err := local.ParseFault(r)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, rule)
	}
	bad := faults.New(parsed, 1)
	bad.Set(false)
	stack, err := local.Start(t.Context(), local.Config{
		Template: localtest.Template(t), Functions: localtest.Functions(t), Data: filepath.Join(t.TempDir(), "laptop"),
		Minute: time.Second, Faults: bad.Cloud(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stack.Close(); err != nil {
			t.Error(err)
		}
	})
	c := drive.New(stack.Site(), stack.Inbox(), stack.Token())
	var list bytes.Buffer
	list.WriteString("Email;Name\n")
	for i := range n {
		fmt.Fprintf(&list, "p%d@example.com;Person\n", i)
	}
	must(t, c.Upload(t.Context(), "POST", "/contacts?audience=customers", "text/csv", list.Bytes(), nil))
	var made struct{ ID string }
	must(t, c.Call(t.Context(), "POST", "/campaigns", map[string]any{"name": "A", "audience": "customers", "language": "en", "company": "Shop"}, &made))
	must(t, c.Call(t.Context(), "POST", "/campaigns/"+made.ID+"/launch", nil, nil))
	var links []drive.SurveyLinks
	must(t, drive.Until(t.Context(), time.Minute, "the letters", func() (bool, error) {
		letters, err := c.Letters(t.Context())
		links = nil
		for _, l := range letters {
			if s, whole := l.Survey(); whole {
				links = append(links, s)
			}
		}
		return len(links) == n, err
	}))
	must(t, settle(t, stack))
	return stack, c, made.ID, links, bad
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func settle(t *testing.T, s *local.Stack) error {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	return s.Settle(ctx)
}

func tap(t *testing.T, c *drive.Company, link string, score int) {
	t.Helper()
	p, err := c.Post(t.Context(), strings.TrimSuffix(link, "/0"), url.Values{"gesture": {"gesture"}, "score": {fmt.Sprint(score)}, "digest": {fmt.Sprint("d", score)}})
	if err != nil || p.Status != http.StatusOK {
		t.Fatalf("tap: %d, %v", p.Status, err)
	}
}

func answers(t *testing.T, c *drive.Company, campaign string) int {
	t.Helper()
	var got struct{ Whole struct{ Answers int } }
	must(t, c.Call(t.Context(), "GET", "/campaigns/"+campaign+"/results", nil, &got))
	return got.Whole.Answers
}

// A record that fails all its retries goes to the queue; nothing behind it waits for more than those; and it is replayed
// when what was broken is mended. The same for an event.
func TestPoisonIsReplayed(t *testing.T) {
	t.Parallel()
	const people = 40
	stack, c, campaign, links, bad := surveyed(t, people, "poison=RESPONSE#@recompute", "kill-before@feedback.PutItem", "kill-before@feedback.TransactWriteItems")
	begin := time.Now()
	bad.Set(true) // every answer is poison, and bounces kill feedback
	for _, l := range links[:10] {
		tap(t, c, l.Scores[0], 3)
	}
	must(t, settle(t, stack))
	if n := answers(t, c, campaign); n != 0 {
		t.Fatalf("%d poisoned answers are counted", n)
	}
	var left int
	must(t, drive.Until(t.Context(), time.Minute, "the dead letters", func() (bool, error) {
		messages, err := stack.Cloud().Queues()[0].Messages()
		left = len(messages)
		return left > 0, err
	}))
	t.Logf("%d dead letters after %v", left, time.Since(begin))
	// It still fails: the letters stay, and are told of.
	var out bytes.Buffer
	if s, err := Run(t.Context(), Config{Endpoint: stack.AWS(), Out: &out}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	} else if s.Failed+s.Replayed != left {
		t.Errorf("%+v of %d letters\n%s", s, left, out.String())
	}
	bad.Set(false)
	for _, l := range links[10:people] {
		tap(t, c, l.Scores[0], 9)
	}
	must(t, settle(t, stack))
	if _, err := Run(t.Context(), Config{Endpoint: stack.AWS(), Out: &out}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	must(t, settle(t, stack))
	if n := answers(t, c, campaign); n != people {
		t.Errorf("%d answers are counted after the replay, want %d\n%s", n, people, out.String())
	}
	if messages, err := stack.Cloud().Queues()[0].Messages(); err != nil || len(messages) > 0 {
		t.Errorf("%d letters are left, %v\n%s", len(messages), err, out.String())
	}
}

// Nothing behind a poisoned record waits longer than its retries: it is set apart by halving, and the others go on.
func TestNothingWaitsBehindPoison(t *testing.T) {
	t.Parallel()
	stack, c, campaign, links, bad := surveyed(t, 30, "poison=RESPONSE#a@recompute", "poison=RESPONSE#b@recompute", "poison=RESPONSE#c@recompute", "poison=RESPONSE#d@recompute")
	bad.Set(true)
	for _, l := range links {
		tap(t, c, l.Scores[0], 9)
	}
	must(t, settle(t, stack)) // done or given up, all of it
	var page struct{ Responses []struct{ Contact string } }
	must(t, c.Call(t.Context(), "GET", "/campaigns/"+campaign+"/responses?limit=100", nil, &page))
	healthy := 0
	for _, r := range page.Responses {
		if !strings.ContainsAny(r.Contact[:1], "abcd") {
			healthy++
		}
	}
	if n := answers(t, c, campaign); n != healthy || len(page.Responses) != 30 {
		t.Errorf("%d of %d healthy answers are counted, beside %d poisoned ones", n, healthy, 30-healthy)
	}
	bad.Set(false)
	var out bytes.Buffer
	s, err := Run(t.Context(), Config{Endpoint: stack.AWS(), Out: &out})
	if err != nil || s.Failed > 0 || (s.Replayed == 0 && healthy < 30) {
		t.Errorf("%+v, %v\n%s", s, err, out.String())
	}
	if n := answers(t, c, campaign); n != 30 {
		t.Errorf("%d answers are counted after the replay", n)
	}
}

// What AWS says in shapes that the laptop does not need: an undeliverable event of EventBridge, records that are gone,
// letters of somebody else.
func TestLettersOfAllKinds(t *testing.T) {
	t.Parallel()
	invoked := map[string]string{}
	deleted := map[string]bool{}
	messages := []map[string]any{
		{
			"MessageId": "1", "ReceiptHandle": "r1", "Body": `{"source":"aws.ses","detail":{}}`,
			"MessageAttributes": map[string]any{"TARGET_ARN": map[string]string{"StringValue": "arn:aws:lambda:eu-central-1:1:function:onetap-feedback"}},
		},
		{"MessageId": "2", "ReceiptHandle": "r2", "Body": `{"requestContext":{"functionArn":"arn:aws:lambda:eu-central-1:1:function:onetap-recompute"},"DDBStreamBatchInfo":{"shardId":"s","startSequenceNumber":"5","endSequenceNumber":"7","streamArn":"arn"}}`},
		{"MessageId": "3", "ReceiptHandle": "r3", "Body": `{"hello":"world"}`},
		{"MessageId": "4", "ReceiptHandle": "r4", "Body": `not JSON`},
		{"MessageId": "5", "ReceiptHandle": "r5", "Body": `{"requestContext":{"functionArn":"arn:aws:lambda:eu-central-1:1:function:onetap-send:$LATEST"},"requestPayload":{"a":1}}`},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if sign := r.Header.Get("Authorization"); !strings.Contains(sign, "/eu-central-1/") {
			t.Errorf("a request is signed %q", sign)
		}
		switch _, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); {
		case operation == "ReceiveMessage":
			var left []map[string]any
			for _, m := range messages {
				if !deleted[m["ReceiptHandle"].(string)] {
					left = append(left, m)
				}
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"Messages": left})
		case operation == "DeleteMessage":
			var in struct{ ReceiptHandle string }
			_ = json.Unmarshal(body, &in)
			deleted[in.ReceiptHandle] = true
		case operation == "ChangeMessageVisibility":
		case operation == "GetShardIterator":
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"com.amazonaws.dynamodb.v20120810#TrimmedDataAccessException","message":"gone"}`)
		case strings.HasSuffix(r.URL.Path, "/invocations"):
			invoked[r.URL.Path] = string(body)
			fmt.Fprint(w, `null`)
		default:
			t.Errorf("%s %s", r.URL, operation)
		}
	}))
	defer server.Close()
	var out bytes.Buffer
	s, err := Run(t.Context(), Config{
		Endpoint: server.URL, Queue: "q", Out: &out, Region: "eu-central-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", ""),
	})
	if err != nil || s != (Summary{2, 3}) || !deleted["r1"] || !deleted["r5"] || len(deleted) != 2 {
		t.Errorf("%+v, %v, deleted %v\n%s", s, err, deleted, out.String())
	}
	if invoked["/2015-03-31/functions/arn:aws:lambda:eu-central-1:1:function:onetap-feedback/invocations"] != `{"source":"aws.ses","detail":{}}` ||
		invoked["/2015-03-31/functions/arn:aws:lambda:eu-central-1:1:function:onetap-send/invocations"] != `{"a":1}` {
		t.Errorf("invoked %v", invoked)
	}
	for _, want := range []string{"24 hours", "neither a payload", "no dead letter"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not said in\n%s", want, out.String())
		}
	}
}
