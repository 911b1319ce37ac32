package contacts

import (
	"context"
	"crypto/rand"
	"fmt"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

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
	c.Account = in.Keys.AccountID(in.audience, c.Company)
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
