package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"onetap/internal/door"
	"onetap/internal/web"
)

// correctionView is what somebody has said of the columns under one set of headings.
type correctionView struct {
	Set    string            `json:"set"`
	Fields map[string]string `json:"fields"` // by heading
	Said   time.Time         `json:"said"`
}

// listCorrections answers what is remembered of an audience's lists, the latest first.
func (d *API) listCorrections(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	memory, err := d.Lists.Corrections(r.Context(), a)
	if err != nil {
		return err
	}
	views := []correctionView{}
	for set, said := range memory {
		views = append(views, correctionView{set, said.Fields, said.Said})
	}
	slices.SortFunc(views, func(a, b correctionView) int {
		if c := b.Said.Compare(a.Said); c != 0 {
			return c
		}
		return strings.Compare(a.Set, b.Set)
	})
	web.JSON(w, http.StatusOK, map[string]any{"audience": a, "corrections": views})
	return nil
}

// forgetCorrections forgets what is remembered of one set of headings.
func (d *API) forgetCorrections(w http.ResponseWriter, r *http.Request) error {
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	if err := d.Lists.ForgetCorrections(r.Context(), a, r.PathValue("set")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
