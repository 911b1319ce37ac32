package contacts_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"onetap/internal/contacts"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// interrupted is a table on which something happens right before one of the calls of an upload.
type interrupted struct {
	contacts.Store
	calls, at int
	then      func()
}

func (i *interrupted) call() {
	if i.calls++; i.calls == i.at {
		i.then()
	}
}

func (i *interrupted) Stored(ctx context.Context, cs []survey.Contact, by survey.UploadMark, glance bool) (map[survey.ContactID]survey.Likeness, error) {
	i.call()
	return i.Store.Stored(ctx, cs, by, glance)
}

func (i *interrupted) Identified(ctx context.Context, a survey.Audience, ids []survey.Identifier, glance bool) (map[survey.Identifier]survey.Identified, error) {
	i.call()
	return i.Store.Identified(ctx, a, ids, glance)
}

func (i *interrupted) Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error) {
	i.call()
	return i.Store.Contacts(ctx, a, ids)
}

func (i *interrupted) Identify(ctx context.Context, a survey.Audience, claims []survey.Claim) error {
	i.call()
	return i.Store.Identify(ctx, a, claims)
}

func (i *interrupted) MoveAddress(ctx context.Context, m survey.AddressMove, save *survey.ContactSave) (survey.SuppressionReason, error) {
	i.call()
	return i.Store.MoveAddress(ctx, m, save)
}

func (i *interrupted) UpsertContacts(ctx context.Context, cs []survey.Contact, by survey.UploadMark, now time.Time) (survey.Upserted, error) {
	i.call()
	return i.Store.UpsertContacts(ctx, cs, by, now)
}

// oneRow is a list of one row, "customer;address;telephone;name", that has only the columns which it fills.
func oneRow(row string) string {
	var head, cells []string
	for i, cell := range strings.Split(row, ";") {
		if cell != "" {
			head, cells = append(head, []string{"код клиента", "email", "телефон", "имя"}[i]), append(cells, cell)
		}
	}
	return strings.Join(head, ";") + "\n" + strings.Join(cells, ";") + "\n"
}

// Two uploads of one person at the same time, under identifiers of which they share one, make one contact, whatever call of the
// one the other comes between: what came of it is one of what the two make one after the other.
func TestUploadsAtTheSameTimeMakeOneContact(t *testing.T) {
	t.Parallel()
	for n, c := range []struct{ before, one, other string }{
		{"", "17;anna@example.ru;;Анна", "17;;+79161234567;Анна"},
		{"", "17;anna@example.ru;;Анна", "17;boris@example.ru;;Анна"},
		{"", ";;+79161234567;Анна", "18;;+79161234567;Анна"},
		{"", ";;+79161234567;Анна", ";anna@example.ru;+79161234567;Анна"},
		{"", ";anna@example.ru;+79161234567;Анна", ";boris@example.ru;+79161234567;Борис"},
		{"", "17;anna@example.ru;+79161234567;Анна", "18;boris@example.ru;+79161234567;Борис"},
		{"18;;;Вера", "18;;+79161234567;Вера", ";;+79161234567;Вера"},
		{";anna@example.ru;;Анна", "17;anna@example.ru;;Анна", "17;;+79161234567;Анна"},
	} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			before := func() (*contacts.Lists, *store.Store) {
				l, s := newLists(t)
				if c.before != "" {
					tookAs(t, l, oneRow(c.before))
				}
				return l, s
			}
			inOrder := func(rows ...string) string {
				l, s := before()
				for _, row := range rows {
					tookAs(t, l, oneRow(row))
				}
				return everybody(t, s)
			}
			either := []string{inOrder(c.one, c.other), inOrder(c.other, c.one)}
			for _, pair := range [][2]string{{c.one, c.other}, {c.other, c.one}} {
				for at := 1; ; at++ {
					l, s := before()
					slow := *l
					calls := &interrupted{Store: l.Store, at: at, then: func() { tookAs(t, l, oneRow(pair[1])) }}
					slow.Store = calls
					tookAs(t, &slow, oneRow(pair[0]))
					if calls.calls < at {
						break
					}
					what := fmt.Sprintf("%q, and before call %d %q", pair[0], at, pair[1])
					if got := everybody(t, s); got != either[0] && got != either[1] {
						t.Errorf("%s: %s\none after the other: %s\nor                 : %s", what, got, either[0], either[1])
					}
					foundByAll(t, l, s, what)
				}
			}
		})
	}
}

// foundByAll holds that a list with nothing but its customer id finds each contact that has one.
func foundByAll(t *testing.T, l *contacts.Lists, s *store.Store, what string) {
	t.Helper()
	before := everybody(t, s)
	for _, c := range strings.Fields(before) {
		if customer, _, _ := strings.Cut(c, "/"); customer != "" {
			if out := tookAs(t, l, "код клиента;имя\n"+customer+";Найдена\n"); out.New != 0 {
				t.Errorf("%s: %s is not found: %s", what, customer, everybody(t, s))
			}
		}
	}
}

// A telephone that two people share is shared again when an upload that changed the one's is undone: it finds neither.
func TestUndoKeepsSharedTelephones(t *testing.T) {
	t.Parallel()
	const head = "код клиента;email;телефон;имя\n"
	for _, c := range []struct{ what, shared, changed, later, want string }{
		{
			"of who had it first", "1;;89161234567;A\n2;b@example.ru;89161234567;B\n", "1;;89160000000;A\n", "",
			"/c@example.ru/+79161234567/C 1//+79161234567/A 2/b@example.ru/+79161234567/B",
		},
		{
			"of who came later", "2;b@example.ru;89161234567;B\n1;;89161234567;A\n", "1;;89160000000;A\n", "",
			"/c@example.ru/+79161234567/C 1//+79161234567/A 2/b@example.ru/+79161234567/B",
		},
		{
			"given to somebody new by the same upload", "1;;89161234567;A\n", "1;;89160000000;A\n2;b@example.ru;89161234567;B\n", "",
			"1/c@example.ru/+79161234567/C",
		},
		{
			"given to somebody else later", "1;;89161234567;A\n", "1;;89160000000;A\n", "2;b@example.ru;89161234567;B\n",
			"/c@example.ru/+79161234567/C 1//+79161234567/A 2/b@example.ru/+79161234567/B",
		},
	} {
		l, s := newLists(t)
		took(t, l, head+c.shared)
		l.Now = func() time.Time { return noon.Add(time.Hour) }
		took(t, l, head+c.changed)
		undo := latest(t, l).ID
		if c.later != "" {
			took(t, l, head+c.later)
		}
		if u, err := l.Undo(t.Context(), klimova, undo); err != nil || u.State != survey.UploadUndone || u.Undo.Changed != 0 {
			t.Fatalf("%s: %+v, %v", c.what, u, err)
		}
		l.Now = func() time.Time { return noon.Add(2 * time.Hour) }
		took(t, l, head+";c@example.ru;89161234567;C\n")
		if got := everybody(t, s); got != c.want {
			t.Errorf("%s: %s", c.what, got)
		}
	}
}
