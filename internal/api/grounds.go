package api

import (
	"net/http"

	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// groundsView is what data are kept for, and by what right.
type groundsView struct {
	Controller string                            `json:"controller"`
	Grounds    map[survey.Audience]survey.Ground `json:"grounds"`
	Version    int                               `json:"version"`
}

func (d *API) showGrounds(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	p, err := d.Disclosure.Said(r.Context())
	if err != nil {
		return err
	}
	v := groundsView{p.Controller, p.Grounds, p.Version}
	if v.Grounds == nil {
		v.Grounds = map[survey.Audience]survey.Ground{}
	}
	web.JSON(w, http.StatusOK, v)
	return nil
}

// putGrounds says it anew, whole.
func (d *API) putGrounds(w http.ResponseWriter, r *http.Request) error {
	var in groundsView
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	if err := d.Disclosure.Say(r.Context(), in.Controller, in.Grounds, in.Version); err != nil {
		return err
	}
	return d.showGrounds(w, r)
}
