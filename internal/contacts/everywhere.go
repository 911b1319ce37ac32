package contacts

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"onetap/internal/authz"
	"onetap/internal/survey"
	"onetap/internal/text"
)

const (
	// lookedAtEach is how many contacts of an audience without an index a search over all looks at, in all its shards at once.
	lookedAtEach = 3000
	// enoughOfEach is how many contacts of an audience are enough of those that the index finds.
	enoughOfEach = 50
)

// Everywhere is what a search over all audiences has found.
type Everywhere struct {
	Contacts []survey.Contact  // the best known first: those with exactly this address, telephone or customer id; then by name
	Exact    bool              // they have exactly this address or customer id; nobody was looked for by words
	Looked   int               // how many contacts of audiences without an index were looked at
	Partly   []survey.Audience // of these there may be more contacts than were looked at
	Lately   bool              // many contacts are changing just now, and those of the last minutes may be missing
}

// Everywhere finds the contacts of all audiences that this one may see: any that has exactly the address, telephone or customer id that is
// looked for, and those whom the words fit: enoughOfEach audience at least, where there are so many.
func (l *Lists) Everywhere(ctx context.Context, who authz.Who, words string) (found Everywhere, err error) {
	sees, err := l.Sees(ctx, who)
	if err != nil {
		return found, err
	}
	wanted := text.NewQuery(words)
	if wanted.Empty() {
		return found, nil
	}
	exact, err := l.exactly(ctx, words)
	if err != nil {
		return found, err
	}
	exact = slices.DeleteFunc(exact, func(c survey.Contact) bool { return !sees(c) })
	slices.SortFunc(exact, byName)
	if len(exact) > 0 && nobodyElses(words) {
		found = Everywhere{Contacts: exact, Exact: true}
		for _, c := range exact {
			if !slices.Contains(found.Partly, c.Audience) {
				found.Partly = append(found.Partly, c.Audience)
			}
		}
		return found, nil
	}
	needs, err := l.needs(ctx, who, words)
	if err != nil {
		return found, err
	}
	err = l.byWords(ctx, &found, needs, func(c survey.Contact) bool {
		known := slices.ContainsFunc(exact, func(e survey.Contact) bool { return e.ID == c.ID && e.Audience == c.Audience })
		return !known && sees(c) && fits(c, wanted)
	})
	slices.SortFunc(found.Contacts, byName)
	found.Contacts = slices.Concat(exact, found.Contacts)
	return found, err
}

// leastID is how long a customer id is that is no word and no number of something else.
const leastID = 5

// nobodyElses reports whether words that are exactly somebody's can hardly be meant for anybody else: an address, or an id of letters
// and digits. A telephone several people may have, and a word may be a name.
func nobodyElses(words string) bool {
	letters := strings.ContainsFunc(words, unicode.IsLetter)
	return strings.Contains(words, "@") || letters && strings.ContainsAny(words, "0123456789") && utf8.RuneCountInString(words) >= leastID
}

// exactly finds the contacts of all audiences that have exactly this address, telephone or customer id.
func (l *Lists) exactly(ctx context.Context, words string) (all []survey.Contact, err error) {
	found := make([][]survey.Contact, len(survey.Audiences))
	g, ctx := errgroup.WithContext(ctx)
	for i, a := range survey.Audiences {
		g.Go(func() (err error) {
			found[i], err = l.exact(ctx, a, words)
			return err
		})
	}
	err = g.Wait()
	return slices.Concat(found...), err
}

// shardsAtOnce is how many shards a search reads at once: more only wait for each other.
const shardsAtOnce = 8

// byWords looks for contacts of all audiences: by the index, or among lookedAtEach of an audience that has none.
func (l *Lists) byWords(ctx context.Context, found *Everywhere, needs [][][]text.Range, fits func(survey.Contact) bool) error {
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	for _, a := range survey.Audiences {
		g.Go(func() error {
			var fit []survey.Contact
			in, next, err := l.among(ctx, a, needs, survey.Cursor{}, lookedAtEach/10, func(c survey.Contact, _ survey.SuppressionReason) bool {
				if fits(c) {
					fit = append(fit, c)
				}
				return len(fit) < enoughOfEach
			})
			looked := 0
			if err == nil && !in.All {
				fit, looked, next, err = l.walked(ctx, a, fits)
			}
			mu.Lock()
			defer mu.Unlock()
			found.Contacts, found.Looked, found.Lately = append(found.Contacts, fit...), found.Looked+looked, found.Lately || in.Lately
			if next != nil {
				found.Partly = append(found.Partly, a)
			}
			return err
		})
	}
	return g.Wait()
}

// walked looks at lookedAtEach contacts of an audience; next is not nil where there are others.
func (l *Lists) walked(ctx context.Context, a survey.Audience, fits func(survey.Contact) bool) (fit []survey.Contact, looked int, next *survey.Cursor, err error) {
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(shardsAtOnce)
	for shard := range survey.ContactShards {
		g.Go(func() error {
			var some []survey.Contact
			n := 0
			more, err := l.Store.SomeContacts(ctx, a, shard, lookedAtEach/survey.ContactShards, func(c survey.Contact) {
				if n++; fits(c) {
					some = append(some, c)
				}
			})
			mu.Lock()
			defer mu.Unlock()
			if fit, looked = append(fit, some...), looked+n; more {
				next = &survey.Cursor{}
			}
			return err
		})
	}
	return fit, looked, next, g.Wait()
}

func byName(a, b survey.Contact) int {
	return cmp.Or(strings.Compare(text.Fold(a.Person.Name), text.Fold(b.Person.Name)), cmp.Compare(a.ID, b.ID))
}

// ByIdentifier finds the contact that an address, a telephone or a customer id is of, in one audience or, where that is "", in all; ok is
// false where there is none, or there are several, that this one may see.
func (l *Lists) ByIdentifier(ctx context.Context, who authz.Who, words string, in survey.Audience) (c survey.Contact, ok bool, err error) {
	if email, err := survey.NormalizeEmail(words); err == nil && strings.Contains(words, "@") {
		return l.ByAddress(ctx, who, email, in)
	}
	sees, err := l.Sees(ctx, who)
	if err != nil || !strings.ContainsAny(words, "0123456789") { // a word is looked for, though it were somebody's id
		return c, false, err
	}
	for _, a := range survey.Audiences {
		if in != "" && a != in {
			continue
		}
		all, err := l.exact(ctx, a, words)
		if err != nil {
			return c, false, err
		}
		for _, one := range all {
			switch {
			case !sees(one):
			case ok:
				return c, false, nil
			default:
				c, ok = one, true
			}
		}
	}
	return c, ok, nil
}

// exact finds the contacts of an audience that have exactly this address, telephone or customer id, however many others there are.
func (l *Lists) exact(ctx context.Context, a survey.Audience, words string) (all []survey.Contact, err error) {
	person := survey.Person{Phone: words, Customer: words}
	if email, err := survey.NormalizeEmail(words); err == nil && strings.Contains(words, "@") {
		person.Email = email
	}
	ids := l.Keys.Identifiers(a, person)
	if ids.Mail != "" {
		c, ok, err := l.Store.ContactByMail(ctx, a, ids.Mail)
		if err != nil {
			return nil, err
		}
		if ok && c.MailID() == ids.Mail {
			all = append(all, c)
		}
	}
	var ask []survey.Identifier
	if ids.Customer != "" {
		ask = append(ask, survey.Identifier{Kind: survey.ByCustomer, Hash: ids.Customer})
	}
	if ids.Phone != "" {
		ask = append(ask, survey.Identifier{Kind: survey.ByPhone, Hash: ids.Phone})
	}
	if len(ask) == 0 {
		return all, nil
	}
	whose, err := l.Store.Identified(ctx, a, ask, true)
	if err != nil || len(whose) == 0 {
		return all, err
	}
	var who []survey.ContactID
	for _, w := range whose {
		who = append(who, w.Contact)
	}
	people, err := l.Store.Contacts(ctx, a, slices.Compact(slices.Sorted(slices.Values(who))))
	for _, c := range people {
		has := ids.Customer != "" && c.Found.Customer == ids.Customer || ids.Phone != "" && c.Found.Phone == ids.Phone
		if has && !slices.ContainsFunc(all, func(o survey.Contact) bool { return o.ID == c.ID }) {
			all = append(all, c)
		}
	}
	return all, err
}
