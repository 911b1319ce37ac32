package console

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// many stores n contacts, three by name among them.
func (w *world) many(n int) {
	w.t.Helper()
	cs := make([]survey.Contact, n)
	for i := range cs {
		email := "person" + strconv.Itoa(i) + "@example.com"
		cs[i] = survey.Contact{ID: w.desk.Keys.ContactID(survey.Customers, email), Audience: survey.Customers,
			Person: survey.Person{Email: email, Name: "Person " + strconv.Itoa(i)}, Team: "Team " + strconv.Itoa(i%3)}
		if i%(n/3) == 7 {
			cs[i].Person.Name = "Ёлкина Зоя " + strconv.Itoa(i)
		}
	}
	if err := w.store.PutContacts(w.t.Context(), cs); err != nil {
		w.t.Fatal(err)
	}
}

// A name is found among many without a click for every few thousand: by the page's script, and in one request without it.
func TestSearchGoesOn(t *testing.T) {
	t.Parallel()
	const people = 9000 // three requests' worth
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	w.many(people)
	b := w.tab("marketing", 390, "en")
	for _, test := range []struct {
		text  string
		found int
	}{{"елкина", 3}, {"Nobody of that name", 0}, {"person 8999", 1}} {
		b.Go("/contacts?audience=customers")
		b.Type("#search", test.text)
		b.Click(`form[role=search] button`)
		b.Until(`document.querySelector("#found [role=status]")?.textContent.includes("9000") && document.querySelectorAll("#found tbody tr").length === ` + strconv.Itoa(test.found))
		if test.found == 0 && !strings.Contains(b.Text("#found .empty"), "Nobody fits") {
			t.Errorf("nobody: %q", b.Text("#found"))
		}
	}
	b.Sound("search")

	v := w.visitor("marketing", "en")
	_, page, _ := v.post("/contacts/search", "audience", "customers", "search", "елкина")
	v.says(page, "9000 contacts were looked through")
	if n := strings.Count(page, "Ёлкина"); n < 3 || strings.Contains(page, `id="further"`) {
		t.Errorf("without a script %d are found", n)
	}
	// Somebody who waits is not kept waiting for ever: the clock ends a request, and the next goes on from there.
	calls := 0
	w.desk.Lists.Now = func() time.Time { calls++; return w.now().Add(time.Duration(calls) * 2 * time.Second) }
	_, page, _ = v.post("/contacts/search", "audience", "customers", "search", "nobody of that name")
	v.says(page, `id="further"`, "Search further")
}

// The console's pages are packed for whoever takes that, and read the same.
func TestPagesArePacked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	v := w.visitor("marketing", "ru")
	handle := web.Handler(w.desk.Handler())
	get := func(path, encoding string) events.APIGatewayV2HTTPResponse {
		e := events.APIGatewayV2HTTPRequest{RawPath: path, RouteKey: "ANY /{proxy+}", Headers: map[string]string{"host": strings.TrimPrefix(w.site, "http://"), "accept-encoding": encoding},
			Cookies: strings.Split(v.cookies, "; ")}
		e.RequestContext.HTTP.Method = http.MethodGet
		answer, err := handle(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	paths := []string{"/", "/campaigns", "/campaigns/new", "/contacts", "/results"}
	for _, file := range regexp.MustCompile(`/static/[\w.-]+\.(?:css|js)[^"]*`).FindAllString(get("/campaigns/new", "").Body, -1) {
		paths = append(paths, html.UnescapeString(file))
	}
	if len(paths) < 7 {
		t.Errorf("the page names %d files", len(paths)-5)
	}
	for _, path := range paths {
		plain, packed := get(path, ""), get(path, "gzip, br")
		if plain.StatusCode != http.StatusOK || plain.Headers["Content-Encoding"] != "" || packed.Headers["Content-Encoding"] != "gzip" || packed.Headers["Vary"] != "Accept-Encoding" {
			t.Errorf("%s: %d, %v, %v", path, plain.StatusCode, plain.Headers, packed.Headers)
		}
		if len(packed.Body)*10 > len(plain.Body)*8 { // small pages, and with base64's third
			t.Errorf("%s: %d bytes of %d", path, len(packed.Body), len(plain.Body))
		}
	}
}

// The people step draws few boxes, however many values there are, and finds the others; its count is of everybody.
func TestPeopleStepIsShort(t *testing.T) {
	t.Parallel()
	w, v, c := planned(t, 0)
	var cs []survey.Contact
	for i := range 6000 {
		email := "p" + strconv.Itoa(i) + "@example.com"
		attrs := map[string]string{}
		for a := range 12 {
			attrs["Column "+strconv.Itoa(a)] = "Value " + strconv.Itoa(i%40)
		}
		cs = append(cs, survey.Contact{ID: w.desk.Keys.ContactID(survey.Customers, email), Audience: survey.Customers, Person: survey.Person{Email: email},
			Team: "Team " + strconv.Itoa(i%60), Attrs: attrs})
	}
	if err := w.store.PutContacts(t.Context(), cs); err != nil {
		t.Fatal(err)
	}
	_, page := v.get("/campaigns/" + string(c.ID) + "/edit?step=people")
	if n := strings.Count(page, `type="checkbox"`); n > 200 || n < 50 {
		t.Errorf("%d boxes", n)
	}
	_, rest, _ := strings.Cut(page, `data-walks="`)
	text, _, _ := strings.Cut(rest, `"`)
	var begin []string
	if err := json.Unmarshal([]byte(strings.ReplaceAll(strings.ReplaceAll(text, "&#34;", `"`), "&quot;", `"`)), &begin); err != nil || len(begin) != 4 {
		t.Fatalf("walks %q: %v", text, err)
	}
	looked := 0
	for _, next := range begin {
		for next != "" {
			form := url.Values{"form": {v.form}, "after": {next}, "step": {"people"}, "sample": {"100"}, "quiet_days": {"0"}}
			r, err := http.NewRequest("POST", w.site+"/campaigns/"+string(c.ID)+"/count", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			status, body, _ := v.send(r, err)
			var h headcount
			if json.Unmarshal([]byte(body), &h) != nil || status != http.StatusOK {
				t.Fatalf("%d %s", status, body)
			}
			looked += h.Looked
			next = h.Next
		}
	}
	if looked != 6000 {
		t.Errorf("the walks look at %d", looked)
	}
	b := w.tab("marketing", 1280, "en")
	b.Go("/campaigns/" + string(c.ID) + "/edit?step=people")
	b.Until(`document.querySelector("[data-n=looked]").textContent === "6,000" && document.querySelector("[data-said]").textContent !== ""`)
	if n := b.Text(`[data-n=invited]`); n != "6,000" {
		t.Errorf("%s will be invited", n)
	}
	b.Click(`details[data-field=team] summary`)
	b.Type(`details[data-field=team] .find`, "Team 59")
	b.Until(`document.querySelectorAll("details[data-field=team] .values input").length === 1`)
	b.Click(`details[data-field=team] .values input`)
	b.Until(`document.querySelector("[data-n=invited]").textContent === "100"`)
}
