package api

import (
	"errors"
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// frequencyView are the rules on how often people are asked, with the version of the settings that they are part of.
type frequencyView struct {
	Rules   []survey.FrequencyRule `json:"rules"`
	Version int                    `json:"version"`
}

func (d *API) showFrequency(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	s, err := d.Store.Settings(r.Context())
	if err != nil {
		return err
	}
	return answerFrequency(w, s)
}

// putFrequency says all the rules anew.
func (d *API) putFrequency(w http.ResponseWriter, r *http.Request) error {
	var in frequencyView
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	s, err := d.Company.SaveFrequency(r.Context(), in.Rules, in.Version)
	if errors.Is(err, apperr.ErrChanged) {
		return apperr.New(apperr.Conflict, "version_stale", "version")
	}
	if err != nil {
		return err
	}
	return answerFrequency(w, s)
}

func answerFrequency(w http.ResponseWriter, s survey.Settings) error {
	v := frequencyView{s.Frequency, s.Version}
	if v.Rules == nil {
		v.Rules = []survey.FrequencyRule{}
	}
	web.JSON(w, http.StatusOK, v)
	return nil
}
