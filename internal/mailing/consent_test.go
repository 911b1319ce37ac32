package mailing

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/survey"
)

// consented gives every fifth of the contacts a consent, or takes it from all but n of them.
func (w *world) consented(people map[survey.ContactID]string, n int) {
	w.t.Helper()
	ids := make([]survey.ContactID, 0, len(people))
	for id := range people {
		ids = append(ids, id)
	}
	all, err := w.store.Contacts(w.t.Context(), survey.Customers, ids)
	if err != nil {
		w.t.Fatal(err)
	}
	var cs []survey.Contact
	for _, c := range all {
		c.Person.Consent = ""
		if strings.HasSuffix(strings.TrimSuffix(c.Person.Email, "@example.com"), "0") && n > 0 {
			c.Person.Consent = "2026-03-01, form 7"
			n--
		}
		cs = append(cs, c)
	}
	if err := w.store.PutContacts(w.t.Context(), cs); err != nil {
		w.t.Fatal(err)
	}
}

// Who has not consented in an audience that is asked by consent is skipped, with that reason, in the head-count before the launch, in the
// plan, and at the last moment; where it is asked by another right, or was at the launch, everybody is written to.
func TestWithoutConsentSkipped(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t, 1e6, 1e6), t.Context()
	people := w.contacts(50)
	w.consented(people, 5)
	grounds := func(version int, b survey.Basis) {
		t.Helper()
		if err := w.store.PutPrivacy(ctx, survey.Privacy{Version: version, Grounds: map[survey.Audience]survey.Ground{survey.Customers: {Basis: b}}}); err != nil {
			t.Fatal(err)
		}
	}
	count := func(c survey.Campaign) HeadCount {
		t.Helper()
		h, err := (&Planner{Store: w.store, Now: time.Now}).HeadCount(ctx, c, survey.Cursor{}, 1000, false)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	draft := survey.Campaign{ID: "cccccccc", Audience: survey.Customers, Language: "en"}
	if h := count(draft); h.Invited != 50 {
		t.Errorf("while nothing is said: %+v", h)
	}
	grounds(0, survey.BasisConsent)
	if h := count(draft); h.Invited != 5 || h.Skipped[survey.SkipNoConsent] != 45 {
		t.Errorf("by consent: %+v", h)
	}
	draft.Launched = start
	if h := count(draft); h.Invited != 50 {
		t.Errorf("what was launched before is changed: %+v", h)
	}
	id := w.campaign(func(c *survey.Campaign) { c.Consent = true })
	planner, beaten := &senderRun{Sender: w.sender("planner"), times: leaseTimes{grace: time.Hour}}, time.Now()
	planner.renewed.Store(&beaten)
	if _, err := planner.planInvitations(ctx, w.state(id)); err != nil {
		t.Fatal(err)
	}
	w.consented(people, 3) // two have taken it back since the plan
	w.run(w.sender("first"))
	m, _, err := w.store.Mailing(ctx, id, survey.MailingInvitation)
	if err != nil {
		t.Fatal(err)
	}
	if m.Audience != 50 || m.Invited != 5 || m.Skipped[survey.SkipNoConsent] != 45 {
		t.Errorf("the plan is %+v", m)
	}
	if n := w.states(id, 0); n[survey.InvitationSent] != 3 || n[survey.InvitationSkipped] != 47 || len(w.letters()) != 3 {
		t.Errorf("invitations: %v, letters to %d", n, len(w.letters()))
	}
}
