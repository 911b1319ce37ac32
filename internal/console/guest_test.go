package console

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

// guest is a browser without scripts: it keeps cookies and does not follow where it is led.
type guest struct {
	*world
	t      testing.TB
	client *http.Client
	header http.Header // goes with every request
}

type shown struct {
	status int
	to     string // where it leads
	text   string
	header http.Header
	raw    string // as it came; text is without HTML's escapes
}

func (w *world) guest(t testing.TB) *guest {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &guest{w, t, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		http.Header{"Accept-Language": {"en"}}}
}

// as is a guest who has signed in.
func (w *world) as(t testing.TB, staff string) *guest {
	t.Helper()
	g := w.guest(t)
	if p := g.post(w.link(staff)); p.status != http.StatusSeeOther {
		t.Fatalf("%s cannot sign in: %d %s", staff, p.status, p.text)
	}
	return g
}

func (g *guest) do(method, path, media string, body io.Reader) shown {
	g.t.Helper()
	r, err := http.NewRequest(method, g.site+path, body)
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header = g.header.Clone()
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	answer, err := g.client.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return shown{answer.StatusCode, answer.Header.Get("Location"), html.UnescapeString(string(b)), answer.Header, string(b)}
}

func (g *guest) get(path string) shown {
	g.t.Helper()
	return g.do("GET", path, "", nil)
}

// post sends name, value pairs as a form.
func (g *guest) post(path string, pairs ...string) shown {
	g.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return g.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

var formField = regexp.MustCompile(`name="form" value="([^"]+)"`)

// form is what the forms of this session carry.
func (g *guest) form() string {
	g.t.Helper()
	m := formField.FindStringSubmatch(g.get("/").text)
	if m == nil {
		g.t.Fatal("the home page has no form: not signed in")
	}
	return m[1]
}

// send posts a form as this session's own.
func (g *guest) send(path string, pairs ...string) shown {
	g.t.Helper()
	return g.post(path, append([]string{"form", g.form()}, pairs...)...)
}

// upload is send with a file.
func (g *guest) upload(path, field, name string, file []byte, pairs ...string) shown {
	g.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		w.WriteField(pairs[i], pairs[i+1])
	}
	w.WriteField("form", g.form())
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
	return g.do("POST", path, w.FormDataContentType(), &b)
}

// want fails the test where a page is not as it should be.
func (p shown) want(t testing.TB, status int, texts ...string) shown {
	t.Helper()
	if p.status != status {
		t.Errorf("answer is %d, want %d: %s%.600s", p.status, status, p.to, body(p.text))
	}
	for _, text := range texts {
		if !strings.Contains(p.text, text) {
			t.Errorf("the page does not say %q: %.900s", text, body(p.text))
		}
	}
	return p
}

// body is the page without what is around it.
func body(page string) string {
	_, rest, found := strings.Cut(page, "<main")
	if !found {
		return page
	}
	return rest
}

func who(staff string) authz.Who { return authz.Who{Staff: survey.Staff{ID: staff}} }
