package contacts_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/console/consoletest"
	"onetap/internal/insight"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

const (
	personalPart = "attr:Contact person"
	secretName   = "Zinaida"
)

// segmented is a campaign from before columns were chosen: one of its parts names people.
func segmented(t *testing.T) (*consoletest.World, *consoletest.Asked) {
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := w.Asks("parted2a", survey.Customers, "Parted", 2, "location", personalPart, "attr:Region")
	a.C.Filter = survey.Filter{Attrs: map[string][]string{"Contact person": {secretName, "Yakov"}, "Region": {"R0", "R1"}}}
	c := w.Campaign(a.C.ID)
	c.Filter = a.C.Filter
	if _, err := w.Store.SaveCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for i := range 72 { // six blocks of twelve: nothing is too small to show
		a.Answer("North", []int{10, 9, 3}[i%3], 1, func(r *survey.Response, p *survey.Contact) {
			r.Why = "because"
			p.Attrs = map[string]string{"Contact person": [2]string{secretName, "Yakov"}[i%2], "Region": [2]string{"R0", "R1"}[i%2]}
		})
	}
	a.Counted()
	return w, a
}

// What names people is nowhere before an analyst or a marketer: not as a page, a tab, a link to answers, a figure, a
// filter; and everywhere again once somebody has said that it may be.
func TestPersonalSegmentsAreHidden(t *testing.T) {
	t.Parallel()
	w, _ := segmented(t)
	link := "/results/parted2a/answers?part=1&value=" + insight.SegmentSum(secretName)
	pages := []string{"/results", "/results/parted2a", "/results/parted2a/by/team", "/results/parted2a/by/part-0", "/results/parted2a/by/part-2", "/results/parted2a/answers", "/campaigns/parted2a"}
	token := func(role survey.Role) *consoletest.Guest {
		secret, hash := auth.NewToken()
		if err := w.Store.PutToken(t.Context(), authz.Token{Hash: hash, Name: string(role), Role: role, Made: w.Now()}); err != nil {
			t.Fatal(err)
		}
		g := w.Guest(t)
		g.Header.Set("Authorization", "Bearer "+secret)
		g.Header.Set("Accept", "application/json")
		return g
	}
	check := func(staff string, role survey.Role, hidden, filterHidden bool) {
		t.Helper()
		v, api := w.Visitor(staff, "en"), token(role)
		for _, path := range []string{"/results/parted2a/by/part-1", link} {
			if status, page := v.Get(path); (status == http.StatusForbidden) != hidden || hidden && strings.Contains(page, secretName) {
				t.Errorf("%s, %s: %d", staff, path, status)
			}
		}
		all := ""
		for _, path := range pages {
			status, page := v.Get(path)
			if status != 200 {
				t.Errorf("%s, %s: %d", staff, path, status)
			}
			if path != "/campaigns/parted2a" {
				all += page
			} else if strings.Contains(page, secretName) == filterHidden {
				t.Errorf("%s: the campaign's page, filter hidden %v", staff, filterHidden)
			}
		}
		for _, path := range []string{"/api/v1/campaigns/parted2a/results", "/api/v1/campaigns/parted2a/results?by=attr:Region", "/api/v1/campaigns/parted2a/compare?with=parted2a"} {
			all += api.Get(path).Text
		}
		all += api.Do("POST", "/api/v1/campaigns/parted2a/results/count", "application/json", strings.NewReader("{}")).Text
		if hidden && strings.Contains(all, secretName) || strings.Contains(all, "Contact person") == hidden {
			t.Errorf("%s: the part is shown: %v", staff, strings.Contains(all, "Contact person"))
		}
		if p := api.Get("/api/v1/campaigns/parted2a/results?by=" + url.QueryEscape(personalPart)); (p.Status == 400) != hidden || hidden == strings.Contains(p.Text, secretName) {
			t.Errorf("%s, by the part: %d %.200s", staff, p.Status, p.Text)
		}
		p := api.Get("/api/v1/campaigns/parted2a")
		if strings.Contains(p.Text, secretName) == filterHidden || !strings.Contains(p.Text, `"R1"`) || strings.Contains(p.Text, `"attr:Contact person"`) == hidden {
			t.Errorf("%s, the campaign: %s", staff, p.Text)
		}
	}
	check("analyst", survey.RoleAnalyst, true, true)
	check("executive", survey.RoleExecutive, false, false)
	v := w.Visitor("marketing", "en")
	if status, _ := v.Get(link); status != http.StatusForbidden {
		t.Errorf("marketing follows a link to one person's answers: %d", status)
	}
	_, page := v.Get("/contacts/segments")
	v.Says(page, "Contact person", "suggested")
	if status, _, _ := v.Post("/contacts/segments", "audience", "customers", "part-0", personalPart, "segment-0", "segment"); status != 303 {
		t.Fatalf("saving: %d", status)
	}
	check("analyst", survey.RoleAnalyst, false, false)
	if status, _, _ := v.Post("/contacts/segments", "audience", "customers", "part-0", personalPart, "segment-0", "personal_segment"); status != 303 {
		t.Fatalf("saving: %d", status)
	}
	check("analyst", survey.RoleAnalyst, true, true)
	if got := w.Campaign("parted2a"); len(got.Dimensions) != 3 || got.Dimensions[1] != personalPart || got.Filter.Attrs["Contact person"][0] != secretName {
		t.Errorf("showing changed what is stored: %+v", got)
	}
}

// The choice is made in the upload, by page and by API, and known to the next list.
func TestSegmentsAreChosenInTheUpload(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "en")
	const list = "E-mail;Region;Owner mobile;Industry\nanna@example.com;North;+74951234567;Bakery\nbo@example.com;South;+74957654321;Bakery\n"
	_, page, _ := v.Upload(list, "audience", "customers", "do", "check")
	v.Says(page, "1 column looks personal", `<option value="no_segment" selected>`, `<option value="segment" selected>`)
	if status, _, _ := v.Upload(list, "audience", "customers", "heading-0", "Email", "field-0", "email", "heading-1", "Industry", "field-1", "personal_segment", "do", "import"); status != 303 {
		t.Fatalf("import: %d", status)
	}
	answer := w.Must("GET", "/api/v1/audiences/customers/columns", "", nil)
	want := map[string]string{"attr:Industry": "personal_segment true", "attr:Owner mobile": "no_segment false"}
	for _, c := range answer["columns"].([]any) {
		c := c.(map[string]any)
		got := c["segment"].(string) + map[any]string{true: " true", false: " false"}[c["chosen"]]
		if w, ok := want[c["part"].(string)]; ok && w != got {
			t.Errorf("%s is %s, want %s", c["part"], got, w)
		}
		delete(want, c["part"].(string))
	}
	if len(want) != 0 {
		t.Errorf("not listed: %v", want)
	}
	_, page, _ = v.Upload(list, "audience", "customers", "do", "check")
	v.Says(page, `<option value="personal_segment" selected>`)
	w.Must("PATCH", "/api/v1/audiences/customers/columns", "application/json", []byte(`{"columns":{"attr:Industry":"segment"}}`))
	_, page, _ = v.Upload(list, "audience", "customers", "do", "check")
	if strings.Contains(page, `<option value="personal_segment" selected>`) {
		t.Error("a choice by the API is not known to the page")
	}
	for body, code := range map[string]string{`{"columns":{"attr:Industry":"public"}}`: "segment_choice", `{"columns":{"team":"segment"}}`: "column_unknown"} {
		if status, answer := w.Call("PATCH", "/api/v1/audiences/customers/columns", "application/json", []byte(body)); status != 400 || !strings.Contains(answer["error"].(map[string]any)["code"].(string), code) {
			t.Errorf("%s: %d %v", body, status, answer)
		}
	}
}

// The page of columns, saved as it stands, makes no segment of a column that names people one by one.
func TestColumnsSavedUnread(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "en")
	list := "E-mail;Contract;Industry\n"
	for n := range 60 {
		list += fmt.Sprintf("c%d@example.com;K-%d/24;%s\n", n, 1000+n, [2]string{"North", "South"}[n%2])
	}
	w.Must("POST", "/api/v1/contacts?audience=customers", "text/csv", []byte(list))
	columns := func() string {
		all := ""
		for _, c := range w.Must("GET", "/api/v1/audiences/customers/columns", "", nil)["columns"].([]any) {
			c := c.(map[string]any)
			all += fmt.Sprint(c["part"], " ", c["segment"], "; ")
		}
		return all
	}
	const want = "attr:Contract no_segment; attr:E-mail no_segment; attr:Industry segment; "
	if got := columns(); got != want {
		t.Errorf("guessed: %s", got)
	}
	_, page := v.Get("/contacts/segments?audience=customers")
	tree, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range tree.Descendants() {
		if n.Data == "form" && consoletest.Attribute(n, "action") == "/contacts/segments" {
			var fields []string
			for name, values := range consoletest.Filled(n) {
				fields = append(fields, name, values[0])
			}
			v.Post("/contacts/segments", fields...)
		}
	}
	if got := columns(); got != want {
		t.Errorf("saved as it stood: %s", got)
	}
}
