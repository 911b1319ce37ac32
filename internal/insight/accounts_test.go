package insight

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/money"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// What a campaign comes to by account is what one gets by sorting each account's scores by hand, whatever is joined; and only readers who may
// know the people are shown companies.
func TestByAccountsIsWhatHandsCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := &memory{campaign: survey.Campaign{ID: "campaign", Audience: survey.Customers, State: survey.Closed, ClosesAt: noon.AddDate(0, 0, -1)}, figures: survey.Deltas{}, askedOf: map[survey.AccountID]int{}}
		m.settings.Currency = "RUB"
		companies := rapid.IntRange(1, 7).Draw(rt, "companies")
		id := func(n int) survey.AccountID { return survey.AccountID(fmt.Sprintf("account%09d", n)) }
		joined := -1
		if companies > 1 && rapid.Bool().Draw(rt, "joined") {
			joined = companies - 1
			m.joins.Join(id(joined), id(0))
		}
		scores, values := map[survey.AccountID][]int{}, map[survey.AccountID]int64{}
		contacts := rapid.IntRange(1, 30).Draw(rt, "contacts")
		for i := range contacts {
			of := rapid.IntRange(-1, companies-1).Draw(rt, "of")
			c := survey.Contact{ID: survey.ContactID(fmt.Sprintf("%cbcontact%07d", 'a'+rune(i%16), i)), Audience: survey.Customers, Owner: "anna"}
			if of >= 0 {
				c.Company.Name, c.Account = fmt.Sprint("Company ", of), id(of)
				worth := rapid.Int64Range(0, 1000).Draw(rt, "worth")
				c.Value = fmt.Sprint(worth, " ₽")
				values[m.joins.Of(c.Account)] = max(values[m.joins.Of(c.Account)], worth*100)
				m.askedOf[c.Account]++
			}
			m.contacts = append(m.contacts, c)
			if rapid.Bool().Draw(rt, "silent") {
				continue
			}
			r := survey.Response{Campaign: "campaign", Contact: c.ID, Audience: survey.Customers, Owner: "anna", Account: c.Account, Score: rapid.IntRange(0, 10).Draw(rt, "score"), Verified: true, Version: 1, Counted: noon}
			survey.MarkOf(r, noon.Location()).Count(m.figures, "campaign", 1)
			if c.Account != "" {
				scores[m.joins.Of(c.Account)] = append(scores[m.joins.Of(c.Account)], r.Score)
			}
		}
		if len(m.contacts) == 0 || len(values) == 0 {
			return
		}
		var want nps.Tally
		var weighted, weight, squares float64
		for of, all := range scores {
			slices.Sort(all)
			s := nps.Score(all[(len(all)-1)/2])
			want.Count(s, 1)
			w := float64(values[of])
			weight, squares = weight+w, squares+w*w
			switch s.Group() {
			case nps.Promoter:
				weighted += w
			case nps.Detractor:
				weighted -= w
			}
		}
		r := m.results()
		for _, role := range roles {
			o, err := r.Open(t.Context(), person(role), m.campaign)
			if err != nil {
				rt.Fatal(err)
			}
			got, err := o.ByAccounts(t.Context(), AccountsAsk{Most: 1000})
			if err != nil {
				rt.Fatal(err)
			}
			if got.Accounts.Withheld() == "" && got.Accounts.Tally().Scores != want.Scores {
				rt.Fatalf("%s: by account %v, want %v", role, got.Accounts.Tally().Scores, want.Scores)
			}
			if v, ok := got.Value.NPS(); got.ValueWithheld == "" && ok && (math.Abs(v-100*weighted/weight) > 1e-6 || math.Abs(got.Value.Effective()-weight*weight/squares) > 1e-6) {
				rt.Fatalf("%s: by value %v of %v, want %v", role, v, got.Value.Effective(), 100*weighted/weight)
			}
			knows := Persons(survey.Customers, person(role))
			switch {
			case !knows && (len(got.Rows) > 0 || got.Accounts.Withheld() == "" && got.Accounts.Tally().Answers() > 0 && got.Accounts.Tally().Answers() < LeastFigures):
				rt.Fatalf("%s, who may not know the people, sees %d companies, and figures of %d", role, len(got.Rows), got.Accounts.Tally().Answers())
			case !knows && got.ValueWithheld == "" && got.Value.Answers > 0 && got.Value.Effective() < LeastFigures:
				rt.Fatalf("%s sees what %v effective companies say", role, got.Value.Effective())
			case knows && len(got.Rows) != len(values):
				rt.Fatalf("%s sees %d companies of %d", role, len(got.Rows), len(values))
			}
			if joined >= 0 && slices.ContainsFunc(got.Rows, func(a AccountRow) bool { return a.ID == id(joined) }) {
				rt.Fatal("a joined account stands alone")
			}
		}
	})
}

// Of employees there are no accounts and nobody is silent.
func TestEmployeesHaveNoAccounts(t *testing.T) {
	t.Parallel()
	m := &memory{campaign: survey.Campaign{ID: "campaign", Audience: survey.Employees, State: survey.Closed}, contacts: []survey.Contact{{ID: "aaaacontactaaaaa", Audience: survey.Employees, Account: "account000000000"}}}
	for _, role := range roles {
		o, err := m.results().Open(t.Context(), person(role), m.campaign)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.ByAccounts(t.Context(), AccountsAsk{Most: 1000}); err != ErrNoAccounts {
			t.Errorf("%s: %v", role, err)
		}
		if _, err := o.Silent(t.Context(), survey.Cursor{}, nil); err != ErrWholeOnly {
			t.Errorf("%s: %v", role, err)
		}
		if has, err := o.HasAccounts(t.Context()); has || err != nil {
			t.Errorf("%s has a tab of accounts, %v", role, err)
		}
	}
}

// An account once, in the currency of the workspace, else of most; the largest value first.
func TestSilentAreSummed(t *testing.T) {
	t.Parallel()
	person := func(account, value, currency string) SilentPerson {
		v, ok := money.Parse(value, currency)
		return SilentPerson{Contact: survey.Contact{ID: survey.ContactID(value), Account: survey.AccountID(account)}, Value: v, Valued: ok}
	}
	s := Silence{People: []SilentPerson{person("a", "5", "RUB"), person("a", "7", "RUB"), person("", "2", "RUB"), person("b", "$100", ""), person("c", "?", "RUB")}}
	s.sum("")
	if s.Value.String() != "9.00 RUB" || s.People[0].Contact.ID != "7" {
		t.Errorf("%v, first %v", s.Value, s.People[0].Contact.ID)
	}
	s.Value, s.Currency = money.Amount{}, ""
	s.sum("USD")
	if s.Value.String() != "100.00 USD" {
		t.Errorf("in the workspace's currency: %v", s.Value)
	}
}
