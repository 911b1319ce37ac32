package insight

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"onetap/internal/accounts"
	"onetap/internal/money"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// ByAccounts is a campaign by the accounts of those who answered. Its figures are the whole campaign's; rows are those that the reader may see.
type ByAccounts struct {
	Contacts Disclosed // each answer one vote
	// Accounts is each account one vote: the lower median of its contacts' scores decides its group. Sent is how many accounts were asked.
	Accounts Disclosed
	Without  int64 // answers that are of no account
	// Value is each account with the weight of its value, those with one in Currency; ValueWithheld says why there is none.
	Value         nps.Weighted
	ValueWithheld Withheld
	Currency      string
	Unweighed     int // accounts that answered and have no value in Currency

	Coverage  Coverage
	Rows      []AccountRow // the one with the largest value first; none for who may not know the people
	Gathering bool         // for the first time: no names, no values
}

// Coverage is how much of the customers a campaign has asked and heard.
type Coverage struct {
	Asked, Heard      nps.Share // accounts asked of all there are; accounts heard of those asked, or, of a campaign from elsewhere, of all
	Planned           bool      // it is known whom the campaign asked
	ValueAll          money.Amount
	ValueAsked        money.Amount
	ValueHeard        money.Amount
	PercentAskedValue float64
	PercentHeardValue float64 // of ValueAll
	HasValue          bool    // some account has a value in the currency
}

// AccountRow is one account in a campaign.
type AccountRow struct {
	Account
	Tally nps.Tally // of its contacts' answers; Sent is how many were asked
	Group nps.Group // "": nobody has answered
}

// HasAccounts reports whether anything of accounts is shown with this campaign.
func (o *Reading) HasAccounts(ctx context.Context) (bool, error) {
	return o.results.HasAccounts(ctx, o.campaign.Audience)
}

// ByAccounts reads the figures of a campaign by its accounts. Problem: ErrNoAccounts.
func (o *Reading) ByAccounts(ctx context.Context) (ByAccounts, error) {
	var out ByAccounts
	r, c := o.results, o.campaign
	var all times
	var figures map[survey.TallyKey]survey.Counts
	var asked map[survey.AccountID]int
	g, reading := errgroup.WithContext(ctx)
	g.Go(func() (err error) { all, err = r.times(reading, c); return err })
	g.Go(func() (err error) {
		figures, err = r.Store.TalliesOf(reading, string(c.ID), survey.KindAccount)
		return err
	})
	g.Go(func() (err error) {
		asked, err = r.Store.AskedAccounts(reading, c.ID, survey.ContactShards)
		return err
	})
	if err := g.Wait(); err != nil {
		return out, err
	}
	var rows []seenRow
	err := r.readAccounts(ctx, o.who, c.Audience, func(v *accounts.View, scope accounts.Scope) (err error) {
		out.Currency, out.Gathering = v.Currency, !v.Built
		rows, out.Coverage, err = rowsOf(ctx, v, scope, figures, asked)
		return err
	})
	if err != nil {
		return out, err
	}
	out.Contacts = o.view.Disclose(all.sum)
	byAccount := nps.Tally{}
	out.Without = all.sum.Answers()
	for _, row := range rows {
		out.Without -= row.Tally.Answers()
		if row.Tally.Sent > 0 {
			byAccount.Sent++
		}
		score, heard := row.Tally.LowerMedian()
		if !heard {
			continue
		}
		byAccount.Count(score, 1)
		byAccount.Responded++
		if row.Valued && row.Value.Currency == out.Currency && row.Value.Minor > 0 {
			out.Value.Count(score.Group(), float64(row.Value.Minor))
		} else {
			out.Unweighed++
		}
	}
	out.Accounts = o.view.Disclose(byAccount)
	if out.Accounts.withheld = cmp.Or(out.Accounts.withheld, out.Contacts.withheld); out.Accounts.withheld != "" {
		out.Accounts.tally = nps.Tally{Sent: byAccount.Sent}
	}
	out.ValueWithheld = out.Accounts.withheld
	if !o.view.People() && out.Value.Effective() < LeastFigures { // one that outweighs the others would be told
		out.ValueWithheld = TooFew
	}
	if out.ValueWithheld != "" {
		out.Value = nps.Weighted{}
	}
	if !o.view.People() {
		return out, nil
	}
	for _, row := range rows {
		if row.seen {
			out.Rows = append(out.Rows, row.AccountRow)
		}
	}
	return out, nil
}

// seenRow is an account in a campaign, and whether the reader may see it.
type seenRow struct {
	AccountRow
	seen bool
}

// rowsOf are the accounts that were asked or have answered, those that are one by what people have said together, and how much of all of them they are.
func rowsOf(ctx context.Context, v *accounts.View, scope accounts.Scope, figures map[survey.TallyKey]survey.Counts, asked map[survey.AccountID]int) (rows []seenRow, c Coverage, err error) {
	did := map[survey.AccountID]nps.Tally{}
	for k, counts := range figures {
		of := v.Of(survey.AccountID(k.Value))
		did[of] = did[of].Plus(counts.Tally())
	}
	for id, n := range asked {
		t := did[v.Of(id)]
		t.Sent += int64(n)
		did[v.Of(id)] = t
	}
	row := func(a Account, t nps.Tally, seen bool) {
		one := AccountRow{Account: a, Tally: t}
		if s, ok := t.LowerMedian(); ok {
			one.Group = s.Group()
		}
		rows = append(rows, seenRow{one, seen})
	}
	add := func(to *money.Amount, a Account) {
		if a.Valued && a.Value.Currency == v.Currency && a.Value.Minor > 0 {
			*to, _ = to.Plus(a.Value)
		}
	}
	places := map[survey.AccountID]accounts.Row{}
	err = v.All(ctx, func(r accounts.Row) {
		t, there := did[r.ID]
		a := accountOf(v, r, nil)
		c.Asked.Of++
		add(&c.ValueAll, a)
		if t.Sent > 0 {
			c.Asked.Did++
			add(&c.ValueAsked, a)
		}
		if t.Answers() > 0 {
			c.Heard.Did++
			add(&c.ValueHeard, a)
		}
		if there {
			places[r.ID] = r
			row(a, t, v.Sees(scope, r))
		}
	})
	for id, t := range did {
		if _, there := places[id]; !there { // its contacts are gone
			row(Account{ID: id}, t, scope.All)
		}
	}
	slices.SortFunc(rows, func(x, y seenRow) int {
		a, known := places[x.ID]
		b, both := places[y.ID]
		if known && both {
			return v.Before(a, b)
		}
		return cmp.Or(boolean(both)-boolean(known), cmp.Compare(y.Tally.Answers(), x.Tally.Answers()), strings.Compare(string(x.ID), string(y.ID)))
	})
	c.Planned, c.Heard.Of = len(asked) > 0, c.Asked.Did
	if !c.Planned {
		c.Heard.Of = c.Asked.Of
	}
	if c.HasValue = c.ValueAll.Minor > 0; c.HasValue {
		c.PercentAskedValue = 100 * float64(c.ValueAsked.Minor) / float64(c.ValueAll.Minor)
		c.PercentHeardValue = 100 * float64(c.ValueHeard.Minor) / float64(c.ValueAll.Minor)
	}
	return rows, c, err
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// accountWaves is over how many campaigns an account's trend goes, the latest.
const accountWaves = 12

// AccountWave is an account in one campaign.
type AccountWave struct {
	Campaign survey.Campaign
	Tally    nps.Tally // without Sent
}

// Waves is what an account's contacts have answered over campaigns, the latest first, those with answers alone. Who may not know the people gets none.
func (r *Results) Waves(ctx context.Context, a Account, campaigns []survey.Campaign) ([]AccountWave, error) {
	campaigns = campaigns[:min(len(campaigns), accountWaves)]
	ids := []survey.AccountID{a.ID}
	for _, p := range a.Parts {
		if p.ID != a.ID {
			ids = append(ids, p.ID)
		}
	}
	var keys []survey.TallyKey
	for _, c := range campaigns {
		for _, id := range ids {
			keys = append(keys, survey.TallyKey{Scope: string(c.ID), Kind: survey.KindAccount, Value: string(id)})
		}
	}
	found, err := r.Store.TalliesAt(ctx, keys)
	if err != nil {
		return nil, err
	}
	var all []AccountWave
	for _, c := range campaigns {
		w := AccountWave{Campaign: c}
		for _, id := range ids {
			w.Tally.Add(found[survey.TallyKey{Scope: string(c.ID), Kind: survey.KindAccount, Value: string(id)}].Tally())
		}
		if w.Tally.Answers() > 0 {
			all = append(all, w)
		}
	}
	return all, nil
}
