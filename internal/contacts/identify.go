package contacts

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
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

// by finds whose an identifier is, if that contact has it still. A customer id is its contact's, too, where that has none: another
// upload has written the contact at the same moment.
func (in *identifying) by(kind survey.IdentifierKind, hash survey.ContactID) (c *survey.Contact, shared bool) {
	if hash == "" {
		return nil, false
	}
	w, ok := in.whose[survey.Identifier{Kind: kind, Hash: hash}]
	switch c = in.people[w.Contact]; {
	case kind == survey.ByMail && (!ok || c == nil):
		return in.people[hash], false
	case c == nil, kind == survey.ByCustomer && c.Found.Customer != hash && c.Found.Customer != "", kind == survey.ByPhone && (c.Found.Phone != hash || c.Found.Shared):
		return nil, false
	}
	return c, w.Shared
}

// alone finds whom a telephone without another identifier means: whom it meant before, whoever has it too since then; else who
// has it and no one beside; else who came with nothing but it.
func (in *identifying) alone(phone survey.ContactID) *survey.Contact {
	w := in.whose[survey.Identifier{Kind: survey.ByPhone, Hash: phone}]
	if c := in.people[w.Alone]; c != nil && c.Found.Phone == phone {
		return c
	}
	if c, shared := in.by(survey.ByPhone, phone); c != nil && !shared {
		return c
	}
	if c := in.people[phone]; c != nil && c.Found.Phone == phone {
		return c
	}
	return nil
}

// claimed is the contact that a row's customer id or telephone was given to and that is not stored yet: another upload is about to
// write it, or has died before it could. The row becomes that contact where it would join it if it were stored.
func (in *identifying) claimed(ids survey.Identifiers) survey.ContactID {
	absent := func(kind survey.IdentifierKind, hash survey.ContactID) (survey.Identified, bool) {
		w, there := in.whose[survey.Identifier{Kind: kind, Hash: hash}]
		return w, hash != "" && there && in.people[w.Contact] == nil
	}
	if w, ok := absent(survey.ByCustomer, ids.Customer); ok {
		return w.Contact
	}
	alone := ids.Mail == "" && ids.Customer == ""
	if w, ok := absent(survey.ByPhone, ids.Phone); ok && !w.Shared && (alone || w.Contact == ids.Phone) {
		return w.Contact
	}
	return ""
}

// take finds the contact of a row and puts the two together.
func (in *identifying) take(ctx context.Context, p *progress, row Row, ids survey.Identifiers, got *Imported) error {
	customer, _ := in.by(survey.ByCustomer, ids.Customer)
	mail, _ := in.by(survey.ByMail, ids.Mail)
	phone, shared := in.by(survey.ByPhone, ids.Phone)
	was, without := customer, false // without: the address is another's
	alone := ids.Mail == "" && ids.Customer == ""
	claimed := in.claimed(ids)
	switch {
	case alone:
		was = in.alone(ids.Phone)
	case customer != nil && mail != nil && mail != customer:
		if customer.MailID() != "" {
			in.refuse(row.contradiction("identifiers_contradict"), got)
			return nil
		}
		without = true
	case customer != nil:
	case mail != nil && ids.Customer != "" && claimed != "" && claimed != mail.ID:
		without = true
	case mail != nil && mail.Found.Customer != "" && ids.Customer != "" && mail.Found.Customer != ids.Customer:
		without = true
	case mail != nil:
		was = mail
	case phone != nil && !shared && (ids.Customer == "" || phone.Found.Customer == "") && (ids.Mail == "" || phone.MailID() == ""):
		was = phone
	}
	if without {
		got.warn(Warning{Line: row.Line, Code: AddressOfAnother, Value: row.Contact.Person.Email})
		row.Contact.Person.Email, ids.Mail = "", ""
	}
	id := in.idOf(was, ids, without, claimed)
	if was != nil && ids.Mail != "" && was.MailID() != "" && was.MailID() != ids.Mail && p.seen.has(id) {
		in.refuse(row.contradiction("customer_id_twice"), got) // two people of one list
		return nil
	}
	row.Contact.ID = id
	first, twice := p.seen.add(seenOf(id, row.Line))
	if twice {
		if err := in.merge(ctx, row, first, got); err != nil {
			return err
		}
	} else {
		in.fresh = append(in.fresh, in.joined(was, row, got))
		in.place[id] = &in.fresh[len(in.fresh)-1]
	}
	if i := (survey.Identifier{Kind: survey.ByPhone, Hash: ids.Phone}); alone {
		if w, ok := in.whose[i]; ok && w.Alone != id {
			w.Alone = id
			in.whose[i], in.puts[i] = w, w
		}
	}
	return nil
}

// merge joins a row with an earlier one of the same list and person.
func (in *identifying) merge(ctx context.Context, row Row, first int, got *Imported) error {
	id := row.Contact.ID
	got.Quality.Note(MergedRows, row.Line)
	into := in.place[id]
	if into == nil && in.look { // its first row was compared already, and nothing of it is written
		return nil
	}
	if into == nil {
		stored, err := in.Store.Contact(ctx, in.audience, id)
		if apperr.Is(err, "contact_unknown") { // erased meanwhile
			in.fresh = append(in.fresh, in.joined(nil, row, got))
			in.place[id] = &in.fresh[len(in.fresh)-1]
			return nil
		}
		if err != nil {
			return fmt.Errorf("join rows: %w", err)
		}
		in.again = append(in.again, Row{Line: first, Contact: stored})
		into = &in.again[len(in.again)-1]
		in.place[id] = into
	}
	merge := Merge{Line: row.Line, First: first}
	was := into.Contact
	row.Contact = in.reader.join(was, row.Contact, &merge)
	row.Line, row.OptedOut = into.Line, row.OptedOut || into.OptedOut
	*into = in.joined(&was, row, got)
	in.merges = append(in.merges, merge)
	return nil
}

// idOf is the id of a row's contact.
func (in *identifying) idOf(was *survey.Contact, ids survey.Identifiers, without bool, claimed survey.ContactID) survey.ContactID {
	switch {
	case was != nil:
		return was.ID
	case claimed != "":
		return claimed
	}
	if id := ids.Own(); in.people[id] == nil && !without {
		return id
	}
	var random [10]byte
	rand.Read(random[:])
	return survey.ContactID(idLetters.EncodeToString(random[:])) // the id is that of somebody who had the customer id or telephone before
}

// joined makes of a row and the contact that it means, if there is one, what is to be stored. What a row does not say of an address
// or customer id stays; a telephone and a consent go if the list has a column of them.
func (in *identifying) joined(was *survey.Contact, row Row, got *Imported) Row {
	c := row.Contact
	var had survey.Contact
	if was != nil {
		had = *was
		if c.Person.Email == "" {
			c.Person.Email = had.Person.Email
		}
		if c.Person.Customer == "" {
			c.Person.Customer = had.Person.Customer
		}
		if c.Person.Phone == "" && !in.phones {
			c.Person.Phone = had.Person.Phone
		}
		if !in.consents {
			c.Person.Consent = had.Person.Consent
		}
	}
	ids := in.Keys.Identifiers(in.audience, c.Person)
	c.Mailbox = ids.MailboxOf(c.ID)
	c.Found = in.found(c.ID, had, ids)
	if c.Found.Shared && !had.Found.Shared {
		got.Quality.Note(SharedPhone, row.Line)
	}
	if from := had.MailID(); from != ids.Mail && (was != nil || ids.Mail != "" && ids.Mail != c.ID) {
		in.moves = append(in.moves, addressMove{survey.AddressMove{Audience: in.audience, Contact: c.ID, From: from, To: ids.Mail}, c.Person.Email})
		if from == c.ID {
			in.whose[survey.Identifier{Kind: survey.ByMail, Hash: from}] = survey.Identified{Contact: c.ID}
		}
		if ids.Mail != c.ID {
			in.whose[survey.Identifier{Kind: survey.ByMail, Hash: ids.Mail}] = survey.Identified{Contact: c.ID}
		}
	}
	in.people[c.ID] = &c
	row.Contact = c
	return row
}

// found says what a contact is found by from now on, and notes what of that is new and what is gone. had is what is stored of it.
func (in *identifying) found(id survey.ContactID, had survey.Contact, ids survey.Identifiers) survey.FoundBy {
	f := survey.FoundBy{Customer: ids.Customer, Phone: ids.Phone}
	mine := survey.Identified{Contact: id}
	note := func(i survey.Identifier, whose survey.Identified) {
		whose.Alone = in.whose[i].Alone
		if is, there := in.stored[i]; !there || is != whose {
			in.puts[i] = whose
		}
		in.whose[i] = whose
	}
	kept := func(i survey.Identifier, before survey.ContactID) bool { // the row did not say it, and it is as it was
		_, known := in.whose[i]
		return before == i.Hash && !known && !in.asked[i]
	}
	if i := (survey.Identifier{Kind: survey.ByCustomer, Hash: ids.Customer}); f.Customer != "" && in.whose[i] != mine && !kept(i, had.Found.Customer) {
		note(i, mine)
	}
	if i := (survey.Identifier{Kind: survey.ByPhone, Hash: ids.Phone}); f.Phone != "" && kept(i, had.Found.Phone) {
		f.Shared = had.Found.Shared
	} else if f.Phone != "" {
		switch owner, shared := in.by(survey.ByPhone, ids.Phone); {
		case owner == nil && !in.whose[i].Shared:
			note(i, mine)
		case owner != nil && owner.ID == id:
		case owner == nil || shared:
			f.Shared = true
		default:
			f.Shared = true
			note(i, survey.Identified{Contact: owner.ID, Shared: true})
		}
	}
	giveUp := func(i survey.Identifier) {
		in.gone = append(in.gone, i)
		in.had[i] = id
	}
	if had.Found.Customer != "" && had.Found.Customer != f.Customer {
		giveUp(survey.Identifier{Kind: survey.ByCustomer, Hash: had.Found.Customer})
	}
	if had.Found.Phone != "" && !had.Found.Shared && had.Found.Phone != f.Phone {
		giveUp(survey.Identifier{Kind: survey.ByPhone, Hash: had.Found.Phone})
	}
	return f
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
