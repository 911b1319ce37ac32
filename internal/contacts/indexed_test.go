package contacts_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/local/dynamo"
	"onetap/internal/seal/sealtest"
	"onetap/internal/searching"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

var _ searching.Store = (*store.Store)(nil)

// kept is a keeper of the index by which lists search.
type kept struct {
	*searching.Keeper
	now time.Time
}

// keeper gives lists an index, and returns its keeper.
func keeper(l *contacts.Lists, s *store.Store) *kept {
	sealer := sealtest.New()
	k := &kept{now: noon}
	k.Keeper = &searching.Keeper{Store: s, Seal: sealer, Now: func() time.Time { return k.now }, Random: rand.Reader, Log: slog.New(slog.DiscardHandler)}
	l.Index = &searching.Index{Store: s, Seal: sealer}
	return k
}

func (k *kept) mustRun(t testing.TB) {
	t.Helper()
	if err := k.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// dying are calls of the table that die: before they have done anything, or after it.
type dying struct {
	searching.Store
	left int // calls until then
	done bool
}

var errDied = errors.New("the function has died")

func (d *dying) call(do func() error) error {
	if d.left--; d.left == -1 {
		d.left = -2
		if d.done {
			if err := do(); err != nil {
				return err
			}
		}
		return errDied
	}
	if d.left < -2 {
		return errDied // nothing works any more
	}
	return do()
}

func (d *dying) SaveSearchIndex(ctx context.Context, a survey.Audience, x survey.SearchIndex) (now survey.SearchIndex, err error) {
	return now, d.call(func() (err error) { now, err = d.Store.SaveSearchIndex(ctx, a, x); return err })
}

func (d *dying) SearchNotes(ctx context.Context, a survey.Audience, limit int) (all []survey.SearchNote, err error) {
	return all, d.call(func() (err error) { all, err = d.Store.SearchNotes(ctx, a, limit); return err })
}

func (d *dying) DropSearchNotes(ctx context.Context, a survey.Audience, notes []survey.SearchNote) error {
	return d.call(func() error { return d.Store.DropSearchNotes(ctx, a, notes) })
}

func (d *dying) PutSearchPages(ctx context.Context, pages map[survey.SearchPage][]byte) error {
	return d.call(func() error { return d.Store.PutSearchPages(ctx, pages) })
}

func (d *dying) DropSearchPart(ctx context.Context, p survey.SearchPart) error {
	return d.call(func() error { return d.Store.DropSearchPart(ctx, p) })
}

func (d *dying) Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (all map[survey.ContactID]survey.Contact, err error) {
	return all, d.call(func() (err error) { all, err = d.Store.Contacts(ctx, a, ids); return err })
}

// Whatever is made, changed and removed, however the stream repeats, splits and reorders what it says of it, and wherever the keeper of the
// index dies: a search by the index finds whom a walk over everybody finds, for everybody who may see somebody.
func TestIndexFindsWhomAWalkFinds(t *testing.T) {
	t.Parallel()
	names := []string{"Иван Петров", "Пётр Иванов", "Анна Ким", "Anna Lee", "O’Brien", "Ли Ян", "Иванна", "Lee Die"}
	phones := []string{"", "+7 916 123-45-67", "8 (916) 765-43-21", "00 44 1234 567890"}
	queries := []string{"иван", "Петру", "ким", "ann", "lee", "и", "123-45", "8916", "916 765", "obrien", "иван петр", "после", "омск anna", "c00", "die", "001", "n3"}
	staff := []survey.Staff{
		{ID: "anna", Role: survey.RoleOwner}, {ID: "bo", Role: survey.RoleOwner, Manager: "max"}, {ID: "max", Role: survey.RoleManager, Team: "North"},
	}
	readers := []authz.Who{{Token: "test"}, {Staff: staff[0]}, {Staff: staff[1]}, {Staff: staff[2]}}
	rapid.Check(t, func(r *rapid.T) {
		s, db := storetest.Open(t, dynamo.Options{})
		if err := s.PutStaff(t.Context(), staff); err != nil {
			r.Fatal(err)
		}
		l, _ := newLists(t)
		l.Store = s
		k := keeper(l, s)
		walk := *l
		walk.Index = nil
		seen := 0 // records of the stream that were noted

		contact := func() survey.Contact {
			n := rapid.IntRange(0, 14).Draw(r, "who")
			a := survey.Customers
			if n > 11 {
				a = survey.Candidates
			}
			c := survey.Contact{
				Audience: a, ID: l.Keys.ContactID(a, fmt.Sprintf("n%d@example.ru", n)), Created: noon, Updated: noon,
				Owner: rapid.SampledFrom([]string{"", "anna", "bo", "MAX"}).Draw(r, "owner"), Team: rapid.SampledFrom([]string{"", "North ", "South"}).Draw(r, "team"),
				Location: rapid.SampledFrom([]string{"", "Омск"}).Draw(r, "city"),
			}
			c.Person = survey.Person{
				Name: rapid.SampledFrom(names).Draw(r, "name"), Email: fmt.Sprintf("n%d@example.ru", n),
				Phone: rapid.SampledFrom(phones).Draw(r, "phone"), Customer: rapid.SampledFrom([]string{"", "C00017"}).Draw(r, "customer"),
			}
			if rapid.Bool().Draw(r, "words") {
				c.Attrs = map[string]string{"Комментарий": "звонить после обеда"}
			}
			return c
		}
		note := func() {
			records := storetest.Records(t, db)
			from := max(0, seen-rapid.IntRange(0, 3).Draw(r, "again"))
			seen = len(records)
			for records = records[from:]; len(records) > 0; {
				n := rapid.IntRange(1, len(records)).Draw(r, "batch")
				notes, _ := store.SearchNotesOf(records[:n])
				for a, one := range notes {
					if err := s.NoteContacts(t.Context(), a, one); err != nil {
						r.Fatal(err)
					}
				}
				records = records[n:]
			}
		}
		same := func(who authz.Who) {
			a := rapid.SampledFrom([]survey.Audience{survey.Customers, survey.Candidates}).Draw(r, "audience")
			search := contacts.Search{Audience: a, Text: rapid.SampledFrom(queries).Draw(r, "query"), Patient: true}
			want, err := walk.Search(t.Context(), who, search)
			if err != nil {
				r.Fatal(err)
			}
			got, err := l.Search(t.Context(), who, search)
			if err != nil {
				r.Fatal(err)
			}
			if d := cmp.Diff(want.Contacts, got.Contacts); d != "" || got.Next != nil {
				r.Fatalf("%q among %s, by %s (-walk +index):\n%s", search.Text, a, who.Staff.ID, d)
			}
		}
		r.Repeat(map[string]func(*rapid.T){
			"write": func(*rapid.T) {
				if err := s.PutContacts(t.Context(), []survey.Contact{contact()}); err != nil {
					r.Fatal(err)
				}
			},
			"remove": func(*rapid.T) {
				c := contact()
				if _, _, err := s.EraseContact(t.Context(), survey.ErasureContact{Audience: c.Audience, ID: c.ID}); err != nil {
					r.Fatal(err)
				}
			},
			"note": func(*rapid.T) { note() },
			"run":  func(*rapid.T) { k.mustRun(t) },
			"die": func(*rapid.T) {
				d := &dying{Store: s, left: rapid.IntRange(0, 12).Draw(r, "calls"), done: rapid.Bool().Draw(r, "done")}
				dead := *k.Keeper
				dead.Store = d
				if err := dead.Run(t.Context()); err != nil && !errors.Is(err, errDied) {
					r.Fatal(err)
				}
			},
			"wait": func(*rapid.T) {
				k.now = k.now.Add(rapid.SampledFrom([]time.Duration{time.Minute, 10 * time.Minute, 2 * time.Hour, 200 * time.Hour}).Draw(r, "wait"))
			},
			"search": func(*rapid.T) {
				note() // an index knows what it was told
				same(rapid.SampledFrom(readers).Draw(r, "reader"))
			},
		})
		note()
		for _, who := range readers {
			same(who)
		}
		k.now = k.now.Add(time.Hour)
		k.mustRun(t)
		for _, a := range []survey.Audience{survey.Customers, survey.Candidates} {
			hits, err := l.Search(t.Context(), readers[0], contacts.Search{Audience: a, Text: "иван"})
			if err != nil || !hits.All {
				r.Fatalf("%s has no index: %v", a, err)
			}
		}
	})
}

// A page of a search goes on where the last ended, and all pages together are what a walk finds.
func TestIndexPages(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	manyPeople(t, l, s, 3000)
	walk := *l
	keeper(l, s).mustRun(t)
	everybody := authz.Who{Token: "test"}
	for _, words := range []string{"Анна", "Иванов", "сервис", "9", "person"} {
		var want, got []survey.ContactID
		for at, from := (&survey.Cursor{}), 0; at != nil; from++ {
			hits, err := l.Search(t.Context(), everybody, contacts.Search{Audience: survey.Customers, Text: words, From: *at})
			if err != nil || !hits.All || from > 80 {
				t.Fatal(hits.Among, err, from)
			}
			for _, h := range hits.Contacts {
				got = append(got, h.Contact.ID)
			}
			at = hits.Next
		}
		for at := (&survey.Cursor{}); at != nil; {
			hits, err := walk.Search(t.Context(), everybody, contacts.Search{Audience: survey.Customers, Text: words, From: *at})
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hits.Contacts {
				want = append(want, h.Contact.ID)
			}
			at = hits.Next
		}
		if !slices.Equal(want, got) {
			t.Errorf("%q: %d by the index, %d by walking", words, len(got), len(want))
		}
	}
}
