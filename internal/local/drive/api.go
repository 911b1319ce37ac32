// Package drive uses a running Onetap from outside, through what people and other systems use: the HTTP API, the links
// in the e-mails, the inbox. The demo, the benchmarks and the chaos runs are written with it; it shares no code with the
// functions.
package drive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Company is an Onetap that runs somewhere.
type Company struct {
	Site  string // base URL of pages and API, without a slash at the end
	Inbox string // base URL of the laptop's inbox
	Token string // of the API

	http *http.Client
}

// New returns a company that is used through its addresses.
func New(site, inbox, token string) *Company {
	return &Company{
		Site: strings.TrimSuffix(site, "/"), Inbox: strings.TrimSuffix(inbox, "/"), Token: token,
		http: &http.Client{
			Timeout:       time.Minute,
			Transport:     &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Refusal is an answer of the API that is not 2xx.
type Refusal struct {
	Status  int
	Code    string
	Message string
	Where   string
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%d %s at %q: %s", r.Status, r.Code, r.Where, r.Message)
}

// Call makes a JSON call of the API: path is below /api/v1; in and out may be nil. A refusal is a *Refusal.
func (c *Company) Call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		body = bytes.NewReader(b)
	}
	return c.send(ctx, method, path, "application/json", body, out)
}

// Upload posts a file to the API as it is.
func (c *Company) Upload(ctx context.Context, method, path, contentType string, file []byte, out any) error {
	return c.send(ctx, method, path, contentType, bytes.NewReader(file), out)
}

func (c *Company) send(ctx context.Context, method, path, contentType string, body io.Reader, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, c.Site+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.Token)
	r.Header.Set("Accept-Language", "en")
	if body != nil {
		r.Header.Set("Content-Type", contentType)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if answer.StatusCode/100 != 2 {
		var e struct{ Error Refusal }
		_ = json.Unmarshal(b, &e) // an answer in another shape is a refusal without words
		e.Error.Status = answer.StatusCode
		return fmt.Errorf("%s %s: %w", method, path, &e.Error)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("%s %s: answer does not parse: %w", method, path, err)
	}
	return nil
}

// Until asks again and again, ever more slowly, until ok is true, or fails after at most patience with what was being
// waited for.
func Until(ctx context.Context, maxWait time.Duration, what string, ask func() (ok bool, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		ok, err := ask()
		if ok && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			if err != nil {
				return fmt.Errorf("waited %v for %s: %w", maxWait, what, err)
			}
			return fmt.Errorf("waited %v in vain for %s", maxWait, what)
		case <-time.After(wait):
		}
	}
}
