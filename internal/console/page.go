package console

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
	"slices"
	"strings"

	"github.com/a-h/templ"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/lang"
	"onetap/internal/web"
)

//go:embed static
var staticFiles embed.FS

// pages lists the pages of people who are signed in, part by part.
func (d *Desk) pages() []route {
	return slices.Concat([]route{
		{"GET /{$}", authz.Anyone, d.home, ""},
		{"POST /sign-out", authz.Anyone, d.signOut, unaudited},
		{"POST /language", authz.Anyone, d.chooseLanguage, unaudited},
	}, d.campaignPages(), d.contactPages(), d.resultPages(), d.casePages(), d.staffPages(), d.settingsPages())
}

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

// frame is what every page has around it. A page's data embeds it.
type frame struct {
	Lang    string
	Title   string
	Form    string // a hidden field of every form
	Path    string // of this page, with its query
	Nav     []navItem
	Who     string // "" where nobody is signed in
	Role    string
	Other   string // the language that one can change to
	Done    string // what has just been done
	Error   string // why it was not
	Scripts []string
	Wide    bool // for tables and boards
	Look    look

	lang lang.Language
	visit
}

type navItem struct {
	Href, Label string
	Here        bool
}

func (f *frame) base() *frame { return f }

// phrase is a text that is a component too, and escapes itself: @p.T("id") and @text(p.Name) make a quarter of the machine
// code of { p.T("id") } and { p.Name }, and a thousand of those made the desk 0.4 MB larger.
type phrase string

// Render makes it a templ.Component.
func (t phrase) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, templ.EscapeString(t))
	return err
}

func text(s string) phrase { return phrase(s) }

// T is the message of an id, in the page's language.
//
//go:noinline
func (f *frame) T(id string) phrase { return phrase(f.lang.T(id)) }

// framed is what show takes: its View is written in a .templ file beside the type.
type framed interface {
	base() *frame
	View() templ.Component
}

// frame begins a page's data. title is the id of a message, or the title itself. "?done=<code>" shows what the form before has done.
func (d *Desk) frame(r *http.Request, title string) frame {
	v := visitOf(r)
	if v.Lang == "" {
		v.Lang = web.Language(r)
	}
	l := v.Lang
	f := frame{Lang: string(l), Title: title, Form: v.Form, Path: r.URL.RequestURI(), Look: lookOf(v.Company), lang: l, visit: v}
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
			f.Nav = append(f.Nav, navItem{s.path, l.T(s.label), here})
		}
	}
	return f
}

// show answers with a page. It holds the seal of its forms, and packing beside a reader's own words can tell of it (BREACH):
// the session's cookie is not sent with what other sites ask for unseen (SameSite), and what is looked for stands in no
// address.
func (d *Desk) show(w http.ResponseWriter, r *http.Request, status int, p framed) error {
	if err := web.Render(w, r, status, p.base().lang, layout(p.base(), p.View())); err != nil {
		return fmt.Errorf("page %T: %w", p, err)
	}
	return nil
}

// when is text of an attribute that stands on a condition.
func when(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}

type errorPage struct {
	frame
	Message string
}

// failPage is web.Fail for who is signed in: the same words, with the menu around them.
func (d *Desk) failPage(w http.ResponseWriter, r *http.Request, err error) {
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
	said := &errorPage{frame: d.frame(r, "page.error_title")}
	said.Message = said.lang.Problem(p)
	if err := d.show(w, r, status, said); err != nil {
		web.Fail(w, r, err)
	}
}

// done leads to a page that says what was done; code is the id of a message without "done.".
func done(w http.ResponseWriter, r *http.Request, to, code string) error {
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

// secure is web.Secure with the policy of the pages: their own stylesheet, scripts and pictures, and nothing inline.
func (d *Desk) secure(mux *http.ServeMux) http.Handler {
	return web.Secure(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		if _, pattern := mux.Handler(r); pattern == "" && visitOf(r).Session != "" {
			d.failPage(w, r, apperr.New(apperr.Unknown, "no_such_page", ""))
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

func static(w http.ResponseWriter, r *http.Request) {
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
