package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

func wholeItem(w survey.WholeList) item {
	it := wholeKey(w.Upload).item()
	it["audience"], it["sent"], it["shard"], it["version"] = str(string(w.Audience)), at(w.Sent), num(w.Shard), num(w.Version)
	set(it, "after", string(w.After))
	return it
}

// SaveWholeList writes how far an audience is compared with a whole list if it has the version that was read (0: it is new), and
// returns it with the next; otherwise ErrChanged.
func (s *Store) SaveWholeList(ctx context.Context, w survey.WholeList) (survey.WholeList, error) {
	was := w.Version
	w.Version++
	if was == 0 {
		return w, s.put(ctx, wholeItem(w), "attribute_not_exists(pk)", nil)
	}
	return w, s.put(ctx, wholeItem(w), "version = :was", item{":was": num(was)})
}

// WholeLists lists the whole lists that are still to be compared.
func (s *Store) WholeLists(ctx context.Context) (all []survey.WholeList, err error) {
	err = s.queryItems(ctx, wholeKey("").pk, "", true, func(it item) (bool, error) {
		all = append(all, survey.WholeList{
			Upload: unpart(text(it, "sk")), Audience: survey.Audience(text(it, "audience")), Sent: instant(it, "sent"), Shard: int(number64(it, "shard")),
			After: survey.ContactID(text(it, "after")), Version: int(number64(it, "version")),
		})
		return true, nil
	})
	return all, err
}

// DropWholeList forgets a whole list: it is compared, or not to be. Again changes nothing.
func (s *Store) DropWholeList(ctx context.Context, upload string) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: wholeKey(upload).item()})
	return s.failed("drop a whole list", err)
}

// What comparing with a whole list reads of a contact.
var agedNames, agedParts = attributes("sk created updated")

// ContactsAged calls each for some limit contacts of a shard after one, with their times alone, and returns the last of them; next is "" at
// the end.
func (s *Store) ContactsAged(ctx context.Context, a survey.Audience, shard int, after survey.ContactID, limit int, each func(survey.Contact)) (next survey.ContactID, err error) {
	n := 0
	err = s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk AND sk > :after"), ProjectionExpression: &agedParts, ExpressionAttributeNames: agedNames,
		ExpressionAttributeValues: item{":pk": str(contactsPK(a, shard)), ":after": str(string(after) + " ")}, ConsistentRead: aws.Bool(true),
	}, func(it item) (bool, error) {
		if strings.HasSuffix(text(it, "sk"), "!") { // a suppression
			return true, nil
		}
		if n++; n > limit {
			return false, nil
		}
		c := survey.Contact{ID: survey.ContactID(text(it, "sk")), Audience: a, Created: instant(it, "created"), Updated: instant(it, "updated")}
		next = c.ID
		each(c)
		return true, nil
	})
	if n <= limit {
		next = ""
	}
	return next, err
}

// GoneContacts reads who of a shard is gone from the lists.
func (s *Store) GoneContacts(ctx context.Context, a survey.Audience, shard int) (all []survey.GoneContacts, err error) {
	err = s.queryItems(ctx, gonePK(a, shard), "", true, func(it item) (bool, error) {
		at := strings.SplitN(text(it, "sk"), "#", 3)
		g := survey.GoneContacts{Audience: a, Shard: shard, IDs: unpackIDs(binary(it, "ids")), Version: int(number64(it, "version")), Since: instant(it, "since")}
		if len(at) == 3 {
			g.Upload, g.From = at[1], survey.ContactID(at[2])
		}
		all = append(all, g)
		return true, nil
	})
	return all, err
}

// goneSince is who of a shard is gone, since when.
type goneSince map[survey.ContactID]time.Time

// has reports whether a contact is gone: nobody has changed it since.
func (g goneSince) has(c survey.Contact) bool {
	since, ok := g[c.ID]
	return ok && !c.Updated.After(since)
}

func (s *Store) goneIn(ctx context.Context, a survey.Audience, shard int) (goneSince, error) {
	all, err := s.GoneContacts(ctx, a, shard)
	gone := goneSince{}
	for _, g := range all {
		for _, id := range g.IDs {
			gone[id] = g.Since
		}
	}
	return gone, err
}

// GoneSince reads since when a contact is gone from the lists; zero: it is not.
func (s *Store) GoneSince(ctx context.Context, a survey.Audience, id survey.ContactID) (since time.Time, err error) {
	all, err := s.GoneContacts(ctx, a, shard(id))
	for _, g := range all {
		if slices.Contains(g.IDs, id) {
			return g.Since, err
		}
	}
	return since, err
}

// GoneAmong reads since when those of some contacts are gone from the lists that are; whoever was changed since is not gone.
func (s *Store) GoneAmong(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]time.Time, error) {
	found := map[survey.ContactID]time.Time{}
	of := map[int][]survey.ContactID{}
	for _, id := range ids {
		of[shard(id)] = append(of[shard(id)], id)
	}
	for n, some := range of {
		gone, err := s.goneIn(ctx, a, n)
		if err != nil {
			return nil, err
		}
		for _, id := range some {
			if since, ok := gone[id]; ok {
				found[id] = since
			}
		}
	}
	return found, nil
}

// SaveGone writes who is gone if it has the version that was read (0: whatever is there, for the same step finds the same), and deletes
// what names nobody; otherwise ErrChanged.
func (s *Store) SaveGone(ctx context.Context, g survey.GoneContacts) error {
	k := goneKey(g)
	condition, values := "version = :was", item{":was": num(g.Version)}
	if len(g.IDs) == 0 {
		_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: k.item(), ConditionExpression: &condition, ExpressionAttributeValues: values})
		return s.failed("drop who is gone", err)
	}
	it := k.item()
	it["since"], it["ids"], it["version"] = at(g.Since), bin(packIDs(g.IDs)), num(g.Version+1)
	if g.Version == 0 {
		condition, values = "", nil
	}
	return s.put(ctx, it, condition, values)
}

// Returned takes those whom a list names out of those who are gone. Again changes nothing.
func (s *Store) Returned(ctx context.Context, a survey.Audience, named []survey.SeenContact) error {
	seen := make(map[uint64]bool, len(named))
	var shards [survey.ContactShards]bool
	for _, c := range named {
		seen[c.ID] = true
		shards[int(c.ID>>54)%survey.ContactShards] = true
	}
	return s.ungone(ctx, a, shards, func(g survey.GoneContacts, id survey.ContactID) bool { return seen[survey.SeenID(id)] })
}

// NotGone takes back whom a whole list found gone. Again changes nothing.
func (s *Store) NotGone(ctx context.Context, a survey.Audience, upload string) error {
	var shards [survey.ContactShards]bool
	for n := range shards {
		shards[n] = true
	}
	return s.ungone(ctx, a, shards, func(g survey.GoneContacts, _ survey.ContactID) bool { return g.Upload == upload })
}

func (s *Store) ungone(ctx context.Context, a survey.Audience, shards [survey.ContactShards]bool, back func(survey.GoneContacts, survey.ContactID) bool) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(contactsInFlight)
	for n, wanted := range shards {
		if wanted {
			g.Go(func() error { return s.ungoneOf(ctx, a, n, back) })
		}
	}
	return g.Wait()
}

func (s *Store) ungoneOf(ctx context.Context, a survey.Audience, shard int, back func(survey.GoneContacts, survey.ContactID) bool) error {
	for {
		err := func() error {
			all, err := s.GoneContacts(ctx, a, shard)
			if err != nil {
				return err
			}
			for _, g := range all {
				stay := slices.DeleteFunc(slices.Clone(g.IDs), func(id survey.ContactID) bool { return back(g, id) })
				if len(stay) == len(g.IDs) {
					continue
				}
				g.IDs = stay
				if err := s.SaveGone(ctx, g); err != nil {
					return err
				}
			}
			return nil
		}()
		if !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
}

// ForgetContact deletes a contact with what it is found by. Why nobody writes to its address stays, for whoever comes again with a later
// list. Again changes nothing; the contact goes last.
func (s *Store) ForgetContact(ctx context.Context, c survey.ErasureContact) error {
	if err := s.forgetIdentifiers(ctx, c); err != nil {
		return err
	}
	it, err := s.get(ctx, contactKey(c.Audience, c.ID))
	if err == nil && it != nil {
		err = s.forgetNew(ctx, c.Audience, c.ID, instant(it, "created"))
	}
	if err != nil {
		return err
	}
	for _, k := range []key{softBouncesKey(c.Audience, c.ID), contactKey(c.Audience, c.ID)} {
		if _, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: k.item()}); err != nil {
			return s.failed("forget a contact", err)
		}
	}
	return nil
}

// OpenCases tells which of some contacts have a case in one of the campaigns that is not resolved.
func (s *Store) OpenCases(ctx context.Context, campaigns []survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]bool, error) {
	open := map[survey.ContactID]bool{}
	for _, c := range campaigns {
		keys := make([]key, len(ids))
		for n, id := range ids {
			keys[n] = personKey(c, "CASE", id)
		}
		items, err := s.batchGet(ctx, keys, true, "")
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			v, err := caseOf(it)
			if err != nil {
				return nil, err
			}
			if !v.Over() {
				open[v.Contact] = true
			}
		}
	}
	return open, nil
}

// DropAllWords deletes what people wrote whose box was opened. Again changes nothing.
func (s *Store) DropAllWords(ctx context.Context, c survey.CampaignID) error {
	return s.deleteAll(ctx, wordsKey(c, 0).pk, "WORDS#")
}
