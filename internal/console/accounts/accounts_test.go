package accounts_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/followup"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// companies is a campaign that has ended, of three companies, one of which is written in two ways, and of somebody without one.
func companies(t *testing.T) (*consoletest.World, map[string]survey.AccountID) {
	t.Helper()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	a := w.Asks("springaa", survey.Customers, "Весна", 6)
	ids := map[string]survey.AccountID{}
	for i, one := range []struct {
		company, value, owner string
		score                 int
	}{
		{`ООО "Ромашка"`, "1 000 000 ₽", "owner", 10},
		{`ООО "Ромашка"`, "900 000 ₽", "owner", 3},
		{"Romashka LLC", "", "owner", 9},
		{"Василёк", "50 000 ₽", "somebody", 9},
		{"Лютик", "много", "somebody", 2},
		{"", "7 ₽", "owner", 8},
	} {
		a.Answer("Север", one.score, 1, func(r *survey.Response, c *survey.Contact) {
			c.Company = survey.Company{Name: one.company, Role: survey.AccountRoles[i%3]}
			c.Account, c.Value, c.Owner, r.Owner = k.AccountID(survey.Customers, c.Company), one.value, one.owner, one.owner
			ids[one.company] = c.Account
			w.Place(a, *c, survey.InvitationSent)
		})
	}
	for i := range 2 { // asked, and silent
		c := survey.Contact{ID: consoletest.ContactNumber(40 + i), Audience: survey.Customers, Person: survey.Person{Email: fmt.Sprintf("silent%d@example.com", i), Name: fmt.Sprintf("Молчун %d", i)}, Owner: "owner", Value: fmt.Sprintf("%d 000 ₽", 5+i)}
		c.Company.Name = "Тихоня"
		c.Account = k.AccountID(survey.Customers, c.Company)
		ids[c.Company.Name] = c.Account
		if _, err := w.Store.UpsertContacts(t.Context(), []survey.Contact{c}, survey.UploadMark{}, w.Now()); err != nil {
			t.Fatal(err)
		}
		w.Place(a, c, survey.InvitationSent)
	}
	a.Counted()
	if err := w.Store.NoteAccounts(t.Context(), survey.Customers, w.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	w.Analyse()
	a.Become(func(c *survey.Campaign) {
		c.State, c.ClosesAt, c.Ended = survey.Closed, w.Now().Add(-time.Hour), w.Now().Add(-time.Hour)
	})
	return w, ids
}

// The list, one account, joining and taking apart, by role; and what a campaign comes to by account.
func TestAccounts(t *testing.T) {
	t.Parallel()
	w, ids := companies(t)
	v := w.Visitor("administrator", "ru")
	status, page := v.Get("/accounts/customers")
	if status != http.StatusOK {
		t.Fatal(status, page)
	}
	v.Says(page, "ООО &#34;Ромашка&#34;", "1\u00a0000\u00a0000\u00a0RUB", "Romashka LLC", "Похоже, это одна компания", "Лютик")
	if strings.Index(page, "Василёк") > strings.Index(page, "Тихоня") {
		t.Error("the account with the larger value does not come first")
	}
	one, into := ids["Romashka LLC"], ids[`ООО "Ромашка"`]
	_, page = v.Get("/results/springaa/accounts")
	v.Says(page, "NPS по компаниям", `<span class="big">0</span>`, "NPS по сумме", "2\u00a0компании с\u00a0суммой в\u00a0RUB", "1\u00a0ответ не\u00a0относится ни\u00a0к\u00a0одной компании")
	if status, _, to := v.Post("/accounts/customers/"+string(one)+"/join", "into", string(into)); status != http.StatusSeeOther || !strings.HasPrefix(to, "/accounts/customers") {
		t.Fatalf("joined: %d %s", status, to)
	}
	_, page = v.Get("/accounts/customers/" + string(one)) // under either id
	v.Says(page, "ООО &#34;Ромашка&#34;", "Romashka LLC", "решает", "Весна", "Объединённые компании")
	_, page = v.Get("/accounts/customers")
	if strings.Contains(page, "Похоже, это одна компания") {
		t.Error("what is joined is proposed to be joined")
	}
	_, page = v.Get("/results/springaa/accounts") // the median of 3, 9 and 10 is 9: a promoter, where 3 of 3 and 10 was a detractor
	v.Says(page, `<span class="big">+33</span>`)
	if status, _, _ := v.Post("/accounts/customers/"+string(one)+"/join", "into", string(into)); status != http.StatusConflict {
		t.Errorf("joined twice: %d", status)
	}
	if status, _, _ := v.Post("/accounts/customers/" + string(one) + "/part"); status != http.StatusSeeOther {
		t.Errorf("taken apart: %d", status)
	}
	if status, _, _ := v.Post("/accounts/customers/"+string(one)+"/apart", "other", string(into)); status != http.StatusSeeOther {
		t.Errorf("kept apart: %d", status)
	}
	_, page = v.Get("/accounts/customers")
	v.Says(page, "Romashka LLC")
	if strings.Contains(page, "Похоже, это одна компания") {
		t.Error("what is kept apart is proposed to be joined")
	}
	owner := w.Visitor("owner", "ru")
	_, page = owner.Get("/accounts/customers")
	owner.Says(page, "Ромашка")
	if strings.Contains(page, "Василёк") {
		t.Error("an owner sees another's account")
	}
	if status, _ := owner.Get("/accounts/customers/" + string(ids["Василёк"])); status != http.StatusNotFound {
		t.Errorf("an owner opens another's account: %d", status)
	}
	analyst := w.Visitor("analyst", "ru")
	if status, _ := analyst.Get("/accounts/customers"); status != http.StatusForbidden {
		t.Errorf("an analyst sees the accounts: %d", status)
	}
	if _, page = analyst.Get("/results/springaa/accounts"); strings.Contains(page, "Ромашка") || strings.Contains(page, "RUB") || strings.Contains(page, "Медиана") {
		t.Error("an analyst sees companies")
	}
}

// addUp has all of the campaign's people added up, once it has ended; a list that has come meanwhile says that one is worth less.
func addUp(t *testing.T, w *consoletest.World) {
	t.Helper()
	less, err := w.Store.Contact(t.Context(), survey.Customers, consoletest.ContactNumber(41))
	if err != nil {
		t.Fatal(err)
	}
	less.Value = "4 500 ₽"
	if _, err := w.Store.UpsertContacts(t.Context(), []survey.Contact{less}, survey.UploadMark{Upload: "list"}, w.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	w.Become("springaa", func(c *survey.Campaign) { c.State, c.Ended = survey.Closed, w.Now() })
	if err := (&followup.Summing{Store: w.Store, Log: slog.New(slog.DiscardHandler), Now: w.Now}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Who is silent is told after the end, by role; and never where nobody knows who was asked.
func TestSilent(t *testing.T) {
	t.Parallel()
	w, _ := companies(t)
	v := w.Visitor("executive", "ru")
	_, page := v.Get("/results/springaa/silent")
	v.Says(page, "Молчун 0", "Молчун 1", "Тихоня", "Вместе это 6\u00a0000\u00a0RUB", "Из\u00a0ответивших есть в\u00a0списке", "6 из\u00a06")
	if strings.Index(page, "Молчун 1") > strings.Index(page, "Молчун 0") {
		t.Error("the larger value does not come first")
	}
	if strings.Contains(page, "Клиент №1") {
		t.Error("who answered is called silent")
	}
	_, page = v.Get("/results/springaa/by/team")
	v.Says(page, `data-label="Молчат"`)
	for staff, want := range map[string]int{"analyst": 403, "marketing": 403, "owner": 200} {
		if status, _ := w.Visitor(staff, "ru").Get("/results/springaa/silent"); status != want {
			t.Errorf("%s: %d, want %d", staff, status, want)
		}
	}
	addUp(t, w)
	_, page = v.Get("/results/springaa/silent")
	v.Says(page, "Среди всех, кому ушёл опрос", "Из\u00a0молчащих сумма снизилась", "50\u00a0%: 1 из\u00a02", "Молчащие по ответственным")
	status, body, _ := v.Post("/results/springaa/silent/download", "format", "csv")
	if status != 200 || strings.Count(body, "\n") != 3 || !strings.Contains(body, "silent1@example.com") || !strings.Contains(body, "4 500 ₽") || !strings.Contains(body, "6 000 ₽") {
		t.Errorf("%d: %s", status, body)
	}
	w.Become("springaa", func(c *survey.Campaign) { c.State, c.ClosesAt = survey.Open, time.Time{} })
	_, page = v.Get("/results/springaa/silent")
	v.Says(page, "Ответы ещё могут прийти")
	if strings.Contains(page, "Молчун") {
		t.Error("somebody is silent while answers may come")
	}
}

// Where no contact has a company there is no word of it.
func TestNothingOfAccountsWithoutThem(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	v := w.Visitor("administrator", "en")
	about := regexp.MustCompile(`/accounts|per_account`)
	for _, path := range []string{"/contacts?audience=customers", "/results/springaa", "/results/springaa/by/team", "/campaigns/springaa"} {
		if _, page := v.Get(path); about.MatchString(page) {
			t.Errorf("%s speaks of accounts: %s", path, about.FindString(page))
		}
	}
	for _, path := range []string{"/accounts/customers", "/results/springaa/accounts", "/accounts/employees"} {
		if status, _ := v.Get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}
