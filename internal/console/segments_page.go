package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// columnsLooked is how many contacts are looked through for columns of which nothing is known yet.
const columnsLooked = 1000

// segmentLine is one column with what it is.
type segmentLine struct {
	Dimension string              `json:"part"`
	Use       survey.DimensionUse `json:"segment"`
	Chosen    bool                `json:"chosen"` // somebody said so; else it is how it looks
	examples  []string
}

// columnsOf lists the columns of an audience: those of which something is known, and those that the first contacts have.
func (d *Desk) columnsOf(ctx context.Context, a survey.Audience) ([]segmentLine, error) {
	known, err := d.store.Dimensions(ctx, a)
	if err != nil {
		return nil, err
	}
	asked := survey.Asked{}
	if _, err := d.store.ContactsPage(ctx, a, survey.Cursor{}, columnsLooked, func(c survey.Contact, _ survey.SuppressionReason) { asked.Count(c) }); err != nil {
		return nil, err
	}
	dimensions := map[string]bool{}
	for name := range known {
		dimensions[name] = true
	}
	for name := range asked {
		dimensions[name] = true
	}
	all := []segmentLine{}
	for name := range dimensions {
		line := segmentLine{Dimension: name, Chosen: known[name].Chosen, Use: known.Offered(name, asked[name])}
		if c := asked[name]; c != nil {
			values := make([]string, 0, len(c.Values))
			for v := range c.Values {
				values = append(values, v)
			}
			slices.SortFunc(values, func(a, b string) int { return cmp.Or(c.Values[b]-c.Values[a], cmp.Compare(a, b)) })
			line.examples = values[:min(3, len(values))]
		}
		all = append(all, line)
	}
	slices.SortFunc(all, func(a, b segmentLine) int { return cmp.Compare(a.Dimension, b.Dimension) })
	return all, nil
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
	lines, err := d.columnsOf(r.Context(), a)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"audience": a, "columns": lines})
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
	said, err := contacts.SayColumns(in.Columns)
	if err == nil {
		_, err = d.store.SayDimensions(r.Context(), a, said)
	}
	if err != nil {
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
	lines, err := d.columnsOf(r.Context(), a)
	if err != nil {
		return err
	}
	p := &segmentsPage{frame: d.frame(r, "segments.title"), Audience: string(a), Upload: "/contacts/upload?audience=" + string(a)}
	p.Wide = true
	for _, o := range audienceOptions(p.lang, a) {
		p.Tabs = append(p.Tabs, navItem{"/contacts/segments?audience=" + o.Value, o.Label, o.On})
	}
	for i, line := range lines[:min(len(lines), columnsListed)] {
		p.Columns = append(p.Columns, segmentColumn{i, line.Dimension, kindLabel(p.lang, line.Dimension), !line.Chosen, line.examples, useOptions(p.lang, line.Use)})
	}
	return d.show(w, r, http.StatusOK, p)
}

func useOptions(l lang.Language, is survey.DimensionUse) []option {
	var all []option
	for _, s := range survey.DimensionUses {
		all = append(all, option{string(s), l.T("upload.field." + string(s)), s == is})
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
	said, err := contacts.SayColumns(columns)
	if err == nil {
		_, err = d.store.SayDimensions(r.Context(), a, said)
	}
	if err != nil {
		return err
	}
	return done(w, r, "/contacts/segments?audience="+string(a), "segments_saved")
}
