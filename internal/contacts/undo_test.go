package contacts_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

var (
	klimova = authz.Who{Staff: survey.Staff{ID: "klimova", Role: survey.RoleMarketing}}
	sent    = contacts.SentBy(klimova, "march.csv")
)

// with are corrections that only say who sends, and what is said yes to.
func with(confirmed bool) contacts.Corrections {
	return contacts.Corrections{Confirmed: confirmed, Sent: sent}
}

const march = "email;name;phone;owner;team\nlee@example.ru;Ann Lee;+7 495 123-45-67;anna;Север\nray@example.ru;Bo Ray;+7 495 123-45-68;anna;Север\nkim@example.ru;Kim;;;\n"

// marchTaken is a table with the list of March in it.
func marchTaken(t *testing.T) *contacts.Lists {
	t.Helper()
	l, s := newLists(t)
	if err := s.PutStaff(t.Context(), []survey.Staff{{ID: "anna", Email: "anna@example.com", Name: "Anna", Role: survey.RoleOwner}}); err != nil {
		t.Fatal(err)
	}
	if out, err := l.TakeAtOnce(t.Context(), survey.Customers, with(false), []byte(march)); err != nil || out.New != 3 {
		t.Fatalf("%+v, %v", out, err)
	}
	return l
}

// all reads every customer by address, without times.
func all(t *testing.T, l *contacts.Lists) map[string]survey.Contact {
	t.Helper()
	hits, err := l.Search(t.Context(), authz.Who{Token: "test"}, contacts.Search{Audience: survey.Customers})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]survey.Contact{}
	for _, h := range hits.Contacts {
		h.Contact.Created, h.Contact.Updated = time.Time{}, time.Time{}
		found[h.Contact.Person.Email] = h.Contact
	}
	return found
}

// latest is the newest upload of the history.
func latest(t *testing.T, l *contacts.Lists) survey.UploadRecord {
	t.Helper()
	uploads, _, err := l.History(t.Context(), "")
	if err != nil || len(uploads) == 0 {
		t.Fatalf("%d uploads, %v", len(uploads), err)
	}
	return uploads[0]
}

// A list that takes an owner, a team or a phone away is refused until somebody says yes, with nothing written; what it would do
// can be looked at before.
func TestLossesAreAskedAbout(t *testing.T) {
	t.Parallel()
	l := marchTaken(t)
	before := all(t, l)
	const april = "email;name;phone;owner;team\nlee@example.ru;Ann Lee;;;\nray@example.ru;Bo Ray;+7 495 123-45-68;anna;\nnew@example.ru;New;;;\nkim@example.ru;Kim;;;\n"
	look, err := l.LookAt(t.Context(), survey.Customers, with(false), []byte(april))
	want := survey.Upserted{New: 1, Changed: 2, Unchanged: 1, Lost: survey.Losses{Owner: 1, Team: 2, Phone: 1}}
	if err != nil || look.Upserted != want || look.Total != want || !look.Look {
		t.Fatalf("%+v, %v", look, err)
	}
	losers := []contacts.Loser{
		{Line: 2, Contact: before["lee@example.ru"].ID, Lost: survey.Losses{Owner: 1, Team: 1, Phone: 1}},
		{Line: 3, Contact: before["ray@example.ru"].ID, Lost: survey.Losses{Team: 1}},
	}
	if diff := cmp.Diff(losers, look.Ahead.Losers); diff != "" {
		t.Error(diff)
	}
	refused := func(what string, err error) {
		t.Helper()
		p := apperr.As(err)
		if p == nil || p.Code != "import_loses" || p.With["Owner"] != 1 || p.With["Team"] != 2 || p.With["Phone"] != 1 {
			t.Errorf("%s: %v", what, err)
		}
		if diff := cmp.Diff(before, all(t, l)); diff != "" {
			t.Errorf("%s has written: %s", what, diff)
		}
	}
	_, err = l.TakeAtOnce(t.Context(), survey.Customers, with(false), []byte(april))
	refused("at once", err)
	_, err = l.TakeWhole(t.Context(), survey.Customers, with(false), []byte(april))
	refused("whole", err)
	u, err := l.Begin(t.Context(), survey.Customers, with(false))
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Take(t.Context(), u, 1, []byte(april+strings.Repeat("\n", 70_000))) // the first rows come with the first 64 KB
	refused("in parts", err)

	l.Now = func() time.Time { return noon.Add(time.Hour) }
	if out, err := l.TakeAtOnce(t.Context(), survey.Customers, with(true), []byte(april)); err != nil || out.Upserted != want {
		t.Errorf("confirmed: %+v, %v", out.Upserted, err)
	}
	if u := latest(t, l); u.Upserted != want || u.By != "klimova" || u.File != "march.csv" || u.State != survey.UploadTaken {
		t.Errorf("in the history: %+v", u)
	}
}

// Undone, everything is again as it was before the upload, whoever the upload made is gone, and undoing again changes nothing.
func TestUndo(t *testing.T) {
	t.Parallel()
	l := marchTaken(t)
	before := all(t, l)
	const april = "email;name;phone;owner;team\nlee@example.ru;Ann Lee;;;\nray@example.ru;Bo Ray;+7 495 123-45-68;anna;Юг\nnew@example.ru;New;;;\nkim@example.ru;Kim;;;\n"
	l.Now = func() time.Time { return noon.Add(time.Hour) }
	if _, err := l.TakeWhole(t.Context(), survey.Customers, with(true), []byte(april)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, all(t, l)); diff == "" {
		t.Fatal("the upload has changed nothing")
	}
	id := latest(t, l).ID
	for range 2 {
		u, err := l.Undo(t.Context(), klimova, id)
		if err != nil || u.State != survey.UploadUndone || u.Undo.Restored != 2 || u.Undo.Removed != 1 || u.Undo.Changed+u.Undo.Used != 0 || u.Undo.By != "klimova" {
			t.Fatalf("%+v, %v", u, err)
		}
		if diff := cmp.Diff(before, all(t, l)); diff != "" {
			t.Errorf("undone: %s", diff)
		}
	}
	// The list can be taken again, and the first one undone after that, newest first.
	if out, err := l.TakeAtOnce(t.Context(), survey.Customers, with(true), []byte(april)); err != nil || out.New != 1 || out.Changed != 2 {
		t.Fatalf("again: %+v, %v", out.Upserted, err)
	}
	uploads, _, err := l.History(t.Context(), "")
	if err != nil || len(uploads) != 3 {
		t.Fatalf("%+v, %v", uploads, err)
	}
	var first string
	for _, u := range uploads {
		switch {
		case u.State == survey.UploadTaken && u.New == 3:
			first = u.ID
		case u.State == survey.UploadTaken:
			if _, err := l.Undo(t.Context(), klimova, u.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if u, err := l.Undo(t.Context(), klimova, first); err != nil || u.Undo.Removed != 3 || len(all(t, l)) != 0 {
		t.Errorf("the first: %+v, %v; %d are left", u, err, len(all(t, l)))
	}
}

// Who was changed after the upload, or asked in a campaign, is left alone, and counted.
func TestUndoLeavesWhatWasUsedSince(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	if _, err := l.TakeAtOnce(t.Context(), survey.Customers, with(false), []byte("email;city\nlee@example.ru;Омск\nray@example.ru;Омск\nkim@example.ru;Омск\n")); err != nil {
		t.Fatal(err)
	}
	const second = "email;city\nlee@example.ru;Пермь\nray@example.ru;Пермь\nkim@example.ru;Пермь\nasked@example.ru;Пермь\nleft@example.ru;Пермь\nedited@example.ru;Пермь\n"
	if _, err := l.TakeAtOnce(t.Context(), survey.Customers, with(false), []byte(second)); err != nil {
		t.Fatal(err)
	}
	uploads, _, err := l.History(t.Context(), "")
	i := slices.IndexFunc(uploads, func(u survey.UploadRecord) bool { return u.Changed == 3 })
	if err != nil || i < 0 {
		t.Fatalf("%+v, %v", uploads, err)
	}
	id := uploads[i].ID
	// Since then: Lee moved on by a list, Ray and Edited by hand, Kim stayed, Asked got a letter.
	if _, err := l.TakeAtOnce(t.Context(), survey.Customers, with(false), []byte("email;city\nlee@example.ru;Тверь\n")); err != nil {
		t.Fatal(err)
	}
	now := all(t, l)
	for _, email := range []string{"ray@example.ru", "edited@example.ru"} {
		c := now[email]
		c.Location = "Самара"
		if err := s.PutContacts(t.Context(), []survey.Contact{c}); err != nil {
			t.Fatal(err)
		}
	}
	c := survey.Campaign{ID: "abcdefgh", Audience: survey.Customers, State: survey.Open, Language: "en", Created: noon, Launched: noon}
	if err := s.CreateCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	asked := survey.Invitation{Campaign: c.ID, Contact: now["asked@example.ru"].ID, Audience: survey.Customers, State: survey.InvitationSent, At: noon}
	if err := s.AddInvitations(t.Context(), []survey.Invitation{asked}, func() bool { return true }); err != nil {
		t.Fatal(err)
	}
	u, err := l.Undo(t.Context(), klimova, id)
	if err != nil || u.State != survey.UploadUndone || u.Undo.Restored != 1 || u.Undo.Removed != 1 || u.Undo.Changed != 3 || u.Undo.Used != 1 {
		t.Fatalf("%+v, %v", u.Undo, err)
	}
	if want := []string{string(asked.Contact)}; !slices.Equal(u.Undo.UsedOnes, want) || len(u.Undo.ChangedOnes) != 3 {
		t.Errorf("named: %v and %v", u.Undo.UsedOnes, u.Undo.ChangedOnes)
	}
	got := map[string]string{}
	for email, c := range all(t, l) {
		got[email] = c.Location
	}
	want := map[string]string{"lee@example.ru": "Тверь", "ray@example.ru": "Самара", "kim@example.ru": "Омск", "asked@example.ru": "Пермь", "edited@example.ru": "Самара"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Once the list after it is undone, undoing this one again reaches Lee, too.
	uploads, _, err = l.History(t.Context(), "")
	i = slices.IndexFunc(uploads, func(u survey.UploadRecord) bool { return u.Changed == 1 })
	if err != nil || i < 0 {
		t.Fatalf("%+v, %v", uploads, err)
	}
	if _, err := l.Undo(t.Context(), klimova, uploads[i].ID); err != nil {
		t.Fatal(err)
	}
	if u, err = l.Undo(t.Context(), klimova, id); err != nil || u.Undo.Restored != 2 || u.Undo.Changed != 2 || all(t, l)["lee@example.ru"].Location != "Омск" {
		t.Errorf("again: %+v, %v", u.Undo, err)
	}
}

// After 30 days, and once a list is being undone, nothing is taken any more, each on its side.
func TestUndoInTime(t *testing.T) {
	t.Parallel()
	l := marchTaken(t)
	id := latest(t, l).ID
	l.Now = func() time.Time { return noon.Add(survey.UndoFor) }
	if _, err := l.Undo(t.Context(), klimova, id); !apperr.Is(err, "undo_too_late") {
		t.Errorf("after 30 days: %v", err)
	}
	l.Now = func() time.Time { return noon.Add(survey.UndoFor - time.Minute) }
	u, err := l.Begin(t.Context(), survey.Customers, with(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Take(t.Context(), u, 1, []byte("email;city\nlee@example.ru;Пермь\nnew@example.ru;Пермь\n"+strings.Repeat("\n", 70_000))); err != nil {
		t.Fatal(err)
	}
	if r, err := l.Undo(t.Context(), klimova, u.ID); err != nil || r.State != survey.UploadUndoing || r.Undo.Restored+r.Undo.Removed != 0 {
		t.Errorf("a part may be under way still: %+v, %v", r, err)
	}
	if u, err = l.Store.Upload(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	for _, next := range []func() error{
		func() error { _, err := l.Take(t.Context(), u, 2, []byte("x@example.ru;Омск\n")); return err },
		func() error { _, err := l.Finish(t.Context(), u); return err },
	} {
		if err := next(); !apperr.Is(err, "import_undone") {
			t.Errorf("a part of what is being undone: %v", err)
		}
	}
	l.Now = func() time.Time { return noon.Add(survey.UndoFor) }
	if r, err := l.Undo(t.Context(), klimova, u.ID); err != nil || r.State != survey.UploadUndone || r.Undo.Restored != 1 || r.Undo.Removed != 1 {
		t.Errorf("a minute later: %+v, %v", r, err)
	}
	if _, err := l.Undo(t.Context(), klimova, "nothing"); !apperr.Is(err, "upload_unknown") {
		t.Errorf("no upload: %v", err)
	}
}

// Undoing that dies at any of its calls is gone on with, and comes to the same. What an upload that died has written is undone, too.
func TestUndoAfterEveryFault(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	left := -1
	fault := func() bool {
		mu.Lock()
		defer mu.Unlock()
		left--
		return left == 0
	}
	s, _ := storetest.Open(t, dynamo.Options{After: func(dynamo.Call) error { // done, and nobody hears of it
		if fault() {
			return errors.New("the reply is lost")
		}
		return nil
	}})
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	l := &contacts.Lists{Store: s, Keys: k, Now: func() time.Time { return noon }}
	list := func(city string, n int) []byte {
		var b strings.Builder
		b.WriteString("email;city\n")
		for i := range n {
			fmt.Fprintf(&b, "c%d@example.ru;%s\n", i, city)
		}
		return []byte(b.String())
	}
	if _, err := l.TakeAtOnce(t.Context(), survey.Customers, with(false), list("Омск", 30)); err != nil {
		t.Fatal(err)
	}
	before := all(t, l)
	for n := 1; ; n++ {
		mu.Lock()
		left = n
		mu.Unlock()
		u, err := l.Begin(t.Context(), survey.Customers, with(true))
		if err == nil {
			_, err = l.Take(t.Context(), u, 1, list(fmt.Sprint("Пермь ", n), 40))
		}
		died := err != nil
		for try := 0; u.ID != ""; try++ {
			r, err := l.Undo(t.Context(), klimova, u.ID)
			if apperr.Is(err, "upload_unknown") { // it died before it wrote anything
				break
			}
			if err == nil && r.State == survey.UploadUndone {
				if !died && (r.Undo.Restored != 30 || r.Undo.Removed != 10) || r.Undo.Changed > 0 {
					t.Errorf("fault %d: %+v", n, r.Undo)
				}
				break
			}
			if try > 5 {
				t.Fatalf("fault %d: not undone: %+v, %v", n, r, err)
			}
			now := l.Now().Add(2 * time.Minute)
			l.Now = func() time.Time { return now }
		}
		mu.Lock()
		over := left > 0
		left = -1
		mu.Unlock()
		if diff := cmp.Diff(before, all(t, l)); diff != "" {
			t.Fatalf("fault %d: %s", n, diff)
		}
		if over {
			break
		}
	}
}

// A name that two of the staff have is asked about, before anything is written, and the answer is kept to.
func TestNamesakesAreAskedAbout(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	two := []survey.Staff{{ID: "p1", Email: "p1@example.com", Name: "Анна Петрова", Team: "Юг"}, {ID: "p2", Email: "p2@example.com", Name: "Петрова Анна"}}
	if err := s.PutStaff(t.Context(), two); err != nil {
		t.Fatal(err)
	}
	list := []byte("email;owner\nlee@example.ru;Анна Петрова\nray@example.ru;ПЕТРОВА  анна\nkim@example.ru;p1@example.com\n")
	look, err := l.LookAt(t.Context(), survey.Customers, with(false), list)
	asks := look.Ahead.Asks
	if err != nil || len(asks) != 1 || asks[0].Name != "Анна Петрова" || asks[0].Count != 2 || asks[0].Line != 2 {
		t.Fatalf("%+v, %v", look.Ahead, err)
	}
	slices.Sort(asks[0].Staff)
	if !slices.Equal(asks[0].Staff, []string{"p1", "p2"}) {
		t.Errorf("%+v", asks)
	}
	for _, confirmed := range []bool{false, true} {
		if _, err := l.TakeAtOnce(t.Context(), survey.Customers, with(confirmed), list); !apperr.Is(err, "owner_ambiguous") || len(all(t, l)) > 0 {
			t.Errorf("not said who: %v", err)
		}
	}
	for _, c := range []struct{ said, owner, team string }{{"", "", ""}, {"P2", "p2", ""}, {"p1", "p1", "Юг"}} {
		said := with(true)
		said.Owners = map[string]string{"петрова анна": c.said}
		if _, err := l.TakeAtOnce(t.Context(), survey.Customers, said, list); err != nil {
			t.Fatal(err)
		}
		for email, want := range map[string]string{"lee@example.ru": c.owner, "ray@example.ru": c.owner, "kim@example.ru": "p1"} {
			if got := all(t, l)[email]; got.Owner != want || want == "p2" && got.Team != "" {
				t.Errorf("said %q: %s has %q of %q", c.said, email, got.Owner, got.Team)
			}
		}
	}
	said := with(true)
	said.Owners = map[string]string{"Анна Петрова": "somebody"}
	if _, err := l.TakeAtOnce(t.Context(), survey.Customers, said, list); !apperr.Is(err, "owner_ambiguous") {
		t.Errorf("somebody of another name: %v", err)
	}
}

// What undoing needs costs nothing where nothing changes, and a unit of each kind for a contact that does.
func TestWhatKeepingForUndoCosts(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var writes, reads float64
	s, _ := storetest.Open(t, dynamo.Options{Meter: func(_ dynamo.Call, u dynamo.Consumed) {
		mu.Lock()
		defer mu.Unlock()
		writes, reads = writes+u.WriteUnits, reads+u.ReadUnits
	}})
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	l := &contacts.Lists{Store: s, Keys: k, Now: func() time.Time { return noon }}
	const n = 1000
	list := func(city string) []byte {
		var b strings.Builder
		b.WriteString("email;city\n")
		for i := range n {
			fmt.Fprintf(&b, "c%d@example.ru;%s\n", i, city)
		}
		return []byte(b.String())
	}
	for _, c := range []struct {
		what, city  string
		least, most float64 // write units
		mostReads   float64
	}{{"new", "Омск", n, 1.05 * n, 4.6 * n}, {"unchanged", "Омск", 0, 0, 1.6 * n}, {"changed", "Пермь", 2 * n, 2.02 * n, 6.1 * n}} {
		mu.Lock()
		writes, reads = 0, 0
		mu.Unlock()
		if _, err := l.TakeAtOnce(t.Context(), survey.Customers, with(false), list(c.city)); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %.3f write units and %.3f read units a contact", c.what, writes/n, reads/n)
		if writes < c.least || writes > c.most || reads > c.mostReads {
			t.Errorf("%s: %v write units, %v read units", c.what, writes, reads)
		}
	}
}
