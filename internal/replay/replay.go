// Package replay runs dead letters once more: what a function failed to do after all its retries, and which waits in the
// dead-letter queue of template.yaml. It works on AWS and on the laptop alike.
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
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Config says where.
type Config struct {
	Region   string
	Queue    string // URL of the dead-letter queue; "": the only queue that there is
	Endpoint string // of the laptop; "": AWS
	// Credentials sign the requests for AWS; nil: they go unsigned, which the laptop takes.
	Credentials aws.CredentialsProvider
	Out         io.Writer
}

// Summary is what a replay came to. Failed letters stay in the queue.
type Summary struct{ Replayed, Failed int }

// hidden is for how long a letter is nobody else's while it is replayed, in seconds: as long as a function may run.
const hidden = 900

// callLimit is how long any call may take: the longest that a function may run, and a little.
const callLimit = 16 * time.Minute

// replayer has the clients for one run.
type replayer struct {
	Config
	queues    *sqs.Client
	streams   *dynamodbstreams.Client
	functions *lambda.Client
}

func newReplayer(cfg Config) *replayer {
	base := aws.Config{Region: cfg.Region, Credentials: cfg.Credentials, HTTPClient: &http.Client{Timeout: callLimit}}
	if cfg.Credentials == nil {
		base.Credentials = aws.AnonymousCredentials{}
	}
	if cfg.Endpoint != "" {
		base.BaseEndpoint = aws.String(cfg.Endpoint)
	}
	return &replayer{
		Config:  cfg,
		queues:  sqs.NewFromConfig(base),
		streams: dynamodbstreams.NewFromConfig(base),
		// A call that went wrong is not made again by the client: its letter stays in the queue for the next replay.
		functions: lambda.NewFromConfig(base, func(o *lambda.Options) { o.Retryer = aws.NopRetryer{} }),
	}
}

// Run replays every letter that is in the queue, each once. The error says what stopped it; letters that failed again are
// told of on Out, counted, and stay.
func Run(ctx context.Context, cfg Config) (s Summary, err error) {
	w := newReplayer(cfg)
	if w.Queue == "" {
		if w.Queue, err = w.onlyQueue(ctx); err != nil {
			return s, err
		}
	}
	// Those that failed stay hidden until the end, so that each is met once; then whoever looks next sees them.
	failed := map[string]*string{} // receipts by message
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
			id := aws.ToString(m.MessageId)
			if _, again := failed[id]; again { // hidden no longer: the replay takes long
				failed[id] = m.ReceiptHandle
				continue
			}
			fresh = true
			what, err := w.replay(ctx, m)
			if err != nil {
				failed[id] = m.ReceiptHandle
				if ctx.Err() != nil {
					return s, ctx.Err()
				}
				s.Failed++
				fmt.Fprintf(cfg.Out, "%s stays: %v\n", id, err)
				continue
			}
			s.Replayed++
			fmt.Fprintf(cfg.Out, "%s replayed: %s\n", id, what)
			if err := w.remove(ctx, m.ReceiptHandle); err != nil {
				return s, err
			}
		}
		if !fresh {
			return s, nil
		}
	}
}

// receive gives up to ten letters, which nobody else gets for a while.
func (w *replayer) receive(ctx context.Context) ([]types.Message, error) {
	got, err := w.queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &w.Queue, MaxNumberOfMessages: 10,
		VisibilityTimeout: hidden, WaitTimeSeconds: 1, MessageAttributeNames: []string{"All"},
	})
	if err != nil {
		return nil, err
	}
	return got.Messages, nil
}

func (w *replayer) remove(ctx context.Context, receipt *string) error {
	_, err := w.queues.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &w.Queue, ReceiptHandle: receipt})
	return err
}

func (w *replayer) show(ctx context.Context, receipt *string) error {
	_, err := w.queues.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &w.Queue, ReceiptHandle: receipt})
	return err
}

func (w *replayer) onlyQueue(ctx context.Context) (string, error) {
	got, err := w.queues.ListQueues(ctx, &sqs.ListQueuesInput{})
	if err != nil {
		return "", err
	}
	if len(got.QueueUrls) != 1 {
		return "", fmt.Errorf("there are %d queues: say which one", len(got.QueueUrls))
	}
	return got.QueueUrls[0], nil
}

// letter is a message's body in either of Lambda's shapes.
type letter struct {
	RequestContext struct{ FunctionArn, Condition string }
	RequestPayload json.RawMessage
	Batch          *position `json:"DDBStreamBatchInfo"`
}

// replay runs one letter again and says what it was.
func (w *replayer) replay(ctx context.Context, m types.Message) (what string, err error) {
	var l letter
	if err := json.Unmarshal([]byte(aws.ToString(m.Body)), &l); err != nil {
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
	if target := aws.ToString(m.MessageAttributes["TARGET_ARN"].StringValue); target != "" {
		return "an event of EventBridge, " + name(target), w.event(ctx, target, json.RawMessage(aws.ToString(m.Body)))
	}
	return "", errors.New("it has neither a payload, nor a stream position, nor a target")
}

func name(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }

// event calls the function with an event.
func (w *replayer) event(ctx context.Context, function string, payload json.RawMessage) error {
	_, err := w.invoke(ctx, function, payload)
	return err
}

// batchRecords is the most records of one call: the smallest batch of template.yaml's mappings.
const batchRecords = 100

// again calls the function with the records, a batch after the other, until one fails. What a mapping's filters would have
// kept from the function is given too: each ignores what is not its own.
func (w *replayer) again(ctx context.Context, function string, records []events.DynamoDBEventRecord) error {
	for len(records) > 0 {
		n := min(batchRecords, len(records))
		payload, err := json.Marshal(events.DynamoDBEvent{Records: records[:n]})
		if err != nil {
			return err
		}
		records = records[n:]
		answer, err := w.invoke(ctx, function, payload)
		if err != nil {
			return err
		}
		var out events.DynamoDBEventResponse
		if err := json.Unmarshal(answer, &out); err == nil && len(out.BatchItemFailures) > 0 {
			return fmt.Errorf("%s failed again at record %s", name(function), out.BatchItemFailures[0].ItemIdentifier)
		}
	}
	return nil
}

// invoke calls a function and waits for its answer. A function that fails is an error.
func (w *replayer) invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	out, err := w.functions.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
	if err != nil {
		return nil, fmt.Errorf("invoking %s: %w", name(function), err)
	}
	if out.FunctionError != nil {
		return nil, fmt.Errorf("%s failed again: %s", name(function), out.Payload[:min(len(out.Payload), 500)])
	}
	return out.Payload, nil
}
