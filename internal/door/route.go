// Package door is what the two doors of the desk, its pages and its API, have in common: routes with what they need, who
// asks, what is written down of it, and how parameters and lists are read.
package door

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
)

// Operation answers one route, or returns why not.
type Operation func(w http.ResponseWriter, r *http.Request) error

// Route is one way into the desk, with what it takes to be let in. Those of the API stand in docs/api.md, line for line.
type Route struct {
	Pattern string
	Needs   authz.Action
	Do      Operation
	Audit   string // name of the action in the audit list, the same for a page and for the API; "": unaudited
}

// On makes a Route.
func On(pattern string, needs authz.Action, do Operation, audit string) Route {
	return Route{Pattern: pattern, Needs: needs, Do: do, Audit: audit}
}

// Guard stands before every route: it decides who may come in, and has written down what they did.
type Guard struct {
	Note      func(ctx context.Context, who authz.Who, action, object string) // writes an audit entry
	CheckForm func(*http.Request, Visit) error                                // refuses what comes from no form of the session
	Saved     func(http.ResponseWriter, *http.Request) http.ResponseWriter    // watches the answer to a form that was let in
}

// Guarded lets in who may do what the route does: the one place where this is decided.
func (g Guard) Guarded(rt Route, fail func(http.ResponseWriter, *http.Request, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := VisitOf(r), error(nil)
		switch {
		case !v.Can(rt.Needs):
			err = apperr.New(apperr.Forbidden, "not_allowed", "")
		case v.Session != "" && r.Method != http.MethodGet && r.Method != http.MethodHead:
			err = g.CheckForm(r, v)
		}
		to := w
		if err == nil && g.Saved != nil && v.Session != "" && r.Method == http.MethodPost {
			to = g.Saved(w, r)
		}
		if err == nil && v.Stale && rt.Audit != Unaudited && authz.Sensitive(rt.Needs) {
			err = apperr.New(apperr.Forbidden, "signin_again", "")
		}
		if err == nil {
			err = g.audited(rt, to, r)
		}
		if err != nil {
			fail(w, r, err)
		}
	}
}

// Unaudited marks a route that changes something, or posts, and of which nothing is written down. TestAuditNames holds why.
const Unaudited = ""

var inBraces = regexp.MustCompile(`/\{(\w+)(?:\.\.\.)?\}`)

// objectOf is the parameter of a route that names what is acted on.
func objectOf(pattern string) string {
	if strings.Contains(pattern, "{contact}") { // and not its audience
		return "contact"
	}
	if m := inBraces.FindStringSubmatch(pattern); m != nil {
		return m[1]
	}
	return ""
}

// status remembers what an answer's status was.
type status struct {
	http.ResponseWriter
	code int
}

// WriteHeader remembers the first status.
func (s *status) WriteHeader(code int) {
	if s.code == 0 {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

// audited carries out what a route does and, where that has changed something, writes down who did it: the one place
// that does. No personal data: ids, and the name of the action.
func (g Guard) audited(rt Route, w http.ResponseWriter, r *http.Request) error {
	if rt.Audit == Unaudited {
		return rt.Do(w, r)
	}
	s := &status{ResponseWriter: w}
	if err := rt.Do(s, r); err != nil || s.code >= 400 {
		return err
	}
	id := r.PathValue(objectOf(rt.Pattern))
	if id == "" {
		id = madeAt(w.Header().Get("Location"), rt.Audit)
	}
	g.Note(r.Context(), VisitOf(r).Who, rt.Audit, id)
	return nil
}

// madeAt is the id of a thing just made, to which the answer leads: "/staff/<id>?done=…" of action "staff". The first word
// of an action is the kind of thing.
func madeAt(location, action string) string {
	u, err := url.Parse(location)
	if err != nil {
		return ""
	}
	kind, _, _ := strings.Cut(action, ".")
	id, ok := strings.CutPrefix(strings.TrimPrefix(u.Path, "/api/v1"), "/"+kind+"/")
	if !ok || strings.Contains(id, "/") {
		return ""
	}
	return id
}
