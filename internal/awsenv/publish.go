package awsenv

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// MaxEvents is how many events one call of EventBridge takes.
const MaxEvents = 10

// BusEvent is one event for a bus of EventBridge.
type BusEvent struct {
	Type   string // detail-type
	At     time.Time
	Detail json.RawMessage // an object
}

// publishTime is how long a call of EventBridge may take.
const publishTime = 3 * time.Second

// Publisher returns a function that puts events, MaxEvents at most, on a bus, as from source. An error means that some of them, or all, may not
// be there; putting all of them once more is right.
//
// It is one signed POST of EventBridge's PutEvents (docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html), as Caller is one of
// Lambda's.
func Publisher(c aws.Config, bus, source string) func(context.Context, []BusEvent) error {
	type entry struct {
		EventBusName, Source, DetailType, Detail string
		Time                                     int64 `json:",omitempty"` // in seconds
	}
	return func(ctx context.Context, events []BusEvent) error {
		ctx, cancel := context.WithTimeout(ctx, publishTime)
		defer cancel()
		var call struct{ Entries []entry }
		for _, e := range events {
			one := entry{EventBusName: bus, Source: source, DetailType: e.Type, Detail: string(e.Detail)}
			if !e.At.IsZero() {
				one.Time = e.At.Unix()
			}
			call.Entries = append(call.Entries, one)
		}
		body, err := json.Marshal(call)
		if err != nil {
			return fmt.Errorf("publish events: %w", err)
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, Endpoint(c, "events")+"/", bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("publish events: %w", err)
		}
		r.Header.Set("X-Amz-Target", "AWSEvents.PutEvents")
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		if err := Sign(ctx, c, r, body, "events"); err != nil {
			return fmt.Errorf("publish events: %w", err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return fmt.Errorf("publish events: %w", err)
		}
		defer answer.Body.Close()
		said, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
		if err != nil {
			return fmt.Errorf("publish events: %w", err)
		}
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("publish events: %s: %.300s", answer.Status, said)
		}
		var result struct {
			FailedEntryCount int
			Entries          []struct{ ErrorCode string }
		}
		if err := json.Unmarshal(said, &result); err != nil {
			return fmt.Errorf("publish events: %w", err)
		}
		if result.FailedEntryCount > 0 {
			for _, e := range result.Entries {
				if e.ErrorCode != "" {
					return fmt.Errorf("publish events: %d of %d were not taken: %s", result.FailedEntryCount, len(events), e.ErrorCode)
				}
			}
			return fmt.Errorf("publish events: %d of %d were not taken", result.FailedEntryCount, len(events))
		}
		return nil
	}
}
