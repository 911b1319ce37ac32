package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// foundText is what a contact is found by, as its item keeps it: "c<hash> p<hash>", with s in front of a shared telephone.
func foundText(f survey.FoundBy) string {
	var parts []string
	if f.Customer != "" {
		parts = append(parts, string(survey.ByCustomer)+string(f.Customer))
	}
	if f.Phone != "" {
		kind := string(survey.ByPhone)
		if f.Shared {
			kind = "s"
		}
		parts = append(parts, kind+string(f.Phone))
	}
	return strings.Join(parts, " ")
}

func foundOf(text string) (f survey.FoundBy) {
	for part := range strings.FieldsSeq(text) {
		switch hash := survey.ContactID(part[1:]); part[0] {
		case 'c':
			f.Customer = hash
		case 'p':
			f.Phone = hash
		case 's':
			f.Phone, f.Shared = hash, true
		}
	}
	return f
}

// Stored tells which of up to any number of contacts are stored, and whether they hold the data that is given and are found by
// the same: those an upload need not look at any more. by is that of UpsertContacts; a glance is as of a moment ago, for half the price.
func (s *Store) Stored(ctx context.Context, cs []survey.Contact, by survey.UploadMark, glance bool) (map[survey.ContactID]survey.Likeness, error) {
	keys := make([]key, len(cs))
	of := make(map[key]survey.Contact, len(cs))
	for i, c := range cs {
		keys[i] = contactKey(c.Audience, c.ID)
		of[keys[i]] = c
	}
	items, err := s.gather(ctx, keys, !glance, "pk, sk, digest, mail, ids, upload")
	if err != nil {
		return nil, err
	}
	found := make(map[survey.ContactID]survey.Likeness, len(items))
	for _, it := range items {
		c := of[keyOf(it)]
		f := foundOf(text(it, "ids"))
		f.Shared, c.Found.Shared = false, false
		d, err := s.digestOf(ctx, c)
		if err != nil {
			return nil, err
		}
		found[c.ID] = survey.Likeness{
			Same:   d.of(c, text(it, "digest")) && text(it, "mail") == string(c.Mailbox) && f == c.Found,
			Moved:  text(it, "mail") != "",
			Before: by.Upload != "" && text(it, "upload") == markText(by),
		}
	}
	return found, nil
}

// Identified reads whose identifiers are; those that are nobody's are absent. An address is there only if it came later to its
// contact than another identifier, or was given up by it: any other is the id of its contact.
func (s *Store) Identified(ctx context.Context, a survey.Audience, ids []survey.Identifier, glance bool) (map[survey.Identifier]survey.Identified, error) {
	keys := make([]key, len(ids))
	of := make(map[key]survey.Identifier, len(ids))
	for n, i := range ids {
		keys[n] = identifierKey(a, i)
		of[keys[n]] = i
	}
	items, err := s.gather(ctx, keys, !glance, "")
	if err != nil {
		return nil, err
	}
	found := make(map[survey.Identifier]survey.Identified, len(items))
	for _, it := range items {
		found[of[keyOf(it)]] = survey.Identified{Contact: survey.ContactID(text(it, "contact")), Shared: truth(it, "shared"), Alone: survey.ContactID(text(it, "alone"))}
	}
	return found, nil
}

func identifierItem(a survey.Audience, i survey.Identifier, whose survey.Identified) item {
	it := identifierKey(a, i).item()
	it["contact"] = str(string(whose.Contact))
	if whose.Shared {
		it["shared"] = yes(true)
	}
	if whose.Alone != "" {
		it["alone"] = str(string(whose.Alone))
	}
	return it
}

// Identify writes whose identifiers are from now on. apperr.ErrChanged says that some of them are somebody else's meanwhile: those are
// left as they are, the others are written. A claim that holds already is written again without harm.
func (s *Store) Identify(ctx context.Context, a survey.Audience, claims []survey.Claim) error {
	var blind []types.WriteRequest
	var changed atomic.Bool
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(contactsInFlight)
	for _, c := range claims {
		switch {
		case c.Blind && c.Now.Contact == "":
			blind = append(blind, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: identifierKey(a, c.Identifier).item()}})
		case c.Blind:
			blind = append(blind, types.WriteRequest{PutRequest: &types.PutRequest{Item: identifierItem(a, c.Identifier, c.Now)}})
		case c.Now.Contact == "":
			g.Go(func() error { return s.giveUp(ctx, a, c) })
		default:
			g.Go(func() error {
				err := s.claim(ctx, a, c)
				if errors.Is(err, apperr.ErrChanged) {
					changed.Store(true)
					return nil
				}
				return err
			})
		}
	}
	for some := range slices.Chunk(blind, maxBatchWrite) {
		g.Go(func() error { return s.batchWrite(ctx, some) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if changed.Load() {
		return apperr.ErrChanged
	}
	return nil
}

// claim writes whose an identifier is, if it is as it was, or as it is to be: an earlier try may have written it.
func (s *Store) claim(ctx context.Context, a survey.Audience, c survey.Claim) error {
	values := item{}
	is := asIdentified(":now", c.Now, values)
	was := "attribute_not_exists(pk)"
	if c.Was.Contact != "" {
		was = asIdentified(":was", c.Was, values)
	}
	_, err := s.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: identifierItem(a, c.Identifier, c.Now), ConditionExpression: aws.String(was + " OR " + is),
		ExpressionAttributeNames: sharedName, ExpressionAttributeValues: values,
	})
	return s.failed("claim an identifier", err)
}

// sharedName stands for a word that expressions may not have.
var sharedName = map[string]string{"#shared": "shared"}

// asIdentified is the condition that an identifier's item says what whose says; its values begin with name.
func asIdentified(name string, whose survey.Identified, values item) string {
	values[name] = str(string(whose.Contact))
	condition := "(contact = " + name + " AND attribute_not_exists(#shared)"
	if whose.Shared {
		condition = "(contact = " + name + " AND attribute_exists(#shared)"
	}
	if whose.Alone == "" {
		return condition + " AND attribute_not_exists(alone))"
	}
	values[name+"alone"] = str(string(whose.Alone))
	return condition + " AND alone = " + name + "alone)"
}

// giveUp drops an identifier that is a contact's, unless others share it: they would be found by it.
func (s *Store) giveUp(ctx context.Context, a survey.Audience, c survey.Claim) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: identifierKey(a, c.Identifier).item(),
		ConditionExpression:       aws.String("contact = :was AND attribute_not_exists(#shared)"),
		ExpressionAttributeNames:  sharedName,
		ExpressionAttributeValues: item{":was": str(string(c.Was.Contact))},
	})
	if err = s.failed("give up an identifier", err); errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}

// gather is batchGet with several calls under way at once.
func (s *Store) gather(ctx context.Context, keys []key, consistent bool, projection string) (items []item, err error) {
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(contactsInFlight)
	for some := range slices.Chunk(keys, 100) {
		g.Go(func() error {
			found, err := s.batchGet(ctx, some, consistent, projection)
			mu.Lock()
			defer mu.Unlock()
			items = append(items, found...)
			return err
		})
	}
	err = g.Wait()
	return items, err
}

// ContactByMail finds the contact of an address by the address's id; ok is false where it is nobody's. A contact that has given
// the address up is found, too: its MailID is another then.
func (s *Store) ContactByMail(ctx context.Context, a survey.Audience, mail survey.ContactID) (c survey.Contact, ok bool, err error) {
	whose, err := s.mailContacts(ctx, map[survey.Audience]survey.ContactID{a: mail})
	if err != nil {
		return c, false, err
	}
	id := mail
	if w := whose[a]; w != "" {
		id = w
	}
	c, err = s.Contact(ctx, a, id)
	if apperr.Is(err, "contact_unknown") {
		return c, false, nil
	}
	return c, err == nil, err
}

// SaveContact writes a contact as a whole, over the state of the time was (zero: it is new); apperr.ErrChanged if there is another.
// whose says whose identifiers are from now on, gone which are nobody's any more; one that somebody else got meanwhile gives
// apperr.ErrChanged, too.
func (s *Store) SaveContact(ctx context.Context, c survey.Contact, was time.Time, whose map[survey.Identifier]survey.Identified, gone []survey.Identifier) error {
	actions, err := s.saveContact(ctx, c, was, whose, gone)
	if err != nil {
		return err
	}
	return s.transact(ctx, "save contact", actions)
}

func (s *Store) saveContact(ctx context.Context, c survey.Contact, was time.Time, whose map[survey.Identifier]survey.Identified, gone []survey.Identifier) ([]types.TransactWriteItem, error) {
	it, err := s.contactItem(ctx, c)
	if err != nil {
		return nil, err
	}
	put := &types.Put{TableName: &s.table, Item: it, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if !was.IsZero() {
		put.ConditionExpression, put.ExpressionAttributeValues = aws.String("updated = :was"), item{":was": at(was)}
	}
	all := []types.TransactWriteItem{{Put: put}}
	if was.IsZero() {
		all = append(all, types.TransactWriteItem{Put: &types.Put{
			TableName: &s.table, Item: newItem(c.Audience, c.ID, []survey.ContactID{c.ID}, c.Created), // for continuous surveys
		}})
	}
	for i, w := range whose {
		all = append(all, types.TransactWriteItem{Put: &types.Put{
			TableName: &s.table, Item: identifierItem(c.Audience, i, w),
			ConditionExpression: aws.String("attribute_not_exists(pk) OR contact = :whose"), ExpressionAttributeValues: item{":whose": str(string(w.Contact))},
		}})
	}
	for _, i := range gone {
		all = append(all, types.TransactWriteItem{Delete: &types.Delete{
			TableName: &s.table, Key: identifierKey(c.Audience, i).item(),
			ConditionExpression: aws.String("attribute_not_exists(pk) OR contact = :whose"), ExpressionAttributeValues: item{":whose": str(string(c.ID))},
		}})
	}
	return all, nil
}
