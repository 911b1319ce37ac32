package cases

import (
	"net/http"

	"onetap/internal/door"
	"onetap/internal/exports"
	"onetap/internal/followup"
	"onetap/internal/loop"
)

// downloadCases sends the cases that a board shows, all of them.
func (d *Pages) downloadCases(w http.ResponseWriter, r *http.Request) error {
	ask := exports.Ask{Kind: exports.Cases, Format: door.FormatOf(r), Owner: followup.AllOwners, State: loop.State(r.PostFormValue("state"))}
	if r.PostForm.Has("owner") {
		ask.Owner = d.StaffIn(r.PostFormValue("owner"))
	}
	return d.Hand(w, r, ask)
}
