package mailing_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/mail"
	"onetap/internal/mailing"
	"onetap/internal/seal/sealtest"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

var (
	_ mailing.CampaignStore = (*store.Store)(nil)
	// What a request for second letters may ask of the table is what the table can do at once.
	_ = [store.MaxAgain - mailing.MaxResent]struct{}{}
)

// desk is the use case over a real table, with a mail service that answers what a test says.
type desk struct {
	*mailing.Campaigns
	t     testing.TB
	store *store.Store

	mu      sync.Mutex
	clock   time.Time
	woken   int
	letters []mail.Message
	account mail.Account
	refusal error // of every letter
	unasked error // of every question
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{t: t, clock: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), account: mail.Account{Rate: 10, Quota: 200, SentToday: 150, Enabled: true}}
	d.store, _ = storetest.Open(t, dynamo.Options{})
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	const sender = "Shop <nps@example.com>"
	senders, err := survey.NewSenders(sender, "example.net")
	if err != nil {
		t.Fatal(err)
	}
	d.Campaigns = &mailing.Campaigns{Store: d.store, Keys: k, Mail: d, Now: d.now, Wake: d.wake, Sender: sender, Senders: senders, Admin: "boss@example.com", Pairs: sealtest.New(), Words: storetest.Sealer(d.store)}
	return d
}

func (d *desk) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clock
}

func (d *desk) wake(context.Context) error { d.woken++; return nil }

func (d *desk) Send(_ context.Context, m mail.Message) (string, error) {
	d.letters = append(d.letters, m)
	return "id", d.refusal
}

func (d *desk) Account(context.Context) (mail.Account, error) { return d.account, d.unasked }

func (d *desk) Verified(_ context.Context, address string) (bool, error) {
	return strings.HasSuffix(address, "@example.com"), d.unasked
}

func (d *desk) people(a survey.Audience, teams ...string) {
	d.t.Helper()
	var all []survey.Contact
	for i, team := range teams {
		email := string(rune('a'+i)) + "@example.com"
		all = append(all, survey.Contact{ID: d.Keys.ContactID(a, email), Audience: a, Team: team, Person: survey.Person{Email: email}, Created: d.now(), Updated: d.now()})
	}
	if err := d.store.PutContacts(context.Background(), all); err != nil {
		d.t.Fatal(err)
	}
}

// draft stores a campaign that could be launched but for what change makes of it.
func (d *desk) draft(change func(*survey.Campaign)) survey.Campaign {
	d.t.Helper()
	c := survey.Campaign{
		Name: "Autumn", Audience: survey.Customers, State: survey.Draft, Language: "en", Company: "Shop",
		Created: d.now(), ClosesAt: d.now().AddDate(0, 0, 14),
	}
	if change != nil {
		change(&c)
	}
	c, err := d.Create(context.Background(), c)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// code is the code of a problem; "" where there is none.
func code(t testing.TB, err error) string {
	t.Helper()
	p := apperr.As(err)
	if p == nil {
		if err != nil {
			t.Fatal(err)
		}
		return ""
	}
	return p.Code + " at " + p.Where
}

// The form that makes a campaign may arrive twice: the id makes one campaign of it. Somebody else's campaign stays as it is.
func TestCreateTwice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.draft(func(c *survey.Campaign) { c.ID = "abcdefgh" })
	again := d.draft(func(c *survey.Campaign) { c.ID = "abcdefgh" })
	other := d.draft(func(c *survey.Campaign) { c.ID, c.Name = "abcdefgh", "Other" })
	if first.ID != "abcdefgh" || again.ID != first.ID || other.ID == first.ID {
		t.Errorf("%s, %s, %s", first.ID, again.ID, other.ID)
	}
	if all, err := d.Newest(t.Context(), survey.Customers, 10); err != nil || len(all) != 2 {
		t.Errorf("%d campaigns, %v", len(all), err)
	}
}

// A draft begins as the company has it, else as the audience's last campaign was, else with what most want.
func TestGuess(t *testing.T) {
	t.Parallel()
	d, ctx := newDesk(t), t.Context()
	zone := time.FixedZone("MSK", 3*60*60)
	guess := func() survey.Campaign {
		c, err := d.Guess(ctx, survey.Customers, "ru", zone)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := guess()
	if c.QuietDays != 30 || c.RemindDays != 7 || c.Language != "ru" || !c.ClosesAt.Equal(time.Date(2026, 12, 11, 18, 0, 0, 0, zone)) {
		t.Errorf("the first: %+v", c)
	}
	last := d.draft(func(c *survey.Campaign) { c.Sender, c.QuietDays = "a@example.net", 90 })
	if c = guess(); c.Company != last.Company || c.Sender != last.Sender || c.QuietDays != 90 || c.Language != "en" {
		t.Errorf("after another: %+v", c)
	}
	if _, err := d.store.PutSettings(ctx, survey.Settings{Company: "Ромашка", Language: "ru", QuietDays: 14}); err != nil {
		t.Fatal(err)
	}
	if c = guess(); c.Company != "Ромашка" || c.Sender != "" || c.QuietDays != 14 || c.Language != "ru" {
		t.Errorf("of a company with settings: %+v", c)
	}
}

// A copy has the words and the people, is open as long, and is a draft whatever its original is.
func TestCopy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	of := d.draft(func(c *survey.Campaign) {
		c.State, c.Launched, c.ClosesAt = survey.Closed, d.now().AddDate(0, -1, 0), d.now().AddDate(0, -1, 14)
		c.Wording, c.Filter = map[string]survey.Wording{"en": {Subject: "Hello"}}, survey.Filter{Teams: []string{"North"}}
	})
	c, err := d.Copy(t.Context(), of, "bcdefghi", strings.Repeat("я", survey.MaxName+1))
	if err != nil {
		t.Fatal(err)
	}
	if c.State != survey.Draft || c.ID != "bcdefghi" || len([]rune(c.Name)) != survey.MaxName || c.Wording["en"].Subject != "Hello" ||
		!slices.Equal(c.Filter.Teams, of.Filter.Teams) || !c.Launched.IsZero() || !c.ClosesAt.Equal(d.now().AddDate(0, 0, 14)) {
		t.Errorf("%+v", c)
	}
}
