package rights_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/awsenv"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/rights"
	"onetap/internal/seal"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// rotation is a table in which some things are sealed and others are as an earlier version wrote them.
type rotation struct {
	*testing.T
	url    string
	now    time.Time
	writes atomic.Int64 // that the clock has begun
	dies   atomic.Int64 // with which of them it dies; 0: with none
	after  bool         // the write was done
	cases  []loop.Case
}

const resealed = 6 // people of each kind

func newRotation(t *testing.T) *rotation {
	t.Helper()
	w := &rotation{T: t, now: noon}
	fault := func(before bool) func(c dynamo.Call) error {
		return func(c dynamo.Call) error {
			if c.Caller != "clock" || c.Operation != "UpdateItem" && c.Operation != "PutItem" {
				return nil
			}
			n := w.writes.Load()
			if before {
				n = w.writes.Add(1)
			}
			if dies := w.dies.Load(); dies != 0 && (n > dies || n == dies && before != w.after) {
				return errors.New("dead")
			}
			return nil
		}
	}
	_, db := storetest.Open(t, dynamo.Options{Before: fault(true), After: fault(false)})
	w.url = storetest.Serve(t, db)
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &w.url
	plain := store.New(dynamodb.NewFromConfig(storetest.As(c, "before")), storetest.Table)
	for _, s := range []*store.Store{plain, storetest.Client(w.url, "after")} {
		w.fill(s, len(w.cases))
	}
	return w
}

func who(n int) survey.Contact {
	return survey.Contact{
		ID: survey.ContactID(fmt.Sprintf("%c%cbcdefghabcdefg", 'a'+n%26, 'a'+n/26)), Audience: survey.Customers, Created: noon, Updated: noon,
		Person: survey.Person{Name: fmt.Sprintf("Zoya%02d Zimina", n), Email: fmt.Sprintf("zoya%02d@example.com", n)}, Attrs: map[string]string{"Wife": fmt.Sprintf("Vera%02d", n)},
	}
}

func colleague(n int) survey.Staff {
	return survey.Staff{ID: fmt.Sprintf("s%02d", n), Name: fmt.Sprintf("Stepan%02d Serov", n), Email: fmt.Sprintf("stepan%02d@example.com", n)}
}

func note(n int) string { return fmt.Sprintf("Noted%02d of a call", n) }

func (w *rotation) fill(s *store.Store, from int) {
	w.Helper()
	var cs []survey.Contact
	var staff []survey.Staff
	for n := from; n < from+resealed; n++ {
		cs, staff = append(cs, who(n)), append(staff, colleague(n))
		c, err := s.CreateCase(w.Context(), loop.Case{Campaign: autumn, Contact: who(n).ID, State: loop.Open, Opened: noon, Deadline: noon})
		w.must(err)
		next := c
		next.Notes = 1
		c, err = s.SaveCaseAnd(w.Context(), c, next, []loop.Note{{N: 1, Text: note(n)}})
		w.must(err)
		w.cases = append(w.cases, c)
	}
	w.must(s.PutContacts(w.Context(), cs))
	w.must(s.PutStaff(w.Context(), staff))
	if from == 0 {
		w.must(s.CreateCampaign(w.Context(), survey.Campaign{ID: autumn, Audience: survey.Customers, Created: noon}))
		w.must(s.PutAsked(w.Context(), autumn, 3, survey.Asked{"attr:Wife": {People: 1, Values: map[string]int{"Vera00": 1}}}))
		_, err := s.SaveErasure(w.Context(), survey.Erasure{ID: "one", Begun: noon, State: survey.Settling, Whom: &survey.ErasureWhom{Texts: []string{"Zoya00 Zimina"}}})
		w.must(err)
	}
}

func (w *rotation) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// walk has clocks look every ten minutes, each a new process, until the walk has ended or one has died.
func (w *rotation) walk() error {
	w.Helper()
	for range 10 {
		s := storetest.Client(w.url, "clock")
		now := func() time.Time { return w.now }
		if err := (&rights.Resealer{Store: s, Keys: storetest.SealerAt(s, now), Now: now}).Run(w.Context()); err != nil {
			return err
		}
		w.now = w.now.Add(10 * time.Minute)
		if state, err := s.Resealing(w.Context()); err != nil || !state.Ended.IsZero() {
			return err
		}
	}
	w.Fatal("the walk does not end")
	return nil
}

// readable says that everything is what it was.
func (w *rotation) readable() {
	w.Helper()
	s := storetest.Client(w.url, "desk")
	staff, err := s.Staff(w.Context())
	w.must(err)
	if len(staff) != len(w.cases) {
		w.Fatalf("%d of the staff are readable", len(staff))
	}
	for n, c := range w.cases {
		contact, err := s.Contact(w.Context(), survey.Customers, who(n).ID)
		if err != nil || !contact.Same(who(n)) {
			w.Fatalf("contact %d is %+v, %v", n, contact, err)
		}
		if m, _, err := s.StaffMember(w.Context(), colleague(n).ID); err != nil || m != colleague(n) {
			w.Fatalf("colleague %d is %+v, %v", n, m, err)
		}
		if notes, err := s.Notes(w.Context(), c); err != nil || len(notes) != 1 || notes[0].Text != note(n) {
			w.Fatalf("note %d is %+v, %v", n, notes, err)
		}
	}
	if e, err := s.Erasure(w.Context(), "one"); err != nil || e.Whom == nil || e.Whom.Texts[0] != "Zoya00 Zimina" {
		w.Fatalf("the erasure is %+v, %v", e, err)
	}
	if a, err := s.Asked(w.Context(), autumn); err != nil || a["attr:Wife"].Values["Vera00"] != 1 {
		w.Fatalf("asked are %v, %v", a, err)
	}
}

var purposes = map[string]seal.Purpose{"CONTACTS": seal.Contacts, "ERASURES": seal.Contacts, "STAFF": seal.Staff, "NOTE": seal.Notes, "ASKED": seal.Contacts}

// fresh says that nothing is sealed with an old key, and nothing stands unsealed.
func (w *rotation) fresh() {
	w.Helper()
	sealer, n := storetest.Sealer(storetest.Client(w.url, "desk")), 0
	for _, it := range storetest.Items(w, w.url) {
		pk, sk := it["pk"].(*types.AttributeValueMemberS).Value, it["sk"].(*types.AttributeValueMemberS).Value
		for name, v := range it {
			if v, ok := v.(*types.AttributeValueMemberS); ok {
				for _, secret := range []string{"Zoya", "zoya", "Vera", "Stepan", "stepan", "Noted"} {
					if strings.Contains(v.Value, secret) {
						w.Fatalf("%s of %s tells %q", name, sk, v.Value)
					}
				}
			}
		}
		b, ok := it["sealed"].(*types.AttributeValueMemberB)
		if !ok {
			continue
		}
		kind, _, _ := strings.Cut(pk, "#")
		if kind == "CAMPAIGN" {
			kind, _, _ = strings.Cut(sk, "#")
		}
		stale, err := sealer.Stale(w.Context(), purposes[kind], b.Value)
		w.must(err)
		if n++; stale {
			w.Fatalf("%s is sealed with an old key", kind)
		}
	}
	if n != 3*len(w.cases)+2 {
		w.Fatalf("%d items are sealed", n)
	}
}

func (w *rotation) rotate() {
	w.Helper()
	sealer := storetest.Sealer(storetest.Client(w.url, "desk"))
	for _, p := range []seal.Purpose{seal.Contacts, seal.Staff, seal.Notes} {
		w.must(sealer.Rotate(w.Context(), p))
	}
}

// What an earlier version wrote is sealed by the first walk; after a rotation everything is sealed with the new keys, and the walk ends.
func TestRotation(t *testing.T) {
	t.Parallel()
	w := newRotation(t)
	w.must(w.walk())
	w.fresh()
	w.readable()
	before := w.writes.Load()
	w.must(w.walk())
	if n := w.writes.Load() - before; n != 0 {
		t.Errorf("a walk that has ended writes %d times", n)
	}
	w.rotate()
	w.must(w.walk())
	w.fresh()
	w.readable()
	c, err := storetest.Client(w.url, "desk").UpsertContacts(t.Context(), []survey.Contact{who(0), who(resealed)}, survey.UploadMark{Upload: "one", Part: 1}, noon)
	if err != nil || c.Unchanged != 2 {
		t.Errorf("the same list again: %+v, %v", c, err)
	}
}

// Suppressions of earlier versions get their stop by the walk, also where a walk that did not do so has ended; a stop that there is stays.
func TestOldSuppressionsGetStops(t *testing.T) {
	t.Parallel()
	w := newRotation(t)
	w.must(w.walk())
	desk := storetest.Client(w.url, "desk")
	state, err := desk.Resealing(t.Context())
	w.must(err)
	state.Keys, _, _ = strings.Cut(state.Keys, ";")
	_, err = desk.SaveResealing(t.Context(), state)
	w.must(err)
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &w.url
	raw, table := dynamodb.NewFromConfig(storetest.As(c, "before")), storetest.Table
	for n, reason := range []survey.SuppressionReason{survey.Unsubscribed, survey.Bounced, survey.Complained} {
		w.must(desk.StopContact(t.Context(), survey.Customers, who(n).ID, reason, noon))
		if n == 2 {
			break
		}
		_, err := raw.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "STOP#customers#" + string(who(n).ID)}, "sk": &types.AttributeValueMemberS{Value: "STOP"},
		}})
		w.must(err)
	}
	stops := func() (reasons string) {
		for n := range 4 {
			for _, it := range storetest.Items(w, w.url) {
				if it["pk"].(*types.AttributeValueMemberS).Value == "STOP#customers#"+string(who(n).ID) {
					reasons += it["reason"].(*types.AttributeValueMemberS).Value + " " + it["since"].(*types.AttributeValueMemberS).Value + " "
				}
			}
		}
		return reasons
	}
	w.must(w.walk())
	since := noon.Format("2006-01-02T15:04:05.000Z")
	if got, want := stops(), "unsubscribed "+since+" bounced "+since+" complained "+since+" "; got != want {
		t.Errorf("the stops are %s, want %s", got, want)
	}
	state, err = desk.Resealing(t.Context())
	w.must(err)
	w.must(w.walk())
	if again, err := desk.Resealing(t.Context()); err != nil || again != state {
		t.Errorf("once more: %+v, %v, was %+v", again, err, state)
	}
	w.fresh()
	w.readable()
}

// A year after a key was made the clock adds another, and seals with it what there is.
func TestKeysAreRenewed(t *testing.T) {
	t.Parallel()
	w := newRotation(t)
	w.now = time.Now().UTC().Truncate(time.Hour) // the first keys are made by the clock of the machine
	w.must(w.walk())
	s := storetest.Client(w.url, "desk")
	before, err := s.SealKeys(t.Context())
	w.must(err)
	w.now = w.now.AddDate(0, 11, 0)
	w.must(w.walk())
	if now, err := s.SealKeys(t.Context()); err != nil || now != before {
		t.Fatalf("after eleven months the keys are %s, %v, were %s", now, err, before)
	}
	w.now = w.now.AddDate(0, 2, 0).Truncate(time.Hour)
	w.must(w.walk())
	now, err := s.SealKeys(t.Context())
	if err != nil || now == before {
		t.Fatalf("after thirteen months the keys are still %s, %v", now, err)
	}
	w.fresh()
	w.readable()
}

// Wherever a clock dies, before a write or after it, everything can be read, and the next one comes to the end.
func TestRotationDies(t *testing.T) {
	t.Parallel()
	w := newRotation(t)
	for n := int64(2); ; n++ {
		w.rotate()
		at := n / 2
		w.after = n%2 == 1
		w.writes.Store(0)
		w.dies.Store(at)
		err := w.walk()
		w.dies.Store(0)
		w.readable()
		if err == nil {
			w.fresh()
			if at < 2*resealed {
				t.Fatalf("%d writes only", at)
			}
			return
		}
		w.must(w.walk())
		w.fresh()
	}
}

// One broken item is left, reported, and does not keep the walk from its end.
func TestRotationPassesWhatIsBroken(t *testing.T) {
	t.Parallel()
	w := newRotation(t)
	w.must(w.walk())
	storetest.Spoil(t, w.url, func(_, sk string) bool { return sk == colleague(1).ID })
	w.rotate()
	w.must(w.walk())
	staff, err := storetest.Client(w.url, "desk").Staff(t.Context())
	if err != nil || len(staff) != len(w.cases)-1 {
		t.Errorf("%d of the staff, %v", len(staff), err)
	}
}
