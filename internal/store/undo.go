package store

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// What an upload changes is kept so that it can be undone:
//
//   - of a contact that it changed the item as it was, beside it nothing but a lifetime: WAS#<contact>. That costs a write unit
//     (of a contact of up to 1 KB) and a read unit more than the change itself;
//   - of those that it made the ids, up to 100 together: NEW#<part>#<hash>, three write units for a hundred;
//   - of one that it finds unchanged nothing.
//
// An erasure must reach the former: the uploads of the last UndoFor + UndoGrace are Uploads, and of each the item about a
// contact has a key that the contact's id gives (undoKey), its personal data in the same attributes as the contact's own. Those of
// staff have the person's id in their key (keptStaffKey), and their personal data in one attribute, too.
func undoPK(upload string, shard int) string { return "UNDO#" + part(upload) + "#" + two(shard) }

func undoKey(upload string, id survey.ContactID) key {
	return key{undoPK(upload, shard(id)), undoWas + string(id)}
}

const undoNew, undoWas = "NEW#", "WAS#"

func undoExpires(now time.Time) int64 { return now.Add(survey.UndoFor + survey.UndoGrace).Unix() }

// markText is what a contact carries of the upload's part that wrote it last; whoever writes it otherwise leaves that out.
func markText(m survey.UploadMark) string { return m.Upload + "#" + strconv.Itoa(m.Part) }

func markedBy(it item, upload string) bool { return strings.HasPrefix(text(it, "upload"), upload+"#") }

// keepForUndo writes what undoing will need of contacts that are about to be written: the ids of those that are fresh, and
// those of the changed as they are now. What this upload itself has written before is kept already.
// together names all that are compared together, which the same part taken again compares together again: see nameOf. It returns
// what the changed lose, and with by.Again how many are as before the upload now.
func (s *Store) keepForUndo(ctx context.Context, by survey.UploadMark, together survey.ContactID, fresh []survey.ContactID, changed map[key]survey.Contact, now time.Time) (lost survey.Losses, back int, err error) {
	var keep []item
	if len(fresh) > 0 {
		it := item{"pk": str(undoPK(by.Upload, shard(together))), "sk": str(undoNew + five(by.Part) + "#" + string(together))}
		it["ids"], it["ttl"] = bin(packIDs(fresh)), num(undoExpires(now))
		keep = append(keep, it)
	}
	stored, err := s.batchGet(ctx, slices.Collect(maps.Keys(changed)), true, "")
	if err != nil {
		return lost, 0, err
	}
	again := map[survey.ContactID]survey.Contact{}
	for _, it := range stored {
		was, err := s.contactOf(ctx, it)
		if err != nil {
			return lost, 0, err
		}
		if by.Again && markedBy(it, by.Upload) {
			again[was.ID] = was
			continue
		}
		lost = lost.Plus(was.LostTo(changed[keyOf(it)]))
		if markedBy(it, by.Upload) {
			continue
		}
		kept, err := s.contactAt(ctx, it, was, undoKey(by.Upload, was.ID))
		if err != nil {
			return lost, 0, err
		}
		kept["ttl"] = num(undoExpires(now))
		keep = append(keep, kept)
	}
	more, back, err := s.changedAgain(ctx, by.Upload, again, changed)
	if err != nil {
		return lost, 0, err
	}
	return lost.Plus(more), back, s.batchPut(ctx, keep)
}

// changedAgain compares what an upload makes of contacts that it has changed before with what they were before it: what they lose
// by that in addition, and how many more of them are as they were.
func (s *Store) changedAgain(ctx context.Context, upload string, was map[survey.ContactID]survey.Contact, is map[key]survey.Contact) (lost survey.Losses, back int, err error) {
	keys := make([]key, 0, len(was))
	for id := range was {
		keys = append(keys, undoKey(upload, id))
	}
	kept, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return lost, 0, err
	}
	for _, it := range kept {
		before, err := s.contactOf(ctx, it)
		if err != nil {
			return lost, 0, err
		}
		id := survey.ContactID(strings.TrimPrefix(text(it, "sk"), undoWas))
		then, now := was[id], is[contactKey(was[id].Audience, id)]
		lost = lost.Plus(before.LostTo(now).Minus(before.LostTo(then)))
		switch first, last := before.Same(then), before.Same(now); {
		case !first && last:
			back++
		case first && !last:
			back--
		}
	}
	return lost, back, nil
}

// idBytes is the length of a contact's id in bytes: 80 bits.
const idBytes = 10

var idText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func packIDs(ids []survey.ContactID) []byte {
	b := make([]byte, idBytes*len(ids))
	for i, id := range ids {
		var one [16]byte
		idText.Decode(one[:], []byte(id)) // ids are made by keys.Keys.ContactID
		copy(b[i*idBytes:], one[:idBytes])
	}
	return b
}

func unpackIDs(b []byte) (ids []survey.ContactID) {
	for ; len(b) >= idBytes; b = b[idBytes:] {
		ids = append(ids, survey.ContactID(idText.EncodeToString(b[:idBytes])))
	}
	return ids
}

// nameOf names some contacts, by a hash that looks like a contact's id: no others have the name.
func nameOf(cs []survey.Contact) survey.ContactID {
	h := sha256.New()
	for _, c := range cs {
		io.WriteString(h, string(c.ID))
	}
	return survey.ContactID(idText.EncodeToString(h.Sum(nil)[:idBytes]))
}

// undoPage is how many items of what is kept are undone before the place is returned, and undoNewPage how many of those that name a
// hundred contacts each: a step must end long before a request does.
const undoPage, undoNewPage = 100, 5

// TakeBack undoes some of what an upload did to contacts, from a place on, and says what became of each: those that are as the
// upload left them are put back as they were, or, where it made them, removed unless used says that they are in use.
// Whoever is changed meanwhile is left alone. next is nil at the end. The same again comes to the same.
func (s *Store) TakeBack(ctx context.Context, u survey.UploadRecord, at survey.UndoPlace, used func(context.Context, []survey.ContactID) (map[survey.ContactID]bool, error)) (done []survey.TakenBack, next *survey.UndoPlace, err error) {
	limit := int32(undoPage)
	if at.After < undoWas {
		limit = undoNewPage
	}
	in := &dynamodb.QueryInput{ // a space: no key is empty, and none has one behind it
		TableName: &s.table, ConsistentRead: aws.Bool(true), Limit: &limit,
		KeyConditionExpression:    aws.String("pk = :pk AND sk > :after"),
		ExpressionAttributeValues: item{":pk": str(undoPK(u.ID, at.Shard)), ":after": str(at.After + " ")},
	}
	out, err := s.db.Query(ctx, in)
	if err != nil {
		return nil, nil, fmt.Errorf("what an upload changed: %w", err)
	}
	was := map[survey.ContactID]item{}
	var changed []survey.ContactID
	for _, it := range out.Items {
		if strings.HasPrefix(text(it, "sk"), undoNew) {
			some, err := s.takeBack(ctx, u, unpackIDs(binary(it, "ids")), nil, used)
			if err != nil {
				return nil, nil, err
			}
			done = append(done, some...)
			continue
		}
		id := survey.ContactID(strings.TrimPrefix(text(it, "sk"), undoWas))
		was[id], changed = it, append(changed, id)
	}
	some, err := s.takeBack(ctx, u, changed, was, nil)
	if err != nil {
		return nil, nil, err
	}
	done = append(done, some...)
	switch {
	case len(out.LastEvaluatedKey) > 0:
		return done, &survey.UndoPlace{Shard: at.Shard, After: text(out.LastEvaluatedKey, "sk")}, nil
	case at.Shard+1 < survey.ContactShards:
		return done, &survey.UndoPlace{Shard: at.Shard + 1}, nil
	}
	return done, nil, nil
}

// takeBack undoes what was done to up to 100 contacts: was holds the items as they were; nil: the upload made them.
func (s *Store) takeBack(ctx context.Context, u survey.UploadRecord, ids []survey.ContactID, was map[survey.ContactID]item, used func(context.Context, []survey.ContactID) (map[survey.ContactID]bool, error)) ([]survey.TakenBack, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = contactKey(u.Audience, id)
	}
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return nil, err
	}
	now := make(map[survey.ContactID]item, len(items))
	for _, it := range items {
		now[survey.ContactID(text(it, "sk"))] = it
	}
	inUse := map[survey.ContactID]bool{}
	if used != nil {
		if inUse, err = used(ctx, ids); err != nil {
			return nil, err
		}
	}
	done := make([]survey.TakenBack, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(contactsInFlight)
	for i, id := range ids {
		done[i] = survey.TakenBack{ID: string(id)}
		g.Go(func() (err error) {
			switch {
			case was != nil:
				done[i].Outcome, err = s.putBack(ctx, u, id, was[id], now[id])
			case now[id] == nil:
				done[i].Outcome = survey.Removed
			case !s.asLeft(ctx, now[id], u.ID):
				done[i].Outcome = survey.ChangedSince
			case inUse[id]:
				done[i].Outcome = survey.InUse
			default:
				done[i].Outcome, err = s.removeAsLeft(ctx, u, id, now[id])
			}
			return err
		})
	}
	return done, g.Wait()
}

// asLeft reports whether a contact is as an upload wrote it: whoever changes one writes it without the upload's mark, or at least
// with other data than its digest says.
func (s *Store) asLeft(ctx context.Context, it item, upload string) bool {
	if !markedBy(it, upload) {
		return false
	}
	c, err := s.contactOf(ctx, it)
	if err != nil || c.Unreadable {
		return false
	}
	d, err := s.digestOf(ctx, c)
	return err == nil && d.of(c, text(it, "digest"))
}

// putBack writes a contact as it was before the upload.
func (s *Store) putBack(ctx context.Context, u survey.UploadRecord, id survey.ContactID, was, is item) (survey.TakenBackOutcome, error) {
	switch {
	case is == nil:
		return survey.ChangedSince, nil
	case text(is, "digest") == text(was, "digest") && text(is, "upload") == text(was, "upload"):
		return survey.Restored, nil // by an earlier try
	case !s.asLeft(ctx, is, u.ID):
		return survey.ChangedSince, nil
	}
	before, err := s.contactOf(ctx, was)
	if err != nil {
		return "", err
	}
	if before.Unreadable {
		return survey.ChangedSince, nil
	}
	if err := s.identifyBack(ctx, u, before, is); err != nil {
		if apperr.Is(err, "address_taken") {
			return survey.ChangedSince, nil
		}
		return "", err
	}
	back, err := s.contactAt(ctx, was, before, contactKey(u.Audience, id))
	if err != nil {
		return "", err
	}
	delete(back, "ttl")
	return since(survey.Restored, s.put(ctx, back, asLeftCondition, asLeftValues(is)))
}

func (s *Store) removeAsLeft(ctx context.Context, u survey.UploadRecord, id survey.ContactID, is item) (survey.TakenBackOutcome, error) {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: contactKey(u.Audience, id).item(),
		ConditionExpression: aws.String(asLeftCondition), ExpressionAttributeValues: asLeftValues(is),
	})
	outcome, err := since(survey.Removed, s.failed("remove contact", err))
	if err != nil || outcome != survey.Removed {
		return outcome, err
	}
	c, err := openContact(is)
	if err != nil {
		return outcome, err
	}
	gone := givenUp(identifiersOf(c), id)
	if c.Mailbox != "" && c.Mailbox != survey.NoMailbox {
		gone = append(gone, survey.Claim{Identifier: survey.Identifier{Kind: survey.ByMail, Hash: c.Mailbox}, Blind: true})
	}
	return outcome, s.Identify(ctx, u.Audience, gone)
}

// givenUp are the claims that give identifiers of a contact up.
func givenUp(all []survey.Identifier, of survey.ContactID) []survey.Claim {
	claims := make([]survey.Claim, len(all))
	for n, i := range all {
		claims[n] = survey.Claim{Identifier: i, Was: survey.Identified{Contact: of}}
	}
	return claims
}

// identifyBack makes a contact found again by what it was found by before an upload, and gives it back its address. What others share
// with it, or got by something else than the upload, stays theirs, too.
func (s *Store) identifyBack(ctx context.Context, u survey.UploadRecord, before survey.Contact, is item) error {
	a := u.Audience
	now, err := openContact(is)
	if err != nil {
		return err
	}
	before.ID = now.ID
	if from, to := now.MailID(), before.MailID(); from != to {
		if _, err := s.MoveAddress(ctx, survey.AddressMove{Audience: a, Contact: now.ID, From: from, To: to}, nil); err != nil {
			return err
		}
	}
	gone, back := identifiersOf(now), identifiersOf(before)
	lost := slices.DeleteFunc(slices.Clone(back), func(i survey.Identifier) bool { return slices.Contains(gone, i) })
	gone = slices.DeleteFunc(gone, func(i survey.Identifier) bool { return slices.Contains(back, i) })
	whose, err := s.Identified(ctx, a, lost, false)
	if err != nil {
		return err
	}
	claims := givenUp(gone, now.ID)
	for _, i := range lost {
		claim := survey.Claim{Identifier: i, Was: whose[i], Now: whose[i]}
		kept, err := s.keeps(ctx, u, i, whose[i].Contact)
		switch {
		case err != nil:
			return err
		case !kept:
			claim.Now.Contact = now.ID
		case claim.Was.Contact != now.ID:
			claim.Now.Shared = i.Kind == survey.ByPhone
		}
		if claim.Now != claim.Was {
			claims = append(claims, claim)
		}
	}
	return s.Identify(ctx, a, claims)
}

// keeps reports whether a contact has an identifier still when an upload is undone.
func (s *Store) keeps(ctx context.Context, u survey.UploadRecord, i survey.Identifier, id survey.ContactID) (bool, error) {
	if id == "" {
		return false, nil
	}
	it, err := s.get(ctx, contactKey(u.Audience, id))
	if err != nil || it == nil || markedBy(it, u.ID) {
		return false, err
	}
	found := foundOf(text(it, "ids"))
	return i.Kind == survey.ByPhone && found.Phone == i.Hash || i.Kind == survey.ByCustomer && found.Customer == i.Hash, nil
}

// identifiersOf are the identifiers by which a contact, and nobody else, is found besides its address.
func identifiersOf(c survey.Contact) (all []survey.Identifier) {
	if c.Found.Customer != "" {
		all = append(all, survey.Identifier{Kind: survey.ByCustomer, Hash: c.Found.Customer})
	}
	if c.Found.Phone != "" && !c.Found.Shared {
		all = append(all, survey.Identifier{Kind: survey.ByPhone, Hash: c.Found.Phone})
	}
	return all
}

const asLeftCondition = "upload = :upload AND digest = :digest"

func asLeftValues(is item) item { return item{":upload": is["upload"], ":digest": is["digest"]} }

// since turns a failed condition into the outcome that it means.
func since(done survey.TakenBackOutcome, err error) (survey.TakenBackOutcome, error) {
	if errors.Is(err, apperr.ErrChanged) {
		return survey.ChangedSince, nil
	}
	return done, err
}

// InCampaigns tells which of up to 100 contacts have a place, an answer or a case in one of the campaigns.
func (s *Store) InCampaigns(ctx context.Context, campaigns []survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]bool, error) {
	var keys []key
	for _, c := range campaigns {
		for _, id := range ids {
			keys = append(keys, personKey(c, "INVITATION", id), personKey(c, "RESPONSE", id), personKey(c, "CASE", id))
		}
	}
	items, err := s.batchGet(ctx, keys, true, "pk, sk")
	if err != nil {
		return nil, err
	}
	in := map[survey.ContactID]bool{}
	for _, it := range items {
		_, id, _ := personOf(it)
		in[id] = true
	}
	return in, nil
}

const undoStaff = "STAFF#"

func keptStaffKey(upload, id string) key {
	return key{undoPK(upload, 0), undoStaff + part(strings.ToLower(id))}
}

// KeepStaff keeps what an upload is about to change of the staff; of one person the latest counts.
func (s *Store) KeepStaff(ctx context.Context, upload string, changes []survey.StaffChange, now time.Time) error {
	items := make([]item, len(changes))
	for i, c := range changes {
		items[i] = keptStaffKey(upload, c.Now.ID).item()
		items[i]["ttl"] = num(undoExpires(now))
		if err := s.sealJSON(ctx, items[i], seal.Staff, "person", c); err != nil {
			return err
		}
	}
	return s.batchPut(ctx, items)
}

// KeptStaff reads what KeepStaff has kept. What does not open is left out.
func (s *Store) KeptStaff(ctx context.Context, upload string) (all []survey.StaffChange, err error) {
	err = s.queryItems(ctx, undoPK(upload, 0), undoStaff, true, func(it item) (bool, error) {
		var c survey.StaffChange
		err := s.openJSON(ctx, it, seal.Staff, "person", &c)
		if s.unreadable(ctx, err) {
			return true, nil
		}
		all = append(all, c)
		return true, err
	})
	return all, err
}

// StaffInUse reports whether somebody has a case, whatever its state, or a session.
func (s *Store) StaffInUse(ctx context.Context, id string) (used bool, err error) {
	found := func(item) (bool, error) {
		used = true
		return false, nil
	}
	err = s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("gsi1"), Limit: aws.Int32(1),
		KeyConditionExpression: aws.String("gsi1pk = :pk"), ExpressionAttributeValues: item{":pk": str(ownerPK(id, 0))},
	}, found)
	if err == nil && !used {
		err = s.queryItems(ctx, sessionsPK(id), "", false, found)
	}
	return used, err
}
