package searching

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"math/bits"
	"slices"
	"sync"

	"onetap/internal/apperr"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// Index finds contacts by the index. It is safe for concurrent use.
type Index struct {
	Store Pages
	Seal  Opener

	mu    sync.Mutex
	heads map[string]head // of parts that were read, at most maxHeads
}

const (
	// maxHeads bounds how many parts' first pages a process holds: of a million contacts some 100 KB.
	maxHeads = 64
	// widest is how many pages are read for one of the things that are looked for. What is on more of them has, as nearly everybody
	// has it, is better looked for among the contacts themselves.
	widest = 96
	// lately is how many notes of changes a search looks at, and changed how many contacts of them.
	lately, changed = 16, 200
)

// Found are contacts whose words may fit.
type Found struct {
	Contacts []survey.ContactID // as a walk (survey.Cursor) meets them
	Next     *survey.Cursor     // where to go on; nil: there are no others
	Partly   bool               // many have changed just now, and not all of them are among these
}

// Find finds up to limit contacts of an audience behind a place who have what is needed (text.Query.Needs). ok is false where the
// audience has no index yet.
func (x *Index) Find(ctx context.Context, a survey.Audience, needs [][][]text.Range, after survey.Cursor, limit int) (found Found, ok bool, err error) {
	for try := 0; ; try++ {
		found, ok, err = x.find(ctx, a, needs, after, limit)
		if !errors.Is(err, apperr.ErrChanged) || try == 3 { // parts were merged meanwhile
			return found, ok, err
		}
	}
}

func (x *Index) find(ctx context.Context, a survey.Audience, needs [][][]text.Range, after survey.Cursor, limit int) (found Found, ok bool, err error) {
	stored, notes, more, err := x.Store.SearchIndex(ctx, a, lately)
	if err != nil || !stored.Built || stored.Form != Form {
		return found, false, err
	}
	var ids []survey.ContactID
	for _, n := range notes {
		some := n.Contacts[max(0, len(n.Contacts)-(changed-len(ids))):] // the last of them
		more = more || len(some) < len(n.Contacts)
		ids = append(ids, some...)
	}
	ids = slices.DeleteFunc(ids, func(id survey.ContactID) bool { return !behind(id, after) })
	found.Partly = more
	l := look{x: x, parts: make([]partly, len(stored.Parts))}
	if err := l.heads(ctx, stored.Parts); err != nil {
		return found, false, err
	}
	if err := l.narrow(ctx, needs, limit); err != nil {
		return found, false, err
	}
	last, err := l.members(ctx, after, limit, &ids)
	if err != nil {
		return found, false, err
	}
	slices.SortFunc(ids, inOrder)
	ids = slices.Compact(ids)
	goOn := func(id survey.ContactID) {
		found.Next = &survey.Cursor{Shard: id.Shard(), After: id, End: after.End}
	}
	if last != "" && last.Shard() < after.Stop() {
		n, there := slices.BinarySearchFunc(ids, last, inOrder)
		if there {
			n++
		}
		ids = ids[:n]
		goOn(last)
	}
	if len(ids) > limit {
		ids = ids[:limit]
		goOn(ids[limit-1])
	}
	found.Contacts = ids
	return found, true, nil
}

// behind reports whether a walk from a place on meets an id.
func behind(id survey.ContactID, after survey.Cursor) bool {
	s := id.Shard()
	return s < after.Stop() && (s > after.Shard || s == after.Shard && id > after.After)
}

// look is one search in the parts of an index.
type look struct {
	x     *Index
	parts []partly
}

// partly is a part, and who in it has what was looked for so far.
type partly struct {
	head
	has set // nil: everybody
}

// heads reads what is on the parts' pages.
func (l *look) heads(ctx context.Context, parts []survey.SearchPart) error {
	var missing []survey.SearchPage
	var of []int
	l.x.mu.Lock()
	for i, p := range parts {
		h, ok := l.x.heads[p.ID]
		if l.parts[i].head = h; !ok {
			missing, of = append(missing, survey.SearchPage{Part: p.ID, Kind: survey.SearchHead}), append(of, i)
		}
	}
	l.x.mu.Unlock()
	read, err := l.read(ctx, missing)
	if err != nil {
		return err
	}
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	for n, i := range of {
		h, err := unpackHead(parts[i], read[n])
		if err != nil {
			return err
		}
		if l.parts[i].head = h; l.x.heads == nil || len(l.x.heads) >= maxHeads {
			l.x.heads = map[string]head{}
		}
		l.x.heads[h.part.ID] = h
	}
	return nil
}

// read reads and opens pages.
func (l *look) read(ctx context.Context, pages []survey.SearchPage) ([][]byte, error) {
	if len(pages) == 0 {
		return nil, nil
	}
	all, err := l.x.Store.SearchPages(ctx, pages)
	if err != nil {
		return nil, err
	}
	for i, p := range pages {
		if all[i], err = open(ctx, l.x.Seal, l.x.Store.SearchPlace(p), all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// narrow keeps those who have what is needed, beginning with what the fewest pages have, until they are few: the rest is seen when they
// are looked at.
func (l *look) narrow(ctx context.Context, needs [][][]text.Range, few int) error {
	var all []need
	for _, ways := range needs {
		if n := (need{ways, l.pages(ways)}); len(ways) > 0 && len(n.pages) <= widest {
			all = append(all, n)
		}
	}
	slices.SortStableFunc(all, func(a, b need) int { return cmp.Compare(len(a.pages), len(b.pages)) })
	for i, n := range all {
		if i > 0 && l.count() <= few {
			return nil
		}
		if err := l.having(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// need is one of the things that are looked for, and the pages on which its keys can be.
type need struct {
	ways  [][]text.Range
	pages []survey.SearchPage
}

// pages are those on which the keys of some ways can be, each once.
func (l *look) pages(ways [][]text.Range) (all []survey.SearchPage) {
	for _, p := range l.parts {
		there := map[int]bool{}
		for _, way := range ways {
			for _, r := range way {
				for n, to := p.pages(r.Begin); n < to; n++ {
					if !there[n] {
						there[n] = true
						all = append(all, p.page(n))
					}
				}
			}
		}
	}
	return all
}

// page is the name of a page of keys.
func (h head) page(n int) survey.SearchPage {
	return survey.SearchPage{Part: h.part.ID, Kind: survey.SearchKeys, Number: n}
}

// having keeps those in whom one of the ways finds all its keys.
func (l *look) having(ctx context.Context, n need) error {
	read, err := l.read(ctx, n.pages)
	if err != nil {
		return err
	}
	at := make(map[survey.SearchPage][]byte, len(read))
	for i, page := range n.pages {
		at[page] = read[i]
	}
	for i := range l.parts {
		p := &l.parts[i]
		some := newSet(p.part.Contacts)
		for _, way := range n.ways {
			var all set
			for _, r := range way {
				one := newSet(p.part.Contacts)
				for n, to := p.pages(r.Begin); n < to; n++ {
					if err := one.addPage(at[p.page(n)], r); err != nil {
						return err
					}
				}
				all = all.and(one)
			}
			some.or(all)
		}
		p.has = p.has.and(some)
	}
	return nil
}

func (l *look) count() (n int) {
	for _, p := range l.parts {
		n += p.has.count()
	}
	return n
}

// members adds the ids of the next of each part behind a place, some limit of each. last is the id up to which all are there; "": all are.
func (l *look) members(ctx context.Context, after survey.Cursor, limit int, ids *[]survey.ContactID) (last survey.ContactID, err error) {
	var pages []survey.SearchPage
	chosen := make([][]int, len(l.parts)) // numbers
	cut := make([]bool, len(l.parts))
	for i, p := range l.parts {
		first := p.pageOf(after)
		behindFirst := 0
		for n := p.next(first * idsPerPage); n < p.part.Contacts; n = p.next(n + 1) {
			if behindFirst == limit {
				cut[i] = true
				break
			}
			chosen[i] = append(chosen[i], n)
			if n/idsPerPage > first || after == (survey.Cursor{End: after.End}) {
				behindFirst++
			}
			if page := (survey.SearchPage{Part: p.part.ID, Kind: survey.SearchIDs, Number: n / idsPerPage}); len(pages) == 0 || pages[len(pages)-1] != page {
				pages = append(pages, page)
			}
		}
	}
	read, err := l.read(ctx, pages)
	if err != nil {
		return "", err
	}
	at := map[survey.SearchPage][]member{}
	for i, page := range pages {
		if at[page], err = unpackMembers(read[i]); err != nil {
			return "", err
		}
	}
	for i, p := range l.parts {
		for k, n := range chosen[i] {
			members := at[survey.SearchPage{Part: p.part.ID, Kind: survey.SearchIDs, Number: n / idsPerPage}]
			if n%idsPerPage >= len(members) {
				return "", errPage
			}
			m := members[n%idsPerPage]
			if behind(m.id, after) && !m.gone {
				*ids = append(*ids, m.id)
			}
			if cut[i] && k == len(chosen[i])-1 && (last == "" || inOrder(m.id, last) < 0) {
				last = m.id
			}
		}
	}
	return last, nil
}

// next is the first number from n on who has what was looked for.
func (p *partly) next(n int) int {
	if p.has == nil {
		return n
	}
	return p.has.next(n, p.part.Contacts)
}

// set is a set of numbers; nil is everybody.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

// addPage adds those who have one of the keys that are asked for.
func (s set) addPage(b []byte, r text.Range) error {
	begin := []byte(r.Begin)
	return eachKey(b, func(key []byte, numbers []uint32) error {
		if len(numbers) == 0 || !bytes.HasPrefix(key, begin) || !r.Has(string(key)) {
			return nil
		}
		if int(numbers[len(numbers)-1]) >= len(s)*64 {
			return errPage
		}
		for _, n := range numbers {
			s[n/64] |= 1 << (n % 64)
		}
		return nil
	})
}

// and is what is in both; nil is everybody.
func (s set) and(o set) set {
	if s == nil {
		return o
	}
	for i := range s {
		s[i] &= o[i]
	}
	return s
}

func (s set) or(o set) {
	for i := range o {
		s[i] |= o[i]
	}
}

func (s set) count() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// next is the first number from n on; none where there is none.
func (s set) next(n, none int) int {
	for i := n / 64; i < len(s); i++ {
		w := s[i]
		if i == n/64 {
			w &= ^uint64(0) << (n % 64)
		}
		if w != 0 {
			return i*64 + bits.TrailingZeros64(w)
		}
	}
	return none
}
