package mailing

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/local/drive"
	localses "onetap/internal/local/ses"
	"onetap/internal/survey"
)

// people stores contacts with these addresses, all of one language, so that they are one batch for every fifty.
func (w *world) people(addresses ...string) {
	w.t.Helper()
	var cs []survey.Contact
	for _, a := range addresses {
		cs = append(cs, survey.Contact{ID: w.keys.ContactID(survey.Customers, a), Audience: survey.Customers, Person: survey.Person{Email: a, Name: "Anna"}, Language: "en", Owner: "o", Team: "north", Created: start})
	}
	if err := w.store.PutContacts(context.Background(), cs); err != nil {
		w.t.Fatal(err)
	}
}

func numbered(n int, format string) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf(format, i))
	}
	return all
}

// countCalls counts the SES calls of an operation.
func (w *world) countCalls(operation string) *atomic.Int32 {
	var n atomic.Int32
	w.sesBefore = func(_, called string) error {
		if called == operation {
			n.Add(1)
		}
		return nil
	}
	return &n
}

// all are the letters in the inbox.
func (w *world) all() []drive.Letter {
	w.t.Helper()
	ls, err := w.inbox.Letters(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return ls
}

// told are subject and text of the letters about halts, by address.
func (w *world) told() map[string][]string {
	told := map[string][]string{}
	for _, l := range w.all() {
		if l.Tags["kind"] == "halted" {
			told[l.To[0]] = append(told[l.To[0]], l.Subject+"\n"+l.Text)
		}
	}
	return told
}

// SES refuses a whole call for one recipient: that one fails, with SES's word, all others get their one letter, and the
// calls are few.
func TestOneRefusedAddress(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		good, bad int
		most      int32 // calls
	}{
		"one of fifty":               {49, 1, 13},
		"one of two":                 {1, 1, 3},
		"one of a hundred and fifty": {149, 1, 15},
		"three of fifty":             {47, 3, 34},
		"most of fifty":              {1, 4, 12},
		"none":                       {50, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1e6, 1e6)
			w.people(append(numbered(tt.good, "c%d@example.com"), numbered(tt.bad, "c%d+malformed@example.com")...)...)
			id := w.campaign(nil)
			calls := w.countCalls("SendBulkEmail")
			w.run(w.sender("first"))
			if c := w.state(id); c.State != survey.Open || c.Stopped != "" {
				t.Fatalf("the campaign is %s %q", c.State, c.Stopped)
			}
			if n := w.states(id, 0); n[survey.InvitationSent] != tt.good || n[survey.InvitationFailed] != tt.bad || len(n) > 2 {
				t.Errorf("invitations are %v, want %d sent and %d failed", n, tt.good, tt.bad)
			}
			letters := w.letters()
			for address, n := range letters {
				if n != 1 || strings.Contains(address, "malformed") {
					t.Errorf("%d letters to one address", n)
				}
			}
			if len(letters) != tt.good {
				t.Errorf("letters to %d, want %d", len(letters), tt.good)
			}
			if n := calls.Load(); n > tt.most {
				t.Errorf("%d calls, want %d at most", n, tt.most)
			}
			w.countAll(id)
			w.ledger(id)
		})
	}
}

// The refused one is alone in the first batch, of another language: it waits for what becomes of the others.
func TestARefusedAddressAloneInItsBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	w.people("c+malformed@example.com")
	var ru []survey.Contact
	for _, a := range numbered(60, "r%d@example.com") {
		ru = append(ru, survey.Contact{ID: w.keys.ContactID(survey.Customers, a), Audience: survey.Customers, Person: survey.Person{Email: a}, Language: "ru", Created: start})
	}
	if err := w.store.PutContacts(context.Background(), ru); err != nil {
		t.Fatal(err)
	}
	id := w.campaign(nil)
	w.run(w.sender("first"))
	if n := w.states(id, 0); n[survey.InvitationSent] != 60 || n[survey.InvitationFailed] != 1 {
		t.Errorf("invitations are %v", n)
	}
	if c := w.state(id); c.State != survey.Open {
		t.Errorf("the campaign is %s %q", c.State, c.Stopped)
	}
}

// What every call is refused for is nobody's own fault: sending stops with SES's word after a few calls, nobody has failed,
// and after mending it goes on where it stopped. In first letters, in reminders and in second letters alike.
func TestARefusalOfEverybody(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"BadRequestException", "MessageRejected", "SendingPausedException", "AccountSuspendedException", "MailFromDomainNotVerifiedException", "NotFoundException", "AccessDeniedException"} {
		for _, mailing := range []string{"first", "reminder", "second"} {
			t.Run(code+"/"+mailing, func(t *testing.T) {
				t.Parallel()
				w, id, s := stoppedIn(t, mailing, 120)
				before := len(w.all())
				var calls atomic.Int32
				w.sesBefore = func(_, operation string) error {
					if operation != "SendBulkEmail" {
						return nil
					}
					calls.Add(1)
					return &localses.APIError{Code: code, Status: 400, Message: "for c1@example.com"}
				}
				for range 3 {
					w.run(s)
				}
				c := w.state(id)
				if c.State != survey.Paused || c.Stopped != code {
					t.Fatalf("the campaign is %s %q, want paused by %s", c.State, c.Stopped, code)
				}
				if n := calls.Load(); n > 60 {
					t.Errorf("%d calls until it stopped", n)
				}
				told := w.told()
				if len(told) != 1 || len(told["admin@example.com"]) != 1 || !strings.Contains(told["admin@example.com"][0], code) {
					t.Errorf("the administrator was told %v", told)
				}
				if n := len(w.all()) - before; n != 1 {
					t.Errorf("%d letters went out besides", n-1)
				}
				w.sesBefore = nil
				w.change(id, func(c *survey.Campaign) {
					mailing, _, err := w.store.Mailing(context.Background(), id, 0)
					if err != nil {
						t.Fatal(err)
					}
					if *c, err = c.Resume(&mailing, s.Now()); err != nil {
						t.Fatal(err)
					}
				})
				for range 2 {
					w.run(s)
				}
				if c := w.state(id); c.State != survey.Open || c.Stopped != "" {
					t.Errorf("after mending it is %s %q", c.State, c.Stopped)
				}
				w.everybodyHas(id, mailing)
			})
		}
	}
}

// stoppedIn is a campaign whose next letters are those of a mailing, and a sender at the right time.
func stoppedIn(t *testing.T, mailing string, contacts int) (*world, survey.CampaignID, *Sender) {
	t.Helper()
	if mailing == "second" {
		w, id, _ := uncertainWorld(t, contacts)
		w.again(id)
		return w, id, w.sender("refused")
	}
	w := newWorld(t, 1e6, 1e6)
	w.contacts(contacts)
	id := w.campaign(func(c *survey.Campaign) { c.RemindDays = 3 })
	s := w.sender("refused")
	if mailing == "reminder" {
		w.run(w.sender("first"))
		s.Now = func() time.Time { return time.Now().AddDate(0, 0, 4) }
	}
	return w, id, s
}

// everybodyHas looks whether everybody has the letters of a mailing, each once.
func (w *world) everybodyHas(id survey.CampaignID, mailing string) {
	w.t.Helper()
	want := 1
	if mailing == "reminder" {
		want = 2
	}
	for _, n := range w.letters() {
		if n != want && (mailing != "second" || n > 2) {
			w.t.Errorf("somebody has %d letters, want %d", n, want)
		}
	}
	number := 0
	if mailing == "reminder" {
		number = 1
	}
	if n := w.states(id, number); n[survey.InvitationSent] != 120 || len(n) != 1 {
		w.t.Errorf("invitations are %v", n)
	}
}

// An answer that may have come after the work was done is no refusal: nobody of such a call is written to again.
func TestNoHalvingOfTheUnknown(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]*localses.APIError{
		"internal": {Code: "InternalServiceErrorException", Status: 500, Message: "x"}, "unavailable": {Code: "ServiceUnavailable", Status: 503, Message: "x"},
		"gateway": {Code: "Gateway", Status: 502, Message: "x"}, "timeout": {Code: "RequestTimeoutException", Status: 408, Message: "x"},
		"late": {Code: "GatewayTimeout", Status: 504, Message: "x"}, "timeout as 400": {Code: "RequestTimeout", Status: 400, Message: "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1e6, 1e6)
			w.people(numbered(40, "c%d@example.com")...)
			id := w.campaign(nil)
			var calls atomic.Int32
			w.sesBefore = func(_, operation string) error {
				if operation == "SendBulkEmail" {
					calls.Add(1)
					return fault
				}
				return nil
			}
			w.run(w.sender("first"))
			w.sesBefore = nil
			w.run(w.sender("next"))
			if n := w.states(id, 0); n[survey.InvitationUncertain] != 40 || calls.Load() != 1 {
				t.Errorf("invitations are %v after %d calls, want all uncertain after one", n, calls.Load())
			}
		})
	}
}

// The account itself may not send: that is said too, instead of asking every minute for ever.
func TestADisabledAccountPauses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	w.contacts(10)
	id := w.campaign(nil)
	s := w.sender("first")
	w.mail.SetSending(false)
	w.run(s)
	w.run(s)
	if c := w.state(id); c.State != survey.Paused || c.Stopped != survey.StoppedDisabled {
		t.Errorf("the campaign is %s %q", c.State, c.Stopped)
	}
	w.mail.SetSending(true)
	s.Now = func() time.Time { return time.Now().Add(61 * time.Minute) } // SES refused the first letter about it, too
	w.run(s)
	w.run(s)
	if n := len(w.told()["admin@example.com"]); n != 1 {
		t.Errorf("the administrator was told %d times", n)
	}
}

// Who is told: the deployment's administrator and those of the staff, each once and in their own language; once a halt,
// and again an hour later if SES refused even that.
func TestTheAdministratorsAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	w.contacts(10)
	id := w.campaign(nil)
	err := w.store.PutStaff(context.Background(), []survey.Staff{
		{ID: "one", Email: "one@example.ru", Role: survey.RoleAdministrator, Language: "ru"},
		{ID: "two", Email: "two@example.com", Role: survey.RoleAdministrator, Language: "en"},
		{ID: "again", Email: "two@example.com", Role: survey.RoleAdministrator},
		{ID: "m", Email: "m@example.com", Role: survey.RoleMarketing},
		{ID: "boss", Email: "admin@example.com", Role: survey.RoleExecutive, Language: "ru"},
		{ID: "broken", Email: "nobody", Role: survey.RoleAdministrator},
	})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	even := true
	w.sesBefore = func(_, operation string) error {
		mu.Lock()
		defer mu.Unlock()
		if operation == "SendBulkEmail" || operation == "SendEmail" && even {
			return &localses.APIError{Code: "SendingPausedException", Status: http.StatusBadRequest, Message: "for anna@example.com"}
		}
		return nil
	}
	s := w.sender("first")
	var log strings.Builder
	s.Log = slog.New(slog.NewTextHandler(&log, nil))
	s.Notice.Log = s.Log
	at := time.Now()
	var passed atomic.Int64 // of the clock; the last run's lease may still look at it
	s.Now = func() time.Time { return at.Add(time.Duration(passed.Load())) }
	w.run(s)
	w.run(s)
	if told := w.told(); len(told) != 0 {
		t.Fatalf("told %v", told)
	}
	if strings.Contains(log.String(), "@") || strings.Count(log.String(), "was not told") != 3 {
		t.Errorf("the log says\n%s", log.String())
	}
	mu.Lock()
	even = false
	mu.Unlock()
	passed.Add(int64(59 * time.Minute))
	w.run(s)
	if told := w.told(); len(told) != 0 {
		t.Fatalf("told %v before the hour is over", told)
	}
	passed.Add(int64(2 * time.Minute))
	for range 3 {
		w.run(s)
		passed.Add(int64(2 * time.Hour))
	}
	told := w.told()
	for address, word := range map[string]string{"one@example.ru": "остановилась", "two@example.com": "stopped", "admin@example.com": "остановилась"} {
		if len(told[address]) != 1 || !strings.Contains(told[address][0], word) || !strings.Contains(told[address][0], "http://console.invalid/campaigns/"+string(id)) {
			t.Errorf("somebody was told %q", told[address])
		}
	}
	if len(told) != 3 {
		t.Errorf("%d were told, want 3", len(told))
	}
}
