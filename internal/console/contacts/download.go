package contacts

import (
	"net/http"
	"strings"

	"onetap/internal/door"
	"onetap/internal/exports"
	"onetap/internal/survey"
)

// downloadContacts sends the contacts that a list shows, all pages of them.
func (d *Pages) downloadContacts(w http.ResponseWriter, r *http.Request) error {
	narrow, err := d.Narrow(r.Context(), filled(r))
	if err != nil {
		return err
	}
	return d.Hand(w, r, exports.Ask{
		Kind: exports.Contacts, Format: door.FormatOf(r), Audience: survey.Audience(r.PostFormValue("audience")), Narrow: narrow, Text: strings.TrimSpace(r.PostFormValue("search")),
	})
}
