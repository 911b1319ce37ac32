package store

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/seal"
	"onetap/internal/survey"
)

// AccountIndex reads where the accounts of an audience are, and up to limit notes of what has changed since, the newest first; more reports
// whether there are others. It is read as it is at one moment.
func (s *Store) AccountIndex(ctx context.Context, a survey.Audience, limit int) (x survey.AccountIndex, notes []survey.AccountNote, more bool, err error) {
	x.Version, more, err = s.index(ctx, accountIndexKey(a), limit, &x, func(it item) { notes = append(notes, accountNoteOf(it)) })
	return x, notes, more, err
}

// SaveAccountIndex is a compare-and-swap by the version that was read; apperr.ErrChanged.
func (s *Store) SaveAccountIndex(ctx context.Context, a survey.Audience, x survey.AccountIndex) (survey.AccountIndex, error) {
	x.Version++
	return x, s.saveIndex(ctx, accountIndexKey(a), x, x.Version)
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
	n := survey.AccountNote{ID: noteID(it, accountNote)}
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
	err = s.notesUntil(ctx, accountIndexKey(a), accountNote, func(_ string, it item) bool {
		n := accountNoteOf(it)
		all, found = append(all, n), found+len(n.Moves)
		return found < limit
	})
	return all, err
}

// DropAccountNotes deletes notes that are done with.
func (s *Store) DropAccountNotes(ctx context.Context, a survey.Audience, notes []survey.AccountNote) error {
	return s.dropKeys(ctx, keysFor(notes, func(n survey.AccountNote) key { return accountNoteKey(a, n.ID) }))
}

// AccountPlace is where a page is sealed for.
func (s *Store) AccountPlace(p survey.AccountPage) seal.Place { return pagePlace(accountPageKey(p)) }

// PutAccountPages writes sealed pages.
func (s *Store) PutAccountPages(ctx context.Context, pages map[survey.AccountPage][]byte) error {
	return putPages(ctx, s, pages, accountPageKey)
}

// AccountPages reads sealed pages, in the order of their names; apperr.ErrChanged where one is not there any more.
func (s *Store) AccountPages(ctx context.Context, pages []survey.AccountPage) ([][]byte, error) {
	return readPages(ctx, s, pages, accountPageKey)
}

// DropAccountPages deletes pages.
func (s *Store) DropAccountPages(ctx context.Context, pages []survey.AccountPage) error {
	return s.dropKeys(ctx, keysFor(pages, accountPageKey))
}

// DropAccountPagesAfter deletes all pages of a generation with a higher number.
func (s *Store) DropAccountPagesAfter(ctx context.Context, a survey.Audience, generation string, number uint64) error {
	for n := range accountPageShards {
		if err := s.dropPagesAfter(ctx, accountPagesPK(a, generation, n), accountPageName(number)); err != nil {
			return err
		}
	}
	return nil
}
