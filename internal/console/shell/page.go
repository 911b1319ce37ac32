package shell

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/web"
)

// framed is the data of a page: a struct with a Frame in it. Its View is written in a .templ file beside it.
type framed interface {
	frame() *Frame
	View() templ.Component
}

// Show answers with a page.
//
// A page holds the token of its forms. How small it gets when it is compressed could betray that token to another site that
// has its own words put into the page again and again (the attack BREACH). Two things stand against this: browsers do not
// send the session's cookie with requests that another site makes unseen (SameSite), and what a reader searches for is
// posted, so that no address puts words into a page.
func Show(w http.ResponseWriter, r *http.Request, status int, p framed) error {
	p.frame().Refused = p.frame().Refused || status >= http.StatusBadRequest
	if err := web.Render(w, r, status, p.frame().Lang, layout(p.frame(), p.View())); err != nil {
		return fmt.Errorf("page %T: %w", p, err)
	}
	return nil
}

// When is text where condition holds, else "": for attributes that a page has only sometimes.
func When(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}

type errorPage struct {
	Frame
	Message string
	Again   string // where to sign in again; "": that would not help
}

// FailPage answers with an error as web.Fail does, for somebody who is signed in: the same status and words, with the menu
// around them. A script that asks for JSON gets what web.Fail answers.
func FailPage(w http.ResponseWriter, r *http.Request, err error) {
	status := web.Status(err)
	p := apperr.As(err)
	if web.WantsJSON(r) {
		web.Fail(w, r, err)
		return
	}
	if status == http.StatusInternalServerError {
		web.Log(r, err)
		p = &apperr.Error{Code: "internal"}
	}
	page := &errorPage{Frame: NewFrame(r, "page.error_title")}
	page.Message = page.Lang.Problem(p)
	if p.Code == "signin_again" { // what was asked for need not be a page: its section is one
		section, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		page.Again = "/sign-in?to=" + url.QueryEscape("/"+section)
	}
	if err := Show(w, r, status, page); err != nil {
		web.Fail(w, r, err)
	}
}

// Done redirects to a page of this site that says what was done; code is the id of a message without "done.".
func Done(w http.ResponseWriter, r *http.Request, to, code string) error {
	u, err := url.Parse(to)
	if err != nil {
		return err
	}
	q := u.Query()
	q.Set("done", code)
	u.RawQuery = q.Encode()
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
	return nil
}

// Policy has an answer's page use its own stylesheet, scripts and pictures, and nothing inline.
func Policy(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
}

// Secure is web.Secure with the policy of the pages: their own stylesheet, scripts and pictures, and nothing inline.
func Secure(mux *http.ServeMux) http.Handler {
	return web.Secure(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Policy(w)
		if _, pattern := mux.Handler(r); pattern == "" && door.VisitOf(r).Session != "" {
			FailPage(w, r, apperr.New(apperr.Unknown, "no_such_page", ""))
			return
		}
		mux.ServeHTTP(w, r)
	}))
}
