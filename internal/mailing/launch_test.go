package mailing_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/authz"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

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
		"a closing date that has passed":     {func(c *survey.Campaign) { c.ClosesAt = d.now().Add(-time.Hour) }, time.Time{}, "closing_in_past at closes_at"},
		"a start that has passed":            {nil, d.now().Add(-time.Hour), "start_in_past at at"},
		"a sender not allowed":               {func(c *survey.Campaign) { c.Sender = "a@bank.example" }, time.Time{}, "sender_not_allowed at sender"},
		"an empty audience":                  {func(c *survey.Campaign) { c.Audience = survey.Candidates }, time.Time{}, "audience_empty at audience"},
		"a filter that nobody fits":          {func(c *survey.Campaign) { c.Filter.Teams = []string{"West"} }, time.Time{}, "filter_matches_nobody at filter"},
		"employees of whom one would answer": {func(c *survey.Campaign) { c.Audience, c.Ballots = survey.Employees, true }, time.Time{}, "employees_too_few at filter"},
		"wrong words": {
			func(c *survey.Campaign) { c.Wording = map[string]survey.Wording{"en": {Subject: "{nobody}"}} },
			time.Time{},
			"wording_placeholder at wording.en.subject",
		},
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
	if err := d.store.PutPrivacy(ctx, survey.Privacy{Grounds: map[survey.Audience]survey.Ground{survey.Customers: {Basis: survey.BasisContract}}}); err != nil {
		t.Fatal(err)
	}
	some := mailing.HeadCount{Looked: 40, Invited: 30, Languages: map[string]int{"en": 20, "ru": 10}}
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
		people mailing.HeadCount
		before func()
		want   []string
		clear  bool
	}{
		"ready": {nil, some, nil, []string{"good people", "good closes", "good words", "good sender_verified", "good duration", "good quota"}, true},
		"things that one may not want": {
			func(c *survey.Campaign) {
				c.ClosesAt, c.Company, c.Wording = time.Time{}, "", map[string]survey.Wording{"en": {Subject: "Hello"}}
			},
			mailing.HeadCount{Looked: 900, Invited: 600, Next: new(survey.Cursor), Languages: map[string]int{"ru": 1}},
			nil,
			[]string{"good people", "warn never_closes", "good words", "warn words_missing", "warn company", "good sender_verified", "good duration", "warn quota_ends"},
			true,
		},
		"nobody fits": {nil, mailing.HeadCount{Looked: 40}, nil, []string{"bad filter_matches_nobody", "good closes", "good words", "good sender_verified", "good duration", "good quota"}, false},
		"everybody is skipped": {
			nil,
			mailing.HeadCount{Looked: 40, Audience: 30, Skipped: map[survey.SkipReason]int{survey.SkipQuiet: 29, survey.SkipBounced: 1}},
			nil,
			[]string{"bad all_skipped", "good closes", "good words", "good sender_verified", "good duration", "good quota"},
			false,
		},
		"no contacts, a closing date that has passed, words of nobody": {func(c *survey.Campaign) {
			c.ClosesAt, c.Wording = d.now().Add(-time.Hour), map[string]survey.Wording{"en": {Subject: "{nobody}"}}
		}, mailing.HeadCount{}, nil, []string{"bad no_contacts", "bad closing_in_past", "bad wording_placeholder", "good sender_verified", "good duration", "good quota"}, false},
		"employees, a sender not allowed, an account that is off": {
			func(c *survey.Campaign) { c.Audience, c.Sender = survey.Employees, "a@bank.example" }, some,
			func() { d.account.Enabled = false },
			[]string{"good people", "warn no_ground", "good closes", "good words", "bad sender_not_allowed", "bad account_off"},
			false,
		},
		"a sender not verified, no quota": {
			func(c *survey.Campaign) { c.Sender = "a@example.net" }, some, func() { d.account.Quota = -1 },
			[]string{"good people", "good closes", "good words", "bad sender_unverified", "good duration"},
			false,
		},
		"nobody to ask": {
			nil, some, func() { d.unasked = errors.New("no network") },
			[]string{"good people", "good closes", "good words", "warn sender_unknown", "warn account_unknown"},
			true,
		},
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
		{survey.Open, nil, mailing.Ledgers{Reminder: &survey.Ledger{}}, "pause remind-again close"},
		{survey.Open, nil, mailing.Ledgers{Reminder: &survey.Ledger{Waiting: 1}}, "pause close"},
		{survey.Open, nil, mailing.Ledgers{Reminder: &survey.Ledger{}, Second: &survey.Ledger{}}, "pause close"},
		{survey.Open, func(c *survey.Campaign) { c.SecondAt = d.now() }, mailing.Ledgers{Reminder: &survey.Ledger{}}, "pause close"},
		{survey.Open, func(c *survey.Campaign) { c.RemindAt = d.now() }, mailing.Ledgers{}, "pause close"},
		{survey.Open, func(c *survey.Campaign) { c.Audience, c.Launched = survey.Employees, d.now() }, unclear, "pause close"}, // from before there were ballots
		{survey.Open, func(c *survey.Campaign) { c.Audience, c.Launched, c.Ballots = survey.Employees, d.now(), true }, unclear, "pause remind close"},
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

// A campaign that would write to nobody is not launched, and what a launch says is what the check before it says: who fits
// and why each is skipped, and which campaign had asked them. Later, when the quiet period is over, it is launched.
func TestNobodyToInvite(t *testing.T) {
	t.Parallel()
	d, ctx := newDesk(t), t.Context()
	d.people(survey.Customers, "North", "South", "South")
	earlier := func(name string, days int, addresses ...string) {
		c := d.draft(func(c *survey.Campaign) {
			c.Name, c.State = name, survey.Open
			c.Launched = d.now().AddDate(0, 0, -days)
			c.Opened = c.Launched
		})
		var asked []survey.Invitation
		for _, address := range addresses {
			asked = append(asked, survey.Invitation{
				Campaign: c.ID, Contact: d.Keys.ContactID(survey.Customers, address), Audience: survey.Customers, State: survey.InvitationSent,
				Decided: survey.InvitationSent, Language: "en", At: c.Launched, Version: 1,
			})
		}
		if err := d.store.AddInvitations(ctx, asked, func() bool { return true }); err != nil {
			t.Fatal(err)
		}
	}
	earlier("Spring", 20, "a@example.com")
	earlier("Summer", 10, "a@example.com", "b@example.com", "c@example.com")
	planner := mailing.Planner{Store: d.store, Now: d.now}
	for what, tc := range map[string]struct {
		change func(*survey.Campaign)
		at     time.Time
		want   string
	}{
		"all were asked":      {func(c *survey.Campaign) { c.QuietDays = 60 }, time.Time{}, "all_asked at quiet_days map[Campaign:Summer Count:60 People:3]"},
		"all of a team":       {func(c *survey.Campaign) { c.QuietDays, c.Filter.Teams = 15, []string{"South"} }, time.Time{}, "all_asked at quiet_days map[Campaign:Summer Count:15 People:2]"},
		"for too early":       {func(c *survey.Campaign) { c.QuietDays = 60 }, d.now().AddDate(0, 0, 2), "all_asked at quiet_days map[Campaign:Summer Count:60 People:3]"},
		"a short quiet time":  {func(c *survey.Campaign) { c.QuietDays = 9 }, time.Time{}, ""},
		"none":                {nil, time.Time{}, ""},
		"for when it is over": {func(c *survey.Campaign) { c.QuietDays = 15 }, d.now().AddDate(0, 0, 6), ""},
	} {
		c := d.draft(tc.change)
		c.StartsAt = tc.at
		people, err := planner.HeadCount(ctx, c, survey.Cursor{}, 1000, false)
		if err != nil {
			t.Fatal(err)
		}
		checked := ""
		for _, f := range d.Check(ctx, c, people).Findings {
			if f.Topic == mailing.TopicPeople && f.Problem != nil {
				checked = f.Problem.Error()
			}
		}
		_, err = d.Launch(ctx, string(c.ID), nil, tc.at, "https://nps.example.com")
		launched := ""
		if err != nil {
			launched = err.Error()
		}
		if checked != tc.want || launched != tc.want {
			t.Errorf("%s: the check says %q, the launch %q; want %q", what, checked, launched, tc.want)
		}
	}
	if err := d.store.Suppress(ctx, d.Keys.ContactIDs("b@example.com"), survey.Unsubscribed, d.now()); err != nil {
		t.Fatal(err)
	}
	c := d.draft(func(c *survey.Campaign) { c.QuietDays, c.Filter.Teams = 60, []string{"South"} })
	_, err := d.Launch(ctx, string(c.ID), nil, time.Time{}, "")
	if code(t, err) != "all_skipped at quiet_days" || !strings.Contains(err.Error(), "Asked:1") || !strings.Contains(err.Error(), "Unsubscribed:1") {
		t.Error(err)
	}
	phone := survey.Contact{
		ID: "aaaaaaaaaaaaaaaa", Audience: survey.Customers, Team: "West", Person: survey.Person{Phone: "+79161234567"}, Mailbox: survey.NoMailbox, Created: d.now(), Updated: d.now(),
	}
	if err := d.store.PutContacts(ctx, []survey.Contact{phone}); err != nil {
		t.Fatal(err)
	}
	c = d.draft(func(c *survey.Campaign) { c.Filter.Teams = []string{"West"} })
	_, err = d.Launch(ctx, string(c.ID), nil, time.Time{}, "")
	if code(t, err) != "all_skipped at filter" || !strings.Contains(err.Error(), "NoAddress:1") {
		t.Error(err)
	}
}
