package rights

import (
	"context"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
	"onetap/internal/survey"
)

// Person is one person: a contact, and those of the other audiences with the same address.
type Person struct {
	Contacts []survey.Contact // the first is the one that was found
}

// maxFound is how many people one search finds: a telephone of more is nobody's.
const maxFound = 20

// Find finds people by an address, a telephone, a customer id or the id of a contact. Problem: rights_whom where the text is none
// of these. An empty list: nobody is kept under it.
func (r *Rights) Find(ctx context.Context, text string) ([]Person, error) {
	text = strings.TrimSpace(text)
	var found []survey.Contact
	add := func(c survey.Contact) {
		if !slices.ContainsFunc(found, func(f survey.Contact) bool { return f.ID == c.ID && f.Audience == c.Audience }) {
			found = append(found, c)
		}
	}
	if text == "" || len(text) > 300 {
		return nil, apperr.New(apperr.Invalid, "rights_whom", "whom")
	}
	email, bad := survey.NormalizeEmail(text)
	if bad == nil {
		for a, id := range r.Keys.ContactIDs(email) {
			c, ok, err := r.Store.ContactByMail(ctx, a, id)
			if err != nil {
				return nil, err
			}
			if ok {
				add(c)
			}
		}
		return r.people(ctx, found)
	}
	phone, usable := celltext.Phone(text)
	if !usable {
		phone = ""
	}
	for _, a := range survey.Audiences {
		if validID(text) {
			if c, err := r.Store.Contact(ctx, a, survey.ContactID(text)); err == nil {
				add(c)
			} else if !apperr.Is(err, "contact_unknown") {
				return nil, err
			}
		}
		if err := r.byIdentifiers(ctx, a, r.Keys.Identifiers(a, survey.Person{Customer: text, Phone: phone}), add); err != nil {
			return nil, err
		}
	}
	return r.people(ctx, found)
}

func validID(s string) bool {
	return len(s) == 16 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// byIdentifiers finds who has a customer id or a telephone. A telephone that several share is an index of none of them: its people
// are looked for among all.
func (r *Rights) byIdentifiers(ctx context.Context, a survey.Audience, ids survey.Identifiers, add func(survey.Contact)) error {
	var ask []survey.Identifier
	for kind, hash := range map[survey.IdentifierKind]survey.ContactID{survey.ByCustomer: ids.Customer, survey.ByPhone: ids.Phone} {
		if hash != "" {
			ask = append(ask, survey.Identifier{Kind: kind, Hash: hash})
		}
	}
	whose, err := r.Store.Identified(ctx, a, ask, false)
	if err != nil {
		return err
	}
	for i, w := range whose {
		if w.Shared {
			if err := r.sharing(ctx, a, i.Hash, add); err != nil {
				return err
			}
			continue
		}
		c, err := r.Store.Contact(ctx, a, w.Contact)
		switch {
		case apperr.Is(err, "contact_unknown"):
		case err != nil:
			return err
		case i.Kind == survey.ByPhone && c.Found.Phone == i.Hash, i.Kind == survey.ByCustomer && c.Found.Customer == i.Hash:
			add(c)
		}
	}
	return nil
}

// sharing finds everybody of an audience who has a telephone.
func (r *Rights) sharing(ctx context.Context, a survey.Audience, phone survey.ContactID, add func(survey.Contact)) error {
	n := 0
	for shard := range survey.ContactShards {
		var ids []survey.ContactID
		_, err := r.Store.SomeContacts(ctx, a, shard, 1<<30, func(c survey.Contact) {
			if n < maxFound && r.Keys.Identifiers(a, survey.Person{Phone: c.Person.Phone}).Phone == phone {
				ids = append(ids, c.ID)
				n++
			}
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			c, err := r.Store.Contact(ctx, a, id)
			if err != nil {
				return err
			}
			add(c)
		}
	}
	return nil
}

// people makes people of contacts: those with one address are one.
func (r *Rights) people(ctx context.Context, found []survey.Contact) (all []Person, err error) {
	taken := map[survey.Audience]map[survey.ContactID]bool{}
	slices.SortFunc(found, func(a, b survey.Contact) int {
		return slices.Index(survey.Audiences, a.Audience) - slices.Index(survey.Audiences, b.Audience)
	})
	for _, c := range found {
		if taken[c.Audience][c.ID] {
			continue
		}
		p, err := r.of(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, c := range p.Contacts {
			if taken[c.Audience] == nil {
				taken[c.Audience] = map[survey.ContactID]bool{}
			}
			taken[c.Audience][c.ID] = true
		}
		all = append(all, p)
	}
	return all, nil
}

// Person is whose a contact is. Problem: contact_unknown.
func (r *Rights) Person(ctx context.Context, a survey.Audience, id survey.ContactID) (Person, error) {
	if !a.Valid() || !validID(string(id)) {
		return Person{}, apperr.New(apperr.Unknown, "contact_unknown", "contact")
	}
	c, err := r.Store.Contact(ctx, a, id)
	if err != nil {
		return Person{}, err
	}
	return r.of(ctx, c)
}

func (r *Rights) of(ctx context.Context, c survey.Contact) (Person, error) {
	p := Person{Contacts: []survey.Contact{c}}
	if c.Person.Email == "" {
		return p, nil
	}
	ids := r.Keys.ContactIDs(c.Person.Email)
	for _, a := range survey.Audiences {
		if a == c.Audience {
			continue
		}
		other, ok, err := r.Store.ContactByMail(ctx, a, ids[a])
		if err != nil {
			return p, err
		}
		if ok && other.Person.Email == c.Person.Email { // and not one who has given it up
			p.Contacts = append(p.Contacts, other)
		}
	}
	return p, nil
}

// sealsOf are the seals of an address, a customer id, a telephone or a contact's id, in every audience; addresses are the ids of an address.
func (r *Rights) sealsOf(text string) (seals []string, addresses map[survey.Audience]survey.ContactID, err error) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 300 {
		return nil, nil, apperr.New(apperr.Invalid, "rights_whom", "whom")
	}
	if email, bad := survey.NormalizeEmail(text); bad == nil {
		addresses = r.Keys.ContactIDs(email)
		for _, id := range addresses {
			seals = append(seals, r.Keys.Erased(id))
		}
		return seals, addresses, nil
	}
	phone, usable := celltext.Phone(text)
	if !usable {
		phone = ""
	}
	for _, a := range survey.Audiences {
		ids := r.Keys.Identifiers(a, survey.Person{Customer: text, Phone: phone})
		for _, id := range []survey.ContactID{ids.Customer, ids.Phone} {
			if id != "" {
				seals = append(seals, r.Keys.Erased(id))
			}
		}
	}
	if validID(text) {
		seals = append(seals, r.Keys.Erased(survey.ContactID(text)))
	}
	return seals, nil, nil
}
