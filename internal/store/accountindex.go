package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// AccountIndex reads where the accounts of an audience are, and up to limit notes of what has changed since, the newest first; more reports
// whether there are others. It is read as it is at one moment.
func (s *Store) AccountIndex(ctx context.Context, a survey.Audience, limit int) (x survey.AccountIndex, notes []survey.AccountNote, more bool, err error) {
	out, err := s.db.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(limit + 2)),
		KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": str(accountIndexKey(a).pk)},
	})
	if err != nil {
		return x, nil, false, s.failed("accounts", err)
	}
	for _, it := range out.Items {
		if text(it, "sk") == accountIndexKey(a).sk {
			if err := fromJSON(it, "index", &x); err != nil {
				return x, nil, false, err
			}
			x.Version = number64(it, "version")
			continue
		}
		if len(notes) == limit {
			return x, notes, true, nil
		}
		notes = append(notes, accountNoteOf(it))
	}
	return x, notes, len(out.LastEvaluatedKey) > 0, nil
}

// SaveAccountIndex is a compare-and-swap by the version that was read; apperr.ErrChanged.
func (s *Store) SaveAccountIndex(ctx context.Context, a survey.Audience, x survey.AccountIndex) (survey.AccountIndex, error) {
	was := x.Version
	x.Version++
	it := accountIndexKey(a).item()
	it["index"], it["version"] = asJSON(x), num(x.Version)
	if was == 0 {
		return x, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return x, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// AccountNotesOf are the notes of a batch of stream records about contacts that are, or were, of an account, and the place of the first of those;
// of the same batch they are the same. Of what names somebody they hold nothing.
func AccountNotesOf(records []events.DynamoDBEventRecord) (notes map[survey.Audience]survey.AccountNote, first int) {
	last := map[survey.Audience]string{}
	for i, r := range records {
		a, id, ok := contactChanged(r)
		was, is := streamText(r.Change.OldImage, "account"), streamText(r.Change.NewImage, "account")
		if !ok || a.Anonymous() || was == "" && is == "" {
			continue
		}
		if digest := streamText(r.Change.NewImage, "digest"); was == is && digest != "" && digest == streamText(r.Change.OldImage, "digest") && len(r.Change.NewImage) > 0 {
			continue // what a list says of it is as it was
		}
		if notes == nil {
			notes, first = map[survey.Audience]survey.AccountNote{}, i
		}
		n, began := notes[a]
		if !began {
			n.ID = stamp(r.Change.ApproximateCreationDateTime.Time) + " " + r.Change.SequenceNumber
		}
		m := survey.AccountMove{Contact: id}
		if was != is {
			m.Left = survey.AccountID(was)
		}
		n.Moves = append(n.Moves, m)
		notes[a], last[a] = n, r.Change.SequenceNumber
	}
	for a, n := range notes { // a batch that begins alike may be longer: that is another note
		n.ID += " " + last[a]
		notes[a] = n
	}
	return notes, first
}

// NoteAccountMoves writes that contacts of accounts have changed. The same note again is no other.
func (s *Store) NoteAccountMoves(ctx context.Context, a survey.Audience, n survey.AccountNote) error {
	it := accountNoteKey(a, n.ID).item()
	var contacts, left, of []survey.ContactID // left: accounts, of whom
	for _, m := range n.Moves {
		if m.Left == "" {
			contacts = append(contacts, m.Contact)
		} else {
			left, of = append(left, survey.ContactID(m.Left)), append(of, m.Contact)
		}
	}
	if len(contacts) > 0 {
		it["contacts"] = bin(packIDs(contacts))
	}
	if len(left) > 0 {
		it["left"], it["of"] = bin(packIDs(left)), bin(packIDs(of))
	}
	return s.put(ctx, it, "", nil)
}

func accountNoteOf(it item) survey.AccountNote {
	n := survey.AccountNote{ID: unpart(strings.TrimPrefix(text(it, "sk"), accountNote))}
	at, _, _ := strings.Cut(n.ID, " ")
	n.At, _ = time.Parse(time.RFC3339Nano, at)
	for _, id := range unpackIDs(binary(it, "contacts")) {
		n.Moves = append(n.Moves, survey.AccountMove{Contact: id})
	}
	of := unpackIDs(binary(it, "of"))
	for i, left := range unpackIDs(binary(it, "left")) {
		n.Moves = append(n.Moves, survey.AccountMove{Contact: of[i], Left: survey.AccountID(left)})
	}
	return n
}

// AccountNotes reads the eldest notes until they name limit contacts.
func (s *Store) AccountNotes(ctx context.Context, a survey.Audience, limit int) (all []survey.AccountNote, err error) {
	found := 0
	err = s.queryItems(ctx, accountIndexKey(a).pk, accountNote, true, func(it item) (bool, error) {
		n := accountNoteOf(it)
		all, found = append(all, n), found+len(n.Moves)
		return found < limit, nil
	})
	return all, err
}

// DropAccountNotes deletes notes that are done with.
func (s *Store) DropAccountNotes(ctx context.Context, a survey.Audience, notes []survey.AccountNote) error {
	keys := make([]key, len(notes))
	for i, n := range notes {
		keys[i] = accountNoteKey(a, n.ID)
	}
	return s.dropKeys(ctx, keys)
}

func (s *Store) dropKeys(ctx context.Context, keys []key) error {
	ask := make([]types.WriteRequest, len(keys))
	for i, k := range keys {
		ask[i] = types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: k.item()}}
	}
	return s.batchWrite(ctx, ask)
}

// AccountPlace is where a page is sealed for.
func (s *Store) AccountPlace(p survey.AccountPage) seal.Place {
	k := accountPageKey(p)
	return seal.Place{Partition: k.pk, Sort: k.sk, Attribute: "sealed"}
}

// PutAccountPages writes sealed pages.
func (s *Store) PutAccountPages(ctx context.Context, pages map[survey.AccountPage][]byte) error {
	items := make([]item, 0, len(pages))
	for p, sealed := range pages {
		it := accountPageKey(p).item()
		it["sealed"] = bin(sealed)
		items = append(items, it)
	}
	return s.batchPut(ctx, items)
}

// AccountPages reads sealed pages, in the order of their names; apperr.ErrChanged where one is not there any more.
func (s *Store) AccountPages(ctx context.Context, pages []survey.AccountPage) ([][]byte, error) {
	at := make(map[key]int, len(pages))
	keys := make([]key, len(pages))
	for i, p := range pages {
		keys[i] = accountPageKey(p)
		at[keys[i]] = i
	}
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return nil, err
	}
	if len(items) < len(pages) {
		return nil, fmt.Errorf("pages of accounts: %w", apperr.ErrChanged)
	}
	all := make([][]byte, len(pages))
	for _, it := range items {
		all[at[keyOf(it)]] = binary(it, "sealed")
	}
	return all, nil
}

// DropAccountPages deletes pages.
func (s *Store) DropAccountPages(ctx context.Context, pages []survey.AccountPage) error {
	keys := make([]key, len(pages))
	for i, p := range pages {
		keys[i] = accountPageKey(p)
	}
	return s.dropKeys(ctx, keys)
}

// DropAccountPagesAfter deletes all pages of a generation with a higher number.
func (s *Store) DropAccountPagesAfter(ctx context.Context, a survey.Audience, generation string, number uint64) error {
	for n := range accountPageShards {
		var keys []key
		err := s.pages(ctx, &dynamodb.QueryInput{
			TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk AND sk > :sk"), ProjectionExpression: aws.String("pk, sk"), ConsistentRead: aws.Bool(true),
			ExpressionAttributeValues: item{":pk": str(accountPagesPK(a, generation, n)), ":sk": str(accountPageName(number))},
		}, func(it item) (bool, error) {
			keys = append(keys, keyOf(it))
			return true, nil
		})
		if err != nil {
			return err
		}
		if err := s.dropKeys(ctx, keys); err != nil {
			return err
		}
	}
	return nil
}
