package mailing

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"onetap/internal/survey"
)

// The head-count before a launch, whatever its pages, says what the sender then plans: whom the filter leaves, who is
// skipped and why, in which languages the others are written to.
func TestHeadCountIsThePlan(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t, 1e6, 1e6)
	w.contacts(180)
	var without []survey.Contact // addresses
	for i := range 12 {
		person := survey.Person{Name: "Anna", Customer: fmt.Sprintf("K-%d", i)}
		c := survey.Contact{Audience: survey.Customers, ID: w.keys.Identifiers(survey.Customers, person).Own(), Mailbox: survey.NoMailbox, Person: person, Owner: fmt.Sprintf("o%d", i%5), Language: "ru", Created: start}
		without = append(without, c)
	}
	if err := w.store.PutContacts(ctx, without); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"c3@example.com", "c9@example.com"} {
		if err := w.store.Suppress(ctx, w.keys.ContactIDs(address), survey.Unsubscribed, start); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.store.Suppress(ctx, w.keys.ContactIDs("c8@example.com"), survey.Bounced, start); err != nil {
		t.Fatal(err)
	}
	w.campaign(func(c *survey.Campaign) { c.ID = "aaaaaaaa"; c.Sample = 0.5 })
	w.run(w.sender("earlier"))
	id := w.campaign(func(c *survey.Campaign) {
		c.ID, c.Created = "bbbbbbbb", start.Add(time.Hour)
		c.QuietDays, c.Sample, c.Languages = 30, 0.7, []string{"en", "ru"}
		c.Filter.Owners = []string{"o1", "o3", "o4"}
	})
	p := Planner{Store: w.store, Now: time.Now}
	sum := HeadCount{Skipped: map[survey.SkipReason]int{}, Languages: map[string]int{}}
	pages := 0
	for from := new(survey.Cursor); from != nil; pages++ {
		h, err := p.HeadCount(ctx, w.state(id), *from, 37, false)
		if err != nil {
			t.Fatal(err)
		}
		sum.Looked, sum.Audience, sum.Invited = sum.Looked+h.Looked, sum.Audience+h.Audience, sum.Invited+h.Invited
		for why, n := range h.Skipped {
			sum.Skipped[why] += n
		}
		for language, n := range h.Languages {
			sum.Languages[language] += n
		}
		from = h.Next
	}
	planner, beaten := &senderRun{Sender: w.sender("planner"), times: leaseTimes{grace: time.Hour}}, time.Now()
	planner.renewed.Store(&beaten)
	if _, err := planner.planInvitations(ctx, w.state(id)); err != nil {
		t.Fatal(err)
	}
	plan, _, err := w.store.Mailing(ctx, id, survey.MailingInvitation)
	if err != nil {
		t.Fatal(err)
	}
	batches, err := w.store.Batches(ctx, plan, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	languages := map[string]int{}
	for _, b := range batches {
		languages[b.Language] += len(b.Contacts)
	}
	if pages < 3 || sum.Looked != 192 || sum.Audience != plan.Audience || sum.Invited != plan.Invited || !maps.Equal(sum.Skipped, plan.Skipped) || !maps.Equal(sum.Languages, languages) {
		t.Errorf("%d pages counted %+v; planned are %+v in %v", pages, sum, plan, languages)
	}
	for _, why := range []survey.SkipReason{survey.SkipUnsubscribed, survey.SkipBounced, survey.SkipQuiet, survey.SkipNoAddress, survey.SkipNotSampled} {
		if plan.Skipped[why] == 0 {
			t.Errorf("nobody was skipped as %s: the test says nothing of that", why)
		}
	}
}

// The same of employees, who are planned in one go: the cells change nothing of who is invited, and in which language.
func TestHeadCountIsThePlanOfBallots(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, 1e6, 1e6)
	w.employees(map[string]int{"en North": 61, "ru North": 2, "ru South": 9, "en South": 3})
	for _, address := range []string{"en-north-3@example.com", "ru-south-1@example.com"} {
		if err := w.store.Suppress(ctx, w.keys.ContactIDs(address), survey.Unsubscribed, start); err != nil {
			t.Fatal(err)
		}
	}
	w.ballots(func(c *survey.Campaign) { c.ID, c.Sample = "aaaaaaaa", 0.3 })
	w.run(w.sender("earlier"))
	id := w.ballots(func(c *survey.Campaign) {
		c.ID, c.Created, c.QuietDays, c.Sample = "bbbbbbbb", start.Add(time.Hour), 30, 0.8
		c.Groups = []string{survey.DimensionLocation, survey.GroupTeam}
	})
	p := Planner{Store: w.store, Now: time.Now}
	sum := HeadCount{}
	for from := new(survey.Cursor); from != nil; from = sum.Next {
		h, err := p.HeadCount(ctx, w.state(id), *from, 11, false)
		if err != nil {
			t.Fatal(err)
		}
		sum.Add(h)
	}
	w.run(w.sender("planner"))
	plan, batches, _ := w.planOf(id)
	languages := map[string]int{}
	for _, b := range batches {
		for _, o := range b.Outcomes {
			languages[cmp.Or(o.Language, b.Language)]++
		}
	}
	if sum.Looked != 75 || sum.Audience != plan.Audience || sum.Invited != plan.Invited || !maps.Equal(sum.Skipped, plan.Skipped) || !maps.Equal(sum.Languages, languages) {
		t.Errorf("counted %+v; planned are %+v in %v", sum, plan, languages)
	}
	for _, why := range []survey.SkipReason{survey.SkipUnsubscribed, survey.SkipQuiet, survey.SkipNotSampled} {
		if plan.Skipped[why] == 0 {
			t.Errorf("nobody was skipped as %s: the test says nothing of that", why)
		}
	}
	if c := w.state(id); !slices.Equal(c.Dimensions, []string{survey.DimensionLocation}) {
		t.Errorf("its answers can be looked at by %v", c.Dimensions)
	}
}
