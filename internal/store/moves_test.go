package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// mover gives one contact address after address, as an upload and a page do.
type mover struct {
	t *testing.T
	s *store.Store
	k *keys.Keys
	c survey.Contact
}

var moveTime = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// newMover begins with a contact whose address is email, or who has none.
func newMover(t *testing.T, email string) *mover {
	t.Helper()
	s, _ := storetest.Open(t, dynamo.Options{})
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	m := &mover{t: t, s: s, k: k, c: survey.Contact{Audience: survey.Customers, Person: survey.Person{Email: email, Customer: "17"}}}
	ids := k.Identifiers(survey.Customers, m.c.Person)
	m.c.ID = ids.Own()
	m.c.Mailbox = ids.MailboxOf(m.c.ID)
	if _, err := s.UpsertContacts(t.Context(), []survey.Contact{m.c}, survey.UploadMark{}, moveTime); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *mover) mail(email string) survey.ContactID {
	return m.k.Identifiers(survey.Customers, survey.Person{Email: email}).Mail
}

func (m *mover) try(email string) error {
	was := m.c
	m.c.Person.Email = email
	m.c.Mailbox = m.k.Identifiers(survey.Customers, m.c.Person).MailboxOf(m.c.ID)
	wish, err := m.s.MoveAddress(m.t.Context(), survey.AddressMove{Audience: survey.Customers, Contact: m.c.ID, From: was.MailID(), To: m.mail(email)}, nil)
	if err != nil {
		m.c = was
		return err
	}
	if wish != "" && email != "" {
		err = m.s.Suppress(m.t.Context(), m.k.ContactIDs(email), wish, moveTime)
	}
	if err == nil {
		_, err = m.s.UpsertContacts(m.t.Context(), []survey.Contact{m.c}, survey.UploadMark{}, moveTime)
	}
	return err
}

func (m *mover) move(email string) {
	m.t.Helper()
	if err := m.try(email); err != nil {
		m.t.Fatal(err)
	}
}

func (m *mover) stop(email string, why survey.SuppressionReason) {
	m.t.Helper()
	if err := m.s.Suppress(m.t.Context(), m.k.ContactIDs(email), why, moveTime); err != nil {
		m.t.Fatal(err)
	}
}

// unsubscribe is the page's work and, a moment later, the sender's.
func (m *mover) unsubscribe() {
	m.t.Helper()
	ctx := m.t.Context()
	if err := m.s.Unsubscribe(ctx, survey.Campaign{ID: "abcdefgh", Audience: survey.Customers}, m.c.ID, moveTime); err != nil {
		m.t.Fatal(err)
	}
	if _, all, err := m.s.Recipients(ctx, survey.Customers, []survey.ContactID{m.c.ID}); err != nil || all[m.c.ID] == "" {
		m.t.Errorf("who has just unsubscribed is written to: %v, %v", all, err)
	}
	if err := m.s.StopContact(ctx, survey.Customers, m.c.ID, survey.Unsubscribed, moveTime); err != nil {
		m.t.Fatal(err)
	}
}

// stopped checks why nobody writes to the contact, as every reader of it finds it.
func (m *mover) stopped(when string, want survey.SuppressionReason) {
	m.t.Helper()
	ctx := m.t.Context()
	got, _, err := m.s.Suppression(ctx, survey.Customers, m.c.ID)
	_, all, err2 := m.s.Recipients(ctx, survey.Customers, []survey.ContactID{m.c.ID})
	var walked survey.SuppressionReason
	n := 0
	_, err3 := m.s.ContactsPage(ctx, survey.Customers, survey.Cursor{}, 1000, func(c survey.Contact, why survey.SuppressionReason) {
		if c.ID == m.c.ID {
			walked, n = why, n+1
		}
	})
	if err != nil || err2 != nil || err3 != nil || got.Reason != want || all[m.c.ID] != want || walked != want || n != 1 {
		m.t.Errorf("%s: stopped as %q, %q, %q (%d contacts), want %q; %v %v %v", when, got.Reason, all[m.c.ID], walked, n, want, err, err2, err3)
	}
	c, ok, err := m.s.ContactByMail(ctx, survey.Customers, m.mail(m.c.Person.Email))
	if m.c.Person.Email != "" && (err != nil || !ok || c.ID != m.c.ID || c.Person.Email != m.c.Person.Email) {
		m.t.Errorf("%s: by its address %+v is found, %v", when, c, err)
	}
}

// A bounce is the old mailbox's: it stops nothing at the new address, and is there again when the old one comes back.
func TestABounceStaysWithTheOldAddress(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"old@example.com", ""} { // its id is of the address, or of its customer id
		m := newMover(t, first)
		m.move("old@example.com")
		m.stop("old@example.com", survey.Bounced)
		m.stopped("bounced", survey.Bounced)
		m.move("new@example.com")
		m.stopped("at a new address", "")
		m.stop("old@example.com", survey.Bounced) // reported again
		m.stopped("reported again", "")
		m.move("third@example.com")
		m.stop("new@example.com", survey.Bounced) // a late report
		m.stopped("late", "")
		m.move("old@example.com")
		m.stopped("the old address again", survey.Bounced)
		m.move("new@example.com")
		m.stopped("the second again", survey.Bounced)
		m.move("")
		m.stopped("without an address", "")
		m.move("old@example.com")
		m.stopped("and back", survey.Bounced)
	}
}

// Who wants no letters gets none at a new address either, in no audience; a complaint outweighs.
func TestAWishGoesAlong(t *testing.T) {
	t.Parallel()
	for _, wish := range []survey.SuppressionReason{survey.Unsubscribed, survey.Complained} {
		m := newMover(t, "old@example.com")
		m.stop("old@example.com", wish)
		m.move("")
		m.stopped("without an address", wish)
		m.move("new@example.com")
		m.stopped("at the new address", wish)
		m.move("old@example.com")
		m.stopped("back", wish)
		other := m.k.ContactIDs("new@example.com")[survey.Candidates]
		if got, _, err := m.s.Suppression(t.Context(), survey.Candidates, other); err != nil || got.Reason != wish {
			t.Errorf("in another audience the new address is stopped as %q, %v", got.Reason, err)
		}
	}
}

// An address that was stopped before anybody had it stops whoever gets it, and so does a stop of the same moment.
func TestAStoppedAddressStopsWhoeverGetsIt(t *testing.T) {
	t.Parallel()
	m := newMover(t, "")
	m.stop("new@example.com", survey.Unsubscribed)
	m.move("new@example.com")
	m.stopped("joined", survey.Unsubscribed)

	m = newMover(t, "")
	m.move("new@example.com")
	m.stop("new@example.com", survey.Complained)
	m.stopped("stopped afterwards", survey.Complained)
	m.unsubscribe()
	m.stopped("a complaint stays", survey.Complained)

	m = newMover(t, "")
	m.unsubscribe() // by a link of an address that was taken away
	m.move("new@example.com")
	m.stopped("the wish came before the address", survey.Unsubscribed)
}

// An address is one contact's: that of another is refused, a former one too, and the one it is of is named.
func TestAnAddressOfAnotherIsRefused(t *testing.T) {
	t.Parallel()
	m := newMover(t, "")
	m.move("first@example.com")
	cs := people(t, 1)
	cs[0].ID = m.mail("taken@example.com")
	cs[0].Person.Email = "taken@example.com"
	if err := m.s.PutContacts(context.Background(), cs); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var p *apperr.Error
		if p = apperr.As(m.try("taken@example.com")); p == nil || p.Code != "address_taken" {
			t.Fatalf("got %v", p)
		}
		m.stopped("refused", "")
		move := survey.AddressMove{Audience: survey.Customers, Contact: cs[0].ID, From: cs[0].ID, To: m.mail("elsewhere@example.com")}
		if _, err := m.s.MoveAddress(t.Context(), move, nil); err != nil { // now it is the other's former address
			t.Fatal(err)
		}
	}
}
