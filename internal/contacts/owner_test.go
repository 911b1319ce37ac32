package contacts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/survey"
)

// owned is a table with 1,300 customers of Anna in the team «Север», but for every fifth, who has a team of its own, and one without an owner.
func owned(t *testing.T) *contacts.Lists {
	t.Helper()
	l, s := newLists(t)
	staff := []survey.Staff{
		{ID: "anna", Email: "anna@example.com", Name: "Anna", Role: survey.RoleOwner, Team: "Север"},
		{ID: "boris", Email: "boris@example.com", Name: "Boris", Role: survey.RoleOwner, Team: "Юг"},
	}
	if err := s.PutStaff(t.Context(), staff); err != nil {
		t.Fatal(err)
	}
	list := "email;name;owner;team\nnobody@example.ru;Nobody;;\n"
	for n := range 1300 {
		team := "Север"
		if n%5 == 0 {
			team = "Запад"
		}
		list += fmt.Sprintf("c%d@example.ru;Person %d;anna;%s\n", n, n, team)
	}
	if out, err := l.TakeAtOnce(t.Context(), survey.Customers, with(false), []byte(list)); err != nil || out.New != 1301 {
		t.Fatalf("%+v, %v", out, err)
	}
	return l
}

// customers reads all customers, without times, by id.
func customers(t *testing.T, l *contacts.Lists) map[survey.ContactID]survey.Contact {
	t.Helper()
	found := map[survey.ContactID]survey.Contact{}
	for from := (&survey.Cursor{}); from != nil; {
		hits, err := l.Search(t.Context(), klimova, contacts.Search{Audience: survey.Customers, From: *from})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits.Contacts {
			h.Contact.Created, h.Contact.Updated = time.Time{}, time.Time{}
			found[h.Contact.ID] = h.Contact
		}
		from = hits.Next
	}
	return found
}

var annas = contacts.OwnerChange{Owner: "Boris", Search: contacts.Search{Audience: survey.Customers, Narrow: contacts.Narrow{Filter: survey.Filter{Owners: []string{"anna"}}}}}

// All contacts of a filter get another owner in parts, and their team follows where it is the former owner's; interrupted where its
// progress is not saved, it counts each contact once; undone, all are what they were.
func TestChangeOwnerOfMany(t *testing.T) {
	t.Parallel()
	l := owned(t)
	before := customers(t, l)
	clock := noon
	l.Now = func() time.Time { clock = clock.Add(3 * time.Second); return clock } // so that a call does one or two parts
	flaky := &unsaved{Store: l.Store}
	l.Store = flaky
	u, err := l.ChangeOwner(t.Context(), klimova, annas)
	if err != nil || u.State != survey.UploadTaking {
		t.Fatalf("the first part: %+v, %v", u, err)
	}
	flaky.fail = true
	if _, err := l.GoOn(t.Context(), klimova, u.ID); err == nil {
		t.Fatal("what was not saved is no error")
	}
	flaky.fail = false
	calls := 0
	for ; u.State == survey.UploadTaking; calls++ {
		if u, err = l.GoOn(t.Context(), klimova, u.ID); err != nil || calls > 20 {
			t.Fatal(err)
		}
	}
	if u.Changed != 1300 || u.New+u.Unchanged != 0 || calls < 1 {
		t.Errorf("%+v after %d calls", u.Upserted, calls)
	}
	want := map[survey.ContactID]survey.Contact{}
	for id, c := range before {
		if c.Owner == "anna" {
			c.Owner = "boris"
			if c.Team == "Север" {
				c.Team = "Юг"
			}
		}
		want[id] = c
	}
	if diff := cmp.Diff(want, customers(t, l)); diff != "" {
		t.Error(diff)
	}
	ticking := l.Now
	l.Now = func() time.Time { return clock }
	if again, err := l.ChangeOwner(t.Context(), klimova, annas); err != nil || again.ID != "" || again.Changed != 0 || again.State != survey.UploadTaken {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	l.Now = ticking
	if last := latest(t, l); last.ID != u.ID || last.Change.Owner != "boris" || last.State != survey.UploadTaken || last.By != "klimova" {
		t.Errorf("in the history: %+v", last)
	}
	for range 100 { // the clock of this test ends each call early
		if u, err = l.Undo(t.Context(), klimova, u.ID); err != nil {
			t.Fatal(err)
		}
		if u.State == survey.UploadUndone {
			break
		}
	}
	if u.Undo.Restored != 1300 || u.Undo.Changed != 0 {
		t.Errorf("undone: %+v", u.Undo)
	}
	if diff := cmp.Diff(before, customers(t, l)); diff != "" {
		t.Error(diff)
	}
	if _, err := l.GoOn(t.Context(), klimova, u.ID); !apperr.Is(err, "import_undone") {
		t.Errorf("going on with what is undone: %v", err)
	}
}

// unsaved fails to save how far something is.
type unsaved struct {
	contacts.Store
	fail bool
}

func (s *unsaved) SaveUploadRecord(ctx context.Context, u survey.UploadRecord) (survey.UploadRecord, error) {
	if s.fail {
		return u, fmt.Errorf("the table does not answer")
	}
	return s.Store.SaveUploadRecord(ctx, u)
}

// Chosen contacts get another owner and no others do; what somebody types into one meanwhile stays; nothing is changed by mistake.
func TestChangeOwnerOfChosen(t *testing.T) {
	t.Parallel()
	l := marchTaken(t)
	people := all(t, l)
	lee, kim := people["lee@example.ru"], people["kim@example.ru"]
	refused := []struct {
		change contacts.OwnerChange
		code   string
	}{
		{contacts.OwnerChange{Owner: "anna", Search: contacts.Search{Audience: survey.Customers}}, "owners_of_nobody"},
		{contacts.OwnerChange{Owner: "who?", Chosen: []survey.ContactID{kim.ID}, Search: contacts.Search{Audience: survey.Customers}}, "contact_owner"},
		{contacts.OwnerChange{Owner: "", Chosen: []survey.ContactID{kim.ID}, Search: contacts.Search{Audience: survey.Customers}}, "contact_owner"},
		{contacts.OwnerChange{Owner: "anna", Chosen: make([]survey.ContactID, 101), Search: contacts.Search{Audience: survey.Customers}}, "owners_too_many"},
		{contacts.OwnerChange{Owner: "anna", Chosen: []survey.ContactID{kim.ID}}, "audience_unknown"},
		{contacts.OwnerChange{Owner: "anna", Search: contacts.Search{Audience: survey.Customers, Narrow: contacts.Narrow{Stopped: []string{"maybe"}}}}, "stopped_unknown"},
	}
	for _, tt := range refused {
		if _, err := l.ChangeOwner(t.Context(), klimova, tt.change); !apperr.Is(err, tt.code) {
			t.Errorf("%s: %v", tt.code, err)
		}
	}
	if diff := cmp.Diff(people, all(t, l)); diff != "" {
		t.Errorf("a refused change has changed: %s", diff)
	}
	busy := &typing{Store: l.Store, l: l, id: kim.ID}
	l.Store = busy
	u, err := l.ChangeOwner(t.Context(), klimova, contacts.OwnerChange{Owner: "anna@example.com", Chosen: []survey.ContactID{kim.ID, lee.ID}, Search: contacts.Search{Audience: survey.Customers}})
	if err != nil || u.State != survey.UploadTaken || u.Changed != 1 { // lee is Anna's already
		t.Fatalf("%+v, %v", u, err)
	}
	kim.Owner, kim.Location = "anna", "Tver"
	people["kim@example.ru"] = kim
	if diff := cmp.Diff(people, all(t, l)); diff != "" {
		t.Error(diff)
	}
	if u, err = l.Undo(t.Context(), klimova, u.ID); err != nil || u.Undo.Restored != 1 {
		t.Errorf("%+v, %v", u.Undo, err)
	}
	kim.Owner = ""
	people["kim@example.ru"] = kim
	if diff := cmp.Diff(people, all(t, l)); diff != "" {
		t.Error(diff)
	}
}

// typing is a table in which somebody types a place into a contact as its owner is about to be written.
type typing struct {
	contacts.Store
	l  *contacts.Lists
	id survey.ContactID
}

func (s *typing) AddUploadRecord(ctx context.Context, u survey.UploadRecord) error {
	c, _, err := s.l.Contact(ctx, klimova, survey.Customers, s.id)
	if err != nil {
		return err
	}
	typed := contacts.Typed{Email: c.Person.Email, Name: c.Person.Name, Location: "Tver"}
	if _, err := s.l.Change(ctx, klimova, survey.Customers, s.id, c.Updated, typed); err != nil {
		return err
	}
	return s.Store.AddUploadRecord(ctx, u)
}
