package contacts

import (
	"context"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/searching"
	"onetap/internal/survey"
	"onetap/internal/text"
)

const (
	// pageSize is how many contacts a page of a list shows.
	pageSize = 50
	// lookedAt bounds one request that looks for few among many: a megabyte of contacts is some 3,000. A page's script goes
	// on by itself; who has none presses a button, and so each of those requests looks for as long as one waits.
	lookedAt       = 4000
	searchTime     = 3 * time.Second
	searchRequests = 25 // of lookedAt, at most
	countedAtOnce  = 5000
)

// Sees returns what tells whether somebody may see a contact: owners see their own, managers their team's.
func (l *Lists) Sees(ctx context.Context, who authz.Who) (func(survey.Contact) bool, error) {
	reports, err := l.reports(ctx, who)
	return func(c survey.Contact) bool { return who.Sees(c.Owner, c.Team, reports) }, err
}

// reports are those whose contacts a manager sees.
func (l *Lists) reports(ctx context.Context, who authz.Who) ([]survey.Staff, error) {
	if who.Staff.Role != survey.RoleManager {
		return nil, nil
	}
	staff, err := l.Store.Staff(ctx)
	return authz.Reports(staff, who.Staff.ID), err
}

// Contact reads a contact that this one may see, and why nobody writes to it, if so. Problems: contact_unknown, not_yours.
func (l *Lists) Contact(ctx context.Context, who authz.Who, a survey.Audience, id survey.ContactID) (c survey.Contact, stopped survey.Suppression, err error) {
	if !a.Valid() || !validID(id) {
		return c, stopped, apperr.New(apperr.Unknown, "contact_unknown", "contact")
	}
	if c, err = l.Store.Contact(ctx, a, id); err != nil {
		return c, stopped, err
	}
	sees, err := l.Sees(ctx, who)
	if err == nil && !sees(c) {
		err = apperr.New(apperr.Forbidden, "not_yours", "contact")
	}
	if err == nil {
		stopped, _, err = l.Store.Suppression(ctx, a, id)
	}
	return c, stopped, err
}

func validID(id survey.ContactID) bool {
	if len(id) != 16 {
		return false
	}
	for _, c := range id {
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

// ByAddress finds the contact of an address, in one audience or, where that is "", in the first that has it; ok is false where
// there is none that this one may see.
func (l *Lists) ByAddress(ctx context.Context, who authz.Who, email string, in survey.Audience) (c survey.Contact, ok bool, err error) {
	sees, err := l.Sees(ctx, who)
	if err != nil {
		return c, false, err
	}
	ids := l.Keys.ContactIDs(email)
	for _, a := range survey.Audiences {
		if in != "" && a != in {
			continue
		}
		c, ok, err := l.Store.ContactByMail(ctx, a, ids[a])
		if err != nil || ok && sees(c) {
			return c, ok && err == nil, err
		}
	}
	return c, false, nil
}

// ForLetter finds the contact as whom a letter is shown, by its id, an address or a part of a name; several is set where others
// fit the text as well. Problems: not_allowed to who sees no contacts, contact_unknown, not_yours.
func (l *Lists) ForLetter(ctx context.Context, who authz.Who, a survey.Audience, id survey.ContactID, sought string) (c survey.Contact, several bool, err error) {
	if !who.Can(authz.ReadContacts) {
		return c, false, apperr.New(apperr.Forbidden, "not_allowed", "contact")
	}
	if id != "" {
		c, _, err = l.Contact(ctx, who, a, id)
		return c, false, err
	}
	if email, bad := survey.NormalizeEmail(sought); bad == nil {
		if c, ok, err := l.ByAddress(ctx, who, email, a); ok || err != nil {
			return c, false, err
		}
	}
	hits, err := l.Search(ctx, who, Search{Audience: a, Text: sought, Patient: true})
	if err == nil && len(hits.Contacts) == 0 {
		err = apperr.New(apperr.Unknown, "contact_unknown", "contact")
	}
	if err != nil {
		return c, false, err
	}
	return hits.Contacts[0].Contact, len(hits.Contacts) > 1 || hits.Next != nil, nil
}

// Search asks for contacts of an audience.
type Search struct {
	Audience survey.Audience
	Text     string // in a name, an address, a telephone or an attribute; "": anybody
	Narrow   Narrow
	From     survey.Cursor
	Patient  bool // look for some seconds: nobody goes on by itself
}

// Hits are the contacts that a search has found so far.
type Hits struct {
	Contacts []Hit
	Looked   int            // how many contacts were looked at
	Next     *survey.Cursor // where to go on; nil: nobody is left
	Among
}

// Hit is one of them, with why nobody writes to it; "" where one may.
type Hit struct {
	Contact survey.Contact
	Stopped survey.SuppressionReason
}

// Search finds a page of the contacts that this one may see, in no order that means anything.
func (l *Lists) Search(ctx context.Context, who authz.Who, s Search) (Hits, error) {
	fits, err := l.fitting(ctx, who, s)
	if err != nil {
		return Hits{}, err
	}
	began := l.Now()
	hits := Hits{Next: &s.From}
	add := func(c survey.Contact, stopped survey.SuppressionReason) bool {
		hits.Looked++
		if fits(c, stopped) {
			hits.Contacts = append(hits.Contacts, Hit{c, stopped})
		}
		return len(hits.Contacts) < pageSize
	}
	needs, err := l.needs(ctx, who, s.Text)
	if err != nil {
		return hits, err
	}
	hits.Among, hits.Next, err = l.among(ctx, s.Audience, needs, s.From, lookedByWords, add)
	if err != nil || hits.All {
		return hits, err
	}
	hits.Next = &s.From
	for n := 0; n == 0 || s.Patient && hits.Next != nil && len(hits.Contacts) < pageSize && n < searchRequests && l.Now().Sub(began) < searchTime; n++ {
		hits.Next, err = l.Store.ContactsUntil(ctx, s.Audience, *hits.Next, lookedAt, add)
		if err != nil {
			return hits, err
		}
	}
	return hits, nil
}

// Walk reads on through an audience for a file: whoever fits a search and may be seen, of budget contacts that are looked at from its cursor on.
// next is nil at the end. Problems: those of Narrow.Check.
func (l *Lists) Walk(ctx context.Context, who authz.Who, s Search, budget int) (found []Hit, next *survey.Cursor, err error) {
	fits, err := l.fitting(ctx, who, s)
	if err != nil {
		return nil, nil, err
	}
	next, err = l.Store.ContactsUntil(ctx, s.Audience, s.From, budget, func(c survey.Contact, stopped survey.SuppressionReason) bool {
		if fits(c, stopped) {
			found = append(found, Hit{c, stopped})
		}
		return true
	})
	return found, next, err
}

// fitting returns what tells whether somebody is looked for by a search, and may be seen by whoever asks. Problems: those of Narrow.Check.
func (l *Lists) fitting(ctx context.Context, who authz.Who, s Search) (func(survey.Contact, survey.SuppressionReason) bool, error) {
	if err := s.Narrow.Check(); err != nil {
		return nil, err
	}
	sees, err := l.Sees(ctx, who)
	wanted := text.NewQuery(s.Text)
	return func(c survey.Contact, stopped survey.SuppressionReason) bool {
		return sees(c) && s.Narrow.Fits(c, stopped) && fits(c, wanted)
	}, err
}

// fits reports whether a name, an address, a telephone, a customer id or what else a list says of somebody is what is looked for.
func fits(c survey.Contact, wanted text.Query) bool {
	if wanted.Empty() {
		return true
	}
	return wanted.Match(searching.Texts(c)...)
}

// Count is how many contacts of an audience fit a filter.
type Count struct {
	Contacts int                              // of the audience
	Fit      int                              // of them, those that fit the filter
	Stopped  map[survey.SuppressionReason]int // of those that fit, to whom nobody writes
}

// Count counts some of the contacts of an audience, from a cursor on, and returns where to go on: the caller adds the pages up.
func (l *Lists) Count(ctx context.Context, a survey.Audience, f survey.Filter, from survey.Cursor) (Count, *survey.Cursor, error) {
	n := Count{Stopped: map[survey.SuppressionReason]int{}}
	next, err := l.Store.ContactsPage(ctx, a, from, countedAtOnce, func(c survey.Contact, stopped survey.SuppressionReason) {
		n.Contacts++
		if !f.Match(c) {
			return
		}
		n.Fit++
		if stopped != "" {
			n.Stopped[stopped]++
		}
	})
	return n, next, err
}

// Stop stops a normalised address by hand in every audience, and returns its ids. Problem: reason_choice, for only the wish of
// whoever has the address can be said by hand.
func (l *Lists) Stop(ctx context.Context, email string, reason survey.SuppressionReason) (map[survey.Audience]survey.ContactID, error) {
	if reason != survey.Unsubscribed {
		return nil, apperr.New(apperr.Invalid, "reason_choice", "reason")
	}
	ids := l.Keys.ContactIDs(email)
	return ids, l.Store.Suppress(ctx, ids, reason, l.Now())
}
