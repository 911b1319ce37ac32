package api

import (
	"net/http"

	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// columnView is one column with what it is for.
type columnView struct {
	Dimension string              `json:"part"`
	Use       survey.DimensionUse `json:"segment"`
	Chosen    bool                `json:"chosen"` // somebody said so; else it is how it looks
}

// showColumns answers the columns of an audience.
func (d *API) showColumns(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	return d.answerColumns(w, r, a)
}

func (d *API) answerColumns(w http.ResponseWriter, r *http.Request, a survey.Audience) error {
	columns, err := d.Lists.Columns(r.Context(), a)
	if err != nil {
		return err
	}
	views := make([]columnView, len(columns))
	for i, c := range columns {
		views[i] = columnView{c.Dimension, c.Use, c.Chosen}
	}
	web.JSON(w, http.StatusOK, map[string]any{"audience": a, "columns": views})
	return nil
}

// chooseColumns takes what a caller says of columns; of those that it does not name nothing changes.
func (d *API) chooseColumns(w http.ResponseWriter, r *http.Request) error {
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	var in struct {
		Columns map[string]survey.DimensionUse `json:"columns"` // by dimension
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	if err := d.Lists.SayColumns(r.Context(), a, in.Columns); err != nil {
		return err
	}
	return d.answerColumns(w, r, a)
}
