package contacts_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// everybody lists the contacts of an audience as "customer/address/telephone/name", with ! behind who is stopped.
func everybody(t *testing.T, s *store.Store) string {
	t.Helper()
	var all []string
	_, err := s.ContactsUntil(t.Context(), survey.Customers, survey.Cursor{}, 1e6, func(c survey.Contact, stopped survey.SuppressionReason) bool {
		text := strings.Join([]string{c.Person.Customer, c.Person.Email, c.Person.Phone, c.Person.Name}, "/")
		if stopped != "" {
			text += "!"
		}
		all = append(all, text)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func took(t *testing.T, l *contacts.Lists, list string) contacts.Outcome {
	t.Helper()
	out, err := l.TakeAtOnce(t.Context(), survey.Customers, contacts.Corrections{Confirmed: true}, []byte(list))
	if err != nil {
		t.Fatalf("%q: %v", list, err)
	}
	return out
}

// Rows that share a telephone, and one that has another's address, make nobody new when their list is taken again.
func TestSharedIdentifiersAreTakenTwice(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	const list = "код клиента;email;телефон;имя\n17;anna@example.ru;+7 916 123 45 67;Анна\n18;boris@example.ru;+7 916 123 45 67;Борис\n18-Б;BORIS@example.ru.;+7 916 123 45 67;Борис\n19;;+7 916 123 45 67;Вера\n"
	if out := took(t, l, list); out.New != 4 {
		t.Errorf("at first: %+v of %s", out.Upserted, everybody(t, s))
	}
	for range 2 {
		if out := took(t, l, list); out.Unchanged != 4 {
			t.Errorf("again: %+v of %s", out.Upserted, everybody(t, s))
		}
	}
}

// A list of addresses alone changes what it says and leaves what else its contacts are found by.
func TestAddressesAloneLeaveIdentifiers(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	took(t, l, "код клиента;email;телефон;имя\n17;anna@example.ru;+7 916 123 45 67;Анна\n")
	if out := took(t, l, "email;имя\nanna@example.ru;Анна Петрова\n"); out.Changed != 1 {
		t.Errorf("%+v", out.Upserted)
	}
	if got := everybody(t, s); got != "17/anna@example.ru/+79161234567/Анна Петрова" {
		t.Error(got)
	}
	if out := took(t, l, "код клиента;имя\n17;Анна П.\n"); out.Changed != 1 || everybody(t, s) != "17/anna@example.ru/+79161234567/Анна П." {
		t.Errorf("%+v %s", out.Upserted, everybody(t, s))
	}
}

// Rows that come later with another identifier join the same contact, in whichever order the identifiers come, and a list
// that is taken again writes nothing.
func TestRowsJoinByAnyIdentifier(t *testing.T) {
	t.Parallel()
	const (
		byPhone = "телефон;имя\n8 (916) 123-45-67;Анна\n"
		byID    = "код клиента;телефон;имя\n17;+79161234567;Анна\n"
		byMail  = "код клиента;email;имя\n17;anna@example.ru;Анна\n"
		all     = "код клиента;email;телефон;имя\n17;anna@example.ru;+7 916 123 45 67;Анна\n"
	)
	for _, lists := range [][]string{{byPhone, byID, byMail, all}, {byMail, byID, byPhone, all}, {byID, byMail, all}, {all, byPhone, byID, byMail}, {byID, byPhone, byMail, byID, all}} {
		l, s := newLists(t)
		var ids []survey.ContactID
		for _, list := range lists {
			out := took(t, l, list)
			if out.Refused != 0 || out.New+out.Changed+out.Unchanged != 1 {
				t.Errorf("%q: %+v", list, out)
			}
			if again := took(t, l, list); again.Unchanged != 1 {
				t.Errorf("%q again: %+v", list, again.Upserted)
			}
			if _, err := s.ContactsUntil(t.Context(), survey.Customers, survey.Cursor{}, 1e6, func(c survey.Contact, _ survey.SuppressionReason) bool {
				ids = append(ids, c.ID)
				return true
			}); err != nil {
				t.Fatal(err)
			}
		}
		if got := everybody(t, s); got != "17/anna@example.ru/+79161234567/Анна" || len(slices.Compact(ids)) != 1 {
			t.Errorf("%q: %s with the ids %v", lists, got, ids)
		}
	}
}

// Identifiers that contradict each other make no two people one, and each line says what was done.
func TestContradictionsMergeNobody(t *testing.T) {
	t.Parallel()
	const head = "код клиента;email;телефон;имя\n"
	for _, c := range []struct{ what, first, then, want, said string }{
		{
			"a family's telephone", "1;a@example.ru;89161234567;A\n", "2;b@example.ru;89161234567;B\n;c@example.ru;89161234567;C\n3;;89161234567;D\n",
			"/c@example.ru/+79161234567/C 1/a@example.ru/+79161234567/A 2/b@example.ru/+79161234567/B 3//+79161234567/D", "shared_phone=3",
		},
		{
			"a reception's telephone alone is nobody's of them", "1;a@example.ru;89161234567;A\n2;b@example.ru;89161234567;B\n", ";;89161234567;C\n",
			"//+79161234567/C 1/a@example.ru/+79161234567/A 2/b@example.ru/+79161234567/B", "shared_phone=1",
		},
		{
			"one address for two customers", "1;a@example.ru;;A\n", "2;a@example.ru;;B\n",
			"1/a@example.ru//A 2///B", "address_of_another=1",
		},
		{
			"a customer id and the address of another", "1;a@example.ru;;A\n2;b@example.ru;;B\n", "1;b@example.ru;;X\n",
			"1/a@example.ru//A 2/b@example.ru//B", "identifiers_contradict",
		},
		{
			"a customer id without an address, and another's", "1;;;A\n;b@example.ru;;B\n", "1;b@example.ru;;A2\n",
			"/b@example.ru//B 1///A2", "address_of_another=1",
		},
		{
			"a customer id twice in one list", "9;z@example.ru;;Z\n", "1;a@example.ru;;A\n1;b@example.ru;;B\n",
			"1/a@example.ru//A 9/z@example.ru//Z", "customer_id_twice",
		},
		{
			"the same by another identifier", "9;z@example.ru;;Z\n", "1;a@example.ru;;A\n1;;89161234567;A\n",
			"1/a@example.ru/+79161234567/A 9/z@example.ru//Z", "",
		},
		{
			"a changed address", "1;a@example.ru;;A\n", "1;new@example.ru;;A\n",
			"1/new@example.ru//A", "",
		},
		{
			"a changed telephone finds nobody any more", "1;;89161234567;A\n", "1;;89161234568;A\n;;89161234567;B\n",
			"//+79161234567/B 1//+79161234568/A", "",
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			l, s := newLists(t)
			took(t, l, head+c.first)
			var said []string
			for n := range 2 {
				out := took(t, l, head+c.then)
				if n > 0 && out.New+out.Changed != 0 {
					t.Errorf("taken again: %+v", out.Upserted)
				}
				said = said[:0]
				for _, r := range out.Refusals {
					said = append(said, r.Code)
				}
				for _, f := range []contacts.Finding{contacts.AddressOfAnother, contacts.SharedPhone} {
					if n := out.Quality.Findings[f].Count; n > 0 {
						said = append(said, fmt.Sprintf("%s=%d", f, n))
					}
				}
				if got := everybody(t, s); got != c.want {
					t.Errorf("there are %s, want %s", got, c.want)
				}
				if n == 0 && strings.Join(said, " ") != c.said {
					t.Errorf("said %v, want %s", said, c.said)
				}
			}
		})
	}
}

// A list may change an address that bounced, and then the contact is written to; one who unsubscribed stays so.
func TestAListChangesAddresses(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	took(t, l, "код клиента;email\n1;a@example.ru\n2;b@example.ru\n")
	for email, why := range map[string]survey.SuppressionReason{"a@example.ru": survey.Bounced, "b@example.ru": survey.Unsubscribed} {
		if err := s.Suppress(t.Context(), l.Keys.ContactIDs(email), why, noon); err != nil {
			t.Fatal(err)
		}
	}
	took(t, l, "код клиента;email\n1;a2@example.ru\n2;b2@example.ru\n")
	if got := everybody(t, s); got != "1/a2@example.ru// 2/b2@example.ru//!" {
		t.Errorf("there are %s", got)
	}
	took(t, l, "код клиента;email\n1;a@example.ru\n2;b@example.ru\n")
	if got := everybody(t, s); got != "1/a@example.ru//! 2/b@example.ru//!" {
		t.Errorf("afterwards there are %s", got)
	}
}

// A contact of before there were identifiers gets them with the first list that names it, and counts as unchanged.
func TestEarlierContactsAreFoundAfterTheirNextList(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	old := survey.Contact{ID: l.Keys.ContactID(survey.Customers, "a@example.ru"), Audience: survey.Customers, Person: survey.Person{Email: "a@example.ru", Phone: "+79161234567"}}
	if err := s.PutContacts(t.Context(), []survey.Contact{old}); err != nil {
		t.Fatal(err)
	}
	if out := took(t, l, "email;телефон\na@example.ru;89161234567\n"); out.Unchanged != 1 {
		t.Errorf("%+v", out.Upserted)
	}
	if out := took(t, l, "телефон;город\n89161234567;Пермь\n"); out.Changed != 1 || everybody(t, s) != "/a@example.ru/+79161234567/" {
		t.Errorf("%+v, %s", out.Upserted, everybody(t, s))
	}
}

// What tells people apart is in the table in no clear letters but the person's own.
func TestAListWithoutAddresses(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	out := took(t, l, "имя;телефон\nАнна;+7 916 123-45-67\nБез телефона;\nКороткий;123-45\nИтого: 2;\n")
	if out.New != 1 || out.Refused != 2 || out.Refusals[0].Code != "no_identifier" || out.Quality.Findings[contacts.MissingAddress].Count != 1 {
		t.Errorf("%+v", out)
	}
	if got := everybody(t, s); got != "//+79161234567/Анна" {
		t.Errorf("there are %s", got)
	}
	_, err := l.TakeAtOnce(t.Context(), survey.Customers, contacts.Corrections{Confirmed: true}, []byte("имя;телефон;связь\nАнна;+7 916 123-45-67;anna@example.ru\n"))
	if !apperr.Is(err, "csv_no_address_column") {
		t.Errorf("addresses under another heading: %v", err)
	}
}

// What identifiers cost: a list that is taken again reads each contact once and writes nothing. Of a new contact with a customer
// id and a telephone each of the two is one write more.
func TestWhatIdentifiersCost(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var used dynamo.Consumed
	s, _ := storetest.Open(t, dynamo.Options{Meter: func(_ dynamo.Call, u dynamo.Consumed) {
		mu.Lock()
		defer mu.Unlock()
		used.ReadUnits, used.WriteUnits = used.ReadUnits+u.ReadUnits, used.WriteUnits+u.WriteUnits
	}})
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	l := &contacts.Lists{Store: s, Keys: k, Now: func() time.Time { return noon }}
	const people = 1000
	list := func(city string, columns int) string {
		text := strings.Join([]string{"email;город", ";телефон", ";код клиента"}[:columns], "")
		for i := range people {
			text += "\n" + strings.Join([]string{fmt.Sprintf("p%d@example.ru;%s", i, city), fmt.Sprintf(";8916%07d", i), fmt.Sprintf(";K%d", i)}[:columns], "")
		}
		return text
	}
	took(t, l, "email;город\nwarm@example.ru;Пермь\n") // what is said of the columns is written once
	for _, c := range []struct {
		what          string
		list          string
		reads, writes float64 // a contact
	}{
		{"addresses alone", list("Пермь", 1), 3, 1.045}, // for fifty together a note of who is new, which continuous surveys read
		{"again", list("Пермь", 1), 1, 0},
		{"with telephones and customer ids", list("Пермь", 3), 6, 4}, // one of the writes keeps what was, for undoing
		{"again", list("Пермь", 3), 1, 0},
		{"another town", list("Омск", 3), 6, 2},
	} {
		mu.Lock()
		used = dynamo.Consumed{}
		mu.Unlock()
		took(t, l, c.list)
		mu.Lock()
		if got := used; got.ReadUnits > (c.reads+0.1)*people || got.WriteUnits > (c.writes+0.01)*people || c.writes == 0 && got.WriteUnits > 0 {
			t.Errorf("%s: %.2f reads and %.3f writes a contact, want %v and %v", c.what, got.ReadUnits/people, got.WriteUnits/people, c.reads, c.writes)
		}
		t.Logf("%s: %.2f reads and %.3f writes a contact", c.what, used.ReadUnits/people, used.WriteUnits/people)
		mu.Unlock()
	}
}

// Undoing a list gives a contact back its address and what it was found by, and what was made of nothing is found by nothing.
func TestUndoneListsIdentifyNobody(t *testing.T) {
	t.Parallel()
	l, s := newLists(t)
	const before = "код клиента;email;телефон\n1;a@example.ru;89161234567\n"
	took(t, l, before)
	if err := s.Suppress(t.Context(), l.Keys.ContactIDs("a@example.ru"), survey.Bounced, noon); err != nil {
		t.Fatal(err)
	}
	u, err := l.TakeWhole(t.Context(), survey.Customers, contacts.Corrections{Confirmed: true}, []byte("код клиента;email;телефон\n1;new@example.ru;89161234568\n2;b@example.ru;89161234569\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := everybody(t, s); got != "1/new@example.ru/+79161234568/ 2/b@example.ru/+79161234569/" {
		t.Fatalf("there are %s", got)
	}
	if _, err := l.Undo(t.Context(), authz.Who{Staff: survey.Staff{ID: "m", Role: survey.RoleMarketing}}, u.ID); err != nil {
		t.Fatal(err)
	}
	if got := everybody(t, s); got != "1/a@example.ru/+79161234567/!" {
		t.Errorf("undone, there are %s", got)
	}
	if out := took(t, l, before); out.Unchanged != 1 {
		t.Errorf("the list before: %+v", out.Upserted)
	}
	took(t, l, "код клиента;email;телефон\n3;new@example.ru;89161234568\n;b@example.ru;89161234569\n")
	if got := everybody(t, s); got != "/b@example.ru/+79161234569/ 1/a@example.ru/+79161234567/! 3/new@example.ru/+79161234568/" {
		t.Errorf("afterwards there are %s", got)
	}
}
