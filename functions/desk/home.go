package main

import (
	"net/http"

	"onetap/internal/web"
)

// home says what answers here, and where the interface for programs is described.
func home(w http.ResponseWriter, r *http.Request) {
	l := web.Language(r)
	w.Header().Add("Vary", "Accept-Language")
	web.Page{Lang: l, Title: "Onetap", Body: web.Markup("<h1>Onetap</h1><p>{}</p><p>{}</p>", l.T("desk.home_what"), l.T("desk.home_where"))}.Write(w, http.StatusOK)
}
