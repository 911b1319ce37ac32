package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// SearchIndex reads the index of an audience, and up to limit notes of who has changed since, the newest first; more reports whether
// there are others. It is read as it is at one moment, or notes that a run has just done with are missing.
func (s *Store) SearchIndex(ctx context.Context, a survey.Audience, limit int) (x survey.SearchIndex, notes []survey.SearchNote, more bool, err error) {
	out, err := s.db.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(limit + 2)),
		KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": str(searchKey(a).pk)},
	})
	if err != nil {
		return x, nil, false, s.failed("search index", err)
	}
	for _, it := range out.Items {
		if text(it, "sk") == searchKey(a).sk {
			x.Version = number64(it, "version")
			if err := fromJSON(it, "index", &x); err != nil {
				return x, nil, false, err
			}
			continue
		}
		if len(notes) == limit {
			return x, notes, true, nil
		}
		notes = append(notes, noteOf(it))
	}
	return x, notes, len(out.LastEvaluatedKey) > 0, nil
}

func noteOf(it item) survey.SearchNote {
	return survey.SearchNote{ID: unpart(strings.TrimPrefix(text(it, "sk"), searchNote)), Contacts: unpackIDs(binary(it, "contacts"))}
}

// SaveSearchIndex is a compare-and-swap by the version that was read; apperr.ErrChanged.
func (s *Store) SaveSearchIndex(ctx context.Context, a survey.Audience, x survey.SearchIndex) (survey.SearchIndex, error) {
	was := x.Version
	x.Version++
	it := searchKey(a).item()
	it["index"], it["version"] = asJSON(x), num(x.Version)
	if was == 0 {
		return x, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return x, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// SearchNotesOf are the notes of a batch of stream records about contacts, and the place of the first of those; of the same batch they
// are the same. They hold nothing but ids: what there is to know of a contact is read where it is used.
func SearchNotesOf(records []events.DynamoDBEventRecord) (notes map[survey.Audience]survey.SearchNote, first int) {
	last := map[survey.Audience]string{}
	for i, r := range records {
		a, id, ok := contactChanged(r)
		if !ok {
			continue
		}
		if notes == nil {
			notes, first = map[survey.Audience]survey.SearchNote{}, i
		}
		n, began := notes[a]
		if !began {
			n.ID = stamp(r.Change.ApproximateCreationDateTime.Time) + " " + r.Change.SequenceNumber
		}
		if !slices.Contains(n.Contacts, id) {
			n.Contacts = append(n.Contacts, id)
		}
		notes[a], last[a] = n, r.Change.SequenceNumber
	}
	for a, n := range notes { // a batch that begins alike may be longer: that is another note
		n.ID += " " + last[a]
		notes[a] = n
	}
	return notes, first
}

// contactChanged reads of a stream record whose contact it is about; ok is false for a record that is of no contact.
func contactChanged(r events.DynamoDBEventRecord) (a survey.Audience, id survey.ContactID, ok bool) {
	audience, ok := strings.CutPrefix(streamText(r.Change.Keys, "pk"), "CONTACTS#")
	audience, _, _ = strings.Cut(audience, "#")
	a, id = survey.Audience(audience), survey.ContactID(streamText(r.Change.Keys, "sk"))
	return a, id, ok && a.Valid() && len(id) == 16 && survey.ContactID(idText.EncodeToString(packIDs([]survey.ContactID{id}))) == id
}

// NoteContacts writes that contacts have changed. The same note again is no other.
func (s *Store) NoteContacts(ctx context.Context, a survey.Audience, n survey.SearchNote) error {
	it := searchNoteKey(a, n.ID).item()
	it["contacts"] = bin(packIDs(n.Contacts))
	return s.put(ctx, it, "", nil)
}

// SearchNotes reads the eldest notes until they name limit contacts.
func (s *Store) SearchNotes(ctx context.Context, a survey.Audience, limit int) (all []survey.SearchNote, err error) {
	found := 0
	err = s.queryItems(ctx, searchKey(a).pk, searchNote, true, func(it item) (bool, error) {
		n := noteOf(it)
		all, found = append(all, n), found+len(n.Contacts)
		return found < limit, nil
	})
	return all, err
}

// DropSearchNotes deletes notes that are done with.
func (s *Store) DropSearchNotes(ctx context.Context, a survey.Audience, notes []survey.SearchNote) error {
	ask := make([]types.WriteRequest, len(notes))
	for i, n := range notes {
		ask[i] = types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: searchNoteKey(a, n.ID).item()}}
	}
	return s.batchWrite(ctx, ask)
}

// SearchPlace is where a page is sealed for.
func (s *Store) SearchPlace(p survey.SearchPage) seal.Place {
	k := searchPageKey(p)
	return seal.Place{Partition: k.pk, Sort: k.sk, Attribute: "sealed"}
}

// PutSearchPages writes sealed pages.
func (s *Store) PutSearchPages(ctx context.Context, pages map[survey.SearchPage][]byte) error {
	items := make([]item, 0, len(pages))
	for p, sealed := range pages {
		it := searchPageKey(p).item()
		it["sealed"] = bin(sealed)
		items = append(items, it)
	}
	return s.batchPut(ctx, items)
}

// SearchPages reads sealed pages, in the order of their names; apperr.ErrChanged where one is not there any more.
func (s *Store) SearchPages(ctx context.Context, pages []survey.SearchPage) ([][]byte, error) {
	at := make(map[key]int, len(pages))
	keys := make([]key, len(pages))
	for i, p := range pages {
		keys[i] = searchPageKey(p)
		at[keys[i]] = i
	}
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return nil, err
	}
	if len(items) < len(pages) {
		return nil, fmt.Errorf("pages of a search index: %w", apperr.ErrChanged)
	}
	all := make([][]byte, len(pages))
	for _, it := range items {
		all[at[keyOf(it)]] = binary(it, "sealed")
	}
	return all, nil
}

// DropSearchPart deletes the pages of a part: those that it says, and, of one that says none because its run has died, any.
func (s *Store) DropSearchPart(ctx context.Context, p survey.SearchPart) error {
	var ask []types.WriteRequest
	drop := func(k key) {
		ask = append(ask, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: k.item()}})
	}
	if p.IDPages+p.KeyPages > 0 {
		drop(searchPageKey(survey.SearchPage{Part: p.ID, Kind: survey.SearchHead}))
		for n := range p.IDPages {
			drop(searchPageKey(survey.SearchPage{Part: p.ID, Kind: survey.SearchIDs, Number: n}))
		}
		for n := range p.KeyPages {
			drop(searchPageKey(survey.SearchPage{Part: p.ID, Kind: survey.SearchKeys, Number: n}))
		}
		return s.batchWrite(ctx, ask)
	}
	for n := range searchPageShards {
		err := s.pages(ctx, &dynamodb.QueryInput{
			TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": str(searchPagesPK(p.ID, n))},
			ProjectionExpression: aws.String("pk, sk"), ConsistentRead: aws.Bool(true),
		}, func(it item) (bool, error) {
			drop(keyOf(it))
			return true, nil
		})
		if err != nil {
			return errors.Join(err, s.batchWrite(ctx, ask))
		}
	}
	return s.batchWrite(ctx, slices.Clip(ask))
}
