package recompute

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/counting"
	"onetap/internal/local/dynamo"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

const campaign = survey.CampaignID("campaign")

func handler(s *store.Store) Handler {
	log := slog.New(slog.DiscardHandler)
	return Handler{Counter: &counting.Counter{Store: s, Log: log, Random: func(int) int { return 0 }}, Notes: s, Log: log}
}

// answered writes n verified answers, of a person each, and returns their records.
func answered(t *testing.T, s *store.Store, db *dynamo.DB, n int) []events.DynamoDBEventRecord {
	t.Helper()
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for i := range n {
		r := survey.Response{
			Campaign: campaign, Contact: survey.ContactID(fmt.Sprintf("a%ccontactcontact", 'a'+i)), Audience: survey.Customers, Language: "ru",
			Score: 9, Verified: true, Version: 1, First: at, Counted: at, Updated: at,
		}
		must(t, s.SaveResponse(context.Background(), r, 0))
	}
	return storetest.Records(t, db)
}

func counted(t *testing.T, s *store.Store) int64 {
	t.Helper()
	figures, err := s.Tallies(context.Background(), string(campaign))
	must(t, err)
	return figures[survey.TallyKey{Scope: string(campaign), Kind: survey.KindLanguage, Value: "ru"}]["s9"]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A record that cannot be read stops there, is named, and what came before it is counted.
func TestPoisonIsNamed(t *testing.T) {
	t.Parallel()
	s, db := storetest.Open(t, dynamo.Options{})
	records := answered(t, s, db, 10)
	poison := records[len(records)-1]
	poison.Change.NewImage = map[string]events.DynamoDBAttributeValue{
		"pk": poison.Change.Keys["pk"], "sk": poison.Change.Keys["sk"], "strange": events.NewListAttribute(nil),
	}
	poison.Change.SequenceNumber = "999"
	answer, err := handler(s).Handle(context.Background(), events.DynamoDBEvent{Records: append(records[:len(records):len(records)], poison)})
	must(t, err)
	if len(answer.BatchItemFailures) != 1 || answer.BatchItemFailures[0].ItemIdentifier != "999" {
		t.Errorf("failures: %v, want the poisoned record", answer.BatchItemFailures)
	}
	if n := counted(t, s); n != 10 {
		t.Errorf("%d answers are counted, want 10", n)
	}
}

// The earliest record of those that were not counted is named, though other records come before it; from there on the batch
// comes again.
func TestTheEarliestFailureIsNamed(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	s, db := storetest.Open(t, dynamo.Options{Before: func(c dynamo.Call) error {
		if c.Operation == "TransactWriteItems" && broken.Load() {
			return errors.New("dead")
		}
		return nil
	}})
	records := answered(t, s, db, 10)
	first := records[0].Change.SequenceNumber
	nothing := records[0]
	nothing.Change.NewImage, nothing.Change.SequenceNumber = nil, "1" // removed: it counts nothing
	records = append([]events.DynamoDBEventRecord{nothing}, records...)
	broken.Store(true)
	answer, err := handler(s).Handle(context.Background(), events.DynamoDBEvent{Records: records})
	must(t, err)
	if len(answer.BatchItemFailures) != 1 || answer.BatchItemFailures[0].ItemIdentifier != first {
		t.Errorf("failures: %v, want %s", answer.BatchItemFailures, first)
	}
	broken.Store(false)
	answer, err = handler(s).Handle(context.Background(), events.DynamoDBEvent{Records: records[1:]})
	must(t, err)
	if n := counted(t, s); len(answer.BatchItemFailures) > 0 || n != 10 {
		t.Errorf("failures %v, %d answers are counted; want none and 10", answer.BatchItemFailures, n)
	}
}
