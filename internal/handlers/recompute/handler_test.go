package recompute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/counting"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

var night = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

const campaign = survey.CampaignID("campaign")

func handler(s *store.Store) Handler {
	log := slog.New(slog.DiscardHandler)
	return Handler{
		Counter: &counting.Counter{Store: s, Log: log, Random: func(int) int { return 0 }}, Notes: s, Log: log,
		Cases:     &counting.CaseCounter{Store: s, Now: func() time.Time { return night }, Log: log},
		Recounter: &counting.Recounter{Store: s, Now: func() time.Time { return night }, Metrics: io.Discard, Log: log},
	}
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
	answer, err := handler(s).Handle(context.Background(), Event{Records: append(records[:len(records):len(records)], poison)})
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
	answer, err := handler(s).Handle(context.Background(), Event{Records: records})
	must(t, err)
	if len(answer.BatchItemFailures) != 1 || answer.BatchItemFailures[0].ItemIdentifier != first {
		t.Errorf("failures: %v, want %s", answer.BatchItemFailures, first)
	}
	broken.Store(false)
	answer, err = handler(s).Handle(context.Background(), Event{Records: records[1:]})
	must(t, err)
	if n := counted(t, s); len(answer.BatchItemFailures) > 0 || n != 10 {
		t.Errorf("failures %v, %d answers are counted; want none and 10", answer.BatchItemFailures, n)
	}
}

// The schedule's event is the recount of the night, and nothing of the stream; a batch of the stream is no recount.
func TestTwoKindsOfEvents(t *testing.T) {
	t.Parallel()
	s, db := storetest.Open(t, dynamo.Options{})
	c := survey.Campaign{ID: campaign, Audience: survey.Customers, State: survey.Open, Created: night.AddDate(0, 0, -2), Launched: night.AddDate(0, 0, -2), Opened: night.AddDate(0, 0, -2)}
	must(t, s.CreateCampaign(t.Context(), c))
	records := answered(t, s, db, 10)
	h := handler(s)
	handle := func(v any) error {
		t.Helper()
		b, err := json.Marshal(v)
		must(t, err)
		var e Event
		must(t, json.Unmarshal(b, &e))
		answer, err := h.Handle(t.Context(), e)
		if len(answer.BatchItemFailures) > 0 {
			t.Errorf("not counted: %v", answer)
		}
		return err
	}
	must(t, handle(events.DynamoDBEvent{Records: records}))
	if state, err := s.SeeRecount(t.Context(), "night"); err != nil || state.Version != 0 || counted(t, s) != 10 {
		t.Errorf("after the stream: %+v, %v, %d counted", state, err, counted(t, s))
	}
	must(t, s.AddFigures(t.Context(), survey.Deltas{{Scope: string(campaign), Kind: survey.KindLanguage, Value: "ru"}: {"s9": 5}}))
	must(t, handle(map[string]any{"version": "0", "detail-type": "Scheduled Event", "source": "aws.scheduler", "detail": "{}"}))
	if state, err := s.SeeRecount(t.Context(), "night"); err != nil || !state.Done || counted(t, s) != 10 {
		t.Errorf("after the schedule: %+v, %v, %d counted", state, err, counted(t, s))
	}
	h.Recounter.Now = func() time.Time { return night.AddDate(0, 0, 1) }
	ctx, cancel := context.WithTimeout(t.Context(), margin) // no time is left, of which nothing is lost
	defer cancel()
	if _, err := h.Handle(ctx, Event{}); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// fails counts nothing from the first answer on, as long as it is told to.
type fails struct {
	*store.Store
	now atomic.Bool
}

func (f *fails) AddCounts(ctx context.Context, counts []survey.ItemCount, shard int) (taken int, stale []bool, err error) {
	if f.now.Load() {
		return 0, nil, errors.New("not now")
	}
	return f.Store.AddCounts(ctx, counts, shard)
}

// A case behind an answer that cannot be counted for an hour is counted once, not again with each try.
func TestCasesBehindWhatFails(t *testing.T) {
	t.Parallel()
	s, db := storetest.Open(t, dynamo.Options{})
	answered(t, s, db, 1)
	c := loop.Case{Campaign: campaign, Contact: "aacontactcontact", Owner: "anna", Level: loop.LevelOwner, State: loop.Open, Opened: night, Deadline: night.Add(48 * time.Hour)}
	_, err := s.CreateCase(t.Context(), c)
	must(t, err)
	records := storetest.Records(t, db)
	h, broken, now := handler(s), &fails{Store: s}, night
	broken.now.Store(true)
	h.Counter.Store = broken
	h.Cases.Now = func() time.Time { return now }
	for n := range 3 {
		answer, err := h.Handle(t.Context(), Event{Records: records})
		must(t, err)
		if len(answer.BatchItemFailures) != 1 || answer.BatchItemFailures[0].ItemIdentifier != records[0].Change.SequenceNumber {
			t.Fatalf("failures: %v, want the first record", answer.BatchItemFailures)
		}
		now = now.Add(time.Hour)
		for range 2 { // others' records come and go, and push out what is remembered
			was, is := c, c
			was.Contact, is.Contact, is.Team = "bbcontactcontact", "bbcontactcontact", fmt.Sprint("team", n)
			now = now.Add(time.Hour)
			if failed := h.Cases.Count(t.Context(), []loop.CaseChange{{Record: now.String(), Before: &was, Now: &is}, {Record: now.String() + "back", Before: &is, Now: &was}}); failed != nil {
				t.Fatal(failed)
			}
		}
	}
	broken.now.Store(false)
	_, err = h.Handle(t.Context(), Event{Records: records})
	must(t, err)
	figures, err := s.AllCaseFigures(t.Context(), "", true)
	must(t, err)
	if n := figures["anna"].States()[loop.Open]; n != 1 {
		t.Errorf("%d open cases are counted, want 1", n)
	}
}
