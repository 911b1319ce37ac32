package searching

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"

	"onetap/internal/seal"
	"onetap/internal/survey"
)

// writer writes a part, page by page.
type writer struct {
	k       *Keeper
	part    survey.SearchPart
	head    head
	page    keyPage
	waiting map[survey.SearchPage][]byte // sealed
}

// atOnce is how many pages are written at once.
const atOnce = 25

// write writes a part: its members, in order, and the keys, sorted, with the numbers of those who have them. A key may come several times.
func (k *Keeper) write(ctx context.Context, part survey.SearchPart, all []member, keys iter.Seq2[entry, error]) (survey.SearchPart, error) {
	w := &writer{k: k, part: part, waiting: map[survey.SearchPage][]byte{}}
	for some := range slices.Chunk(all, idsPerPage) {
		w.head.ids = append(w.head.ids, some[0].id)
		if err := w.put(ctx, survey.SearchIDs, w.part.IDPages, packMembers(some)); err != nil {
			return part, err
		}
		w.part.IDPages++
	}
	for _, m := range all {
		w.part.Contacts++
		if m.gone {
			w.part.Gone++
		}
	}
	for e, err := range keys {
		if err == nil {
			err = w.add(ctx, e)
		}
		if err != nil {
			return part, err
		}
	}
	if err := w.turn(ctx); err != nil {
		return part, err
	}
	if err := w.put(ctx, survey.SearchHead, 0, w.head.pack()); err != nil {
		return part, err
	}
	return w.part, w.flush(ctx)
}

func (w *writer) add(ctx context.Context, e entry) error {
	for numbers := range slices.Chunk(e.numbers, recordNumbers) {
		w.page.add(e.key, numbers)
		if len(w.page.b) >= keysBytes {
			if err := w.turn(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// turn begins a new page of keys.
func (w *writer) turn(ctx context.Context) error {
	if len(w.page.b) == 0 {
		return nil
	}
	if err := w.put(ctx, survey.SearchKeys, w.part.KeyPages, w.page.b); err != nil {
		return err
	}
	w.head.keys = append(w.head.keys, w.page.first)
	w.part.KeyPages++
	w.page = keyPage{}
	return nil
}

func (w *writer) put(ctx context.Context, kind string, n int, page []byte) error {
	at := survey.SearchPage{Part: w.part.ID, Kind: kind, Number: n}
	page, err := padded(page)
	if err != nil {
		return err
	}
	sealed, err := w.k.Seal.Seal(ctx, seal.Contacts, w.k.Store.SearchPlace(at), page)
	if err != nil {
		return err
	}
	if w.waiting[at] = sealed; len(w.waiting) < atOnce {
		return nil
	}
	return w.flush(ctx)
}

func (w *writer) flush(ctx context.Context) error {
	err := w.k.Store.PutSearchPages(ctx, w.waiting)
	clear(w.waiting)
	return err
}

// entry is a key, with the numbers of those who have it, sorted.
type entry struct {
	key     string
	numbers []uint32
}

// fresh is what a part of these contacts, each once, consists of; those who are asked for and are not there are gone.
func fresh(ids []survey.ContactID, there map[survey.ContactID]survey.Contact) ([]member, iter.Seq2[entry, error]) {
	slices.SortFunc(ids, inOrder)
	all := make([]member, len(ids))
	have := map[string][]uint32{}
	for i, id := range ids {
		c, ok := there[id]
		all[i] = member{id, !ok}
		if ok {
			for _, key := range keysOf(c) {
				have[key] = append(have[key], uint32(i))
			}
		}
	}
	return all, func(yield func(entry, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(have)) {
			if !yield(entry{key, have[key]}, nil) {
				return
			}
		}
	}
}

// byKey compares entries.
func byKey(a, b entry) int { return cmp.Compare(a.key, b.key) }
