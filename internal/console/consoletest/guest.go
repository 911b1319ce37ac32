package consoletest

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"onetap/internal/authz"
	"onetap/internal/survey"
)

// Guest is a browser without scripts: it keeps cookies and does not follow where it is led.
type Guest struct {
	*World
	t      testing.TB
	Client *http.Client
	Header http.Header // goes with every request
}

// Page is what a guest was answered.
type Page struct {
	Status int
	To     string // where it leads
	Text   string // the body without HTML's escapes
	Header http.Header
	Raw    string // the body as it came
}

// Guest is a new browser, whose faults fail t.
func (w *World) Guest(t testing.TB) *Guest {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Guest{
		w, t, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		http.Header{"Accept-Language": {"en"}},
	}
}

// As is a Guest who has signed in.
func (w *World) As(t testing.TB, staff string) *Guest {
	t.Helper()
	g := w.Guest(t)
	if p := g.Post(w.Link(staff)); p.Status != http.StatusSeeOther {
		t.Fatalf("%s cannot sign in: %d %s", staff, p.Status, p.Text)
	}
	return g
}

// Do makes a request; media is the type of the body, "" without one.
func (g *Guest) Do(method, path, media string, body io.Reader) Page {
	g.t.Helper()
	r, err := http.NewRequest(method, g.Site+path, body)
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header = g.Header.Clone()
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	answer, err := g.Client.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return Page{answer.StatusCode, answer.Header.Get("Location"), html.UnescapeString(string(b)), answer.Header, string(b)}
}

func (g *Guest) Get(path string) Page {
	g.t.Helper()
	return g.Do("GET", path, "", nil)
}

// Post sends name, value pairs as a form.
func (g *Guest) Post(path string, pairs ...string) Page {
	g.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return g.Do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

var formField = regexp.MustCompile(`name="form" value="([^"]+)"`)

// Form is what the forms of this session carry.
func (g *Guest) Form() string {
	g.t.Helper()
	m := formField.FindStringSubmatch(g.Get("/").Text)
	if m == nil {
		g.t.Fatal("the home page has no form: not signed in")
	}
	return m[1]
}

// Send posts a form as this session's own.
func (g *Guest) Send(path string, pairs ...string) Page {
	g.t.Helper()
	return g.Post(path, append([]string{"form", g.Form()}, pairs...)...)
}

// Upload is Send with a file.
func (g *Guest) Upload(path, field, name string, file []byte, pairs ...string) Page {
	g.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		w.WriteField(pairs[i], pairs[i+1])
	}
	w.WriteField("form", g.Form())
	part, err := w.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		g.t.Fatal(err)
	}
	return g.Do("POST", path, w.FormDataContentType(), &b)
}

// Want fails the test where a page is not as it should be.
func (p Page) Want(t testing.TB, status int, texts ...string) Page {
	t.Helper()
	if p.Status != status {
		t.Errorf("answer is %d, want %d: %s%.600s", p.Status, status, p.To, Body(p.Text))
	}
	for _, text := range texts {
		if !Says(p.Text, text) {
			t.Errorf("the page does not say %q: %.900s", text, Body(p.Text))
		}
	}
	return p
}

// Says reports whether a page holds a text, wherever lines may break in either.
func Says(page, text string) bool {
	return strings.Contains(strings.ReplaceAll(page, "\u00a0", " "), strings.ReplaceAll(text, "\u00a0", " "))
}

// Body is the page without what is around it.
func Body(page string) string {
	_, rest, found := strings.Cut(page, "<main")
	if !found {
		return page
	}
	return rest
}

// Who is somebody as the use cases see them, of whom only the id matters.
func Who(staff string) authz.Who { return authz.Who{Staff: survey.Staff{ID: staff}} }
