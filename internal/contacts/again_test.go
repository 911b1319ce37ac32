package contacts_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"onetap/internal/contacts"
	"onetap/internal/store"
	"onetap/internal/survey"
)

const againHead = "код клиента;email;телефон;имя;город\n"

// asSaid says what the columns hold: so few customer ids might be anything.
var asSaid = contacts.Corrections{Confirmed: true, Columns: map[string]contacts.Field{"код клиента": contacts.FieldCustomer}}

func tookAs(t *testing.T, l *contacts.Lists, list string) contacts.Outcome {
	t.Helper()
	out, err := l.TakeAtOnce(t.Context(), survey.Customers, asSaid, []byte(list))
	if err != nil {
		t.Fatalf("%q: %v", list, err)
	}
	return out
}

// randomRows are rows of few people, so that they share telephones and come twice. Where they are wild, customers have addresses of
// each other's, too, and several.
func randomRows(r *rand.Rand, wild bool) []string {
	pick := func(some ...string) string { return some[r.IntN(len(some))] }
	phones := []string{"", "89161234567", "+7 916 123-45-67", "89161234568"}
	people := [][3]string{{"1", "a@example.ru", pick(phones...)}, {"2", "B@example.ru.", pick(phones...)}, {"3", "", pick(phones...)}, {"", "c@example.ru", pick(phones...)}}
	rows := make([]string, 2+r.IntN(9))
	for i := range rows {
		for rows[i] == "" {
			who := people[r.IntN(len(people))]
			if wild {
				who = [3]string{pick("1", "2", "3", "3"), pick("a@example.ru", "b@example.ru", "B@example.ru.", "c@example.ru"), pick(phones...)}
			}
			if id, mail, phone := pick("", who[0], who[0]), pick("", who[1], who[1]), pick("", who[2], who[2]); id+mail+phone != "" {
				rows[i] = strings.Join([]string{id, mail, phone, pick("", "Анна", "Борис"), pick("", "Пермь", "Омск")}, ";") + "\n"
			}
		}
	}
	return rows
}

// filler is a list's beginning that is long enough for the rows behind it to be read part by part.
func filler() (text string, rows int) {
	for rows = 0; len(text) < 66<<10; rows++ {
		text += fmt.Sprintf("F%d;f%d@example.ru;;%s;\n", rows, rows, strings.Repeat("Я", 900))
	}
	return text, rows
}

// inParts takes a list as an upload whose parts end behind the lines that cut names.
func inParts(t *testing.T, l *contacts.Lists, s *store.Store, parts []string) contacts.Outcome {
	t.Helper()
	u, err := l.Begin(t.Context(), survey.Customers, asSaid)
	if err != nil {
		t.Fatal(err)
	}
	for n, part := range parts {
		if _, err := l.Take(t.Context(), u, n+1, []byte(part)); err != nil {
			t.Fatal(err)
		}
		if u, err = s.Upload(t.Context(), u.ID); err != nil {
			t.Fatal(err)
		}
	}
	out, err := l.Finish(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	return out.Outcome
}

// whole lists everybody with all that a list says.
func wholeAudience(t *testing.T, s *store.Store) string {
	t.Helper()
	var all []string
	_, err := s.ContactsUntil(t.Context(), survey.Customers, survey.Cursor{}, 1e6, func(c survey.Contact, _ survey.SuppressionReason) bool {
		if !strings.HasPrefix(c.Person.Customer, "F") {
			all = append(all, strings.Join([]string{c.Person.Customer, c.Person.Email, c.Person.Phone, c.Person.Name, c.Location}, "/"))
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// Whatever a list holds, taken again it makes nobody new, in any order of its rows and in parts of any size; of people who do not
// contradict each other it changes nothing either. Whom it makes does not depend on the parts.
func TestAnyListTakenAgain(t *testing.T) {
	t.Parallel()
	fill, fillers := filler()
	for seed := range uint64(20) {
		wild := seed%2 == 1
		r := rand.New(rand.NewPCG(seed, 1))
		rows := randomRows(r, wild)
		list := againHead + strings.Join(rows, "")
		said := func(what string, out survey.Upserted, s *store.Store, want string, changed bool) {
			t.Helper()
			if is := wholeAudience(t, s); out.New != 0 || !changed && (out.Changed != 0 || is != want) {
				t.Errorf("%d, %s: %+v\n%s\nwas %s\nis  %s", seed, what, out, list, want, is)
			}
		}
		l, s := newLists(t)
		first := tookAs(t, l, list)
		want := wholeAudience(t, s)
		said("again", tookAs(t, l, list).Upserted, s, want, wild)
		other := slices.Clone(rows)
		r.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		said("in another order", tookAs(t, l, againHead+strings.Join(other, "")).Upserted, s, want, true)

		l, s = newLists(t)
		parts := []string{againHead + fill}
		for _, row := range rows {
			if r.IntN(2) == 0 {
				parts = append(parts, row)
			} else {
				parts[len(parts)-1] += row
			}
		}
		out := inParts(t, l, s, parts)
		if got := wholeAudience(t, s); got != want || out.Total.New != first.New+fillers {
			t.Errorf("%d: in the parts %q %+v, whole %+v\nwant %s\ngot  %s", seed, parts[1:], out.Total, first.Upserted, want, got)
		}
		said("in parts again", inParts(t, l, s, parts).Total, s, want, true)
	}
}

// What random lists found, each by itself: the second list takes no address from a contact, makes nobody twice, and leaves alone
// whose telephone it is, which it does not say.
func TestLaterListsKeepWhoIsWho(t *testing.T) {
	t.Parallel()
	const all = "код клиента;email;телефон;имя\n"
	for _, c := range []struct {
		what  string
		lists []string
		want  string
	}{
		{
			"a customer whose telephone another has by now", []string{
				all + "3;;89161234567;Борис\n2;b@example.ru;89161234567;Вера\n2;;;Вера Орлова\n",
				all + "3;;89161234567;Борис\n2;b@example.ru;89161234567;Вера\n2;;;Вера Орлова\n",
			}, "2/b@example.ru/+79161234567/Вера 3//+79161234567/Борис",
		},
		{
			"the telephone alone of who has an address since", []string{
				"телефон;имя\n89161234567;Анна\n", all + "1;a@example.ru;89161234567;Анна\n", all + "2;b@example.ru;89161234567;Борис\n", "телефон;имя\n89161234567;Анна\n",
			}, "1/a@example.ru/+79161234567/Анна 2/b@example.ru/+79161234567/Борис",
		},
		{
			"a telephone alone that meant somebody, and is another's too", []string{
				all + "1;a@example.ru;89161234567;Анна\n", "телефон;имя\n89161234567;Анна\n", all + "2;b@example.ru;89161234567;Борис\n", "телефон;имя\n89161234567;Анна\n",
			}, "1/a@example.ru/+79161234567/Анна 2/b@example.ru/+79161234567/Борис",
		},
		{
			"a shared telephone after a list without telephones", []string{
				all + "1;a@example.ru;89161234567;Анна\n2;b@example.ru;89161234567;Борис\n", "email;имя\na@example.ru;Анна Ли\nb@example.ru;Борис Ли\n", "телефон;имя\n89161234567;Вера\n",
			}, "//+79161234567/Вера 1/a@example.ru/+79161234567/Анна Ли 2/b@example.ru/+79161234567/Борис Ли",
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			l, s := newLists(t)
			for _, list := range c.lists {
				said := asSaid
				if !strings.HasPrefix(list, "код") {
					said.Columns = nil
				}
				if _, err := l.TakeAtOnce(t.Context(), survey.Customers, said, []byte(list)); err != nil {
					t.Fatal(err)
				}
			}
			if got := everybody(t, s); got != c.want {
				t.Errorf("there are %s, want %s", got, c.want)
			}
		})
	}
}

// Programs keep zeros from Excel by writing ="007": it is the same customer, and the same telephone, quoted or bare.
func TestTextKeptFromExcelIsText(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	took(t, l, "код клиента;email;телефон;основной менеджер\n007;a@example.ru;89161234567;Вера\n")
	out := took(t, l, "код клиента;email;телефон;основной менеджер\n=\"007\";;=\"89161234567\";Вера\n\"=\"\"008\"\"\";b@example.ru;\"=\"\"+79161234568\"\"\";Вера\n")
	if got := everybody(t, s); got != "007/a@example.ru/+79161234567/ 008/b@example.ru/+79161234568/" || out.New != 1 || out.Unchanged != 1 {
		t.Errorf("%+v: %s", out.Upserted, got)
	}
	if !slices.ContainsFunc(out.Columns, func(c contacts.Column) bool { return c.Field == contacts.FieldOwner }) {
		t.Errorf("nobody is the owner: %+v", out.Columns)
	}
}

// Undoing a list, and asking for it twice, leaves whoever the list before had, found by what it says.
func TestAnyListUndone(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 7))
		before, after := againHead+strings.Join(randomRows(r, false), ""), againHead+strings.Join(randomRows(r, false), "")
		l, s := newLists(t)
		tookAs(t, l, before)
		want, first := wholeAudience(t, s), latest(t, l).ID
		tookAs(t, l, after)
		uploads, _, err := l.History(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range uploads {
			for n := 0; u.ID != first && n < 2; n++ {
				if _, err := l.Undo(t.Context(), klimova, u.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := wholeAudience(t, s); got != want {
			t.Errorf("%d: after %q and %q undone\nwant %s\ngot  %s", seed, before, after, want, got)
		}
		if out := tookAs(t, l, before); out.New+out.Changed > 0 {
			t.Errorf("%d: %q again after %q undone: %+v", seed, before, after, out.Upserted)
		}
	}
}
