package drive

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Browser is somebody's who is signed in at the desk.
type Browser struct {
	site string
	http *http.Client
	form string // what the forms of this session have to say that they are its own
}

// NewBrowser signs somebody in by the path of a link, as a letter holds it, and the button of the page behind it.
func NewBrowser(ctx context.Context, site, link string) (*Browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	b := &Browser{site: site, http: &http.Client{Jar: jar, Timeout: time.Minute}}
	page, err := b.Load(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, err
	}
	if page, err = b.Load(ctx, http.MethodPost, link, hiddenIn(page)); err == nil {
		b.form = hiddenIn(page).Get("form")
	}
	return b, err
}

func hiddenIn(page string) url.Values {
	form := url.Values{}
	for _, field := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(field[1], field[2])
	}
	return form
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// Load asks for a page of the desk, follows where it leads, and reads all of it. An answer that is not 200, or asks to sign in, is a *Refusal.
func (b *Browser) Load(ctx context.Context, method, path string, form url.Values) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, b.site+path, nil)
	if err != nil {
		return "", err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.site)
		r.Header.Set("X-Form", b.form)
		r.Body = io.NopCloser(strings.NewReader(form.Encode()))
	}
	answer, err := b.http.Do(r)
	if err != nil {
		return "", fmt.Errorf("%s a page of the desk: %w", method, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && (answer.StatusCode != http.StatusOK || answer.Request.URL.Path == "/sign-in") {
		err = &Refusal{Status: answer.StatusCode, Where: method + " " + path}
	}
	return string(text), err
}
