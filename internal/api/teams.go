package api

import (
	"net/http"

	"onetap/internal/door"
	"onetap/internal/nps"
	"onetap/internal/web"
)

// teamsOver is over how many campaigns of an audience a year's teams are added up, at most.
const teamsOver = 100

type rankedTeam struct {
	Team     string       `json:"team"`
	Place    *int         `json:"place"` // null: too few to rank
	Shared   bool         `json:"shared"`
	Drawn    float64      `json:"drawn"` // by which teams are ordered
	Answers  int64        `json:"answers"`
	NPS      *float64     `json:"nps"`
	Interval nps.Interval `json:"interval"`
}

type ratedTeam struct {
	Team   string       `json:"team"`
	Place  *int         `json:"place"`
	Shared bool         `json:"shared"`
	Drawn  float64      `json:"drawn"` // percent
	Rate   countedShare `json:"rate"`
}

type improvedTeam struct {
	Team   string         `json:"team"`
	Change nps.Comparison `json:"change"`
}

// showTeams answers how an audience's teams stand in a year.
func (d *API) showTeams(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "year"); err != nil {
		return err
	}
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	set, err := d.Results.Store.Settings(r.Context())
	if err != nil {
		return err
	}
	year, err := door.WholeNumber(r, "year", d.Now().In(set.Clock()).Year(), 9999)
	if err != nil {
		return err
	}
	campaigns, err := d.Mailing.Newest(r.Context(), a, 4*teamsOver)
	if err != nil {
		return err
	}
	found, err := d.Results.Teams(r.Context(), door.VisitOf(r).Who, a, year, campaigns)
	if err != nil {
		return err
	}
	out := struct {
		Audience  string         `json:"audience"`
		Year      int            `json:"year"`
		Campaigns int            `json:"campaigns"`
		ByNPS     []rankedTeam   `json:"by_nps"`
		ByRate    []ratedTeam    `json:"by_rate"`
		Improved  []improvedTeam `json:"improved"`
	}{string(a), year, found.Campaigns, []rankedTeam{}, []ratedTeam{}, []improvedTeam{}}
	for _, t := range found.ByNPS {
		i, _ := t.Tally().Interval()
		out.ByNPS = append(out.ByNPS, rankedTeam{t.Value(), placeOf(t.Place), t.Shared, t.Drawn.NPS, t.Tally().Answers(), door.Rounded(t.Tally().NPS()), i})
	}
	for _, t := range found.ByRate {
		out.ByRate = append(out.ByRate, ratedTeam{t.Team, placeOf(t.Place), t.Shared, t.Drawn, viewCounted(t.Share)})
	}
	for _, t := range found.Improved {
		out.Improved = append(out.Improved, improvedTeam{t.Team, t.Change})
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}

func placeOf(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
