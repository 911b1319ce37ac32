// Package notify handles the answers in the table's stream: those of unhappy customers become cases and letters.
package notify

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"

	"onetap/internal/awsenv"
	"onetap/internal/followup"
	"onetap/internal/store"
	"onetap/internal/survey"
)

const (
	// workers handle as many contacts' records at a time; one contact's come in their order.
	workers = 8
	// margin is what is left of the function's time when no further record is begun.
	margin = 10 * time.Second
)

// Handler turns what the stream says of detractors' answers into cases and letters.
type Handler struct {
	alerts  *followup.Alerts
	publish Publish
	log     *slog.Logger
}

// Publish puts events, awsenv.MaxEvents at most, on the bus for other systems. After an error all of them are put once more.
type Publish func(context.Context, []awsenv.BusEvent) error

// New handles records with these alerts, and publishes what happens to cases.
func New(alerts *followup.Alerts, publish Publish, log *slog.Logger) *Handler {
	return &Handler{alerts: alerts, publish: publish, log: log}
}

// answer is one record: the change of an answer.
type answer struct {
	order int // its place in the batch
	store.AnswerChange
	told *survey.Told // what the respondent says after the case, and no answer
}

type contact struct {
	campaign survey.CampaignID
	id       survey.ContactID
}

// Handle takes a batch of records and reports the earliest that failed; it and all after it come again, which changes
// nothing where they were done. A letter that cannot be sent fails no record: nobody else's alert waits for it.
func (n *Handler) Handle(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-margin/5)) // time to answer
		defer cancel()
	}
	groups, bad := n.read(e.Records)
	failed := failures{first: math.MaxInt}
	if bad != nil {
		failed.add(*bad)
	}
	round := n.alerts.Begin(ctx)
	g := errgroup.Group{}
	g.SetLimit(workers)
	for _, answers := range groups {
		g.Go(func() error {
			for _, a := range answers {
				if err := n.answer(ctx, round, a); err != nil {
					n.log.Error("answer not handled", "sequence", a.Sequence, "campaign", a.Now.Campaign, "error", err)
					failed.add(a)
					break
				}
			}
			return nil
		})
	}
	_ = g.Wait() // what failed is in failed
	n.tell(ctx, e.Records, &failed)
	if failed.sequence == "" {
		return events.DynamoDBEventResponse{}, nil
	}
	return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{{ItemIdentifier: failed.sequence}}}, nil
}

func (n *Handler) answer(ctx context.Context, round *followup.Round, a answer) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < margin {
		return context.DeadlineExceeded
	}
	if a.told != nil {
		return round.Said(ctx, *a.told)
	}
	return round.Answer(ctx, a.Before, a.Now)
}

// tell publishes what happened to cases, after the letters, and at least once: whatever comes again is told again, by the same id.
func (n *Handler) tell(ctx context.Context, records []events.DynamoDBEventRecord, failed *failures) {
	type told struct {
		answer
		awsenv.BusEvent
	}
	var all []told
	for i, r := range records {
		at := answer{order: i, AnswerChange: store.AnswerChange{Sequence: r.Change.SequenceNumber}}
		announced, err := store.AnnouncementsOf(r)
		for _, a := range announced {
			detail, failure := json.Marshal(a)
			err = errors.Join(err, failure)
			all = append(all, told{at, awsenv.BusEvent{Type: string(a.Type), At: a.At, Detail: detail}})
		}
		if err != nil {
			n.log.Error("record does not parse", "sequence", at.Sequence, "error", err)
			failed.add(at)
			break
		}
	}
	for some := range slices.Chunk(all, awsenv.MaxEvents) {
		events := make([]awsenv.BusEvent, len(some))
		for i, t := range some {
			events[i] = t.BusEvent
		}
		err := context.DeadlineExceeded
		if end, ok := ctx.Deadline(); !ok || time.Until(end) > margin/2 {
			err = n.publish(ctx, events)
		}
		if err != nil {
			n.log.Error("what happened to cases is not published; the stream brings it again", "events", len(all), "error", err)
			failed.add(some[0].answer)
			return
		}
	}
}

// read sorts the records by contact, in the order of their first. A record that does not parse ends it: what comes after
// it waits until it has gone to the dead-letter queue.
func (n *Handler) read(records []events.DynamoDBEventRecord) (groups [][]answer, bad *answer) {
	place := map[contact]int{}
	for i, r := range records {
		a := answer{order: i}
		var ok bool
		var err error
		if a.AnswerChange, ok, err = store.AnswerChangeOf(r); err == nil && !ok {
			var t survey.Told
			if t, ok, err = store.ToldOf(r); ok {
				a.told = &t
			}
		}
		if err != nil {
			n.log.Error("record does not parse", "sequence", r.Change.SequenceNumber, "error", err)
			return groups, &a
		}
		if !ok {
			continue
		}
		k := contact{a.Now.Campaign, a.Now.Contact}
		if a.told != nil {
			k = contact{a.told.Campaign, a.told.Contact}
		}
		if _, seen := place[k]; !seen {
			place[k] = len(groups)
			groups = append(groups, nil)
		}
		groups[place[k]] = append(groups[place[k]], a)
	}
	return groups, nil
}

// failures keeps the earliest record that failed.
type failures struct {
	mu       sync.Mutex
	first    int
	sequence string
}

func (f *failures) add(a answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if a.order < f.first {
		f.first, f.sequence = a.order, a.Sequence
	}
}
