package api

import (
	"net/http"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/exports"
	"onetap/internal/followup"
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/web"
)

// runView is how some cases ran. What cannot be computed is null.
type runView struct {
	Value    string               `json:"value,omitempty"` // of the week, owner, team, level or cause
	Opened   int                  `json:"opened"`
	Spoken   int                  `json:"spoken"`
	InTime   int                  `json:"in_time"`
	Late     int                  `json:"late"`
	Open     int                  `json:"open"`
	Ended    int                  `json:"ended"`
	GivenUp  int                  `json:"given_up"`
	OnTime   *float64             `json:"on_time"` // percent of spoken and late
	Interval *nps.Interval        `json:"on_time_interval"`
	Half     *int                 `json:"half_within_hours"` // null as well where it was longer than the longest span
	Mean     *float64             `json:"mean_hours"`
	Outcomes map[loop.Outcome]int `json:"outcomes"`
	Promised int                  `json:"promised"`
	Kept     int                  `json:"promises_kept"`
	Broken   int                  `json:"promises_broken"`
}

func runViewOf(value string, r loop.Run) runView {
	v := runView{
		Value: value, Opened: r.Opened, Spoken: r.Spoken, InTime: r.InTime, Late: r.Late, Open: r.Open(), Ended: r.Ended, GivenUp: r.GivenUp,
		Outcomes: r.Outcomes, Promised: r.Promised, Kept: r.Kept, Broken: r.Broken,
	}
	if v.Outcomes == nil {
		v.Outcomes = map[loop.Outcome]int{}
	}
	if s, ok := r.OnTime(); ok {
		v.OnTime, v.Interval = door.Rounded(s.Percent, true), roundedInterval(s.Interval, true)
	}
	if hours, ok := r.Half(); ok && hours > 0 {
		v.Half = &hours
	}
	v.Mean = door.Rounded(r.MeanHours())
	return v
}

func runViews(all []loop.RunOf) []runView {
	views := make([]runView, len(all))
	for i, one := range all {
		views[i] = runViewOf(one.Value, one.Run)
	}
	return views
}

// runAsk reads what is asked for of how the loop runs.
func runAsk(r *http.Request) (q followup.RunQuery, err error) {
	if err := door.KnownParameters(r, "weeks", "team", "level", "kind"); err != nil {
		return q, err
	}
	v := r.URL.Query().Get
	q.Only = followup.Only{Team: v("team"), Level: loop.Level(v("level")), Kind: loop.Kind(v("kind"))}
	switch v("weeks") {
	case "", "13":
	case "4":
		q.Weeks = 4
	case "26":
		q.Weeks = 26
	default:
		return q, apperr.New(apperr.Invalid, "parameter_choice", "weeks", "Known", strings.Join([]string{"4", "13", "26"}, ", "))
	}
	return q, nil
}

// showRun answers how the loop runs.
func (d *API) showRun(w http.ResponseWriter, r *http.Request) error {
	ask, err := runAsk(r)
	if err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	run, err := d.Cases.Runs(r.Context(), door.VisitOf(r).Who, staff, ask)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{
		"today": run.Until.Format(time.DateOnly), "open": run.Now.Open, "overdue": run.Now.Overdue, "due_today": run.Now.DueToday,
		"promises_open": run.Now.Owed, "promises_overdue": run.Now.Broke, "open_by_age": run.Ages,
		"whole": runViewOf("", run.Whole), "weeks": runViews(run.ByWeek), "owners": runViews(run.ByOwner), "teams": runViews(run.ByTeam),
		"levels": runViews(run.ByLevel), "causes": runViews(run.ByCause),
	})
	return nil
}

func (d *API) downloadRun(w http.ResponseWriter, r *http.Request) error {
	ask, err := runAsk(r)
	if err != nil {
		return err
	}
	return d.Answer(w, r, exports.Ask{Kind: exports.Loop, Format: door.FormatOf(r), Run: ask})
}
