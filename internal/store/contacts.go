package store

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// contactSecret is what is sealed of a contact: all that a list says of the person. Open stay what figures are made of and letters go by
// (owner by id, team, location, product, tier, language, time zone) and the keyed hashes by which the contact is found.
type contactSecret struct {
	Person   survey.Person     `json:"person"`
	OwnerRaw string            `json:"owner_raw,omitempty"`
	Value    string            `json:"value,omitempty"`
	Attrs    map[string]string `json:"attrs,omitempty"` // in the order of names
	Company  survey.Company    `json:"company,omitzero"`

	Former []survey.FormerValue `json:"former,omitempty"` // not in the digest: no list says it
}

func secretOf(c survey.Contact) contactSecret {
	return contactSecret{c.Person, c.OwnerRaw, c.Value, c.Attrs, c.Company, c.Former}
}

// plainSecrets are the attributes in which earlier versions, and stores that seal nothing, have it.
var plainSecrets = []string{"person", "owner_raw", "value", "attrs", "company", "former"}

func (s *Store) contactItem(ctx context.Context, c survey.Contact) (item, error) {
	d, err := s.digestOf(ctx, c)
	if err != nil {
		return nil, err
	}
	return s.stampedContact(ctx, c, d)
}

// stampedContact is contactItem for who knows the digest already.
func (s *Store) stampedContact(ctx context.Context, c survey.Contact, d contactDigest) (item, error) {
	if c.Unreadable { // what does not open is not replaced by nothing
		return nil, apperr.New(apperr.Conflict, "contact_unreadable", "")
	}
	it := make(item, 20) // an upload makes millions of them
	k := contactKey(c.Audience, c.ID)
	it["pk"], it["sk"] = str(k.pk), str(k.sk)
	it["audience"] = str(string(c.Audience))
	it["created"], it["updated"] = at(c.Created), at(c.Updated)
	set(it, "owner", c.Owner)
	set(it, "team", c.Team)
	set(it, "location", c.Location)
	set(it, "product", c.Product)
	set(it, "tier", c.Tier)
	set(it, "language", c.Language)
	set(it, "zone", c.Zone)
	it["digest"] = str(d.sum)
	set(it, "mail", string(c.Mailbox))
	set(it, "ids", foundText(c.Found))
	set(it, "account", string(c.Account))
	if c.Person.Consent != "" {
		it["consented"] = yes(true)
	}
	return it, s.putSecret(ctx, it, c, d.secret)
}

// putSecret seals a contact's secret, which comes as JSON, with or without its former values, for the place of an item.
func (s *Store) putSecret(ctx context.Context, it item, c survey.Contact, secret []byte) error {
	if len(c.Former) > 0 {
		secret = marshal(secretOf(c))
	}
	sealed, err := s.sealed(ctx, keyOf(it), seal.Contacts, secret)
	if err != nil || sealed != nil {
		it[sealedName] = bin(sealed)
		return err
	}
	it["person"] = asJSON(c.Person)
	set(it, "owner_raw", c.OwnerRaw)
	set(it, "value", c.Value)
	if len(c.Attrs) > 0 {
		it["attrs"] = asJSON(c.Attrs)
	}
	if c.Company != (survey.Company{}) {
		it["company"] = asJSON(c.Company)
	}
	if len(c.Former) > 0 {
		it["former"] = asJSON(c.Former)
	}
	return nil
}

// contactAt is a contact's item for another place; c is the contact in it. One that does not open stays as it is, and opens nowhere.
func (s *Store) contactAt(ctx context.Context, it item, c survey.Contact, k key) (item, error) {
	moved := maps.Clone(it)
	moved["pk"], moved["sk"] = str(k.pk), str(k.sk)
	if c.Unreadable {
		return moved, nil
	}
	for _, name := range append([]string{sealedName}, plainSecrets...) {
		delete(moved, name)
	}
	return moved, s.putSecret(ctx, moved, c, marshal(secretOf(c)))
}

// contactOf reads a contact. One whose seal is broken comes without what is sealed (survey.Contact.Unreadable), and that is no error.
func (s *Store) contactOf(ctx context.Context, it item) (survey.Contact, error) {
	c, err := openContact(it)
	if err != nil || it[sealedName] == nil {
		return c, err
	}
	var secret contactSecret
	if err := s.openJSON(ctx, it, seal.Contacts, "", &secret); s.unreadable(ctx, err) {
		c.Unreadable = true
	} else if err != nil {
		return c, err
	}
	c.Person, c.OwnerRaw, c.Value, c.Attrs, c.Company, c.Former = secret.Person, secret.OwnerRaw, secret.Value, secret.Attrs, secret.Company, secret.Former
	return c, nil
}

// openContact reads what is not sealed of a contact.
func openContact(it item) (survey.Contact, error) {
	c := survey.Contact{
		ID: survey.ContactID(text(it, "sk")), Audience: survey.Audience(text(it, "audience")),
		Owner: text(it, "owner"), OwnerRaw: text(it, "owner_raw"), Team: text(it, "team"), Location: text(it, "location"),
		Product: text(it, "product"), Tier: text(it, "tier"), Language: text(it, "language"), Zone: text(it, "zone"), Value: text(it, "value"),
		Created: instant(it, "created"), Updated: instant(it, "updated"),
		Mailbox: survey.ContactID(text(it, "mail")), Found: foundOf(text(it, "ids")), Consented: truth(it, "consented"),
		Account: survey.AccountID(text(it, "account")),
	}
	return c, errors.Join(fromJSON(it, "person", &c.Person), fromJSON(it, "attrs", &c.Attrs), fromJSON(it, "company", &c.Company), fromJSON(it, "former", &c.Former))
}

// Contacts reads contacts by id; those that are not there are absent from the map.
func (s *Store) Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error) {
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = contactKey(a, id)
	}
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return nil, err
	}
	found := make(map[survey.ContactID]survey.Contact, len(items))
	for _, it := range items {
		c, err := s.contactOf(ctx, it)
		if err != nil {
			return nil, err
		}
		found[c.ID] = c
	}
	return found, nil
}

// Contact reads one contact, or a problem of kind Unknown.
func (s *Store) Contact(ctx context.Context, a survey.Audience, id survey.ContactID) (survey.Contact, error) {
	it, err := s.get(ctx, contactKey(a, id))
	if err != nil {
		return survey.Contact{}, err
	}
	if it == nil {
		return survey.Contact{}, apperr.New(apperr.Unknown, "contact_unknown", "contact")
	}
	return s.contactOf(ctx, it)
}

// PutContacts writes contacts whole. Suppressions are items of their own and are not touched.
func (s *Store) PutContacts(ctx context.Context, cs []survey.Contact) error {
	items := make([]item, len(cs))
	for i, c := range cs {
		var err error
		if items[i], err = s.contactItem(ctx, c); err != nil {
			return err
		}
	}
	return s.batchPut(ctx, items)
}

// attributes makes the projection of some attributes; their names are DynamoDB's reserved words in part.
func attributes(list string) (names map[string]string, projection string) {
	names = map[string]string{}
	for name := range strings.FieldsSeq(list) {
		names["#"+name] = name
		if projection != "" {
			projection += ", "
		}
		projection += "#" + name
	}
	return names, projection
}

var (
	// What planning reads: what campaigns filter by. Columns of one's own are sealed with the person, so that planning opens contacts; it
	// is the sender's and the desk's work, who have the key anyway.
	plannedNames, plannedParts = attributes("pk sk reason mail owner team location product tier language zone value former attrs sealed consented created updated account company")
	// What a search over everything looks at and shows.
	soughtNames, soughtParts = attributes("pk sk person owner team location product value attrs company account sealed")
	// What sending reads.
	writtenNames, writtenParts = attributes("pk sk reason mail person owner team location product tier language zone attrs sealed consented account company")
)

// SomeContacts calls each for up to limit contacts of one shard of an audience in the order of their ids, with what a search looks
// at and shows of them; more reports whether there are others.
func (s *Store) SomeContacts(ctx context.Context, a survey.Audience, shard, limit int, each func(survey.Contact)) (more bool, err error) {
	in := &dynamodb.QueryInput{
		TableName: &s.table, Limit: aws.Int32(int32(limit)), KeyConditionExpression: aws.String("pk = :pk"), ProjectionExpression: &soughtParts,
		ExpressionAttributeNames: soughtNames, ExpressionAttributeValues: item{":pk": str(contactsPK(a, shard))}, ConsistentRead: aws.Bool(true),
	}
	for limit > 0 {
		out, err := s.db.Query(ctx, in)
		if err != nil {
			return false, s.failed("some contacts", err)
		}
		for _, it := range out.Items {
			if strings.HasSuffix(text(it, "sk"), "!") { // a suppression
				continue
			}
			c, err := s.contactOf(ctx, it)
			if err != nil {
				return false, err
			}
			c.Audience = a
			each(c)
			limit--
		}
		if len(out.LastEvaluatedKey) == 0 {
			return false, nil
		}
		in.ExclusiveStartKey, in.Limit = out.LastEvaluatedKey, aws.Int32(int32(max(limit, 1)))
	}
	return true, nil
}

// WalkContacts calls each for every contact of one shard of an audience in the order of their ids, with the reason why
// nobody may write to it, if any. The contacts come without person and raw owner, and say whether they are gone from the lists.
func (s *Store) WalkContacts(ctx context.Context, a survey.Audience, shard int, each func(survey.Contact, survey.SuppressionReason) error) error {
	gone, err := s.goneIn(ctx, a, shard)
	if err != nil {
		return err
	}
	return s.walkPlanned(ctx, a, gone, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"), ProjectionExpression: &plannedParts,
		ExpressionAttributeNames: plannedNames, ExpressionAttributeValues: item{":pk": str(contactsPK(a, shard))},
	}, each)
}

// walkPlanned calls each for the contacts of a query as planning wants them.
func (s *Store) walkPlanned(ctx context.Context, a survey.Audience, gone goneSince, in *dynamodb.QueryInput, each func(survey.Contact, survey.SuppressionReason) error) error {
	var held *survey.Contact // a contact waits for the item after it, which may be its suppression
	flush := func(reason survey.SuppressionReason) error {
		if held == nil {
			return nil
		}
		c := *held
		held = nil
		return each(c, reason)
	}
	err := s.pages(ctx, in, func(it item) (bool, error) {
		id, suppressed := strings.CutSuffix(text(it, "sk"), "!")
		if suppressed {
			if held != nil && string(held.ID) == id {
				return true, flush(survey.SuppressionReason(text(it, "reason")))
			}
			return true, nil // an address suppressed before it was ever uploaded to this audience
		}
		if err := flush(""); err != nil {
			return false, err
		}
		c, err := s.plannedContact(ctx, it)
		c.Audience, c.Gone = a, gone.has(c)
		held = &c
		return true, err
	})
	if err != nil {
		return err
	}
	return flush("")
}

// plannedContact is contactOf without the person and the owner as written, of which planning wants to know nothing.
func (s *Store) plannedContact(ctx context.Context, it item) (survey.Contact, error) {
	c, err := s.contactOf(ctx, it)
	c.Person, c.OwnerRaw = survey.Person{}, ""
	return c, err
}

// Recipients reads contacts and their stops in one call of up to 50 contacts (100 keys), and beside it what lies beside the contacts: who
// was stopped before there were stops. The contacts come with what a letter and its invitation need: person, owner, team, language, and what segments are of.
func (s *Store) Recipients(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, map[survey.ContactID]survey.SuppressionReason, error) {
	return s.contactsAndStops(ctx, a, ids, writtenParts, writtenNames)
}

// ContactsAndStops is Recipients with whole contacts.
func (s *Store) ContactsAndStops(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, map[survey.ContactID]survey.SuppressionReason, error) {
	return s.contactsAndStops(ctx, a, ids, "", nil)
}

func (s *Store) contactsAndStops(ctx context.Context, a survey.Audience, ids []survey.ContactID, projection string, names map[string]string) (map[survey.ContactID]survey.Contact, map[survey.ContactID]survey.SuppressionReason, error) {
	keys, beside := make([]key, 0, 2*len(ids)), make([]key, 0, len(ids))
	of := make(map[key]survey.ContactID, len(ids)) // by stop
	for _, id := range ids {
		keys, beside = append(keys, contactKey(a, id), stopKey(a, id)), append(beside, suppressionKey(a, id))
		of[stopKey(a, id)] = id
	}
	var items, old []item
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		items, err = s.batchGetNamed(gctx, keys, true, projection, names)
		return err
	})
	g.Go(func() (err error) {
		old, err = s.batchGet(gctx, beside, false, "sk, reason")
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	contacts := make(map[survey.ContactID]survey.Contact, len(ids))
	stopped := map[survey.ContactID]survey.SuppressionReason{}
	for _, it := range old {
		stopped[survey.ContactID(strings.TrimSuffix(text(it, "sk"), "!"))] = survey.SuppressionReason(text(it, "reason"))
	}
	for _, it := range items {
		if id, ok := of[keyOf(it)]; ok {
			stopped[id] = survey.SuppressionReason(text(it, "reason"))
			continue
		}
		c, err := s.contactOf(ctx, it)
		if err != nil {
			return nil, nil, err
		}
		contacts[c.ID] = c
	}
	return contacts, stopped, nil
}
