package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// contactsInFlight is how many calls an upload has under way at once.
const contactsInFlight = 8

// contactDigest is a fingerprint of what an upload brings of a contact, so that comparing a list with the table reads a
// line of each contact instead of all of it. Equal sums mean survey.Contact.Same. The parts that are stored as JSON are
// kept, because making them is the greater part of the work.
type contactDigest struct{ sum, person, attrs string }

func digestOf(c survey.Contact) contactDigest {
	d := contactDigest{person: jsonText(c.Person)}
	if len(c.Attrs) > 0 {
		d.attrs = jsonText(c.Attrs) // in the order of names
	}
	b := make([]byte, 0, 512)
	for _, s := range [...]string{d.person, c.Owner, c.OwnerRaw, c.Team, c.Location, c.Product, c.Tier, c.Language, c.Value, d.attrs} {
		b = append(append(b, s...), 0)
	}
	h := sha256.Sum256(b)
	d.sum = base64.RawStdEncoding.EncodeToString(h[:12])
	return d
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
	var u survey.Upserted
	var write []item
	var made []survey.ContactID
	changed := map[key]survey.Contact{}
	mark := markText(by)
	for i, c := range cs {
		was, d := known[keys[i]], digestOf(c)
		if by.Before != nil && meanwhile(by.Before, c.ID, was, text(was, "digest") == d.sum) {
			return survey.Upserted{}, apperr.ErrChanged
		}
		mine := by.Upload != "" && text(was, "upload") == mark // written by an earlier try of this part
		fresh := was == nil || mine && truth(was, "fresh")
		same := was != nil && text(was, "digest") == d.sum
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
			if text(was, "mail") != string(c.Mailbox) || text(was, "ids") != foundText(c.Found) {
				write = append(write, foundItem(c, d, was))
			}
			continue
		}
		c.Created, c.Updated = now, now
		if was != nil {
			c.Created = instant(was, "created")
		}
		it := stampedContact(c, d)
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
		if u.Lost, u.Back, err = s.keepForUndo(ctx, by, nameOf(cs), made, changed, now); err != nil {
			return u, fmt.Errorf("keep for undoing: %w", err)
		}
	}
	return u, s.batchPut(ctx, write)
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
func foundItem(c survey.Contact, d contactDigest, was item) item {
	c.Created, c.Updated = instant(was, "created"), instant(was, "updated")
	it := stampedContact(c, d)
	for _, mark := range []string{"upload", "fresh"} {
		if v, ok := was[mark]; ok {
			it[mark] = v
		}
	}
	return it
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
		all[i] = survey.Compared{Fresh: !there, Same: there && text(was, "digest") == digestOf(c).sum}
		if there && !all[i].Same {
			if all[i].Was, err = contactOf(was); err != nil {
				return err
			}
		}
	}
	return nil
}

// What comparing a list reads.
var comparedNames, comparedParts = attributes("pk sk digest person owner team")
