// Command fn is the function that the tests of the laptop run: it does what the event asks for.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

func main() {
	switch os.Getenv("INIT") {
	case "exit":
		os.Exit(7)
	case "hang":
		select {}
	}
	lambda.Start(handle)
}

// order is an event that asks for something; other events are noted in the file OUT.
type order struct {
	Do      string
	N       int
	Text    string
	Body    string // of calls; "": {"n":<which>}
	Records []events.DynamoDBEventRecord
	Version string
}

func handle(ctx context.Context, payload json.RawMessage) (any, error) {
	var o order
	if err := json.Unmarshal(payload, &o); err != nil {
		o = order{} // an event of a shape of its own
	}
	switch {
	case o.Do != "":
		return obey(ctx, o, payload)
	case len(o.Records) > 0:
		return batch(o.Records)
	case o.Version == "2.0":
		return page(payload)
	}
	return nil, note(map[string]any{"event": payload})
}

func obey(ctx context.Context, o order, payload json.RawMessage) (any, error) {
	lc, _ := lambdacontext.FromContext(ctx)
	switch o.Do {
	case "echo":
		return payload, nil
	case "clock":
		return time.Now().UTC().Format(time.RFC3339), nil
	case "pid":
		return os.Getpid(), nil
	case "env":
		return os.Environ(), nil
	case "context":
		deadline, _ := ctx.Deadline()
		return map[string]any{"arn": lc.InvokedFunctionArn, "id": lc.AwsRequestID, "left": time.Until(deadline).Milliseconds(), "trace": os.Getenv("_X_AMZN_TRACE_ID")}, nil
	case "error":
		return nil, errors.New(o.Text)
	case "panic":
		panic(o.Text)
	case "exit":
		os.Exit(o.N)
	case "sleep":
		time.Sleep(time.Duration(o.N) * time.Millisecond)
		return os.Getpid(), nil
	case "big":
		return strings.Repeat("x", o.N), nil
	case "hog":
		held := make([]byte, o.N<<20)
		for i := 0; i < len(held); i += 4096 {
			held[i] = 1
		}
		time.Sleep(5 * time.Second)
		return len(held), nil
	case "log":
		fmt.Println(o.Text)
		fmt.Fprintln(os.Stderr, `{"level":"INFO","msg":"in JSON"}`)
		time.Sleep(20 * time.Millisecond) // so that the laptop reads it while the invocation runs
		return nil, nil
	case "child":
		child := exec.Command("sleep", "600")
		if err := child.Start(); err != nil {
			return nil, err
		}
		return []int{os.Getpid(), child.Process.Pid}, nil
	case "calls":
		return calls(ctx, o.N, o.Text, o.Body), nil
	case "fail":
		if err := note(map[string]any{"event": payload}); err != nil {
			return nil, err
		}
		return nil, errors.New("asked to fail")
	}
	return nil, fmt.Errorf("fn does not know %q", o.Do)
}

// calls makes n calls to the AWS endpoint, one after another, and says how each went. It notes each before it makes it.
func calls(ctx context.Context, n int, target, text string) []string {
	var out []string
	for i := range n {
		note(map[string]any{"call": i + 1})
		body := text
		if body == "" {
			body = fmt.Sprintf(`{"n":%d}`, i+1)
		}
		r, err := http.NewRequestWithContext(ctx, "POST", os.Getenv("AWS_ENDPOINT_URL")+"/", strings.NewReader(body))
		if err != nil {
			return append(out, err.Error())
		}
		r.Header.Set("X-Amz-Target", target)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+os.Getenv("AWS_ACCESS_KEY_ID")+"/20260101/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0")
		r.Header.Set("X-Amz-Security-Token", os.Getenv("AWS_SESSION_TOKEN"))
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			out = append(out, "no answer")
			continue
		}
		said, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		out = append(out, fmt.Sprintf("%d %s", answer.StatusCode, said))
	}
	return out
}

// page answers an HTTP API event: with the event itself, or with what ?answer= or the body's answer says.
func page(payload json.RawMessage) (any, error) {
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	switch answer := e.QueryStringParameters["answer"]; answer {
	case "":
		return events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: map[string]string{"Content-Type": "application/json"}, Body: string(payload)}, nil
	case "error":
		return nil, errors.New("asked to fail")
	case "sleep":
		time.Sleep(5 * time.Second)
		return map[string]int{"statusCode": 204}, nil
	default:
		return json.RawMessage(answer), nil
	}
}

// batch notes the records and answers as their items ask: "poison" fails each time, "once" the first time a sequence
// number is seen, "error" fails the whole batch, "odd" names a record that is not there.
func batch(records []events.DynamoDBEventRecord) (any, error) {
	out := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
	var seen, at []string
	for _, r := range records {
		seen = append(seen, r.Change.Keys["pk"].String())
		at = append(at, r.Change.SequenceNumber)
	}
	if err := note(map[string]any{"batch": seen, "at": at}); err != nil {
		return nil, err
	}
	for _, r := range records {
		act, ok := r.Change.NewImage["act"]
		if !ok {
			continue
		}
		id := r.Change.SequenceNumber
		switch act.String() {
		case "error":
			return nil, errors.New("asked to fail the batch")
		case "odd":
			id = "nobody"
		case "once":
			if _, err := os.Stat(os.Getenv("OUT") + "." + id); err == nil {
				continue
			}
			if err := os.WriteFile(os.Getenv("OUT")+"."+id, nil, 0o600); err != nil {
				return nil, err
			}
		case "slow":
			time.Sleep(200 * time.Millisecond)
			continue
		case "poison":
		default:
			continue
		}
		out.BatchItemFailures = append(out.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: id})
		break
	}
	return out, nil
}

// note appends a line to the file OUT.
func note(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(os.Getenv("OUT"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(append(line, '\n'))
	return err
}
