package searching

import (
	"context"
	"iter"
	"slices"

	"onetap/internal/survey"
)

// merged is what is left of some parts, the eldest first: of everybody what the newest part says. whole says that there are no
// parts before them, so that nothing need be known of those who are gone.
func (k *Keeper) merged(ctx context.Context, parts []survey.SearchPart, whole bool) ([]member, iter.Seq2[entry, error], error) {
	type from struct {
		member
		source int
		number int
	}
	var all []from
	sources := make([]*source, len(parts))
	newer := map[survey.ContactID]bool{}
	for s := len(parts) - 1; s >= 0; s-- {
		sources[s] = &source{k: k, part: parts[s], numbers: make([]int, parts[s].Contacts)}
		n := 0
		take := func(b []byte) error {
			members, err := unpackMembers(b)
			for _, m := range members {
				if n >= len(sources[s].numbers) {
					return errPage
				}
				if sources[s].numbers[n] = -1; !newer[m.id] {
					if s > 0 {
						newer[m.id] = true
					}
					if !whole || !m.gone {
						all = append(all, from{m, s, n})
					}
				}
				n++
			}
			return err
		}
		for page := 0; page < parts[s].IDPages; page += readAtOnce {
			if err := k.read(ctx, parts[s].ID, survey.SearchIDs, page, parts[s].IDPages, take); err != nil {
				return nil, nil, err
			}
		}
	}
	slices.SortFunc(all, func(a, b from) int { return inOrder(a.id, b.id) })
	members := make([]member, len(all))
	for n, m := range all {
		members[n] = m.member
		sources[m.source].numbers[m.number] = n
	}
	return members, func(yield func(entry, error) bool) { merge(ctx, sources, yield) }, nil
}

// merge gives the entries of all sources, sorted, with their new numbers.
func merge(ctx context.Context, sources []*source, yield func(entry, error) bool) {
	for {
		var least *source
		for _, s := range sources {
			if err := s.fill(ctx); err != nil {
				yield(entry{}, err)
				return
			}
			if len(s.entries) > 0 && (least == nil || byKey(s.entries[0], least.entries[0]) < 0) {
				least = s
			}
		}
		if least == nil {
			return
		}
		e := entry{key: least.entries[0].key}
		for _, s := range sources {
			for s.fill(ctx) == nil && len(s.entries) > 0 && s.entries[0].key == e.key { // an error is met again above
				e.numbers = append(e.numbers, s.entries[0].numbers...)
				s.entries = s.entries[1:]
			}
		}
		slices.Sort(e.numbers)
		if len(e.numbers) > 0 && !yield(e, nil) {
			return
		}
	}
}

// source reads the keys of a part that is merged.
type source struct {
	k       *Keeper
	part    survey.SearchPart
	numbers []int // the new number of each member, -1 where another part knows better
	page    int
	entries []entry // of the last page that was read
}

// fill reads some pages where the last are used up.
func (s *source) fill(ctx context.Context) error {
	for len(s.entries) == 0 && s.page < s.part.KeyPages {
		s.entries = s.entries[:0]
		if err := s.k.read(ctx, s.part.ID, survey.SearchKeys, s.page, s.part.KeyPages, s.take); err != nil {
			return err
		}
		s.page += readAtOnce
	}
	return nil
}

// take adds a page's entries, with their new numbers.
func (s *source) take(b []byte) error {
	return eachKey(b, func(key []byte, numbers []uint32) error {
		e := entry{key: string(key)}
		for _, n := range numbers {
			if int(n) >= len(s.numbers) {
				return errPage
			}
			if now := s.numbers[n]; now >= 0 {
				e.numbers = append(e.numbers, uint32(now))
			}
		}
		s.entries = append(s.entries, e)
		return nil
	})
}

// readAtOnce is how many pages are read at once.
const readAtOnce = 16

// read reads readAtOnce of a part's pages from one on, of so many.
func (k *Keeper) read(ctx context.Context, part, kind string, from, of int, take func([]byte) error) error {
	var pages []survey.SearchPage
	for n := from; n < min(of, from+readAtOnce); n++ {
		pages = append(pages, survey.SearchPage{Part: part, Kind: kind, Number: n})
	}
	sealed, err := k.Store.SearchPages(ctx, pages)
	if err != nil {
		return err
	}
	for i, p := range pages {
		b, err := open(ctx, k.Seal, k.Store.SearchPlace(p), sealed[i])
		if err == nil {
			err = take(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
