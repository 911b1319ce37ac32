package drive

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Page is a page as a browser without JavaScript has it: its status, text, and first form.
type Page struct {
	URL    string
	Status int
	Body   string
	Action string     // where the form goes, absolute
	Fields url.Values // what the form would send if nothing were chosen; buttons are not in it
}

// Open gets a page; it follows no redirects by itself.
func (c *Company) Open(ctx context.Context, address string) (Page, error) {
	return c.visit(ctx, http.MethodGet, address, nil)
}

// Head asks for a page's headers only, as scanners do.
func (c *Company) Head(ctx context.Context, address string) (Page, error) {
	return c.visit(ctx, http.MethodHead, address, nil)
}

// Submit sends the page's form with some fields set, and follows the redirect after it.
func (c *Company) Submit(ctx context.Context, p Page, set map[string]string) (Page, error) {
	return c.visit(ctx, http.MethodPost, p.Action, p.filled(set))
}

// filled is what the page's form sends with some fields set.
func (p Page) filled(set map[string]string) url.Values {
	form := url.Values{}
	for k, v := range p.Fields {
		form[k] = v
	}
	for k, v := range set {
		form.Set(k, v)
	}
	return form
}

// Press sends the page's form with some fields set, and returns the status of the answer without going where it leads.
func (c *Company) Press(ctx context.Context, p Page, set map[string]string) (status int, err error) {
	answer, err := c.request(ctx, http.MethodPost, p.Action, p.filled(set))
	if err != nil {
		return 0, err
	}
	answer.Body.Close()
	return answer.StatusCode, nil
}

// Post sends a form to an address as it is.
func (c *Company) Post(ctx context.Context, address string, form url.Values) (Page, error) {
	return c.visit(ctx, http.MethodPost, address, form)
}

// request makes one request, and follows nothing.
func (c *Company) request(ctx context.Context, method, address string, form url.Values) (*http.Response, error) {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s a page: %w", method, err) // the address is a respondent's link: not in the error
	}
	return answer, nil
}

func (c *Company) visit(ctx context.Context, method, address string, form url.Values) (Page, error) {
	answer, err := c.request(ctx, method, address, form)
	if err != nil {
		return Page{}, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return Page{}, fmt.Errorf("%s a page: %w", method, err)
	}
	if answer.StatusCode == http.StatusSeeOther {
		next, err := answer.Request.URL.Parse(answer.Header.Get("Location"))
		if err != nil {
			return Page{}, fmt.Errorf("redirect: %w", err)
		}
		return c.visit(ctx, http.MethodGet, next.String(), nil)
	}
	p := Page{URL: address, Status: answer.StatusCode, Body: string(b)}
	return p, p.readForm(answer.Request.URL)
}

// readForm finds the first form that posts, and what its fields hold.
func (p *Page) readForm(base *url.URL) error {
	doc, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		return fmt.Errorf("page does not parse: %w", err)
	}
	var form *html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && strings.EqualFold(attr(n, "method"), "post") {
			form = n
			break
		}
	}
	if form == nil {
		return nil
	}
	action, err := base.Parse(attr(form, "action"))
	if err != nil {
		return fmt.Errorf("form of the page: %w", err)
	}
	p.Action, p.Fields = action.String(), url.Values{}
	for n := range form.Descendants() {
		name := attr(n, "name")
		if n.Type != html.ElementNode || name == "" {
			continue
		}
		switch n.Data {
		case "textarea":
			text := ""
			for t := range n.Descendants() {
				text += t.Data
			}
			p.Fields.Set(name, text)
		case "input":
			switch attr(n, "type") {
			case "radio", "checkbox":
				if has(n, "checked") {
					p.Fields.Set(name, attr(n, "value"))
				}
			case "submit", "button", "image":
			default:
				p.Fields.Set(name, attr(n, "value"))
			}
		}
	}
	return nil
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// SurveyLinks are the links of a survey letter.
type SurveyLinks struct {
	Scores      [11]string
	Unsubscribe string
}

// Survey finds the eleven score links and the unsubscribe link of a letter; ok is false when one is missing.
func (l Letter) Survey() (s SurveyLinks, ok bool) {
	found := 0
	for _, a := range l.Links {
		u, err := url.Parse(a)
		if err != nil {
			continue
		}
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		var score int
		switch {
		case len(parts) == 3 && parts[0] == "r":
			if n, err := fmt.Sscanf(parts[2], "%d", &score); n != 1 || err != nil || score < 0 || score > 10 || s.Scores[score] != "" {
				return s, false
			}
			s.Scores[score] = a
			found++
		case len(parts) == 2 && parts[0] == "u":
			s.Unsubscribe = a
		}
	}
	return s, found == 11 && s.Unsubscribe != ""
}

// Told finds the link of a letter that says what was done, without what is answered; "" where there is none.
func (l Letter) Told() string {
	for _, a := range l.Links {
		if u, err := url.Parse(a); err == nil {
			if parts := strings.Split(strings.Trim(u.Path, "/"), "/"); parts[0] == "d" && len(parts) > 1 {
				u.Path = "/d/" + parts[1]
				return u.String()
			}
		}
	}
	return ""
}

// Ballot finds the link of a letter to employees; token is what its path holds, "" where there is none.
func (l Letter) Ballot() (link, token string) {
	for _, a := range l.Links {
		if u, err := url.Parse(a); err == nil {
			if token, ok := strings.CutPrefix(u.Path, "/b/"); ok {
				u.Fragment = ""
				return u.String(), token
			}
		}
	}
	return "", ""
}
