package contacts_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

var _ contacts.Store = (*store.Store)(nil)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// newLists returns lists over an empty table of the laptop.
func newLists(t testing.TB) (*contacts.Lists, *store.Store) {
	t.Helper()
	s, _ := storetest.Open(t, dynamo.Options{})
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	return &contacts.Lists{Store: s, Keys: k, Now: func() time.Time { return noon }}, s
}

// An upload that an earlier release began goes on where it was. The file is the state as release 1's first part left it: three
// people, three of them twice, and the beginning of a line.
func TestUploadOfAnEarlierRelease(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	state, err := os.ReadFile("testdata/upload_state.json")
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.CreateUpload(t.Context(), survey.Upload{ID: "earlier", Audience: survey.Customers, Created: noon, Next: 2, State: state, Seen: []int{0}})
	if err != nil {
		t.Fatal(err)
	}
	so, err := contacts.Progress(u)
	if err != nil || so.Total.New != 1 || so.Quality.Refused != 5 || len(so.Columns) != 5 || so.Columns[4].Segment != survey.UseShared {
		t.Fatalf("%+v, %v", so, err)
	}
	part, err := l.Take(t.Context(), u, 2, []byte("mple.ru;anna;;Север\r\n"))
	if err != nil || part.New != 1 || part.Total.New != 2 || part.Quality.Refused != 5 {
		t.Errorf("%+v, %v", part, err)
	}
	if _, ok, err := l.ByAddress(t.Context(), authz.Who{Token: "test"}, "vera@example.ru", ""); !ok || err != nil {
		t.Errorf("the line that was cut is not there: %v", err)
	}
}

// A part is taken once, whatever is sent again, and in its order.
func TestPartsInOrder(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	begun, err := l.Begin(t.Context(), survey.Customers, contacts.Corrections{})
	if err != nil {
		t.Fatal(err)
	}
	now := func() survey.Upload {
		u, err := s.Upload(t.Context(), begun.ID)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	refused := func(what string, err error, code string) {
		t.Helper()
		if !apperr.Is(err, code) {
			t.Errorf("%s: %v, want %s", what, err, code)
		}
	}
	_, err = l.Finish(t.Context(), begun)
	refused("nothing was sent", err, "import_nothing_sent")
	_, err = l.Take(t.Context(), begun, 2, []byte("x"))
	refused("a part too early", err, "part_expected")
	_, err = l.Take(t.Context(), begun, 1, nil)
	refused("no bytes", err, "part_empty")

	list := []byte("email;name\nanna@example.ru;Anna\nnobody;Bo\n")
	first, err := l.Take(t.Context(), begun, 1, list)
	if err != nil {
		t.Fatal(err)
	}
	for what, u := range map[string]survey.Upload{"as it is": now(), "as it was read before": begun} {
		again, err := l.Take(t.Context(), u, 1, list)
		if diff := cmp.Diff(first, again); err != nil || diff != "" {
			t.Errorf("sent again, %s: %v\n%s", what, err, diff)
		}
		_, err = l.Take(t.Context(), u, 1, []byte("email\nbo@example.ru\n"))
		refused("another part 1, "+what, err, "part_differs")
	}
	before := now()
	done, err := l.Finish(t.Context(), before)
	if err != nil || done.Number != 2 || !done.Finished || done.Total.New != 1 || done.Quality.Refused != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	again, err := l.Finish(t.Context(), now())
	if diff := cmp.Diff(done, again); err != nil || diff != "" {
		t.Errorf("finished again: %v\n%s", err, diff)
	}
	again, err = l.Finish(t.Context(), before) // by a call that had read the upload before the first one ended
	if diff := cmp.Diff(done, again); err != nil || diff != "" {
		t.Errorf("finished twice at once: %v\n%s", err, diff)
	}
	_, err = l.Take(t.Context(), now(), 3, list)
	refused("a part after the end", err, "import_finished")
	rows, err := l.Refused(t.Context(), now(), 10)
	if err != nil || len(rows) != 1 || rows[0].Line != 3 {
		t.Errorf("refused rows: %+v, %v", rows, err)
	}
}

// A request that has no time left says so while it still can answer.
func TestPartOutOfTime(t *testing.T) {
	t.Parallel()
	l, _ := newLists(t)
	u, err := l.Begin(t.Context(), survey.Customers, contacts.Corrections{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), contacts.Spare/2)
	defer cancel()
	list := []byte("email\nanna@example.ru\n" + strings.Repeat("\n", 70_000))
	if _, err = l.Take(ctx, u, 1, list); !apperr.Is(err, "part_unfinished") || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Errorf("a part: %v", err)
	}
	if _, err = l.TakeAtOnce(ctx, survey.Customers, contacts.Corrections{}, list); !apperr.Is(err, "list_unfinished") || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Errorf("a whole list: %v", err)
	}
}

// Contacts are found by whoever may see them, and stopped in every audience.
func TestFindCountStop(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	staff := []survey.Staff{{ID: "anna", Email: "anna@example.com", Role: survey.RoleOwner}, {ID: "bo", Email: "bo@example.com", Role: survey.RoleOwner}}
	if err := s.PutStaff(t.Context(), staff); err != nil {
		t.Fatal(err)
	}
	list := []byte("email;name;owner;city\nlee@example.ru;Ann Lee;anna;Пермь\nray@example.ru;Bo Ray;bo;Омск\nkim@example.ru;Kim;anna;Омск\n")
	for _, a := range []survey.Audience{survey.Customers, survey.Candidates} {
		if out, err := l.TakeAtOnce(t.Context(), a, contacts.Corrections{}, list); err != nil || out.New != 3 {
			t.Fatalf("%+v, %v", out, err)
		}
	}
	anna, marketing := authz.Who{Staff: staff[0]}, authz.Who{Staff: survey.Staff{ID: "m", Role: survey.RoleMarketing}}

	c, ok, err := l.ByAddress(t.Context(), marketing, "ray@example.ru", "")
	if err != nil || !ok || c.Audience != survey.Customers || c.Person.Name != "Bo Ray" {
		t.Errorf("by address: %+v %v %v", c, ok, err)
	}
	if _, ok, err := l.ByAddress(t.Context(), anna, "ray@example.ru", ""); ok || err != nil {
		t.Errorf("somebody else's contact is found: %v", err)
	}
	if _, _, err := l.Contact(t.Context(), anna, c.Audience, c.ID); !apperr.Is(err, "not_yours") {
		t.Errorf("somebody else's contact: %v", err)
	}
	if _, _, err := l.Contact(t.Context(), marketing, "nobody", c.ID); !apperr.Is(err, "contact_unknown") {
		t.Errorf("no audience: %v", err)
	}
	for text, want := range map[string]int{"": 2, "ann": 1, "ОМСК": 1, "nobody": 0} {
		hits, err := l.Search(t.Context(), anna, contacts.Search{Audience: survey.Customers, Text: text, Patient: true})
		if err != nil || len(hits.Contacts) != want || hits.Looked != 3 || hits.Next != nil {
			t.Errorf("%q: %+v, %v", text, hits, err)
		}
	}

	if _, err := l.Stop(t.Context(), "ray@example.ru", survey.Bounced); !apperr.Is(err, "reason_choice") {
		t.Errorf("a bounce by hand: %v", err)
	}
	if ids, err := l.Stop(t.Context(), "ray@example.ru", survey.Unsubscribed); err != nil || len(ids) != len(survey.Audiences) {
		t.Fatalf("%v, %v", ids, err)
	}
	for _, a := range []survey.Audience{survey.Customers, survey.Candidates} {
		n, next, err := l.Count(t.Context(), a, survey.Filter{Locations: []string{"Омск"}}, survey.Cursor{})
		want := contacts.Count{Contacts: 3, Fit: 2, Stopped: map[survey.SuppressionReason]int{survey.Unsubscribed: 1}}
		if diff := cmp.Diff(want, n); err != nil || diff != "" || next != nil {
			t.Errorf("%s: %v\n%s", a, err, diff)
		}
	}
}

// What somebody says of a column stays, and is read with the columns that the contacts have.
func TestWhatColumnsAreFor(t *testing.T) {
	t.Parallel()
	l, _ := newLists(t)
	list := []byte("email;city;Industry\n" + "a@example.ru;Пермь;Trade\nb@example.ru;Омск;Trade\nc@example.ru;Омск;Steel\n")
	if _, err := l.TakeAtOnce(t.Context(), survey.Customers, contacts.Corrections{}, list); err != nil {
		t.Fatal(err)
	}
	industry := survey.DimensionAttribute("Industry")
	for columns, code := range map[*map[string]survey.DimensionUse]string{
		{"nothing": survey.UseNone}: "column_unknown", {industry: "?"}: "segment_choice", {industry: survey.UsePersonal}: "",
	} {
		if err := l.SayColumns(t.Context(), survey.Customers, *columns); code == "" && err != nil || code != "" && !apperr.Is(err, code) {
			t.Errorf("%v: %v, want %s", *columns, err, code)
		}
	}
	got, err := l.Columns(t.Context(), survey.Customers)
	got = slices.DeleteFunc(got, func(c contacts.ColumnUse) bool { return c.Dimension == survey.DimensionAttribute("email") })
	want := []contacts.ColumnUse{
		{Dimension: industry, Use: survey.UsePersonal, Chosen: true, Examples: []string{"Trade", "Steel"}},
		{Dimension: survey.DimensionLocation, Use: survey.UseShared, Examples: []string{"Омск", "Пермь"}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}
