package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// EraseContact deletes a contact, what it is found by, why nobody writes to it, and which letters its mailbox did not take. It
// returns the wish that letters stopped, if there was one. Again changes nothing.
func (s *Store) EraseContact(ctx context.Context, c survey.ErasureContact) (wish survey.SuppressionReason, there bool, err error) {
	stops := []key{stopKey(c.Audience, c.ID), suppressionKey(c.Audience, c.ID), formerStopKey(c.Audience, c.ID), oldFormerStopKey(c.Audience, c.ID)}
	gone := []key{softBouncesKey(c.Audience, c.ID), contactKey(c.Audience, c.ID)}
	if c.Mail != "" && c.Mail != c.ID {
		stops = append(stops, stopKey(c.Audience, c.Mail), suppressionKey(c.Audience, c.Mail))
		gone = append(gone, softBouncesKey(c.Audience, c.Mail))
	}
	for _, k := range stops {
		reason, err := s.stopOf(ctx, k)
		if err != nil {
			return "", false, err
		}
		if reason.Wish() {
			wish = reason
		}
	}
	it, err := s.get(ctx, contactKey(c.Audience, c.ID))
	if err != nil {
		return "", false, err
	}
	if err := s.forgetIdentifiers(ctx, c); err != nil {
		return "", false, err
	}
	if err := s.ungoneOf(ctx, c.Audience, shard(c.ID), func(_ survey.GoneContacts, id survey.ContactID) bool { return id == c.ID }); err != nil {
		return "", false, err
	}
	if it != nil {
		if err := s.forgetNew(ctx, c.Audience, c.ID, instant(it, "created")); err != nil {
			return "", false, err
		}
	}
	gone = append(gone, stops...)
	slices.SortFunc(gone, func(a, b key) int { return strings.Compare(a.pk+a.sk, b.pk+b.sk) })
	ask := make([]types.WriteRequest, 0, len(gone))
	for _, k := range slices.Compact(gone) {
		ask = append(ask, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: k.item()}})
	}
	return wish, it != nil, s.batchWrite(ctx, ask)
}

// forgetIdentifiers takes a contact out of what all its identifiers say.
func (s *Store) forgetIdentifiers(ctx context.Context, c survey.ErasureContact) error {
	for _, i := range []survey.Identifier{{Kind: survey.ByCustomer, Hash: c.Found.Customer}, {Kind: survey.ByPhone, Hash: c.Found.Phone}, {Kind: survey.ByMail, Hash: c.Mail}, {Kind: survey.ByMail, Hash: c.ID}} {
		if i.Hash == "" {
			continue
		}
		if err := s.forgetIdentifier(ctx, c, i); err != nil {
			return err
		}
	}
	return nil
}

// forgetIdentifier takes a contact out of what an identifier says. A telephone that others share stays one that finds nobody.
func (s *Store) forgetIdentifier(ctx context.Context, c survey.ErasureContact, i survey.Identifier) error {
	k := identifierKey(c.Audience, i)
	for {
		it, err := s.get(ctx, k)
		if err != nil || it == nil {
			return err
		}
		was := survey.Identified{Contact: survey.ContactID(text(it, "contact")), Shared: truth(it, "shared"), Alone: survey.ContactID(text(it, "alone"))}
		now := was
		if now.Alone == c.ID {
			now.Alone = ""
		}
		switch {
		case was.Contact == c.ID && was.Shared:
			now.Contact = survey.NobodyElse
		case was.Contact == c.ID:
			now = survey.Identified{}
		}
		if now == was {
			return nil
		}
		values := item{}
		condition := asIdentified(":was", was, values)
		if now.Contact == "" {
			_, err = s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
				TableName: &s.table, Key: k.item(), ConditionExpression: &condition, ExpressionAttributeNames: sharedName, ExpressionAttributeValues: values,
			})
		} else {
			_, err = s.db.PutItem(ctx, &dynamodb.PutItemInput{
				TableName: &s.table, Item: identifierItem(c.Audience, i, now), ConditionExpression: &condition, ExpressionAttributeNames: sharedName, ExpressionAttributeValues: values,
			})
		}
		if err = s.failed("forget an identifier", err); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
}

// keptKeys are the keys of what is kept of a contact for undoing some uploads.
func (s *Store) keptKeys(uploads []string, id survey.ContactID) []key {
	keys := make([]key, len(uploads))
	for n, u := range uploads {
		keys[n] = undoKey(u, id)
	}
	return keys
}

// KeptForUndo reads what a contact was before each of some uploads changed it.
func (s *Store) KeptForUndo(ctx context.Context, uploads []string, id survey.ContactID) (map[string]survey.Contact, error) {
	keys := s.keptKeys(uploads, id)
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return nil, err
	}
	was := map[string]survey.Contact{}
	for _, it := range items {
		c, err := s.contactOf(ctx, it)
		if err != nil {
			return nil, err
		}
		c.ID = id
		was[uploads[slices.Index(keys, keyOf(it))]] = c
	}
	return was, nil
}

// EraseKept deletes what is kept of a contact for undoing some uploads, and says how many items those were.
func (s *Store) EraseKept(ctx context.Context, uploads []string, id survey.ContactID) (int, error) {
	items, err := s.batchGet(ctx, s.keptKeys(uploads, id), true, "pk, sk")
	if err != nil {
		return 0, err
	}
	ask := make([]types.WriteRequest, len(items))
	for n, it := range items {
		ask[n] = types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: keyOf(it).item()}}
	}
	return len(ask), s.batchWrite(ctx, ask)
}

// EraseMade takes contacts out of the lists of those that an upload made, and says how many lists those were. What is taken meanwhile
// from another list is found the next time.
func (s *Store) EraseMade(ctx context.Context, upload string, ids []survey.ContactID) (n int, err error) {
	for shard := range survey.ContactShards {
		err := s.queryItems(ctx, undoPK(upload, shard), undoNew, true, func(it item) (bool, error) {
			was := binary(it, "ids")
			left := slices.DeleteFunc(unpackIDs(was), func(id survey.ContactID) bool { return slices.Contains(ids, id) })
			if len(left)*idBytes == len(was) {
				return true, nil
			}
			n++
			condition, values := "ids = :was", item{":was": bin(was)}
			var err error
			if it["ids"] = bin(packIDs(left)); len(left) > 0 {
				err = s.put(ctx, it, condition, values)
			} else { // its key is a hash of whom it held
				_, err = s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: keyOf(it).item(), ConditionExpression: &condition, ExpressionAttributeValues: values})
				err = s.failed("forget who was made", err)
			}
			if errors.Is(err, apperr.ErrChanged) { // undone meanwhile, or erased by another
				err = nil
			}
			return true, err
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// EraseCase deletes a contact's case in a campaign, what happened to it, its notes, what executives heard when calling, and what is due of it. Again changes nothing.
func (s *Store) EraseCase(ctx context.Context, c survey.CampaignID, id survey.ContactID) (cases, notes int, err error) {
	was, there, err := s.Case(ctx, c, id)
	if err != nil {
		return 0, 0, err
	}
	if due, ok := loop.DueOf(was); there && ok {
		if err := s.DropDue(ctx, due); err != nil {
			return 0, 0, err
		}
	}
	if there {
		if err := s.DropAgenda(ctx, was); err != nil {
			return 0, 0, err
		}
	}
	var ask []types.WriteRequest
	err = s.queryItems(ctx, peoplePK(c, shard(id)), notePrefix(id), true, func(it item) (bool, error) {
		ask = append(ask, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: keyOf(it).item()}})
		return true, nil
	})
	if err != nil {
		return 0, 0, err
	}
	err = s.queryItems(ctx, peoplePK(c, shard(id)), callPrefix(id), true, func(it item) (bool, error) {
		ask = append(ask, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: keyOf(it).item()}})
		return true, nil
	})
	if err != nil {
		return 0, 0, err
	}
	notes = len(ask)
	err = s.queryItems(ctx, peoplePK(c, shard(id)), eventsPrefix(id), true, func(it item) (bool, error) {
		ask = append(ask, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: keyOf(it).item()}})
		return true, nil
	})
	if err != nil {
		return 0, 0, err
	}
	if there {
		cases = 1
		ask = append(ask, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: personKey(c, "CASE", id).item()}}, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: toldKey(c, id).item()}})
	}
	return cases, notes, s.batchWrite(ctx, ask)
}

// markOfErased stands for a while where the marker of an item was that has another key now: a record of the stream that comes late
// finds what it says counted.
const markOfErased = `{"v":2147483647}`

// lateRecords is how long a record of the stream may be late: DynamoDB keeps them for a day.
const lateRecords = 48 * time.Hour

// Anonymise gives what a campaign knows of a contact another id: to, which is nobody's and of the same shard. An answer is placed if it
// was early (survey.Response) and keeps its score, and its words where words says so, with the day of it; letters keep what became of them. The figures stay equal to a
// recount: what is not counted yet is counted in the same transaction. Again changes nothing.
func (s *Store) Anonymise(ctx context.Context, c survey.CampaignID, id, to survey.ContactID, words bool, now time.Time) (done survey.ErasureSum, err error) {
	if err := s.endErrands(ctx, c, id); err != nil {
		return done, err
	}
	clock, err := s.clockOf(ctx, c)
	if err != nil {
		return done, err
	}
	for _, kind := range append([]string{"RESPONSE"}, invitationKinds...) {
		moved, worded, err := s.giveToNobody(ctx, personKey(c, kind, id), personKey(c, kind, to), recountKey(string(c)), clock, words, now)
		switch {
		case err != nil:
			return done, err
		case moved && kind == "RESPONSE":
			done.Answers++
		case moved:
			done.Letters++
		}
		if worded {
			done.Words++
		}
	}
	return done, nil
}

// endErrands does what the page left to others about an answer that is about to be nobody's: they would not find it.
func (s *Store) endErrands(ctx context.Context, c survey.CampaignID, id survey.ContactID) error {
	r, ok, err := s.ClosedResponse(ctx, c, id)
	if err != nil {
		return err
	}
	if ok && r.Early {
		i, invited, err := s.Invitation(ctx, c, survey.MailingInvitation, id)
		if err != nil {
			return err
		}
		if !invited {
			i.Language = r.Language
		}
		if err := s.PlaceResponse(ctx, r.Place(i.Owner, i.Team, i.Language, i.With)); err != nil {
			return err
		}
	}
	var ask []types.WriteRequest
	for _, kind := range []survey.ErrandKind{survey.PlaceAnswer, survey.SealWords} {
		k := errandKey(survey.Errand{Kind: kind, Campaign: c, Contact: id})
		ask = append(ask, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: k.item()}})
	}
	return s.batchWrite(ctx, ask)
}

// giveToNobody moves one item that counts, with its marker. A recount that is walking at this moment does its step again.
func (s *Store) giveToNobody(ctx context.Context, from, to, recount key, clock *time.Location, words bool, now time.Time) (moved, worded bool, err error) {
	for try := 0; ; try++ {
		if err := backoff(ctx, try); err != nil {
			return false, false, err
		}
		it, err := s.get(ctx, from)
		if err != nil || it == nil {
			return false, false, err
		}
		mark, err := s.get(ctx, countedKey(from))
		if err != nil {
			return false, false, err
		}
		moved := it
		if words {
			if moved, _, err = s.wordsAt(ctx, it, to); err != nil {
				return false, false, err
			}
		}
		next, worded := nobodys(moved, to, clock, words)
		actions, err := s.moveCounted(it, next, mark, clock, now)
		if err != nil {
			return false, false, err
		}
		actions = append(actions, types.TransactWriteItem{Update: &types.Update{
			TableName: &s.table, Key: recount.item(), UpdateExpression: aws.String("ADD version :one"), ExpressionAttributeValues: item{":one": num(1)},
		}})
		if err := s.transact(ctx, "erase from a campaign", actions); !errors.Is(err, apperr.ErrChanged) || try > 8 {
			return err == nil, worded && err == nil, err
		}
	}
}

// nobodys is an item as it stays: under another key, without what only the person's has; of its times the day stays, on the campaign's
// clock.
func nobodys(it item, to key, clock *time.Location, words bool) (next item, worded bool) {
	next = maps.Clone(it)
	next["pk"], next["sk"] = str(to.pk), str(to.sk)
	next["erased"] = yes(true)
	delete(next, "message")
	delete(next, "seen")
	delete(next, "address")
	delete(next, "origin")
	if next["account"] != nil { // of a company with one contact it would tell whose it was
		delete(next, "account")
		next["version"] = num(number64(it, "version") + 1)
	}
	for _, name := range []string{"first", "counted", "updated", "at"} {
		if t := instant(it, name); !t.IsZero() {
			y, m, d := t.In(clock).Date()
			next[name] = at(time.Date(y, m, d, 0, 0, 0, 0, clock).UTC())
		}
	}
	if worded = !words && responseOf(it).HasWords(); worded {
		for _, name := range []string{"why", "wish", "said", sealedName} {
			delete(next, name)
		}
		next["version"] = num(number64(it, "version") + 1)
	}
	return next, worded
}

func (s *Store) moveCounted(it, next, mark item, clock *time.Location, now time.Time) ([]types.TransactWriteItem, error) {
	is, err := countable(next)
	if err != nil {
		return nil, err
	}
	from, to := keyOf(it), keyOf(next)
	var was json.RawMessage
	if mark != nil {
		was = json.RawMessage(text(mark, "mark"))
	}
	counted, d, ok, err := is.On(clock).Count(was)
	if err != nil {
		return nil, err
	}
	if !ok {
		counted = was
	}
	late := countedKey(from).item()
	late["mark"], late["ttl"] = str(markOfErased), num(now.Add(lateRecords).Unix())
	putLate := &types.Put{TableName: &s.table, Item: late, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if was != nil {
		putLate.ConditionExpression, putLate.ExpressionAttributeValues = aws.String("mark = :was"), item{":was": str(string(was))}
	}
	actions := []types.TransactWriteItem{
		{Delete: &types.Delete{TableName: &s.table, Key: from.item(), ConditionExpression: aws.String("version = :was"), ExpressionAttributeValues: item{":was": it["version"]}}},
		{Put: &types.Put{TableName: &s.table, Item: next, ConditionExpression: aws.String("attribute_not_exists(pk)")}},
		{Put: putLate},
	}
	if counted != nil {
		m := countedKey(to).item()
		m["mark"] = str(string(counted))
		actions = append(actions, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: m}})
	}
	return append(actions, s.additions(d)...), nil
}

// rekeyPage is how many batches are looked at in one step: a megabyte has some 1,700 of them.
const rekeyPage = 1000

// RekeyBatches gives a contact's place in the batches of a mailing to an id that is nobody's, from a place on; next is where to go
// on, "" at the end.
func (s *Store) RekeyBatches(ctx context.Context, c survey.CampaignID, mailing int, id, to survey.ContactID, after string) (found int, next string, err error) {
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), Limit: aws.Int32(rekeyPage), ProjectionExpression: aws.String("pk, sk, contacts"),
		KeyConditionExpression:    aws.String("pk = :pk AND sk BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":pk": str(planPK(c, mailing)), ":from": str("BATCH#" + after + " "), ":to": str("BATCH#~")},
	}
	if after == "" {
		in.ExpressionAttributeValues[":from"] = str("BATCH#")
	}
	out, err := s.db.Query(ctx, in)
	if err != nil {
		return 0, "", s.failed("batches of somebody", err)
	}
	for _, it := range out.Items {
		was := binary(it, "contacts")
		ids := unpacked(was)
		n := slices.Index(ids, id)
		if n < 0 {
			continue
		}
		ids[n] = to
		now := packed(ids)
		if bytes.Equal(was, now) {
			continue
		}
		_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &s.table, Key: keyOf(it).item(), UpdateExpression: aws.String("SET contacts = :now"),
			ConditionExpression: aws.String("contacts = :was"), ExpressionAttributeValues: item{":was": bin(was), ":now": bin(now)},
		})
		if err = s.failed("erase from a batch", err); err != nil && !errors.Is(err, apperr.ErrChanged) { // decided meanwhile: the second pass finds it
			return found, "", err
		}
		found++
	}
	if len(out.LastEvaluatedKey) > 0 {
		next = strings.TrimPrefix(text(out.LastEvaluatedKey, "sk"), "BATCH#")
	}
	return found, next, nil
}

// SameShard reports whether two ids lie in one shard.
func (s *Store) SameShard(a, b survey.ContactID) bool { return shard(a) == shard(b) }
