package campaigns_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// grouped is a draft for 60 employees of three teams, two cities, and columns that name one person or nobody.
func grouped(t *testing.T) *consoletest.World {
	t.Helper()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	var people []survey.Contact
	for i := range 60 {
		email := "e" + strconv.Itoa(i) + "@example.ru"
		people = append(people, survey.Contact{
			ID: w.Desk.Keys.ContactID(survey.Employees, email), Audience: survey.Employees, Person: survey.Person{Email: email},
			Team: []string{"Склад", "Касса", "Офис"}[i%3], Location: []string{"Омск", "Тверь"}[i%2],
			Attrs: map[string]string{"Стаж": []string{"до года", "больше"}[i%2], "Табельный номер": strconv.Itoa(1000 + i), "Хобби": ""},
		})
	}
	if err := w.Store.PutContacts(t.Context(), people); err != nil {
		t.Fatal(err)
	}
	c := survey.Campaign{ID: "abcdefgh", Name: "eNPS", Audience: survey.Employees, State: survey.Draft, Language: "ru", Company: "Ромашка", Created: w.Now()}
	if err := w.Store.CreateCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return w
}

// Who is to be asked is followed by which columns the results are shown by, of employees alone: those that put people into groups are offered, the
// order in which they were ticked stays, and none is the team.
func TestGroupsAreChosen(t *testing.T) {
	t.Parallel()
	w := grouped(t)
	v := w.Visitor("marketing", "ru")
	at := "/campaigns/abcdefgh/edit"
	offered := func() (all, on []string) {
		_, page := v.Get(at + "?step=people")
		for _, part := range strings.Split(page, `name="groups" value="`)[1:] {
			name, rest, _ := strings.Cut(part, `"`)
			if name == "" {
				continue
			}
			all = append(all, name)
			if box, _, _ := strings.Cut(rest, ">"); strings.Contains(box, "checked") {
				on = append(on, name)
			}
		}
		return all, on
	}
	if all, on := offered(); !slices.Equal(all, []string{"team", "location", "attr:Стаж"}) || !slices.Equal(on, []string{"team"}) {
		t.Errorf("offered %v, ticked %v", all, on)
	}
	save := func(groups ...string) int {
		form := []string{"step", "people", "version", strconv.Itoa(w.Campaign("abcdefgh").Version), "sample", "100", "quiet_days", "0", "groups", ""}
		for _, g := range groups {
			form = append(form, "groups", g)
		}
		status, page, _ := v.Post(at, form...)
		if status == http.StatusBadRequest {
			v.Says(page, "не больше чем по 4")
		}
		return status
	}
	for _, of := range []struct{ ticked, want []string }{
		{[]string{"location", "attr:Стаж"}, []string{"location", "attr:Стаж"}},
		{[]string{"team", "location", "attr:Стаж"}, []string{"location", "attr:Стаж", "team"}}, // ticked last, given up first
		{nil, nil},
		{[]string{"team"}, nil},
		{[]string{"team", "location"}, []string{"team", "location"}},
	} {
		if status := save(of.ticked...); status != http.StatusSeeOther {
			t.Fatalf("%v: %d", of.ticked, status)
		}
		if got := w.Campaign("abcdefgh").Groups; !slices.Equal(got, of.want) {
			t.Errorf("%v is stored as %v, want %v", of.ticked, got, of.want)
		}
	}
	if status := save("team", "location", "tier", "product", "attr:Стаж"); status != http.StatusBadRequest || len(w.Campaign("abcdefgh").Groups) != 2 {
		t.Errorf("five: %d, %v", status, w.Campaign("abcdefgh").Groups)
	}
	if _, page := v.Get(at + "?step=check"); !strings.Contains(page, "Команда, Город") {
		t.Error("the last look does not say by what results are shown")
	}
	w.Asks("springaa", survey.Customers, "Весна", 1)
	w.Become("springaa", func(c *survey.Campaign) { c.State = survey.Draft })
	if _, page := v.Get("/campaigns/springaa/edit?step=people"); strings.Contains(page, `name="groups"`) {
		t.Error("customers' results are by every column, and one is to choose")
	}
}

// The boxes are sound at a phone's width and a desk's, and ticking one is saved.
func TestBrowserTicksGroups(t *testing.T) {
	t.Parallel()
	w := grouped(t)
	b := w.Tab("marketing", 390, "ru")
	b.Go("/campaigns/abcdefgh/edit?step=people")
	b.Sound("groups, phone")
	consoletest.Shoot(b, "groups-phone")
	b.Look(1280, true, "en")
	b.Go("/campaigns/abcdefgh/edit?step=people")
	b.Sound("groups, desk")
	b.Click(`#groups input[value=location]`)
	consoletest.Shoot(b, "groups-desk")
	b.ClickTo(`.onwards button[value=next]`, "iframe")
	if got := w.Campaign("abcdefgh").Groups; !slices.Equal(got, []string{"team", "location"}) {
		t.Errorf("stored: %v", got)
	}
}
