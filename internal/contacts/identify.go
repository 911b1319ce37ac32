package contacts

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"onetap/internal/survey"
)

// movesInFlight is how many contacts get another address at once.
const movesInFlight = 8

// identifying finds the contacts of some rows of a list. A row is looked up by every identifier that it has: the customer id
// decides before the address, the address before the telephone. Identifiers that contradict each other never make one person
// of two.
type identifying struct {
	*Lists
	audience survey.Audience
	phones   bool                                    // the list has a column of telephones
	consents bool                                    // … of consents
	people   map[survey.ContactID]*survey.Contact    // who may be meant, as they are after the rows so far
	whose    map[survey.Identifier]survey.Identified // the same of what they are found by
	stored   map[survey.Identifier]survey.Identified // … and as they are in the table
	before   map[survey.ContactID]survey.FoundBy     // by what those of people who are stored are found in the table
	puts     map[survey.Identifier]survey.Identified // of whose, what is to be written
	asked    map[survey.Identifier]bool              // what was looked up
	gone     []survey.Identifier                     // … and nobody's any more: who has them is in had
	had      map[survey.Identifier]survey.ContactID
	moves    []addressMove
	reader   *Import
	look     bool                      // nothing is written
	fresh    []Row                     // to be written: the rows that are new to the upload,
	again    []Row                     // and those of persons that an earlier slice or part has written, joined with what was written
	place    map[survey.ContactID]*Row // in fresh or again, which do not grow beyond their capacity
	settled  int                       // contacts that are stored as the list has them
	merges   []Merge
	refused  []Refusal
}

type addressMove struct {
	survey.AddressMove
	to string // the address; "": none
}

// tentative is what a row's contact is if nobody else is meant.
func (l *Lists) tentative(c survey.Contact) (survey.Contact, survey.Identifiers) {
	ids := l.Keys.Identifiers(c.Audience, c.Person)
	c.ID = ids.Own()
	c.Mailbox = ids.MailboxOf(c.ID)
	c.Account = l.Keys.AccountID(c.Audience, c.Company)
	c.Found = survey.FoundBy{Customer: ids.Customer, Phone: ids.Phone}
	return c, ids
}

// identify gives the rows of a slice to their contacts, and refuses those that name one a second time.
func (l *Lists) identify(ctx context.Context, p *progress, got *Imported) (*identifying, error) {
	in := &identifying{
		Lists: l, reader: &p.Reader, look: p.Look, place: map[survey.ContactID]*Row{}, fresh: make([]Row, 0, len(got.Rows)), again: make([]Row, 0, len(got.Rows)),
		audience: p.Reader.Audience, phones: len(p.Reader.calls) > 0, consents: has(p.Reader.Columns, FieldConsent), people: map[survey.ContactID]*survey.Contact{},
		whose: map[survey.Identifier]survey.Identified{}, puts: map[survey.Identifier]survey.Identified{}, asked: map[survey.Identifier]bool{},
		stored: map[survey.Identifier]survey.Identified{}, before: map[survey.ContactID]survey.FoundBy{}, had: map[survey.Identifier]survey.ContactID{},
	}
	all := make([]survey.Contact, len(got.Rows))
	ids := make([]survey.Identifiers, len(got.Rows))
	for i, row := range got.Rows {
		all[i], ids[i] = l.tentative(row.Contact)
	}
	stored, err := l.Store.Stored(ctx, unlike(all), p.by, p.Look)
	if err != nil {
		return nil, err
	}
	if err := in.read(ctx, all, ids, stored); err != nil {
		return nil, err
	}
	for i, row := range got.Rows {
		row.Contact = all[i]
		like := stored[row.Contact.ID]
		if like.Same && !like.Before && !row.OptedOut && in.people[row.Contact.ID] == nil && !p.seen.has(row.Contact.ID) { // nothing in this slice touches it
			p.seen.add(seenOf(row.Contact.ID, row.Line))
			in.settled++
			continue
		}
		if err := in.take(ctx, p, row, ids[i], got); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// unlike leaves one of contacts with the same id.
func unlike(all []survey.Contact) []survey.Contact {
	seen := make(map[survey.ContactID]bool, len(all))
	some := make([]survey.Contact, 0, len(all))
	for _, c := range all {
		if !seen[c.ID] {
			seen[c.ID] = true
			some = append(some, c)
		}
	}
	return some
}

// read looks up what the rows that are not stored as they are may mean: whose their identifiers are, and those contacts.
func (in *identifying) read(ctx context.Context, all []survey.Contact, ids []survey.Identifiers, stored map[survey.ContactID]survey.Likeness) error {
	ask := map[survey.Identifier]bool{}
	want := map[survey.ContactID]bool{}
	rows := map[survey.ContactID]int{}
	for _, c := range all {
		rows[c.ID]++
	}
	of := map[survey.ContactID]int{} // rows that are stored as they are, each the only one of its contact
	for i, c := range all {
		like, there := stored[c.ID]
		want[c.ID] = want[c.ID] || there && (!like.Same || like.Before || rows[c.ID] > 1)
		if like.Same && rows[c.ID] == 1 {
			of[c.ID] = i
			continue
		}
		asking(ask, ids[i], !there || like.Moved)
	}
	for {
		for id, there := range want { // whom another row may mean, or an earlier try has written, is looked up in full
			if i, only := of[id]; there && only {
				asking(ask, ids[i], stored[id].Moved)
				delete(of, id)
			}
		}
		if len(ask) == 0 {
			break
		}
		if err := in.lookUp(ctx, ask, want); err != nil {
			return err
		}
		clear(ask)
	}
	var who []survey.ContactID
	for id, there := range want {
		if there {
			who = append(who, id)
		}
	}
	people, err := in.Store.Contacts(ctx, in.audience, who)
	for id, c := range people {
		in.people[id], in.before[id] = &c, c.Found
	}
	return err
}

// asking notes a row's identifiers as to be looked up; its address only where that may be another contact's than the one of its id.
func asking(ask map[survey.Identifier]bool, ids survey.Identifiers, mail bool) {
	for _, i := range []survey.Identifier{{Kind: survey.ByCustomer, Hash: ids.Customer}, {Kind: survey.ByPhone, Hash: ids.Phone}, {Kind: survey.ByMail, Hash: ids.Mail}} {
		if i.Hash != "" && (i.Kind != survey.ByMail || mail) {
			ask[i] = true
		}
	}
}

// lookUp reads whose identifiers are, and wants those contacts.
func (in *identifying) lookUp(ctx context.Context, ask map[survey.Identifier]bool, want map[survey.ContactID]bool) error {
	whose, err := in.Store.Identified(ctx, in.audience, slices.Collect(maps.Keys(ask)), in.look)
	if err != nil {
		return err
	}
	maps.Copy(in.whose, whose)
	maps.Copy(in.stored, whose)
	maps.Copy(in.asked, ask)
	for _, w := range whose {
		want[w.Contact] = true
		if w.Alone != "" {
			want[w.Alone] = true
		}
	}
	return nil
}

// refuse takes a row back that was counted as taken.
func (in *identifying) refuse(r Refusal, got *Imported) {
	in.refused = append(in.refused, r)
	got.Quality.TakeBack(r)
}

// settle writes whose the identifiers are, and gives contacts their new addresses: both before the contacts themselves, so that
// a try that dies is found by the next.
func (in *identifying) settle(ctx context.Context, by survey.UploadMark) error {
	if by.Begin != nil && len(in.puts)+len(in.gone)+len(in.moves) > 0 {
		if err := by.Begin(); err != nil {
			return err
		}
	}
	if err := in.Store.Identify(ctx, in.audience, in.claims()); err != nil {
		return fmt.Errorf("identifiers: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(movesInFlight)
	for _, m := range in.moves {
		g.Go(func() error { return in.moveAddress(ctx, m, nil) })
	}
	return g.Wait()
}

// claims is what of the identifiers is to be written.
func (in *identifying) claims() []survey.Claim {
	all := make([]survey.Claim, 0, len(in.puts)+len(in.gone))
	for i, whose := range in.puts {
		all = append(all, survey.Claim{Identifier: i, Was: in.stored[i], Now: whose, Blind: !in.asked[i]})
	}
	for _, i := range in.gone {
		if _, put := in.puts[i]; !put {
			all = append(all, survey.Claim{Identifier: i, Was: survey.Identified{Contact: in.had[i]}})
		}
	}
	return all
}

// moveAddress gives a contact another address; who wanted no letters at the old one wants none at the new one, in any audience.
func (l *Lists) moveAddress(ctx context.Context, m addressMove, save *survey.ContactSave) error {
	wish, err := l.Store.MoveAddress(ctx, m.AddressMove, save)
	if err == nil && wish != "" && m.to != "" {
		err = l.Store.Suppress(ctx, l.Keys.ContactIDs(m.to), wish, l.Now().UTC())
	}
	return err
}
