package shell

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"onetap/internal/door"

	"github.com/a-h/templ"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/lang"
	"onetap/internal/web"
)

//go:embed static
var staticFiles embed.FS

// section is one entry of the menu, for whoever may do what it needs.
type section struct {
	path, label string
	needs       authz.Action
}

var sections = []section{
	{"/", "nav.home", authz.Anyone},
	{"/campaigns", "nav.campaigns", authz.ReadCampaigns},
	{"/results", "nav.results", authz.ReadResults},
	{"/cases", "nav.cases", authz.ReadCases},
	{"/contacts", "nav.contacts", authz.ReadContacts},
	{"/staff", "nav.staff", authz.WriteStaff},
	{"/settings", "nav.settings", authz.WriteSettings},
}

// Frame is what every page has around it. A page's data embeds it.
type Frame struct {
	Title   string
	Form    string // a hidden field of every form
	Path    string // of this page, with its query
	Nav     []NavItem
	Who     string // "" where nobody is signed in
	Role    string
	Other   string // the language that one can change to
	Done    string // what has just been done
	Error   string // why it was not
	Scripts []string
	Wide    bool // for tables and boards
	Look    look

	Lang lang.Language
	door.Visit
}

type NavItem struct {
	Href, Label string
	Here        bool
}

func (f *Frame) base() *Frame { return f }

// Phrase is a text that is a component too, and escapes itself: @p.T("id") and @text(p.Name) make a quarter of the machine
// code of { p.T("id") } and { p.Name }, and a thousand of those made the desk 0.4 MB larger.
type Phrase string

// Render makes it a templ.Component.
func (t Phrase) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, templ.EscapeString(t))
	return err
}

func Text(s string) Phrase { return Phrase(s) }

// T is the message of an id, in the page's language.
//
//go:noinline
func (f *Frame) T(id string) Phrase { return Phrase(f.Lang.T(id)) }

// framed is what show takes: its View is written in a .templ file beside the type.
type framed interface {
	base() *Frame
	View() templ.Component
}

// Frame begins a page's data. title is the id of a message, or the title itself. "?done=<code>" shows what the form before has done.
func (d *Shell) Frame(r *http.Request, title string) Frame {
	v := door.VisitOf(r)
	if v.Lang == "" {
		v.Lang = web.Language(r)
	}
	l := v.Lang
	f := Frame{Title: title, Form: v.Form, Path: r.URL.RequestURI(), Look: lookOf(v.Company), Lang: l, Visit: v}
	if l.Has(title) {
		f.Title = l.T(title)
	}
	for _, other := range lang.All() {
		if other != l {
			f.Other = string(other)
		}
	}
	if done := "done." + r.URL.Query().Get("done"); l.Has(done) {
		f.Done = l.T(done)
	}
	if v.Session == "" {
		return f
	}
	f.Who, f.Role = v.Staff.Name, l.T("role."+string(v.Staff.Role))
	if f.Who == "" {
		f.Who = v.Staff.Email
	}
	for _, s := range sections {
		if v.Can(s.needs) {
			here := r.URL.Path == s.path || s.path != "/" && strings.HasPrefix(r.URL.Path, s.path+"/")
			f.Nav = append(f.Nav, NavItem{s.path, l.T(s.label), here})
		}
	}
	return f
}

// Show answers with a page. It holds the seal of its forms, and packing beside a reader's own words can tell of it (BREACH):
// the session's cookie is not sent with what other sites ask for unseen (SameSite), and what is looked for stands in no
// address.
func (d *Shell) Show(w http.ResponseWriter, r *http.Request, status int, p framed) error {
	if err := web.Render(w, r, status, p.base().Lang, layout(p.base(), p.View())); err != nil {
		return fmt.Errorf("page %T: %w", p, err)
	}
	return nil
}

// When is text of an attribute that stands on a condition.
func When(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}

type errorPage struct {
	Frame
	Message string
}

// FailPage is web.Fail for who is signed in: the same words, with the menu around them.
func (d *Shell) FailPage(w http.ResponseWriter, r *http.Request, err error) {
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
	said := &errorPage{Frame: d.Frame(r, "page.error_title")}
	said.Message = said.Lang.Problem(p)
	if err := d.Show(w, r, status, said); err != nil {
		web.Fail(w, r, err)
	}
}

// Done leads to a page that says what was done; code is the id of a message without "done.".
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

// Secure is web.Secure with the policy of the pages: their own stylesheet, scripts and pictures, and nothing inline.
func (d *Shell) Secure(mux *http.ServeMux) http.Handler {
	return web.Secure(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		if _, pattern := mux.Handler(r); pattern == "" && door.VisitOf(r).Session != "" {
			d.FailPage(w, r, apperr.New(apperr.Unknown, "no_such_page", ""))
			return
		}
		mux.ServeHTTP(w, r)
	}))
}

// assets are the names under which the files of static/ are served: with a hash of what is in them, for good.
var assets, assetFiles = func() (names, files map[string]string) {
	names, files = map[string]string{}, map[string]string{}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		content, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(content)
		ext := path.Ext(e.Name())
		name := strings.TrimSuffix(e.Name(), ext) + "." + hex.EncodeToString(sum[:5]) + ext
		names[e.Name()], files[name] = "/static/"+name, e.Name()
	}
	return names, files
}()

// asset is the address of a file of static/.
func asset(name string) string {
	if a, ok := assets[name]; ok {
		return a
	}
	panic("desk: there is no static/" + name)
}

var mediaTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func Static(w http.ResponseWriter, r *http.Request) {
	name, ok := assetFiles[r.PathValue("file")]
	if !ok {
		web.Fail(w, r, apperr.New(apperr.Unknown, "no_such_page", ""))
		return
	}
	content, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", mediaTypes[path.Ext(name)])
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Vary", "Accept-Encoding")
	w.Write(content)
}
