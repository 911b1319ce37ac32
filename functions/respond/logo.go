package main

import (
	"net/http"

	"onetap/internal/problem"
	"onetap/internal/web"
)

// logo serves the company's logo to whoever reads its letters and pages. It never changes under its name.
func (p *pages) logo(w http.ResponseWriter, r *http.Request) {
	l, ok, err := p.store.Logo(r.Context(), r.PathValue("hash"))
	if err == nil && !ok {
		err = problem.New(problem.Unknown, "no_such_page", "")
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", l.Media)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Write(l.Bytes)
}
