package insight

import (
	"context"
	"slices"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/names"
	"onetap/internal/survey"
)

// Pseudonyms stand for people before whoever works on answers without knowing who gave them.
type Pseudonyms interface {
	// Pseudonym stands for an id of a kind: always the same, and nobody without the key can tell it from the id.
	Pseudonym(kind, id string) string
}

// Pseudonymous reports whether a reader works on pseudonyms: reads answers, and neither who gave them nor the list of contacts. Whoever may read that
// list gets none: they could tell by team and owner, over several campaigns, whose they are.
func Pseudonymous(who authz.Who) bool {
	return who.Can(authz.ReadAnswers) && !who.Can(authz.ReadPeople) && !who.Can(authz.ReadContacts)
}

// Contact is by what a reader is told of a contact: the id, or a pseudonym.
func (r *Results) Contact(who authz.Who, id survey.ContactID) string {
	if !Pseudonymous(who) || id == "" {
		return string(id)
	}
	return r.Keys.Pseudonym("contact", string(id))
}

// Owner is by what a reader is told of one of the staff: the id, which may be an address, or a pseudonym.
func (r *Results) Owner(who authz.Who, id string) string {
	if !Pseudonymous(who) || id == "" {
		return id
	}
	return r.Keys.Pseudonym("staff", strings.ToLower(id))
}

// shown are answers as a reader of a campaign gets them. Who may not know the people gets no more of them than their scores and words, in
// which names, addresses and telephones are hidden: those of the staff, of who wrote them, and whatever looks like one.
func (r *Results) shown(ctx context.Context, who authz.Who, c survey.Campaign, found []survey.Response) ([]Answer, error) {
	all := make([]Answer, len(found))
	if Persons(c.Audience, who) {
		for i, a := range found {
			all[i] = Answer{response: a, people: true}
		}
		return all, nil
	}
	if len(found) > maskedAtOnce { // their contacts are read besides
		head, err := r.shown(ctx, who, c, found[:maskedAtOnce])
		if err != nil {
			return nil, err
		}
		rest, err := r.shown(ctx, who, c, found[maskedAtOnce:])
		return append(head, rest...), err
	}
	var ids []survey.ContactID
	for _, a := range found {
		if a.Why != "" || a.Wish != "" {
			ids = append(ids, a.Contact)
		}
	}
	mask, people := names.Mask{}, map[survey.ContactID]survey.Contact{}
	if len(ids) > 0 {
		var err error
		if mask, err = r.mask(ctx); err != nil {
			return nil, err
		}
		if people, err = r.Store.Contacts(ctx, c.Audience, ids); err != nil {
			return nil, err
		}
	}
	for i, a := range found {
		p := people[a.Contact].Person
		writer := names.Person{Name: p.Name + " " + p.First + " " + p.Middle, Email: p.Email, Phone: p.Phone, Customer: p.Customer}
		all[i] = Answer{response: survey.Response{Score: a.Score, Why: mask.Hide(a.Why, writer), Wish: mask.Hide(a.Wish, writer), Unreadable: a.Unreadable}}
		if Pseudonymous(who) {
			all[i].pseudonym = r.Contact(who, a.Contact)
		}
	}
	return all, nil
}

// maskedAtOnce is of how many answers the writers are read at once.
const maskedAtOnce = 1000

// mask knows the names of the staff.
func (r *Results) mask(ctx context.Context) (names.Mask, error) {
	staff, err := r.Store.Staff(ctx)
	known := make([]string, len(staff))
	for i, s := range staff {
		known[i] = s.Name
	}
	return names.NewMask(known...), err
}

// owners are ids of the staff as a reader gets them.
func (r *Results) owners(who authz.Who, ids []string) []string {
	ids = slices.Clone(ids)
	for i, id := range ids {
		ids[i] = r.Owner(who, id)
	}
	return ids
}
