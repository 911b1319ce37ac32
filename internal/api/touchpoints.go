package api

import (
	"errors"
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/exports"
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

// touchpointView is how people found one touchpoint. Before are the campaigns before, the latest first.
type touchpointView struct {
	ID        survey.TouchpointID   `json:"id"`
	Kind      survey.TouchpointKind `json:"kind"`
	Names     map[string]string     `json:"names"` // now
	Then      map[string]string     `json:"names_then"`
	Withheld  bool                  `json:"withheld,omitempty"`
	Ratings   int64                 `json:"ratings"`
	Poor      countedShare          `json:"poor"`
	Fine      countedShare          `json:"fine"`
	Wow       countedShare          `json:"wow"`
	Changed   int                   `json:"changed,omitempty"` // +1 and −1: better, or worse, than before by more than chance
	Own       *survey.RatingCount   `json:"own,omitempty"`     // within the caller's reach, where that is a part
	Before    []touchpointBefore    `json:"before"`
	BySegment []touchpointSegment   `json:"by"`
}

type touchpointBefore struct {
	Campaign survey.CampaignID `json:"campaign"`
	Names    map[string]string `json:"names_then"`
	survey.RatingCount
}

type touchpointSegment struct {
	Part  string `json:"part"`
	Value string `json:"value"`
	survey.RatingCount
}

// campaignTouchpoints answers how people found the touchpoints that a campaign asked of.
func (d *API) campaignTouchpoints(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	reading, err := d.openCampaign(r)
	if err != nil {
		return err
	}
	const waves = 5
	earlier, err := d.Mailing.EarlierAsking(r.Context(), reading.Campaign(), waves)
	if err != nil {
		return err
	}
	found, err := reading.Touchpoints(r.Context(), earlier)
	if err != nil {
		return err
	}
	all := []touchpointView{}
	for _, f := range found.Figures {
		v := touchpointView{
			ID: f.Then.ID, Kind: f.Touchpoint.Kind, Names: f.Touchpoint.Names, Then: f.Then.Names, Withheld: f.Withheld, Ratings: f.Count.All(), Changed: f.Direction,
			Poor: viewCounted(f.Share(survey.Poor)), Fine: viewCounted(f.Share(survey.Fine)), Wow: viewCounted(f.Share(survey.Wow)), Before: []touchpointBefore{}, BySegment: []touchpointSegment{},
		}
		if found.Part {
			v.Own = &f.Own
		}
		for _, wave := range found.Earlier {
			if was, ok := wave.Of(f.Then.ID); ok && !was.Withheld {
				v.Before = append(v.Before, touchpointBefore{wave.Campaign.ID, was.Then.Names, was.Count})
			}
		}
		for _, one := range found.Segments {
			for _, row := range one.Rows {
				if n, ok := row.Of[f.Then.ID]; ok {
					v.BySegment = append(v.BySegment, touchpointSegment{one.Kind, row.Value, n})
				}
			}
		}
		all = append(all, v)
	}
	web.JSON(w, http.StatusOK, map[string]any{"campaign": reading.Campaign().ID, "touchpoints": all})
	return nil
}

// downloadTouchpoints answers the same as a file.
func (d *API) downloadTouchpoints(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	return d.Answer(w, r, exports.Ask{Kind: exports.Touchpoints, Format: door.FormatOf(r), Campaign: survey.CampaignID(r.PathValue("campaign"))})
}
