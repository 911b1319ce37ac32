package consoletest

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/browsertest"
)

// Visitor is somebody of the staff in a browser without scripts.
type Visitor struct {
	w       *World
	T       testing.TB
	Form    string // what the forms of this session carry
	Cookies string // the header
}

// Visitor signs somebody in who is on the staff list.
func (w *World) Visitor(staff, language string) *Visitor {
	w.T.Helper()
	s := authz.Session{ID: "session-" + staff, Staff: staff, Created: w.Now(), Expires: w.Now().Add(auth.SessionLife)}
	if err := w.Store.PutSession(context.Background(), s); err != nil {
		w.T.Fatal(err)
	}
	return &Visitor{w, w.T, w.Desk.Keys.Seal("form", s.ID), "onetap-session=" + w.Desk.Door.SessionCookie(staff, s.ID) + "; onetap-language=" + language + "; onetap-zone=Europe%2FMoscow"}
}

// Send makes a request with the visitor's cookies; to is where the answer leads. It takes what http.NewRequest returns.
func (v *Visitor) Send(r *http.Request, err error) (status int, page, to string) {
	v.T.Helper()
	if err != nil {
		v.T.Fatal(err)
	}
	r.Header.Set("Cookie", v.Cookies)
	answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: time.Minute}).Do(r)
	if err != nil {
		v.T.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		v.T.Fatal(err)
	}
	if len(b) > 100_000 {
		v.T.Errorf("%s %s is a page of %d KB", r.Method, r.URL.Path, len(b)>>10)
	}
	return answer.StatusCode, string(b), answer.Header.Get("Location")
}

// Get opens a page.
func (v *Visitor) Get(path string) (status int, page string) {
	v.T.Helper()
	status, page, _ = v.Send(http.NewRequest("GET", v.w.Site+path, nil))
	return status, page
}

// Post sends a form; to is where it leads.
func (v *Visitor) Post(path string, fields ...string) (status int, page, to string) {
	v.T.Helper()
	values := url.Values{"form": {v.Form}}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequest("POST", v.w.Site+path, strings.NewReader(values.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return v.Send(r, err)
}

// Says fails the test for each of the texts that a page does not hold.
func (v *Visitor) Says(page string, texts ...string) {
	v.T.Helper()
	for _, text := range texts {
		if !Says(page, text) {
			_, main, _ := strings.Cut(page, "<main")
			v.T.Errorf("the page does not say %q:\n%s", text, main[:min(len(main), 3000)])
		}
	}
}

// Shoot keeps a picture of the page where ONETAP_SHOTS names a folder for them.
func Shoot(b *browsertest.Tab, name string) {
	if dir := os.Getenv("ONETAP_SHOTS"); dir != "" {
		b.Shot(filepath.Join(dir, name+".png"))
	}
}

// Upload sends the form with a file, as a browser without scripts does.
func (v *Visitor) Upload(file string, fields ...string) (status int, page, to string) {
	v.T.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	m.WriteField("form", v.Form)
	for i := 0; i+1 < len(fields); i += 2 {
		m.WriteField(fields[i], fields[i+1])
	}
	f, err := m.CreateFormFile("file", "list.csv")
	if err == nil {
		_, err = f.Write([]byte(file))
	}
	if err != nil {
		v.T.Fatal(err)
	}
	m.Close()
	path := "/contacts/upload"
	for _, other := range []string{"check", "forget"} {
		if slices.Contains(fields, other) {
			path += "/" + other
		}
	}
	r, err := http.NewRequest("POST", v.w.Site+path, &b)
	if err == nil {
		r.Header.Set("Content-Type", m.FormDataContentType())
	}
	return v.Send(r, err)
}
