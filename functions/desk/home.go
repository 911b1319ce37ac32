package main

import (
	"net/http"
)

type homePage struct {
	frame
	Hello string
}

// home is what somebody sees first, by their role.
func (d *desk) home(w http.ResponseWriter, r *http.Request) error {
	p := &homePage{frame: d.frame(r, "home.title")}
	p.Hello = p.lang.T("home.hello", map[string]any{"Name": p.Who})
	return d.show(w, http.StatusOK, "home.html", p)
}
