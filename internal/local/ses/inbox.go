package ses

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Inbox serves the pages that show every message, and the same as JSON for programs:
//
//	GET    /                    the list: q, outcome=delivered|undelivered, older, newer, live=1
//	GET    /messages/{id}       one message: view=html|text|headers|history, width=both|desktop|phone, images=off
//	GET    /messages/{id}.eml   its source
//	GET    /messages.json       a list: to, q, outcome, since, after, limit, order=newest, brief=1
//	GET    /messages/{id}.json  one message with its events
//	DELETE /messages            empties the inbox
//	POST   /actions/{name}      begins what a button of the list offers
func (s *Server) Inbox() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.serveList)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, pageFiles, "pages/style.css") })
	mux.HandleFunc("GET /messages.json", s.listJSON)
	mux.HandleFunc("GET /messages", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusSeeOther) })
	mux.HandleFunc("GET /messages/{file}", s.serveFile)
	mux.HandleFunc("GET /messages/{id}/html", s.serveHTML)
	mux.HandleFunc("GET /messages/{id}/files/{number}", s.serveAttachment)
	mux.HandleFunc("DELETE /messages", s.deleteAll)
	mux.HandleFunc("POST /actions/{name}", s.startAction)
	mux.HandleFunc("POST /messages/empty", s.deleteAll) // the button of the page; a form cannot DELETE
	return http.NewCrossOriginProtection().Handler(mux)
}

// find gives the message of an id; nil if there is none.
func (s *Server) find(id string) *record {
	if seq, ok := seqOf(id); ok {
		if r, err := s.store.get(seq); err == nil && r != nil && r.id() == id {
			return r
		}
	}
	return nil
}

// serveFile serves a message as a page, as JSON, or as its source, by the ending.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("file")
	if id, isJSON := strings.CutSuffix(id, ".json"); isJSON {
		if m := s.find(id); m != nil {
			s.oneJSON(w, m)
		} else {
			writeProblem(w, http.StatusNotFound, "there is no message with this id")
		}
		return
	}
	id, isSource := strings.CutSuffix(id, ".eml")
	m := s.find(id)
	switch {
	case m == nil:
		s.missing(w, r)
	case isSource:
		s.serveSource(w, m)
	default:
		s.serveMessage(w, r, m)
	}
}

func (s *Server) missing(w http.ResponseWriter, r *http.Request) {
	http.Error(w, s.o.say(s.o.words().Language(r), "missing"), http.StatusNotFound)
}

func (s *Server) serveSource(w http.ResponseWriter, r *record) {
	m, err := s.assemble(r)
	if err != nil {
		http.Error(w, "the message cannot be read", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "message/rfc822")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", m.id()+".eml"))
	_, _ = w.Write(s.source(m))
}

// framePolicy is what a message may do in its frame: show itself, and open links in new tabs. No scripts, no forms, nothing of
// this site.
const framePolicy = "default-src 'none'; style-src 'unsafe-inline' https: http:; font-src https: http: data:; img-src %s; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

// serveHTML is the html body for the frame.
func (s *Server) serveHTML(w http.ResponseWriter, r *http.Request) {
	rec := s.find(r.PathValue("id"))
	if rec == nil {
		s.missing(w, r)
		return
	}
	m, err := s.assemble(rec)
	if err != nil {
		http.Error(w, "the message cannot be read", http.StatusInternalServerError)
		return
	}
	images := "'self' https: http: data:"
	if r.URL.Query().Get("images") == "off" {
		images = "'none'"
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", fmt.Sprintf(framePolicy, images))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	page := m.html
	for i, a := range m.batch.Attachments {
		if a.ID != "" {
			page = strings.ReplaceAll(page, "cid:"+a.ID, "/messages/"+m.id()+"/files/"+strconv.Itoa(i))
		}
	}
	_, _ = w.Write([]byte(inNewTab(page)))
}

// inNewTab makes links open beside the inbox. The element goes into the head: before the doctype it would change how the page is
// laid out.
func inNewTab(page string) string {
	const base = `<base target="_blank">`
	lowered := lowerASCII(page)
	for _, tag := range []string{"<head", "<html"} {
		if i := strings.Index(lowered, tag); i >= 0 {
			if end := strings.IndexByte(page[i:], '>'); end >= 0 && !strings.HasPrefix(lowered[i:], "<header") {
				return page[:i+end+1] + base + page[i+end+1:]
			}
		}
	}
	if i := strings.IndexByte(page, '>'); i >= 0 && strings.HasPrefix(strings.TrimSpace(lowered), "<!doctype") {
		return page[:i+1] + base + page[i+1:]
	}
	return base + page
}

// lowerASCII keeps positions, which strings.ToLower does not for every letter.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// serveAttachment shows pictures and offers everything else for download.
func (s *Server) serveAttachment(w http.ResponseWriter, r *http.Request) {
	rec := s.find(r.PathValue("id"))
	n, err := strconv.Atoi(r.PathValue("number"))
	if rec == nil || err != nil {
		s.missing(w, r)
		return
	}
	sh, err := s.store.batch(rec.batch)
	if err != nil || n < 0 || n >= len(sh.Attachments) {
		s.missing(w, r)
		return
	}
	a := sh.Attachments[n]
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if t := a.mediaType(); t == "image/png" || t == "image/jpeg" || t == "image/gif" || t == "image/webp" {
		h.Set("Content-Type", t)
	} else {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.FileName}))
	}
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(a.Data)
}

func (s *Server) deleteAll(w http.ResponseWriter, r *http.Request) {
	if err := s.store.empty(); err != nil {
		writeProblem(w, http.StatusInternalServerError, "the inbox cannot be emptied")
		return
	}
	s.addresses.forget()
	if r.Method == http.MethodPost {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
