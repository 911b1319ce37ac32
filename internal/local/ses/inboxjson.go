package ses

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// messageJSON is a message in the lists that programs read.
type messageJSON struct {
	ID               string            `json:"id"`
	Time             time.Time         `json:"time"`
	From             string            `json:"from"`
	To               []string          `json:"to"`
	Cc               []string          `json:"cc,omitempty"`
	Bcc              []string          `json:"bcc,omitempty"`
	ReplyTo          []string          `json:"replyTo"`
	Subject          string            `json:"subject"`
	Kind             string            `json:"kind"`    // see Options.Kinds; other
	Outcome          string            `json:"outcome"` // delivered, complained, bounced, softbounced, blocked, suppressed, rejected, failed
	ConfigurationSet string            `json:"configurationSet,omitempty"`
	Caller           string            `json:"caller"`
	Tags             map[string]string `json:"tags"`
	Headers          map[string]string `json:"headers"`           // as a mail program gets them, unfolded and decoded
	Failure          string            `json:"failure,omitempty"` // why it could not be rendered
	Text             *string           `json:"text,omitempty"`
	HTML             *string           `json:"html,omitempty"`
	Links            []string          `json:"links,omitempty"` // of the html, in order, each once
	Events           []eventJSON       `json:"events,omitempty"`
}

type eventJSON struct {
	Type       string    `json:"type"` // as SES names it, for example Delivery
	Time       time.Time `json:"time"`
	Detail     string    `json:"detail,omitempty"`
	Recipients []string  `json:"recipients"`
	Published  bool      `json:"published"` // false: not yet due, or no configuration set wanted it
}

// messageFor puts a message into JSON form.
func (s *Server) messageFor(r *record, brief bool) (*messageJSON, error) {
	m, err := s.assemble(r)
	if err != nil {
		return nil, err
	}
	out := &messageJSON{
		ID: m.id(), Time: m.when(), From: decodeWords(m.from), To: m.to, Cc: m.cc, Bcc: m.bcc, ReplyTo: m.batch.ReplyTo, Subject: m.subject,
		Kind: s.o.kindOf(m.tags), Outcome: r.outcome().String(), ConfigurationSet: m.configuration, Caller: m.batch.Caller,
		Tags: map[string]string{}, Headers: map[string]string{}, Failure: m.failure,
	}
	if out.To == nil {
		out.To = []string{}
	}
	if out.ReplyTo == nil {
		out.ReplyTo = []string{}
	}
	for _, t := range m.tags {
		out.Tags[t.Name] = t.Value
	}
	for _, h := range s.headersOf(m) {
		if old, twice := out.Headers[h.Name]; twice {
			h.Value = old + "\n" + h.Value
		}
		out.Headers[h.Name] = h.Value
	}
	if !brief {
		out.Text, out.HTML = &m.text, &m.html
		out.Links = links(m.html)
	}
	return out, nil
}

// headersOf reads the headers back from the source, in order, without folds and encoded words.
func (s *Server) headersOf(m *message) []header {
	return splitHeaders(s.head(m))
}

// links of a page, in order, each once; only what a browser would open.
func links(page string) []string {
	var list []string
	seen := map[string]bool{}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return list
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			if n := string(name); n != "a" && n != "area" {
				continue
			}
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				if href := strings.TrimSpace(string(v)); string(k) == "href" && !seen[href] && opens(href) {
					seen[href] = true
					list = append(list, href)
				}
			}
		}
	}
}

func opens(href string) bool {
	u, err := url.Parse(href)
	return err == nil && slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme)
}

// history of a message: every event that happened or will.
func (s *Server) history(r *record, set string) []eventJSON {
	var list []eventJSON
	now := s.now()
	for _, t := range s.steps(r) {
		e := eventJSON{Type: eventNames[t.kind][0], Time: r.when().Add(t.after), Detail: t.detail(r), Recipients: []string{}}
		e.Published = s.wants(set, t.kind) && !e.Time.After(now)
		for _, p := range r.recipients {
			if t.touches(p.outcome) {
				e.Recipients = append(e.Recipients, p.address)
			}
		}
		list = append(list, e)
	}
	return list
}

func (t step) detail(r *record) string {
	switch t.kind {
	case "REJECT":
		return "Bad content"
	case "RENDERING_FAILURE":
		return r.failure
	case "COMPLAINT":
		if t.outcome == notSpam {
			return "not-spam"
		}
		return "abuse"
	case "BOUNCE":
		switch t.outcome {
		case softBounced, goneForGood:
			return "Transient / General"
		case mailboxFull:
			return "Transient / MailboxFull"
		case suppressed:
			return "Permanent / OnAccountSuppressionList"
		case suppressedForAll:
			return "Permanent / Suppressed"
		}
		return "Permanent / General"
	}
	return ""
}

// listJSON is GET /messages.json: a JSON array, oldest first (order=newest turns it round). The id of the last message is the
// next page's after; a Link header (rel="next") has the whole address while there is more. Numbers are given at acceptance and
// what becomes of a message never changes, so pages neither repeat nor skip while messages come in.
func (s *Server) listJSON(w http.ResponseWriter, r *http.Request) {
	f, problem := readFilter(r.URL.Query())
	if problem != "" {
		writeProblem(w, http.StatusBadRequest, problem)
		return
	}
	var list []*record
	more, err := s.each(&f, func(r *record) error {
		list = append(list, r)
		return nil
	})
	if err != nil {
		writeProblem(w, http.StatusInternalServerError, "the inbox cannot be read")
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if more {
		q := r.URL.Query()
		q.Set("after", list[len(list)-1].id())
		w.Header().Set("Link", "<"+r.URL.Path+"?"+q.Encode()+`>; rel="next"`)
	}
	out := bufio.NewWriterSize(w, 64<<10)
	defer func() { _ = out.Flush() }()
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	_, _ = out.WriteString("[")
	for i, rec := range list {
		m, err := s.messageFor(rec, f.brief)
		if err != nil {
			panic(http.ErrAbortHandler) // too late for a status; a cut answer cannot be taken for a whole one
		}
		if i > 0 {
			_, _ = out.WriteString(",")
		}
		if e.Encode(m) != nil {
			return // the reader is gone
		}
	}
	_, _ = out.WriteString("]\n")
}

// oneJSON is GET /messages/{id}.json.
func (s *Server) oneJSON(w http.ResponseWriter, r *record) {
	m, err := s.messageFor(r, false)
	if err != nil {
		writeProblem(w, http.StatusInternalServerError, "the message cannot be read")
		return
	}
	m.Events = s.history(r, m.ConfigurationSet)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(m) // the reader may be gone
}

func writeProblem(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}
