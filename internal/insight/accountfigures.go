package insight

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"onetap/internal/accounts"
	"onetap/internal/apperr"
	"onetap/internal/money"
	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/text"
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
	Rows      []AccountRow     // the one with the largest value first; none for who may not know the people
	Found     int              // that fit what is looked for, of All that the reader may see
	All       int              // the same, whatever is looked for
	Next      survey.AccountID // behind which the others are; "": there are none
	Gathering bool             // for the first time: no names, no values
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

// ByAccounts reads the figures of a campaign by its accounts, and lists those that are asked for. Problems: ErrNoAccounts, cursor_wrong.
func (o *Reading) ByAccounts(ctx context.Context, ask AccountsAsk) (ByAccounts, error) {
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
	var in *inCampaign
	err := r.readAccounts(ctx, o.who, c.Audience, func(v *accounts.View, scope accounts.Scope) (err error) {
		out.Currency, out.Gathering, out.Rows = v.Currency, !v.Built, nil
		if in, err = gatherAccounts(ctx, v, figures, asked); err != nil || !o.view.People() {
			return err
		}
		return in.list(ctx, v, scope, ask, &out)
	})
	if err != nil {
		return out, err
	}
	out.Contacts, out.Coverage = o.view.Disclose(all.sum), in.coverage
	byAccount := nps.Tally{}
	out.Without = all.sum.Answers()
	for id, t := range in.did {
		out.Without -= t.Answers()
		if t.Sent > 0 {
			byAccount.Sent++
		}
		score, heard := t.LowerMedian()
		if !heard {
			continue
		}
		byAccount.Count(score, 1)
		byAccount.Responded++
		if worth := in.worth[id].minor; worth > 0 {
			out.Value.Count(score.Group(), float64(worth))
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
	return out, nil
}

// inCampaign are the accounts that were asked or have answered, those that are one by what people have said together.
type inCampaign struct {
	did      map[survey.AccountID]nps.Tally
	worth    map[survey.AccountID]worth // of those that are there
	coverage Coverage
}

// worth is what an account is worth in the currency of all, in hundredths, -1 where it has no value in it, and how many contacts it has.
type worth struct {
	minor    int64
	contacts int
}

// gatherAccounts adds up who was asked and has answered, and how much of all accounts they are: their worth is read, and no names.
func gatherAccounts(ctx context.Context, v *accounts.View, figures map[survey.TallyKey]survey.Counts, asked map[survey.AccountID]int) (*inCampaign, error) {
	in := &inCampaign{did: make(map[survey.AccountID]nps.Tally, len(asked)), worth: map[survey.AccountID]worth{}}
	for k, counts := range figures {
		of := v.Of(survey.AccountID(k.Value))
		in.did[of] = in.did[of].Plus(counts.Tally())
	}
	for id, n := range asked {
		t := in.did[v.Of(id)]
		t.Sent += int64(n)
		in.did[v.Of(id)] = t
	}
	c := &in.coverage
	err := v.Worth(ctx, func(r accounts.Row) {
		w := worth{-1, r.Contacts}
		if value, ok := r.Value(v.Currency); ok && value.Currency == v.Currency {
			w.minor = value.Minor
		}
		add := func(to *money.Amount) {
			if w.minor > 0 {
				*to, _ = to.Plus(money.Amount{Minor: w.minor, Currency: v.Currency})
			}
		}
		t, there := in.did[r.ID]
		c.Asked.Of++
		add(&c.ValueAll)
		if t.Sent > 0 {
			c.Asked.Did++
			add(&c.ValueAsked)
		}
		if t.Answers() > 0 {
			c.Heard.Did++
			add(&c.ValueHeard)
		}
		if there {
			in.worth[r.ID] = w
		}
	})
	c.Planned, c.Heard.Of = len(asked) > 0, c.Asked.Did
	if !c.Planned {
		c.Heard.Of = c.Asked.Of
	}
	if c.HasValue = c.ValueAll.Minor > 0; c.HasValue {
		c.PercentAskedValue = 100 * float64(c.ValueAsked.Minor) / float64(c.ValueAll.Minor)
		c.PercentHeardValue = 100 * float64(c.ValueHeard.Minor) / float64(c.ValueAll.Minor)
	}
	return in, err
}

// row is an account in the campaign.
func (in *inCampaign) row(a Account) AccountRow {
	one := AccountRow{Account: a, Tally: in.did[a.ID]}
	if s, ok := one.Tally.LowerMedian(); ok {
		one.Group = s.Group()
	}
	return one
}

// list puts the accounts that are asked for into out. Names are read of these alone, unless somebody looks for one, or may not see all.
func (in *inCampaign) list(ctx context.Context, v *accounts.View, scope accounts.Scope, ask AccountsAsk, out *ByAccounts) error {
	var ids []survey.AccountID
	known := map[survey.AccountID]accounts.Row{} // whose names are read already
	wanted := text.NewQuery(ask.Find)
	out.All = 0
	named := func(r accounts.Row) {
		if _, there := in.did[r.ID]; !there {
			return
		}
		if out.All++; wanted.Match(r.Texts()...) {
			ids, known[r.ID] = append(ids, r.ID), r
		}
	}
	var err error
	switch {
	case !scope.All:
		err = v.List(ctx, scope, "", func(r accounts.Row) bool { named(r); return true })
	case !wanted.Empty():
		err = v.All(ctx, named)
		out.All = len(in.did)
	default:
		for id := range in.did {
			ids = append(ids, id)
		}
		out.All = len(ids)
	}
	if err != nil {
		return err
	}
	slices.SortFunc(ids, in.before)
	if out.Found = len(ids); ask.After != "" {
		at := slices.Index(ids, v.Of(ask.After))
		if at < 0 {
			return apperr.New(apperr.Invalid, "cursor_wrong", "after")
		}
		ids = ids[at+1:]
	}
	if out.Next = ""; len(ids) > ask.Most {
		ids = ids[:ask.Most]
		out.Next = ids[len(ids)-1]
	}
	var missing []survey.AccountID
	for _, id := range ids {
		if _, ok := known[id]; !ok {
			missing = append(missing, id)
		}
	}
	more, err := v.Some(ctx, missing)
	if err != nil {
		return err
	}
	maps.Copy(known, more)
	for _, id := range ids {
		r, ok := known[id]
		if !ok { // its contacts are gone
			r = accounts.Row{ID: id}
		}
		out.Rows = append(out.Rows, in.row(accountOf(v, r, nil)))
	}
	return nil
}

// before compares two accounts: the larger value first, then more contacts; those whose contacts are gone last, by their answers.
func (in *inCampaign) before(a, b survey.AccountID) int {
	x, known := in.worth[a]
	y, both := in.worth[b]
	if !known || !both {
		return cmp.Or(boolean(both)-boolean(known), cmp.Compare(in.did[b].Answers(), in.did[a].Answers()), strings.Compare(string(a), string(b)))
	}
	return cmp.Or(cmp.Compare(y.minor, x.minor), y.contacts-x.contacts, strings.Compare(string(a), string(b)))
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
