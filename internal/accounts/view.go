package accounts

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Index reads accounts. It is safe for concurrent use.
type Index struct {
	Store Pages
	Seal  Opener

	mu    sync.Mutex
	known map[survey.AccountPage]node // above others, at most maxKnown
}

const (
	// maxKnown bounds how many pages above others a process holds: of a million contacts some 100, of 10 KB each.
	maxKnown = 256
	// latelyNotes and latelyContacts are how many notes of changes, and contacts in them, a view looks at.
	latelyNotes, latelyContacts = 20, 50
)

// View is the accounts of an audience at one moment.
type View struct {
	Built    bool   // false: they are being gathered for the first time, and none is shown
	Later    bool   // many contacts have changed just now, and not all of them are seen yet
	Currency string // in which accounts are put in order
	Count    int    // of accounts, those that are one counted once

	read     sorted
	joins    survey.AccountJoins
	joined   map[survey.AccountID]bool // part of another, or with parts
	together []together                // in the order of their places
}

// together is an account with others in it.
type together struct {
	Row
	parts []Row
	at    string // its place
}

// Scope is which accounts somebody may see: all, or those with contacts of some owners and teams.
type Scope struct {
	All           bool
	Owners, Teams []string
}

func (s Scope) lists() []string {
	if s.All {
		return []string{everybody}
	}
	var all []string
	for _, o := range s.Owners {
		all = append(all, ofOwner(o))
	}
	for _, t := range s.Teams {
		all = append(all, ofTeam(t))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s Scope) sees(r Row) bool {
	return s.All || slices.ContainsFunc(s.lists(), func(list string) bool { return slices.Contains(r.scopes(), list) })
}

// Read calls what with the accounts of an audience as they are: again, where pages were replaced meanwhile. joins are what people have said of them.
func (x *Index) Read(ctx context.Context, a survey.Audience, joins survey.AccountJoins, what func(*View) error) error {
	for try := 0; ; try++ {
		v, err := x.view(ctx, a, joins)
		if err == nil {
			err = what(v)
		}
		if !errors.Is(err, apperr.ErrChanged) || try == 3 {
			return err
		}
	}
}

func (x *Index) view(ctx context.Context, a survey.Audience, joins survey.AccountJoins) (*View, error) {
	stored, notes, more, err := x.Store.AccountIndex(ctx, a, latelyNotes)
	if err != nil {
		return nil, err
	}
	v := &View{Built: stored.Built && stored.Form == Form, Currency: stored.Tree.Currency, Count: stored.Tree.Accounts, joins: joins, joined: map[survey.AccountID]bool{}}
	if !v.Built {
		v.read = edited{sorted: tree{}}
		return v, nil
	}
	t := tree{forest{pages: x.Store, seal: x.Seal, audience: a, known: x.find, keep: x.keep}, stored.Tree}
	v.read = t
	contacts := 0
	for _, n := range notes {
		contacts += len(n.Moves)
	}
	if v.Later = more || contacts > latelyContacts; !v.Later && contacts > 0 {
		changed, err := changedBy(ctx, x.Store, a, stored.Tree.Granted, notes)
		if err != nil {
			return nil, err
		}
		edits, sum, err := changes(ctx, t, stored.Tree.Currency, changed)
		if err != nil {
			return nil, err
		}
		v.read, v.Count = edited{t, edits}, v.Count+sum.accounts
	}
	return v, v.join(ctx)
}

func (x *Index) find(p survey.AccountPage) (node, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	n, ok := x.known[p]
	return n, ok
}

func (x *Index) keep(p survey.AccountPage, n node) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.known == nil || len(x.known) >= maxKnown {
		x.known = map[survey.AccountPage]node{}
	}
	x.known[p] = n
}

// join reads the accounts that are part of others, and makes one of them.
func (v *View) join(ctx context.Context) error {
	parts := map[survey.AccountID][]survey.AccountID{}
	for one, into := range v.joins.Into {
		parts[into] = append(parts[into], one)
	}
	var ids []survey.AccountID
	for into, all := range parts {
		for _, one := range append(all, into) {
			ids, v.joined[one] = append(ids, one), true
		}
	}
	slices.Sort(ids)
	rows, err := rowsAt(ctx, v.read, slices.Compact(ids))
	if err != nil {
		return err
	}
	for into, all := range parts {
		sum, there := newRow(into), []Row(nil)
		for _, one := range append([]survey.AccountID{into}, all...) {
			if r := rows[one]; r.Contacts > 0 {
				sum.join(r)
				there = append(there, r)
			}
		}
		if v.Count -= max(0, len(there)-1); len(there) > 0 {
			r := sum.done()
			v.together = append(v.together, together{r, there, r.place(v.Currency)})
		}
	}
	slices.SortFunc(v.together, func(a, b together) int { return strings.Compare(a.at, b.at) })
	return nil
}

// List calls each for the accounts that somebody may see, in their order and behind one of them ("": from the first), until it returns false.
func (v *View) List(ctx context.Context, s Scope, after survey.AccountID, each func(Row) bool) error {
	from := ""
	if after != "" {
		behind, _, ok, err := v.Account(ctx, after)
		if err != nil || !ok {
			return errors.Join(err, apperr.New(apperr.Invalid, "cursor_wrong", "after"))
		}
		from = behind.place(v.Currency) + "\x00"
	}
	var own []together
	for _, one := range v.together {
		if one.at >= from && s.sees(one.Row) {
			own = append(own, one)
		}
	}
	give := func(below string, all bool) bool {
		for len(own) > 0 && (all || own[0].at < below) {
			one := own[0].Row
			own = own[1:]
			if !each(one) {
				return false
			}
		}
		return true
	}
	ended := false
	take := func(at string, row Row) bool {
		ended = !give(at, false) || !each(row)
		return !ended
	}
	err := v.lists(ctx, s.lists(), from, take)
	if err == nil && !ended {
		give("", true)
	}
	return err
}

// lists calls each for what is on some lists and in no other account, each account once, in order, until it returns false: the lists are read a page at a time,
// all that are needed at once.
func (v *View) lists(ctx context.Context, lists []string, from string, each func(at string, row Row) bool) error {
	ways := make([]way, len(lists))
	for i, l := range lists {
		ways[i].span = beginning(scopeKey(l))
		ways[i].skip = len(ways[i].from)
		ways[i].from += from
	}
	last := ""
	for {
		if err := v.refill(ctx, ways); err != nil {
			return err
		}
		next := -1
		for i, w := range ways {
			if len(w.entries) > 0 && (next < 0 || w.at() < ways[next].at()) {
				next = i
			}
		}
		if next < 0 {
			return nil
		}
		at, value := ways[next].at(), ways[next].entries[0].value
		ways[next].entries = ways[next].entries[1:]
		id := idIn(at)
		if at == last || v.joined[id] {
			continue
		}
		last = at
		row, ok := unpackRow(id, value)
		if !ok {
			return errPage
		}
		if !each(at, row) {
			return nil
		}
	}
}

// way is how far a list is read.
type way struct {
	span
	skip    int // bytes of a key before the place
	entries []entry
	ended   bool
}

func (w way) at() string { return w.entries[0].key[w.skip:] }

// refill reads the next pages of the lists of which nothing is left.
func (v *View) refill(ctx context.Context, ways []way) error {
	for {
		var spans []span
		var of []int
		for i, w := range ways {
			if len(w.entries) == 0 && !w.ended {
				spans, of = append(spans, w.span), append(of, i)
			}
		}
		if len(spans) == 0 {
			return nil
		}
		pieces, err := v.read.first(ctx, spans)
		if err != nil {
			return err
		}
		for k, p := range pieces {
			w := &ways[of[k]]
			w.entries, w.ended = p.entries, p.from == ""
			w.from = p.from
		}
	}
}

// Account is one account under whichever of its ids, with those that it is made of, itself among them, where there are several.
func (v *View) Account(ctx context.Context, id survey.AccountID) (row Row, parts []Row, ok bool, err error) {
	id = v.joins.Of(id)
	for _, one := range v.together {
		if one.ID == id {
			return one.Row, one.parts, true, nil
		}
	}
	rows, err := rowsAt(ctx, v.read, []survey.AccountID{id})
	row = rows[id]
	return row, nil, row.Contacts > 0, err
}

// Of is the account that one is part of: itself, unless it was joined.
func (v *View) Of(id survey.AccountID) survey.AccountID { return v.joins.Of(id) }

// Sees reports whether an account that Account has returned is among those that somebody may see.
func (v *View) Sees(s Scope, r Row) bool { return s.sees(r) }

// Contacts calls each for the contacts of an account and of those that are part of it, with owner and team, until it returns false.
func (v *View) Contacts(ctx context.Context, id survey.AccountID, each func(c survey.ContactID, owner, team string) bool) error {
	id = v.joins.Of(id)
	ids := []survey.AccountID{id}
	for one, into := range v.joins.Into {
		if into == id {
			ids = append(ids, one)
		}
	}
	slices.Sort(ids)
	spans := make([]span, len(ids))
	for i, one := range ids {
		spans[i] = membersOf(one)
	}
	broken := false
	err := v.read.walk(ctx, spans, func(key, value string) bool {
		m, ok := unpackMembership(value)
		if broken = !ok; broken {
			return false
		}
		_, contact, _ := strings.Cut(key, "\x00")
		return each(survey.ContactID(contact), m.owner, m.team)
	})
	if broken {
		return errPage
	}
	return err
}

// Worth calls each for every account, in no order that means anything, with what it is worth and how many contacts it has, and nothing else.
func (v *View) Worth(ctx context.Context, each func(Row)) error {
	return v.all(ctx, worthKey, unpackWorth, each)
}

// Some are accounts by their ids, as Of gives them; those that are not there are absent.
func (v *View) Some(ctx context.Context, ids []survey.AccountID) (map[survey.AccountID]Row, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	rows, err := rowsAt(ctx, v.read, slices.Compact(ids))
	for _, one := range v.together {
		if _, wanted := rows[one.ID]; wanted {
			rows[one.ID] = one.Row
		}
	}
	maps.DeleteFunc(rows, func(_ survey.AccountID, r Row) bool { return r.Contacts == 0 })
	return rows, err
}

// All calls each for every account, in no order that means anything.
func (v *View) All(ctx context.Context, each func(Row)) error {
	return v.all(ctx, rowKey, unpackRow, each)
}

func (v *View) all(ctx context.Context, prefix string, unpack func(survey.AccountID, string) (Row, bool), each func(Row)) error {
	for _, one := range v.together {
		each(one.Row)
	}
	broken := false
	err := v.read.walk(ctx, []span{beginning(prefix)}, func(key, value string) bool {
		id := survey.AccountID(key[len(prefix):])
		if v.joined[id] {
			return true
		}
		row, ok := unpack(id, value)
		if broken = !ok; !broken {
			each(row)
		}
		return !broken
	})
	if broken {
		return errPage
	}
	return err
}

// Before compares two accounts as lists have them.
func (v *View) Before(a, b Row) int { return strings.Compare(a.place(v.Currency), b.place(v.Currency)) }

// Alike are up to limit pairs of accounts that somebody may see whose names look like one company's, but for those of which somebody has said that
// they are not; those of the larger values first.
func (v *View) Alike(ctx context.Context, s Scope, limit int) (pairs [][2]Row, err error) {
	var names []string
	err = v.read.walk(ctx, []span{beginning(doubtKey)}, func(key, _ string) bool {
		names = append(names, key[len(doubtKey)+orderBytes:])
		return true
	})
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(names, max(limit, 1)) {
		found, err := v.alike(ctx, s, some)
		if err != nil {
			return nil, err
		}
		if pairs = append(pairs, found...); len(pairs) >= limit {
			return pairs[:limit], nil
		}
	}
	return pairs, nil
}

// alike are the pairs of accounts of some names.
func (v *View) alike(ctx context.Context, s Scope, names []string) (pairs [][2]Row, err error) {
	inOrder := slices.Sorted(slices.Values(names))
	spans := make([]span, len(inOrder))
	for i, name := range inOrder {
		spans[i] = beginning("l" + name + "\x00")
	}
	of := map[string][]survey.AccountID{}
	var ids []survey.AccountID
	err = v.read.walk(ctx, spans, func(key, _ string) bool {
		name, id, _ := strings.Cut(key[1:], "\x00")
		of[name], ids = append(of[name], survey.AccountID(id)), append(ids, survey.AccountID(id))
		return true
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	rows, err := rowsAt(ctx, v.read, ids)
	if err != nil {
		return nil, err
	}
	for _, one := range v.together {
		rows[one.ID] = one.Row
	}
	for _, name := range names {
		met := map[survey.AccountID]bool{}
		var seen []Row
		for _, id := range of[name] {
			if r := rows[v.joins.Of(id)]; r.Contacts > 0 && !met[r.ID] && s.sees(r) {
				met[r.ID], seen = true, append(seen, r)
			}
		}
		slices.SortFunc(seen, v.Before)
		for i, b := range seen {
			for _, a := range seen[:i] {
				if !slices.Contains(v.joins.Apart, survey.PairOf(a.ID, b.ID)) {
					pairs = append(pairs, [2]Row{a, b})
				}
			}
		}
	}
	return pairs, nil
}
