package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/authz"
	"onetap/internal/awsenv"
	"onetap/internal/followup"
	"onetap/internal/followup/followuptest"
	"onetap/internal/local/cloud/pattern"
	"onetap/internal/local/cloud/template"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

const mailing = survey.CampaignID("spring22")

func function(b *followuptest.Bench) *Handler {
	return publishing(b, func(context.Context, []awsenv.BusEvent) error { return nil })
}

func publishing(b *followuptest.Bench, publish Publish) *Handler {
	return New(b.Alerts, publish, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

// TestCasesAreTold: what happens to a case is published at least once, by the same id each time, wherever the bus fails, and nothing of it is what
// somebody said or is called.
func TestCasesAreTold(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(mailing, "Spring")
	ctx := context.Background()
	b.Morning() // mornings begin
	const people = 12
	cases := &followup.Cases{Store: b.Store, Now: b.Now}
	for i := range people {
		before, now := b.Says(mailing, b.Contact(i+1, nil), 3, "slow and rude")
		if err := b.Alerts.Begin(ctx).Answer(ctx, before, now); err != nil {
			t.Fatal(err)
		}
	}
	b.Pass(time.Hour)
	for i, w := range []followup.Work{{State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: loop.CustomerKept}, {Note: "They are on holiday"}} {
		if _, err := cases.Do(ctx, authz.Who{Staff: survey.Staff{Role: survey.RoleAdministrator}, Token: "crm"}, b.Case(mailing, followuptest.ContactID(i+1)).ID(), w); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 { // a weekend may lie between
		b.Pass(36 * time.Hour)
		b.Morning()
	}
	told, ids, tries := map[string]map[loop.News]bool{}, map[string]string{}, 0
	h := publishing(b, func(_ context.Context, es []awsenv.BusEvent) error {
		if len(es) > awsenv.MaxEvents {
			t.Errorf("%d events at once", len(es))
		}
		tries++
		for i, e := range es {
			if tries%3 == 1 && i == len(es)/2 {
				return errors.New("some were taken, and the reply was lost")
			}
			text := string(e.Detail)
			for _, secret := range []string{"slow", "rude", "holiday", "@", "c1.example"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s is told %s", secret, text)
				}
			}
			var a loop.Announcement
			if err := json.Unmarshal(e.Detail, &a); err != nil || a.Form != loop.AnnouncementForm || a.ID == "" || e.At.IsZero() {
				t.Errorf("%s at %v: %v", text, e.At, err)
			}
			if was, again := ids[a.ID]; again && was != text {
				t.Errorf("%s was told as %s, and as %s", a.ID, was, text)
			}
			ids[a.ID] = text
			if told[a.Case] == nil {
				told[a.Case] = map[loop.News]bool{}
			}
			told[a.Case][loop.News(e.Type)] = true
		}
		return nil
	})
	rs, again := records(t, b), 0
	for at := 0; at < len(rs); {
		part := rs[at:min(at+30, len(rs))]
		out, err := h.Handle(ctx, events.DynamoDBEvent{Records: part})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.BatchItemFailures) == 0 {
			at += len(part)
			continue
		}
		if again++; again > 200 {
			t.Fatal("it never ends")
		}
		at += slices.IndexFunc(part, func(r events.DynamoDBEventRecord) bool {
			return r.Change.SequenceNumber == out.BatchItemFailures[0].ItemIdentifier
		})
	}
	for i := range people {
		of := told[b.Case(mailing, followuptest.ContactID(i+1)).ID()]
		if !of[loop.CaseOpened] || of[loop.CaseResolved] != (i == 0) || of[loop.CaseOverdue] != (i != 0) || i == 1 && !of[loop.CaseChanged] {
			t.Errorf("of person %d is told %v", i+1, of)
		}
	}
	if again == 0 {
		t.Error("nothing came again")
	}
}

// filters are those of the template, so that the tests see the records that the function gets.
func filters(t *testing.T) []*pattern.Pattern {
	t.Helper()
	tpl, err := template.Read("../../../template.yaml", template.Inputs{
		Stack:      "onetap",
		Parameters: map[string]string{"Sender": "nps@example.com", "AdminEmail": followuptest.Admin, "ApiToken": "0123456789012345678901234567890123"},
		Secret:     func(string, template.SecretSpec) (string, error) { return "0123456789012345678901234567890123", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range tpl.Functions {
		if f.Folder == "notify" {
			return f.Streams[0].Filters
		}
	}
	t.Fatal("the template has no notify")
	return nil
}

// records are those of the table's stream that the template's filters let through.
func records(t *testing.T, b *followuptest.Bench) []events.DynamoDBEventRecord {
	t.Helper()
	fs := filters(t)
	return slices.DeleteFunc(storetest.Records(t, b.DB), func(r events.DynamoDBEventRecord) bool {
		event, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return !slices.ContainsFunc(fs, func(f *pattern.Pattern) bool { return f.Match(event) })
	})
}

// deliver gives records to the function as Lambda does, in batches, again from the record that it names. It returns how
// often the function asked for that.
func deliver(t *testing.T, b *followuptest.Bench, rs []events.DynamoDBEventRecord, batch int, again func()) (failures int) {
	t.Helper()
	for at := 0; at < len(rs); {
		part := rs[at:min(at+batch, len(rs))]
		out, err := function(b).Handle(context.Background(), events.DynamoDBEvent{Records: part})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.BatchItemFailures) == 0 {
			at += len(part)
			continue
		}
		i := slices.IndexFunc(part, func(r events.DynamoDBEventRecord) bool {
			return r.Change.SequenceNumber == out.BatchItemFailures[0].ItemIdentifier
		})
		if i < 0 || len(out.BatchItemFailures) != 1 {
			t.Fatalf("failures: %v", out.BatchItemFailures)
		}
		at += i
		if failures++; failures > 100 {
			t.Fatal("the same record fails for ever")
		}
		again()
	}
	return failures
}

// respondents lets n contacts say things; it returns who of them is a verified detractor in the end, and false for those
// who were one before.
func respondents(b *followuptest.Bench, n int, random *rand.Rand) map[survey.ContactID]bool {
	detractors := map[survey.ContactID]bool{}
	for i := range n {
		id := b.Contact(i+1, nil)
		for range 1 + random.IntN(3) {
			score, words := random.IntN(11), []string{"", "slow", "rude"}[random.IntN(3)]
			p := survey.Post{Score: &score, Gesture: survey.ByGesture}
			if random.IntN(3) == 0 {
				p.Gesture = survey.ByScript
			}
			if random.IntN(2) == 0 {
				p.Why = &words
			}
			_, r := b.Posts(mailing, id, p)
			if _, was := detractors[id]; was || loop.Opens(r, false) {
				detractors[id] = loop.Opens(r, false)
			}
		}
	}
	return detractors
}

// check lets the clock work and looks at who was told.
func check(t *testing.T, b *followuptest.Bench, n int, detractors map[survey.ContactID]bool, most int) {
	t.Helper()
	for range 5 {
		b.Pass(3 * time.Minute)
		b.Due()
	}
	for i := range n {
		id := followuptest.ContactID(i + 1)
		_, there, err := b.Store.Case(context.Background(), mailing, id)
		if err != nil {
			t.Fatal(err)
		}
		letters := b.Letters(mailing, id)
		is, was := detractors[id]
		if is && (!there || len(letters) == 0) || !was && (there || len(letters) > 0) || len(letters) > most {
			t.Errorf("contact %d: is a detractor %v, was one %v, has a case %v, %d letters", i, is, was, there, len(letters))
		}
		for _, l := range letters {
			for _, content := range []string{"7", "8", "9", "10"} {
				if strings.HasPrefix(l.Subject, "Score "+content+" ") {
					t.Errorf("contact %d: %s", i, l.Subject)
				}
			}
		}
	}
	if left := b.Left(); left != 0 {
		t.Errorf("%d things are left due", left)
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	const n = 60
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 0))
			b := followuptest.Open(t)
			b.Campaign(mailing, "Spring")
			detractors := respondents(b, n, random)
			rs := records(t, b)
			for at := 0; at < len(rs); at += 7 { // batches that overlap: everything comes twice and more
				deliver(t, b, rs[max(0, at-10):min(at+7, len(rs))], 1+random.IntN(20), func() { t.Error("a record failed") })
			}
			deliver(t, b, rs, 100, func() { t.Error("a record failed") })
			check(t, b, n, detractors, 2)
		})
	}
}

func TestFailuresAreNamedAndDoneAgain(t *testing.T) {
	t.Parallel()
	const n = 25
	failed := 0
	for _, at := range []int{1, 4, 9, 30} {
		for _, f := range []followuptest.Fault{{At: at}, {At: at, Lost: true}, {At: at, Dies: true}, {At: at, Lost: true, Dies: true}} {
			b := followuptest.Open(t)
			b.Campaign(mailing, "Spring")
			detractors := respondents(b, n, rand.New(rand.NewPCG(uint64(at), 1)))
			rs := records(t, b)
			b.Arm(&f)
			failed += deliver(t, b, rs, 100, func() { b.Arm(nil) })
			b.Arm(nil)
			check(t, b, n, detractors, 3)
		}
	}
	if failed == 0 {
		t.Error("no fault was ever told of")
	}
}

// Answers that were brought in from elsewhere are no news: no case and no letter comes of them, filter or none, nor of what is done to them later.
func TestOldAnswersTellNobody(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	c := b.Campaign(mailing, "Long ago")
	id := b.Contact(1, nil)
	at := b.Now().AddDate(-1, 0, 0)
	r := survey.Response{
		Campaign: mailing, Contact: id, Audience: c.Audience, Score: 0, Verified: true, Why: "slow", First: at, Counted: at, Updated: at, Version: 1,
		Import: "import.1", Origin: "origin",
	}
	if taken, err := b.Store.AddBrought(context.Background(), []survey.Response{r}); err != nil || taken[0] {
		t.Fatal(taken, err)
	}
	if rs := records(t, b); len(rs) != 0 {
		t.Errorf("%d records come to the function", len(rs))
	}
	r.Unhappy, r.Why, r.Version = true, "", 2
	if err := b.Store.SaveResponse(context.Background(), r, 1); err != nil {
		t.Fatal(err)
	}
	all := storetest.Records(t, b.DB)
	deliver(t, b, all, len(all), func() { t.Error("a record failed") })
	b.Pass(time.Hour)
	b.Due()
	if _, there, err := b.Store.Case(context.Background(), mailing, id); err != nil || there || len(b.Letters(mailing, id)) > 0 {
		t.Errorf("a case %v, %d letters, %v", there, len(b.Letters(mailing, id)), err)
	}
}

func TestPoisonIsNamed(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(mailing, "Spring")
	b.Says(mailing, b.Contact(1, nil), 3, "slow")
	b.Says(mailing, b.Contact(2, nil), 3, "slow")
	rs := records(t, b)
	bad := rs[0]
	bad.Change.SequenceNumber = "999"
	bad.Change.NewImage = map[string]events.DynamoDBAttributeValue{"strange": events.NewListAttribute(nil)}
	out, err := function(b).Handle(context.Background(), events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{rs[0], bad, rs[1]}})
	if err != nil || len(out.BatchItemFailures) != 1 || out.BatchItemFailures[0].ItemIdentifier != "999" {
		t.Errorf("failures: %v, %v", out.BatchItemFailures, err)
	}
	for i, want := range []int{1, 0} { // what came before it is done
		if got := len(b.Letters(mailing, followuptest.ContactID(i+1))); got != want {
			t.Errorf("contact %d: %d letters, want %d", i+1, got, want)
		}
	}
}

// TestNoTimeLeft: what cannot be begun in time is given back, from its first record on.
func TestNoTimeLeft(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(mailing, "Spring")
	b.Says(mailing, b.Contact(1, nil), 3, "slow")
	rs := records(t, b)
	ctx, cancel := context.WithTimeout(context.Background(), margin)
	defer cancel()
	out, err := function(b).Handle(ctx, events.DynamoDBEvent{Records: rs})
	if err != nil || len(out.BatchItemFailures) != 1 || out.BatchItemFailures[0].ItemIdentifier != rs[0].Change.SequenceNumber {
		t.Errorf("failures: %v, %v", out.BatchItemFailures, err)
	}
}

// nobody is an SES that takes nothing and says nothing.
type nobody struct{}

func (nobody) Send(context.Context, mail.Message) (string, error) { return "", errors.New("no answer") }

// TestMailTrouble: SES that answers nothing fails no record, and what it did not take goes out later.
func TestMailTrouble(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(mailing, "Spring")
	id := b.Contact(1, nil)
	b.Says(mailing, id, 3, "slow")
	ses := b.Alerts.Mail
	b.Alerts.Mail = nobody{}
	if n := deliver(t, b, records(t, b), 100, func() {}); n != 0 {
		t.Errorf("%d records failed", n)
	}
	for range 3 {
		b.Pass(time.Minute)
		b.Due()
	}
	if got := b.Case(mailing, id); got.Alert.Letters != 0 || got.Alert.Tries < 2 {
		t.Errorf("alert is %+v", got.Alert)
	}
	b.Alerts.Mail = ses
	check(t, b, 1, map[survey.ContactID]bool{id: true}, 1)
}

// BenchmarkDetractors is the function's own part of the way from a tap with words to the owner's letter.
func BenchmarkDetractors(b *testing.B) {
	bench := followuptest.Open(b)
	bench.Campaign(mailing, "Spring")
	n := 0
	for b.Loop() {
		b.StopTimer()
		id := bench.Contact(n+1, nil)
		n++
		_, r := bench.Says(mailing, id, 3, "slow")
		b.StartTimer()
		if err := bench.Alerts.Begin(context.Background()).Answer(context.Background(), nil, r); err != nil {
			b.Fatal(err)
		}
	}
}
