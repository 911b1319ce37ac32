package insight

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/money"
	"onetap/internal/survey"
)

const (
	// accountContacts is of how many contacts of an audience accounts are gathered: of more, names and values of accounts are not known.
	accountContacts = 200_000
	// alikeTold is how many pairs that look like one are told at once.
	alikeTold = 500
	// booksLast is how long what was gathered may be shown again where no company has changed since, and bookSettles how long a change may
	// take to be read everywhere.
	booksLast, bookSettles = time.Minute, 10 * time.Second
)

// ErrNoAccounts refuses accounts of employees, and of an audience whose contacts have no companies.
var ErrNoAccounts = apperr.New(apperr.Unknown, "no_accounts", "audience")

// Account is a company whose contacts are asked.
type Account struct {
	ID       survey.AccountID
	Name     string   // as most of its contacts have it
	Others   []string // how else it is spelled
	Codes    []string // its ids elsewhere; more than one where accounts were joined
	Parent   string
	Value    money.Amount // the largest that its contacts' rows say, in the workspace's currency, else in its own
	Valued   bool         // some row says one that can be read
	Contacts []AccountContact
	Parts    []AccountPart // that were joined into it, itself among them; none: it was not joined
}

// AccountContact is a contact of an account.
type AccountContact struct {
	ID          survey.ContactID
	Owner, Team string
	Role        survey.AccountRole
}

// AccountPart is what was an account of its own.
type AccountPart struct {
	ID   survey.AccountID
	Name string
}

// Accounts are those of an audience that a reader may see, the one with the largest value first.
type Accounts struct {
	List     []Account
	Currency string  // in which accounts are weighed; "": none has a value
	Partly   bool    // there are more contacts than are looked at, and so the list is empty
	Alike    []Alike // for who may join them; those of the larger values first
}

// Alike are two accounts whose names look like one company's.
type Alike struct{ A, B Account }

// book is the accounts of an audience, before it is asked who reads.
type book struct {
	list     []Account
	at       map[survey.AccountID]int // by the account, and by what was joined into it
	currency string
	partly   bool
	joins    survey.AccountJoins
	likely   func() []string // of list: see survey.Company.Likely
}

// books keeps what was gathered of accounts for a moment.
type books struct {
	mu   sync.Mutex
	kept map[survey.Audience]keptBook
}

type keptBook struct {
	*book
	changed, gathered time.Time
	currency          string
	joins             int
}

// HasAccounts reports whether an audience has accounts, so that anything is shown of them.
func (r *Results) HasAccounts(ctx context.Context, a survey.Audience) (bool, error) {
	if a.Anonymous() {
		return false, nil
	}
	_, there, err := r.Store.AccountsChanged(ctx, a)
	return there, err
}

// bookOf gathers the accounts of an audience, or takes what was gathered a moment ago.
func (r *Results) bookOf(ctx context.Context, a survey.Audience) (*book, error) {
	changed, there, err := r.Store.AccountsChanged(ctx, a)
	if err != nil {
		return nil, err
	}
	if !there || a.Anonymous() {
		return nil, ErrNoAccounts
	}
	set, err := r.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	joins, err := r.Store.AccountJoins(ctx, a)
	if err != nil {
		return nil, err
	}
	now := r.Now()
	r.books.mu.Lock()
	kept, ok := r.books.kept[a]
	r.books.mu.Unlock()
	if ok && kept.changed.Equal(changed) && kept.joins == joins.Version && kept.currency == set.Currency && now.Sub(kept.gathered) < booksLast && kept.gathered.Sub(changed) > bookSettles {
		return kept.book, nil
	}
	b, err := r.gather(ctx, a, set.Currency, joins)
	if err != nil {
		return nil, err
	}
	r.books.mu.Lock()
	defer r.books.mu.Unlock()
	if r.books.kept == nil {
		r.books.kept = map[survey.Audience]keptBook{}
	}
	r.books.kept[a] = keptBook{b, changed, now, set.Currency, joins.Version}
	return b, nil
}

// gathered is an account while its contacts are met.
type gathered struct {
	Account
	names  map[string]int
	parts  map[survey.AccountID]string
	values map[string]money.Amount // by currency, the largest
}

func (r *Results) gather(ctx context.Context, a survey.Audience, currency string, joins survey.AccountJoins) (*book, error) {
	var mu sync.Mutex
	all := map[survey.AccountID]*gathered{}
	b := &book{joins: joins, currency: currency, at: map[survey.AccountID]int{}}
	g, walking := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for shard := range survey.ContactShards {
		g.Go(func() error {
			var found []survey.Contact
			more, err := r.Store.SomeContacts(walking, a, shard, accountContacts/survey.ContactShards, func(c survey.Contact) {
				if c.Account != "" {
					found = append(found, survey.Contact{ID: c.ID, Owner: c.Owner, Team: c.Team, Value: c.Value, Company: c.Company, Account: c.Account})
				}
			})
			mu.Lock()
			defer mu.Unlock()
			b.partly = b.partly || more
			for _, c := range found {
				of := joins.Of(c.Account)
				if all[of] == nil {
					all[of] = &gathered{Account: Account{ID: of}, names: map[string]int{}, parts: map[survey.AccountID]string{}, values: map[string]money.Amount{}}
				}
				all[of].add(c, currency)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil || b.partly {
		return b, err
	}
	if b.currency == "" {
		b.currency = commonCurrency(all)
	}
	for _, one := range all {
		b.list = append(b.list, one.done(b.currency))
	}
	slices.SortFunc(b.list, func(x, y Account) int {
		weighed := func(a Account) int64 {
			if a.Valued && a.Value.Currency == b.currency {
				return a.Value.Minor
			}
			return -1
		}
		return cmp.Or(cmp.Compare(weighed(y), weighed(x)), len(y.Contacts)-len(x.Contacts), strings.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
	})
	for i, one := range b.list {
		b.at[one.ID] = i
		for _, p := range one.Parts {
			b.at[p.ID] = i
		}
	}
	b.likely = sync.OnceValue(func() []string {
		all := make([]string, len(b.list))
		for i, one := range b.list {
			all[i] = survey.Company{Name: one.Name}.Likely()
		}
		return all
	})
	return b, nil
}

// add takes in a contact.
func (g *gathered) add(c survey.Contact, currency string) {
	g.Contacts = append(g.Contacts, AccountContact{c.ID, c.Owner, c.Team, c.Company.Role})
	g.names[c.Company.Name]++
	if was := g.parts[c.Account]; was == "" || c.Company.Name < was {
		g.parts[c.Account] = c.Company.Name
	}
	if code := strings.TrimSpace(c.Company.Code); code != "" && !slices.Contains(g.Codes, code) {
		g.Codes = append(g.Codes, code)
	}
	if p := c.Company.Parent; p != "" && (g.Parent == "" || p < g.Parent) {
		g.Parent = p
	}
	if v, ok := money.Parse(c.Value, currency); ok {
		if was, there := g.values[v.Currency]; !there || v.Minor > was.Minor {
			g.values[v.Currency] = v
		}
	}
}

// commonCurrency is that of most accounts; of as many of two the first by name.
func commonCurrency(all map[survey.AccountID]*gathered) (common string) {
	n := map[string]int{}
	for _, one := range all {
		for c := range one.values {
			n[c]++
		}
	}
	best := 0
	for c, m := range n {
		if m > best || m == best && c < common {
			common, best = c, m
		}
	}
	return common
}

func (g *gathered) done(currency string) Account {
	a := g.Account
	for name := range g.names {
		if name != "" {
			a.Others = append(a.Others, name)
		}
	}
	slices.SortFunc(a.Others, func(x, y string) int { return cmp.Or(g.names[y]-g.names[x], strings.Compare(x, y)) })
	if len(a.Others) > 0 {
		a.Name, a.Others = a.Others[0], a.Others[1:]
	} else if len(a.Codes) > 0 {
		a.Name = a.Codes[0]
	}
	for c, v := range g.values {
		if !a.Valued || c == currency || a.Value.Currency != currency && c < a.Value.Currency {
			a.Value, a.Valued = v, true
		}
	}
	slices.Sort(a.Codes)
	slices.SortFunc(a.Contacts, func(x, y AccountContact) int { return cmp.Compare(x.ID, y.ID) })
	if len(g.parts) > 1 {
		for id, name := range g.parts {
			a.Parts = append(a.Parts, AccountPart{id, name})
		}
		slices.SortFunc(a.Parts, func(x, y AccountPart) int { return cmp.Or(strings.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID)) })
	}
	return a
}

// find is an account by its id, or by one that was joined into it.
func (b *book) find(id survey.AccountID) (Account, bool) {
	i, ok := b.at[b.joins.Of(id)]
	if !ok {
		return Account{}, false
	}
	return b.list[i], true
}

// Accounts lists the accounts that a reader may see: owners those in which a contact is theirs, managers their team's. Problem: ErrNoAccounts.
func (r *Results) Accounts(ctx context.Context, who authz.Who, a survey.Audience) (Accounts, error) {
	b, err := r.bookOf(ctx, a)
	if err != nil {
		return Accounts{}, err
	}
	sees, err := r.sees(ctx, who)
	if err != nil {
		return Accounts{}, err
	}
	out := Accounts{Currency: b.currency, Partly: b.partly}
	var at []int // in the book
	for i, one := range b.list {
		if one.seen(sees) {
			out.List, at = append(out.List, one), append(at, i)
		}
	}
	if who.Can(authz.WriteContacts) && !b.partly {
		out.Alike = b.alike(at)
	}
	return out, nil
}

// alike are the pairs among some accounts of the book that look like one company, but for those of which somebody has said that they are not.
func (b *book) alike(at []int) (pairs []Alike) {
	likely, met := b.likely(), map[string][]int{}
	for _, i := range at {
		if likely[i] == "" || len(pairs) >= alikeTold {
			continue
		}
		for _, j := range met[likely[i]] {
			if len(pairs) < alikeTold && !slices.Contains(b.joins.Apart, survey.PairOf(b.list[i].ID, b.list[j].ID)) {
				pairs = append(pairs, Alike{b.list[j], b.list[i]})
			}
		}
		met[likely[i]] = append(met[likely[i]], i)
	}
	return pairs
}

func (a Account) seen(sees func(owner, team string) bool) bool {
	return slices.ContainsFunc(a.Contacts, func(c AccountContact) bool { return sees(c.Owner, c.Team) })
}

// Account is one account that a reader may see, under whichever of its ids. Problems: ErrNoAccounts, account_unknown.
func (r *Results) Account(ctx context.Context, who authz.Who, a survey.Audience, id survey.AccountID) (Account, error) {
	b, err := r.bookOf(ctx, a)
	if err != nil {
		return Account{}, err
	}
	sees, err := r.sees(ctx, who)
	if err != nil {
		return Account{}, err
	}
	one, ok := b.find(id)
	if !ok || !one.seen(sees) {
		return Account{}, apperr.New(apperr.Unknown, "account_unknown", "account")
	}
	return one, nil
}
