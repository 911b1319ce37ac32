package followup_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"onetap/internal/followup"
	"onetap/internal/followup/followuptest"
	"onetap/internal/loop"
	"onetap/internal/money"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// quiet is a company of which campaigns have ended.
type quiet struct {
	t *testing.T
	*followuptest.Bench
	silences *followup.Silences
	ended    []survey.CampaignID
}

func openQuiet(t *testing.T, most int) *quiet {
	t.Helper()
	b := followuptest.Open(t)
	p := loop.StandardPractice()
	p.Silence = loop.Silence{Audiences: []survey.Audience{survey.Customers}, Waves: 2, Least: money.Amount{Minor: 1_000_00, Currency: "EUR"}, Most: most}
	if _, err := b.Store.PutPractice(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	return &quiet{t: t, Bench: b, silences: &followup.Silences{
		Store: b.Store, Log: slog.New(slog.DiscardHandler), Now: b.Now, Rules: loop.Rules{Term: 48 * time.Hour, Wait: 2 * time.Minute}, Admin: followuptest.Admin,
	}}
}

// wave has some people asked, of whom some answer, and ends.
func (q *quiet) wave(asked []survey.ContactID, answered ...survey.ContactID) survey.CampaignID {
	q.t.Helper()
	ctx, id := context.Background(), survey.CampaignID(fmt.Sprintf("silenta%c", 'a'+len(q.ended)))
	q.Pass(30 * 24 * time.Hour)
	q.must(q.Store.CreateCampaign(ctx, survey.Campaign{
		ID: id, Name: "Wave", Audience: survey.Customers, Language: "en", Company: "Shop", State: survey.Closed,
		Created: q.Now(), Launched: q.Now(), Opened: q.Now(), ClosesAt: q.Now(), Ended: q.Now(),
	}))
	invited := make([]survey.Invitation, len(asked))
	for i, contact := range asked {
		invited[i] = survey.Invitation{
			Campaign: id, Contact: contact, Audience: survey.Customers, State: survey.InvitationSent, Decided: survey.InvitationSent, Language: "en", At: q.Now(), Version: 1,
		}
	}
	q.must(q.Store.AddInvitations(ctx, invited, func() bool { return true }))
	for _, contact := range answered {
		q.Says(id, contact, 9, "")
	}
	q.ended = append(q.ended, id)
	return id
}

// looked is wave, after which the silent are looked for.
func (q *quiet) looked(asked []survey.ContactID, answered ...survey.ContactID) survey.CampaignID {
	q.t.Helper()
	id := q.wave(asked, answered...)
	q.must(q.silences.Run(context.Background()))
	return id
}

func (q *quiet) must(err error) {
	q.t.Helper()
	if err != nil {
		q.t.Fatal(err)
	}
}

// cases are the contacts that have a case in a campaign, with how it is there.
func (q *quiet) cases(c survey.CampaignID) map[survey.ContactID]loop.Case {
	q.t.Helper()
	found, err := q.Store.Cases(context.Background(), c)
	q.must(err)
	all := map[survey.ContactID]loop.Case{}
	for _, one := range found {
		all[one.Contact] = one
	}
	return all
}

// Who is worth enough and has answered none of so many surveys gets one case, and their owner one letter; a company is silent when all of it is.
func TestSilentGetCases(t *testing.T) {
	t.Parallel()
	q := openQuiet(t, 0)
	worth := func(value string) func(*survey.Contact) { return func(c *survey.Contact) { c.Value = value } }
	firm := func(id survey.AccountID, role survey.AccountRole, value string) func(*survey.Contact) {
		return func(c *survey.Contact) {
			c.Company, c.Account, c.Value = survey.Company{Name: "Firm " + string(id), Role: role}, id, value
		}
	}
	rich, poor, other, talks := q.Contact(1, worth("€1,000")), q.Contact(2, worth("€999.99")), q.Contact(3, worth("5 000 ₽")), q.Contact(4, worth("€5,000"))
	uses, decides := q.Contact(5, firm("acme", survey.Uses, "€9,000")), q.Contact(6, firm("acme", survey.Decides, ""))
	half, answers := q.Contact(7, firm("bolt", survey.Decides, "€9,000")), q.Contact(8, firm("bolt", survey.Uses, ""))
	all := []survey.ContactID{rich, poor, other, talks, uses, decides, half, answers}
	first := q.looked(all, talks, answers)
	if n := len(q.cases(first)); n != 0 {
		t.Errorf("%d cases after one survey", n)
	}
	second := q.looked(all, talks, answers)
	got := q.cases(second)
	if len(got) != 2 || got[rich].Is() != loop.OfSilent || got[decides].Waves != 2 || got[rich].Owner != "anna" || got[rich].Deadline.IsZero() {
		t.Fatalf("cases: %+v", got)
	}
	minutes(q.Bench, 5)
	if l := q.All("alerts"); len(l) != 1 || len(l[0].Cases()) != 2 || !strings.Contains(l[0].Text, "no answer to 2 surveys in a row") {
		t.Errorf("letters: %+v", l)
	}
	third := q.looked(all, talks, answers)
	if n := len(q.cases(third)); n != 0 {
		t.Errorf("%d more cases while somebody calls already", n)
	}
	q.must(q.silences.Run(context.Background())) // an hour has not passed; nor has a campaign ended
	looked, err := q.Store.SilenceLooked(context.Background(), survey.Customers)
	if err != nil || looked.Of[second] != (loop.SilenceFound{Opened: 2}) || len(looked.Of) != 3 {
		t.Errorf("%+v, %v", looked, err)
	}
}

// Only those of the largest value get a case where there are too many, and whoever is gone from the list or erased gets none.
func TestSilentAreNotTooMany(t *testing.T) {
	t.Parallel()
	q := openQuiet(t, 3)
	var all []survey.ContactID
	for n := range 8 {
		all = append(all, q.Contact(n+1, func(c *survey.Contact) { c.Value = fmt.Sprintf("€%d", 1000*(n+1)) }))
	}
	q.wave(all)
	got := q.cases(q.looked(all))
	if len(got) != 3 || got[all[7]].Waves != 2 || got[all[6]].Waves != 2 || got[all[5]].Waves != 2 {
		t.Errorf("%d cases", len(got))
	}
	looked, err := q.Store.SilenceLooked(context.Background(), survey.Customers)
	if err != nil || looked.Of[q.ended[1]].Left != 5 {
		t.Errorf("%+v, %v", looked, err)
	}
}

// dying is a store whose n-th new case is the last thing that its process does.
type dying struct {
	*store.Store
	left int
}

func (d *dying) CreateCase(ctx context.Context, c loop.Case) (loop.Case, error) {
	if d.left--; d.left < 0 {
		return c, errors.New("dead")
	}
	return d.Store.CreateCase(ctx, c)
}

// A run that dies between two cases is done again, and opens those that are missing, and no more than there may be.
func TestSilentRunDies(t *testing.T) {
	t.Parallel()
	q := openQuiet(t, 5)
	var all []survey.ContactID
	for n := range 6 {
		all = append(all, q.Contact(n+1, func(c *survey.Contact) { c.Value = "€2,000" }))
	}
	q.wave(all)
	sound, id := q.silences.Store, q.wave(all)
	for range 2 { // the second opens two others
		q.silences.Store = &dying{q.Store, 2}
		if err := q.silences.Run(context.Background()); err == nil {
			t.Fatal("it did not die")
		}
	}
	if n := len(q.cases(id)); n != 4 {
		t.Errorf("%d cases of two runs that died behind two each", n)
	}
	q.silences.Store = sound
	q.must(q.silences.Run(context.Background()))
	if n := len(q.cases(id)); n != 5 {
		t.Errorf("%d cases, want the 5 that there may be", n)
	}
	if looked, err := q.Store.SilenceLooked(context.Background(), survey.Customers); err != nil || looked.Of[id] != (loop.SilenceFound{Opened: 5, Left: 1}) {
		t.Errorf("%+v, %v", looked, err)
	}
}
