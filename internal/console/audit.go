package console

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// silent are the requests that change nothing which anybody would ask about, besides those for which reading is enough.
var silent = map[string]bool{"campaigns.preview": true, "campaigns.count": true, "campaigns.letter": true, "staff.search": true, "contacts.upload.check": true, "contacts.imports.parts.change": true,
	"language": true, "sign-out": true}

// noted reports whether a route's requests are written down, and as what.
func noted(rt route) (action, object string, yes bool) {
	action, object = actionOf(rt.pattern)
	read := strings.HasPrefix(rt.pattern, "GET ") || strings.HasPrefix(string(rt.needs), "read_")
	return action, object, !read && !silent[action]
}

var inBraces = regexp.MustCompile(`/\{(\w+)(?:\.\.\.)?\}`)

// actionOf names what a route does: its path without parameters, "campaigns.launch". What a route does to one thing as a
// whole ends with ".change", what takes it away with ".remove". object is the parameter that names the thing.
func actionOf(pattern string) (action, object string) {
	method, path, _ := strings.Cut(pattern, " ")
	if m := inBraces.FindStringSubmatch(path); m != nil {
		object = m[1]
	}
	if strings.Contains(path, "{contact}") { // and not its audience
		object = "contact"
	}
	whole := strings.HasSuffix(path, "}")
	path = strings.TrimPrefix(strings.TrimPrefix(inBraces.ReplaceAllString(path, ""), "/api/v1"), "/")
	action = strings.ReplaceAll(path, "/", ".")
	switch {
	case method == http.MethodDelete:
		action += ".remove"
	case whole:
		action += ".change"
	}
	return action, object
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
	action, object, yes := noted(rt)
	if !yes {
		return rt.do(w, r)
	}
	s := &status{ResponseWriter: w}
	if err := rt.do(s, r); err != nil || s.code >= 400 {
		return err
	}
	id := r.PathValue(object)
	if id == "" {
		id = madeAt(w.Header().Get("Location"), action)
	}
	d.note(r, visitOf(r), action, id)
	return nil
}

// madeAt is the id of a thing just made, to which the answer leads: "/staff/<id>?done=…" of action "staff".
func madeAt(location, action string) string {
	u, err := url.Parse(location)
	if err != nil {
		return ""
	}
	id, ok := strings.CutPrefix(strings.TrimPrefix(u.Path, "/api/v1"), "/"+strings.ReplaceAll(action, ".", "/")+"/")
	if !ok || strings.Contains(id, "/") {
		return ""
	}
	return id
}

// note writes down a deed. It is done by then, so that it cannot be undone for want of a note.
func (d *Desk) note(r *http.Request, v visit, action, object string) {
	deed := authz.AuditEntry{Who: v.Token, Token: true, Action: action, Object: object, At: d.now().UTC()}
	if v.Token == "" {
		deed.Who, deed.Token = v.Staff.ID, false
	}
	if err := d.store.AddAudit(r.Context(), deed); err != nil {
		web.Log(r, err)
	}
}

// auditPageSize is how many deeds a page lists.
const auditPageSize = 50

type auditPage struct {
	frame
	Tabs  []tab
	Whose string // by whom alone; "": everybody
	Deeds []deedLine
	None  bool
	Next  string // address of the earlier ones
}

type deedLine struct {
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
	var deeds []authz.AuditEntry
	var next, filter string
	switch handle, token := q.Get("who"), q.Get("token"); {
	case handle != "":
		m, ok := people[handle]
		if !ok {
			return noSuchPerson()
		}
		p.Whose, filter = nameOf(m), "who="+d.handle(m.ID)+"&"
		deeds, next, err = d.store.AuditOf(r.Context(), m.ID, false, before, auditPageSize, d.now())
	case token != "":
		token = d.valueIn(token)
		p.Whose, filter = token, "token="+d.discreet(token)+"&"
		deeds, next, err = d.store.AuditOf(r.Context(), token, true, before, auditPageSize, d.now())
	default:
		deeds, next, err = d.store.Audit(r.Context(), before, auditPageSize, d.now())
	}
	if err != nil {
		return err
	}
	byID := map[string]survey.Staff{}
	for _, m := range staff {
		byID[strings.ToLower(m.ID)] = m
	}
	for _, deed := range deeds {
		p.Deeds = append(p.Deeds, d.deedLine(p.frame, deed, byID, people))
	}
	p.None = len(deeds) == 0
	if next != "" {
		p.Next = "/settings/audit?" + filter + "before=" + url.QueryEscape(next)
	}
	return d.show(w, http.StatusOK, "audit.html", p)
}

func (d *Desk) deedLine(f frame, deed authz.AuditEntry, byID, byHandle map[string]survey.Staff) deedLine {
	l := deedLine{When: f.lang.Moment(deed.At.In(f.Zone)), ISO: deed.At.Format("2006-01-02T15:04:05Z"), Who: deed.Who, Token: deed.Token, What: deed.Action, Object: deed.Object}
	if id := "audit." + deed.Action; f.lang.Has(id) {
		l.What = f.lang.T(id)
	}
	if deed.Token {
		l.WhoHref = "/settings/audit?token=" + d.discreet(deed.Who)
	} else if m, ok := byID[strings.ToLower(deed.Who)]; ok {
		l.Who, l.WhoHref = nameOf(m), "/settings/audit?who="+d.handle(m.ID)
	}
	kind, _, _ := strings.Cut(deed.Action, ".")
	switch m, ok := byHandle[deed.Object]; {
	case kind == "staff" && ok:
		l.Object, l.ObjectHref = nameOf(m), "/staff/"+d.handle(m.ID)
	case kind == "campaigns" && deed.Object != "":
		l.ObjectHref = "/campaigns/" + deed.Object
	}
	return l
}
