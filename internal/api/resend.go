package api

import (
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// resendUncertain writes again to those of whom nobody knows whether they were written to. The system never does so by
// itself (promise 1); a person may, who says that they understood that some will get the survey twice.
func (d *API) resendUncertain(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Understood bool `json:"understood"`
		Mailing    int  `json:"wave"`
	}
	if err := door.DecodeOptional(r, &in); err != nil {
		return err
	}
	if !survey.IsMailing(in.Mailing) {
		return apperr.New(apperr.Invalid, "parameter_choice", "wave", "Known", "0, 1, 2")
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	people, more, err := d.Mailing.Resend(r.Context(), c, in.Mailing, in.Understood)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"campaign": c.ID, "wave": in.Mailing, "people": people, "more": more})
	return nil
}
