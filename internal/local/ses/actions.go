package ses

import "net/http"

// Action is something that somebody who watches the inbox may let happen.
type Action struct {
	Name  string                   // of its address, /actions/<name>
	Label func(lang string) string // of its button
	Start func()                   // begins it and does not wait
	State func(lang string) string // how far it is, "" before it was ever begun
	Busy  func() bool              // it is at work: the list shows no button, and refreshes itself
}

// actionView is an action on the page.
type actionView struct {
	Name, Label, State string
	Busy               bool
}

func (s *Server) actions(lang string) (all []actionView, busy bool) {
	for _, a := range s.o.Actions {
		v := actionView{a.Name, a.Label(lang), a.State(lang), a.Busy()}
		all, busy = append(all, v), busy || v.Busy
	}
	return all, busy
}

// startAction is POST /actions/{name}.
func (s *Server) startAction(w http.ResponseWriter, r *http.Request) {
	for _, a := range s.o.Actions {
		if a.Name == r.PathValue("name") {
			a.Start()
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
	}
	http.NotFound(w, r)
}
