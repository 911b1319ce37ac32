package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/awsenv"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// sealed is a table with its sealing store, one that seals nothing, and the client to look with.
type sealed struct {
	t     *testing.T
	ctx   context.Context
	store *store.Store
	plain *store.Store // as earlier versions wrote
	db    *dynamodb.Client
	url   string
}

func newSealed(t *testing.T) *sealed {
	t.Helper()
	_, engine := storetest.Open(t, dynamo.Options{})
	url := storetest.Serve(t, engine)
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &url
	db := dynamodb.NewFromConfig(storetest.As(c, "looks"))
	return &sealed{t: t, ctx: t.Context(), store: storetest.Client(url, "seals"), plain: store.New(db, storetest.Table), db: db, url: url}
}

type item = map[string]types.AttributeValue

// items are the table's whose partition begins with a prefix.
func (w *sealed) items(prefix string) (all []item) {
	w.t.Helper()
	for _, it := range storetest.Items(w.t, w.url) {
		if strings.HasPrefix(it["pk"].(*types.AttributeValueMemberS).Value, prefix) {
			all = append(all, it)
		}
	}
	return all
}

// spoil changes one byte of what is sealed in the items with that end of the sort key.
func (w *sealed) spoil(end string) {
	w.t.Helper()
	storetest.Spoil(w.t, w.url, func(_, sk string) bool { return strings.HasSuffix(sk, end) })
}

func (w *sealed) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

var anna = survey.Staff{ID: "anna", Name: "Anna Arkhipova", Email: "anna@example.com", Phone: "+7 999 000-00-01", Role: survey.RoleOwner}

// One of the staff whose item was changed past Onetap is left out, the others stay, and the same upload puts it right.
func TestBrokenStaff(t *testing.T) {
	t.Parallel()
	w := newSealed(t)
	boris := survey.Staff{ID: "boris", Name: "Boris Berg", Email: "boris@example.com", Role: survey.RoleManager}
	w.must(w.store.PutStaff(w.ctx, []survey.Staff{anna, boris}))
	w.spoil("anna")
	all, err := w.store.Staff(w.ctx)
	if err != nil || len(all) != 1 || all[0] != boris {
		t.Fatalf("the staff are %v, %v", all, err)
	}
	if _, ok, err := w.store.StaffMember(w.ctx, "anna"); ok || err != nil {
		t.Fatalf("the broken one is there: %v, %v", ok, err)
	}
	w.must(w.store.ChangeStaff(w.ctx, func([]survey.Staff) ([]survey.Staff, error) { return []survey.Staff{anna}, nil }))
	if m, ok, err := w.store.StaffMember(w.ctx, "anna"); !ok || err != nil || m != anna {
		t.Fatalf("uploaded again: %v, %v, %v", m, ok, err)
	}
}

// Staff and notes of earlier versions are read as they are.
func TestPlainStaffAndNotes(t *testing.T) {
	t.Parallel()
	w := newSealed(t)
	w.must(w.plain.PutStaff(w.ctx, []survey.Staff{anna}))
	if m, ok, err := w.store.StaffMember(w.ctx, "anna"); !ok || err != nil || m != anna {
		t.Fatalf("%v, %v, %v", m, ok, err)
	}
	c := w.noted(w.plain, "She waits for a call.")
	if notes, err := w.store.Notes(w.ctx, c); err != nil || len(notes) != 1 || notes[0].Text != "She waits for a call." {
		t.Fatalf("%v, %v", notes, err)
	}
}

// noted is a case with notes, written by a store.
func (w *sealed) noted(s *store.Store, texts ...string) loop.Case {
	w.t.Helper()
	c, err := s.CreateCase(w.ctx, loop.Case{Campaign: "campaign", Contact: "abcdefghabcdefgh", State: loop.Open, Opened: time.Now(), Deadline: time.Now()})
	w.must(err)
	for n, text := range texts {
		next := c
		next.Notes++
		c, err = s.SaveCaseAnd(w.ctx, c, next, []loop.Note{{N: n + 1, Text: text}})
		w.must(err)
	}
	return c
}

// A broken note does not hide the others.
func TestBrokenNote(t *testing.T) {
	t.Parallel()
	w := newSealed(t)
	c := w.noted(w.store, "first", "second")
	w.spoil("#0001")
	notes, err := w.store.Notes(w.ctx, c)
	if err != nil || len(notes) != 2 || !notes[0].Unreadable || notes[0].Text != "" || notes[1].Text != "second" {
		t.Fatalf("%+v, %v", notes, err)
	}
}

// sealedPeople are contacts that lists name, with everything that is personal in them.
func sealedPeople(n int) []survey.Contact {
	cs := make([]survey.Contact, n)
	for i := range cs {
		name := fmt.Sprintf("Zoya%02d", i)
		cs[i] = survey.Contact{
			ID: survey.ContactID(fmt.Sprintf("%cbcdefghabcdefgh", 'a'+i)), Audience: survey.Customers,
			Person: survey.Person{Email: strings.ToLower(name) + "@example.com", Name: name + " Zimina", Phone: fmt.Sprintf("+7 999 000-77-%02d", i), Customer: "C-" + name},
			Owner:  "anna", OwnerRaw: "Mrs Arkhipova " + name, Team: "North", Location: "Tver", Product: "Loans", Tier: "A", Language: "ru", Value: "1 200 " + name,
			Attrs: map[string]string{"Wife": "Vera of " + name},
		}
	}
	return cs
}

// secrets are what may stand nowhere of a contact.
func secrets(c survey.Contact) []string {
	return []string{c.Person.Email, c.Person.Name, c.Person.Phone, c.Person.Customer, c.OwnerRaw, c.Value, c.Attrs["Wife"]}
}

// dump is the whole table as text, what is binary as it is.
func (w *sealed) dump() string {
	var b strings.Builder
	for _, it := range w.items("") {
		for name, v := range it {
			switch v := v.(type) {
			case *types.AttributeValueMemberS:
				b.WriteString(name + "=" + v.Value + "\n")
			case *types.AttributeValueMemberB:
				b.WriteString(name + "=" + string(v.Value) + "\n")
			}
		}
	}
	return b.String()
}

func (w *sealed) tells(cs ...survey.Contact) {
	w.t.Helper()
	dump := w.dump()
	for _, c := range cs {
		for _, secret := range secrets(c) {
			if secret != "" && strings.Contains(dump, secret) {
				w.t.Errorf("the table tells %q", secret)
			}
		}
	}
}

// mark is an upload's.
func mark(id string) survey.UploadMark { return survey.UploadMark{Upload: id, Part: 1} }

// A list is taken, taken again, changed, given to another owner and undone, and at no moment does the table tell anything of it.
func TestContactsAreSealed(t *testing.T) {
	t.Parallel()
	w, cs, now := newSealed(t), sealedPeople(4), time.Now()
	upsert := func(upload string, want survey.Upserted) {
		t.Helper()
		u, err := w.store.UpsertContacts(w.ctx, cs, mark(upload), now)
		w.must(err)
		if u.New != want.New || u.Changed != want.Changed || u.Unchanged != want.Unchanged {
			t.Fatalf("%s: %+v, want %+v", upload, u, want)
		}
		w.tells(cs...)
	}
	upsert("first", survey.Upserted{New: 4})
	upsert("second", survey.Upserted{Unchanged: 4})
	was := cs[1]
	cs[1].Person.Name, cs[1].Attrs = "Yelena Yurina", map[string]string{"Wife": "Ulyana"}
	upsert("third", survey.Upserted{Changed: 1, Unchanged: 3})
	w.tells(was)
	w.same(cs...)
	kept, err := w.store.KeptForUndo(w.ctx, []string{"third"}, cs[1].ID)
	w.must(err)
	if !kept["third"].Same(was) {
		t.Fatalf("kept is %+v", kept)
	}
	var done []survey.TakenBack
	for at := new(survey.UndoPlace); at != nil; {
		var some []survey.TakenBack
		some, at, err = w.store.TakeBack(w.ctx, survey.UploadRecord{ID: "third", Audience: survey.Customers}, *at, nil)
		w.must(err)
		done = append(done, some...)
	}
	if len(done) != 1 || done[0].Outcome != survey.Restored {
		t.Fatalf("undone: %+v", done)
	}
	cs[1] = was
	w.same(cs...)
	u, err := w.store.ReassignContacts(w.ctx, survey.Customers, []survey.ContactID{cs[0].ID}, mark("fourth"), now, func(c survey.Contact) survey.Contact {
		c.Owner, c.OwnerRaw = "boris", ""
		return c
	})
	if err != nil || u.Changed != 1 {
		t.Fatal(u, err)
	}
	cs[0].Owner, cs[0].OwnerRaw = "boris", ""
	w.same(cs...)
	w.tells(cs[1:]...)
	upsert("fifth", survey.Upserted{Unchanged: 4})
}

// same says that the contacts are stored as they are given, in every way of reading them.
func (w *sealed) same(cs ...survey.Contact) {
	w.t.Helper()
	found, err := w.store.Contacts(w.ctx, survey.Customers, ids(cs))
	w.must(err)
	written, _, err := w.store.Recipients(w.ctx, survey.Customers, ids(cs))
	w.must(err)
	walked := map[survey.ContactID]survey.Contact{}
	for shard := range survey.ContactShards {
		w.must(w.store.WalkContacts(w.ctx, survey.Customers, shard, func(c survey.Contact, _ survey.SuppressionReason) error {
			walked[c.ID] = c
			return nil
		}))
	}
	for _, c := range cs {
		if !found[c.ID].Same(c) || written[c.ID].Person != c.Person {
			w.t.Errorf("%s is stored as %+v", c.ID, found[c.ID])
		}
		if p := walked[c.ID]; p.Attrs["Wife"] != c.Attrs["Wife"] || p.Person != (survey.Person{}) {
			w.t.Errorf("planning meets %+v", p)
		}
	}
}

func ids(cs []survey.Contact) (all []survey.ContactID) {
	for _, c := range cs {
		all = append(all, c.ID)
	}
	return all
}

// What a contact was worth before a list said otherwise is kept, sealed, whoever writes the contact after that; a list that is undone has said nothing.
func TestFormerValuesAreKept(t *testing.T) {
	t.Parallel()
	w, cs, now := newSealed(t), sealedPeople(3), time.Now().UTC().Truncate(time.Second)
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	list := func(upload string, value string, at time.Time) {
		t.Helper()
		for i := range cs {
			cs[i].Value = value
		}
		_, err := w.store.UpsertContacts(w.ctx, cs, mark(upload), at)
		w.must(err)
	}
	want := func(what string, of int, want ...survey.FormerValue) {
		t.Helper()
		c, err := w.store.Contact(w.ctx, survey.Customers, cs[of].ID)
		if err != nil || !reflect.DeepEqual(c.Former, want) {
			t.Errorf("%s: %+v, want %+v; %v", what, c.Former, want, err)
		}
	}
	list("first", "918273 ₽", day(0))
	list("second", "818273 ₽", day(1))
	w.tells(survey.Contact{Value: "918273"}, survey.Contact{Value: "818273"})
	list("third", "818273 ₽", day(2))
	first := survey.FormerValue{Value: "918273 ₽", Until: day(1)}
	want("two lists", 0, first)
	cs[1].Found.Customer = cs[0].ID // is found otherwise, and nothing else is said
	list("found", "818273 ₽", day(3))
	want("found otherwise", 1, first)
	_, err := w.store.ReassignContacts(w.ctx, survey.Customers, ids(cs[2:]), mark("given"), day(4), func(c survey.Contact) survey.Contact {
		c.Owner = "boris"
		return c
	})
	w.must(err)
	want("given to somebody", 2, first)
	list("wrong", "1 ₽", day(5))
	want("a third value", 0, first, survey.FormerValue{Value: "818273 ₽", Until: day(5)})
	for at := new(survey.UndoPlace); at != nil; {
		_, at, err = w.store.TakeBack(w.ctx, survey.UploadRecord{ID: "wrong", Audience: survey.Customers}, *at, nil)
		w.must(err)
	}
	want("undone", 0, first)
}

// Contacts of an earlier version are read, count as unchanged, and are sealed once they are written; what is kept of them to be undone
// is sealed as well.
func TestPlainContacts(t *testing.T) {
	t.Parallel()
	w, cs, now := newSealed(t), sealedPeople(3), time.Now()
	w.must(w.plain.PutContacts(w.ctx, cs))
	w.same(cs...)
	u, err := w.store.UpsertContacts(w.ctx, cs, mark("first"), now)
	if err != nil || u.Unchanged != 3 {
		t.Fatalf("%+v, %v", u, err)
	}
	was := slices.Clone(cs)
	for i := range cs {
		cs[i].Tier = "B"
	}
	if u, err = w.store.UpsertContacts(w.ctx, cs, mark("second"), now); err != nil || u.Changed != 3 {
		t.Fatalf("%+v, %v", u, err)
	}
	w.tells(cs...)
	w.same(cs...)
	kept, err := w.store.KeptForUndo(w.ctx, []string{"second"}, cs[0].ID)
	if err != nil || !kept["second"].Same(was[0]) {
		t.Fatalf("%+v, %v", kept, err)
	}
}

// A contact whose item was changed past Onetap is among the others, says so, is not written to by whoever has not the whole of it, and
// a list that has it puts it right.
func TestBrokenContact(t *testing.T) {
	t.Parallel()
	w, cs, now := newSealed(t), sealedPeople(3), time.Now()
	w.must(w.store.PutContacts(w.ctx, cs))
	w.spoil(string(cs[1].ID))
	seen := map[survey.ContactID]survey.Contact{}
	for shard := range survey.ContactShards {
		_, err := w.store.SomeContacts(w.ctx, survey.Customers, shard, 10, func(c survey.Contact) { seen[c.ID] = c })
		w.must(err)
	}
	if len(seen) != 3 || !seen[cs[1].ID].Unreadable || seen[cs[0].ID].Unreadable || seen[cs[2].ID].Person.Name != cs[2].Person.Name {
		t.Fatalf("seen are %+v", seen)
	}
	broken, err := w.store.Contact(w.ctx, survey.Customers, cs[1].ID)
	if err != nil || !broken.Unreadable || broken.Team != "North" {
		t.Fatalf("%+v, %v", broken, err)
	}
	if err := w.store.SaveContact(w.ctx, broken, broken.Updated, nil, nil); !apperr.Is(err, "contact_unreadable") {
		t.Fatalf("saved: %v", err)
	}
	u, err := w.store.ReassignContacts(w.ctx, survey.Customers, ids(cs), mark("first"), now, func(c survey.Contact) survey.Contact {
		c.Owner = "boris"
		return c
	})
	if err != nil || u.Changed != 2 || u.Unchanged != 1 {
		t.Fatalf("%+v, %v", u, err)
	}
	cs[1].Tier = "B" // a list that brings something else
	if u, err = w.store.UpsertContacts(w.ctx, cs[1:2], mark("second"), now); err != nil || u.Changed != 1 {
		t.Fatalf("%+v, %v", u, err)
	}
	w.same(cs[1])
}

// What is sealed for one contact does not open for another, and the same data of two contacts look different.
func TestSealsAreBoundToTheirPlace(t *testing.T) {
	t.Parallel()
	w, cs := newSealed(t), sealedPeople(2)
	other := cs[1].ID
	cs[1] = cs[0]
	cs[1].ID = other
	w.must(w.store.PutContacts(w.ctx, cs))
	all := w.items("CONTACTS#")
	if all[0]["digest"].(*types.AttributeValueMemberS).Value == all[1]["digest"].(*types.AttributeValueMemberS).Value {
		t.Error("digests tell that two contacts are one person")
	}
	all[0]["sealed"], all[1]["sealed"] = all[1]["sealed"], all[0]["sealed"]
	for _, it := range all {
		_, err := w.db.PutItem(w.ctx, &dynamodb.PutItemInput{TableName: aws.String(storetest.Table), Item: it})
		w.must(err)
	}
	found, err := w.store.Contacts(w.ctx, survey.Customers, ids(cs))
	if err != nil || !found[cs[0].ID].Unreadable || !found[cs[1].ID].Unreadable {
		t.Fatalf("%+v, %v", found, err)
	}
}

// A function without keys refuses to write what is personal, and to read it.
func TestWithoutKeys(t *testing.T) {
	w, cs := newSealed(t), sealedPeople(1)
	w.must(w.store.PutContacts(w.ctx, cs))
	reads := store.New(w.db, storetest.Table)
	reads.OpenWith(storetest.Sealer(reads).Open, slog.New(slog.DiscardHandler))
	if c, err := reads.Contact(w.ctx, survey.Customers, cs[0].ID); err != nil || !c.Same(cs[0]) {
		t.Fatalf("who may open reads %+v, %v", c, err)
	}
	if err := reads.PutContacts(w.ctx, cs); err == nil {
		t.Error("who may only open has written")
	}
	t.Setenv("TABLE", storetest.Table)
	none, err := store.Open()
	w.must(err)
	if err := none.PutStaff(w.ctx, []survey.Staff{anna}); err == nil || !strings.Contains(err.Error(), "no keys") {
		t.Errorf("who has no keys has written: %v", err)
	}
}
