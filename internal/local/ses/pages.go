package ses

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed pages
var pageFiles embed.FS

var pageTemplates = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// pageSize is how many messages a page of the list shows.
const pageSize = 50

// page is what every page has.
type page struct {
	Lang, Title, Inbox, Query, Outcome string // Inbox: what it is called; Title: of this page
	Live                               bool   // the reader wants it to refresh itself
	Refresh                            bool   // it does
	T                                  map[string]string
}

// link is a choice among several.
type choice struct {
	Name, Href string
	On         bool
}

// listPage is one page of the list.
type listPage struct {
	page
	Filters      []choice
	Count        string
	LiveHref     string
	Messages     []listRow
	Newer, Older string
	Actions      []actionView
}

type listRow struct {
	ID, KindName, Colour, To, Subject, From, Outcome, OutcomeName, Stamp, When string
	Trouble                                                                    bool
}

// messagePage shows one message.
type messagePage struct {
	page
	M                                          *messageJSON
	KindName, Colour, OutcomeName, Stamp, When string
	View, Width, Frame, Text                   string
	Tabs, Widths, Images                       []choice
	Tags                                       []header
	Files                                      []choice
	Headers                                    []header
	Events                                     []eventRow
}

type eventRow struct {
	eventJSON
	Name, Stamp, When, Note string
}

// pagePolicy lets a page load its stylesheet and show a message in a frame, and nothing else.
const pagePolicy = "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *Server) newPage(r *http.Request) page {
	lang := s.o.words().Language(r)
	q := r.URL.Query()
	texts := s.o.texts(lang)
	title := texts["title"]
	return page{Lang: lang, T: texts, Title: title, Inbox: title, Query: q.Get("q"), Outcome: q.Get("outcome"), Live: q.Get("live") != ""}
}

func show(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := pageTemplates.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Vary", "Accept-Language")
	_, _ = w.Write(b.Bytes())
}

// with is the list's address with some parameters changed; an empty value drops one.
func with(q url.Values, pairs ...string) string {
	out := url.Values{}
	for _, k := range []string{"q", "outcome", "live"} {
		if v := q.Get(k); v != "" {
			out.Set(k, v)
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Del(pairs[i])
		if pairs[i+1] != "" {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	if len(out) == 0 {
		return "/"
	}
	return "/?" + out.Encode()
}

// serveList is GET /.
func (s *Server) serveList(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p := listPage{page: s.newPage(r)}
	var busy bool
	p.Actions, busy = s.actions(p.Lang)
	p.Refresh = p.Live || busy
	f := &filter{search: strings.ToLower(p.Query), outcome: "all", limit: pageSize, newest: true}
	switch p.Outcome {
	case "delivered":
		f.outcome = ""
	case "undelivered":
		f.outcome = undelivered
	default:
		p.Outcome = ""
	}
	for _, c := range [][2]string{{"", "all"}, {"delivered", "delivered"}, {"undelivered", "undelivered"}} {
		p.Filters = append(p.Filters, choice{p.T[c[1]], with(q, "outcome", c[0]), c[0] == p.Outcome})
	}
	if p.LiveHref = with(q, "live", "1"); p.Live {
		p.LiveHref = with(q, "live", "")
	}
	upwards := q.Get("newer") != ""
	if upwards {
		f.newest = false
	}
	f.after, _ = seqOf(q.Get("newer") + q.Get("older")) // a broken id shows the first page
	var list []*record
	more, err := s.each(f, func(r *record) error {
		list = append(list, r)
		return nil
	})
	first, last, spanErr := s.store.span()
	if err != nil || spanErr != nil {
		http.Error(w, "the inbox cannot be read", http.StatusInternalServerError)
		return
	}
	if upwards {
		slices.Reverse(list)
	}
	if p.Query == "" && p.Outcome == "" { // counting what a search finds would read everything
		p.Count = number(p.Lang, last+1-first)
	}
	for _, m := range list {
		p.Messages = append(p.Messages, s.row(m, p.page))
	}
	if len(list) > 0 {
		older, newer := more, f.after > 0
		if upwards {
			older, newer = true, more
		}
		if older {
			p.Older = with(q, "older", list[len(list)-1].id())
		}
		if newer {
			p.Newer = with(q, "newer", list[0].id())
		}
	}
	show(w, "list", p)
}

func (s *Server) row(m *record, p page) listRow {
	var to []string
	for _, r := range m.recipients {
		to = append(to, decodeWords(r.address))
	}
	o := m.outcome()
	row := listRow{
		ID: m.id(), To: strings.Join(to, ", "), Subject: m.subject, From: decodeWords(m.from),
		Outcome: o.String(), Trouble: o.String() != "delivered", Stamp: m.when().Format(stamp), When: s.short(p.Lang, m.when()),
	}
	row.KindName, row.Colour = s.o.badge(s.o.kindOf(m.tags), p.Lang)
	row.OutcomeName = p.T["outcome."+row.Outcome]
	return row
}

// short is the time of a message of today, or its date.
func (s *Server) short(lang string, t time.Time) string {
	t, now := t.Local(), s.now().Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05")
	}
	return s.o.words().ShortDate(lang, t) + ", " + t.Format("15:04")
}

func (s *Server) long(lang string, t time.Time) string {
	t = t.Local()
	return s.o.words().Date(lang, t) + ", " + t.Format("15:04:05")
}

// serveMessage is GET /messages/{id}.
func (s *Server) serveMessage(w http.ResponseWriter, r *http.Request, rec *record) {
	m, err := s.assemble(rec)
	var j *messageJSON
	if err == nil {
		j, err = s.messageFor(rec, false)
	}
	if err != nil {
		http.Error(w, "the message cannot be read", http.StatusInternalServerError)
		return
	}
	p := messagePage{page: s.newPage(r), M: j, Tags: m.tags, Stamp: j.Time.Format(stamp)}
	p.When = s.long(p.Lang, j.Time)
	p.Query, p.Outcome, p.Live = "", "", false
	p.Title = j.Subject + " · " + p.Inbox
	p.KindName, p.Colour = s.o.badge(j.Kind, p.Lang)
	p.OutcomeName = p.T["outcome."+j.Outcome]
	p.choose(r.URL.Query(), m)
	if p.Text = m.text; m.text == "" {
		p.Text = p.T["notext"]
	}
	p.Headers = s.headersOf(m)
	for i, a := range m.batch.Attachments {
		p.Files = append(p.Files, choice{Name: a.FileName, Href: "/messages/" + j.ID + "/files/" + strconv.Itoa(i)})
	}
	for _, e := range s.history(rec, m.configuration) {
		row := eventRow{eventJSON: e, Name: e.Type, Stamp: e.Time.Format(stamp), When: e.Time.Local().Format("15:04:05.000"), Note: p.T["unpublished"]}
		if e.Time.After(s.now()) {
			row.Note = p.T["planned"]
		}
		p.Events = append(p.Events, row)
	}
	show(w, "message", p)
}

// choose sets the tabs, the widths and the switch of images.
func (p *messagePage) choose(q url.Values, m *message) {
	views, widths := []string{"html", "text", "headers", "history"}, []string{"both", "desktop", "phone"}
	if p.View = q.Get("view"); !slices.Contains(views, p.View) {
		if p.View = "html"; m.failure != "" {
			p.View = "history"
		} else if !m.hasHTML() {
			p.View = "text"
		}
	}
	if p.Width = q.Get("width"); !slices.Contains(widths, p.Width) {
		p.Width = "both"
	}
	off := q.Get("images") == "off"
	here := func(view, width string, off bool) string {
		out := url.Values{"view": {view}}
		if width != "both" {
			out.Set("width", width)
		}
		if off {
			out.Set("images", "off")
		}
		return "/messages/" + m.id() + "?" + out.Encode()
	}
	for _, v := range views {
		if v != "html" || m.hasHTML() {
			p.Tabs = append(p.Tabs, choice{p.T[v], here(v, p.Width, off), v == p.View})
		}
	}
	for _, v := range widths {
		p.Widths = append(p.Widths, choice{p.T[v], here("html", v, off), v == p.Width})
	}
	p.Images = []choice{{p.T["imageson"], here("html", p.Width, false), !off}, {p.T["imagesoff"], here("html", p.Width, true), off}}
	if p.Frame = "/messages/" + m.id() + "/html"; off {
		p.Frame += "?images=off"
	}
}

func (m *message) hasHTML() bool { return m.batch.HasHTML || m.html != "" }
