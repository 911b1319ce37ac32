package accounts

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	mathrand "math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/awsenv"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/seal/sealtest"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// world is a table with customers in it, whose accounts are kept.
type world struct {
	t     testing.TB
	s     *store.Store
	db    *dynamo.DB
	table *dynamodb.Client
	keys  *keys.Keys
	k     *Keeper
	x     *Index
	now   time.Time
	read  int // records of the stream
	there map[survey.ContactID]survey.Contact
	joins survey.AccountJoins
}

func newWorld(t testing.TB, o dynamo.Options) *world {
	t.Helper()
	s, db := storetest.Open(t, o)
	ks, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	must(t, err)
	sealer := sealtest.New()
	c := awsenv.Config()
	url := storetest.Serve(t, db)
	c.Region, c.BaseEndpoint = "eu-central-1", aws.String(url)
	w := &world{t: t, s: s, db: db, table: dynamodb.NewFromConfig(storetest.As(c, "watcher")), keys: ks, now: noon, there: map[survey.ContactID]survey.Contact{}}
	w.k = &Keeper{Store: s, Seal: sealer, Now: func() time.Time { return w.now }, Random: rand.Reader, Log: slog.New(slog.DiscardHandler)}
	w.x = &Index{Store: s, Seal: sealer}
	must(t, s.NoteAccounts(t.Context(), survey.Customers, noon))
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// contact is the n-th customer, of a company or "".
func (w *world) contact(n int, company, value string) survey.Contact {
	c := survey.Contact{
		ID: w.keys.ContactID(survey.Customers, fmt.Sprintf("person%d@example.ru", n)), Audience: survey.Customers, Created: noon, Updated: noon,
		Person: survey.Person{Email: fmt.Sprintf("person%d@example.ru", n)}, Value: value, Owner: fmt.Sprint("owner", n%3), Team: fmt.Sprint("Team ", n%2),
	}
	c.Company.Name = company
	c.Account = w.keys.AccountID(survey.Customers, c.Company)
	return c
}

func (w *world) put(all ...survey.Contact) {
	w.t.Helper()
	must(w.t, w.s.PutContacts(w.t.Context(), all))
	for _, c := range all {
		w.there[c.ID] = c
	}
}

func (w *world) erase(id survey.ContactID) {
	w.t.Helper()
	_, err := w.table.DeleteItem(w.t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(storetest.Table), Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: fmt.Sprintf("CONTACTS#customers#%02d", id.Shard())}, "sk": &types.AttributeValueMemberS{Value: string(id)},
	}})
	must(w.t, err)
	delete(w.there, id)
}

// note does what recompute does of the stream since it was last read.
func (w *world) note() {
	w.t.Helper()
	records := storetest.Records(w.t, w.db)
	slices.SortStableFunc(records, func(a, b events.DynamoDBEventRecord) int {
		return cmp.Compare(len(a.Change.SequenceNumber), len(b.Change.SequenceNumber))*2 + strings.Compare(a.Change.SequenceNumber, b.Change.SequenceNumber)
	})
	notes, _ := store.AccountNotesOf(records[w.read:])
	w.read = len(records)
	for a, n := range notes {
		must(w.t, w.s.NoteAccountMoves(w.t.Context(), a, n))
	}
}

func (w *world) run() {
	w.t.Helper()
	must(w.t, w.k.Run(w.t.Context()))
}

// rows are what a view of some scope lists.
func (w *world) rows(s Scope, most int) (all []Row) {
	w.t.Helper()
	must(w.t, w.x.Read(w.t.Context(), survey.Customers, w.joins, func(v *View) error {
		all = nil
		if !v.Built {
			w.t.Fatal("not built")
		}
		return v.List(w.t.Context(), s, "", func(r Row) bool {
			all = append(all, r)
			return most == 0 || len(all) < most
		})
	}))
	return all
}

// byHand is what the contacts come to.
func (w *world) byHand(s Scope, currency string) (all []Row) {
	of := map[survey.AccountID]*adding{}
	for _, c := range w.there {
		if c.Account == "" {
			continue
		}
		id := w.joins.Of(c.Account)
		if of[id] == nil {
			of[id] = newRow(id)
		}
		of[id].add(membershipOf(c, ""))
	}
	for _, a := range of {
		if r := a.done(); s.sees(r) {
			r.owners, r.teams = nil, nil
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b Row) int { return strings.Compare(a.place(currency), b.place(currency)) })
	return all
}

// mustAgree compares everything that can be read with what the contacts come to.
func (w *world) mustAgree() {
	w.t.Helper()
	currency := ""
	must(w.t, w.x.Read(w.t.Context(), survey.Customers, w.joins, func(v *View) error {
		currency = v.Currency
		all := w.byHand(Scope{All: true}, v.Currency)
		if want := len(all); v.Count != want {
			w.t.Errorf("counts %d accounts, there are %d", v.Count, want)
		}
		worth := map[survey.AccountID]Row{}
		err := v.Worth(w.t.Context(), func(r Row) { worth[r.ID] = r })
		if len(worth) != len(all) {
			w.t.Errorf("the worth of %d accounts is known, there are %d", len(worth), len(all))
		}
		for _, r := range all {
			if got := worth[r.ID]; got.Contacts != r.Contacts || !slices.Equal(got.Values, r.Values) {
				w.t.Errorf("worth %v, want %v", got, r)
			}
		}
		return err
	}))
	for _, s := range []Scope{{All: true}, {Owners: []string{"owner1"}}, {Owners: []string{"OWNER2"}, Teams: []string{"team 0"}}} {
		got, want := w.rows(s, 0), w.byHand(s, currency)
		for i := range got {
			got[i].owners, got[i].teams = nil, nil
		}
		if !reflect.DeepEqual(got, want) {
			w.t.Fatalf("%v: %d accounts, want %d:\n%v\n%v", s, len(got), len(want), got, want)
		}
		if some := w.rows(s, 3); len(want) >= 3 && some[2].ID != want[2].ID {
			w.t.Errorf("the third is %v, want %v", some[2], want[2])
		}
	}
}

// later reports whether not all is seen yet.
func (w *world) later() (later bool) {
	must(w.t, w.x.Read(w.t.Context(), survey.Customers, w.joins, func(v *View) error { later = v.Later; return nil }))
	return later
}

// tidy says what pages there are that no tree has: none.
func (w *world) tidy() {
	w.t.Helper()
	x, notes, _, err := w.s.AccountIndex(w.t.Context(), survey.Customers, 1)
	must(w.t, err)
	if x.Running || len(x.Drop)+len(x.Old)+len(notes) > 0 || x.Next != nil {
		w.t.Errorf("not tidy: %+v, %d notes", x, len(notes))
	}
	known := map[string]bool{}
	t := tree{forest{pages: w.s, seal: w.x.Seal, audience: survey.Customers}, x.Tree}
	var visit func(page uint64)
	visit = func(page uint64) {
		known[fmt.Sprintf("%012d", page)] = true
		nodes, err := t.read(w.t.Context(), t.Generation, []uint64{page})
		must(w.t, err)
		kids, _ := nodes[0].children()
		for _, kid := range kids {
			if nodes[0].level > 0 {
				visit(kid.page)
			}
		}
	}
	if x.Tree.Root > 0 {
		visit(x.Tree.Root)
	}
	p := dynamodb.NewScanPaginator(w.table, &dynamodb.ScanInput{TableName: aws.String(storetest.Table)})
	n := 0
	for p.HasMorePages() {
		out, err := p.NextPage(context.Background())
		must(w.t, err)
		for _, it := range out.Items {
			pk, sk := it["pk"].(*types.AttributeValueMemberS).Value, it["sk"].(*types.AttributeValueMemberS).Value
			if !strings.HasPrefix(pk, "ACCOUNTPAGES#") {
				continue
			}
			if n++; !known[sk] || !strings.Contains(pk, x.Tree.Generation) {
				w.t.Errorf("a page that no tree has: %s %s", pk, sk)
			}
		}
	}
	if n != len(known) {
		w.t.Errorf("%d pages, the tree has %d", n, len(known))
	}
}

// Whatever contacts do, what is kept is what they come to; before a run, too, where few have changed.
func TestAccountsAreWhatContactsComeTo(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dynamo.Options{})
			r := mathrand.New(mathrand.NewPCG(seed, 7))
			some := func() survey.Contact {
				company := []string{"", "Ромашка", `ООО "Ромашка"`, "Romashka LLC", "Василёк", fmt.Sprint("Company ", r.IntN(60))}[r.IntN(6)]
				value := []string{"", "much", fmt.Sprint(r.IntN(900), " ₽"), fmt.Sprint("$", r.IntN(50)), fmt.Sprint(r.IntN(90))}[r.IntN(5)]
				return w.contact(r.IntN(200), company, value)
			}
			for step := range 9 {
				var all []survey.Contact
				met := map[survey.ContactID]bool{}
				for range 1 + r.IntN([]int{25, 90}[step%2]) {
					if c := some(); !met[c.ID] {
						all, met[c.ID] = append(all, c), true
					}
				}
				w.put(all...)
				for _, id := range slices.Sorted(maps.Keys(w.there)) {
					if r.IntN(16) == 0 {
						w.erase(id)
					}
				}
				if w.note(); step > 0 && !w.later() {
					w.mustAgree()
				}
				if step%4 == 2 {
					w.joins.Join(w.contact(0, "Romashka LLC", "").Account, w.contact(0, "Ромашка", "").Account)
				} else if step%4 == 0 {
					w.joins = survey.AccountJoins{}
				}
				if r.IntN(3) > 0 || step == 0 {
					w.run()
					w.tidy()
					w.mustAgree()
				}
				w.now = w.now.Add(time.Duration(r.IntN(15*24)) * time.Hour) // some are made anew
			}
		})
	}
}

// A tree of several levels, changed here and there.
func TestManyAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	var all []survey.Contact
	for i := range 2500 {
		all = append(all, w.contact(i, fmt.Sprintf("Компания %d", i/3), fmt.Sprint(i*37%1000, " ₽")))
	}
	w.put(all...)
	w.run()
	w.mustAgree()
	w.put(w.contact(5, "Другая", "1 000 000 ₽"), w.contact(6, "", ""), w.contact(7, "Компания 600", ""))
	for i := 1000; i < 1300; i++ {
		w.erase(all[i].ID)
	}
	w.note()
	w.now = w.now.Add(time.Hour)
	w.run()
	w.mustAgree()
	w.tidy()
	x, _, _, err := w.s.AccountIndex(t.Context(), survey.Customers, 1)
	must(t, err)
	if x.Tree.Level == 0 || x.Tree.Accounts != len(w.byHand(Scope{All: true}, "RUB")) {
		t.Errorf("level %d, %d accounts", x.Tree.Level, x.Tree.Accounts)
	}
}

// Names that look like one company's are proposed once, of joined and refused ones no more.
func TestAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	one, two, three := w.contact(1, `ООО "Ромашка"`, "5 ₽"), w.contact(2, "Romashka LLC", "7 ₽"), w.contact(3, "Лютик", "")
	w.put(one, two, three)
	w.run()
	pairs := func(s Scope) (n int) {
		must(t, w.x.Read(t.Context(), survey.Customers, w.joins, func(v *View) error {
			found, err := v.Alike(t.Context(), s, 10)
			n = len(found)
			return err
		}))
		return n
	}
	if n, own := pairs(Scope{All: true}), pairs(Scope{Owners: []string{"owner1"}}); n != 1 || own != 0 {
		t.Errorf("%d pairs look alike, %d to an owner of one", n, own)
	}
	w.joins.Refuse(one.Account, two.Account)
	if n := pairs(Scope{All: true}); n != 0 {
		t.Error("what is refused is proposed")
	}
	w.joins = survey.AccountJoins{}
	w.joins.Join(two.Account, one.Account)
	if n := pairs(Scope{All: true}); n != 0 {
		t.Error("what is joined is proposed")
	}
	w.joins = survey.AccountJoins{}
	w.put(w.contact(2, "Лилия", "7 ₽"))
	w.note()
	if n := pairs(Scope{All: true}); n != 0 {
		t.Error("what has another name is proposed")
	}
}

// Wherever a run dies, the next goes on, and nothing is left of it.
func TestDeathAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		t.Run(map[bool]string{false: "before", true: "after"}[after], func(t *testing.T) {
			t.Parallel()
			var left atomic.Int64
			left.Store(1 << 40)
			dies := func(dynamo.Call) error {
				if left.Add(-1) < 0 {
					return errors.New("the function has died")
				}
				return nil
			}
			o := dynamo.Options{Before: dies}
			if after {
				o = dynamo.Options{After: dies}
			}
			w := newWorld(t, o)
			died := 0
			for calls := range 45 {
				w.put(w.contact(calls, fmt.Sprint("Company ", calls%7), fmt.Sprint(calls, " ₽")), w.contact(1000+calls/2, fmt.Sprint("Company ", calls%5), ""))
				w.note()
				left.Store(int64(calls * 7 % 30))
				err := w.k.Run(t.Context())
				left.Store(1 << 40)
				died += boolean(err != nil)
				w.now = w.now.Add(lease + time.Minute)
				if calls%3 == 0 {
					w.run()
					w.tidy()
					w.mustAgree()
				}
				if calls%20 == 0 {
					w.now = w.now.Add(renewAfter)
				}
			}
			w.run()
			w.tidy()
			w.mustAgree()
			if died < 20 {
				t.Errorf("%d runs died", died)
			}
		})
	}
}

// What a run that has died wrote is deleted, even where no later one writes pages of the same numbers.
func TestPagesOfADeadRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.put(w.contact(1, "Ромашка", "5 ₽"))
	w.run()
	x, _, _, err := w.s.AccountIndex(t.Context(), survey.Customers, 1)
	must(t, err)
	left := survey.AccountPage{Audience: survey.Customers, Generation: x.Tree.Generation, Number: x.Tree.Pages + 9}
	must(t, w.s.PutAccountPages(t.Context(), map[survey.AccountPage][]byte{left: {1}}))
	x.Running = true
	_, err = w.s.SaveAccountIndex(t.Context(), survey.Customers, x)
	must(t, err)
	w.run()
	w.tidy()
	w.mustAgree()
}

// While a list comes in it is waited for, but not for ever.
func TestWaitsWhileAListComesIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.run()
	note := func(id string, at time.Time, n int) {
		moves := make([]survey.AccountMove, n)
		for i := range moves {
			moves[i].Contact = w.contact(i, "", "").ID
		}
		must(t, w.s.NoteAccountMoves(t.Context(), survey.Customers, survey.AccountNote{ID: at.Format("2006-01-02T15:04:05.000Z") + " " + id, Moves: moves}))
	}
	waiting := func() bool {
		w.run()
		_, notes, _, err := w.s.AccountIndex(t.Context(), survey.Customers, 1)
		must(t, err)
		return len(notes) > 0
	}
	note("1", w.now.Add(-time.Minute), fewContacts)
	note("2", w.now.Add(-time.Second), 10)
	if !waiting() {
		t.Error("it does not wait while more comes")
	}
	if w.now = w.now.Add(quiet); waiting() {
		t.Error("it waits although nothing comes")
	}
	note("3", w.now.Add(-mostWait), fewContacts)
	note("4", w.now, 10)
	if waiting() {
		t.Error("it waits for ever")
	}
}
