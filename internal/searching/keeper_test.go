package searching

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"onetap/internal/awsenv"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/seal"
	"onetap/internal/seal/sealtest"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
	"onetap/internal/text"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// world is a table with customers in it, whose index is kept.
type world struct {
	t      testing.TB
	s      *store.Store
	url    string // of the table
	keys   *keys.Keys
	sealer *seal.Sealer
	k      Keeper
	x      Index
	now    time.Time
	noted  int
}

func newWorld(t testing.TB, o dynamo.Options) *world {
	t.Helper()
	s, db := storetest.Open(t, o)
	ks, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	must(t, err)
	w := &world{t: t, s: s, url: storetest.Serve(t, db), keys: ks, sealer: sealtest.New(), now: noon}
	w.k = Keeper{Store: s, Seal: w.sealer, Now: func() time.Time { return w.now }, Random: rand.Reader, Log: slog.New(slog.DiscardHandler)}
	w.x = Index{Store: s, Seal: w.sealer}
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) person(n int, name string) survey.Contact {
	email := fmt.Sprintf("person%d@example.ru", n)
	return survey.Contact{
		ID: w.keys.ContactID(survey.Customers, email), Audience: survey.Customers, Created: noon, Updated: noon,
		Person: survey.Person{Name: name, Email: email, Phone: fmt.Sprintf("+7 916 %07d", n)},
	}
}

// put writes people with one name, and notes it.
func (w *world) put(name string, numbers ...int) {
	w.t.Helper()
	var all []survey.Contact
	for _, n := range numbers {
		all = append(all, w.person(n, name))
	}
	must(w.t, w.s.PutContacts(w.t.Context(), all))
	w.note(all...)
}

func (w *world) note(all ...survey.Contact) {
	w.t.Helper()
	w.noted++
	n := survey.SearchNote{ID: fmt.Sprintf("%05d", w.noted)}
	for _, c := range all {
		n.Contacts = append(n.Contacts, c.ID)
	}
	must(w.t, w.s.NoteContacts(w.t.Context(), survey.Customers, n))
}

func (w *world) run() {
	w.t.Helper()
	must(w.t, w.k.Run(w.t.Context()))
}

// find is whom the index finds for words.
func (w *world) find(words string) []survey.ContactID {
	w.t.Helper()
	found, ok, err := w.x.Find(w.t.Context(), survey.Customers, text.NewQuery(words).Needs(), survey.Cursor{}, 1000)
	if err != nil || !ok {
		w.t.Fatalf("%q: ok %t, %v", words, ok, err)
	}
	return found.Contacts
}

// stored are the customers' index, and everything that is on its pages, opened.
func (w *world) stored() (x survey.SearchIndex, opened string) {
	w.t.Helper()
	x, _, _, err := w.s.SearchIndex(w.t.Context(), survey.Customers, 1)
	must(w.t, err)
	for _, p := range x.Parts {
		for kind, n := range map[string]int{survey.SearchHead: 1, survey.SearchIDs: p.IDPages, survey.SearchKeys: p.KeyPages} {
			must(w.t, w.k.read(w.t.Context(), p.ID, kind, 0, n, func(b []byte) error {
				if kind == survey.SearchKeys {
					return eachKey(b, func(key []byte, _ []uint32) error {
						opened += string(key) + "\n"
						return nil
					})
				}
				opened += string(b)
				return nil
			}))
		}
	}
	return x, opened
}

func (w *world) mustBeTidy() survey.SearchIndex {
	w.t.Helper()
	x, _ := w.stored()
	want := map[string]bool{}
	for _, p := range x.Parts {
		want[p.ID] = true
	}
	got := map[string]bool{}
	for _, it := range w.items() {
		if parts := strings.Split(it["pk"].(*types.AttributeValueMemberS).Value, "#"); parts[0] == "SEARCHPAGES" {
			got[parts[1]] = true
		}
	}
	if !maps.Equal(got, want) || len(x.Drop) > 0 || w.now.Before(x.Busy) {
		w.t.Errorf("pages of %v are there, the index has %v, and says that %v are to be dropped, busy %v", got, want, x.Drop, x.Busy)
	}
	if notes, err := w.s.SearchNotes(w.t.Context(), survey.Customers, 1); err != nil || len(notes) > 0 {
		w.t.Errorf("notes are left: %v, %v", notes, err)
	}
	return x
}

// items are all that the table has.
func (w *world) items() (all []map[string]types.AttributeValue) {
	w.t.Helper()
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &w.url
	db := dynamodb.NewFromConfig(storetest.As(c, "watcher"))
	var from map[string]types.AttributeValue
	for {
		out, err := db.Scan(w.t.Context(), &dynamodb.ScanInput{TableName: aws.String(storetest.Table), ExclusiveStartKey: from})
		must(w.t, err)
		if all, from = append(all, out.Items...), out.LastEvaluatedKey; from == nil {
			return all
		}
	}
}

func numbers(from, to int) (all []int) {
	for n := from; n < to; n++ {
		all = append(all, n)
	}
	return all
}

// Of somebody who is gone, or is called otherwise now, nothing is left on any page within the time that is said, though nobody else changes.
func TestNothingStaysOfWhoIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.put("Anna Kim", numbers(0, 300)...)
	w.put("Zoe Needle", 300)
	w.put("Vera Formerly", 301)
	w.run()
	w.put("Vera Latterly", 301)
	gone := w.person(300, "")
	_, _, err := w.s.EraseContact(t.Context(), survey.ErasureContact{Audience: gone.Audience, ID: gone.ID})
	must(t, err)
	w.note(gone)
	w.run()
	id := string(packMembers([]member{{id: gone.ID}})[:idBytes])
	if _, opened := w.stored(); len(w.find("needle")) != 1 || !strings.Contains(opened, "needle") {
		t.Error("the test is of no use: parts were merged already") // whoever searches reads the contact, and finds nobody
	}
	w.now = w.now.Add(sweepAfter)
	w.run()
	if _, opened := w.stored(); strings.Contains(opened, "needle") || strings.Contains(opened, "person300") || strings.Contains(opened, id) || strings.Contains(opened, "formerly") {
		t.Error("something is left of who is gone")
	}
	w.mustBeTidy()
	w.put("Vera Lastly", 301)
	w.run()
	w.now = w.now.Add(tidyAfter)
	w.run()
	if _, opened := w.stored(); strings.Contains(opened, "latterly") || len(w.find("kim")) != 300 || len(w.find("lastly")) != 1 {
		t.Error("a former name is left, or somebody is not found")
	}
}

// Whoever has the table reads no name and no number in it, and the lengths of pages tell no more than some whole KB.
func TestTableTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.put("Zoe Needle", numbers(0, 200)...)
	w.run()
	w.put("Wanda Haystack", 7)
	w.run()
	pages := 0
	for _, it := range w.items() {
		pk := it["pk"].(*types.AttributeValueMemberS).Value
		if !strings.HasPrefix(pk, "SEARCH") {
			continue
		}
		for name, v := range it {
			var b []byte
			switch v := v.(type) {
			case *types.AttributeValueMemberS:
				b = []byte(v.Value)
			case *types.AttributeValueMemberB:
				b = v.Value
				if pages++; name == "sealed" && (len(b)-seal.Overhead+itemRest)%1024 != 0 {
					t.Errorf("a page has %d bytes", len(b))
				}
			}
			for _, word := range []string{"needle", "zoe", "person1", "916", "haystack"} {
				if bytes.Contains(bytes.ToLower(b), []byte(word)) {
					t.Errorf("%s of %s has %q", name, strings.Split(pk, "#")[0], word)
				}
			}
		}
	}
	if pages < 5 {
		t.Errorf("%d pages", pages)
	}
}

// Wherever a run dies, before a call of the table or after it, what it has begun is finished by the next, and nothing is left lying about.
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
			for calls := 0; ; calls++ {
				w.put(fmt.Sprintf("Name%c Kim", 'a'+calls%26), calls, calls+1, calls+2)
				left.Store(int64(calls % 40))
				err := w.k.Run(t.Context())
				left.Store(1 << 40)
				if err != nil {
					died++
				}
				w.now = w.now.Add(lease + time.Minute)
				if calls%3 == 0 { // the next run is another's that has nothing else to do
					w.run()
					w.mustBeTidy()
				}
				if calls > 85 {
					break
				}
			}
			w.run()
			x := w.mustBeTidy()
			if n := len(w.find("kim")); n != 89 || died < 60 || len(x.Parts) == 0 {
				t.Errorf("%d found, %d runs died, %d parts", n, died, len(x.Parts))
			}
		})
	}
}

// After a month everything is sealed anew: with the newest key, where the keys were followed by others.
func TestPagesAreSealedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.put("Anna Kim", numbers(0, 500)...)
	w.run()
	stale := func() (n int) {
		for _, it := range w.items() {
			if b, ok := it["sealed"].(*types.AttributeValueMemberB); ok && strings.HasPrefix(it["pk"].(*types.AttributeValueMemberS).Value, "SEARCHPAGES#") {
				old, err := w.sealer.Stale(t.Context(), seal.Contacts, b.Value)
				must(t, err)
				if old {
					n++
				}
			}
		}
		return n
	}
	must(t, w.sealer.Rotate(t.Context(), seal.Contacts))
	if w.run(); stale() == 0 {
		t.Error("the test is of no use: nothing has an old key")
	}
	w.now = w.now.Add(renewAfter)
	if w.run(); stale() != 0 || len(w.find("kim")) != 500 {
		t.Errorf("%d pages have an old key, %d are found", stale(), len(w.find("kim")))
	}
	w.mustBeTidy()
}

// Two runs at once come to the same as one: one of them goes on, and nothing is lost.
func TestTwoRunsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	for round := range 12 {
		w.put("Anna Kim", round*2, round*2+1, 100)
		var g errgroup.Group
		for range 3 {
			g.Go(func() error { return w.k.Run(context.Background()) })
		}
		must(t, g.Wait())
	}
	w.now = w.now.Add(lease + time.Minute)
	w.run()
	w.mustBeTidy()
	if n := len(w.find("kim")); n != 25 {
		t.Errorf("%d found", n)
	}
}

// A table from before has an index made in steps; until it is whole there is none. A run that dies is gone on from.
func TestIndexOfAnEarlierTable(t *testing.T) {
	t.Parallel()
	const people = stepContacts + 500
	var puts atomic.Int64
	var dies atomic.Bool
	w := newWorld(t, dynamo.Options{Unstreamed: true, Before: func(c dynamo.Call) error {
		if dies.Load() && c.Operation == "BatchWriteItem" && puts.Add(1) > 2 {
			return errors.New("the function has died")
		}
		return nil
	}})
	var all []survey.Contact
	for n := range people {
		all = append(all, w.person(n, "Anna Kim"))
	}
	must(t, w.s.PutContacts(t.Context(), all))
	dies.Store(true)
	for range 2 {
		if err := w.k.Run(t.Context()); err == nil {
			t.Fatal("the run has not died")
		}
		puts.Store(0)
		w.now = w.now.Add(lease + time.Minute)
	}
	if _, ok, err := w.x.Find(t.Context(), survey.Customers, nil, survey.Cursor{}, 1); ok || err != nil {
		t.Errorf("there is an index already: %v", err)
	}
	dies.Store(false)
	w.put("Zoe Needle", people)
	w.run()
	if x := w.mustBeTidy(); !x.Built || len(x.Parts) != 3 || x.Parts[0].Contacts != stepContacts {
		t.Errorf("%+v", x)
	}
	if got := w.find("person10499"); len(got) != 1 || got[0] != w.person(10499, "").ID || len(w.find("needle")) != 1 {
		t.Errorf("%v", got)
	}
}

// Parts stay few, and what a contact costs in writes does not grow with how many there are but with their logarithm.
func TestWritesOfAnImport(t *testing.T) {
	t.Parallel()
	var written atomic.Int64
	w := newWorld(t, dynamo.Options{Unstreamed: true, Meter: func(_ dynamo.Call, u dynamo.Consumed) { written.Add(int64(u.WriteUnits)) }})
	w.run()
	const batches, each = 40, 100
	units := int64(0)
	for n := range batches {
		w.put("Анна Сергеевна Ким", numbers(n*each, (n+1)*each)...)
		before := written.Load()
		w.run()
		units += written.Load() - before
	}
	x := w.mustBeTidy()
	if per := float64(units) / (batches * each); per > 1.2 || len(x.Parts) > 8 {
		t.Errorf("%.2f write units a contact, %d parts", per, len(x.Parts))
	} else {
		t.Logf("%.2f write units a contact in batches of %d, %d parts", per, each, len(x.Parts))
	}
	before := written.Load()
	w.put("Анна Сергеевна Ким", numbers(10_000, 13_000)...)
	import3000 := written.Load()
	w.run()
	t.Logf("3,000 at once: %d write units for the contacts, %d for the index", import3000-before, written.Load()-import3000)
	singly := int64(0)
	for n := range 30 {
		w.put("Анна Сергеевна Ким", n*97)
		before := written.Load()
		w.run()
		singly += written.Load() - before
	}
	t.Logf("one by one: %d write units each", singly/30)
	if singly > 30*60 {
		t.Errorf("30 contacts one by one take %d write units", singly)
	}
}

// Who may see somebody is found by the index, too: by owner and by team, however these are written; and a team is no owner.
func TestIndexKnowsWhoMaySee(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	owned, ofTeam, other := w.person(0, "Anna Kim"), w.person(1, "Anna Kim"), w.person(2, "Anna Kim")
	owned.Owner, ofTeam.Team, other.Owner, other.Team = "ANNA", "North ", "north", "anna"
	must(t, w.s.PutContacts(t.Context(), []survey.Contact{owned, ofTeam, other}))
	w.note(owned, ofTeam, other)
	w.run()
	for what, tc := range map[string]struct {
		way  []text.Range
		want survey.Contact
	}{"owner": {OfOwner("anna"), owned}, "team": {OfTeam("north"), ofTeam}} {
		found, ok, err := w.x.Find(t.Context(), survey.Customers, [][][]text.Range{{tc.way}}, survey.Cursor{}, 10)
		if err != nil || !ok || len(found.Contacts) != 1 || found.Contacts[0] != tc.want.ID {
			t.Errorf("by %s: %v, ok %v, %v", what, found.Contacts, ok, err)
		}
	}
}
