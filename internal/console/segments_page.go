package console

import (
	"net/http"
	"strconv"

	"onetap/internal/apperr"
	"onetap/internal/lang"
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
func (d *Desk) showColumns(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r); err != nil {
		return err
	}
	a, err := audienceInPath(r)
	if err != nil {
		return err
	}
	return d.answerColumns(w, r, a)
}

func (d *Desk) answerColumns(w http.ResponseWriter, r *http.Request, a survey.Audience) error {
	columns, err := d.lists.Columns(r.Context(), a)
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
func (d *Desk) chooseColumns(w http.ResponseWriter, r *http.Request) error {
	a, err := audienceInPath(r)
	if err != nil {
		return err
	}
	var in struct {
		Columns map[string]survey.DimensionUse `json:"columns"` // by dimension
	}
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return err
	}
	if err := d.lists.SayColumns(r.Context(), a, in.Columns); err != nil {
		return err
	}
	return d.answerColumns(w, r, a)
}

func audienceInPath(r *http.Request) (survey.Audience, error) {
	a := survey.Audience(r.PathValue("audience"))
	if !a.Valid() {
		return a, apperr.New(apperr.Unknown, "audience_unknown", "audience", "Known", survey.KnownAudiences())
	}
	return a, nil
}

type segmentsPage struct {
	frame
	Audience string
	Tabs     []navItem
	Columns  []segmentColumn
	Upload   string
}

type segmentColumn struct {
	N                  int
	Dimension, Heading string
	Guess              bool
	Examples           []string
	Uses               []option
}

// segmentsPage shows what the columns of an audience are for, to be changed.
func (d *Desk) segmentsPage(w http.ResponseWriter, r *http.Request) error {
	a := survey.Audience(r.URL.Query().Get("audience"))
	if !a.Valid() {
		a = survey.Customers
	}
	columns, err := d.lists.Columns(r.Context(), a)
	if err != nil {
		return err
	}
	p := &segmentsPage{frame: d.frame(r, "segments.title"), Audience: string(a), Upload: "/contacts/upload?audience=" + string(a)}
	p.Wide = true
	for _, o := range audienceOptions(p.lang, a) {
		p.Tabs = append(p.Tabs, navItem{"/contacts/segments?audience=" + o.Value, o.Label, o.On})
	}
	for i, column := range columns[:min(len(columns), columnsListed)] {
		p.Columns = append(p.Columns, segmentColumn{i, column.Dimension, kindLabel(p.lang, column.Dimension), !column.Chosen, column.Examples, segmentOptions(p.lang, column.Use)})
	}
	return d.show(w, r, http.StatusOK, p)
}

func segmentOptions(l lang.Language, use survey.DimensionUse) []option {
	var all []option
	for _, s := range survey.DimensionUses {
		all = append(all, option{string(s), l.T("upload.field." + string(s)), s == use})
	}
	return all
}

// saveSegments takes the form of segmentsPage. Whoever saves has seen every line: what was a guess is a choice then.
func (d *Desk) saveSegments(w http.ResponseWriter, r *http.Request) error {
	a, err := audience(r.FormValue("audience"))
	if err != nil {
		return err
	}
	columns := map[string]survey.DimensionUse{}
	for n := range columnsListed {
		dimension := r.FormValue("part-" + strconv.Itoa(n))
		if dimension == "" {
			break
		}
		columns[dimension] = survey.DimensionUse(r.FormValue("segment-" + strconv.Itoa(n)))
	}
	if err := d.lists.SayColumns(r.Context(), a, columns); err != nil {
		return err
	}
	return done(w, r, "/contacts/segments?audience="+string(a), "segments_saved")
}
