package searching

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// Store is what the keeper of the index reads and writes. Reads are consistent.
type Store interface {
	Pages
	// SaveSearchIndex is a compare-and-swap by the version that was read; apperr.ErrChanged.
	SaveSearchIndex(ctx context.Context, a survey.Audience, x survey.SearchIndex) (survey.SearchIndex, error)
	// SearchNotes reads the eldest notes of who has changed until they name limit contacts.
	SearchNotes(ctx context.Context, a survey.Audience, limit int) ([]survey.SearchNote, error)
	DropSearchNotes(ctx context.Context, a survey.Audience, notes []survey.SearchNote) error
	PutSearchPages(ctx context.Context, pages map[survey.SearchPage][]byte) error
	// DropSearchPart deletes a part's pages: those that it says or, where it says none, all that there are.
	DropSearchPart(ctx context.Context, p survey.SearchPart) error

	// Contacts reads contacts by id; those that are not there are absent.
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
	// ContactsUntil calls each for some budget contacts of an audience from a cursor on, until it returns false, and returns where to go
	// on; nil at the end.
	ContactsUntil(ctx context.Context, a survey.Audience, from survey.Cursor, budget int, each func(survey.Contact, survey.SuppressionReason) bool) (*survey.Cursor, error)
}

// Sealer seals pages and opens them: *seal.Sealer.
type Sealer interface {
	Opener
	Seal(ctx context.Context, p seal.Purpose, at seal.Place, text []byte) ([]byte, error)
}

// Keeper keeps the index.
type Keeper struct {
	Store  Store
	Seal   Sealer
	Now    func() time.Time
	Random io.Reader // crypto/rand's
	Log    *slog.Logger
}

const (
	// stepContacts is of how many contacts a part is made at once: 20 MB of them, with their keys.
	stepContacts = 10_000
	// lease is for how long a run has an index to itself from its last swap on: as long as the function may work at most, so that whoever
	// takes over finds nobody still writing.
	lease = 5 * time.Minute
	// spare is what a step may take: with less time left a run leaves the rest to the next.
	spare = 45 * time.Second
	// mergeFrom is how many parts must be there to be merged.
	mergeFrom = 4
	// sweepAfter is within what time nothing is left of somebody who is gone, and tidyAfter of what somebody was called before. After
	// renewAfter everything is sealed anew, so that no key is needed for longer that was followed by another.
	sweepAfter, tidyAfter, renewAfter = time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour
)

// Run brings the index of every audience up to date, or as far as there is time: the next run goes on. What is wrong with one
// audience's stops no other.
func (k *Keeper) Run(ctx context.Context) error {
	var failed []error
	for _, a := range survey.Audiences {
		if err := k.keep(ctx, a); err != nil {
			failed = append(failed, fmt.Errorf("search index of %s: %w", a, err))
		}
	}
	return errors.Join(failed...)
}

// keep brings one index up to date.
func (k *Keeper) keep(ctx context.Context, a survey.Audience) error {
	x, notes, _, err := k.Store.SearchIndex(ctx, a, 1)
	if err != nil || k.Now().Before(x.Busy) {
		return err
	}
	if x.Form != Form {
		x = survey.SearchIndex{Version: x.Version, Form: Form, Drop: append(x.Drop, x.Parts...), Swept: k.Now().UTC()}
	}
	work := len(notes) > 0
	for began := false; ; began = true {
		step := k.next(x, work)
		if step == nil && !began && len(x.Drop) == 0 {
			return nil
		}
		if step == nil || began && !k.time(ctx) {
			return k.done(ctx, a, x)
		}
		if x, work, err = step(ctx, a, x); err != nil {
			if errors.Is(err, apperr.ErrChanged) { // another run has it
				k.Log.WarnContext(ctx, "another run keeps the search index", "audience", string(a))
				return nil
			}
			return err
		}
	}
}

// time reports whether there is time for another step.
func (k *Keeper) time(ctx context.Context) bool {
	until, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(until) > spare)
}

type step func(context.Context, survey.Audience, survey.SearchIndex) (x survey.SearchIndex, work bool, err error)

// next is what there is to do; nil: nothing.
func (k *Keeper) next(x survey.SearchIndex, notes bool) step {
	from, due := mergeDue(x, k.Now())
	switch {
	case due:
		return func(ctx context.Context, a survey.Audience, x survey.SearchIndex) (survey.SearchIndex, bool, error) {
			x, err := k.merge(ctx, a, x, from)
			return x, notes, err
		}
	case !x.Built:
		return k.build
	case notes:
		return k.takeNotes
	}
	return nil
}

// mergeDue says from which part on the parts are to be merged.
func mergeDue(x survey.SearchIndex, now time.Time) (from int, due bool) {
	gone, newer := 0, 0
	for _, p := range x.Parts {
		gone, newer = gone+p.Gone, newer+p.Contacts
	}
	since := now.Sub(x.Swept)
	if gone > 0 && since >= sweepAfter || len(x.Parts) > 1 && since >= tidyAfter || len(x.Parts) > 0 && since >= renewAfter {
		return 0, true
	}
	for i, p := range x.Parts {
		if newer -= p.Contacts; len(x.Parts)-i >= mergeFrom && p.Contacts <= newer {
			return i, true
		}
	}
	return 0, false
}

// begin deletes what is to be deleted, and swaps in an index that says that a part is begun, and that this run is busy.
func (k *Keeper) begin(ctx context.Context, a survey.Audience, x survey.SearchIndex, part survey.SearchPart) (survey.SearchIndex, error) {
	if err := k.drop(ctx, x); err != nil {
		return x, err
	}
	x.Drop, x.Busy = []survey.SearchPart{part}, k.Now().Add(lease).UTC()
	return k.Store.SaveSearchIndex(ctx, a, x)
}

// drop deletes what is to be deleted. It is named so for good: nobody swaps it in again.
func (k *Keeper) drop(ctx context.Context, x survey.SearchIndex) error {
	for _, p := range x.Drop {
		if err := k.Store.DropSearchPart(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// done ends a run.
func (k *Keeper) done(ctx context.Context, a survey.Audience, x survey.SearchIndex) error {
	if err := k.drop(ctx, x); err != nil {
		return err
	}
	x.Drop, x.Busy = nil, time.Time{}
	_, err := k.Store.SaveSearchIndex(ctx, a, x)
	if errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}

// newPart is a part with a name that no other has.
func (k *Keeper) newPart() (survey.SearchPart, error) {
	var b [10]byte
	_, err := io.ReadFull(k.Random, b[:])
	return survey.SearchPart{ID: base32.StdEncoding.EncodeToString(b[:]), Made: k.Now().UTC().Truncate(time.Second)}, err
}

// add has make read something after the index, and swaps a part of it in. make may change the index.
func (k *Keeper) add(ctx context.Context, a survey.Audience, x survey.SearchIndex,
	make func(x *survey.SearchIndex) ([]member, iter.Seq2[entry, error], error),
) (survey.SearchIndex, error) {
	part, err := k.newPart()
	if err != nil {
		return x, err
	}
	if x, err = k.begin(ctx, a, x, part); err != nil {
		return x, err
	}
	members, keys, err := make(&x)
	if err != nil {
		return x, err
	}
	if len(members) > 0 {
		if part, err = k.write(ctx, part, members, keys); err != nil {
			return x, err
		}
		x.Parts = append(x.Parts, part)
		x.Drop = x.Drop[1:] // make puts what is replaced behind it
	}
	return k.Store.SaveSearchIndex(ctx, a, x)
}

// build takes the next contacts of a table that has no index yet.
func (k *Keeper) build(ctx context.Context, a survey.Audience, x survey.SearchIndex) (survey.SearchIndex, bool, error) {
	x, err := k.add(ctx, a, x, func(x *survey.SearchIndex) ([]member, iter.Seq2[entry, error], error) {
		from, err := survey.ParseCursor(x.At)
		if err != nil {
			return nil, nil, err
		}
		there := map[survey.ContactID]survey.Contact{}
		var ids []survey.ContactID
		next, err := k.Store.ContactsUntil(ctx, a, from, stepContacts, func(c survey.Contact, _ survey.SuppressionReason) bool {
			ids, there[c.ID] = append(ids, c.ID), c
			return true
		})
		if err != nil {
			return nil, nil, err
		}
		if x.Built, x.At = next == nil, ""; next != nil {
			x.At = next.String()
		}
		members, keys := fresh(ids, there)
		return members, keys, nil
	})
	return x, true, err
}

// takeNotes takes in who has changed; work says that there may be others.
func (k *Keeper) takeNotes(ctx context.Context, a survey.Audience, x survey.SearchIndex) (_ survey.SearchIndex, work bool, err error) {
	var notes []survey.SearchNote
	x, err = k.add(ctx, a, x, func(*survey.SearchIndex) ([]member, iter.Seq2[entry, error], error) {
		var err error
		if notes, err = k.Store.SearchNotes(ctx, a, stepContacts); err != nil {
			return nil, nil, err
		}
		var ids []survey.ContactID
		for _, n := range notes {
			ids = append(ids, n.Contacts...)
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		there, err := k.Store.Contacts(ctx, a, ids)
		if err != nil {
			return nil, nil, err
		}
		members, keys := fresh(ids, there)
		return members, keys, nil
	})
	if err != nil || len(notes) == 0 {
		return x, false, err
	}
	return x, true, k.Store.DropSearchNotes(ctx, a, notes)
}

// merge makes one part of those from a place on.
func (k *Keeper) merge(ctx context.Context, a survey.Audience, x survey.SearchIndex, from int) (survey.SearchIndex, error) {
	return k.add(ctx, a, x, func(x *survey.SearchIndex) ([]member, iter.Seq2[entry, error], error) {
		old := x.Parts[from:]
		members, keys, err := k.merged(ctx, old, from == 0)
		if err != nil {
			return nil, nil, err
		}
		x.Parts, x.Drop = x.Parts[:from:from], append(x.Drop[:len(x.Drop):len(x.Drop)], old...)
		if from == 0 {
			x.Swept = k.Now().UTC()
		}
		return members, keys, nil
	})
}
