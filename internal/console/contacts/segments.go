package contacts

import (
	"net/http"
	"strconv"

	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

type segmentsPage struct {
	shell.Frame
	Audience string
	Tabs     []shell.Tab
	Columns  []segmentColumn
	Upload   string
}

type segmentColumn struct {
	N                  int
	Dimension, Heading string
	Guess              bool
	Examples           []string
	Uses               []shell.Option
}

// segmentsPage shows what the columns of an audience are for, to be changed.
func (d *Pages) segmentsPage(w http.ResponseWriter, r *http.Request) error {
	a := survey.Audience(r.URL.Query().Get("audience"))
	if !a.Valid() {
		a = survey.Customers
	}
	columns, err := d.Lists.Columns(r.Context(), a)
	if err != nil {
		return err
	}
	p := &segmentsPage{Frame: shell.NewFrame(r, "segments.title"), Audience: string(a), Upload: "/contacts/upload?audience=" + string(a)}
	p.Wide = true
	for _, o := range audienceOptions(p.Lang, a) {
		p.Tabs = append(p.Tabs, shell.Tab{Href: "/contacts/segments?audience=" + o.Value, Label: o.Label, Here: o.On})
	}
	for i, column := range columns[:min(len(columns), columnsListed)] {
		p.Columns = append(p.Columns, segmentColumn{i, column.Dimension, shell.KindLabel(p.Lang, column.Dimension), !column.Chosen, column.Examples, segmentOptions(p.Lang, column.Use)})
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func segmentOptions(l lang.Language, use survey.DimensionUse) []shell.Option {
	var all []shell.Option
	for _, s := range survey.DimensionUses {
		all = append(all, shell.Option{Value: string(s), Label: l.T("upload.field." + string(s)), On: s == use})
	}
	return all
}

// saveSegments takes the form of segmentsPage. Whoever saves has seen every line: what was a guess is a choice then.
func (d *Pages) saveSegments(w http.ResponseWriter, r *http.Request) error {
	a, err := door.Audience(r.FormValue("audience"))
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
	if err := d.Lists.SayColumns(r.Context(), a, columns); err != nil {
		return err
	}
	return shell.Done(w, r, "/contacts/segments?audience="+string(a), "segments_saved")
}
