package accounts

import (
	"context"
	"slices"
	"sort"
	"strings"

	"onetap/internal/seal"
	"onetap/internal/survey"
)

// span is the keys from one on, below another; "" is no end.
type span struct{ from, to string }

// beginning is all keys that begin with a text, the last byte of which is not the greatest there is.
func beginning(with string) span {
	last := len(with) - 1
	return span{with, with[:last] + string([]byte{with[last] + 1})}
}

// exactly is one key.
func exactly(key string) span { return span{key, key + "\x00"} }

func (s span) has(key string) bool { return key >= s.from && (s.to == "" || key < s.to) }

// sorted is where a tree's keys are read.
type sorted interface {
	// first reads of each of some spans, which are sorted and do not overlap, what is on the first page that has any of it, and from where it goes on; from "" nothing.
	first(ctx context.Context, spans []span) ([]piece, error)
	// walk calls each for the keys of some spans, which are sorted and do not overlap, in order, until it returns false.
	walk(ctx context.Context, spans []span, each func(key, value string) bool) error
}

// piece is the beginning of a span.
type piece struct {
	entries []entry
	from    string // where the span goes on; "": it does not
}

// readAtOnce is how many pages are read at once, and readTogether in one call.
const readAtOnce, readTogether = 512, 64

// tree is one tree as it is read.
type tree struct {
	forest
	survey.AccountTree
}

func (t tree) walk(ctx context.Context, spans []span, each func(key, value string) bool) error {
	if t.Root == 0 || len(spans) == 0 {
		return nil
	}
	root, err := t.read(ctx, t.Generation, []uint64{t.Root})
	if err != nil {
		return err
	}
	some := 1 // who wants the first alone reads few
	if len(spans) > 1 {
		some = readAtOnce // and who asks for several wants all of them
	}
	_, err = t.below(ctx, root[0], spans, &some, each)
	return err
}

// first goes down to all pages at once, a level at a time.
func (t tree) first(ctx context.Context, spans []span) ([]piece, error) {
	pieces := make([]piece, len(spans))
	if t.Root == 0 || len(spans) == 0 {
		return pieces, nil
	}
	pages, ends := make([]uint64, len(spans)), make([]string, len(spans)) // ends: of what is below a page
	for i := range spans {
		pages[i] = t.Root
	}
	for level := t.Level; ; level-- {
		numbers := slices.Compact(slices.Clone(pages))
		nodes, err := t.read(ctx, t.Generation, numbers)
		if err != nil {
			return nil, err
		}
		at := 0
		for i, s := range spans {
			for numbers[at] != pages[i] {
				at++
			}
			n := nodes[at]
			if level == 0 {
				from := sort.Search(len(n.entries), func(k int) bool { return n.entries[k].key >= s.from })
				to := from
				for to < len(n.entries) && s.has(n.entries[to].key) {
					to++
				}
				pieces[i].entries = n.entries[from:to]
				if ends[i] != "" && s.has(ends[i]) {
					pieces[i].from = ends[i]
				}
				continue
			}
			kids, err := n.children()
			if err != nil {
				return nil, err
			}
			k := max(0, sort.Search(len(kids), func(k int) bool { return kids[k].from > s.from })-1)
			if pages[i] = kids[k].page; k+1 < len(kids) {
				ends[i] = kids[k+1].from
			}
		}
		if level == 0 {
			return pieces, nil
		}
	}
}

// below walks what is on a page and below it. some is how many pages are read at once.
func (t tree) below(ctx context.Context, n node, spans []span, some *int, each func(key, value string) bool) (more bool, err error) {
	if n.level == 0 {
		for _, s := range spans {
			i := sort.Search(len(n.entries), func(i int) bool { return n.entries[i].key >= s.from })
			for ; i < len(n.entries) && s.has(n.entries[i].key); i++ {
				if !each(n.entries[i].key, n.entries[i].value) {
					return false, nil
				}
			}
		}
		return true, nil
	}
	kids, err := n.children()
	if err != nil {
		return false, err
	}
	type visit struct {
		page  uint64
		spans []span
	}
	var visits []visit
	first := 0
	for i, kid := range kids {
		end, last := "", i == len(kids)-1
		if !last {
			end = kids[i+1].from
		}
		for first < len(spans) && i > 0 && spans[first].to != "" && spans[first].to <= kid.from {
			first++
		}
		to := first
		for to < len(spans) && (last || spans[to].from < end) {
			to++
		}
		if to > first {
			visits = append(visits, visit{kid.page, spans[first:to]})
		}
	}
	for len(visits) > 0 {
		part := visits[:min(*some, len(visits))]
		visits, *some = visits[len(part):], min(2**some, readAtOnce)
		numbers := make([]uint64, len(part))
		for i, v := range part {
			numbers[i] = v.page
		}
		nodes, err := t.read(ctx, t.Generation, numbers)
		if err != nil {
			return false, err
		}
		for i, v := range part {
			if more, err := t.below(ctx, nodes[i], v.spans, some, each); err != nil || !more {
				return false, err
			}
		}
	}
	return true, nil
}

// edit is what becomes of a key.
type edit struct {
	entry
	gone bool
}

// edited is a tree with edits that are not in it yet, sorted, each key once.
type edited struct {
	sorted
	edits []edit
}

func (e edited) walk(ctx context.Context, spans []span, each func(key, value string) bool) error {
	var own []edit // within the spans
	for _, s := range spans {
		i := sort.Search(len(e.edits), func(i int) bool { return e.edits[i].key >= s.from })
		for ; i < len(e.edits) && s.has(e.edits[i].key); i++ {
			own = append(own, e.edits[i])
		}
	}
	ended := false
	give := func(below string, all bool) bool {
		for len(own) > 0 && (all || own[0].key < below) {
			one := own[0]
			own = own[1:]
			if !one.gone && !each(one.key, one.value) {
				ended = true
				return false
			}
		}
		return true
	}
	err := e.sorted.walk(ctx, spans, func(key, value string) bool {
		if !give(key, false) {
			return false
		}
		if len(own) > 0 && own[0].key == key {
			return give(key+"\x00", false)
		}
		ended = !each(key, value)
		return !ended
	})
	if err == nil && !ended {
		give("", true)
	}
	return err
}

func (e edited) first(ctx context.Context, spans []span) ([]piece, error) {
	pieces, err := e.sorted.first(ctx, spans)
	if err != nil {
		return nil, err
	}
	for i, s := range spans {
		if s.to = pieces[i].from; s.to == "" {
			s.to = spans[i].to
		}
		var own []edit
		at := sort.Search(len(e.edits), func(k int) bool { return e.edits[k].key >= s.from })
		for ; at < len(e.edits) && s.has(e.edits[at].key); at++ {
			own = append(own, e.edits[at])
		}
		pieces[i].entries, _ = merged(pieces[i].entries, own)
	}
	return pieces, nil
}

// inOrder sorts edits; of several of one key the last is meant.
func inOrder(edits []edit) []edit {
	slices.SortStableFunc(edits, func(a, b edit) int { return strings.Compare(a.key, b.key) })
	kept := edits[:0]
	for i, e := range edits {
		if i+1 == len(edits) || edits[i+1].key != e.key {
			kept = append(kept, e)
		}
	}
	return kept
}

// Writer is where pages are written.
type Writer interface {
	PutAccountPages(ctx context.Context, pages map[survey.AccountPage][]byte) error
}

// Sealer seals pages and opens them: *seal.Sealer.
type Sealer interface {
	Opener
	Seal(ctx context.Context, p seal.Purpose, at seal.Place, text []byte) ([]byte, error)
}

// grower writes what becomes of a tree.
type grower struct {
	tree
	to       Writer
	sealer   Sealer
	packer   packer
	waiting  map[survey.AccountPage][]byte // sealed
	replaced []uint64
}

// writtenAtOnce is how many pages are written at once.
const writtenAtOnce = 100

// grow is the tree with edits, which are sorted, each key once. The pages that it does not have any more are in replaced.
func (g *grower) grow(ctx context.Context, edits []edit) (survey.AccountTree, error) {
	if len(edits) == 0 {
		return g.AccountTree, nil
	}
	g.waiting = map[survey.AccountPage][]byte{}
	level, top := 0, []child(nil)
	var err error
	if g.Root == 0 {
		entries, _ := merged(nil, edits)
		top, err = g.spread(ctx, 0, entries, "")
	} else {
		level = g.Level
		var root []node
		if root, err = g.read(ctx, g.Generation, []uint64{g.Root}); err == nil {
			top, err = g.change(ctx, child{"", g.Root}, root[0], edits)
		}
	}
	for err == nil && len(top) > 1 {
		level++
		top, err = g.spread(ctx, level, entriesOf(top), "")
	}
	if err != nil {
		return g.AccountTree, err
	}
	if g.Root, g.Level = 0, level; len(top) == 1 {
		g.Root = top[0].page
	}
	return g.AccountTree, g.flush(ctx)
}

// change makes the edits on a page and below it, and returns the pages that stand for it then: itself, where nothing has changed.
func (g *grower) change(ctx context.Context, was child, n node, edits []edit) ([]child, error) {
	if n.level == 0 {
		entries, same := merged(n.entries, edits)
		if same {
			return []child{was}, nil
		}
		g.replaced = append(g.replaced, was.page)
		return g.spread(ctx, 0, entries, was.from)
	}
	kids, err := n.children()
	if err != nil {
		return nil, err
	}
	type visit struct {
		at    int
		edits []edit
	}
	var visits []visit
	for i := range kids {
		to := len(edits)
		if i+1 < len(kids) {
			to = sort.Search(len(edits), func(k int) bool { return edits[k].key >= kids[i+1].from })
		}
		if to > 0 {
			visits = append(visits, visit{i, edits[:to]})
		}
		edits = edits[to:]
	}
	changed := make(map[int][]child, len(visits))
	same := true
	for part := range slices.Chunk(visits, readAtOnce) {
		numbers := make([]uint64, len(part))
		for i, v := range part {
			numbers[i] = kids[v.at].page
		}
		nodes, err := g.read(ctx, g.Generation, numbers)
		if err != nil {
			return nil, err
		}
		for i, v := range part {
			now, err := g.change(ctx, kids[v.at], nodes[i], v.edits)
			if err != nil {
				return nil, err
			}
			changed[v.at] = now
			same = same && len(now) == 1 && now[0] == kids[v.at]
		}
	}
	if same {
		return []child{was}, nil
	}
	var all []child
	for i, kid := range kids {
		if now, ok := changed[i]; ok {
			all = append(all, now...)
		} else {
			all = append(all, kid)
		}
	}
	g.replaced = append(g.replaced, was.page)
	return g.spread(ctx, n.level, entriesOf(all), was.from)
}

// merged are entries with edits made.
func merged(entries []entry, edits []edit) (all []entry, same bool) {
	same = true
	all = make([]entry, 0, len(entries)+len(edits))
	for len(entries) > 0 || len(edits) > 0 {
		switch {
		case len(edits) == 0 || len(entries) > 0 && entries[0].key < edits[0].key:
			all, entries = append(all, entries[0]), entries[1:]
			continue
		case len(entries) > 0 && entries[0].key == edits[0].key:
			same = same && !edits[0].gone && entries[0].value == edits[0].value
			entries = entries[1:]
		default:
			same = same && edits[0].gone
		}
		if !edits[0].gone {
			all = append(all, edits[0].entry)
		}
		edits = edits[1:]
	}
	return all, same
}

// spread writes entries on as many new pages as they need, about equally full; of none none. from is the least key of the first.
func (g *grower) spread(ctx context.Context, level int, entries []entry, from string) (all []child, err error) {
	total := 0
	for _, e := range entries {
		total += e.size()
	}
	pages := max(1, (total+nodeBytes-1)/nodeBytes)
	each := (total + pages - 1) / pages
	last := ""
	for len(entries) > 0 {
		n, size := 0, 0
		for n < len(entries) && (n == 0 || size+entries[n].size()/2 <= each) {
			size += entries[n].size()
			n++
		}
		switch {
		case len(all) == 0:
		case level == 0:
			from = between(last, entries[0].key)
		default: // what is less is on the last page before
			from = entries[0].key
		}
		page, err := g.put(ctx, node{level, entries[:n]})
		if err != nil {
			return nil, err
		}
		all, last, entries = append(all, child{from, page}), entries[n-1].key, entries[n:]
	}
	return all, nil
}

// between is the shortest text that is greater than one and not than the other.
func between(less, key string) string {
	for i := range len(key) {
		if i >= len(less) || less[i] != key[i] {
			return key[:i+1]
		}
	}
	return key
}

// put writes a page.
func (g *grower) put(ctx context.Context, n node) (uint64, error) {
	packed, err := g.packer.pack(n)
	if err != nil {
		return 0, err
	}
	g.Pages++
	p := survey.AccountPage{Audience: g.audience, Generation: g.Generation, Number: g.Pages}
	sealed, err := g.sealer.Seal(ctx, seal.Contacts, g.pages.AccountPlace(p), packed)
	if err != nil {
		return 0, err
	}
	if g.waiting[p] = sealed; len(g.waiting) < writtenAtOnce {
		return p.Number, nil
	}
	return p.Number, g.flush(ctx)
}

func (g *grower) flush(ctx context.Context) error {
	err := g.to.PutAccountPages(ctx, g.waiting)
	clear(g.waiting)
	return err
}
