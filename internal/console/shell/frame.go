package shell

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"onetap/internal/authz"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/web"
)

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
	{"/inbox", "nav.inbox", authz.WorkInbox},
	{"/calls", "nav.calls", authz.ReadCalls},
	{"/contacts", "nav.contacts", authz.ReadContacts},
	{"/staff", "nav.staff", authz.WriteStaff},
	{"/settings", "nav.settings", authz.WriteSettings},
}

// Frame is what every page has around it. The struct of a page's data embeds it.
type Frame struct {
	Title   string
	Form    string // a hidden field of every form
	Path    string // of this page, with its query
	Nav     []Tab
	Who     string // "" where nobody is signed in
	Role    string
	Others  []Option // the languages that one can change to, each by its own name
	Done    string   // what has just been done
	Error   string   // why it was not
	Scripts []string
	Refused bool // what was typed is not saved: refused, or only shown
	Wide    bool // for tables and boards
	Look    look

	Lang lang.Language
	door.Visit
}

func (f *Frame) frame() *Frame { return f }

// Phrase is a text that is a component too, and escapes itself: @p.T("id") and @Text(p.Name) make a quarter of the machine
// code of { p.T("id") } and { p.Name }, and a thousand of those made the desk 0.4 MB larger.
type Phrase string

// Render makes it a templ.Component.
func (t Phrase) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, templ.EscapeString(t))
	return err
}

// Text is a text as a component, which escapes itself.
func Text(s string) Phrase { return Phrase(s) }

// T is the message of an id in the page's language, not yet escaped.
//
//go:noinline
func (f *Frame) T(id string) Phrase { return Phrase(f.Lang.T(id)) }

// NewFrame is the frame of the page that answers a request. title is the id of a message, or the title itself. "?done=<code>" shows what the form before has done.
func NewFrame(r *http.Request, title string) Frame {
	v := door.VisitOf(r)
	if v.Lang == "" {
		v.Lang = web.Language(r)
	}
	l := v.Lang
	f := Frame{Title: title, Form: v.Form, Path: r.URL.RequestURI(), Look: lookOf(v.Company, CookieValue(r, ThemeCookie)), Lang: l, Visit: v}
	if l.Has(title) {
		f.Title = l.T(title)
	}
	for _, other := range lang.All() {
		if other != l {
			f.Others = append(f.Others, Option{Value: string(other), Label: other.T("format.language")})
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
			f.Nav = append(f.Nav, Tab{Href: s.path, Label: l.T(s.label), Here: here})
		}
	}
	return f
}
