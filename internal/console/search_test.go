package console_test

import (
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/web"
)

// A name is found among many without a click for every few thousand: by the page's script, and in one request without it.
func TestSearchGoesOn(t *testing.T) {
	t.Parallel()
	const people = 9000 // three requests' worth
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Many(w, people)
	b := w.Tab("marketing", 390, "en")
	for _, test := range []struct {
		text  string
		found int
	}{{"елкина", 3}, {"Nobody of that name", 0}, {"person 8999", 1}} {
		b.Go("/contacts?audience=customers")
		b.Type("#search", test.text)
		b.Click(`form[role=search] button`)
		b.Until(`document.querySelector("#found [role=status]")?.textContent.includes("9,000") && document.querySelectorAll("#found tbody tr").length === ` + strconv.Itoa(test.found) + ` && !document.querySelector("#match")`)
		if test.found == 0 && !strings.Contains(b.Text("#found .empty"), "No match") {
			t.Errorf("nobody: %q", b.Text("#found"))
		}
	}
	b.Sound("search")

	v := w.Visitor("marketing", "en")
	_, page, _ := v.Post("/contacts/search", "audience", "customers", "search", "елкина")
	v.Says(page, "9,000 contacts searched")
	if n := strings.Count(page, "Ёлкина"); n < 3 || strings.Contains(page, `id="further"`) {
		t.Errorf("without a script %d are found", n)
	}
	// Somebody who waits is not kept waiting for ever: the clock ends a request, and the next goes on from there.
	calls := 0
	w.Desk.Lists.Now = func() time.Time { calls++; return w.Now().Add(time.Duration(calls) * 2 * time.Second) }
	_, page, _ = v.Post("/contacts/search", "audience", "customers", "search", "nobody of that name")
	v.Says(page, `id="further"`, "Keep searching")
}

// The console's pages are packed for whoever takes that, and read the same.
func TestPagesArePacked(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "ru")
	handle := web.Handler(w.Desk.Handler())
	get := func(path, encoding string) events.APIGatewayV2HTTPResponse {
		e := events.APIGatewayV2HTTPRequest{
			RawPath: path, RouteKey: "ANY /{proxy+}", Headers: map[string]string{"host": strings.TrimPrefix(w.Site, "http://"), "accept-encoding": encoding},
			Cookies: strings.Split(v.Cookies, "; "),
		}
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
		if len(plain.Body) < 1000 { // not worth it: see web.Handler
			continue
		}
		if plain.StatusCode != http.StatusOK || plain.Headers["Content-Encoding"] != "" || packed.Headers["Content-Encoding"] != "gzip" || packed.Headers["Vary"] != "Accept-Encoding" {
			t.Errorf("%s: %d, %v, %v", path, plain.StatusCode, plain.Headers, packed.Headers)
		}
		if len(packed.Body)*10 > len(plain.Body)*8 { // small pages, and with base64's third
			t.Errorf("%s: %d bytes of %d", path, len(packed.Body), len(plain.Body))
		}
	}
}
