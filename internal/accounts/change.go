package accounts

import (
	"context"
	"maps"
	"slices"
	"strings"

	"onetap/internal/survey"
)

// change is a contact as it is now, and the accounts that it was of before, as far as notes say.
type change struct {
	id   survey.ContactID
	now  survey.AccountID // "": it is gone, or has none
	is   membership
	left []survey.AccountID
}

// sums are how much a tree's numbers change.
type sums struct {
	accounts, contacts int
	currencies         map[string]int
}

// changes are the edits of a tree that follow from changed contacts, each of whom is once among them; done again they change nothing.
// Accounts are put in order by a currency.
func changes(ctx context.Context, t sorted, currency string, changed []change) ([]edit, sums, error) {
	var edits []edit
	touched := map[survey.AccountID]bool{}
	for _, c := range changed {
		for _, a := range c.left {
			if touched[a] = true; a != c.now {
				edits = append(edits, edit{entry{key: memberKey(a, c.id)}, true})
			}
		}
		if c.now != "" {
			touched[c.now] = true
			edits = append(edits, edit{entry: entry{memberKey(c.now, c.id), c.is.pack()}})
		}
	}
	edits = inOrder(edits)
	ids := slices.Sorted(maps.Keys(touched))
	before, err := rowsAt(ctx, t, ids)
	if err != nil {
		return nil, sums{}, err
	}
	after, err := made(ctx, edited{t, edits}, ids)
	if err != nil {
		return nil, sums{}, err
	}
	sum := sums{currencies: map[string]int{}}
	var names []renamed
	for _, id := range ids {
		was, is := before[id], after[id]
		sum.accounts += boolean(is.Contacts > 0) - boolean(was.Contacts > 0)
		sum.contacts += is.Contacts - was.Contacts
		for _, v := range was.Values {
			sum.currencies[v.Currency]--
		}
		for _, v := range is.Values {
			sum.currencies[v.Currency]++
		}
		if was.kept() == is.kept() {
			continue
		}
		edits = append(edits, listed(was, is, currency)...)
		names = append(names, renamed{id, nameOf(was), nameOf(is), was.place(currency), is.place(currency)})
	}
	more, err := alike(ctx, t, names)
	return inOrder(append(edits, more...)), sum, err
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// nameOf is the name by which an account that is there is compared.
func nameOf(r Row) string {
	if r.Contacts == 0 {
		return ""
	}
	return r.likely()
}

// listed are the edits of an account and of the lists that it is in.
func listed(was, is Row, currency string) (edits []edit) {
	if was.Contacts > 0 {
		for _, s := range was.scopes() {
			edits = append(edits, edit{entry{key: scopeKey(s) + was.place(currency)}, true})
		}
	}
	if is.Contacts == 0 {
		return append(edits, edit{entry{key: rowKey + string(was.ID)}, true}, edit{entry{key: worthKey + string(was.ID)}, true})
	}
	for _, s := range is.scopes() { // of one key the last is meant
		edits = append(edits, edit{entry: entry{scopeKey(s) + is.place(currency), is.shown()}})
	}
	if was.Contacts == 0 || was.worth() != is.worth() {
		edits = append(edits, edit{entry: entry{worthKey + string(is.ID), is.worth()}})
	}
	return append(edits, edit{entry: entry{rowKey + string(is.ID), is.kept()}})
}

// rowsAt reads accounts; those that are not there have no contacts.
func rowsAt(ctx context.Context, t sorted, ids []survey.AccountID) (map[survey.AccountID]Row, error) {
	rows := make(map[survey.AccountID]Row, len(ids))
	spans := make([]span, len(ids))
	for i, id := range ids {
		spans[i], rows[id] = exactly(rowKey+string(id)), Row{ID: id}
	}
	broken := false
	err := t.walk(ctx, spans, func(key, value string) bool {
		row, ok := unpackRow(survey.AccountID(key[len(rowKey):]), value)
		rows[row.ID], broken = row, broken || !ok
		return true
	})
	if broken {
		err = errPage
	}
	return rows, err
}

// made makes accounts of their contacts.
func made(ctx context.Context, t sorted, ids []survey.AccountID) (map[survey.AccountID]Row, error) {
	rows := make(map[survey.AccountID]Row, len(ids))
	spans := make([]span, len(ids))
	for i, id := range ids {
		spans[i], rows[id] = membersOf(id), Row{ID: id}
	}
	var one *adding
	broken := false
	end := func() {
		if one != nil {
			rows[one.row.ID] = one.done()
		}
	}
	err := t.walk(ctx, spans, func(key, value string) bool {
		id, _, _ := strings.Cut(key[1:], "\x00")
		if one == nil || string(one.row.ID) != id {
			end()
			one = newRow(survey.AccountID(id))
		}
		m, ok := unpackMembership(value)
		broken = broken || !ok
		one.add(m)
		return true
	})
	if end(); broken {
		err = errPage
	}
	return rows, err
}

// renamed is an account with the names by which it is compared, and its places in lists.
type renamed struct {
	id                survey.AccountID
	was, is           string
	placeWas, placeIs string
}

func likelyKey(name string, id survey.AccountID) string { return "l" + name + "\x00" + string(id) }

const doubtKey = "d"

// alike are the edits of what is known of names that look alike.
func alike(ctx context.Context, t sorted, all []renamed) (edits []edit, err error) {
	touched := map[string]bool{}
	for _, r := range all {
		if r.was != "" {
			touched[r.was] = true
			edits = append(edits, edit{entry{key: likelyKey(r.was, r.id)}, true})
		}
		if r.is != "" {
			touched[r.is] = true
			edits = append(edits, edit{entry: entry{likelyKey(r.is, r.id), r.placeIs[:orderBytes]}})
		}
	}
	edits = inOrder(edits)
	var spans []span
	for _, name := range slices.Sorted(maps.Keys(touched)) {
		spans = append(spans, beginning("l"+name+"\x00"))
	}
	doubts := func(t sorted) (map[string]string, error) { // by name: the place of the first account, of those that several have
		first, n := map[string]string{}, map[string]int{}
		err := t.walk(ctx, spans, func(key, value string) bool {
			name, _, _ := strings.Cut(key[1:], "\x00")
			if n[name]++; n[name] == 1 || value < first[name] {
				first[name] = value
			}
			return true
		})
		maps.DeleteFunc(first, func(name, _ string) bool { return n[name] < 2 })
		return first, err
	}
	was, err := doubts(t)
	if err != nil {
		return nil, err
	}
	is, err := doubts(edited{t, edits})
	if err != nil {
		return nil, err
	}
	for name, at := range was {
		edits = append(edits, edit{entry{key: doubtKey + at + name}, true})
	}
	for name, at := range is {
		edits = append(edits, edit{entry: entry{key: doubtKey + at + name}})
	}
	return edits, nil
}

// currency is that in which accounts are put in order: the workspace's, else that of most accounts; of as many of two the first by name.
func currency(granted string, of map[string]int) (c string) {
	if granted != "" {
		return granted
	}
	best := 0
	for one, n := range of {
		if n > best || n == best && n > 0 && one < c {
			c, best = one, n
		}
	}
	return c
}
