package console_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// personal is the first e-mail address in what a page would have the browser open: its own address, links, files, forms and
// what those send in theirs. To write to somebody, mailto:, opens nothing.
func personal(page *html.Node, at *url.URL) string {
	bad := func(address string) bool {
		plain, err := url.QueryUnescape(address)
		return strings.Contains(address, "@") || err == nil && strings.Contains(plain, "@")
	}
	if bad(at.RequestURI()) {
		return at.RequestURI()
	}
	for n := range page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, name := range []string{"href", "src", "action", "formaction", "data-href", "data-src", "data-more", "data-url"} {
			if a := consoletest.Attribute(n, name); bad(a) && !strings.HasPrefix(a, "mailto:") {
				return a
			}
		}
		if n.Data != "form" || strings.EqualFold(consoletest.Attribute(n, "method"), "post") {
			continue
		}
		for field := range n.Descendants() {
			typed := field.Data == "input" && consoletest.Attribute(field, "type") != "hidden"
			if (field.Data == "input" || field.Data == "option") && !typed && bad(consoletest.Attribute(field, "value")) {
				return consoletest.Attribute(field, "value")
			}
		}
	}
	return ""
}

// Nobody's address stands in any address that the desk makes, though ids, a team and a token are addresses: every page that
// links lead to, as everybody, with every choice of every form that is an address, and where forms lead.
func TestNoAddressesInAddresses(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	ctx := context.Background()
	w.Desk.Door.Admin = "boss@example.com"
	var staff []survey.Staff
	for _, m := range consoletest.Everybody {
		m.ID = strings.ToUpper(m.ID[:1]) + m.ID[1:] + "@example.com"
		if m.Manager != "" {
			m.Manager = strings.ToUpper(m.Manager[:1]) + m.Manager[1:] + "@example.com"
		}
		m.Team = "north@example.com"
		staff = append(staff, m)
	}
	if err := w.Store.PutStaff(ctx, staff); err != nil {
		t.Fatal(err)
	}
	for i, owner := range []string{"Owner@example.com", "Manager@example.com", "gone@example.com", ""} {
		for n := range 7 {
			w.Detractor(10*i+n, owner, "north@example.com", "Кто-то", "why@example.com", n, w.Now().Add(-time.Hour))
		}
	}
	a := w.Asks("springaa", survey.Customers, "Весна 2026", 6, survey.DimensionAttribute("Сегмент"))
	for i := range 60 {
		a.Answer("north@example.com", i%11, i/6, func(r *survey.Response, c *survey.Contact) {
			c.Attrs = map[string]string{"Сегмент": "vip@example.com"}
			r.Owner = []string{"Owner@example.com", "gone@example.com"}[i%2]
		})
	}
	a.Counted()
	token, hash := auth.NewToken()
	if err := w.Store.PutToken(ctx, authz.Token{Hash: hash, Name: "crm@example.com", Role: survey.RoleAdministrator, Made: w.Now()}); err != nil {
		t.Fatal(err)
	}
	r, _ := http.NewRequest("POST", w.Site+"/api/v1/suppressions", strings.NewReader(`{"email":"stop@example.com","reason":"unsubscribed"}`))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	if status, said := consoletest.Send(t, r); status >= 300 {
		t.Fatal(status, said)
	}
	mux := http.NewServeMux()
	for _, rt := range w.Desk.Routes() {
		mux.HandleFunc(rt.Pattern, func(http.ResponseWriter, *http.Request) {})
	}
	led := 0
	for _, m := range staff {
		g := w.Guest(t)
		from := g.Post(w.Link(m.ID))
		pages, times := map[string]bool{}, map[string]int{}
		waiting := []string{from.To, "/cases", "/results", "/staff", "/settings/audit", "/results/springaa/by/owner", "/results/springaa/by/team"}
		for len(waiting) > 0 {
			path := waiting[0]
			waiting = waiting[1:]
			_, pattern := mux.Handler(httptest.NewRequest("GET", path, nil))
			if times[pattern]++; pages[path] || times[pattern] > 12 {
				continue
			}
			pages[path] = true
			p := g.Get(path)
			at, err := url.Parse(path)
			tree, wrong := html.Parse(strings.NewReader(p.Raw))
			if err != nil || wrong != nil || p.Status >= 500 {
				t.Fatal(path, p.Status, err, wrong)
			}
			if found := personal(tree, at); found != "" || strings.ContainsAny(p.To, "@") || strings.Contains(p.To, "%40") {
				t.Errorf("%s shows %s: %q, leads to %q", m.ID, path, found, p.To)
			}
			for _, a := range addressesOn(tree) {
				if strings.HasPrefix(a, "/") && !strings.HasPrefix(a, "/static") && !strings.HasPrefix(a, "/logo") && !strings.HasPrefix(a, "/brand") {
					waiting = append(waiting, a)
				}
			}
			if strings.Contains(path, "owner=") && p.Status == 200 {
				led++
			}
		}
		t.Logf("%s: %d pages", m.Role, len(pages))
	}
	if led < 10 {
		t.Errorf("only %d pages of an owner were met", led)
	}
	g := w.As(t, "Administrator@example.com")
	for path, form := range map[string][]string{
		"/cases/find":   {"who", "owner@example.com"},
		"/staff":        {"id", "new@example.com", "email", "new@example.com", "role", "owner"},
		"/language":     {"language", "en", "to", "/cases?owner=owner@example.com"},
		"/staff/search": {"sought", "owner@example.com"},
		"/staff/" + w.Desk.Keys.Seal("staff", "owner@example.com") + "/sign-out": nil, // an address of an earlier version
	} {
		p := g.Send(path, form...)
		if p.Status >= 400 || strings.Contains(p.To, "@") || strings.Contains(p.To, "%40") {
			t.Errorf("%s: %d, leads to %q", path, p.Status, p.To)
		}
	}
	if p := w.Guest(t).Get("/cases?owner=owner%40example.com&state=open"); strings.Contains(p.To, "40example") {
		t.Errorf("who is not signed in is led to %q", p.To)
	}
	// Old bookmarks work, and lead on without the address.
	p := g.Get("/cases?owner=owner%40example.com").Want(t, 200, "Елена Соколова")
	tree, _ := html.Parse(strings.NewReader(p.Raw))
	if links := addressesOn(tree); !slices.ContainsFunc(links, func(a string) bool { return strings.Contains(a, "owner="+w.Desk.Handle("Owner@example.com")) }) {
		t.Errorf("the links are %v", links)
	}
}

// addressesOn are the links of a page, and of its forms that are addresses every choice.
func addressesOn(page *html.Node) []string {
	found := map[string]bool{}
	for n := range page.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "a":
			found[consoletest.Attribute(n, "href")] = true
		case n.Data == "form" && !strings.EqualFold(consoletest.Attribute(n, "method"), "post"):
			for o := range n.Descendants() {
				if o.Data == "option" {
					q := consoletest.Filled(n)
					q.Set(consoletest.Attribute(o.Parent, "name"), consoletest.Attribute(o, "value"))
					found[consoletest.Attribute(n, "action")+"?"+q.Encode()] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// The API gives a reference for each of the staff, takes it where it takes an id, and takes its own answer back.
func TestReferencesOfTheAPI(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	if err := w.Store.PutStaff(t.Context(), []survey.Staff{{ID: "Owner@example.com", Email: "owner@example.com", Role: survey.RoleOwner}, {ID: "17", Email: "a@example.com", Role: survey.RoleOwner}}); err != nil {
		t.Fatal(err)
	}
	w.Detractor(1, "Owner@example.com", "", "Кто-то", "", 3, w.Now())
	_, said := w.Call("GET", "/api/v1/staff", "", nil)
	b, _ := json.Marshal(said["staff"])
	var staff []struct {
		ID  string `json:"id"`
		Ref string `json:"ref"`
	}
	if err := json.Unmarshal(b, &staff); err != nil || len(staff) != 2 || staff[1].ID != "Owner@example.com" || staff[1].Ref == "" || staff[0].Ref == staff[1].Ref {
		t.Fatalf("%v %+v", err, staff)
	}
	if said := w.PostList(t, "application/json", string(b)); !strings.Contains(said, `"unchanged":2`) {
		t.Error(said)
	}
	for owner, want := range map[string][2]int{
		staff[1].Ref: {1, 1}, "Owner%40example.com": {1, 1}, staff[0].Ref: {0, 0}, "17": {0, 0}, "": {0, 0}, "nobody": {0, 0}, staff[1].Ref + "A": {0, 0},
	} {
		_, cases := w.Call("GET", "/api/v1/cases?owner="+owner, "", nil)
		if n := len(cases["cases"].([]any)); n != want[0] {
			t.Errorf("%q has %d cases, want %d", owner, n, want[0])
		}
		_, count := w.Call("GET", "/api/v1/audiences/customers/count?owner="+owner, "", nil)
		if n := int(count["fit"].(float64)); n != want[1] {
			t.Errorf("%q has %d contacts, want %d", owner, n, want[1])
		}
	}
}
