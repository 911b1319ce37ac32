package mailing

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/survey"
)

// ruled gives the contacts tiers, roles and companies, and returns them.
func (w *world) ruled(people map[survey.ContactID]string) map[survey.ContactID]survey.Contact {
	w.t.Helper()
	ids := make([]survey.ContactID, 0, len(people))
	for n := range len(people) {
		ids = append(ids, w.keys.ContactID(survey.Customers, fmt.Sprintf("c%d@example.com", n)))
	}
	found, err := w.store.Contacts(w.t.Context(), survey.Customers, ids)
	if err != nil {
		w.t.Fatal(err)
	}
	all := make([]survey.Contact, 0, len(people))
	for n, id := range ids {
		c := found[id]
		c.Tier, c.Company.Role = []string{"", "Gold", "gold", "Silver"}[n%4], []survey.AccountRole{"", survey.Decides, survey.Pays}[n%3]
		if n%5 == 0 {
			c.Company.Name = "Alpha"
		}
		c.Account = w.keys.AccountID(c.Audience, c.Company)
		found[id] = c
		all = append(all, c)
	}
	if err := w.store.PutContacts(w.t.Context(), all); err != nil {
		w.t.Fatal(err)
	}
	return found
}

// rulesOf are rules of some strictness.
func (w *world) rulesOf(days int) []survey.FrequencyRule {
	return []survey.FrequencyRule{
		{Audience: survey.Customers, Days: days},
		{Audience: survey.Customers, Tier: "Gold", Days: 2 * days},
		{Audience: survey.Customers, Role: survey.Pays, Days: 3 * days},
		{Audience: survey.Customers, Account: w.keys.AccountID(survey.Customers, survey.Company{Name: "alpha"}), Days: 5 * days},
		{Audience: survey.Employees, Days: 3000},
	}
}

// Nobody is asked sooner than the strictest rule of theirs allows, by any mix of waves and a continuous survey: waves that go out on the same day, that are paused and go on
// weeks later, whose sender dies, and rules that change meanwhile, each campaign keeping those of its launch. Nobody has two letters of one campaign, the ledgers balance,
// and a skip by a rule has had a letter before it.
func TestNobodyIsAskedMoreOftenThanTheRules(t *testing.T) {
	t.Parallel()
	for seed := range uint64(1) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(seed, 13))
			w := newWorld(t, 1e6, 1e6)
			people := w.ruled(w.contacts(24))
			set, err := w.store.PutSettings(t.Context(), survey.Settings{Frequency: w.rulesOf(3)})
			if err != nil {
				t.Fatal(err)
			}
			w.continuous(func(s *survey.Continuous) { s.Survey.QuietDays = int(seed) * 3 })
			var waves []survey.CampaignID
			for n := range 24 {
				if n%8 == 7 {
					set.Frequency = w.rulesOf(2 + rnd.IntN(4))
					if set, err = w.store.PutSettings(t.Context(), set); err != nil {
						t.Fatal(err)
					}
				}
				for range []int{0, 0, 0, 0, 1, 2}[rnd.IntN(6)] {
					waves = append(waves, w.campaign(func(c *survey.Campaign) {
						c.ID = survey.CampaignID("wavewa" + string(rune('a'+len(waves)/26)) + string(rune('a'+len(waves)%26)))
						c.Rules, c.QuietDays = survey.Ruled(set.Frequency, c.Audience), []int{0, 0, 9}[rnd.IntN(3)]
						c.ClosesAt = monday.AddDate(0, 0, n+12)
						c.Created = monday.AddDate(0, 0, n).Add(time.Duration(len(waves)) * time.Second)
						if c.Sample = 0.5; rnd.IntN(3) == 0 {
							c.Sample = 0
						}
					}))
				}
				if rnd.IntN(4) == 0 {
					w.dies(n, int32(30+rnd.IntN(300)))
				}
				if len(waves) > 0 { // somebody pauses one, or has one go on
					w.change(waves[rnd.IntN(len(waves))], func(c *survey.Campaign) {
						switch {
						case c.State == survey.Paused:
							c.State = survey.Sending
							if m, begun, err := w.store.Mailing(t.Context(), c.ID, 0); err != nil || !begun || m.State == survey.MailingPlanning {
								c.State = survey.Planning
							}
						case (c.State == survey.Planning || c.State == survey.Sending) && rnd.IntN(2) == 0:
							c.State = survey.Paused
						}
					})
				}
				w.day(n)
			}
			w.balanced()
			w.obeyed(people)
		})
	}
}

// dies lets a sender of a day die at its n-th call.
func (w *world) dies(day int, n int32) {
	var calls atomic.Int32
	w.fail(func(caller string, before bool) error {
		if caller == "dying" && calls.Add(1) >= n {
			return errors.New("dead")
		}
		return nil
	})
	s := w.sender("dying")
	s.Now = clockOf(day)
	_ = s.Run(context.Background())
	w.fail(nil)
}

// obeyed checks every first letter against the rules of its campaign and all letters before it.
func (w *world) obeyed(people map[survey.ContactID]survey.Contact) {
	w.t.Helper()
	all, err := w.store.Campaigns(w.t.Context(), survey.Customers, 500)
	if err != nil {
		w.t.Fatal(err)
	}
	type letter struct {
		campaign survey.Campaign
		at       time.Time
	}
	letters := map[survey.ContactID][]letter{}
	skipped := 0
	for _, c := range all {
		for shard := range survey.ContactShards {
			err := w.store.WalkInvitations(w.t.Context(), c.ID, 0, shard, func(i survey.Invitation) error {
				if i.Reached() {
					letters[i.Contact] = append(letters[i.Contact], letter{c, i.At})
				} else if i.Reason == string(survey.SkipFrequency) {
					skipped++
				}
				return nil
			})
			if err != nil {
				w.t.Fatal(err)
			}
		}
	}
	sent := 0
	for id, mine := range letters {
		sent += len(mine)
		for _, this := range mine {
			rule := this.campaign.Rule(people[id], survey.AccountJoins{})
			for _, other := range mine {
				if other.campaign.ID == this.campaign.ID || other.at.After(this.at) {
					continue
				}
				if days := int(this.at.Truncate(24*time.Hour).Sub(other.at.Truncate(24*time.Hour)).Hours() / 24); days < this.campaign.Rules[rule].Days {
					w.t.Errorf("somebody with the rule %+v was asked by %q %d days after %q", this.campaign.Rules[rule], this.campaign.Name, days, other.campaign.Name)
				}
			}
		}
	}
	w.t.Logf("%d campaigns, %d letters, %d skipped by a rule", len(all), sent, skipped)
	if sent == 0 || skipped == 0 {
		w.t.Error("nothing was tried")
	}
}

// A reminder of last month's letter does not cost its person the next turn, whatever the quiet period is, nor do rules count it.
func TestRemindersDoNotCostTheNextTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(31)
	if _, err := w.store.PutSettings(t.Context(), survey.Settings{Frequency: []survey.FrequencyRule{{Audience: survey.Customers, Days: 31}}}); err != nil {
		t.Fatal(err)
	}
	w.continuous(func(s *survey.Continuous) { s.Survey.QuietDays, s.Survey.RemindDays, s.Survey.SecondDays = 31, 5, 5 })
	for n := range 40 {
		w.day(n)
	}
	asked := 0
	for _, c := range w.months() {
		asked += w.states(c.ID, 0)[survey.InvitationSent]
		if n := w.states(c.ID, 0)[survey.InvitationSkipped]; n > 0 {
			t.Errorf("%s passes over %d", c.Name, n)
		}
	}
	if want := len(people) + len(people)*9/31; asked < want-8 || asked > want+8 {
		t.Errorf("%d letters in 40 days, want about %d", asked, want)
	}
}
