package accounts

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// crowd is a table in which contacts are made as they are read, five to an account; their accounts are in the real one.
type crowd struct {
	Store
	w     *world
	n     int
	units map[string]int // written, by what
}

func (c *crowd) contact(i int) survey.Contact {
	r := rand.New(rand.NewPCG(uint64(i), 3))
	one := survey.Contact{
		ID: c.w.keys.ContactID(survey.Customers, fmt.Sprintf("person%d@example.ru", i)), Audience: survey.Customers,
	}
	of := r.IntN(c.n/5 + 1)
	owner := of * 31 % 200
	if r.IntN(20) == 0 { // most of a company's contacts have one owner
		owner = r.IntN(200)
	}
	one.Owner, one.Team = fmt.Sprint("owner", owner), fmt.Sprint("Team ", owner%20)
	one.Company.Name, one.Company.Code = fmt.Sprintf(`ООО "Компания %c%c %d"`, 'А'+of%29, 'а'+of%31, of), fmt.Sprint(7700000000+of)
	one.Value = fmt.Sprint(1000*(1+of*7919%5000), " ₽")
	one.Account = c.w.keys.AccountID(survey.Customers, one.Company)
	return one
}

func (c *crowd) ContactsUntil(_ context.Context, _ survey.Audience, from survey.Cursor, budget int, each func(survey.Contact, survey.SuppressionReason) bool) (*survey.Cursor, error) {
	first := from.Shard * budget
	for i := first; i < min(c.n, first+budget); i++ {
		each(c.contact(i), "")
	}
	if first+budget < c.n {
		return &survey.Cursor{Shard: from.Shard + 1}, nil
	}
	return nil, nil
}

func (c *crowd) Contacts(_ context.Context, _ survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error) {
	found := map[survey.ContactID]survey.Contact{}
	for _, id := range ids {
		found[id] = survey.Contact{ID: id, Audience: survey.Customers, Account: c.contact(7).Account, Company: survey.Company{Name: "Иная"}, Value: "5 000 000 ₽"}
	}
	return found, nil
}

func (c *crowd) PutAccountPages(ctx context.Context, pages map[survey.AccountPage][]byte) error {
	for _, b := range pages {
		c.units["write"] += (len(b) + 80 + 1023) / 1024
	}
	return c.Store.PutAccountPages(ctx, pages)
}

func (c *crowd) DropAccountPages(ctx context.Context, pages []survey.AccountPage) error {
	c.units["dropped pages"] += len(pages)
	return c.Store.DropAccountPages(ctx, pages)
}

// TestMeasured prints what accounts of so many contacts cost: MEASURE=1000000 go test -run TestMeasured -v ./internal/accounts
func TestMeasured(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("MEASURE"))
	if n == 0 {
		t.Skip("a measurement of minutes, not a test: run it with MEASURE=1000000 (docs/benchmarks.md)")
	}
	w := newWorld(t, dynamo.Options{})
	c := &crowd{w.s, w, n, map[string]int{}}
	w.k.Store, w.x.Store = c, c
	began := time.Now()
	w.run()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	x, _, _, err := w.s.AccountIndex(t.Context(), survey.Customers, 1)
	must(t, err)
	t.Logf("%d contacts, %d accounts: gathered in %v, %v, %d pages, level %d, %d MB from the system", n, x.Tree.Accounts, time.Since(began).Round(time.Millisecond), c.units, x.Tree.Pages, x.Tree.Level, mem.Sys>>20)
	look := func(name string, what func(*View) error) {
		t.Helper()
		for range 3 {
			w.x.known = nil
			began := time.Now()
			must(t, w.x.Read(t.Context(), survey.Customers, w.joins, what))
			t.Logf("%s: %v", name, time.Since(began).Round(100*time.Microsecond))
		}
	}
	first := func(s Scope) func(*View) error {
		return func(v *View) error {
			rows := 0
			err := v.List(t.Context(), s, "", func(Row) bool { rows++; return rows < 101 })
			if err != nil {
				return err
			}
			_, err = v.Alike(t.Context(), s, 20)
			return err
		}
	}
	look("the first page of the list", first(Scope{All: true}))
	look("of an owner", first(Scope{Owners: []string{"owner7"}}))
	look("of a manager of twenty", first(Scope{Owners: []string{"owner1", "owner2", "owner3", "owner4", "owner5", "owner6", "owner8", "owner9", "owner10", "owner11", "owner12", "owner13", "owner14", "owner15", "owner16", "owner17", "owner18", "owner19", "owner20", "owner21"}, Teams: []string{"Team 3"}}))
	id := c.contact(77).Account
	look("one account with its contacts", func(v *View) error {
		if _, _, _, err := v.Account(t.Context(), id); err != nil {
			return err
		}
		return v.Contacts(t.Context(), id, func(survey.ContactID, string, string) bool { return true })
	})
	look("all accounts", func(v *View) error { return v.All(t.Context(), func(Row) {}) })
	look("what all accounts are worth", func(v *View) error { return v.Worth(t.Context(), func(Row) {}) })
	for _, some := range []int{1, 100, 10_000} {
		c.units = map[string]int{}
		moves := make([]survey.AccountMove, some)
		for i := range moves {
			one := c.contact(i * (n / some))
			moves[i] = survey.AccountMove{Contact: one.ID, Left: one.Account}
		}
		must(t, w.s.NoteAccountMoves(t.Context(), survey.Customers, survey.AccountNote{ID: "2026-11-20T12:00:00.000Z 1", Moves: moves}))
		if some == 100 {
			look("the list while 100 have changed", first(Scope{All: true}))
		}
		w.now = w.now.Add(time.Hour)
		began := time.Now()
		w.run()
		t.Logf("%d contacts change their company: %v, %v", some, time.Since(began).Round(time.Millisecond), c.units)
	}
}
