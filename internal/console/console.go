// Package console is the desk as a person sees it: it joins the areas' pages and, under /api/, the API.
package console

import (
	"context"
	"net/http"
	"slices"

	"onetap/internal/api"
	"onetap/internal/authz"
	"onetap/internal/console/accounts"
	"onetap/internal/console/calls"
	"onetap/internal/console/campaigns"
	"onetap/internal/console/cases"
	"onetap/internal/console/contacts"
	"onetap/internal/console/continuous"
	"onetap/internal/console/downloads"
	"onetap/internal/console/entrance"
	"onetap/internal/console/finding"
	"onetap/internal/console/history"
	"onetap/internal/console/home"
	"onetap/internal/console/inbox"
	"onetap/internal/console/org"
	"onetap/internal/console/results"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/web"
)

// Console is everything that the desk answers. It is safe for concurrent use.
type Console struct {
	*door.Desk
	shell    *shell.Shell
	entrance *entrance.Pages
	api      *api.API
}

// New joins the doors to a desk.
func New(d *door.Desk) *Console {
	s := &shell.Shell{Desk: d}
	return &Console{Desk: d, shell: s, entrance: &entrance.Pages{Shell: s}, api: &api.API{Desk: d}}
}

// Routes lists the pages of people who are signed in, an area after the other.
func (c *Console) Routes() []door.Route {
	return slices.Concat(
		(&home.Pages{Shell: c.shell}).Routes(),
		(&campaigns.Pages{Shell: c.shell}).Routes(),
		(&contacts.Pages{Shell: c.shell}).Routes(),
		(&accounts.Pages{Shell: c.shell}).Routes(),
		(&results.Pages{Shell: c.shell}).Routes(),
		(&continuous.Pages{Shell: c.shell}).Routes(),
		(&history.Pages{Shell: c.shell}).Routes(),
		(&cases.Pages{Shell: c.shell}).Routes(),
		(&calls.Pages{Shell: c.shell}).Routes(),
		(&inbox.Pages{Shell: c.shell}).Routes(),
		(&finding.Pages{Shell: c.shell}).Routes(),
		(&downloads.Pages{Shell: c.shell}).Routes(),
		(&org.Pages{Shell: c.shell}).Routes(),
		c.entrance.Routes(),
		c.uploads(),
	)
}

// uploads are calls of the API that the page of an upload makes with its reader's session.
func (c *Console) uploads() []door.Route {
	return []door.Route{
		door.On("GET /contacts/workbooks/{digest}", authz.WriteContacts, c.api.ShowWorkbook, ""),
		door.On("PUT /contacts/workbooks/{digest}/parts/{part}", authz.WriteContacts, c.api.PutWorkbookPart, door.Unaudited),
		door.On("POST /contacts/workbooks/{digest}", authz.WriteContacts, c.api.ReadWorkbookParts, door.Unaudited),
		door.On("POST /contacts/workbooks", authz.WriteContacts, c.api.ReadWorkbook, door.Unaudited),
		door.On("POST /contacts/imports", authz.WriteContacts, c.api.CreateImport, "imports"),
		door.On("GET /contacts/imports/{import}/state", authz.WriteContacts, c.api.ShowImport, ""),
		door.On("PUT /contacts/imports/{import}/parts/{part}", authz.WriteContacts, c.api.PutPart, door.Unaudited),
		door.On("POST /contacts/imports/{import}/finish", authz.WriteContacts, c.api.FinishImport, "imports.finish"),
		door.On("POST /history/imports", authz.BringHistory, c.api.PostHistory, "history"),
		door.On("PUT /history/imports/{import}/parts/{part}", authz.BringHistory, c.api.PutHistoryPart, door.Unaudited),
		door.On("POST /history/imports/{import}/finish", authz.BringHistory, c.api.FinishHistory, "history.finish"),
	}
}

// Handler joins the routes. Everything under /api/v1/, known or not, asks for the token first, and every page but the
// way in for a session.
func (c *Console) Handler() http.Handler {
	calls, pages := http.NewServeMux(), http.NewServeMux()
	g := door.Guard{Note: c.Company.Note, CheckForm: c.shell.CheckForm, Saved: shell.Saved}
	for _, rt := range c.api.Routes() {
		calls.HandleFunc(rt.Pattern, g.Guarded(rt, web.Fail))
	}
	for _, rt := range c.Routes() {
		pages.HandleFunc(rt.Pattern, g.Guarded(rt, c.entrance.Fail))
	}
	known, page := web.Secure(calls), shell.Secure(pages)
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		who, err := c.Door.Program(r.Context(), r.Header.Get("Authorization"))
		if err != nil {
			web.Fail(w, r, err)
			return
		}
		known.ServeHTTP(w, door.WithVisit(r, door.Visit{Who: who, Lang: web.Language(r)}))
	})
	mux.HandleFunc("GET /static/{file}", shell.Static)
	mux.HandleFunc("GET /brand/{colour}", shell.BrandStyle)
	mux.HandleFunc("GET /brand/{colour}/dark", shell.BrandStyle)
	guests := c.entrance.Handler((&cases.Pages{Shell: c.shell}).Guests()...)
	mux.Handle("/act/", guests)
	mux.Handle("/sign-in", guests)
	mux.Handle("/sign-in/", guests)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		v, err := c.shell.Session(r)
		switch {
		case err != nil:
			web.Fail(w, r, err)
		case v.Session == "":
			c.entrance.AskToSignIn(w, r)
		default:
			page.ServeHTTP(w, door.WithVisit(r, v))
		}
	})
	return mux
}

// Run does the work of an event that this function has sent itself.
func (c *Console) Run(ctx context.Context, event []byte) error { return c.entrance.Run(ctx, event) }
