package api

import (
	"net/http"

	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/web"
)

// tellCase tells a resolved case's respondent what was done, and answers with the case.
func (d *API) tellCase(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Version int    `json:"version"`
		Text    string `json:"text"`
		Again   bool   `json:"again"`
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	c, err := d.Teller.Tell(r.Context(), door.VisitOf(r).Who, r.PathValue("case"), followup.Telling{Version: in.Version, Text: in.Text, Again: in.Again, Links: d.Addresses.LinksOf(r)})
	if err != nil {
		return err
	}
	return d.answerCase(w, r, c)
}
