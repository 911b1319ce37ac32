package org_test

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// Rules are typed with a company's name or id as the contacts have it; what is wrong is said at its field and nothing is stored; the API says the same. The check before a
// launch names the rules that hold, and whoever launches takes them along.
func TestRulesOnHowOften(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := survey.Contact{Audience: survey.Customers, Person: survey.Person{Email: "anna@example.com"}, Tier: "Gold", Language: "en", Company: survey.Company{Name: "ООО «Ромашка»", Code: "7701", Role: survey.Pays}}
	c.ID, c.Account = w.Desk.Keys.ContactID(c.Audience, c.Person.Email), w.Desk.Keys.AccountID(c.Audience, c.Company)
	if err := w.Store.PutContacts(t.Context(), []survey.Contact{c}); err != nil {
		t.Fatal(err)
	}
	if err := w.Store.NoteAccounts(t.Context(), survey.Customers, w.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	w.Analyse()
	g := w.As(t, "administrator")
	g.Get("/settings/frequency").Want(t, 200, "How often people are asked", "A new rule")
	row := func(n, audience, days, tier, role, company string) []string {
		n = "rules." + n + "."
		return []string{n + "audience", audience, n + "days", days, n + "tier", tier, n + "role", role, n + "company", company}
	}
	send := func(version string, rows ...[]string) consoletest.Page {
		fields := []string{"version", version}
		for _, r := range rows {
			fields = append(fields, r...)
		}
		return g.Send("/settings/frequency", fields...)
	}
	empty := row("3", "customers", "", "", "", "")
	for _, tt := range []struct {
		rows [][]string
		want string
	}{
		{[][]string{row("1", "customers", "", "Gold", "", "")}, "Rule 1: days are a whole number from 1 to 3,650."},
		{[][]string{row("1", "customers", "soon", "", "", "")}, "Rule 1: days are a whole number from 1 to 3,650."},
		{[][]string{row("1", "customers", "30", "", "", ""), row("2", "customers", "9", "", "", "Rosa Ltd")}, "No contact of this audience is of the company “Rosa Ltd”."},
		{[][]string{row("1", "employees", "30", "", "uses", "")}, "employees are asked by one rule for all"},
		{[][]string{row("1", "customers", "30", "gold", "", ""), row("2", "customers", "9", "Gold", "", "")}, "Rule 2 is about the same people as rule 1."},
	} {
		p := send("0", append(tt.rows, empty)...)
		if p.Status != 400 || !strings.Contains(p.Text, tt.want) {
			t.Errorf("%v answers %d without %q", tt.rows, p.Status, tt.want)
		}
	}
	if s, err := w.Store.Settings(t.Context()); err != nil || s.Version != 0 {
		t.Fatalf("something was stored: %+v, %v", s, err)
	}
	send("0", row("1", "customers", "30", "", "", ""), row("2", "customers", "90", "Gold", "pays", "ооо «ромашка»"), empty).Want(t, 303)
	s, err := w.Store.Settings(t.Context())
	if err != nil || len(s.Frequency) != 2 || s.Frequency[1] != (survey.FrequencyRule{Audience: survey.Customers, Tier: "Gold", Role: survey.Pays, Account: c.Account, Days: 90}) {
		t.Fatalf("stored %+v, %v", s.Frequency, err)
	}
	g.Get("/settings/frequency").Want(t, 200, "Rule 2", `value="ООО «Ромашка»"`, `value="90"`)
	g.Send("/settings", "version", "1", "company", "Shop", "languages", "en").Want(t, 303) // which has a form of its own
	send("1", empty).Want(t, 409)
	send("2", append(row("1", "customers", "30", "", "", ""), "rules.1.stored", "yes"), append(row("2", "customers", "10", "Gold", "", ""), "rules.2.stored", "yes"), empty).Want(t, 303)
	g.Get("/settings/frequency").Want(t, 200, "It never decides: rule 1 fits the same people and is as strict.")
	send("3", append(row("1", "customers", "30", "", "", ""), "rules.1.remove", "yes"), row("2", "customers", "60", "Gold", "", ""), empty).Want(t, 303)
	if s, _ := w.Store.Settings(t.Context()); len(s.Frequency) != 1 || s.Frequency[0].Days != 60 || s.Company != "Shop" {
		t.Errorf("after a removal: %+v", s)
	}
}
