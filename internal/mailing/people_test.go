package mailing

import (
	"context"
	"slices"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

// listed are the people of all pages of a list, each once.
func (w *world) listed(cs *Campaigns, who authz.Who, c survey.Campaign, number int, part Part) []survey.ContactID {
	w.t.Helper()
	var all []survey.ContactID
	for after := ""; ; {
		page, err := cs.People(context.Background(), who, c, number, part, after)
		if err != nil {
			w.t.Fatalf("%s: %v", part, err)
		}
		if len(page.List) > peopleListed {
			w.t.Errorf("%s: a page has %d people", part, len(page.List))
		}
		for _, one := range page.List {
			if one.Person == nil || one.Person.ID != one.Contact || one.Person.Person.Email == "" {
				w.t.Errorf("%s: somebody has no name: %+v", part, one)
			}
			all = append(all, one.Contact)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	slices.Sort(all)
	if n := len(slices.Compact(slices.Clone(all))); n != len(all) {
		w.t.Errorf("%s: %d people in %d rows", part, n, len(all))
	}
	return all
}

// settle has SES report something of some sent letters, which nobody has settled yet.
func (w *world) settle(id survey.CampaignID, n int, event survey.DeliveryEvent) {
	w.t.Helper()
	ctx := context.Background()
	for shard := range survey.ContactShards {
		err := w.store.WalkInvitations(ctx, id, survey.MailingInvitation, shard, func(i survey.Invitation) error {
			if n == 0 || i.State != survey.InvitationSent || i.Reason != "" {
				return nil
			}
			n--
			after, _ := i.Settle(event)
			return w.store.SaveInvitation(ctx, after)
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// Behind every figure of the ledger there are as many people as it says, while a campaign is half sent: waiting, sent,
// failed, bounced, complained, and skipped for each reason. Owners see their own; who may not see contacts nobody.
func TestEveryFigureHasItsPeople(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t, 1e6, 130)
	people := w.contacts(400)
	var ids []survey.ContactID
	for id := range people {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for i, why := range slices.Repeat([]survey.SuppressionReason{survey.Unsubscribed, survey.Bounced, survey.Complained}, 5) {
		if err := w.store.Suppress(ctx, map[survey.Audience]survey.ContactID{survey.Customers: ids[i*7]}, why, start); err != nil {
			t.Fatal(err)
		}
	}
	earlier := survey.Campaign{ID: "earliera", Name: "Summer", Audience: survey.Customers, State: survey.Closed, Created: start, Launched: time.Now().AddDate(0, 0, -3), Opened: time.Now().AddDate(0, 0, -3)}
	if err := w.store.CreateCampaign(ctx, earlier); err != nil {
		t.Fatal(err)
	}
	var asked []survey.Invitation
	for _, id := range ids[300:325] {
		asked = append(asked, survey.Invitation{Campaign: earlier.ID, Contact: id, Audience: survey.Customers, State: survey.InvitationSent, Decided: survey.InvitationSent, At: time.Now().AddDate(0, 0, -3), Version: 1})
	}
	if err := w.store.AddInvitations(ctx, asked, func() bool { return true }); err != nil {
		t.Fatal(err)
	}
	id := w.campaign(func(c *survey.Campaign) { c.Sample, c.QuietDays = 0.7, 30 })
	w.run(w.sender("first"))
	w.settle(id, 7, survey.EventBounced)
	w.settle(id, 4, survey.EventBlocked)
	w.settle(id, 5, survey.EventComplained)
	w.countAll(id)
	c := w.state(id)
	cs := &Campaigns{Store: w.store, Now: time.Now}
	ledgers, err := cs.Ledgers(ctx, c)
	if err != nil || !ledgers.Invitation.Balanced() {
		t.Fatalf("%+v, %v", ledgers.Invitation, err)
	}
	as := func(role survey.Role, id, team string) authz.Who {
		return authz.Who{Staff: survey.Staff{ID: id, Role: role, Team: team}}
	}
	some := 0
	for _, part := range Parts {
		want, ok := ledgers.Count(survey.MailingInvitation, part)
		all := w.listed(cs, as(survey.RoleExecutive, "e", ""), c, survey.MailingInvitation, part)
		if !ok || len(all) != want {
			t.Errorf("%s: the ledger says %d, %d are listed", part, want, len(all))
		}
		if want > 0 {
			some++
		}
		if marketing := w.listed(cs, as(survey.RoleMarketing, "m", ""), c, survey.MailingInvitation, part); !slices.Equal(marketing, all) {
			t.Errorf("%s: marketing is listed %d of %d", part, len(marketing), len(all))
		}
		if team := w.listed(cs, as(survey.RoleManager, "m", "North"), c, survey.MailingInvitation, part); len(team) != len(all) {
			t.Errorf("%s: the team's manager is listed %d of %d", part, len(team), len(all))
		}
		sum := 0
		for _, owner := range []string{"o0", "o1", "o2", "o3", "o4"} {
			sum += len(w.listed(cs, as(survey.RoleOwner, owner, ""), c, survey.MailingInvitation, part))
		}
		if other := w.listed(cs, as(survey.RoleOwner, "stranger", "north"), c, survey.MailingInvitation, part); sum != len(all) || len(other) != 0 {
			t.Errorf("%s: the owners are listed %d of %d, a stranger %d", part, sum, len(all), len(other))
		}
	}
	if some < 12 {
		t.Errorf("only %d parts have anybody in them: %+v", some, ledgers.Invitation)
	}
	if _, err := cs.People(ctx, as(survey.RoleAnalyst, "a", ""), c, 0, PartFailed, ""); !apperr.Is(err, "not_allowed") {
		t.Errorf("the analyst: %v", err)
	}
	for after, code := range map[string]string{"9.": "cursor_wrong", "0.zzz": "cursor_wrong", "x": "cursor_wrong", "-1.": "cursor_wrong"} {
		if _, err := cs.People(ctx, as(survey.RoleExecutive, "e", ""), c, 0, PartFailed, after); !apperr.Is(err, code) {
			t.Errorf("after %q: %v", after, err)
		}
	}
	if _, err := cs.People(ctx, as(survey.RoleExecutive, "e", ""), c, 0, PartWaiting, "0.x_y"); !apperr.Is(err, "cursor_wrong") {
		t.Errorf("a place among those who wait: %v", err)
	}
	if _, err := cs.People(ctx, as(survey.RoleExecutive, "e", ""), c, 0, "settled", ""); !apperr.Is(err, "no_such_page") {
		t.Errorf("no such part: %v", err)
	}
	c.Audience = survey.Employees
	if _, err := cs.People(ctx, as(survey.RoleAdministrator, "a", ""), c, 0, PartSent, ""); !apperr.Is(err, "employees_whole_only") {
		t.Errorf("employees: %v", err)
	}
}

// The reminder's figures have their people too, for whoever may know who has answered, and nobody else.
func TestRemindersPeople(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(120)
	id := w.campaign(nil)
	w.run(w.sender("first"))
	n := 0
	for contact := range people {
		if n++; n <= 30 {
			r := survey.Response{Campaign: id, Contact: contact, Audience: survey.Customers, Owner: "o1", Team: "north", Score: 9, Verified: n > 10, First: start, Updated: start, Version: 1}
			if err := w.store.SaveResponse(ctx, r, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.settle(id, 6, survey.EventBounced)
	w.change(id, func(c *survey.Campaign) { c.RemindAt = time.Now().Add(-time.Minute) })
	w.run(w.sender("second"))
	w.countAll(id)
	c := w.state(id)
	cs := &Campaigns{Store: w.store, Now: time.Now}
	ledgers, err := cs.Ledgers(ctx, c)
	if err != nil || ledgers.Reminder == nil || ledgers.Reminder.Sent == 0 || ledgers.Reminder.Skipped[survey.SkipAnswered] == 0 {
		t.Fatalf("%+v, %v", ledgers.Reminder, err)
	}
	for _, part := range Parts {
		want, _ := ledgers.Count(survey.MailingReminder, part)
		if all := w.listed(cs, authz.Who{Staff: survey.Staff{Role: survey.RoleExecutive}}, c, survey.MailingReminder, part); len(all) != want {
			t.Errorf("%s: the ledger says %d, %d are listed", part, want, len(all))
		}
		if _, err := cs.People(ctx, authz.Who{Staff: survey.Staff{Role: survey.RoleMarketing}}, c, survey.MailingReminder, part, ""); !apperr.Is(err, "reminder_tells") {
			t.Errorf("%s: marketing: %v", part, err)
		}
	}
}
