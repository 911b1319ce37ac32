// Package recompute handles the table's stream: it hands what changed to the count of the figures, notes which contacts have changed, and
// tells Lambda where to begin again. Once a minute, by its schedule, it goes on with the recount of the night.
package recompute

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/counting"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/survey"
)

const (
	// streamTime is the longest that a batch may take. What is not done by then comes again, and nobody waits for the function's own end,
	// which is as late as a recount needs.
	streamTime = 55 * time.Second
	// recountTime is the longest that one run of the recount may take, and margin what it leaves before the function's deadline.
	recountTime, margin = 240 * time.Second, 5 * time.Second
)

// Handler handles batches of the stream's records, and the schedule.
type Handler struct {
	Counter   *counting.Counter
	Cases     *counting.CaseCounter
	Notes     Notes
	Recounter *counting.Recounter
	Log       *slog.Logger
}

// Event is a batch of the stream's records; without any it is the schedule's.
type Event struct {
	Records []events.DynamoDBEventRecord
}

// Handle handles either.
func (h Handler) Handle(ctx context.Context, e Event) (events.DynamoDBEventResponse, error) {
	if len(e.Records) > 0 {
		ctx, cancel := context.WithTimeout(ctx, streamTime)
		defer cancel()
		return h.count(ctx, e.Records), nil
	}
	until := time.Now().Add(recountTime)
	if end, ok := ctx.Deadline(); ok && end.Add(-margin).Before(until) {
		until = end.Add(-margin)
	}
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	err := h.Recounter.Run(ctx)
	if err != nil {
		h.Log.Error("recount failed", "error", err)
	}
	return events.DynamoDBEventResponse{}, err
}

// Notes is where it is noted which contacts have changed, for the index by which they are found and for what is kept of their accounts.
type Notes interface {
	NoteContacts(ctx context.Context, a survey.Audience, n survey.SearchNote) error
	NoteAccountMoves(ctx context.Context, a survey.Audience, n survey.AccountNote) error
}

// count counts a batch of records. It reports the earliest record of what could not be counted or noted; doing it and all after
// it again changes nothing.
func (h Handler) count(ctx context.Context, records []events.DynamoDBEventRecord) events.DynamoDBEventResponse {
	changes, of, read := h.changes(records)
	var failed []int // indexes of records
	notes, first := store.SearchNotesOf(records)
	for a, n := range notes {
		if err := h.Notes.NoteContacts(ctx, a, n); err != nil {
			h.Log.Error("changed contacts not noted", "contacts", len(n.Contacts), "error", err)
			failed = append(failed, first)
		}
	}
	moves, first := store.AccountNotesOf(records)
	for a, n := range moves {
		if err := h.Notes.NoteAccountMoves(ctx, a, n); err != nil {
			h.Log.Error("changed contacts of accounts not noted", "contacts", len(n.Moves), "error", err)
			failed = append(failed, first)
		}
	}
	for _, i := range h.Counter.Count(ctx, changes) {
		failed = append(failed, of[i])
	}
	// Only what does not come again: figures of cases remember a record for some minutes, and what stands before it may fail for longer.
	if len(failed) > 0 {
		read = min(read, slices.Min(failed))
	}
	cases, ofCases := h.cases(records[:read])
	for _, i := range h.Cases.Count(ctx, cases) {
		failed = append(failed, ofCases[i])
	}
	if read < len(records) {
		failed = append(failed, read)
	}
	if len(failed) == 0 {
		return events.DynamoDBEventResponse{}
	}
	from := records[slices.Min(failed)].Change.SequenceNumber
	h.Log.Error("records not counted", "failed", len(failed), "of", len(records), "from", from)
	return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{{ItemIdentifier: from}}}
}

// cases reads what the records say of cases. One that does not parse is left to the night's recount: a case is counted nowhere else, and
// nothing must wait for it.
func (h Handler) cases(records []events.DynamoDBEventRecord) (changes []loop.CaseChange, of []int) {
	for i, record := range records {
		c, ok, err := store.CaseChangeOf(record)
		if err != nil {
			h.Log.Error("record of a case does not parse", "sequence", record.Change.SequenceNumber, "error", err)
		} else if ok {
			changes, of = append(changes, c), append(of, i)
		}
	}
	return changes, of
}

// changes reads what the records say of items that count, and the index of each one's record. It stops before the first
// record that does not parse, at index read: what comes after it waits.
func (h Handler) changes(records []events.DynamoDBEventRecord) (changes []survey.ItemChange, of []int, read int) {
	for i, record := range records {
		c, ok, err := store.ChangeOf(record)
		if err != nil {
			h.Log.Error("record does not parse", "sequence", record.Change.SequenceNumber, "error", err)
			return changes, of, i
		}
		if ok {
			changes, of = append(changes, c), append(of, i)
		}
	}
	return changes, of, len(records)
}
