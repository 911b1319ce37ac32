package consoletest

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// People uploads n customers of seven teams, three products and fifty city districts.
func (w *World) People(n int) {
	w.T.Helper()
	var b strings.Builder
	b.WriteString("email,name,team,product,language,city district\n")
	for i := range n {
		fmt.Fprintf(&b, "person%d@example.com,Person %d,Team %d,Product %d,%s,District %d\n", i, i, i%7, i%3, []string{"ru", "en", ""}[i%3], i%50)
	}
	w.Must("POST", "/api/v1/contacts?audience=customers", "application/octet-stream", []byte(b.String()))
}

// Planned is a world of so many contacts with marketing signed in and a draft, "abcdefgh", that stands at its second step.
func Planned(t *testing.T, people int) (*World, *Visitor, survey.Campaign) {
	t.Helper()
	w := New(t, dynamo.Options{})
	w.Staffed()
	if people > 0 {
		w.People(people)
	}
	v := w.Visitor("marketing", "en")
	status, page, to := v.Post("/campaigns/new", "new", "abcdefgh", "name", "Autumn", "audience", "customers", "company", "Ромашка", "language", "ru", "go", "next")
	if status != http.StatusSeeOther || to != "/campaigns/abcdefgh/edit?step=people" {
		t.Fatalf("a new draft: %d to %q\n%s", status, to, page)
	}
	return w, v, w.Campaign("abcdefgh")
}

// Campaign is a campaign as it is stored.
func (w *World) Campaign(id survey.CampaignID) survey.Campaign {
	w.T.Helper()
	c, err := w.Store.Campaign(w.T.Context(), id)
	if err != nil {
		w.T.Fatal(err)
	}
	return c
}

// Become stores a campaign in another state.
func (w *World) Become(id survey.CampaignID, change func(*survey.Campaign)) survey.Campaign {
	w.T.Helper()
	c := w.Campaign(id)
	change(&c)
	c, err := w.Store.SaveCampaign(context.Background(), c)
	if err != nil {
		w.T.Fatal(err)
	}
	return c
}

// Many stores n contacts, three by name among them.
func Many(w *World, n int) {
	w.T.Helper()
	cs := make([]survey.Contact, n)
	for i := range cs {
		email := "person" + strconv.Itoa(i) + "@example.com"
		cs[i] = survey.Contact{
			ID: w.Desk.Keys.ContactID(survey.Customers, email), Audience: survey.Customers,
			Person: survey.Person{Email: email, Name: "Person " + strconv.Itoa(i)}, Team: "Team " + strconv.Itoa(i%3),
		}
		if i%(n/3) == 7 {
			cs[i].Person.Name = "Ёлкина Зоя " + strconv.Itoa(i)
		}
	}
	if err := w.Store.PutContacts(w.T.Context(), cs); err != nil {
		w.T.Fatal(err)
	}
}
