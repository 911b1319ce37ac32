package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// changeOwner gives many contacts another owner, or as many as some seconds suffice for.
func (d *API) changeOwner(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	var in struct {
		Audience string             `json:"audience"`
		Owner    string             `json:"owner"`
		Contacts []survey.ContactID `json:"contacts"`
		Filter   url.Values         `json:"filter"`
		Search   string             `json:"search"`
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	a, err := door.Audience(in.Audience)
	if err != nil {
		return err
	}
	for name := range in.Filter {
		if known := door.NarrowNames(in.Filter); !slices.Contains(known, name) {
			return apperr.New(apperr.Invalid, "parameter_unknown", name, "Known", strings.Join(known, ", "))
		}
	}
	asked := contacts.OwnerChange{Owner: in.Owner, Chosen: in.Contacts, Search: contacts.Search{Audience: a, Text: in.Search}}
	if asked.Search.Narrow, err = d.Narrow(r.Context(), in.Filter); err != nil {
		return err
	}
	u, err := d.Lists.ChangeOwner(r.Context(), door.VisitOf(r).Who, asked)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, door.ViewUpload(u, d.Now()))
	return nil
}

// goOn goes on with a change of owners.
func (d *API) goOn(w http.ResponseWriter, r *http.Request) error {
	u, err := d.Lists.GoOn(r.Context(), door.VisitOf(r).Who, r.PathValue("upload"))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, door.ViewUpload(u, d.Now()))
	return nil
}
