package mailing

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"onetap/internal/survey"
)

// companies gives every contact one of five companies, and each sixth none.
func companies(t *testing.T, w *world, people map[survey.ContactID]string) map[survey.ContactID]survey.AccountID {
	t.Helper()
	of := map[survey.ContactID]survey.AccountID{}
	ids := make([]survey.ContactID, 0, len(people))
	for id := range people {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	found, err := w.store.Contacts(t.Context(), survey.Customers, ids)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]survey.Contact, 0, len(people))
	for i, id := range ids {
		c := found[id]
		if i%6 < 5 {
			c.Company.Name = fmt.Sprintf("Company %d", i%6)
		}
		c.Account = w.keys.AccountID(c.Audience, c.Company)
		of[id] = c.Account
		all = append(all, c)
	}
	if err := w.store.PutContacts(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	return of
}

// No more people of one company are asked than was said, over all campaigns within the quiet period; two companies that are joined are
// one. The head-count, whatever its pages and their order, says what the plan comes to; and a plan that begins anew comes to the same.
func TestPeoplePerCompany(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t, 1e6, 1e6), t.Context()
	of := companies(t, w, w.contacts(90))
	one, two := w.keys.AccountID(survey.Customers, survey.Company{Name: "company 1"}), w.keys.AccountID(survey.Customers, survey.Company{Name: "COMPANY 2"})
	err := w.store.ChangeAccountJoins(ctx, survey.Customers, func(j *survey.AccountJoins) error {
		j.Join(one, two)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.campaign(func(c *survey.Campaign) { c.ID, c.PerAccount = "aaaaaaaa", 3 })
	w.run(w.sender("earlier"))
	id := w.campaign(func(c *survey.Campaign) {
		c.ID, c.Created, c.QuietDays, c.PerAccount = "bbbbbbbb", start.Add(time.Hour), 30, 7
	})
	p := Planner{Store: w.store, Now: time.Now}
	counted := func(page int, backwards bool) (sum HeadCount) {
		var parts []HeadCount
		for from := new(survey.Cursor); from != nil; {
			h, err := p.HeadCount(ctx, w.state(id), *from, page, false)
			if err != nil {
				t.Fatal(err)
			}
			parts, from = append(parts, h), h.Next
		}
		if backwards {
			slices.Reverse(parts)
		}
		for _, h := range parts {
			sum.Add(h)
		}
		return sum
	}
	sum := counted(17, false)
	for _, other := range []HeadCount{counted(1000, false), counted(5, true)} {
		if other.Invited != sum.Invited || other.Skipped[survey.SkipAccount] != sum.Skipped[survey.SkipAccount] {
			t.Errorf("pages of other sizes, or in another order, count %+v and not %+v", other, sum)
		}
	}
	w.run(w.sender("later"))
	plan, _, err := w.store.Mailing(ctx, id, survey.MailingInvitation)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Invited != sum.Invited || plan.Skipped[survey.SkipAccount] != sum.Skipped[survey.SkipAccount] || plan.Skipped[survey.SkipAccount] == 0 {
		t.Errorf("planned are %+v, counted %+v", plan, sum)
	}
	asked := map[survey.CampaignID]map[survey.AccountID]int{}
	for _, c := range []survey.CampaignID{"aaaaaaaa", id} {
		asked[c] = map[survey.AccountID]int{}
		for contact, account := range of {
			i, ok, err := w.store.Invitation(ctx, c, 0, contact)
			if err != nil {
				t.Fatal(err)
			}
			if ok && i.State == survey.InvitationSent {
				if account == one {
					account = two
				}
				asked[c][account]++
				if i.Account != of[contact] {
					t.Errorf("an invitation is of the account %q, want %q", i.Account, of[contact])
				}
			}
		}
	}
	for account, n := range asked["aaaaaaaa"] {
		if m := asked[id][account]; account != "" && (n != 3 || m != 4) {
			t.Errorf("of %s %d and %d people were asked, want 3 and then 4, which is 7", account, n, m)
		}
	}
	if asked["aaaaaaaa"][""] != 15 || asked[id][""] != 0 { // the quiet period is theirs as ever
		t.Errorf("of those without a company %d and %d were asked", asked["aaaaaaaa"][""], asked[id][""])
	}
	if planned, err := w.store.AskedAccounts(ctx, id, survey.ContactShards); err != nil || planned[one]+planned[two] != 4 {
		t.Errorf("kept of the plan is %v, %v", planned, err)
	}
}
