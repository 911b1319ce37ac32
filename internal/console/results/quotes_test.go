package results_test

import (
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// What may be quoted is shown with what was agreed to, with a name where that was agreed and the reader may know it; what was taken back, or changed since, is not; and it is erased with
// the person.
func TestQuotesPage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	ctx, at := t.Context(), w.Now()
	c := survey.Campaign{ID: "quotesaa", Name: "Осень", Audience: survey.Customers, Language: "ru", State: survey.Open, Created: at, Launched: at, Quotes: true}
	if err := w.Store.CreateCampaign(ctx, c); err != nil {
		t.Fatal(err)
	}
	answer := func(n int, name string) (survey.ContactID, survey.Response) {
		id := consoletest.ContactNumber(n)
		r := survey.Response{
			Campaign: c.ID, Contact: id, Audience: c.Audience, Team: "Север", Owner: "owner", Language: "ru", Score: 10, Verified: true, First: at, Counted: at, Updated: at, Version: 1,
			Why: "Быстро, сказал " + name, Kept: survey.Kept{Why: []survey.Part{{Trace: "t" + name, Size: 64, Text: "Быстро, сказал " + name}}},
		}
		err := w.Store.PutContacts(ctx, []survey.Contact{{ID: id, Audience: c.Audience, Owner: "owner", Team: "Север", Person: survey.Person{Name: name, Email: name + "@example.com"}, Created: at, Updated: at}})
		if err == nil {
			err = w.Store.SaveResponse(ctx, r, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		stored, _, err := w.Store.Response(ctx, c.ID, id)
		if err != nil {
			t.Fatal(err)
		}
		return id, stored
	}
	for n, name := range []string{"Named", "Unnamed", "Withdrawn", "Changed", "Never"} {
		id, r := answer(n, name)
		q := survey.Quote{Named: name != "Unnamed", Wording: "Можно ли?", Language: "ru", Words: r.Words(), At: at}
		switch name {
		case "Withdrawn":
			q.Withdrawn = at
		case "Changed":
			q.Words = "other"
		case "Never":
			continue
		}
		if err := w.Store.PutQuote(ctx, c.ID, id, q); err != nil {
			t.Fatal(err)
		}
	}
	for role, named := range map[string]bool{"marketing": true, "owner": true, "analyst": false} {
		status, page := w.Visitor(role, "ru").Get("/results/quotesaa/quotes")
		if status != 200 || strings.Count(page, "<blockquote") != 2 || !strings.Contains(page, "сказал Named") || !strings.Contains(page, "сказал Unnamed") || strings.Contains(page, "<bdi>Named</bdi>") != named || strings.Contains(page, "<bdi>Unnamed</bdi>") ||
			!strings.Contains(page, "Можно ли?") {
			t.Errorf("%s: %d\n%s", role, status, page)
		}
	}
	path := "/results/quotesaa/quotes/" + string(consoletest.ContactNumber(1)) + "/phone"
	if status, _, _ := w.Visitor("analyst", "en").Post(path); status != 403 {
		t.Errorf("an analyst takes a consent back: %d", status)
	}
	if status, _, to := w.Visitor("owner", "en").Post(path); status != 303 || to != "/results/quotesaa/quotes?done=quote_withdrawn" {
		t.Errorf("taken back for somebody: %d to %s", status, to)
	}
	if _, page := w.Visitor("owner", "en").Get("/results/quotesaa/quotes"); strings.Contains(page, "сказал Unnamed") {
		t.Error("it may be quoted still")
	}
	if _, page := w.Visitor("administrator", "en").Get("/settings/audit"); !strings.Contains(page, "Consent to be quoted taken back, asked by phone") || !strings.Contains(page, "Елена Соколова") {
		t.Errorf("the audit list does not say who, and why:\n%s", page)
	}
	if err := w.Store.EraseBesides(ctx, c.ID, consoletest.ContactNumber(0)); err != nil {
		t.Fatal(err)
	}
	if left, err := w.Store.Quotes(ctx, c.ID); err != nil || len(left) != 3 {
		t.Errorf("%v, %v", left, err)
	}
}
