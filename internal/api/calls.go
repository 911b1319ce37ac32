package api

import (
	"net/http"
	"time"

	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// listCalls lists the rounds of executives' calls, the latest first.
func (d *API) listCalls(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	rounds, err := d.Calls.Rounds(r.Context())
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"rounds": append([]loop.Round{}, rounds...)})
	return nil
}

// dealCalls deals a campaign's detractors out to executives.
func (d *API) dealCalls(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Campaign   survey.CampaignID `json:"campaign"`
		Executives []string          `json:"executives"` // staff ids
		Number     int               `json:"number"`     // to each
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	round, err := d.Calls.Deal(r.Context(), door.VisitOf(r).Who, in.Campaign, in.Executives, in.Number)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusCreated, round)
	return nil
}

// heardView is a call that reached somebody.
type heardView struct {
	Contact   survey.ContactID `json:"contact,omitempty"` // "": the token may not know who gave an answer
	Executive string           `json:"executive"`
	At        time.Time        `json:"at"`
	loop.Heard
}

func heardViews(all []followup.Heard) []heardView {
	views := make([]heardView, len(all))
	for i, h := range all {
		views[i] = heardView{h.Contact.ID, h.Executive, h.At, h.Call.Heard}
	}
	return views
}

// callReport answers what the executives of a round have heard.
func (d *API) callReport(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	rep, err := d.Calls.Report(r.Context(), door.VisitOf(r).Who, r.PathValue("round"))
	if err != nil {
		return err
	}
	causes := make([]map[string]any, len(rep.Causes))
	for i, c := range rep.Causes {
		causes[i] = map[string]any{"cause": c.Cause, "calls": len(c.Heard), "heard": heardViews(c.Heard)}
	}
	by := make([]map[string]any, len(rep.By))
	for i, one := range rep.By {
		by[i] = map[string]any{"executive": one.Executive, "dealt": one.Dealt, "made": one.Made, "reached": one.Reached}
	}
	web.JSON(w, http.StatusOK, map[string]any{
		"round": rep.Round, "made": rep.Made, "reached": rep.Reached, "executives": by, "causes": causes, "without_cause": heardViews(rep.Untold),
		"promises": heardViews(rep.Promises), "changes": heardViews(rep.Changes),
	})
	return nil
}

// recordCall writes down what was heard in a call.
func (d *API) recordCall(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		loop.Heard
		Version int `json:"version"` // that was read; 0: nothing was written down
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	call, err := d.Calls.Record(r.Context(), door.VisitOf(r).Who, r.PathValue("round"), survey.ContactID(r.PathValue("contact")), in.Heard, in.Version)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"version": call.Version, "executive": call.Executive, "at": call.At, "reached": call.Reached})
	return nil
}
