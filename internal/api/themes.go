package api

import (
	"errors"
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/insight/themes"
	"onetap/internal/web"
)

// themesView is the dictionary of themes, with its version.
type themesView struct {
	Themes  []themeView `json:"themes"`
	Version int         `json:"version"`
}

type themeView struct {
	ID       string            `json:"id"`
	Names    map[string]string `json:"names"`
	Words    []string          `json:"words"`
	Hidden   bool              `json:"hidden"`
	Cause    string            `json:"cause"`
	Standard bool              `json:"standard"` // the words are those that every company begins with; said without words, they become so
}

func (d *API) showThemes(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	all, version, err := d.Themes.Read(r.Context())
	if err != nil {
		return err
	}
	answerThemes(w, all, version)
	return nil
}

// putThemes says the whole dictionary anew.
func (d *API) putThemes(w http.ResponseWriter, r *http.Request) error {
	var in themesView
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	var all themes.Dictionary
	for _, t := range in.Themes {
		all = append(all, themes.Theme{ID: t.ID, Names: t.Names, Words: t.Words, Hidden: t.Hidden, Cause: t.Cause, Standard: t.Standard && len(t.Words) == 0})
	}
	all, version, err := d.Themes.Save(r.Context(), all, in.Version)
	if errors.Is(err, apperr.ErrChanged) {
		return apperr.New(apperr.Conflict, "version_stale", "version")
	}
	if err != nil {
		return err
	}
	answerThemes(w, all, version)
	return nil
}

func answerThemes(w http.ResponseWriter, all themes.Dictionary, version int) {
	v := themesView{Themes: []themeView{}, Version: version}
	packed := all.Packed()
	for i, t := range all {
		v.Themes = append(v.Themes, themeView{t.ID, t.Names, t.Words, t.Hidden, t.Cause, packed[i].Standard})
	}
	web.JSON(w, http.StatusOK, v)
}
