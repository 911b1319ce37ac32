package awsenv

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// wakeTime is how long a call waits to be accepted. The sender's minute comes anyway.
const wakeTime = 3 * time.Second

// Waker returns a function that calls the sender without waiting for what it does; nil without a name.
func Waker(c aws.Config, function string) func(context.Context) error {
	call := Caller(c, function)
	if call == nil {
		return nil
	}
	return func(ctx context.Context) error { return call(ctx, []byte("{}")) }
}

// Caller returns a function that has another one called with an event, without waiting for what it does; nil without a name.
//
// It is one signed POST of Lambda's Invoke with X-Amz-Invocation-Type: Event, which answers 202
// (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html): the SDK's client for it would add 0.7 MB to the binary.
func Caller(c aws.Config, function string) func(context.Context, []byte) error {
	invoke := invoker(c, function)
	if invoke == nil {
		return nil
	}
	return func(ctx context.Context, event []byte) error {
		ctx, cancel := context.WithTimeout(ctx, wakeTime)
		defer cancel()
		_, err := invoke(ctx, "Event", http.StatusAccepted, event)
		return err
	}
}

// Asker returns a function that has another one called with an event and waits for its answer; nil without a name. Event and answer
// have at most 6 MB.
func Asker(c aws.Config, function string) func(context.Context, []byte) ([]byte, error) {
	invoke := invoker(c, function)
	if invoke == nil {
		return nil
	}
	return func(ctx context.Context, event []byte) ([]byte, error) {
		return invoke(ctx, "RequestResponse", http.StatusOK, event)
	}
}

// maxAnswer is more than Lambda lets a function answer.
const maxAnswer = 8 << 20

func invoker(c aws.Config, function string) func(ctx context.Context, kind string, want int, event []byte) ([]byte, error) {
	if function == "" {
		return nil
	}
	address := Endpoint(c, "lambda") + "/2015-03-31/functions/" + url.PathEscape(function) + "/invocations"
	return func(ctx context.Context, kind string, want int, event []byte) ([]byte, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(event))
		if err != nil {
			return nil, fmt.Errorf("call a function: %w", err)
		}
		r.Header.Set("X-Amz-Invocation-Type", kind)
		r.Header.Set("Content-Type", "application/json")
		if err := Sign(ctx, c, r, event, "lambda"); err != nil {
			return nil, fmt.Errorf("call a function: %w", err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, fmt.Errorf("call a function: %w", err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != want {
			why, _ := io.ReadAll(io.LimitReader(answer.Body, 500))
			return nil, fmt.Errorf("call a function: %s: %s", answer.Status, why)
		}
		body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
		if err != nil {
			return nil, fmt.Errorf("call a function: %w", err)
		}
		if fault := answer.Header.Get("X-Amz-Function-Error"); fault != "" { // what it says may hold what it was asked
			return nil, fmt.Errorf("call a function: it failed: %s", fault)
		}
		return body, nil
	}
}
