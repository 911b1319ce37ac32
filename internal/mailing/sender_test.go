package mailing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/awsenv"
	"onetap/internal/keys"
	"onetap/internal/local/drive"
	"onetap/internal/local/dynamo"
	localses "onetap/internal/local/ses"
	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// The table and the mail service are what the use case asks for.
var (
	_ SenderStore  = (*store.Store)(nil)
	_ PlannerStore = (*store.Store)(nil)
	_ NoticeStore  = (*store.Store)(nil)
	_ SenderMail   = (*ses.Client)(nil)
	_ NoticeMail   = (*ses.Client)(nil)
)

var start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// world is a table, an SES and what is needed to start senders against them.
type world struct {
	t       *testing.T
	company string // of all contacts; "": they have none
	store   *store.Store
	url     string
	ses     string
	inbox   *drive.Company
	keys    *keys.Keys
	faults  atomic.Pointer[faults] // may be nil; called before and after each AWS call: see fail

	mail      *localses.Server
	sesBefore func(caller, operation string) error // may be nil; called before each SES call

	sesAfter   func(caller, operation string) error // may be nil; called after each SES call
	tableAfter func(dynamo.Call) error              // may be nil; called after each call of the table
	tableMeter func(dynamo.Call, dynamo.Consumed)   // may be nil; called with what each call used

	db       *dynamo.DB
	sesEntry func(entry int) string           // may be nil; see ses.Options.Entry
	sesMeter func(operation string, sent int) // may be nil; called once a request of SES
	events   func(json.RawMessage)            // may be nil; what SES reports of letters with a configuration set
}

// faults may have a call of AWS fail, before or after its work.
type faults func(caller string, before bool) error

// fail sets what fails from now on; nil: nothing. Calls of a sender that has ended may still be under way.
func (w *world) fail(f faults) { w.faults.Store(&f) }

func newWorld(t *testing.T, rate float64, quota int) *world {
	t.Helper()
	w := &world{t: t}
	fault := func(caller string, before bool) error {
		if f := w.faults.Load(); f != nil && *f != nil {
			return (*f)(caller, before)
		}
		return nil
	}
	_, db := storetest.Open(t, dynamo.Options{
		Meter: func(c dynamo.Call, used dynamo.Consumed) {
			if w.tableMeter != nil {
				w.tableMeter(c, used)
			}
		},
		Before: func(c dynamo.Call) error { return fault(c.Caller, true) },
		After: func(c dynamo.Call) error {
			if w.tableAfter != nil {
				if err := w.tableAfter(c); err != nil {
					return err
				}
			}
			return fault(c.Caller, false)
		},
	})
	w.db = db
	w.url = storetest.Serve(t, db)
	w.store = storetest.Client(w.url, "test")
	mail, err := localses.Open(filepath.Join(t.TempDir(), "mail.db"), localses.Options{
		Rate: rate, DailyQuota: quota, Rand: rand.New(rand.NewPCG(1, 1)),
		Before: func(caller, operation string) error {
			if w.sesBefore != nil {
				if err := w.sesBefore(caller, operation); err != nil {
					return err
				}
			}
			return fault(caller, true)
		},
		Entry: func(_ string, entry int) string {
			if w.sesEntry == nil {
				return ""
			}
			return w.sesEntry(entry)
		},
		Meter: func(_, operation string, sent int) {
			if w.sesMeter != nil {
				w.sesMeter(operation, sent)
			}
		},
		Publish: func(event json.RawMessage) {
			if w.events != nil {
				w.events(event)
			}
		},
		After: func(caller, operation string) error {
			if w.sesAfter != nil {
				if err := w.sesAfter(caller, operation); err != nil {
					return err
				}
			}
			return fault(caller, false)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.mail = mail
	t.Cleanup(func() { mail.Close() })
	w.ses = storetest.Serve(t, mail.API())
	inbox := httptest.NewServer(mail.Inbox())
	t.Cleanup(inbox.Close)
	w.inbox = drive.New("http://site.invalid", inbox.URL, "")
	if w.keys, err = keys.NewKeys(strings.Repeat("k", 32), 1); err != nil {
		t.Fatal(err)
	}
	return w
}

// sender returns a sender whose calls the faults see under that name.
func (w *world) sender(name string) *Sender {
	c := awsenv.MailConfig()
	c.Region = "eu-central-1"
	c.BaseEndpoint = &w.ses
	table, mail := storetest.Client(w.url, name), ses.New(storetest.As(c, name), "")
	s := &Sender{
		Store: table, Mail: mail, Keys: w.keys, Now: time.Now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), From: "Shop <nps@example.com>", Links: "http://site.invalid",
		lease: leaseTimes{heartbeat: 10 * time.Millisecond, ttl: 40 * time.Millisecond, grace: time.Hour},
	}
	s.Notice = &Notice{Store: table, Mail: mail, Log: s.Log, From: s.From, Admin: "admin@example.com", Site: "http://console.invalid/"}
	return s
}

// contacts stores n contacts, every third of them Russian, and returns their addresses.
func (w *world) contacts(n int) map[survey.ContactID]string {
	w.t.Helper()
	var cs []survey.Contact
	addresses := map[survey.ContactID]string{}
	for i := range n {
		c := survey.Contact{
			Audience: survey.Customers, Person: survey.Person{Email: fmt.Sprintf("c%d@example.com", i), Name: "Anna"},
			Language: []string{"en", "en", "ru"}[i%3], Owner: fmt.Sprintf("o%d", i%5), Team: "north", Created: start, Company: survey.Company{Name: w.company},
		}
		c.Account = w.keys.AccountID(c.Audience, c.Company)
		c.ID = w.keys.ContactID(c.Audience, c.Person.Email)
		addresses[c.ID] = c.Person.Email
		cs = append(cs, c)
	}
	if err := w.store.PutContacts(context.Background(), cs); err != nil {
		w.t.Fatal(err)
	}
	return addresses
}

func (w *world) campaign(change func(*survey.Campaign)) survey.CampaignID {
	w.t.Helper()
	c := survey.Campaign{
		ID: "campaign", Name: "Autumn", Audience: survey.Customers, Language: "en",
		Company: "Shop", State: survey.Draft, Created: start,
	}
	if change != nil {
		change(&c)
	}
	if err := w.store.CreateCampaign(context.Background(), c); err != nil {
		w.t.Fatal(err)
	}
	c.State, c.Version, c.Launched = survey.Planning, 1, start
	if _, err := w.store.SaveCampaign(context.Background(), c); err != nil {
		w.t.Fatal(err)
	}
	return c.ID
}

// letters counts the survey's messages in the inbox by address.
func (w *world) letters() map[string]int {
	w.t.Helper()
	ls, err := w.inbox.Envelopes(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	n := map[string]int{}
	for _, l := range ls {
		if l.Tags["kind"] == "survey" {
			n[l.To[0]]++
		}
	}
	return n
}

// states counts the invitations of a mailing by state.
func (w *world) states(c survey.CampaignID, mailing int) map[survey.InvitationState]int {
	w.t.Helper()
	n := map[survey.InvitationState]int{}
	for shard := range survey.ContactShards {
		err := w.store.WalkInvitations(context.Background(), c, mailing, shard, func(i survey.Invitation) error {
			n[i.State]++
			return nil
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return n
}

func (w *world) run(s *Sender) {
	w.t.Helper()
	if err := s.Run(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) state(id survey.CampaignID) survey.Campaign {
	w.t.Helper()
	c, err := w.store.Campaign(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func TestEverybodyGetsOneLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(180)
	id := w.campaign(nil)
	w.run(w.sender("first"))
	got := w.letters()
	for _, address := range people {
		if got[address] != 1 {
			t.Errorf("a contact got %d letters, want 1", got[address])
		}
	}
	if len(got) != len(people) {
		t.Errorf("letters to %d addresses, want %d", len(got), len(people))
	}
	if c := w.state(id); c.State != survey.Open || c.Opened.IsZero() {
		t.Errorf("campaign is %s, want open", c.State)
	}
	if n := w.states(id, 0); n[survey.InvitationSent] != 180 || len(n) != 1 {
		t.Errorf("invitations: %v, want 180 sent", n)
	}
	w.run(w.sender("again"))
	if n := len(w.letters()); n != 180 {
		t.Errorf("a second run sent: %d letters", n)
	}
}

func TestLetterIsWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	w.contacts(3)
	id := w.campaign(nil)
	w.run(w.sender("first"))
	ls, err := w.inbox.Letters(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ls {
		links, ok := l.Survey()
		if !ok {
			t.Fatalf("letter lacks score links: %v", l.Links)
		}
		token, err := w.keys.Check(strings.Split(strings.TrimPrefix(links.Scores[7], "http://site.invalid/r/"), "/")[0])
		if err != nil || token.Campaign != id || token.Contact != w.keys.ContactID(survey.Customers, l.To[0]) || token.Test {
			t.Errorf("link says %+v, %v", token, err)
		}
		// The token that mail programs and servers read does not open the survey.
		leave := strings.TrimPrefix(links.Unsubscribe, "http://site.invalid/u/")
		if _, err := w.keys.Check(leave); err == nil {
			t.Error("the unsubscribe link's token opens the survey")
		}
		if left, err := w.keys.CheckUnsubscribe(leave); err != nil || left != token {
			t.Errorf("unsubscribe link says %+v, %v, want %+v", left, err, token)
		}
		if strings.Contains(l.Text+l.HTML, "/r/"+leave) || strings.Count(l.Text, "/u/"+leave) != 1 || strings.Count(l.HTML, "/u/"+leave) != 1 {
			t.Error("a body has another unsubscribe link than the header")
		}
		if to := "http://site.invalid/privacy?lang="; !strings.Contains(l.Text, to) || !strings.Contains(l.HTML, to) || !strings.Contains(l.Text, "&of=customers") {
			t.Error("a body does not lead to what is kept of the reader")
		}
		if path := strings.TrimPrefix(links.Scores[10], "http://site.invalid"); len(path) > 48 {
			t.Errorf("link path has %d characters, want ≤ 48", len(path))
		}
		if l.Headers["List-Unsubscribe"] != "<"+links.Unsubscribe+">" || l.Headers["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" {
			t.Errorf("unsubscribe headers: %q, %q", l.Headers["List-Unsubscribe"], l.Headers["List-Unsubscribe-Post"])
		}
		if l.Tags["contact"] != string(token.Contact) || l.Tags["campaign"] != string(id) || l.Tags["kind"] != "survey" || l.Tags["wave"] != "0" {
			t.Errorf("tags: %v", l.Tags)
		}
	}
}

func TestSuppressedAndQuietAreSkippedWithTheirReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	w.contacts(60)
	if err := w.store.Suppress(context.Background(), w.keys.ContactIDs("c7@example.com"), survey.Unsubscribed, start); err != nil {
		t.Fatal(err)
	}
	first := w.campaign(func(c *survey.Campaign) { c.ID = "aaaaaaaa"; c.Sample = 0.5 })
	w.run(w.sender("first"))
	sent := w.states(first, 0)[survey.InvitationSent]
	second := w.campaign(func(c *survey.Campaign) { c.ID = "bbbbbbbb"; c.QuietDays = 30; c.Created = start.Add(time.Hour) })
	w.run(w.sender("second"))
	mailing, _, err := w.store.Mailing(context.Background(), second, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := map[survey.SkipReason]int{survey.SkipUnsubscribed: 1, survey.SkipQuiet: sent}
	if mailing.Audience != 60 || mailing.Skipped[survey.SkipUnsubscribed] != 1 || mailing.Skipped[survey.SkipQuiet] != sent || mailing.Invited != 59-sent {
		t.Errorf("second mailing: %+v, want %v skipped of 60", mailing, want)
	}
	got := w.letters()
	if got["c7@example.com"] != 0 {
		t.Error("an unsubscribed contact got a letter")
	}
	for address, n := range got {
		if n != 1 {
			t.Errorf("%s got %d letters within the quiet period", address, n)
		}
	}
}

func TestUnsubscribedAfterPlanningIsSkipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	w.contacts(20)
	id := w.campaign(nil)
	s := w.sender("planner")
	if _, err := (&senderRun{Sender: s}).planInvitations(context.Background(), w.state(id)); err != nil {
		t.Fatal(err)
	}
	if err := w.store.Suppress(context.Background(), w.keys.ContactIDs("c3@example.com"), survey.Complained, start); err != nil {
		t.Fatal(err)
	}
	w.run(w.sender("first"))
	if n := w.states(id, 0); n[survey.InvitationSent] != 19 || n[survey.InvitationSkipped] != 1 {
		t.Errorf("invitations: %v, want 19 sent and 1 skipped", n)
	}
	if w.letters()["c3@example.com"] != 0 {
		t.Error("a letter went out after a complaint")
	}
}

func TestDailyQuotaStopsAndTheNextDayGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 70)
	w.contacts(120)
	id := w.campaign(nil)
	w.run(w.sender("first"))
	if n := len(w.letters()); n != 70 {
		t.Errorf("%d letters with a quota of 70", n)
	}
	if c := w.state(id); c.State != survey.Sending {
		t.Errorf("campaign is %s, want sending", c.State)
	}
	if n := w.states(id, 0); n[survey.InvitationSent] != 70 || n[survey.InvitationUncertain]+n[survey.InvitationFailed] != 0 {
		t.Errorf("invitations: %v, want 70 sent and the rest waiting", n)
	}
}

func TestReminderGoesToThoseWhoHaveNotAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(30)
	id := w.campaign(func(c *survey.Campaign) { c.RemindDays = 3 })
	w.run(w.sender("first"))
	answered := map[string]bool{}
	for contact, address := range people {
		if len(answered) == 10 {
			break
		}
		answered[address] = true
		r := survey.Response{
			Campaign: id, Contact: contact, Audience: survey.Customers, Language: "en", Score: 9, Verified: true,
			First: start, Counted: start, Updated: start, Version: 1,
		}
		if err := w.store.SaveResponse(context.Background(), r, 0); err != nil {
			t.Fatal(err)
		}
	}
	w.run(w.sender("too early"))
	if n := len(w.letters()); n != 30 {
		t.Fatalf("%d addresses written to before the reminder is due", n)
	}
	later := w.sender("later")
	later.Now = func() time.Time { return time.Now().AddDate(0, 0, 4) }
	w.run(later)
	w.run(later)
	for address, n := range w.letters() {
		want := 2
		if answered[address] {
			want = 1
		}
		if n != want {
			t.Errorf("answered %v: %d letters, want %d", answered[address], n, want)
		}
	}
}

func TestPauseHoldsWithinSeconds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 100, 1e6)
	w.contacts(1000)
	id := w.campaign(nil)
	done := make(chan error, 1)
	go func() { done <- w.sender("first").Run(context.Background()) }()
	if err := drive.Until(context.Background(), 20*time.Second, "the first letters", func() (bool, error) { return len(w.letters()) > 0, nil }); err != nil {
		t.Fatal(err)
	}
	w.change(id, func(c *survey.Campaign) { c.State = survey.Paused })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	paused := len(w.letters())
	if paused >= 1000 {
		t.Fatal("everything was sent despite the pause")
	}
	if n := w.states(id, 0); n[survey.InvitationUncertain] != 0 || n[survey.InvitationSent] != paused {
		t.Errorf("paused with %v and %d letters", n, paused)
	}
}

func (w *world) change(id survey.CampaignID, f func(*survey.Campaign)) {
	w.t.Helper()
	for {
		c := w.state(id)
		f(&c)
		_, err := w.store.SaveCampaign(context.Background(), c)
		if !errors.Is(err, apperr.ErrChanged) {
			if err != nil {
				w.t.Fatal(err)
			}
			return
		}
	}
}

// deaths are the calls at which a sender is to die: every one, or under -short, where the race detector makes each ten times as
// slow, every twentieth.
func deaths(calls int32) iter.Seq[int32] {
	step := int32(1)
	if testing.Short() {
		step = 20
	}
	return func(yield func(int32) bool) {
		for n := int32(1); n <= calls; n += step {
			if !yield(n) {
				return
			}
		}
	}
}

// A sender dies at its n-th AWS call, before or after the work was done, for every n; the next one finishes. Nobody is
// written to twice, nobody is forgotten, and whoever may or may not have been written to is named (promises 1 and 2).
func TestDeathAtEveryCall(t *testing.T) {
	t.Parallel()
	const contacts = 60
	for _, before := range []bool{true, false} {
		_, _, _, calls := dieAt(t, contacts, before, 0)
		if calls < 30 {
			t.Fatalf("a whole run makes %d calls; the faults do not see them", calls)
		}
		for n := range deaths(calls) {
			t.Run(fmt.Sprintf("before=%v/%d", before, n), func(t *testing.T) {
				t.Parallel()
				w, id, people, _ := dieAt(t, contacts, before, n)
				w.runNext(id)
				w.checkAfterDeath(id, people)
			})
		}
	}
}

// dieAt runs a sender that dies at its n-th call (0: not at all) and returns how many calls it made.
func dieAt(t *testing.T, contacts int, before bool, n int32) (*world, survey.CampaignID, map[survey.ContactID]string, int32) {
	w := newWorld(t, 1e6, 1e6)
	w.company = "Ромашка"
	people := w.contacts(contacts)
	id := w.campaign(nil)
	var calls atomic.Int32
	var dead atomic.Bool
	w.fail(func(caller string, early bool) error {
		if caller != "dying" {
			return nil
		}
		if early == before && calls.Add(1) == n {
			dead.Store(true)
		}
		if dead.Load() {
			return errors.New("dead")
		}
		return nil
	})
	err := w.sender("dying").Run(context.Background())
	if n == 0 && err != nil {
		t.Fatal(err)
	}
	return w, id, people, calls.Load()
}

// runNext runs the minutes after a death. A last beat of the dead may still have been on its way: then the first of them
// takes it for alive, and leaves the work to the next.
func (w *world) runNext(id survey.CampaignID) {
	w.t.Helper()
	for range 3 {
		w.run(w.sender("next"))
		if w.state(id).State == survey.Open {
			return
		}
	}
}

func (w *world) checkAfterDeath(id survey.CampaignID, people map[survey.ContactID]string) {
	w.t.Helper()
	letters, states := w.letters(), w.states(id, 0)
	sent, uncertain := states[survey.InvitationSent], states[survey.InvitationUncertain]
	if sent+uncertain != len(people) || uncertain > inFlight*survey.BatchSize {
		w.t.Errorf("%v, want all of %d sent but for two batches at most", states, len(people))
	}
	for contact, address := range people {
		i, ok, err := w.store.Invitation(context.Background(), id, 0, contact)
		if err != nil || !ok {
			w.t.Fatalf("a contact has no invitation: %v", err)
		}
		if i.Account != w.keys.AccountID(survey.Customers, survey.Company{Name: w.company}) || i.Address == "" {
			w.t.Errorf("the invitation of a %s contact does not say its account, or its address: %q", i.State, i.Account)
		}
		switch got := letters[address]; {
		case got > 1:
			w.t.Errorf("%d letters to one contact", got)
		case got == 0 && i.State == survey.InvitationSent:
			w.t.Error("an invitation is called sent and no letter went out")
		}
	}
	if c := w.state(id); c.State != survey.Open {
		w.t.Errorf("campaign is %s, want open", c.State)
	}
}

func TestTwoSendersAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(500)
	id := w.campaign(nil)
	done := make(chan error, 4)
	for range 4 {
		go func() {
			s := w.sender("sender")
			s.lease.ttl = -1 // none waits for the other: as if every lease looked dead
			done <- s.Run(context.Background())
		}()
	}
	for range 4 {
		<-done
	}
	w.run(w.sender("last"))
	letters := w.letters()
	for _, address := range people {
		if letters[address] > 1 {
			t.Errorf("%d letters to one contact", letters[address])
		}
	}
	if n := w.states(id, 0); n[survey.InvitationSent]+n[survey.InvitationUncertain] != len(people) {
		t.Errorf("invitations: %v, want all %d decided", n, len(people))
	}
}
