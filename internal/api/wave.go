package api

import (
	"net/http"
	"time"

	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/nps"
	"onetap/internal/stats"
	"onetap/internal/survey"
	"onetap/internal/waves"
	"onetap/internal/web"
)

// wave is what a campaign came to, held against the one before it. What may not be seen, or is not there, is null.
type wave struct {
	Campaign survey.CampaignID `json:"campaign"`
	Before   survey.CampaignID `json:"before,omitempty"`
	At       time.Time         `json:"at"`
	Answers  int64             `json:"answers"`
	Change   *nps.Comparison   `json:"change"`
	Paired   *waveOf           `json:"paired"`
	Apart    *waveOf           `json:"apart"`
	Movement *movement         `json:"movement"`
	Mixes    []mix             `json:"parts"`
	Standing *standing         `json:"segments"`
	Sample   *waves.Sample     `json:"sample"`
	Comments int               `json:"comments"`
	Themes   []theme           `json:"themes"`
	Unthemed *theme            `json:"unthemed"`
}

// waveOf is a comparison of some people: those in both, or so many before and so many now.
type waveOf struct {
	Both int64 `json:"both,omitempty"`
	Left int64 `json:"left,omitempty"`
	Came int64 `json:"came,omitempty"`
	nps.Comparison
}

type movement struct {
	Groups []nps.Group `json:"groups"` // the order of what follows
	People [3][3]int64 `json:"people"` // [before][now]
	Came   [3]int64    `json:"came"`
	Left   [3]int64    `json:"left"`
}

type mix struct {
	Part string       `json:"part"`
	Rows []stats.Part `json:"rows"`
	Rest stats.Part   `json:"rest"`
	More int          `json:"more"`
}

// standing are segments held against everybody else, those that stand out most.
type standing struct {
	Looked int        `json:"looked"`
	List   []standOut `json:"list"`
}

type standOut struct {
	Part    string         `json:"part"`
	Value   string         `json:"value"`
	Answers int64          `json:"answers"`
	Against nps.Comparison `json:"against"`
	P       float64        `json:"p"` // corrected for how many were looked at
	Differs bool           `json:"differs"`
}

type theme struct {
	ID       string            `json:"id,omitempty"`
	Names    map[string]string `json:"names,omitempty"`
	Withheld bool              `json:"withheld,omitempty"`
	Share    countedShare      `json:"share"`
	Before   countedShare      `json:"before"`
	NPS      *float64          `json:"nps"`
	Interval *nps.Interval     `json:"interval"`
	New      bool              `json:"new,omitempty"`
	Changed  int               `json:"changed,omitempty"` // +1 and −1: more, or less, often than before by more than chance
}

// showWave answers what was kept of a campaign's analysis.
func (d *API) showWave(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	reading, err := d.openCampaign(r)
	if err != nil {
		return err
	}
	found, err := reading.Wave(r.Context())
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, waveView(found))
	return nil
}

func waveView(found *insight.Wave) wave {
	a := found.Analysis()
	out := wave{Campaign: a.Campaign, Before: a.Before, At: a.At, Answers: found.Answers(), Comments: a.Comments, Mixes: []mix{}, Themes: []theme{}}
	if c, ok := found.Change(); ok {
		out.Change = &c
	}
	if c, both, ok := found.Paired(); ok {
		out.Paired = &waveOf{Both: both, Comparison: c}
	}
	if c, left, came, ok := found.Apart(); ok {
		out.Apart = &waveOf{Left: left, Came: came, Comparison: c}
	}
	if m, ok := found.Movement(); ok {
		out.Movement = &movement{nps.Groups, m.People, m.Came, m.Left}
	}
	for _, one := range found.Mixes() {
		out.Mixes = append(out.Mixes, mixOf(one))
	}
	if s, ok := found.Standing(); ok {
		out.Standing = &standing{Looked: s.Looked, List: []standOut{}}
		for _, one := range s.Segments {
			out.Standing.List = append(out.Standing.List, standOut{one.Kind, one.Value, one.Tally.Answers(), one.Than, one.P, one.Differs()})
		}
	}
	if s, ok := found.Sample(); ok {
		out.Sample = &s
	}
	list, none := found.Themes()
	for _, one := range list {
		out.Themes = append(out.Themes, themeOf(one))
	}
	unthemed := themeOf(none)
	out.Unthemed = &unthemed
	return out
}

func mixOf(m waves.Mix) mix { return mix{m.Kind, m.Parts, m.Rest, m.More} }

func themeOf(f insight.ThemeFigure) theme {
	t := theme{ID: f.Theme.ID, Names: f.Theme.Names, Withheld: f.Withheld, Share: viewCounted(f.Share), Before: viewCounted(f.Earlier), New: f.New, Changed: f.Direction}
	t.NPS, t.Interval = door.Rounded(f.Tally.NPS()), roundedInterval(f.Tally.Interval())
	return t
}

// askWave has a campaign analysed anew, within some minutes.
func (d *API) askWave(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	reading, err := d.openCampaign(r)
	if err != nil {
		return err
	}
	if err := reading.AskWave(r.Context()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}
