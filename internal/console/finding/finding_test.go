package finding_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// company has a campaign with comments, cases of two owners, and contacts.
func company(t *testing.T) *consoletest.World {
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	for n := range 14 {
		w.Detractor(n, "owner", "Север", "Елена Счетоводова", "Ждём счёт второй месяц", n%7, w.Now().Add(-time.Duration(n)*time.Hour))
	}
	w.Detractor(50, "", "Запад", "Пётр Ёлкин", "Потеряли два счета", 3, w.Now().Add(-time.Hour))
	w.Analyse()
	return w
}

// groups are the names of the groups on a page of results, and under each the addresses that it links to.
func groups(page string) map[string][]string {
	all := map[string][]string{}
	for _, section := range regexp.MustCompile(`(?s)<section.*?</section>`).FindAllString(page, -1) {
		id := regexp.MustCompile(`<h2 id="(\w+)"`).FindStringSubmatch(section)[1]
		all[id] = []string{}
		for _, item := range regexp.MustCompile(`(?s)<li>.*?</li>`).FindAllString(section, -1) {
			for _, href := range regexp.MustCompile(`href="([^"]+)"`).FindAllStringSubmatch(item, -1) {
				all[id] = append(all[id], href[1])
			}
		}
	}
	return all
}

// Every role finds in the kinds that it may see, and every link that it is shown opens.
func TestSearchByRole(t *testing.T) {
	t.Parallel()
	w := company(t)
	for role, kinds := range map[string]string{
		"administrator": "contacts cases campaigns comments", "executive": "contacts cases campaigns comments", "manager": "contacts cases campaigns comments",
		"owner": "contacts cases campaigns comments", "marketing": "contacts campaigns comments", "analyst": "campaigns comments",
	} {
		v, all, opened := w.Visitor(role, "ru"), map[string]bool{}, map[string]bool{}
		for _, words := range []string{"Клиент", "везли", "Весна", "счета", "ёлкину", "+7 495 123", "слова которого нет"} {
			status, page, _ := v.Post("/search", "words", words)
			if status != http.StatusOK {
				t.Fatalf("%s, %s: %d", role, words, status)
			}
			found := groups(page)
			for kind, links := range found {
				all[kind] = true
				if !strings.Contains(kinds, kind) {
					t.Errorf("%s finds %s", role, kind)
				}
				for _, link := range links {
					if strings.HasPrefix(link, "/cases/springaa") || opened[link] { // this world has those answers without their cases
						continue
					}
					opened[link] = true
					if status, _ := v.Get(link); status != http.StatusOK {
						t.Errorf("%s is led to %s of %s: %d", role, link, kind, status)
					}
				}
			}
		}
		if len(all) != len(strings.Fields(kinds)) {
			t.Errorf("%s finds in %v, want %s", role, all, kinds)
		}
	}
}

// An owner finds the own customers and cases and nobody else's; names stand beside comments for those only who may know them.
func TestSearchShowsOnesOwn(t *testing.T) {
	t.Parallel()
	w := company(t)
	_, page, _ := w.Visitor("executive", "ru").Post("/search", "words", "ёлкин")
	found := groups(page)
	if len(found["contacts"]) != 1 || len(found["cases"]) != 1 {
		t.Errorf("an executive finds %v", found)
	}
	_, page, _ = w.Visitor("owner", "ru").Post("/search", "words", "ёлкин")
	if found = groups(page); len(found["contacts"])+len(found["cases"])+len(found["comments"]) != 0 || strings.Contains(page, "Пётр") {
		t.Errorf("an owner finds another's customer: %v", found)
	}
	_, page, _ = w.Visitor("owner", "ru").Post("/search", "words", "потеряли счета")
	if len(groups(page)["comments"]) != 0 {
		t.Error("an owner reads another's customer's comment")
	}
	for role, named := range map[string]bool{"executive": true, "owner": true, "marketing": false, "analyst": false} {
		_, page, _ := w.Visitor(role, "ru").Post("/search", "words", "возить")
		if strings.Contains(page, "долго везли") {
			t.Errorf("%s: везти is no form of возить", role)
		}
		_, page, _ = w.Visitor(role, "ru").Post("/search", "words", "ДОЛГО везли")
		if !strings.Contains(page, "долго везли") || strings.Contains(page, "Клиент №4") != named {
			t.Errorf("%s: the comment is there: %t, the name: %t", role, strings.Contains(page, "долго везли"), strings.Contains(page, "Клиент №4"))
		}
	}
}

// Ten of a kind are shown, how many there are is said, and a button goes on with the same words.
func TestSearchShowsTen(t *testing.T) {
	t.Parallel()
	w := company(t)
	v := w.Visitor("executive", "ru")
	_, page, _ := v.Post("/search", "words", "счетоводова")
	found := groups(page)
	if len(found["contacts"]) != 10 || len(found["cases"]) != 10 {
		t.Errorf("%d contacts and %d cases are shown", len(found["contacts"]), len(found["cases"]))
	}
	v.Says(page, `Контакты <span class="badge">14</span>`, `Обращения <span class="badge">14</span>`, `action="/contacts/search"`, `name="search" value="счетоводова"`)
	_, page, _ = v.Post("/contacts/search", "audience", "customers", "search", "счетоводовой")
	if n := strings.Count(page, "Счетоводова</bdi>"); n != 14 {
		t.Errorf("the list of contacts has %d", n)
	}
	if status, _, to := v.Post("/search", "words", " … "); status != http.StatusSeeOther || to != "/search" {
		t.Errorf("nothing is looked for: %d to %q", status, to)
	}
}

// Of very many contacts a part is looked through, and that is said; an address, a telephone and a customer id are found among all.
func TestSearchAmongMany(t *testing.T) {
	t.Parallel()
	const people = 9000
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Many(w, people)
	person := survey.Person{Email: "needle@example.com", Name: "Zoe Needle", Phone: "+7 916 765-43-21", Customer: "CRM-4711"}
	ids := w.Desk.Keys.Identifiers(survey.Customers, person)
	needle := survey.Contact{ID: ids.Own(), Audience: survey.Customers, Person: person, Found: survey.FoundBy{Customer: ids.Customer, Phone: ids.Phone}}
	whose := map[survey.Identifier]survey.Identified{{Kind: survey.ByCustomer, Hash: ids.Customer}: {Contact: needle.ID}, {Kind: survey.ByPhone, Hash: ids.Phone}: {Contact: needle.ID}}
	if err := w.Store.SaveContact(context.Background(), needle, time.Time{}, whose, nil); err != nil {
		t.Fatal(err)
	}
	v := w.Visitor("executive", "en")
	for words, said := range map[string]string{
		"Needle@example.com": "The other contacts were not searched", "8 (916) 765-43-21": "there are more", "crm-4711": "The other contacts were not searched",
	} {
		_, page, _ := v.Post("/search", "words", words)
		v.Says(page, "Zoe Needle", said, "Search all: Customers")
	}
	_, page, _ := v.Post("/contacts/search", "audience", "customers", "search", "person")
	v.Says(page, `id="further"`)
	_, page, _ = v.Post("/search", "words", "person 8999")
	if n := len(groups(page)["contacts"]); n > 1 {
		t.Errorf("%d are person 8999", n)
	}
	// With the index nobody is left out, and nothing is said of how many were looked through.
	w.Analyse()
	for words, want := range map[string]int{"person 8999": 1, "needle": 1, "765-43": 1, "person": 10} {
		_, page, _ = v.Post("/search", "words", words)
		if n := len(groups(page)["contacts"]); n != want || strings.Contains(page, "More contacts match") != (want == 10) || strings.Contains(page, "were looked through for these words") {
			t.Errorf("%s: %d contacts, %v", words, n, groups(page))
		}
	}
	_, page, _ = v.Post("/contacts/search", "audience", "customers", "search", "person")
	v.Says(page, `id="further"`, "At least 1,200 contacts match")
	_, page, _ = v.Post("/contacts/search", "audience", "customers", "search", "person 8999")
	v.Says(page, "1 contact matches")
	if strings.Contains(page, "searched.") || strings.Contains(page, `id="further"`) {
		t.Error("a search by the index goes on")
	}
	// A telephone and a customer id lead to their contact at once on the page of the contacts, too.
	for _, words := range []string{"needle@example.com", "+7 916 765 43 21", "CRM-4711"} {
		if status, _, to := v.Post("/contacts/search", "audience", "customers", "search", words); status != http.StatusSeeOther || to != consoletest.HrefOf(needle) {
			t.Errorf("%s leads to %d %q", words, status, to)
		}
	}
}

// What is looked for stands in no address.
func TestSearchIsPosted(t *testing.T) {
	t.Parallel()
	w := company(t)
	v := w.Visitor("executive", "ru")
	_, page := v.Get("/search?words=%D0%81%D0%BB%D0%BA%D0%B8%D0%BD")
	if strings.Contains(page, "Ёлкин") {
		t.Error("words of an address are looked for")
	}
	_, page, _ = v.Post("/search", "words", "ёлкин")
	for _, href := range regexp.MustCompile(`(?:href|action)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if strings.Contains(strings.ToLower(href[1]), "%d1%91%d0%bb%d0%ba") || strings.Contains(href[1], "лкин") {
			t.Errorf("an address has the words: %s", href[1])
		}
	}
}
