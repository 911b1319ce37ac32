package api

import (
	"errors"
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// touchpointsView is the catalogue of touchpoints, with the version of the settings that it is part of.
type touchpointsView struct {
	Touchpoints []survey.Touchpoint `json:"touchpoints"`
	Version     int                 `json:"version"`
}

func (d *API) showTouchpoints(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	s, err := d.Store.Settings(r.Context())
	if err != nil {
		return err
	}
	return answerTouchpoints(w, s)
}

// putTouchpoints says the whole catalogue anew.
func (d *API) putTouchpoints(w http.ResponseWriter, r *http.Request) error {
	var in touchpointsView
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	s, err := d.Company.SaveTouchpoints(r.Context(), in.Touchpoints, in.Version)
	if errors.Is(err, apperr.ErrChanged) {
		return apperr.New(apperr.Conflict, "version_stale", "version")
	}
	if err != nil {
		return err
	}
	return answerTouchpoints(w, s)
}

func answerTouchpoints(w http.ResponseWriter, s survey.Settings) error {
	v := touchpointsView{s.Touchpoints, s.Version}
	if v.Touchpoints == nil {
		v.Touchpoints = []survey.Touchpoint{}
	}
	web.JSON(w, http.StatusOK, v)
	return nil
}
