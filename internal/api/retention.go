package api

import (
	"net/http"
	"time"

	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// retentionView is for how long data are kept, and what would go next.
type retentionView struct {
	Months  survey.Retention       `json:"months"`
	Said    bool                   `json:"said"` // false: months are proposed
	On      bool                   `json:"on"`
	Version int                    `json:"version"`
	Next    *nextRetentionView     `json:"next"` // null: it is not counted yet
	Past    []survey.RetentionDone `json:"past"`
}

type nextRetentionView struct {
	Due     time.Time             `json:"due"`
	Stage   survey.RetentionStage `json:"stage"`
	Counted int                   `json:"counted"` // for switching it on
	Goes    survey.RetentionSum   `json:"goes"`
}

func (d *API) answerRetention(w http.ResponseWriter, r *http.Request) error {
	k, err := d.Retention.Kept(r.Context())
	if err != nil {
		return err
	}
	v := retentionView{Months: k.Rules, Said: k.Said, On: k.On, Version: k.Version, Past: k.Run.Past}
	if v.Past == nil {
		v.Past = []survey.RetentionDone{}
	}
	if k.Counted {
		v.Next = &nextRetentionView{k.Run.Due, k.Run.Stage, k.Run.Version, k.Run.Counted}
	}
	web.JSON(w, http.StatusOK, v)
	return nil
}

func (d *API) showRetention(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	return d.answerRetention(w, r)
}

// putRetention changes for how long data are kept.
func (d *API) putRetention(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Months  survey.Retention `json:"months"`
		Version int              `json:"version"`
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	if err := d.Retention.Say(r.Context(), in.Months, in.Version); err != nil {
		return err
	}
	return d.answerRetention(w, r)
}

// switchRetention switches the deleting on or off.
func (d *API) switchRetention(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		On      bool `json:"on"`
		Counted int  `json:"counted"`
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	if err := d.Retention.Switch(r.Context(), in.On, in.Counted); err != nil {
		return err
	}
	return d.answerRetention(w, r)
}
