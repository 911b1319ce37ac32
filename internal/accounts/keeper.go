package accounts

import (
	"context"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Store is what the keeper of the accounts reads and writes. Reads are consistent.
type Store interface {
	Pages
	Writer
	// SaveAccountIndex is a compare-and-swap by the version that was read; apperr.ErrChanged.
	SaveAccountIndex(ctx context.Context, a survey.Audience, x survey.AccountIndex) (survey.AccountIndex, error)
	// AccountNotes reads the eldest notes until they name limit contacts.
	AccountNotes(ctx context.Context, a survey.Audience, limit int) ([]survey.AccountNote, error)
	DropAccountNotes(ctx context.Context, a survey.Audience, notes []survey.AccountNote) error
	DropAccountPages(ctx context.Context, pages []survey.AccountPage) error
	// DropAccountPagesAfter deletes all pages of a generation with a higher number.
	DropAccountPagesAfter(ctx context.Context, a survey.Audience, generation string, number uint64) error
	// HasAccounts reports whether contacts of an audience have ever come with a company.
	HasAccounts(ctx context.Context, a survey.Audience) (bool, error)
	Settings(ctx context.Context) (survey.Settings, error)
	// ContactsUntil calls each for some budget contacts of an audience from a cursor on, until it returns false, and returns where to go
	// on; nil at the end.
	ContactsUntil(ctx context.Context, a survey.Audience, from survey.Cursor, budget int, each func(survey.Contact, survey.SuppressionReason) bool) (*survey.Cursor, error)
}

// Keeper keeps the accounts of every audience.
type Keeper struct {
	Store  Store
	Seal   Sealer
	Now    func() time.Time
	Random io.Reader // crypto/rand's
	Log    *slog.Logger
}

const (
	// stepContacts is of how many contacts the tree is changed at once: of more the pages are written twice; they take some 400 MB.
	stepContacts = 500_000
	// fewContacts are taken in at once; more wait until nothing has come for quiet, or until the first has waited for mostWait.
	fewContacts     = 2000
	quiet, mostWait = 20 * time.Second, 10 * time.Minute
	// lease is for how long a run has the accounts to itself from its last swap on: as long as the function may work at most.
	lease = 5 * time.Minute
	// spare is what a step may take: with less time left a run leaves the rest to the next.
	spare = 90 * time.Second
	// renewAfter is when a tree is made anew: so long at most is a key needed that was followed by another, and a mistake shown.
	renewAfter = 30 * 24 * time.Hour
	// reweighAfter is when a large tree is made anew because most accounts have values in another currency by now.
	reweighAfter = time.Hour
	// readersAtOnce is how many calls read contacts at once.
	readersAtOnce = 8
)

// Run brings the accounts of every audience up to date, or as far as there is time: the next run goes on. What is wrong with one
// audience's stops no other.
func (k *Keeper) Run(ctx context.Context) error {
	var failed []error
	for _, a := range survey.Audiences {
		if a.Anonymous() {
			continue
		}
		err := k.keep(ctx, a)
		if errors.Is(err, apperr.ErrChanged) { // another run has them
			k.Log.WarnContext(ctx, "another run keeps the accounts", "audience", string(a))
			err = nil
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("accounts of %s: %w", a, err))
		}
	}
	return errors.Join(failed...)
}

func (k *Keeper) keep(ctx context.Context, a survey.Audience) error {
	for began := false; ; began = true {
		x, notes, _, err := k.Store.AccountIndex(ctx, a, 1)
		if err != nil || k.Now().Before(x.Busy) || began && !k.time(ctx) {
			return err
		}
		if x.Version == 0 && len(notes) == 0 { // nobody has a company yet
			if has, err := k.Store.HasAccounts(ctx, a); err != nil || !has {
				return err
			}
		}
		if x.Running { // a run has died
			if err := k.recover(ctx, a, x); err != nil {
				return err
			}
			continue
		}
		x, step, err := k.next(ctx, x, len(notes) > 0)
		if err != nil || step == nil {
			return err
		}
		if more, err := step(ctx, a, x); err != nil || !more {
			return err
		}
	}
}

// time reports whether there is time for another step.
func (k *Keeper) time(ctx context.Context) bool {
	until, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(until) > spare)
}

// next is what there is to do; nil: nothing.
func (k *Keeper) next(ctx context.Context, x survey.AccountIndex, notes bool) (survey.AccountIndex, func(context.Context, survey.Audience, survey.AccountIndex) (more bool, err error), error) {
	set, err := k.Store.Settings(ctx)
	if err != nil {
		return x, nil, err
	}
	age := k.Now().Sub(x.Tree.Made)
	stale := !x.Built || x.Form != Form || x.Tree.Granted != set.Currency || age >= renewAfter ||
		currency(set.Currency, x.Tree.Currencies) != x.Tree.Currency && (age >= reweighAfter || x.Tree.Accounts < fewContacts || x.Tree.Currency == "")
	if x.Next != nil && (x.Form != Form || x.Next.Granted != set.Currency) { // begun by other rules
		x = without(x)
	}
	switch {
	case x.Next != nil || stale:
		if x.Next == nil {
			var b [10]byte
			if _, err := io.ReadFull(k.Random, b[:]); err != nil {
				return x, nil, err
			}
			x.Next = &survey.AccountTree{
				Generation: base32.StdEncoding.EncodeToString(b[:]), Currency: currency(set.Currency, x.Tree.Currencies), Granted: set.Currency,
				Currencies: map[string]int{}, Made: k.Now().UTC().Truncate(time.Second),
			}
			if x.Form != Form {
				if x.Tree.Generation != "" {
					x.Old = append(x.Old, x.Tree.Generation)
				}
				x.Form, x.Built, x.Tree, x.Drop = Form, false, survey.AccountTree{}, nil
			}
		}
		return x, k.build, nil
	case notes:
		return x, k.take, nil
	}
	return x, nil, nil
}

// begin swaps in that this run is busy: with pages that nobody knows of until end.
func (k *Keeper) begin(ctx context.Context, a survey.Audience, x survey.AccountIndex) (survey.AccountIndex, error) {
	x.Running, x.Busy = true, k.Now().Add(lease).UTC()
	return k.Store.SaveAccountIndex(ctx, a, x)
}

// end swaps in what was done, deletes what it replaces, and says so.
func (k *Keeper) end(ctx context.Context, a survey.Audience, x survey.AccountIndex) error {
	x, err := k.begin(ctx, a, x)
	if err != nil {
		return err
	}
	return k.drop(ctx, a, x)
}

// recover deletes what a run that has died has left, and what it meant to delete. A tree that was being made is begun again.
func (k *Keeper) recover(ctx context.Context, a survey.Audience, x survey.AccountIndex) error {
	if x.Next != nil {
		x = without(x)
	}
	x, err := k.begin(ctx, a, x)
	if err != nil {
		return err
	}
	if x.Tree.Generation != "" {
		if err := k.Store.DropAccountPagesAfter(ctx, a, x.Tree.Generation, x.Tree.Pages); err != nil {
			return err
		}
	}
	return k.drop(ctx, a, x)
}

// without is an index that begins anew to make a tree.
func without(x survey.AccountIndex) survey.AccountIndex {
	x.Old, x.Next, x.At = append(slices.Clone(x.Old), x.Next.Generation), nil, ""
	return x
}

// drop deletes what is to be deleted, and says that nobody is busy.
func (k *Keeper) drop(ctx context.Context, a survey.Audience, x survey.AccountIndex) error {
	numbers, err := unpackNumbers(x.Drop)
	if err != nil {
		return err
	}
	if err := k.Store.DropAccountPages(ctx, pagesOf(a, x.Tree.Generation, numbers)); err != nil {
		return err
	}
	for _, old := range x.Old {
		if err := k.Store.DropAccountPagesAfter(ctx, a, old, 0); err != nil {
			return err
		}
	}
	x.Drop, x.Old, x.Running, x.Busy = nil, nil, false, time.Time{}
	_, err = k.Store.SaveAccountIndex(ctx, a, x)
	return err
}

// grow is a tree with changed contacts, and the pages that it does not have any more. unweighed says that it is not known in which currency most accounts have a value.
func (k *Keeper) grow(ctx context.Context, a survey.Audience, t survey.AccountTree, changed []change, unweighed bool) (survey.AccountTree, []uint64, error) {
	if unweighed && t.Root == 0 && t.Currency == "" {
		of := map[string]int{}
		for _, c := range changed {
			of[c.is.value.Currency] += boolean(c.is.valued)
		}
		t.Currency = currency("", of) // most likely; where it is not, the next run says so
	}
	g := &grower{tree: tree{forest{pages: k.Store, seal: k.Seal, audience: a}, t}, to: k.Store, sealer: k.Seal}
	edits, sum, err := changes(ctx, g.tree, t.Currency, changed)
	if err != nil {
		return t, nil, err
	}
	if t, err = g.grow(ctx, edits); err != nil {
		return t, nil, err
	}
	t.Accounts, t.Contacts = t.Accounts+sum.accounts, t.Contacts+sum.contacts
	t.Currencies = maps.Clone(t.Currencies)
	for c, n := range sum.currencies {
		if t.Currencies[c] += n; t.Currencies[c] == 0 {
			delete(t.Currencies, c)
		}
	}
	return t, g.replaced, nil
}

// build takes the next contacts of all.
func (k *Keeper) build(ctx context.Context, a survey.Audience, x survey.AccountIndex) (more bool, err error) {
	if x, err = k.begin(ctx, a, x); err != nil {
		return false, err
	}
	from, err := survey.ParseCursor(x.At)
	if err != nil {
		return false, err
	}
	var changed []change
	next, err := k.Store.ContactsUntil(ctx, a, from, stepContacts, func(c survey.Contact, _ survey.SuppressionReason) bool {
		if c.Account != "" && !c.Unreadable {
			changed = append(changed, change{id: c.ID, now: c.Account, is: membershipOf(c, x.Next.Granted)})
		}
		return true
	})
	if err != nil {
		return false, err
	}
	t, replaced, err := k.grow(ctx, a, *x.Next, changed, len(x.Tree.Currencies) == 0)
	if err != nil {
		return false, err
	}
	if next != nil { // of a tree that nobody reads yet: were it to die here, it would be begun again
		if err := k.Store.DropAccountPages(ctx, pagesOf(a, t.Generation, replaced)); err != nil {
			return false, err
		}
		x.Next, x.At, x.Running, x.Busy = &t, next.String(), false, time.Time{}
		_, err = k.Store.SaveAccountIndex(ctx, a, x)
		return true, err
	}
	if x.Tree.Generation != "" {
		x.Old = append(x.Old, x.Tree.Generation)
	}
	x.Drop, x.Tree, x.Next, x.At, x.Built = packNumbers(replaced), t, nil, "", true
	return true, k.end(ctx, a, x)
}

func pagesOf(a survey.Audience, generation string, numbers []uint64) []survey.AccountPage {
	pages := make([]survey.AccountPage, len(numbers))
	for i, n := range numbers {
		pages[i] = survey.AccountPage{Audience: a, Generation: generation, Number: n}
	}
	return pages
}

// take takes in who has changed, unless it is better to wait.
func (k *Keeper) take(ctx context.Context, a survey.Audience, x survey.AccountIndex) (more bool, err error) {
	notes, err := k.Store.AccountNotes(ctx, a, stepContacts)
	if err != nil || len(notes) == 0 || k.waits(notes) {
		return false, err
	}
	if x, err = k.begin(ctx, a, x); err != nil {
		return false, err
	}
	changed, err := changedBy(ctx, k.Store, a, x.Tree.Granted, notes)
	if err != nil {
		return false, err
	}
	t, replaced, err := k.grow(ctx, a, x.Tree, changed, len(x.Tree.Currencies) == 0)
	if err != nil {
		return false, err
	}
	x.Tree, x.Drop = t, packNumbers(replaced)
	if err := k.end(ctx, a, x); err != nil {
		return false, err
	}
	return true, k.Store.DropAccountNotes(ctx, a, notes)
}

// waits reports whether notes are better left to a later run.
func (k *Keeper) waits(notes []survey.AccountNote) bool {
	contacts := 0
	for _, n := range notes {
		contacts += len(n.Moves)
	}
	since := func(n survey.AccountNote) time.Duration { return k.Now().Sub(n.At) }
	return contacts > fewContacts && contacts < stepContacts && since(notes[len(notes)-1]) < quiet && since(notes[0]) < mostWait
}

// changedBy reads the contacts that notes name as they are now.
func changedBy(ctx context.Context, s Pages, a survey.Audience, granted string, notes []survey.AccountNote) ([]change, error) {
	at := map[survey.ContactID]int{}
	var all []change
	for _, n := range notes {
		for _, m := range n.Moves {
			i, there := at[m.Contact]
			if !there {
				i = len(all)
				at[m.Contact], all = i, append(all, change{id: m.Contact})
			}
			if m.Left != "" && !slices.Contains(all[i].left, m.Left) {
				all[i].left = append(all[i].left, m.Left)
			}
		}
	}
	var mu sync.Mutex
	g, reading := errgroup.WithContext(ctx)
	g.SetLimit(readersAtOnce)
	for from := 0; from < len(all); from += 100 {
		part := all[from:min(from+100, len(all))]
		g.Go(func() error {
			ids := make([]survey.ContactID, len(part))
			for i, c := range part {
				ids[i] = c.id
			}
			found, err := s.Contacts(reading, a, ids)
			mu.Lock()
			defer mu.Unlock()
			for i := range part {
				if c, ok := found[part[i].id]; ok && c.Account != "" && !c.Unreadable {
					part[i].now, part[i].is = c.Account, membershipOf(c, granted)
				}
			}
			return err
		})
	}
	return all, g.Wait()
}

// packNumbers packs numbers of pages, by their differences.
func packNumbers(all []uint64) []byte {
	slices.Sort(all)
	var b []byte
	last := uint64(0)
	for _, n := range all {
		b = binary.AppendUvarint(b, n-last)
		last = n
	}
	return b
}

func unpackNumbers(b []byte) (all []uint64, err error) {
	last := uint64(0)
	for len(b) > 0 {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			return nil, errPage
		}
		last += n
		all, b = append(all, last), b[size:]
	}
	return all, nil
}
