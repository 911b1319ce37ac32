package store

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/seal"
	"onetap/internal/survey"
)

// SearchIndex reads the index of an audience, and up to limit notes of who has changed since, the newest first; more reports whether
// there are others. It is read as it is at one moment, or notes that a run has just done with are missing.
func (s *Store) SearchIndex(ctx context.Context, a survey.Audience, limit int) (x survey.SearchIndex, notes []survey.SearchNote, more bool, err error) {
	x.Version, more, err = s.index(ctx, searchKey(a), limit, &x, func(it item) { notes = append(notes, noteOf(it)) })
	return x, notes, more, err
}

func noteOf(it item) survey.SearchNote {
	return survey.SearchNote{ID: noteID(it, searchNote), Contacts: unpackIDs(binary(it, "contacts"))}
}

// SaveSearchIndex is a compare-and-swap by the version that was read; apperr.ErrChanged.
func (s *Store) SaveSearchIndex(ctx context.Context, a survey.Audience, x survey.SearchIndex) (survey.SearchIndex, error) {
	x.Version++
	return x, s.saveIndex(ctx, searchKey(a), x, x.Version)
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
	err = s.notesUntil(ctx, searchKey(a), searchNote, func(_ string, it item) bool {
		n := noteOf(it)
		all, found = append(all, n), found+len(n.Contacts)
		return found < limit
	})
	return all, err
}

// DropSearchNotes deletes notes that are done with.
func (s *Store) DropSearchNotes(ctx context.Context, a survey.Audience, notes []survey.SearchNote) error {
	return s.dropKeys(ctx, keysFor(notes, func(n survey.SearchNote) key { return searchNoteKey(a, n.ID) }))
}

// SearchPlace is where a page is sealed for.
func (s *Store) SearchPlace(p survey.SearchPage) seal.Place { return pagePlace(searchPageKey(p)) }

// PutSearchPages writes sealed pages.
func (s *Store) PutSearchPages(ctx context.Context, pages map[survey.SearchPage][]byte) error {
	return putPages(ctx, s, pages, searchPageKey)
}

// SearchPages reads sealed pages, in the order of their names; apperr.ErrChanged where one is not there any more.
func (s *Store) SearchPages(ctx context.Context, pages []survey.SearchPage) ([][]byte, error) {
	return readPages(ctx, s, pages, searchPageKey)
}

// DropSearchPart deletes the pages of a part: those that it says, and, of one that says none because its run has died, any.
func (s *Store) DropSearchPart(ctx context.Context, p survey.SearchPart) error {
	if p.IDPages+p.KeyPages == 0 {
		for n := range searchPageShards {
			if err := s.dropPagesAfter(ctx, searchPagesPK(p.ID, n), ""); err != nil {
				return err
			}
		}
		return nil
	}
	pages := []survey.SearchPage{{Part: p.ID, Kind: survey.SearchHead}}
	for n := range p.IDPages {
		pages = append(pages, survey.SearchPage{Part: p.ID, Kind: survey.SearchIDs, Number: n})
	}
	for n := range p.KeyPages {
		pages = append(pages, survey.SearchPage{Part: p.ID, Kind: survey.SearchKeys, Number: n})
	}
	return s.dropKeys(ctx, keysFor(pages, searchPageKey))
}
