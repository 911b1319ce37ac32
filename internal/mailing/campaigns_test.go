package mailing_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/mail"
	"onetap/internal/mailing"
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
	d.Campaigns = &mailing.Campaigns{Store: d.store, Keys: k, Mail: d, Now: d.now, Wake: d.wake, Sender: sender, Senders: senders, Admin: "boss@example.com"}
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
	c := survey.Campaign{Name: "Autumn", Audience: survey.Customers, State: survey.Draft, Language: "en", Company: "Shop",
		Created: d.now(), ClosesAt: d.now().AddDate(0, 0, 14)}
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

// A change that leaves something out leaves it as it was; what is wrong is named with its field.
func TestApply(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	before := d.draft(func(c *survey.Campaign) { c.StartsAt, c.QuietDays = d.now().Add(time.Hour), 30 })
	for _, tc := range []struct {
		change, want string
		left         func(survey.Campaign) bool // of what is applied
	}{
		{`{}`, "", func(c survey.Campaign) bool { return c.Name == "Autumn" && c.QuietDays == 30 && !c.StartsAt.IsZero() }},
		{`{"name":" Winter ","quiet_days":0}`, "", func(c survey.Campaign) bool { return c.Name == "Winter" && c.QuietDays == 0 && c.Company == "Shop" }},
		{`{"starts_at":null}`, "", func(c survey.Campaign) bool { return c.StartsAt.IsZero() && !c.ClosesAt.IsZero() }},
		{`{"closes_at":"2026-12-24T10:00:00+03:00"}`, "", func(c survey.Campaign) bool {
			return c.ClosesAt.Equal(time.Date(2026, 12, 24, 7, 0, 0, 0, time.UTC))
		}},
		{`{"closes_at":null}`, "", func(c survey.Campaign) bool { return c.ClosesAt.IsZero() }},
		{`{"sender":"Юг <a@example.net>"}`, "", func(c survey.Campaign) bool { return c.Sender == "Юг <a@example.net>" }},
		{`{"sender":""}`, "", nil},
		{`{"sender":"a@bank.example"}`, "sender_not_allowed at sender", nil},
		{`{"closes_at":"tomorrow"}`, "json_want_time at closes_at", nil},
		{`{"starts_at":7}`, "json_want_time at starts_at", nil},
		{`{"starts_at":null,"closes_at":"2026-11-20T08:00:00Z"}`, "closing_in_past at closes_at", nil},
		{`{"audience":"everybody"}`, "audience_unknown at audience", nil},
		{`{"sample":1.5}`, "sample_range at sample", nil},
		{`{"wording":{"en":{"subject":"{nobody}"}}}`, "wording_placeholder at wording.en.subject", nil},
	} {
		var in mailing.Change
		if err := json.Unmarshal([]byte(tc.change), &in); err != nil {
			t.Fatal(err)
		}
		c, err := d.Apply(before, in)
		if got := code(t, err); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.change, got, tc.want)
		} else if tc.left != nil && !tc.left(c) {
			t.Errorf("%s: %+v", tc.change, c)
		}
	}
}

// What is launched keeps all but its name and its closing date; a paused campaign's sender can be mended. Whoever saw an
// earlier version changes nothing.
func TestEdit(t *testing.T) {
	t.Parallel()
	d, ctx := newDesk(t), t.Context()
	name, sender := "Winter", "a@example.net"
	for _, state := range survey.CampaignStates {
		c := d.draft(func(c *survey.Campaign) { c.State = state })
		over := state == survey.Closed || state == survey.Cancelled
		for what, tc := range map[string]struct {
			in mailing.Change
			ok bool
		}{
			"name":            {mailing.Change{Name: &name}, !over},
			"closing":         {mailing.Change{ClosesAt: mailing.At(d.now().AddDate(0, 1, 0))}, !over},
			"sender":          {mailing.Change{Sender: &sender}, state == survey.Draft || state == survey.Paused},
			"name and people": {mailing.Change{Name: &name, Filter: &survey.Filter{Teams: []string{"North"}}}, state == survey.Draft},
			"start":           {mailing.Change{StartsAt: mailing.NoTime()}, state == survey.Draft},
		} {
			if err := d.Editable(c, tc.in); (err == nil) != tc.ok {
				t.Errorf("%s of one that is %s: %v", what, state, err)
			}
		}
	}
	c := d.draft(nil)
	saved, err := d.Edit(ctx, c, &c.Version, mailing.Change{Name: &name})
	if err != nil || saved.Version != 2 || saved.Name != name {
		t.Fatalf("%+v, %v", saved, err)
	}
	for _, version := range []*int{&c.Version, nil} {
		if _, err := d.Edit(ctx, c, version, mailing.Change{Sender: &sender}); code(t, err) != "version_stale at version" || apperr.As(err).With["Version"] != 2 {
			t.Errorf("a second change of the first version: %v", err)
		}
	}
	if _, err := d.Edit(ctx, saved, &c.Version, mailing.Change{Sender: &sender}); code(t, err) != "version_stale at version" {
		t.Errorf("a change by whoever saw the first version: %v", err)
	}
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

// What a launch refuses leaves the draft as it is and calls nobody; a launch takes the company's look with it and calls the
// sender, unless it is for later.
func TestLaunch(t *testing.T) {
	t.Parallel()
	d, ctx := newDesk(t), t.Context()
	d.people(survey.Customers, "North", "South")
	d.people(survey.Employees, "North")
	for what, tc := range map[string]struct {
		change func(*survey.Campaign)
		at     time.Time
		want   string
	}{
		"a closing date that has passed": {func(c *survey.Campaign) { c.ClosesAt = d.now().Add(-time.Hour) }, time.Time{}, "closing_in_past at closes_at"},
		"a start that has passed":        {nil, d.now().Add(-time.Hour), "start_in_past at at"},
		"a sender not allowed":           {func(c *survey.Campaign) { c.Sender = "a@bank.example" }, time.Time{}, "sender_not_allowed at sender"},
		"an empty audience":              {func(c *survey.Campaign) { c.Audience = survey.Candidates }, time.Time{}, "audience_empty at audience"},
		"a filter that nobody fits":      {func(c *survey.Campaign) { c.Filter.Teams = []string{"West"} }, time.Time{}, "filter_matches_nobody at filter"},
		"employees":                      {func(c *survey.Campaign) { c.Audience = survey.Employees }, time.Time{}, "employees_not_yet at audience"},
		"wrong words": {func(c *survey.Campaign) { c.Wording = map[string]survey.Wording{"en": {Subject: "{nobody}"}} },
			time.Time{}, "wording_placeholder at wording.en.subject"},
	} {
		c := d.draft(tc.change)
		if _, err := d.Launch(ctx, string(c.ID), nil, tc.at, "https://nps.example.com"); code(t, err) != tc.want {
			t.Errorf("%s: %v, want %s", what, err, tc.want)
		}
		if now, err := d.Campaign(ctx, string(c.ID)); err != nil || now.Version != 1 || now.Launched != (time.Time{}) {
			t.Errorf("%s: stored %+v, %v", what, now, err)
		}
	}
	if d.woken != 0 {
		t.Errorf("the sender was called %d times for nothing", d.woken)
	}
	if _, err := d.store.PutSettings(ctx, survey.Settings{Company: "Shop", Brand: survey.Brand{Colour: "#336699"}}); err != nil {
		t.Fatal(err)
	}
	c := d.draft(nil)
	one, two := 1, 2
	if _, err := d.Launch(ctx, string(c.ID), &two, time.Time{}, "https://nps.example.com"); code(t, err) != "version_stale at version" {
		t.Errorf("a version that nobody saw: %v", err)
	}
	c, err := d.Launch(ctx, string(c.ID), &one, time.Time{}, "https://nps.example.com")
	if err != nil || c.State != survey.Planning || c.Site != "https://nps.example.com" || c.Brand.Colour != "#336699" || d.woken != 1 {
		t.Errorf("%+v, %v; called %d times", c, err, d.woken)
	}
	if _, err := d.Launch(ctx, string(c.ID), nil, time.Time{}, ""); code(t, err) != "campaign_launched_already at state" {
		t.Errorf("a second launch: %v", err)
	}
	c = d.draft(nil)
	if c, err = d.Launch(ctx, string(c.ID), nil, d.now().Add(time.Hour), ""); err != nil || c.State != survey.Scheduled || d.woken != 1 {
		t.Errorf("for later: %s, %v; called %d times", c.State, err, d.woken)
	}
}

// What is checked before a launch is what a launch would refuse, and what the mail service says of sender and account.
func TestCheck(t *testing.T) {
	t.Parallel()
	d, ctx := newDesk(t), t.Context()
	some := mailing.Expected{Looked: 40, Invited: 30, Done: true, Languages: map[string]int{"en": 20, "ru": 10}}
	found := func(k mailing.Check) (all []string) {
		for _, f := range k.Findings {
			what := f.Found
			if f.Problem != nil {
				what = f.Problem.Code
			}
			all = append(all, string(f.Mark)+" "+what)
		}
		return all
	}
	for what, tc := range map[string]struct {
		change func(*survey.Campaign)
		people mailing.Expected
		before func()
		want   []string
		clear  bool
	}{
		"ready": {nil, some, nil, []string{"good people", "good closes", "good words", "good sender_verified", "good duration", "good quota"}, true},
		"things that one may not want": {func(c *survey.Campaign) {
			c.ClosesAt, c.Company, c.Wording = time.Time{}, "", map[string]survey.Wording{"en": {Subject: "Hello"}}
		}, mailing.Expected{Looked: 900, Invited: 600, Languages: map[string]int{"ru": 1}}, nil,
			[]string{"good people", "warn never_closes", "good words", "warn words_missing", "warn company", "good sender_verified", "good duration", "warn quota_ends"}, true},
		"nobody": {nil, mailing.Expected{Looked: 40, Done: true}, nil, []string{"bad nobody", "good closes", "good words", "good sender_verified", "good duration", "good quota"}, false},
		"no contacts, a closing date that has passed, words of nobody": {func(c *survey.Campaign) {
			c.ClosesAt, c.Wording = d.now().Add(-time.Hour), map[string]survey.Wording{"en": {Subject: "{nobody}"}}
		}, mailing.Expected{Done: true}, nil, []string{"bad no_contacts", "bad closing_in_past", "bad wording_placeholder", "good sender_verified", "good duration", "good quota"}, false},
		"employees, a sender not allowed, an account that is off": {func(c *survey.Campaign) { c.Audience, c.Sender = survey.Employees, "a@bank.example" }, some,
			func() { d.account.Enabled = false },
			[]string{"bad employees_not_yet", "good people", "good closes", "good words", "bad sender_not_allowed", "bad account_off"}, false},
		"a sender not verified, no quota": {func(c *survey.Campaign) { c.Sender = "a@example.net" }, some, func() { d.account.Quota = -1 },
			[]string{"good people", "good closes", "good words", "bad sender_unverified", "good duration"}, false},
		"nobody to ask": {nil, some, func() { d.unasked = errors.New("no network") },
			[]string{"good people", "good closes", "good words", "warn sender_unknown", "warn account_unknown"}, true},
	} {
		account := d.account
		if tc.before != nil {
			tc.before()
		}
		k := d.Check(ctx, d.draft(tc.change), tc.people)
		d.account, d.unasked = account, nil
		if got := found(k); !slices.Equal(got, tc.want) || k.Clear() != tc.clear {
			t.Errorf("%s: %v, %v\nwant %v", what, got, k.Clear(), tc.want)
		}
		switch what {
		case "ready":
			if k.Left != 50 || k.Lasts != 3*time.Second || k.From != `"Shop" <nps@example.com>` {
				t.Errorf("%+v", k)
			}
		case "a sender not verified, no quota":
			if !math.IsInf(k.Left, 1) {
				t.Errorf("%v are left of no quota", k.Left)
			}
		}
	}
}

// The buttons of a running campaign are those that would not be refused, for whoever may send.
func TestPossible(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	marketing, analyst := authz.Who{Staff: survey.Staff{Role: survey.RoleMarketing}}, authz.Who{Staff: survey.Staff{Role: survey.RoleAnalyst}}
	unclear := mailing.Ledgers{Invitation: &survey.Ledger{Uncertain: 2}}
	for _, tc := range []struct {
		state  survey.CampaignState
		change func(*survey.Campaign)
		l      mailing.Ledgers
		want   string
	}{
		{survey.Draft, nil, mailing.Ledgers{}, "cancel"},
		{survey.Sending, nil, unclear, "pause close cancel"},
		{survey.Paused, nil, unclear, "resume close cancel"},
		{survey.Open, nil, mailing.Ledgers{}, "pause remind close"},
		{survey.Open, nil, unclear, "pause remind close resend"},
		{survey.Open, nil, mailing.Ledgers{Reminder: &survey.Ledger{}}, "pause close"},
		{survey.Open, func(c *survey.Campaign) { c.RemindAt = d.now() }, mailing.Ledgers{}, "pause close"},
		{survey.Open, func(c *survey.Campaign) { c.Audience = survey.Employees }, unclear, "pause close"},
		{survey.Closed, nil, unclear, ""},
	} {
		c := d.draft(func(c *survey.Campaign) { c.State = tc.state })
		if tc.change != nil {
			tc.change(&c)
		}
		var got []string
		for _, a := range d.Possible(marketing, c, tc.l) {
			got = append(got, string(a))
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s %+v: %v, want %s", tc.state, tc.l, got, tc.want)
		}
		if all := d.Possible(analyst, c, tc.l); len(all) > 0 {
			t.Errorf("%s: an analyst could %v", tc.state, all)
		}
	}
}

// A test letter is refused for the reason that its sender can do something about, and what the mail service says of it is
// passed on. What was refused before it was sent does not count.
func TestSendTest(t *testing.T) {
	t.Parallel()
	d, ctx := newDesk(t), t.Context()
	if err := d.store.Suppress(ctx, d.Keys.ContactIDs("gone@example.com"), survey.Bounced, d.now()); err != nil {
		t.Fatal(err)
	}
	marketing, admin := authz.Who{Staff: survey.Staff{ID: "m", Role: survey.RoleMarketing}}, authz.Who{Staff: survey.Staff{ID: "a", Role: survey.RoleAdministrator}}
	c := d.draft(nil)
	for _, tc := range []struct {
		who  authz.Who
		in   mailing.Letter
		to   string
		want string
	}{
		{marketing, mailing.Letter{}, "stranger@example.org", "test_to_strangers at to"},
		{admin, mailing.Letter{}, "gone@example.com", "address_stopped at to"},
		{admin, mailing.Letter{}, "nobody", "address_without_at at to"},
		{admin, mailing.Letter{Language: "de"}, "stranger@example.org", "language_unknown at language"},
	} {
		if _, _, err := d.SendTest(ctx, tc.who, c, tc.in, tc.to, "https://nps.example.com"); code(t, err) != tc.want {
			t.Errorf("to %s: %v, want %s", tc.to, err, tc.want)
		}
	}
	if len(d.letters) != 0 {
		t.Fatalf("%d letters", len(d.letters))
	}
	l, id, err := d.SendTest(ctx, marketing, c, mailing.Letter{Language: "ru"}, "Boss@Example.com", "https://nps.example.com")
	if err != nil || l != "ru" || id != "id" || len(d.letters) != 1 || d.letters[0].To != "boss@example.com" || d.letters[0].From != `"Shop" <nps@example.com>` {
		t.Errorf("%s, %q, %v; %+v", l, id, err, d.letters)
	}
	d.refusal = &mail.Refusal{Code: "MessageRejected", Ours: true, Cause: errors.New("no")}
	if _, _, err := d.SendTest(ctx, admin, c, mailing.Letter{}, "boss@example.com", ""); code(t, err) != "mail_refused at to" || apperr.As(err).With["Status"] != "MessageRejected" {
		t.Errorf("refused: %v", err)
	}
	for n := 2; n < mailing.MaxTestsTo; n++ {
		if _, _, err := d.SendTest(ctx, admin, c, mailing.Letter{}, "boss@example.com", ""); code(t, err) != "mail_refused at to" {
			t.Errorf("letter %d: %v", n, err)
		}
	}
	if _, _, err := d.SendTest(ctx, marketing, c, mailing.Letter{}, "boss@example.com", ""); code(t, err) != "test_too_many at to" {
		t.Errorf("one too many: %v", err)
	}
}
