package api

import (
	"net/http"
	"time"

	"onetap/internal/door"
	"onetap/internal/mailing"
	"onetap/internal/web"
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

// countFor is how long a call counts whom the second reminder would go to.
const countFor = 15 * time.Second

// countReminder says whom the second reminder would go to now, or why there can be none.
func (d *API) countReminder(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	if err := d.Mailing.MayRemindAgain(r.Context(), c); err != nil {
		return err
	}
	n, err := d.Mailing.CountReminder(r.Context(), c, countFor)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, n)
	return nil
}

// remindAgain sends the second reminder, with words of its own where the call has some.
func (d *API) remindAgain(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Version *int                             `json:"version"`
		Words   map[string]mailing.ReminderWords `json:"words"`
	}
	if err := door.DecodeOptional(r, &in); err != nil {
		return err
	}
	c, err := d.Mailing.RemindAgain(r.Context(), r.PathValue("campaign"), in.Version, in.Words)
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

// deleteCampaign deletes a draft.
func (d *API) deleteCampaign(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	if err := d.Mailing.Delete(r.Context(), r.PathValue("campaign"), nil); err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"deleted": r.PathValue("campaign")})
	return nil
}
