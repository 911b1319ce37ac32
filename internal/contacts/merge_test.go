package contacts_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/contacts"
	"onetap/internal/survey"
)

// twoRows has Anna in lines 2 and 4, the second time fuller, and Boris in lines 3, 5 and 6, the last time with nothing new.
const twoRows = "email;name;phone;manager;team;city;Договор;VIP\n" +
	"anna@example.ru;Анна;;kim;;Тверь;Д-1;\n" +
	"boris@example.ru;Борис Петров;+7 495 123-45-67;никто;;;;да\n" +
	"Anna@example.ru;Анна Смирнова;+7 916 123-45-67;lee;Запад;Москва;;\n" +
	"boris@example.ru;;;kim;;Пермь;Д-5;\n" +
	"boris@example.ru;;;;;;;да\n"

func contactOf(t *testing.T, l *contacts.Lists, email string) survey.Contact {
	t.Helper()
	c, err := l.Store.Contact(t.Context(), survey.Customers, l.Keys.ContactID(survey.Customers, email))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Of two rows for one person the fuller wins field by field, the other fills what it leaves open, and the report says which line
// gave what; wherever the list is cut into parts, and when a part is taken again.
func TestRowsOfOnePersonAreJoined(t *testing.T) {
	t.Parallel()
	took := func(column string, line int, other bool) contacts.Took {
		return contacts.Took{Column: column, Line: line, Other: other}
	}
	want := []contacts.Merge{
		{Line: 4, First: 2, Taken: []contacts.Took{took("name", 4, true), took("phone", 4, false), took("manager", 4, true), took("city", 4, true), took("Договор", 2, false)}},
		{Line: 5, First: 3, Fewer: true, Taken: []contacts.Took{took("name", 3, false), took("phone", 3, false), took("manager", 3, true), took("city", 5, false), took("VIP", 3, false), took("Договор", 5, false)}},
		{Line: 6, First: 3, Fewer: true, Taken: []contacts.Took{took("name", 3, false), took("phone", 3, false), took("manager", 3, false), took("city", 3, false), took("Договор", 3, false)}},
	}
	// Long lists are read from their first 64 KB on: blank lines at the end make parts of it.
	list := twoRows + strings.Repeat("\n", 64<<10)
	for _, cut := range []int{len(list), 64 << 10, 64<<10 + 1} {
		for _, crash := range []bool{false, true} {
			t.Run(fmt.Sprint(cut, crash), func(t *testing.T) {
				t.Parallel()
				l, _ := newLists(t)
				if crash {
					l.Store = &failing{Store: l.Store}
				}
				u, err := l.Begin(t.Context(), survey.Customers, contacts.Corrections{})
				if err != nil {
					t.Fatal(err)
				}
				for n := 1; (n-1)*cut < len(list); {
					u, _ = l.Store.Upload(t.Context(), u.ID)
					if _, err = l.Take(t.Context(), u, n, []byte(list[(n-1)*cut:min(n*cut, len(list))])); err == nil {
						n++
					} else if !errors.Is(err, errLost) {
						t.Fatal(err)
					}
				}
				u, _ = l.Store.Upload(t.Context(), u.ID)
				done, err := l.Finish(t.Context(), u)
				if err != nil || done.Total.New != 2 || done.Total.Changed+done.Total.Unchanged != 0 || done.Quality.Refused != 0 || done.Quality.Findings[contacts.MergedRows].Count != 3 {
					t.Errorf("%+v, %v", done.Outcome, err)
				}
				checkJoined(t, l)
				u, _ = l.Store.Upload(t.Context(), u.ID)
				merges, err := l.Merged(t.Context(), u, 10)
				for i, m := range merges { // the third row is joined with what the first two came to
					if d := cmp.Diff(want[i], m); d != "" {
						t.Errorf("line %d: %s", m.Line, d)
					}
				}
				if len(merges) != 3 || err != nil {
					t.Errorf("%+v, %v", merges, err)
				}
			})
		}
	}
}

func checkJoined(t *testing.T, l *contacts.Lists) {
	t.Helper()
	anna := contactOf(t, l, "anna@example.ru")
	if p := anna.Person; p.Name != "Анна Смирнова" || p.Phone != "+79161234567" || anna.Location != "Москва" || anna.Attrs["Договор"] != "Д-1" || anna.OwnerRaw != "lee" || anna.Team != "Запад" {
		t.Errorf("Anna: %+v", anna)
	}
	boris := contactOf(t, l, "boris@example.ru")
	if p := boris.Person; p.Name != "Борис Петров" || p.Phone != "+74951234567" || boris.Location != "Пермь" || boris.Attrs["Договор"] != "Д-5" || boris.Attrs["VIP"] != "да" {
		t.Errorf("Boris: %+v", boris)
	}
}

// The same person in parts of their own: what an earlier part has written is joined with what comes later.
func TestRowsOfOnePersonInTwoParts(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	if err := s.ChangeStaff(t.Context(), func([]survey.Staff) ([]survey.Staff, error) {
		return []survey.Staff{{ID: "kim", Email: "m.kim@example.ru", Name: "Мария Ким", Team: "Север", Role: survey.RoleOwner}, {ID: "lee", Email: "lee@example.com", Name: "Ann Lee", Team: "East", Role: survey.RoleOwner}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	filler := strings.Repeat("\n", 70<<10)
	parts := []string{
		"email;name;phone;manager;VIP\nanna@example.ru;Анна;;никто;\nboris@example.ru;Борис;;lee;да\n" + filler,
		"anna@example.ru;;+7 916 123-45-67;kim;\nboris@example.ru;Борис Петров;+7 495 123-45-67;kim;\n" + filler,
		"anna@example.ru;;;;да\n",
	}
	u, err := l.Begin(t.Context(), survey.Customers, contacts.Corrections{})
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range parts {
		if u, err = s.Upload(t.Context(), u.ID); err == nil {
			_, err = l.Take(t.Context(), u, i+1, []byte(part))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	u, _ = s.Upload(t.Context(), u.ID)
	done, err := l.Finish(t.Context(), u)
	if err != nil || done.Total != (survey.Upserted{New: 2}) {
		t.Errorf("%+v, %v", done.Total, err)
	}
	anna, boris := contactOf(t, l, "anna@example.ru"), contactOf(t, l, "boris@example.ru")
	if anna.Person.Name != "Анна" || anna.Person.Phone != "+79161234567" || anna.Owner != "kim" || anna.Team != "Север" || anna.Attrs["VIP"] != "да" {
		t.Errorf("Anna: %+v", anna)
	}
	if boris.Person.Name != "Борис" || boris.Person.Phone != "+74951234567" || boris.Owner != "lee" || boris.Team != "East" || boris.Attrs["VIP"] != "да" {
		t.Errorf("Boris: %+v", boris) // both rows say as much: the first one wins, and keeps owner and team together
	}
}

var errLost = errors.New("the record is lost")

// failing is a store that loses each part once after its contacts are written.
type failing struct {
	contacts.Store
	lost map[int]bool
}

func (f *failing) TakePart(ctx context.Context, u survey.Upload, p survey.UploadPart, ids []survey.SeenContact, line *survey.UploadRecord) (survey.Upload, error) {
	if f.lost == nil {
		f.lost = map[int]bool{}
	}
	if !f.lost[u.Next] && !u.Finished {
		f.lost[u.Next] = true
		return u, errLost
	}
	return f.Store.TakePart(ctx, u, p, ids, line)
}

// A list with rows of one person in several parts, taken again, has changed nobody: what a first row takes away a later one gives
// back, and neither is told as a change or a loss.
func TestRowsInSeveralPartsTakenAgain(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	filler := strings.Repeat("\n", 70<<10)
	parts := []string{
		"email;name;phone;город\nanna@example.ru;Анна;+7 916 123-45-67;\nboris@example.ru;Борис;;\nvera@example.ru;Вера;;\n" + filler,
		"anna@example.ru;;;Пермь\nboris@example.ru;Борис Петров;+7 495 123-45-67;Омск\n" + filler,
		"anna@example.ru;;;\nvera@example.ru;Вера;;Тула\n",
	}
	take := func(parts []string) survey.Upserted {
		t.Helper()
		u, err := l.Begin(t.Context(), survey.Customers, contacts.Corrections{Confirmed: true})
		for i, part := range parts {
			if err == nil {
				_, err = l.Take(t.Context(), u, i+1, []byte(part))
			}
			if err == nil {
				u, err = s.Upload(t.Context(), u.ID)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		done, err := l.Finish(t.Context(), u)
		if err != nil {
			t.Fatal(err)
		}
		return done.Total
	}
	if got := take(parts); got != (survey.Upserted{New: 3}) {
		t.Errorf("at first: %+v", got)
	}
	before := everybody(t, s)
	for range 2 {
		if got := take(parts); got != (survey.Upserted{Unchanged: 3}) || everybody(t, s) != before {
			t.Errorf("again: %+v, %s", got, everybody(t, s))
		}
	}
	parts[2] = "anna@example.ru;;;\nvera@example.ru;Вера;;Тверь\n"
	if got := take(parts); got != (survey.Upserted{Changed: 1, Unchanged: 2}) {
		t.Errorf("with another city: %+v", got)
	}
}
