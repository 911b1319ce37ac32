// Package replay runs dead letters once more: what a function failed to do after all its retries, and which waits in the
// dead-letter queue of template.yaml. It speaks SQS, DynamoDB Streams and Lambda's Invoke over their wire protocols, so
// that it works on AWS and on the laptop alike.
//
// There are three kinds of letters. Lambda's of a stream batch holds a position and no records: they are read from the
// stream again, which keeps them for 24 hours. Lambda's of an asynchronous event holds the event. EventBridge's is the event
// that could not be handed to its function, which a message attribute names.
//
// All functions are safe to call again with what they have done already.
package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Config says where.
type Config struct {
	Region   string
	Queue    string // URL of the dead-letter queue; "": the only queue that there is
	Endpoint string // of the laptop; "": AWS
	Sign     Signer // signs requests for AWS; nil: with no signature, which the laptop takes
	Out      io.Writer
}

// Summary is what a replay came to. Failed letters stay in the queue.
type Summary struct{ Replayed, Failed int }

// hidden is for how long a letter is nobody else's while it is replayed, in seconds: as long as a function may run.
const hidden = 900

// Run replays every letter that is in the queue, each once. The error says what stopped it; letters that failed again are
// told of on Out, counted, and stay.
func Run(ctx context.Context, cfg Config) (s Summary, err error) {
	w := wire{cfg}
	if w.Queue == "" {
		if w.Queue, err = w.onlyQueue(ctx); err != nil {
			return s, err
		}
	}
	// Those that failed stay hidden until the end, so that each is met once; then whoever looks next sees them.
	failed := map[string]string{}
	defer func() {
		for _, receipt := range failed {
			err = errors.Join(err, w.show(context.WithoutCancel(ctx), receipt))
		}
	}()
	for {
		messages, err := w.receive(ctx)
		if err != nil {
			return s, err
		}
		fresh := false
		for _, m := range messages {
			_, again := failed[m.MessageID]
			if again { // hidden no longer: the replay takes long
				failed[m.MessageID] = m.Receipt
				continue
			}
			fresh = true
			what, err := w.replay(ctx, m)
			if err != nil {
				failed[m.MessageID] = m.Receipt
				if ctx.Err() != nil {
					return s, ctx.Err()
				}
				s.Failed++
				fmt.Fprintf(cfg.Out, "%s stays: %v\n", m.MessageID, err)
				continue
			}
			s.Replayed++
			fmt.Fprintf(cfg.Out, "%s replayed: %s\n", m.MessageID, what)
			if err := w.remove(ctx, m.Receipt); err != nil {
				return s, err
			}
		}
		if !fresh {
			return s, nil
		}
	}
}

// receive gives up to ten letters, which nobody else gets for a while.
func (w wire) receive(ctx context.Context) ([]message, error) {
	var got struct{ Messages []message }
	err := w.call(ctx, "sqs", "AmazonSQS.ReceiveMessage", map[string]any{"QueueUrl": w.Queue, "MaxNumberOfMessages": 10,
		"VisibilityTimeout": hidden, "WaitTimeSeconds": 1, "MessageAttributeNames": []string{"All"}}, &got)
	return got.Messages, err
}

func (w wire) remove(ctx context.Context, receipt string) error {
	return w.call(ctx, "sqs", "AmazonSQS.DeleteMessage", map[string]any{"QueueUrl": w.Queue, "ReceiptHandle": receipt}, nil)
}

func (w wire) show(ctx context.Context, receipt string) error {
	return w.call(ctx, "sqs", "AmazonSQS.ChangeMessageVisibility", map[string]any{"QueueUrl": w.Queue, "ReceiptHandle": receipt, "VisibilityTimeout": 0}, nil)
}

func (w wire) onlyQueue(ctx context.Context) (string, error) {
	var got struct{ QueueUrls []string }
	if err := w.call(ctx, "sqs", "AmazonSQS.ListQueues", map[string]any{}, &got); err != nil {
		return "", err
	}
	if len(got.QueueUrls) != 1 {
		return "", fmt.Errorf("there are %d queues: say which one", len(got.QueueUrls))
	}
	return got.QueueUrls[0], nil
}

// message is one message of SQS.
type message struct {
	MessageID         string `json:"MessageId"`
	Receipt           string `json:"ReceiptHandle"`
	Body              string
	MessageAttributes map[string]struct{ StringValue string }
}

// letter is a message's body in either of Lambda's shapes.
type letter struct {
	RequestContext struct{ FunctionArn, Condition string }
	RequestPayload json.RawMessage
	Batch          *position `json:"DDBStreamBatchInfo"`
}

// replay runs one letter again and says what it was.
func (w wire) replay(ctx context.Context, m message) (what string, err error) {
	var l letter
	if err := json.Unmarshal([]byte(m.Body), &l); err != nil {
		return "", fmt.Errorf("it is no dead letter: %w", err)
	}
	function := strings.TrimSuffix(l.RequestContext.FunctionArn, ":$LATEST")
	switch {
	case l.Batch != nil:
		records, err := w.records(ctx, *l.Batch)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%d stream records, %s", len(records), name(function)), w.again(ctx, function, records)
	case l.RequestPayload != nil:
		return "an event, " + name(function), w.event(ctx, function, l.RequestPayload)
	}
	if target := m.MessageAttributes["TARGET_ARN"].StringValue; target != "" {
		return "an event of EventBridge, " + name(target), w.event(ctx, target, json.RawMessage(m.Body))
	}
	return "", errors.New("it has neither a payload, nor a stream position, nor a target")
}

func name(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }

// event calls the function with an event.
func (w wire) event(ctx context.Context, function string, payload json.RawMessage) error {
	_, err := w.invoke(ctx, function, payload)
	return err
}

// batchRecords is the most records of one call: the smallest batch of template.yaml's mappings.
const batchRecords = 100

// again calls the function with the records, a batch after the other, until one fails. What a mapping's filters would have
// kept from the function is given too: each ignores what is not its own.
func (w wire) again(ctx context.Context, function string, records []json.RawMessage) error {
	for len(records) > 0 {
		n := min(batchRecords, len(records))
		payload, err := json.Marshal(map[string]any{"Records": records[:n]})
		if err != nil {
			return err
		}
		records = records[n:]
		answer, err := w.invoke(ctx, function, payload)
		if err != nil {
			return err
		}
		var out struct {
			BatchItemFailures []struct{ ItemIdentifier string }
		}
		if err := json.Unmarshal(answer, &out); err == nil && len(out.BatchItemFailures) > 0 {
			return fmt.Errorf("%s failed again at record %s", name(function), out.BatchItemFailures[0].ItemIdentifier)
		}
	}
	return nil
}
