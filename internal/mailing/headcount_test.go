package mailing

import (
	"context"
	"fmt"
	"maps"
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
