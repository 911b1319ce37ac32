package contacts_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// filtered stores 130 customers: of two owners in turn, or none, of four tiers, every tenth stopped and every thirteenth without an address.
func filtered(t *testing.T, w *consoletest.World) []survey.Contact {
	t.Helper()
	var all []survey.Contact
	for n := range 130 {
		email := fmt.Sprintf("c%d@example.com", n)
		c := survey.Contact{
			ID: w.Desk.Keys.ContactID(survey.Customers, email), Audience: survey.Customers, Owner: []string{"owner", "executive", ""}[n%3], Team: "Север",
			Tier: []string{"A", "B", "C", "D"}[n%4], Language: []string{"ru", "en"}[n%2], Location: "Perm", Product: "Plus",
			Person: survey.Person{Email: email, Name: fmt.Sprintf("Person %03d", n)}, Attrs: map[string]string{"Отрасль": []string{"Банк", "Сеть"}[n%2]}, Created: w.Now(), Updated: w.Now(),
		}
		if n%13 == 0 {
			c.Person.Email, c.Mailbox = "", survey.NoMailbox
		}
		all = append(all, c)
	}
	if err := w.Store.PutContacts(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	for n := 5; n < 130; n += 10 {
		if err := w.Store.Suppress(t.Context(), w.Desk.Keys.ContactIDs(all[n].Person.Email), survey.Bounced, w.Now()); err != nil && n%13 != 0 {
			t.Fatal(err)
		}
	}
	return all
}

// The list's filters stand in its address, can be combined with each other and with the search, which is in no address, and go along
// from page to page; the page says how many fit. The API has the same.
func TestContactFilters(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	all := filtered(t, w)
	v := w.Visitor("marketing", "en")
	owner := w.Desk.Handle("owner")
	for _, tt := range []struct {
		query string
		fits  func(n int) bool
	}{
		{"owner=" + owner, func(n int) bool { return n%3 == 0 }},
		{"no_owner=yes", func(n int) bool { return n%3 == 2 }},
		{"owner=" + owner + "&tier=a&tier=B", func(n int) bool { return n%3 == 0 && n%4 < 2 }},
		{"no_address=yes", func(n int) bool { return n%13 == 0 }},
		{"stopped=bounced", func(n int) bool { return n%10 == 5 && n%13 != 0 }},
		{"stopped=complained", func(int) bool { return false }},
		{"stopped=any&language=en", func(n int) bool { return n%10 == 5 && n%13 != 0 && n%2 == 1 }},
		{"attr:" + url.QueryEscape("Отрасль") + "=" + url.QueryEscape("банк"), func(n int) bool { return n%2 == 0 }},
		{"team=" + url.QueryEscape("Север") + "&location=perm&product=plus", func(int) bool { return true }},
		{"team=" + url.QueryEscape("Юг"), func(int) bool { return false }},
	} {
		want := map[string]bool{}
		for n, c := range all {
			if tt.fits(n) {
				want[c.Person.Name] = true
			}
		}
		match := fmt.Sprintf("%d contacts match", len(want))
		seen := map[string]bool{}
		for path := "/contacts?audience=customers&" + tt.query; path != ""; {
			status, page := v.Get(path)
			if status != 200 {
				t.Fatalf("%s: %d", path, status)
			}
			v.Says(page, match)
			for _, part := range strings.Split(page, "<bdi>Person ")[1:] {
				seen["Person "+part[:3]] = true
			}
			path = ""
			if _, rest, more := strings.Cut(page, `<p><a class="button quiet" href="`); more {
				path, _, _ = strings.Cut(rest, `"`)
				path = strings.ReplaceAll(path, "&amp;", "&")
			}
		}
		called := map[string]bool{}
		for next := ""; ; {
			_, told := w.Call("GET", "/api/v1/contacts?audience=customers&"+tt.query+next, "", nil)
			for _, c := range told["contacts"].([]any) {
				called[c.(map[string]any)["name"].(string)] = true
			}
			after, more := told["next"].(string)
			if next = "&after=" + after; !more {
				break
			}
		}
		for what, got := range map[string]map[string]bool{"page": seen, "API": called} {
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s, %s: %d people, want %d", tt.query, what, len(got), len(want))
			}
		}
	}
	// The form leads to an address; what is searched for does not.
	_, _, to := v.Post("/contacts/search", "audience", "customers", "search", "", "owner", "none", "tier", "A", "stopped", "no_address", "column", "Отрасль", "value", "Банк")
	if to != "/contacts?attr%3A%D0%9E%D1%82%D1%80%D0%B0%D1%81%D0%BB%D1%8C=%D0%91%D0%B0%D0%BD%D0%BA&audience=customers&no_address=yes&no_owner=yes&tier=A" {
		t.Errorf("the form leads to %s", to)
	}
	_, page, to := v.Post("/contacts/search", "audience", "customers", "search", "банк", "owner", owner, "tier", "a")
	v.Says(page, "11 contacts match", `value="банк"`, `value="a"`, `<option value="`+owner+`" selected>`)
	if to != "" || strings.Count(page, "<bdi>Person ") != 11 {
		t.Errorf("a search with filters: %d to %s", strings.Count(page, "<bdi>Person "), to)
	}
	if _, _, to := v.Post("/contacts/search", "audience", "customers", "team", "lee@example.com"); strings.Contains(to, "lee") {
		t.Errorf("an address of email stands in %s", to)
	}
	if status, page := v.Get("/contacts?stopped=maybe"); status != 400 || !strings.Contains(page, "unsubscribed, bounced, complained") {
		t.Errorf("an unknown reason: %d", status)
	}
	mine := w.Visitor("owner", "en")
	_, page = mine.Get("/contacts?audience=customers&tier=A")
	mine.Says(page, "11 contacts match") // of the owner's own
}
