package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// figures are a tally that may be shown, with what follows from it. What cannot be computed is null.
type figures struct {
	Scores       [11]int64     `json:"scores"`
	Answers      int64         `json:"answers"`
	Detractors   int64         `json:"detractors"`
	Passives     int64         `json:"passives"`
	Promoters    int64         `json:"promoters"`
	NPS          *float64      `json:"nps"`
	Interval     *nps.Interval `json:"interval"`
	Sent         int64         `json:"sent"`
	Responded    int64         `json:"responded"`
	Rate         *float64      `json:"response_rate"`
	RateInterval *nps.Interval `json:"response_rate_interval"`
	Comments     int64         `json:"comments"`
	Unverified   int64         `json:"unverified"`
	Guesses      [11]int64     `json:"unverified_scores,omitzero"` // of the whole only
}

// row is the figures of one value of a kind: of one week, of one owner.
type row struct {
	Value string `json:"value"`
	figures
}

func figuresOf(d insight.Disclosed) figures {
	t := d.Tally()
	f := figures{
		Scores: t.Scores, Answers: t.Answers(), Detractors: t.Detractors(), Passives: t.Passives(), Promoters: t.Promoters(),
		Sent: t.Sent, Responded: t.Responded, Comments: t.Comments, Unverified: t.Unverified, Guesses: t.UnverifiedScores,
	}
	f.NPS, f.Interval = door.Rounded(t.NPS()), roundedInterval(t.Interval())
	if d.Rated() {
		f.Rate, f.RateInterval = door.Rounded(t.ResponseRate()), roundedInterval(t.ResponseRateInterval())
	}
	return f
}

func roundedInterval(i nps.Interval, ok bool) *nps.Interval {
	if !ok {
		return nil
	}
	return &nps.Interval{Low: *door.Rounded(i.Low, true), High: *door.Rounded(i.High, true)}
}

// results are the figures of a campaign. Of a kind with no values there is an empty list.
type results struct {
	Campaign   survey.CampaignID    `json:"campaign"`
	Audience   survey.Audience      `json:"audience"`
	State      survey.CampaignState `json:"state"`
	Whole      figures              `json:"whole"`
	Weeks      []row                `json:"weeks"`
	Days       []row                `json:"days"`
	Owners     []row                `json:"owners"`
	Teams      []row                `json:"teams"`
	Languages  []row                `json:"languages"`
	Dimensions []string             `json:"parts"` // columns of the contacts by which it can be asked for
	By         *dimensionResults    `json:"by,omitempty"`
	Omitted    map[string]int       `json:"omitted,omitempty"`  // by kind: how many values are not listed
	Hidden     map[string]int       `json:"hidden,omitempty"`   // by kind: values that are not shown to who may not know the people
	Withheld   insight.Withheld     `json:"withheld,omitempty"` // why there are no figures
}

// dimensionResults are the answers by one column of the contacts.
type dimensionResults struct {
	Dimension string     `json:"part"`
	At        *time.Time `json:"at"` // as of when; null: never counted, of more answers than are counted at once
	Rows      []row      `json:"rows"`
}

// campaignResults answers a campaign's figures, with ?by= by a column of its contacts too.
func (d *API) campaignResults(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "by"); err != nil {
		return err
	}
	reading, err := d.openCampaign(r)
	if err != nil {
		return err
	}
	report, err := reading.Report(r.Context())
	if err != nil {
		return err
	}
	c, whole, who := report.Campaign(), report.Whole(), door.VisitOf(r).Who
	out := results{
		Campaign: c.ID, Audience: c.Audience, State: c.State, Whole: figuresOf(whole), Dimensions: slices.Concat([]string{}, report.Dimensions()),
		Weeks: rowsOf(report.Weeks()), Days: rowsOf(report.Days()), Omitted: map[string]int{}, Hidden: map[string]int{}, Withheld: whole.Withheld(),
	}
	out.hide(survey.KindWeek, report.HiddenWeeks())
	for kind, to := range map[string]*[]row{survey.KindOwner: &out.Owners, survey.KindTeam: &out.Teams, survey.KindLanguage: &out.Languages} {
		b, err := report.By(r.Context(), kind)
		if err != nil {
			return err
		}
		*to = out.list(kind, b)
	}
	for i, o := range out.Owners {
		out.Owners[i].Value = d.Results.Owner(who, o.Value)
	}
	slices.SortFunc(out.Owners, func(a, b row) int { return strings.Compare(a.Value, b.Value) }) // in the order of ids one could count
	if dimension := r.URL.Query().Get("by"); r.URL.Query().Has("by") {
		if !slices.Contains(out.Dimensions, dimension) {
			return apperr.New(apperr.Invalid, "parameter_choice", "by", "Known", strings.Join(out.Dimensions, ", "))
		}
		b, err := report.By(r.Context(), dimension)
		if err != nil {
			return err
		}
		out.By = &dimensionResults{Dimension: dimension, Rows: out.list(dimension, b)}
		if !b.At.IsZero() {
			out.By.At = &b.At
		}
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}

// countResults counts a campaign by the columns of its contacts.
func (d *API) countResults(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	reading, err := d.openCampaign(r)
	if err != nil {
		return err
	}
	at := d.Now().UTC()
	if err := reading.Count(r.Context()); err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"campaign": reading.Campaign().ID, "at": at, "parts": reading.Dimensions()})
	return nil
}

// maxRows is how many values of one kind an answer holds, the largest ones: more would not fit the 6 MB that Lambda lets through.
const maxRows = 2000

// list is what an answer holds of a breakdown.
func (out *results) list(kind string, b insight.Breakdown) []row {
	rows, omitted := insight.Largest(b.Rows, maxRows)
	if omitted += b.Others; omitted > 0 {
		out.Omitted[kind] = omitted
	}
	out.hide(kind, b.Hidden)
	return rowsOf(insight.ByValue(rows))
}

// hide says that so many values of a kind are not shown.
func (out *results) hide(kind string, values int) {
	if values > 0 {
		out.Hidden[kind] = values
	}
}

func rowsOf(all []insight.Row) []row {
	rows := make([]row, len(all))
	for i, t := range all {
		rows[i] = row{t.Value(), figuresOf(t.Disclosed)}
	}
	return rows
}

// audienceResults are an audience's last weeks, each of them, the empty ones too.
func (d *API) audienceResults(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "weeks"); err != nil {
		return err
	}
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	n, err := door.WholeNumber(r, "weeks", 13, 520)
	if err != nil {
		return err
	}
	weeks, err := d.Results.Trend(r.Context(), door.VisitOf(r).Who, a, n)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"audience": a, "whole": figuresOf(insight.Sum(weeks...)), "weeks": rowsOf(weeks)})
	return nil
}
