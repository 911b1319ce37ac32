package console

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/org"
	"onetap/internal/survey"
)

// unaudited marks a route that changes something, or posts, and of which nothing is written down. TestAuditNames holds why.
const unaudited = ""

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

func (s *status) WriteHeader(code int) {
	if s.code == 0 {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

// audited carries out what a route does and, where that has changed something, writes down who did it: the one place
// that does. No personal data: ids, and the name of the action.
func (d *Desk) audited(rt route, w http.ResponseWriter, r *http.Request) error {
	if rt.audit == unaudited {
		return rt.do(w, r)
	}
	s := &status{ResponseWriter: w}
	if err := rt.do(s, r); err != nil || s.code >= 400 {
		return err
	}
	id := r.PathValue(objectOf(rt.pattern))
	if id == "" {
		id = madeAt(w.Header().Get("Location"), rt.audit)
	}
	d.company.Note(r.Context(), visitOf(r).Who, rt.audit, id)
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

// auditPageSize is how many entries a page lists.
const auditPageSize = 50

type auditPage struct {
	frame
	Tabs    []tab
	Whose   string // by whom alone; "": everybody
	Entries []auditLine
	None    bool
	Next    string // address of the earlier ones
}

type auditLine struct {
	When, ISO, Who, WhoHref, What, Object, ObjectHref, Zone string
	Token                                                   bool
}

// showAudit lists who did what, newest first; of one person or token with ?who= or ?token=.
func (d *Desk) showAudit(w http.ResponseWriter, r *http.Request) error {
	p := &auditPage{frame: d.frame(r, "audit.title")}
	p.Tabs = p.tabs(r.URL.Path)
	staff, err := d.store.Staff(r.Context())
	if err != nil {
		return err
	}
	people := d.handles(staff)
	q, before := r.URL.Query(), r.URL.Query().Get("before")
	var entries []authz.AuditEntry
	var next, filter string
	switch handle, token := q.Get("who"), q.Get("token"); {
	case handle != "":
		m, ok := people[handle]
		if !ok {
			return org.NoSuchPerson()
		}
		p.Whose, filter = org.NameOf(m), "who="+d.handle(m.ID)+"&"
		entries, next, err = d.store.AuditOf(r.Context(), m.ID, false, before, auditPageSize, d.now())
	case token != "":
		token = d.valueIn(token)
		p.Whose, filter = token, "token="+d.discreet(token)+"&"
		entries, next, err = d.store.AuditOf(r.Context(), token, true, before, auditPageSize, d.now())
	default:
		entries, next, err = d.store.Audit(r.Context(), before, auditPageSize, d.now())
	}
	if err != nil {
		return err
	}
	byID := map[string]survey.Staff{}
	for _, m := range staff {
		byID[strings.ToLower(m.ID)] = m
	}
	for _, e := range entries {
		p.Entries = append(p.Entries, d.auditLine(p.frame, e, byID, people))
	}
	p.None = len(entries) == 0
	if next != "" {
		p.Next = "/settings/audit?" + filter + "before=" + url.QueryEscape(next)
	}
	return d.show(w, r, http.StatusOK, p)
}

func (d *Desk) auditLine(f frame, e authz.AuditEntry, byID, byHandle map[string]survey.Staff) auditLine {
	l := auditLine{When: f.lang.Moment(e.At.In(f.Zone)), ISO: e.At.Format("2006-01-02T15:04:05Z"), Who: e.Who, Token: e.Token, What: e.Action, Object: e.Object}
	if id := "audit." + e.Action; f.lang.Has(id) {
		l.What = f.lang.T(id)
	}
	if e.Token {
		l.WhoHref = "/settings/audit?token=" + d.discreet(e.Who)
	} else if m, ok := byID[strings.ToLower(e.Who)]; ok {
		l.Who, l.WhoHref = org.NameOf(m), "/settings/audit?who="+d.handle(m.ID)
	}
	kind, _, _ := strings.Cut(e.Action, ".")
	switch m, ok := byHandle[e.Object]; {
	case kind == "staff" && ok:
		l.Object, l.ObjectHref = org.NameOf(m), "/staff/"+d.handle(m.ID)
	case kind == "campaigns" && e.Object != "":
		l.ObjectHref = "/campaigns/" + e.Object
	}
	return l
}
