package console

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/browsertest"
)

// visitor is somebody of the staff in a browser without scripts.
type visitor struct {
	w       *world
	t       testing.TB
	form    string
	cookies string
}

// visitor signs somebody in who is on the staff list.
func (w *world) visitor(staff, language string) *visitor {
	w.t.Helper()
	s := authz.Session{ID: "session-" + staff, Staff: staff, Created: w.now(), Expires: w.now().Add(auth.SessionLife)}
	if err := w.store.PutSession(context.Background(), s); err != nil {
		w.t.Fatal(err)
	}
	return &visitor{w, w.t, w.desk.Keys.Seal("form", s.ID), "onetap-session=" + w.desk.Door.SessionCookie(staff, s.ID) + "; onetap-language=" + language + "; onetap-zone=Europe%2FMoscow"}
}

func (v *visitor) send(r *http.Request, err error) (status int, page, to string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Cookie", v.cookies)
	answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: time.Minute}).Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if len(b) > 100_000 {
		v.t.Errorf("%s %s is a page of %d KB", r.Method, r.URL.Path, len(b)>>10)
	}
	return answer.StatusCode, string(b), answer.Header.Get("Location")
}

// get opens a page.
func (v *visitor) get(path string) (status int, page string) {
	v.t.Helper()
	status, page, _ = v.send(http.NewRequest("GET", v.w.site+path, nil))
	return status, page
}

// post sends a form; to is where it leads.
func (v *visitor) post(path string, fields ...string) (status int, page, to string) {
	v.t.Helper()
	values := url.Values{"form": {v.form}}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequest("POST", v.w.site+path, strings.NewReader(values.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return v.send(r, err)
}

// says fails the test for each of the texts that a page does not hold.
func (v *visitor) says(page string, texts ...string) {
	v.t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			_, main, _ := strings.Cut(page, "<main")
			v.t.Errorf("the page does not say %q:\n%s", text, main[:min(len(main), 3000)])
		}
	}
}

// shoot keeps a picture of the page where ONETAP_SHOTS names a folder for them.
func shoot(b *browsertest.Tab, name string) {
	if dir := os.Getenv("ONETAP_SHOTS"); dir != "" {
		b.Shot(filepath.Join(dir, name+".png"))
	}
}
