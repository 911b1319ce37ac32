package ses

import (
	"net/http"
	"strings"
)

// Inbox serves the pages that show every message, and the same as JSON for programs:
//
//	GET    /messages.json       a list: to, q, outcome, since, after, limit, order=newest, brief=1
//	GET    /messages/{id}.json  one message with its events
//	DELETE /messages            empties the inbox
func (s *Server) Inbox() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /messages.json", s.listJSON)
	mux.HandleFunc("GET /messages/{file}", s.serveFile)
	mux.HandleFunc("DELETE /messages", s.deleteAll)
	return http.NewCrossOriginProtection().Handler(mux)
}

// find gives the message of an id, or answers that there is none.
func (s *Server) find(w http.ResponseWriter, id string) *record {
	if seq, ok := seqOf(id); ok {
		r, err := s.store.get(seq)
		if err == nil && r != nil && r.id() == id {
			return r
		}
	}
	writeProblem(w, http.StatusNotFound, "there is no message with this id")
	return nil
}

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	id, isJSON := strings.CutSuffix(r.PathValue("file"), ".json")
	if !isJSON {
		http.NotFound(w, r)
		return
	}
	if m := s.find(w, id); m != nil {
		s.oneJSON(w, m)
	}
}

func (s *Server) deleteAll(w http.ResponseWriter, r *http.Request) {
	if err := s.store.empty(); err != nil {
		writeProblem(w, http.StatusInternalServerError, "the inbox cannot be emptied")
		return
	}
	s.addresses.forget()
	w.WriteHeader(http.StatusNoContent)
}
