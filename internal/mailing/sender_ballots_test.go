package mailing

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/keys"
	"onetap/internal/local/drive"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// employees stores so many employees of each "language team", and returns their addresses.
func (w *world) employees(of map[string]int) map[survey.ContactID]string {
	w.t.Helper()
	var all []survey.Contact
	people := map[survey.ContactID]string{}
	for cell, n := range of {
		language, team, _ := strings.Cut(cell, " ")
		for i := range n {
			c := survey.Contact{
				Audience: survey.Employees, Person: survey.Person{Email: strings.ToLower(fmt.Sprintf("%s-%s-%d@example.com", language, team, i)), Name: "Anna"},
				Language: language, Team: team, Owner: "boss", Location: "Perm", Created: start,
			}
			c.ID = w.keys.ContactID(c.Audience, c.Person.Email)
			people[c.ID] = c.Person.Email
			all = append(all, c)
		}
	}
	if err := w.store.PutContacts(w.t.Context(), all); err != nil {
		w.t.Fatal(err)
	}
	return people
}

// ballots begins a campaign of employees.
func (w *world) ballots(change func(*survey.Campaign)) survey.CampaignID {
	w.t.Helper()
	return w.campaign(func(c *survey.Campaign) {
		c.Audience, c.Ballots = survey.Employees, true
		if change != nil {
			change(c)
		}
	})
}

// ballotIn is the ballot of a letter, and its token: the same behind every score, for nobody but its recipient.
func (w *world) ballotIn(l drive.Letter) (b keys.Ballot, token string) {
	w.t.Helper()
	for _, link := range l.Links {
		u, err := url.Parse(link)
		if err != nil {
			w.t.Fatal(err)
		}
		found, ok := strings.CutPrefix(u.Path, "/b/")
		switch {
		case !ok:
		case token != "" && found != token:
			w.t.Error("a letter has two ballots")
		case u.Query().Get("lang") == "":
			w.t.Error("a ballot does not say the letter's language")
		default:
			token = found
		}
		if strings.HasPrefix(u.Path, "/r/") {
			w.t.Error("a letter to an employee has a link of a person's own")
		}
	}
	if token == "" {
		return b, ""
	}
	b, err := w.keys.CheckBallot(token)
	if err != nil {
		w.t.Fatal(err)
	}
	return b, token
}

// planOf reads the batches and the cells of a campaign.
func (w *world) planOf(id survey.CampaignID) (survey.Mailing, []survey.Batch, []ballot.Planned) {
	w.t.Helper()
	m, _, err := w.store.Mailing(w.t.Context(), id, survey.MailingInvitation)
	if err != nil {
		w.t.Fatal(err)
	}
	bs, err := w.store.Batches(w.t.Context(), m, "", 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	cells, err := w.store.Cells(w.t.Context(), m)
	if err != nil {
		w.t.Fatal(err)
	}
	return m, bs, cells
}

// Every employee gets one letter with a ballot of their cell, which nobody else has; batches are of one cell and of five people
// and more, in an order that says nothing; no call writes to fewer than five; the ledger is by people.
func TestEmployeesGetBallots(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.employees(map[string]int{"ru North": 53, "ru South": 12, "ru West": 3, "ru East": 4, "en North": 7, "en South": 2, "en West": 1})
	id := w.ballots(nil)
	var mu sync.Mutex
	var calls []int
	w.sesMeter = func(operation string, sent int) {
		if operation == "SendBulkEmail" {
			mu.Lock()
			calls = append(calls, sent)
			mu.Unlock()
		}
	}
	w.run(w.sender("first"))
	m, batches, cells := w.planOf(id)
	got := map[string]int{}
	for n, c := range cells {
		if n == int(ballot.Everybody) {
			if c.People != 0 || c.Cell.Language != "" || !slices.Equal(c.Cell.Values, []string{""}) {
				t.Errorf("everybody's cell is %+v", c)
			}
			continue
		}
		got[c.Cell.Language+" "+c.Cell.Values[0]] = c.People
	}
	// The few of South and West who are written to in English fit nowhere, and take those of North with them.
	if want := map[string]int{"ru North": 53, "ru South": 12, "ru ": 7, "en ": 10}; !maps.Equal(got, want) {
		t.Errorf("cells: %v, want %v", got, want)
	}
	in := map[survey.ContactID]int{}
	for _, b := range batches {
		if len(b.Contacts) < ballot.Least || len(b.Contacts) > ballot.MaxBatch || b.State != survey.BatchDone || b.Cell <= 0 || b.Cell >= len(cells) {
			t.Errorf("batch %s has %d people, cell %d, and is %s", b.Name, len(b.Contacts), b.Cell, b.State)
		}
		for _, contact := range b.Contacts {
			in[contact] += b.Cell
		}
	}
	if len(in) != len(people) || m.Invited != len(people) || m.Audience != len(people) {
		t.Errorf("%d people planned, %d invited, want %d", len(in), m.Invited, len(people))
	}
	seen := map[string]bool{}
	for _, l := range w.all() {
		b, token := w.ballotIn(l)
		contact := survey.ContactID(l.Tags["contact"])
		if people[contact] != l.To[0] || b.Campaign != id || int(b.Cell) != in[contact] || b.Test || seen[token] || token == "" {
			t.Errorf("a letter with %+v, tags %v", b, l.Tags)
		}
		if seen[token] = true; !strings.Contains(l.HTML, "/anonymity?lang=") || !strings.Contains(l.Text, "anonym") && !strings.Contains(l.Text, "анонимн") {
			t.Error("a letter does not say how it is anonymous")
		}
		delete(people, contact)
	}
	if len(people) != 0 {
		t.Errorf("%d people got no letter", len(people))
	}
	for _, n := range calls {
		if n < ballot.Least {
			t.Errorf("a call wrote to %d people", n)
		}
	}
	w.countAll(id)
	if l := w.ledger(id); l.Sent != 82 || l.Audience != 82 || !l.Balanced() {
		t.Errorf("%+v", l)
	}
	c := w.state(id)
	if c.State != survey.Open || len(c.Dimensions) != 0 {
		t.Errorf("the campaign is %s, by %v", c.State, c.Dimensions)
	}
}

// At five letters a second no call writes to fewer than five, and each person is written to once.
func TestSlowBallots(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0, 1e6)
	people := w.employees(map[string]int{"en North": 13})
	id := w.ballots(nil)
	s := w.sender("slow")
	recorded := &recorder{SenderMail: s.Mail, rate: 6}
	s.Mail = recorded
	w.run(s)
	if got := recorded.calls; !slices.Equal(got, []int{6, 7}) {
		t.Errorf("calls to %v", got)
	}
	if len(w.letters()) != len(people) || w.state(id).State != survey.Open {
		t.Errorf("%d letters, %s", len(w.letters()), w.state(id).State)
	}
}

// Those of a cell that says no language are written to in their own, and are counted by it.
func TestBallotsOfSeveralLanguages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.employees(map[string]int{"en North": 30, "ru North": 3})
	id := w.ballots(nil)
	w.run(w.sender("first"))
	_, batches, cells := w.planOf(id)
	if len(batches) != 1 || len(cells) != 2 || cells[1].Cell.Language != "" || cells[1].Cell.Values[0] != "North" {
		t.Errorf("%d batches; %+v", len(batches), cells)
	}
	for _, l := range w.all() {
		language, _, _ := strings.Cut(l.To[0], "-")
		if russian := strings.Contains(l.Text, "Здравствуйте"); russian != (language == "ru") || !strings.Contains(l.Text, "?lang="+language) {
			t.Errorf("a letter to %s: %s", language, l.Text)
		}
	}
	for contact, address := range people {
		i, _, err := w.store.Invitation(t.Context(), id, 0, contact)
		if err != nil || i.Language != address[:2] || i.State != survey.InvitationSent {
			t.Errorf("%s: %+v, %v", address, i, err)
		}
	}
	w.countAll(id)
	counts, err := w.store.TalliesOf(t.Context(), string(id), survey.KindLanguage)
	if err != nil || counts[survey.TallyKey{Scope: string(id), Kind: survey.KindLanguage, Value: "ru"}]["sent"] != 3 {
		t.Errorf("%v, %v", counts, err)
	}
}

// A sender dies at its n-th AWS call while employees are planned and written to, for every n; the next one finishes. Nobody gets
// a second letter or ballot, nobody is forgotten, whoever may have been written to is named, and no batch was cut.
func TestDeathAtEveryCallOfBallots(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		w, id, people, calls := dieOverBallots(t, before, 0)
		if calls < 30 {
			t.Fatalf("a whole run makes %d calls; the faults do not see them", calls)
		}
		w.checkBallots(id, people)
		for n := range deaths(calls) {
			t.Run(fmt.Sprintf("before=%v/%d", before, n), func(t *testing.T) {
				t.Parallel()
				w, id, people, _ := dieOverBallots(t, before, n)
				w.runNext(id)
				w.checkAfterDeath(id, people)
				w.checkBallots(id, people)
			})
		}
	}
}

func (w *world) checkBallots(id survey.CampaignID, people map[survey.ContactID]string) {
	w.t.Helper()
	m, batches, cells := w.planOf(id)
	in := map[survey.ContactID]int{}
	for _, b := range batches {
		if len(b.Contacts) < ballot.Least || b.State != survey.BatchDone && b.State != survey.BatchUncertain || strings.Contains(b.Name, ".") {
			w.t.Errorf("batch %s of %d is %s", b.Name, len(b.Contacts), b.State)
		}
		for _, contact := range b.Contacts {
			if _, twice := in[contact]; twice {
				w.t.Error("somebody is in two batches")
			}
			in[contact] = b.Cell
		}
	}
	if len(in) != len(people) || m.Invited != len(people) {
		w.t.Errorf("%d of %d are in batches, %d invited", len(in), len(people), m.Invited)
	}
	planned := 0
	for _, c := range cells {
		planned += c.People
	}
	if planned != len(people) {
		w.t.Errorf("cells of %d people, want %d", planned, len(people))
	}
	seen := map[string]bool{}
	for _, l := range w.all() {
		if l.Tags["kind"] != "survey" {
			continue
		}
		b, token := w.ballotIn(l)
		if seen[token] || int(b.Cell) != in[survey.ContactID(l.Tags["contact"])] {
			w.t.Errorf("a letter with %+v", b)
		}
		seen[token] = true
	}
	w.countAll(id)
	if l := w.ledger(id); l.Audience != len(people) || l.Waiting != 0 || l.Sent+l.Uncertain != len(people) {
		w.t.Errorf("%+v", l)
	}
}

func dieOverBallots(t *testing.T, before bool, n int32) (*world, survey.CampaignID, map[survey.ContactID]string, int32) {
	w := newWorld(t, 1e6, 1e6)
	people := w.employees(map[string]int{"en North": 12, "ru North": 6, "en South": 5})
	id := w.ballots(nil)
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
	if err := w.sender("dying").Run(t.Context()); n == 0 && err != nil {
		t.Fatal(err)
	}
	return w, id, people, calls.Load()
}

// Whatever happens within a batch, it is written to whole or not at all: who cannot be written to once others are, failed; as
// long as nobody is, everybody waits.
func TestABatchOfBallotsIsNotCut(t *testing.T) {
	t.Parallel()
	is := func(name string, status mail.Status) func(int, mail.Entry) (mail.Status, bool) {
		return func(_ int, e mail.Entry) (mail.Status, bool) { return status, strings.HasPrefix(e.To, name) }
	}
	for what, tc := range map[string]struct {
		fate                  func(w *world, id survey.CampaignID) func(int, mail.Entry) (mail.Status, bool)
		rate, quota, sent     float64
		letters, failed, rest int
		state                 survey.CampaignState
	}{
		"the quota ends within it": {
			fate: func(*world, survey.CampaignID) func(int, mail.Entry) (mail.Status, bool) {
				return is("en-north-7", mail.NoQuota)
			},
			letters: 19, failed: 1, state: survey.Sending,
		},
		"the account is stopped within it": {
			fate: func(*world, survey.CampaignID) func(int, mail.Entry) (mail.Status, bool) {
				return func(call int, _ mail.Entry) (mail.Status, bool) { return mail.SendingStopped, call > 1 }
			},
			rate: 8, letters: 8, failed: 12, state: survey.Paused,
		},
		"the account is stopped before it": {
			fate: func(*world, survey.CampaignID) func(int, mail.Entry) (mail.Status, bool) {
				return is("", mail.SendingStopped)
			},
			letters: 0, rest: 20, state: survey.Paused,
		},
		"the quota has no room for it": {quota: 200, sent: 181, letters: 0, rest: 20, state: survey.Sending},
		"the quota has just room":      {quota: 200, sent: 180, letters: 20, state: survey.Open},
		"it is busy now and then": {
			fate: func(*world, survey.CampaignID) func(int, mail.Entry) (mail.Status, bool) {
				return func(call int, e mail.Entry) (mail.Status, bool) {
					return mail.Throttled, call <= 2 && strings.HasSuffix(e.To, "3@example.com")
				}
			},
			letters: 20, state: survey.Open,
		},
		"one address is refused": {
			fate: func(*world, survey.CampaignID) func(int, mail.Entry) (mail.Status, bool) {
				return is("en-north-7", mail.Refused)
			},
			letters: 19, failed: 1, state: survey.Open,
		},
		"somebody pauses within it": {
			fate: func(w *world, id survey.CampaignID) func(int, mail.Entry) (mail.Status, bool) {
				var once sync.Once
				return func(call int, e mail.Entry) (mail.Status, bool) {
					once.Do(func() { w.change(id, func(c *survey.Campaign) { c.State = survey.Paused }); time.Sleep(2 * look) })
					return mail.Throttled, call == 1 && strings.HasSuffix(e.To, "3@example.com")
				}
			},
			letters: 20, state: survey.Paused,
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1e6, 1e6)
			w.employees(map[string]int{"en North": 20})
			id := w.ballots(nil)
			s := w.sender("sender")
			r := &recorder{SenderMail: s.Mail, rate: tc.rate, quota: tc.quota, sent: tc.sent}
			if tc.fate != nil {
				r.fate = tc.fate(w, id)
			}
			s.Mail = r
			w.run(s)
			m, batches, _ := w.planOf(id)
			rest := 0
			for _, b := range batches {
				if b.State == survey.BatchWaiting {
					rest += len(b.Contacts)
				}
			}
			states := w.states(id, 0)
			if len(batches) != 1 || m.Batches != 1 || rest != tc.rest || len(w.letters()) != tc.letters || states[survey.InvitationSent] != tc.letters || states[survey.InvitationFailed] != tc.failed {
				t.Errorf("%d batches, %d waiting, %d letters, %v; want %+v", len(batches), rest, len(w.letters()), states, tc)
			}
			if w.countAll(id); tc.rest == 0 {
				if l := w.ledger(id); l.Sent != tc.letters || l.Failed != tc.failed {
					t.Errorf("%+v", l)
				}
			}
			if c := w.state(id); c.State != tc.state {
				t.Errorf("the campaign is %s (%s)", c.State, c.Stopped)
			}
			if tc.rest > 0 { // another day, or when it is mended
				w.change(id, func(c *survey.Campaign) { c.State = survey.Sending })
				w.run(w.sender("later"))
				if states := w.states(id, 0); states[survey.InvitationSent] != 20 {
					t.Errorf("later: %v", states)
				}
			}
		})
	}
}

// An audience in which no answer could hide is written to by nobody, the administrators are told, and who resumes it when there
// are more has it planned again.
func TestTooFewForBallots(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	w.employees(map[string]int{"en North": 4})
	id := w.ballots(nil)
	w.run(w.sender("planner"))
	c := w.state(id)
	if c.State != survey.Paused || c.Stopped != survey.StoppedFew || len(w.letters()) != 0 {
		t.Errorf("%s, %q, %d letters", c.State, c.Stopped, len(w.letters()))
	}
	if told := w.told(); len(told["admin@example.com"]) != 1 || !strings.Contains(fmt.Sprint(told), "fewer than five") {
		t.Errorf("told: %v", told)
	}
	w.employees(map[string]int{"en North": 5})
	if _, err := w.deciders().Resume(t.Context(), string(id), nil); err != nil {
		t.Fatal(err)
	}
	w.run(w.sender("later"))
	if len(w.letters()) != 5 || w.state(id).State != survey.Open {
		t.Errorf("%d letters, %s", len(w.letters()), w.state(id).State)
	}
}

// A batch of which fewer than five are left goes after all others; if there are no others, nobody of it is written to.
func TestFewLeftOfABatchOfBallots(t *testing.T) {
	t.Parallel()
	for _, others := range []int{0, 9} {
		w := newWorld(t, 1e6, 1e6)
		w.employees(map[string]int{"en North": 6, "ru North": others})
		id := w.ballots(nil)
		if _, err := (&senderRun{Sender: w.sender("planner")}).planInvitations(t.Context(), w.state(id)); err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{"en-north-1@example.com", "en-north-4@example.com"} {
			if err := w.store.Suppress(t.Context(), w.keys.ContactIDs(address), survey.Unsubscribed, start); err != nil {
				t.Fatal(err)
			}
		}
		s := w.sender("sender")
		r := &recorder{SenderMail: s.Mail}
		s.Mail = r
		w.run(s)
		w.countAll(id)
		l, letters := w.ledger(id), w.letters()
		switch {
		case others == 0 && (len(letters) != 0 || l.Skipped[survey.SkipTooFew] != 4 || l.Skipped[survey.SkipUnsubscribed] != 2):
			t.Errorf("alone: %d letters, %+v", len(letters), l)
		case others > 0 && (len(letters) != others+4 || l.Skipped[survey.SkipUnsubscribed] != 2 || !slices.Equal(r.calls, []int{9, 4})):
			t.Errorf("among others: %d letters, calls %v, %+v", len(letters), r.calls, l)
		}
		if c := w.state(id); c.State != survey.Open {
			t.Errorf("the campaign is %s", c.State)
		}
	}
}

// A reminder goes to everybody who got a letter and has not unsubscribed, whoever has answered; it has no link and says on which
// day the letter with the link was written, in the company's zone.
func TestRemindersToEmployees(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.employees(map[string]int{"en North": 8, "ru North": 7})
	if _, err := w.store.PutSettings(t.Context(), survey.Settings{Zone: "Asia/Vladivostok"}); err != nil {
		t.Fatal(err)
	}
	id := w.ballots(func(c *survey.Campaign) { c.RemindDays = 3 })
	s := w.sender("first")
	s.Now = func() time.Time { return time.Date(2026, 11, 12, 20, 0, 0, 0, time.UTC) }
	w.run(s)
	if err := w.store.Suppress(t.Context(), w.keys.ContactIDs("en-north-1@example.com"), survey.Unsubscribed, start); err != nil {
		t.Fatal(err)
	}
	later := w.sender("later")
	later.Now = func() time.Time { return time.Date(2026, 11, 16, 20, 0, 0, 0, time.UTC) }
	count, err := w.deciders().CountReminder(t.Context(), w.state(id), time.Minute)
	if err != nil || count.Invited != 14 || count.Skipped[survey.SkipUnsubscribed] != 1 {
		t.Errorf("%+v, %v", count, err)
	}
	w.run(later)
	reminded := map[string]bool{}
	for _, l := range w.all() {
		if l.Tags["wave"] != "1" {
			continue
		}
		reminded[l.To[0]] = true
		if _, token := w.ballotIn(l); token != "" {
			t.Error("a reminder has a ballot")
		}
		day := map[bool]string{true: "13 November", false: "13\u00a0ноября"}[strings.HasPrefix(l.To[0], "en")]
		if text := strings.ReplaceAll(l.Text, " ", "\u00a0"); !strings.Contains(text, strings.ReplaceAll(day, " ", "\u00a0")) || strings.Contains(l.Text+l.HTML, "{{") {
			t.Errorf("a reminder to %s does not say the day %s: %s", l.To[0], day, l.Text)
		}
	}
	if len(reminded) != len(people)-1 || reminded["en-north-1@example.com"] {
		t.Errorf("%d of %d reminded", len(reminded), len(people))
	}
	w.countAll(id)
	ledgers, err := w.deciders().Store.TalliesOf(t.Context(), string(id), survey.KindMailing)
	if err != nil || ledgers[survey.TallyKey{Scope: string(id), Kind: survey.KindMailing, Value: "1"}]["sent"] != 14 {
		t.Errorf("%v, %v", ledgers, err)
	}
	if _, _, err := w.deciders().Resend(t.Context(), w.state(id), 0, true); !apperr.Is(err, "employees_sent_once") {
		t.Errorf("a second letter: %v", err)
	}
}
