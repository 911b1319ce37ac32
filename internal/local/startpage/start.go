// Package startpage is the first page of a laptop: everybody whom one can sign in as, what to try, the inbox, the API token.
// Behind its buttons it makes the same links that a sign-in letter holds. It is part of the laptop and of no function.
package startpage

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/firststeps"
	"onetap/internal/lang"
	"onetap/internal/local/cloud"
	"onetap/internal/survey"
)

// Table is what the page reads and writes.
type Table interface {
	firststeps.Store
	// PutSignIn keeps a link until it is used or expires.
	PutSignIn(ctx context.Context, l authz.SignIn) error
	// PutSettings writes what the company has set, unless somebody else has since: then apperr.ErrChanged.
	PutSettings(ctx context.Context, v survey.Settings) (survey.Settings, error)
}

// Pages is the page and what it leads to. It is safe for concurrent use.
type Pages struct {
	Table Table
	Steps *firststeps.Steps
	Now   func() time.Time
	Admin string // the deployment's administrator, before there is any staff

	Site, Links, Inbox, AWS string // base addresses
	Token                   string // of the API
	Data                    string // folder

	Events func() []cloud.BusEvent // what was put on the event bus; may be nil
}

// linkLife is short: a link is followed at once.
const linkLife = 5 * time.Minute

//go:embed pages
var files embed.FS

var pages = template.Must(template.ParseFS(files, "pages/*.html"))

// Handler answers the requests.
//
//	GET  /          the page
//	POST /sign-in   signs in as who: the id of one of the staff, "" the administrator of a workspace without staff; to is a path of the desk
//	GET  /events    what was put on the event bus for other systems, the latest first
//	GET  /addresses every address and the token as text, a line each, for programs
func (p *Pages) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.show)
	mux.HandleFunc("POST /sign-in", p.signIn)
	mux.HandleFunc("GET /addresses", p.addresses)
	mux.HandleFunc("GET /events", p.showEvents)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "pages/style.css") })
	return mux
}

// signIn makes a link and follows it. The desk asks for one more press of a button, as it does of everybody who opens such
// a link, and speaks the language of this page.
func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) {
	staff, err := p.Table.Staff(r.Context())
	if err != nil {
		p.fail(w, err)
		return
	}
	who := r.PostFormValue("who")
	known := slices.ContainsFunc(staff, func(m survey.Staff) bool { return m.ID == who })
	if !known && (who != "" || hasAdministrator(staff)) {
		http.Error(w, LanguageOf(r).T("start.unknown"), http.StatusNotFound)
		return
	}
	link, err := Link(r.Context(), p.Table, who, p.Now())
	if err != nil {
		p.fail(w, err)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "onetap-language", Value: string(LanguageOf(r)), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	to := here(r, p.Site) + link
	if path := r.PostFormValue("to"); path != "" {
		to += "?" + url.Values{"to": {path}}.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// Link is the path of a link that signs one of the staff in, "" the administrator of a workspace without staff, made at that time.
func Link(ctx context.Context, t Table, who string, at time.Time) (string, error) {
	token, link := auth.NewLink(who, "", at, linkLife)
	return "/sign-in/" + token, t.PutSignIn(ctx, link)
}

func hasAdministrator(staff []survey.Staff) bool {
	return slices.ContainsFunc(staff, func(m survey.Staff) bool { return m.Role == survey.RoleAdministrator })
}

func (p *Pages) addresses(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for _, line := range [][2]string{{"site", p.Site}, {"links", p.Links}, {"inbox", p.Inbox}, {"AWS", p.AWS}, {"token", p.Token}, {"data", p.Data}} {
		fmt.Fprintf(w, "%-6s %s\n", line[0], line[1])
	}
}

// here is an address of the laptop by the name that the browser knows it by: cookies are of a name, whatever the port.
func here(r *http.Request, address string) string {
	u, err := url.Parse(address)
	name, _, ok := strings.Cut(r.Host, ":")
	if err != nil || !ok || name != "localhost" || !loopback(u.Hostname()) {
		return address
	}
	u.Host = net.JoinHostPort(name, u.Port())
	return u.String()
}

func loopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }

// LanguageOf is the language that is chosen here or at the desk, else the browser's.
func LanguageOf(r *http.Request) lang.Language {
	chosen := []string{r.FormValue("lang")}
	if c, err := r.Cookie("onetap-language"); err == nil {
		chosen = append(chosen, c.Value)
	}
	for _, code := range chosen {
		if l, ok := lang.Parse(code); ok {
			return l
		}
	}
	return lang.For(r.Header.Get("Accept-Language"))
}

// fail says that the table could not be asked: the laptop is starting or ending.
func (p *Pages) fail(w http.ResponseWriter, err error) {
	http.Error(w, "the workspace cannot be read: "+err.Error(), http.StatusServiceUnavailable)
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, name string, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	// A form leads to the desk, which is another origin.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' "+p.Site+" "+here(r, p.Site)+"; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language, Cookie")
	w.Write(b.Bytes())
}
