// Package recompute handles the table's stream: it hands what changed to the count of the figures, notes which contacts have changed, and
// tells Lambda where to begin again.
package recompute

import (
	"context"
	"log/slog"
	"slices"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/counting"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// Handler handles batches of the stream's records.
type Handler struct {
	Counter *counting.Counter
	Notes   Notes
	Log     *slog.Logger
}

// Notes is where it is noted which contacts have changed, for the index by which they are found.
type Notes interface {
	NoteContacts(ctx context.Context, a survey.Audience, n survey.SearchNote) error
}

// Handle counts a batch of records. It reports the earliest record of what could not be counted or noted; doing it and all after
// it again changes nothing.
func (h Handler) Handle(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	changes, of, read := h.changes(e.Records)
	var failed []int // indexes of records
	notes, first := store.SearchNotesOf(e.Records)
	for a, n := range notes {
		if err := h.Notes.NoteContacts(ctx, a, n); err != nil {
			h.Log.Error("changed contacts not noted", "contacts", len(n.Contacts), "error", err)
			failed = append(failed, first)
		}
	}
	for _, i := range h.Counter.Count(ctx, changes) {
		failed = append(failed, of[i])
	}
	if read < len(e.Records) {
		failed = append(failed, read)
	}
	if len(failed) == 0 {
		return events.DynamoDBEventResponse{}, nil
	}
	from := e.Records[slices.Min(failed)].Change.SequenceNumber
	h.Log.Error("records not counted", "failed", len(failed), "of", len(e.Records), "from", from)
	return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{{ItemIdentifier: from}}}, nil
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
