package api

import (
	"net/http"
	"time"

	"onetap/internal/door"
	"onetap/internal/mailing"
)

// launch starts a campaign now or at a time, and calls the sender.
func (d *API) launch(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		At      mailing.Moment `json:"at"`
		Version *int           `json:"version"`
	}
	if err := door.DecodeOptional(r, &in); err != nil {
		return err
	}
	var at time.Time // zero: now
	if err := in.At.Apply(&at, "at"); err != nil {
		return err
	}
	c, err := d.Mailing.Launch(r.Context(), r.PathValue("campaign"), in.Version, at, d.Addresses.LinksOf(r))
	if err != nil {
		return err
	}
	return d.answerCampaign(w, r, c)
}

// doAct does what a call wants with a campaign that is launched, and answers the campaign.
func (d *API) doAct(act mailing.Act) door.Operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in struct {
			Version *int `json:"version"`
		}
		if err := door.DecodeOptional(r, &in); err != nil {
			return err
		}
		c, err := act(r.Context(), r.PathValue("campaign"), in.Version)
		if err != nil {
			return err
		}
		return d.answerCampaign(w, r, c)
	}
}
