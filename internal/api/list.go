package api

import (
	"net/http"

	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// listContacts answers the contacts of an audience that fit the filters, a page at a time, in no order that means anything.
func (d *API) listContacts(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if err := door.KnownParameters(r, append(door.NarrowNames(q), "audience", "after")...); err != nil {
		return err
	}
	a, err := door.Audience(q.Get("audience"))
	if err != nil {
		return err
	}
	from, err := survey.ParseCursor(q.Get("after"))
	if err != nil {
		return err
	}
	narrow, err := d.Narrow(r.Context(), q)
	if err != nil {
		return err
	}
	found, err := d.Lists.Search(r.Context(), door.VisitOf(r).Who, contacts.Search{Audience: a, Narrow: narrow, From: from, Patient: true})
	if err != nil {
		return err
	}
	out := struct {
		Contacts []contactView `json:"contacts"`
		Looked   int           `json:"looked"`
		Next     *string       `json:"next"`
	}{[]contactView{}, found.Looked, door.CursorText(found.Next)}
	for _, hit := range found.Contacts {
		out.Contacts = append(out.Contacts, viewContact(hit.Contact, survey.Suppression{Reason: hit.Stopped}))
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}
