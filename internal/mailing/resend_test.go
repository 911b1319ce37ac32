package mailing_test

import (
	"testing"

	"onetap/internal/authz"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// unclear stores a mailing of which nobody knows whether the letters to these contacts went out.
func (d *desk) unclear(c survey.Campaign, number int, ids ...survey.ContactID) *survey.Ledger {
	d.t.Helper()
	ctx := d.t.Context()
	m := survey.NewMailing(c.ID, number, d.now())
	m.State = survey.MailingDone
	m, err := d.store.SaveMailing(ctx, m)
	if err != nil {
		d.t.Fatal(err)
	}
	b := survey.Batch{Campaign: c.ID, Mailing: number, Name: survey.BatchName(0), State: survey.BatchWaiting, Language: "en", Contacts: ids, At: d.now()}
	m.Batches = 1
	if err := d.store.AddBatches(ctx, m, []survey.Batch{b}); err != nil {
		d.t.Fatal(err)
	}
	if err := d.store.ClaimBatch(ctx, b, "lease", d.now()); err != nil {
		d.t.Fatal(err)
	}
	b.State = survey.BatchUncertain
	for _, id := range ids {
		b.Outcomes = append(b.Outcomes, survey.Outcome{Contact: id, State: survey.InvitationUncertain, Owner: "owner", Team: "North"})
	}
	if err := d.store.DecideBatch(ctx, b, "lease", nil, c.Audience); err != nil {
		d.t.Fatal(err)
	}
	if err := d.store.AddInvitations(ctx, b.Invitations(c.Audience), func() bool { return true }); err != nil {
		d.t.Fatal(err)
	}
	return &survey.Ledger{Uncertain: len(ids)}
}

// Whom nobody knows to be written to is named to whoever may see that person; that somebody was to be reminded, to whoever
// may know who has answered. A second letter needs that somebody understood what it means, and goes out once.
func TestUncertain(t *testing.T) {
	t.Parallel()
	d, ctx := newDesk(t), t.Context()
	d.people(survey.Customers, "North", "North")
	a, b := d.Keys.ContactID(survey.Customers, "a@example.com"), d.Keys.ContactID(survey.Customers, "b@example.com")
	c := d.draft(func(c *survey.Campaign) { c.State, c.Launched, c.Opened = survey.Open, d.now(), d.now() })
	l := mailing.Ledgers{Invitation: d.unclear(c, survey.MailingInvitation, a, b), Reminder: d.unclear(c, survey.MailingReminder, a)}
	as := func(m survey.Staff) authz.Who { return authz.Who{Staff: m} }
	for role, tc := range map[survey.Role]struct{ listed, named int }{
		survey.RoleAdministrator: {3, 3}, survey.RoleMarketing: {2, 2}, survey.RoleAnalyst: {2, 0}, survey.RoleExecutive: {3, 3}, survey.RoleOwner: {3, 3}, survey.RoleManager: {3, 0},
	} {
		found, err := d.Uncertain(ctx, as(survey.Staff{ID: map[bool]string{true: "owner", false: "somebody"}[role == survey.RoleOwner], Role: role}), c, l, 10)
		named := 0
		for _, u := range found {
			if u.Person != nil {
				named++
			}
		}
		if err != nil || len(found) != tc.listed || named != tc.named {
			t.Errorf("%s: %d listed, %d named, %v; want %+v", role, len(found), named, err, tc)
		}
	}
	if _, _, err := d.Resend(ctx, c, survey.MailingInvitation, false); code(t, err) != "resend_not_understood at understood" || d.woken != 0 {
		t.Errorf("not understood: %v", err)
	}
	if n, more, err := d.Resend(ctx, c, survey.MailingInvitation, true); n != 2 || more || err != nil || d.woken != 1 {
		t.Errorf("%d people, %v, %v; the sender was called %d times", n, more, err, d.woken)
	}
	if _, _, err := d.Resend(ctx, c, survey.MailingInvitation, true); code(t, err) != "resend_too_early at state" {
		t.Errorf("at once again: %v", err)
	}
	c.Audience = survey.Employees
	if _, _, err := d.Resend(ctx, c, survey.MailingReminder, true); code(t, err) != "employees_not_yet at audience" {
		t.Errorf("to employees: %v", err)
	}
}
