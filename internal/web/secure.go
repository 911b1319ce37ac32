package web

import "net/http"

// Secure sets the headers that every answer carries, and gives the unknown routes of a ServeMux Fail's shape.
// A page that needs more than nothing loosens Content-Security-Policy itself.
func Secure(h http.Handler) http.Handler {
	if mux, ok := h.(*http.ServeMux); ok {
		h = routes(mux)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("X-Frame-Options", "DENY")
		head.Set("X-Robots-Tag", "noindex, nofollow")
		head.Set("Cache-Control", "no-store")
		if r.Header.Get("X-Forwarded-Proto") == "https" {
			head.Set("Strict-Transport-Security", "max-age=31536000")
		}
		h.ServeHTTP(w, r)
	})
}

// routes answers what no pattern of mux matches; the mux's own answer says which of 404, 405 or a redirect it is.
func routes(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		probe := &answer{header: http.Header{}}
		h.ServeHTTP(probe, r)
		switch probe.status {
		case http.StatusNotFound:
			refuse(w, r, http.StatusNotFound, refusal("no_such_page", "", nil))
		case http.StatusMethodNotAllowed:
			allow := probe.header.Get("Allow")
			w.Header().Set("Allow", allow)
			refuse(w, r, http.StatusMethodNotAllowed, refusal("method_not_allowed", "", map[string]any{"Allow": allow}))
		default:
			mux.ServeHTTP(w, r)
		}
	})
}
