// Package followuptest gives tests a company with its table, its SES and its alerts, whose calls fail, lose their reply or
// kill their caller as a test wants it.
package followuptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"onetap/internal/awsenv"
	"onetap/internal/followup"
	"onetap/internal/keys"
	"onetap/internal/local/drive"
	"onetap/internal/local/dynamo"
	localses "onetap/internal/local/ses"
	"onetap/internal/logs"
	"onetap/internal/loop"
	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// Noon is when a bench's clock begins.
var Noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Admin is the administrator's address.
const Admin = "admin@example.com"

// caller is who the faults are for; what the test itself does is spared.
const caller = "NotifyFunction"

// Bench is a company. Its clock stands still unless it is moved.
type Bench struct {
	Store  *store.Store // the test's own, without faults
	Faulty *store.Store // the functions'
	Alerts *followup.Alerts
	DB     *dynamo.DB
	Acts   *keys.Acts

	t      testing.TB
	inbox  *drive.Company
	after  string // the last letter seen
	seen   []drive.Letter
	mu     sync.Mutex
	now    time.Time
	random *rand.Rand
	fault  *Fault
	calls  int
	units  float64
}

// Fault is what happens to the At-th call to the table and SES. Calls that their caller has given up may still arrive and
// count, so that the place is exact only with an Operation of which one is made at a time.
type Fault struct {
	At        int
	Operation string // only calls of this one count; "": all
	Lost      bool   // the work is done, and the reply lost; otherwise the call fails before
	Dies      bool   // the caller is dead: so do all calls after it
}

func (f Fault) String() string {
	return fmt.Sprintf("call %d, lost %v, dies %v", f.At, f.Lost, f.Dies)
}

// Open starts a company with one owner, one team's manager and an administrator.
func Open(t testing.TB) *Bench {
	t.Helper()
	b := &Bench{t: t, now: Noon, random: rand.New(rand.NewPCG(1, 2))}
	_, b.DB = storetest.Open(t, dynamo.Options{
		Before: func(c dynamo.Call) error { return b.fail(c.Caller, c.Operation, false) },
		After:  func(c dynamo.Call) error { return b.fail(c.Caller, c.Operation, true) },
		Meter: func(_ dynamo.Call, used dynamo.Consumed) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.units += used.WriteUnits
		},
	})
	table := storetest.Serve(t, b.DB)
	b.Store, b.Faulty = storetest.Client(table, "test"), storetest.Client(table, caller)
	mail, err := localses.Open(filepath.Join(t.TempDir(), "mail.db"), localses.Options{
		Rand:   rand.New(rand.NewPCG(1, 1)),
		Before: func(caller, operation string) error { return b.fail(caller, operation, false) },
		After:  func(caller, operation string) error { return b.fail(caller, operation, true) },
	})
	b.must(err)
	t.Cleanup(func() { _ = mail.Close() })
	api, inbox := storetest.Serve(t, mail.API()), httptest.NewServer(mail.Inbox())
	t.Cleanup(inbox.Close)
	b.inbox = drive.New("http://site.invalid", inbox.URL, "")
	b.Acts, err = keys.NewActs("a secret of the tests' own, that long")
	b.must(err)
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &api
	b.Alerts = &followup.Alerts{
		Store: b.Faulty, Mail: ses.New(storetest.As(c, caller), ""), Log: logs.New(io.Discard),
		Now: b.Now, Random: b.claim, Rules: loop.Rules{Term: 48 * time.Hour, Wait: 2 * time.Minute}, Together: 5 * time.Minute, From: "Shop <nps@example.com>", Admin: Admin, Site: "http://site.invalid", Acts: b.Acts,
	}
	b.must(b.Store.PutStaff(context.Background(), []survey.Staff{
		{ID: "anna", Email: "anna@example.com", Name: "Anna", Role: survey.RoleOwner, Team: "north", Language: "en"},
		{ID: "max", Email: "max@example.com", Name: "Max", Role: survey.RoleManager, Team: "north", Language: "en"},
	}))
	return b
}

func (b *Bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// Now is the clock of everybody in the company.
func (b *Bench) Now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// Pass moves the clock.
func (b *Bench) Pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *Bench) claim() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return fmt.Sprintf("%016x", b.random.Uint64())
}

// Arm lets a fault happen, counted from now; nil: none.
func (b *Bench) Arm(f *Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault, b.calls = f, 0
}

// Units are the write units that were used since it was asked last.
func (b *Bench) Units() (n float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, b.units = b.units, 0
	return n
}

// Calls is the number of calls since Arm.
func (b *Bench) Calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

func (b *Bench) fail(who, operation string, done bool) error {
	if who != caller {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fault != nil && b.fault.Operation != "" && b.fault.Operation != operation {
		return nil
	}
	if !done {
		b.calls++
	}
	f := b.fault
	switch {
	case f == nil || b.calls < f.At:
		return nil
	case b.calls == f.At && f.Lost == done, b.calls > f.At && f.Dies && !done:
		return errors.New("fault")
	}
	return nil
}

// Campaign makes a campaign that sends nothing.
func (b *Bench) Campaign(id survey.CampaignID, name string) survey.Campaign {
	b.t.Helper()
	c := survey.Campaign{
		ID: id, Name: name, Audience: survey.Customers, Language: "en", Company: "Shop", State: survey.Open,
		Site: "http://site.invalid", Created: b.Now(),
	}
	b.must(b.Store.CreateCampaign(context.Background(), c))
	return c
}

// Contact stores the n-th contact and returns its id.
func (b *Bench) Contact(n int, change func(*survey.Contact)) survey.ContactID {
	b.t.Helper()
	c := survey.Contact{
		ID: ContactID(n), Audience: survey.Customers, Owner: "anna", Team: "north", Location: "Lund", Product: "Tea", Tier: "gold",
		Language: "en", Value: "1 200 000 ₽", Created: b.Now(), Updated: b.Now(),
		Person: survey.Person{Email: fmt.Sprintf("c%d@example.com", n), Name: "Vera Orlova", Phone: "+46 70 000 00 00"},
	}
	if change != nil {
		change(&c)
	}
	b.must(b.Store.PutContacts(context.Background(), []survey.Contact{c}))
	return c.ID
}

// ContactID is the id of the n-th contact.
func ContactID(n int) survey.ContactID {
	id := []byte("aaaaaaaaaaaaaaaa")
	for i := 0; n > 0; i++ {
		id[i], n = "abcdefghijklmnopqrstuvwxyz234567"[n%32], n/32
	}
	return survey.ContactID(id)
}

// Says posts a contact's score and words as a person and returns the answer before, nil at the first, and after.
func (b *Bench) Says(c survey.CampaignID, id survey.ContactID, score int, why string) (before *survey.Response, after survey.Response) {
	b.t.Helper()
	return b.Posts(c, id, survey.Post{Score: &score, Why: &why, Gesture: survey.ByButton})
}

// Posts takes a post.
func (b *Bench) Posts(c survey.CampaignID, id survey.ContactID, p survey.Post) (before *survey.Response, after survey.Response) {
	b.t.Helper()
	r, ok, err := b.Store.Response(context.Background(), c, id)
	b.must(err)
	if !ok {
		r = survey.Response{Campaign: c, Contact: id, Audience: survey.Customers, Owner: "anna", Team: "north", Language: "en"}
	} else {
		was := r
		before = &was
	}
	after, _, err = r.Apply(p, b.Now())
	b.must(err)
	b.must(b.Store.SaveResponse(context.Background(), after, r.Version))
	return before, after
}

// Due goes once through everything that is due, as the clock does.
func (b *Bench) Due() {
	b.t.Helper()
	_ = b.Alerts.SendDue(context.Background()) // what fails stays due
}

// Left counts what will ever be due, besides reminders of half of the time.
func (b *Bench) Left() int {
	b.t.Helper()
	n := 0
	b.must(b.Store.WalkDue(context.Background(), b.Now().Add(365*24*time.Hour), func(d loop.Due) (bool, error) {
		c, ok, err := b.Store.Case(context.Background(), d.Campaign, d.Contact)
		if !ok || !c.Reminds() || !d.Is(c) {
			n++
		}
		return true, err
	}))
	return n
}

// All returns every letter of a kind so far, in the order of sending.
func (b *Bench) All(kind string) (all []drive.Letter) {
	b.t.Helper()
	b.look()
	for _, l := range b.seen {
		if l.Tags["kind"] == kind {
			all = append(all, l)
		}
	}
	return all
}

// Case reads a case that must be there.
func (b *Bench) Case(c survey.CampaignID, id survey.ContactID) loop.Case {
	b.t.Helper()
	got, ok, err := b.Store.Case(context.Background(), c, id)
	b.must(err)
	if !ok {
		b.t.Fatalf("contact %s has no case", id)
	}
	return got
}

// Letters returns the letters about a contact in the order of sending.
func (b *Bench) Letters(c survey.CampaignID, id survey.ContactID) []drive.Letter {
	b.t.Helper()
	b.look()
	var about []drive.Letter
	for _, l := range b.seen {
		if slices.Contains(l.Cases(), string(c)+"-"+string(id)) {
			about = append(about, l)
		}
	}
	return about
}

// look reads the letters that came since it was called last.
func (b *Bench) look() {
	b.t.Helper()
	fresh, err := b.inbox.LettersAfter(context.Background(), b.after)
	b.must(err)
	if len(fresh) > 0 {
		b.after = fresh[len(fresh)-1].ID
		b.seen = append(b.seen, fresh...)
	}
}

// Morning goes once through what is overdue, as the clock does each minute.
func (b *Bench) Morning() {
	b.t.Helper()
	_ = b.Alerts.Mornings(context.Background()) // what fails is tried again
}
