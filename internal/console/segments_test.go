package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

const (
	personalPart = "attr:Contact person"
	secretName   = "Zinaida"
)

// segmented is a campaign from before columns were chosen: one of its parts names people.
func segmented(t *testing.T) (*world, *asked) {
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	a := w.asks("parted2a", survey.Customers, "Parted", 2, "location", personalPart, "attr:Region")
	a.c.Filter = survey.Filter{Attrs: map[string][]string{"Contact person": {secretName, "Yakov"}, "Region": {"R0", "R1"}}}
	c := w.stored1(a.c.ID)
	c.Filter = a.c.Filter
	if _, err := w.store.SaveCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for i := range 72 { // six blocks of twelve: nothing is too small to show
		a.answer("North", []int{10, 9, 3}[i%3], 1, func(r *survey.Response, p *survey.Contact) {
			r.Why = "because"
			p.Attrs = map[string]string{"Contact person": [2]string{secretName, "Yakov"}[i%2], "Region": [2]string{"R0", "R1"}[i%2]}
		})
	}
	a.counted()
	return w, a
}

// What names people is nowhere before an analyst or a marketer: not as a page, a tab, a link to answers, a figure, a
// filter; and everywhere again once somebody has said that it may be.
func TestPersonalSegmentsAreHidden(t *testing.T) {
	t.Parallel()
	w, _ := segmented(t)
	link := "/results/parted2a/answers?part=1&value=" + insight.SegmentSum(secretName)
	pages := []string{"/results", "/results/parted2a", "/results/parted2a/by/team", "/results/parted2a/by/part-0", "/results/parted2a/by/part-2", "/results/parted2a/answers", "/campaigns/parted2a"}
	token := func(role survey.Role) *guest {
		secret, hash := auth.NewToken()
		if err := w.store.PutToken(t.Context(), authz.Token{Hash: hash, Name: string(role), Role: role, Made: w.now()}); err != nil {
			t.Fatal(err)
		}
		g := w.guest(t)
		g.header.Set("Authorization", "Bearer "+secret)
		g.header.Set("Accept", "application/json")
		return g
	}
	check := func(staff string, role survey.Role, hidden, filterHidden bool) {
		t.Helper()
		v, api := w.visitor(staff, "en"), token(role)
		for _, path := range []string{"/results/parted2a/by/part-1", link} {
			if status, page := v.get(path); (status == http.StatusForbidden) != hidden || hidden && strings.Contains(page, secretName) {
				t.Errorf("%s, %s: %d", staff, path, status)
			}
		}
		all := ""
		for _, path := range pages {
			status, page := v.get(path)
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
			all += api.get(path).text
		}
		all += api.do("POST", "/api/v1/campaigns/parted2a/results/count", "application/json", strings.NewReader("{}")).text
		if strings.Contains(all, secretName) || strings.Contains(all, "Contact person") == hidden {
			t.Errorf("%s: the part is shown: %v", staff, strings.Contains(all, "Contact person"))
		}
		if p := api.get("/api/v1/campaigns/parted2a/results?by=" + url.QueryEscape(personalPart)); (p.status == 400) != hidden || hidden == strings.Contains(p.text, secretName) {
			t.Errorf("%s, by the part: %d %.200s", staff, p.status, p.text)
		}
		p := api.get("/api/v1/campaigns/parted2a")
		if strings.Contains(p.text, secretName) == filterHidden || !strings.Contains(p.text, `"R1"`) || strings.Contains(p.text, `"attr:Contact person"`) == hidden {
			t.Errorf("%s, the campaign: %s", staff, p.text)
		}
	}
	check("analyst", survey.RoleAnalyst, true, true)
	check("executive", survey.RoleExecutive, false, false)
	v := w.visitor("marketing", "en")
	if status, _ := v.get(link); status != http.StatusForbidden {
		t.Errorf("marketing follows a link to one person's answers: %d", status)
	}
	_, page := v.get("/contacts/segments")
	v.says(page, "Contact person", "our guess")
	if status, _, _ := v.post("/contacts/segments", "audience", "customers", "part-0", personalPart, "segment-0", "segment"); status != 303 {
		t.Fatalf("saving: %d", status)
	}
	check("analyst", survey.RoleAnalyst, false, false)
	if status, _, _ := v.post("/contacts/segments", "audience", "customers", "part-0", personalPart, "segment-0", "personal_segment"); status != 303 {
		t.Fatalf("saving: %d", status)
	}
	check("analyst", survey.RoleAnalyst, true, true)
	if got := w.stored1("parted2a"); len(got.Dimensions) != 3 || got.Dimensions[1] != personalPart || got.Filter.Attrs["Contact person"][0] != secretName {
		t.Errorf("showing changed what is stored: %+v", got)
	}
}

// The choice is made in the upload, by page and by API, and known to the next list.
func TestSegmentsAreChosenInTheUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	v := w.visitor("marketing", "en")
	const list = "E-mail;Region;Owner mobile;Industry\nanna@example.com;North;+74951234567;Bakery\nbo@example.com;South;+74957654321;Bakery\n"
	_, page, _ := v.upload(list, "audience", "customers", "do", "check")
	v.says(page, "1 column looks personal", `<option value="no_segment" selected>`, `<option value="segment" selected>`)
	if status, _, _ := v.upload(list, "audience", "customers", "heading-0", "E-mail", "field-0", "email", "heading-1", "Industry", "field-1", "personal_segment", "do", "import"); status != 303 {
		t.Fatalf("import: %d", status)
	}
	answer := w.must("GET", "/api/v1/audiences/customers/columns", "", nil)
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
	_, page, _ = v.upload(list, "audience", "customers", "do", "check")
	v.says(page, `<option value="personal_segment" selected>`)
	w.must("PATCH", "/api/v1/audiences/customers/columns", "application/json", []byte(`{"columns":{"attr:Industry":"segment"}}`))
	_, page, _ = v.upload(list, "audience", "customers", "do", "check")
	if strings.Contains(page, `<option value="personal_segment" selected>`) {
		t.Error("a choice by the API is not known to the page")
	}
	for body, code := range map[string]string{`{"columns":{"attr:Industry":"public"}}`: "segment_choice", `{"columns":{"team":"segment"}}`: "column_unknown"} {
		if status, answer := w.call("PATCH", "/api/v1/audiences/customers/columns", "application/json", []byte(body)); status != 400 || !strings.Contains(answer["error"].(map[string]any)["code"].(string), code) {
			t.Errorf("%s: %d %v", body, status, answer)
		}
	}
}

// The page of columns, saved as it stands, makes no segment of a column that names people one by one.
func TestColumnsSavedUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	v := w.visitor("marketing", "en")
	list := "E-mail;Contract;Industry\n"
	for n := range 60 {
		list += fmt.Sprintf("c%d@example.com;K-%d/24;%s\n", n, 1000+n, [2]string{"North", "South"}[n%2])
	}
	w.must("POST", "/api/v1/contacts?audience=customers", "text/csv", []byte(list))
	columns := func() string {
		all := ""
		for _, c := range w.must("GET", "/api/v1/audiences/customers/columns", "", nil)["columns"].([]any) {
			c := c.(map[string]any)
			all += fmt.Sprint(c["part"], " ", c["segment"], "; ")
		}
		return all
	}
	const want = "attr:Contract no_segment; attr:E-mail no_segment; attr:Industry segment; "
	if got := columns(); got != want {
		t.Errorf("guessed: %s", got)
	}
	_, page := v.get("/contacts/segments?audience=customers")
	tree, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range tree.Descendants() {
		if n.Data == "form" && attribute(n, "action") == "/contacts/segments" {
			var fields []string
			for name, values := range filled(n) {
				fields = append(fields, name, values[0])
			}
			v.post("/contacts/segments", fields...)
		}
	}
	if got := columns(); got != want {
		t.Errorf("saved as it stood: %s", got)
	}
}
