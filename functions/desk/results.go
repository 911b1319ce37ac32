package main

import (
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"onetap/internal/nps"
	"onetap/internal/problem"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// figures are a tally with what follows from it. What cannot be computed is null.
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
}

// row is the figures of one value of a kind: of one week, of one owner.
type row struct {
	Value string `json:"value"`
	figures
}

// figuresOf computes; rated says that those who answered are among those sent to. Of a week they are not: its answers
// come from letters of other weeks.
func figuresOf(t nps.Tally, rated bool) figures {
	f := figures{Scores: t.Scores, Answers: t.Answers(), Detractors: t.Detractors(), Passives: t.Passives(), Promoters: t.Promoters(),
		Sent: t.Sent, Responded: t.Responded, Comments: t.Comments, Unverified: t.Unverified}
	f.NPS, f.Interval = rounded(t.NPS()), roundedInterval(t.Interval())
	if rated {
		f.Rate, f.RateInterval = rounded(t.ResponseRate()), roundedInterval(t.ResponseRateInterval())
	}
	return f
}

// rounded keeps four decimals: more is noise of the machine's arithmetic. Nil where there is no figure.
func rounded(v float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	v = math.Round(v*1e4) / 1e4
	return &v
}

func roundedInterval(i nps.Interval, ok bool) *nps.Interval {
	if !ok {
		return nil
	}
	return &nps.Interval{Low: *rounded(i.Low, true), High: *rounded(i.High, true)}
}

// maxRows is the most values of one kind in an answer, the largest ones first: 6 MB is what Lambda lets through.
const maxRows = 2000

// results are the figures of a campaign.
type results struct {
	Campaign  survey.CampaignID    `json:"campaign"`
	Audience  survey.Audience      `json:"audience"`
	State     survey.CampaignState `json:"state"`
	Whole     figures              `json:"whole"`
	Weeks     []row                `json:"weeks"`
	Owners    []row                `json:"owners"`
	Teams     []row                `json:"teams"`
	Languages []row                `json:"languages"`
	Omitted   map[string]int       `json:"omitted,omitempty"` // by kind: how many values are not listed
}

func (d *desk) campaignResults(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	all, err := d.store.Tallies(r.Context(), string(c.ID))
	if err != nil {
		return err
	}
	out := results{Campaign: c.ID, Audience: c.Audience, State: c.State}
	var whole nps.Tally
	parts := map[string][]row{}
	for k, counts := range all {
		t := counts.Tally()
		if k.Kind == survey.KindWeek {
			whole.Add(t)
		}
		parts[k.Kind] = append(parts[k.Kind], row{k.Value, figuresOf(t, k.Kind != survey.KindWeek)})
	}
	out.Whole = figuresOf(whole, true)
	for kind, to := range map[string]*[]row{survey.KindWeek: &out.Weeks, survey.KindOwner: &out.Owners,
		survey.KindTeam: &out.Teams, survey.KindLanguage: &out.Languages} {
		var omitted int
		if *to, omitted = listed(parts[kind]); omitted > 0 {
			if out.Omitted == nil {
				out.Omitted = map[string]int{}
			}
			out.Omitted[kind] = omitted
		}
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}

// listed sorts rows by value; of more than maxRows it keeps those with the most people.
func listed(rows []row) ([]row, int) {
	if rows == nil {
		return []row{}, 0
	}
	omitted := max(0, len(rows)-maxRows)
	if omitted > 0 {
		slices.SortFunc(rows, func(a, b row) int {
			if d := max(b.Sent, b.Answers) - max(a.Sent, a.Answers); d != 0 {
				return int(d)
			}
			return strings.Compare(a.Value, b.Value)
		})
		rows = rows[:maxRows]
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.Value, b.Value) })
	return rows, omitted
}

// audienceResults are an audience's last weeks, each of them, the empty ones too.
func (d *desk) audienceResults(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r, "weeks"); err != nil {
		return err
	}
	a, err := audience(r.PathValue("audience"))
	if err != nil {
		return problem.New(problem.Unknown, "audience_unknown", "audience", "Known", survey.KnownAudiences())
	}
	n, err := whole(r, "weeks", 13, 520)
	if err != nil {
		return err
	}
	all, err := d.store.TalliesOf(r.Context(), string(a), survey.KindWeek)
	if err != nil {
		return err
	}
	var sum nps.Tally
	rows := make([]row, n)
	for i := range rows {
		week := survey.Week(d.now().Add(-time.Duration(n-1-i) * 7 * 24 * time.Hour))
		t := all[survey.TallyKey{Scope: string(a), Kind: survey.KindWeek, Value: week}].Tally()
		sum.Add(t)
		rows[i] = row{week, figuresOf(t, false)}
	}
	web.JSON(w, http.StatusOK, map[string]any{"audience": a, "whole": figuresOf(sum, false), "weeks": rows})
	return nil
}
