package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// contactsInFlight is how many calls an upload has under way at once.
const contactsInFlight = 8

// contactDigest is a fingerprint of what an upload brings of a contact, so that comparing a list with the table reads a
// line of each contact instead of all of it. Equal sums mean survey.Contact.Same. The sum is keyed, and of one contact alone: it tells
// nobody who tries names, nor that two contacts are one person. What is sealed is kept as JSON, because making that is the greater part
// of the work.
type contactDigest struct {
	sum    string
	secret []byte
}

func (s *Store) digestOf(ctx context.Context, c survey.Contact) (d contactDigest, err error) {
	c.Former = nil
	d.secret = marshal(secretOf(c))
	if s.keys.plain {
		d.sum = plainDigest(c)
		return d, nil
	}
	if s.keys.sealer == nil {
		return d, fmt.Errorf("compare contacts: %w", errNoKeys)
	}
	b := make([]byte, 0, 512)
	for _, part := range [...]string{string(c.Audience), string(c.ID), c.Owner, c.Team, c.Location, c.Product, c.Tier, c.Language} {
		b = append(append(b, part...), 0)
	}
	if c.Zone != "" { // not in the digests of those who had none when there were no zones
		b = append(append(b, c.Zone...), 0)
	}
	h, err := s.keys.sealer.Digest(ctx, seal.Contacts, append(b, d.secret...))
	if err == nil {
		d.sum = keyedDigest + base64.RawStdEncoding.EncodeToString(h[:12])
	}
	return d, err
}

// keyedDigest precedes a digest that is keyed; those of earlier versions were not.
const keyedDigest = "k"

// plainDigest is the digest that earlier versions made, and stores that seal nothing make.
func plainDigest(c survey.Contact) string {
	attrs := ""
	if len(c.Attrs) > 0 {
		attrs = jsonText(c.Attrs)
	}
	b := make([]byte, 0, 512)
	for _, s := range [...]string{jsonText(c.Person), c.Owner, c.OwnerRaw, c.Team, c.Location, c.Product, c.Tier, c.Language, c.Value, attrs} {
		b = append(append(b, s...), 0)
	}
	if c.Zone != "" {
		b = append(append(b, c.Zone...), 0)
	}
	if c.Company != (survey.Company{}) {
		b = append(b, jsonText(c.Company)...)
	}
	h := sha256.Sum256(b)
	return base64.RawStdEncoding.EncodeToString(h[:12])
}

// of reports whether a stored digest is that of the contact c, whose own this is.
func (d contactDigest) of(c survey.Contact, stored string) bool {
	if strings.HasPrefix(d.sum, keyedDigest) && len(stored) == len(d.sum)-len(keyedDigest) {
		return stored == plainDigest(c)
	}
	return stored == d.sum
}

// UpsertContacts writes those of the contacts that are new or hold other data than is stored; of these, Created stays
// as it was. The contacts must differ. by names the upload, so that doing it again after a crash counts as the first
// time what the first try wrote, and so that it can be undone (keepForUndo). With by.Before nothing of a hundred is written of which one
// has changed meanwhile.
func (s *Store) UpsertContacts(ctx context.Context, cs []survey.Contact, by survey.UploadMark, now time.Time) (survey.Upserted, error) {
	var mu sync.Mutex
	var sum survey.Upserted
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(contactsInFlight)
	for len(cs) > 0 {
		n := min(len(cs), 100)
		some := cs[:n]
		cs = cs[n:]
		g.Go(func() error {
			u, err := s.upsert(ctx, some, by, now)
			mu.Lock()
			defer mu.Unlock()
			sum = sum.Plus(u)
			return err
		})
	}
	err := g.Wait()
	return sum, err
}

// upsert does up to 100 contacts: one read, and four writes at most; where they are kept for undoing, one read and five writes more.
func (s *Store) upsert(ctx context.Context, cs []survey.Contact, by survey.UploadMark, now time.Time) (survey.Upserted, error) {
	keys := make([]key, len(cs))
	for i, c := range cs {
		keys[i] = contactKey(c.Audience, c.ID)
	}
	items, err := s.batchGet(ctx, keys, true, "pk, sk, digest, mail, ids, created, updated, upload, fresh")
	if err != nil {
		return survey.Upserted{}, err
	}
	known := make(map[key]item, len(items))
	for _, it := range items {
		known[keyOf(it)] = it
	}
	digests := make([]contactDigest, len(cs))
	var others []key // stored, and to be written: what is kept of them no list says
	for i, c := range cs {
		if digests[i], err = s.digestOf(ctx, c); err != nil {
			return survey.Upserted{}, err
		}
		if was := known[keys[i]]; was != nil && (!digests[i].of(c, text(was, "digest")) || foundElsewhere(was, c)) {
			others = append(others, keys[i])
		}
	}
	stored, err := s.whole(ctx, others)
	if err != nil {
		return survey.Upserted{}, err
	}
	var u survey.Upserted
	var write []item
	var made []survey.ContactID
	changed := map[key]survey.Contact{}
	mark := markText(by)
	for i, c := range cs {
		was, d := known[keys[i]], digests[i]
		same := was != nil && d.of(c, text(was, "digest"))
		if by.Before != nil && meanwhile(by.Before, c.ID, was, same) {
			return survey.Upserted{}, apperr.ErrChanged
		}
		mine := by.Upload != "" && text(was, "upload") == mark // written by an earlier try of this part
		fresh := was == nil || mine && truth(was, "fresh")
		switch {
		case fresh:
			u.New++
			made = append(made, c.ID)
		case same && !mine:
			u.Unchanged++
		default:
			u.Changed++
		}
		if same {
			if foundElsewhere(was, c) {
				c.Former = stored[keys[i]].contact.Former
				it, err := s.foundItem(ctx, c, d, was)
				if err != nil {
					return survey.Upserted{}, err
				}
				write = append(write, it)
			}
			continue
		}
		c.Created, c.Updated = now, now
		if was != nil {
			c.Created = instant(was, "created")
			before := stored[keys[i]]
			c = c.Following(before.contact, by.Upload != "" && markedBy(before.item, by.Upload), now)
		}
		it, err := s.stampedContact(ctx, c, d)
		if err != nil {
			return survey.Upserted{}, err
		}
		if by.Upload != "" {
			it["upload"], it["fresh"] = str(mark), yes(fresh)
		}
		if !fresh {
			changed[keys[i]] = c
		}
		write = append(write, it)
	}
	if len(write) == 0 {
		return u, nil
	}
	if by.Begin != nil {
		if err := by.Begin(); err != nil {
			return u, err
		}
	}
	if by.Upload != "" {
		if u.Lost, u.Back, err = s.keepForUndo(ctx, by, nameOf(cs), made, changed, stored, now); err != nil {
			return u, fmt.Errorf("keep for undoing: %w", err)
		}
	}
	if len(made) > 0 { // before them: whoever dies in between leaves a note of nobody
		write = append([]item{newItem(cs[0].Audience, nameOf(cs), made, now)}, write...)
	}
	return u, s.batchPut(ctx, write)
}

// storedContact is a contact as it was read, and its item.
type storedContact struct {
	contact survey.Contact
	item    item
}

// whole reads contacts that are about to be written.
func (s *Store) whole(ctx context.Context, keys []key) (map[key]storedContact, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return nil, err
	}
	all := make(map[key]storedContact, len(items))
	for _, it := range items {
		c, err := s.contactOf(ctx, it)
		if err != nil {
			return nil, err
		}
		all[keyOf(it)] = storedContact{c, it}
	}
	return all, nil
}

// foundElsewhere reports whether a contact is found by something else than its item says.
func foundElsewhere(was item, c survey.Contact) bool {
	return text(was, "mail") != string(c.Mailbox) || text(was, "ids") != foundText(c.Found)
}

// meanwhile reports whether a contact is stored otherwise than it was before. One that is as a list has it nobody may have looked at.
func meanwhile(before map[survey.ContactID]survey.FoundBy, id survey.ContactID, is item, same bool) bool {
	was, there := before[id]
	if !there {
		return is != nil && !same
	}
	return is == nil || foundText(was) != text(is, "ids")
}

// foundItem is a contact of which only what it is found by is new: to whoever undoes an upload it is as it was.
func (s *Store) foundItem(ctx context.Context, c survey.Contact, d contactDigest, was item) (item, error) {
	c.Created, c.Updated = instant(was, "created"), instant(was, "updated")
	it, err := s.stampedContact(ctx, c, d)
	if err != nil {
		return nil, err
	}
	for _, mark := range []string{"upload", "fresh"} {
		if v, ok := was[mark]; ok {
			it[mark] = v
		}
	}
	return it, nil
}

// CompareContacts says of each of the contacts how it differs from the one that is stored, in their order, and writes nothing. It
// reads what was there a moment ago, for half of what a consistent read costs.
func (s *Store) CompareContacts(ctx context.Context, cs []survey.Contact) ([]survey.Compared, error) {
	all := make([]survey.Compared, len(cs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(contactsInFlight)
	for from := 0; from < len(cs); from += 100 {
		to := min(from+100, len(cs))
		g.Go(func() error { return s.compare(ctx, cs[from:to], all[from:to]) })
	}
	return all, g.Wait()
}

func (s *Store) compare(ctx context.Context, cs []survey.Contact, all []survey.Compared) error {
	keys := make([]key, len(cs))
	for i, c := range cs {
		keys[i] = contactKey(c.Audience, c.ID)
	}
	items, err := s.batchGetNamed(ctx, keys, false, comparedParts, comparedNames)
	if err != nil {
		return err
	}
	known := make(map[key]item, len(items))
	for _, it := range items {
		known[keyOf(it)] = it
	}
	for i, c := range cs {
		was, there := known[keys[i]]
		d, err := s.digestOf(ctx, c)
		if err != nil {
			return err
		}
		all[i] = survey.Compared{Fresh: !there, Same: there && d.of(c, text(was, "digest"))}
		if there && !all[i].Same {
			if all[i].Was, err = s.contactOf(ctx, was); err != nil {
				return err
			}
		}
	}
	return nil
}

// What comparing a list reads.
var comparedNames, comparedParts = attributes("pk sk digest person owner team sealed")
