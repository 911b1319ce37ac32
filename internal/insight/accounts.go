package insight

import (
	"context"
	"strings"

	"onetap/internal/accounts"
	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/money"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// ErrNoAccounts refuses accounts of employees, and of an audience whose contacts have no companies.
var ErrNoAccounts = apperr.New(apperr.Unknown, "no_accounts", "audience")

// Account is a company whose contacts are asked.
type Account struct {
	ID       survey.AccountID
	Name     string   // as most of its contacts have it; "": its contacts are gone, or it has not been gathered yet
	Others   []string // how else it is spelled
	Codes    []string // its ids elsewhere; more than one where accounts were joined
	Parent   string
	Value    money.Amount // the largest that its contacts' rows say, in the workspace's currency, else in its own
	Valued   bool         // some row says one that can be read
	Contacts int
	Parts    []AccountPart // that were joined into it, itself among them; none: it was not joined
}

// AccountPart is what was an account of its own.
type AccountPart struct {
	ID   survey.AccountID
	Name string
}

// Accounts are those of an audience that a reader may see, the one with the largest value first.
type Accounts struct {
	List      []Account
	Next      survey.AccountID // behind which the others are; "": there are none
	Found     int              // that fit what is looked for, or, where nothing is, all; -1: more than the list has, and they were not counted
	All       int              // as Found, whatever is looked for
	Currency  string           // in which accounts are weighed; "": none has a value
	Gathering bool             // for the first time, and so the list is empty
	Later     bool             // many contacts have changed just now, and not all of it is seen yet
	Alike     []Alike          // for who may join them; those of the larger values first
}

// AccountsAsk is which accounts are asked for.
type AccountsAsk struct {
	After survey.AccountID // behind this one; "": from the first
	Most  int
	Find  string // in names, ids and parents
	Alike int    // up to so many pairs that look like one
}

// Alike are two accounts whose names look like one company's.
type Alike struct{ A, B Account }

// HasAccounts reports whether an audience has accounts, so that anything is shown of them.
func (r *Results) HasAccounts(ctx context.Context, a survey.Audience) (bool, error) {
	if a.Anonymous() {
		return false, nil
	}
	return r.Store.HasAccounts(ctx, a)
}

// scope is which accounts a reader may see: owners those in which a contact is theirs, managers their team's. As authz.Who.Sees.
func (r *Results) scope(ctx context.Context, who authz.Who) (accounts.Scope, error) {
	if who.All() {
		return accounts.Scope{All: true}, nil
	}
	s := accounts.Scope{Owners: []string{who.Staff.ID}}
	if who.Staff.Role != survey.RoleManager {
		return s, nil
	}
	if team := strings.TrimSpace(who.Staff.Team); team != "" {
		s.Teams = []string{team}
	}
	staff, err := r.Store.Staff(ctx)
	for _, m := range authz.Reports(staff, who.Staff.ID) {
		s.Owners = append(s.Owners, m.ID)
	}
	return s, err
}

// readAccounts calls what with an audience's accounts and which of them a reader may see; again, where they were replaced meanwhile. Problem: ErrNoAccounts.
func (r *Results) readAccounts(ctx context.Context, who authz.Who, a survey.Audience, what func(*accounts.View, accounts.Scope) error) error {
	if has, err := r.HasAccounts(ctx, a); err != nil || !has {
		if err == nil {
			err = ErrNoAccounts
		}
		return err
	}
	scope, err := r.scope(ctx, who)
	if err != nil {
		return err
	}
	joins, err := r.Store.AccountJoins(ctx, a)
	if err != nil {
		return err
	}
	return r.Firms.Read(ctx, a, joins, func(v *accounts.View) error { return what(v, scope) })
}

// accountOf is an account as readers get it.
func accountOf(v *accounts.View, row accounts.Row, parts []accounts.Row) Account {
	a := Account{ID: row.ID, Name: row.Name(), Codes: row.Codes, Parent: row.Parent, Contacts: row.Contacts}
	for i, n := range row.Names {
		if i > 0 {
			a.Others = append(a.Others, n.Text)
		}
	}
	a.Value, a.Valued = row.Value(v.Currency)
	if len(parts) > 1 {
		for _, p := range parts {
			a.Parts = append(a.Parts, AccountPart{p.ID, p.Name()})
		}
	}
	return a
}

// Accounts lists accounts that a reader may see. Problems: ErrNoAccounts, cursor_wrong.
func (r *Results) Accounts(ctx context.Context, who authz.Who, a survey.Audience, ask AccountsAsk) (out Accounts, err error) {
	wanted := text.NewQuery(ask.Find)
	err = r.readAccounts(ctx, who, a, func(v *accounts.View, scope accounts.Scope) error {
		out = Accounts{Currency: v.Currency, Gathering: !v.Built, Later: v.Later}
		all := 0
		err := v.List(ctx, scope, ask.After, func(row accounts.Row) bool {
			if all++; !wanted.Match(row.Texts()...) {
				return true
			}
			if out.Found++; out.Found <= ask.Most {
				out.List = append(out.List, accountOf(v, row, nil))
			}
			return !wanted.Empty() || out.Found <= ask.Most
		})
		if out.All = all; out.Found > ask.Most {
			out.Next = out.List[ask.Most-1].ID
			if wanted.Empty() { // it was not gone on
				out.Found, out.All = -1, -1
			}
		}
		if scope.All && ask.After == "" {
			if out.All = v.Count; wanted.Empty() {
				out.Found = v.Count
			}
		}
		if err != nil || ask.Alike == 0 || !who.Can(authz.WriteContacts) {
			return err
		}
		pairs, err := v.Alike(ctx, scope, ask.Alike)
		for _, p := range pairs {
			out.Alike = append(out.Alike, Alike{accountOf(v, p[0], nil), accountOf(v, p[1], nil)})
		}
		return err
	})
	return out, err
}

// Account is one account that a reader may see, under whichever of its ids. Problems: ErrNoAccounts, account_unknown.
func (r *Results) Account(ctx context.Context, who authz.Who, a survey.Audience, id survey.AccountID) (one Account, err error) {
	err = r.readAccounts(ctx, who, a, func(v *accounts.View, scope accounts.Scope) error {
		row, parts, ok, err := v.Account(ctx, id)
		if err == nil && (!ok || !v.Sees(scope, row)) {
			err = apperr.New(apperr.Unknown, "account_unknown", "account")
		}
		one = accountOf(v, row, parts)
		return err
	})
	return one, err
}

// Companies are accounts by their ids, as they are spelled most often; those whose contacts are gone are absent.
func (r *Results) Companies(ctx context.Context, who authz.Who, a survey.Audience, ids []survey.AccountID) (map[survey.AccountID]survey.Company, error) {
	all := map[survey.AccountID]survey.Company{}
	if len(ids) == 0 {
		return all, nil
	}
	if has, err := r.HasAccounts(ctx, a); err != nil || !has {
		return all, err
	}
	scope, err := r.scope(ctx, who)
	if err != nil {
		return all, err
	}
	err = r.Firms.Read(ctx, a, survey.AccountJoins{}, func(v *accounts.View) error { // as lists have them, whatever people have joined
		rows, err := v.Some(ctx, ids)
		for id, row := range rows {
			if v.Sees(scope, row) {
				all[id] = companyOf(row)
			}
		}
		return err
	})
	return all, err
}

// companyOf is a company of which the account is this one.
func companyOf(r accounts.Row) survey.Company {
	c := survey.Company{Name: r.Name()}
	if len(r.Codes) > 0 {
		c.Code = r.Codes[0]
	}
	return c
}
