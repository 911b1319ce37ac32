package contacts

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"onetap/internal/console/shell"
	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/org"
	"onetap/internal/survey"
)

const (
	// noOwner and noAddress are choices of the form that are parameters of their own in an address.
	noOwner, noAddress = "none", "no_address"
	// suggested is how many values of one field the form suggests; any other can be typed.
	suggested = 30
)

// filterForm is what the list can be narrowed by, filled in as it is.
type filterForm struct {
	Count            int // of what is chosen
	Owners           []shell.Option
	Fields           []filterField
	Languages, State []shell.Option
	Columns          []shell.Option // further columns that are not among the fields
	Kept             []filterField  // what has no field of the form
}

// filterField is one that is typed.
type filterField struct {
	Name, Label, Value, List string
	Values                   []string // suggested
}

// listHref is the address of a list with its filters; after is a cursor.
func (d *Pages) listHref(audience string, n contacts.Narrow, after string) string {
	q := d.Narrowed(n)
	q.Set("audience", audience)
	if after != "" {
		q.Set("after", after)
	}
	return "/contacts?" + q.Encode()
}

// filled is the form of filters as an address would carry it.
func filled(r *http.Request) url.Values {
	r.FormValue("audience") // reads the body
	q := url.Values{}
	for name, values := range r.PostForm {
		q[name] = values
	}
	if q.Get("owner") == noOwner {
		q.Del("owner")
		q.Set("no_owner", "yes")
	}
	if slices.Contains(q["stopped"], noAddress) {
		q.Del("stopped")
		q.Set("no_address", "yes")
	}
	if column, value := q.Get("column"), q.Get("value"); column != "" && value != "" {
		q.Add("attr:"+column, value)
	}
	return q
}

// narrowed puts the filters on a list, and how many fit.
func (d *Pages) narrowed(r *http.Request, p *contactsPage, s contacts.Search, found contacts.Hits, staff []survey.Staff) error {
	known, err := d.Store.Dimensions(r.Context(), s.Audience)
	if err != nil {
		return err
	}
	p.Filters = d.filterForm(p.Lang, s.Narrow, found, known, staff)
	p.Carried = d.carried(s.Narrow)
	if p.Filters.Count > 0 {
		p.Clear = "/contacts?audience=" + string(s.Audience)
	}
	if p.Filters.Count == 0 && s.Text == "" || s.From != (survey.Cursor{}) && !s.Patient {
		return nil
	}
	if s.From == (survey.Cursor{}) && found.Next == nil { // they are all on this page
		p.Match = matchText(p.Lang, contacts.Tally{Fit: len(found.Contacts), Whole: true})
		return nil
	}
	t, err := d.Lists.Tally(r.Context(), door.VisitOf(r).Who, s)
	p.Match = matchText(p.Lang, t)
	return err
}

// carried are filters as hidden fields.
func (d *Pages) carried(n contacts.Narrow) (all []filterField) {
	for name, values := range d.Narrowed(n) {
		for _, v := range values {
			all = append(all, filterField{Name: name, Value: v})
		}
	}
	return all
}

// matchText says how many fit, and among how many where not everybody was looked at.
func matchText(l lang.Language, t contacts.Tally) string {
	switch {
	case t.Whole:
		return l.T("filters.match", lang.Values{"Count": t.Fit})
	case t.All && t.Fit > 0:
		return l.T("filters.match_least", lang.Values{"Count": t.Fit})
	}
	return l.T("filters.match_some", lang.Values{"Count": t.Fit, "Looked": l.Number(int64(t.Looked))})
}

func (d *Pages) filterForm(l lang.Language, n contacts.Narrow, found contacts.Hits, known survey.Dimensions, staff []survey.Staff) filterForm {
	f := filterForm{Count: n.Count(), Owners: d.ownerOptions(l, n, staff)}
	f.Languages = []shell.Option{{Label: l.T("filters.any")}}
	for _, one := range survey.Languages() {
		f.Languages = append(f.Languages, shell.Option{Value: one, Label: lang.Language(one).T("format.language"), On: slices.Contains(n.Languages, one)})
	}
	f.State = []shell.Option{{Label: l.T("filters.any")}, {Value: contacts.StoppedAny, Label: l.T("filters.stopped"), On: slices.Contains(n.Stopped, contacts.StoppedAny)}}
	for _, reason := range contacts.StoppedReasons[1:] {
		f.State = append(f.State, shell.Option{Value: reason, Label: l.T("contacts.stopped." + reason), On: slices.Contains(n.Stopped, reason)})
	}
	f.State = append(f.State, shell.Option{Value: noAddress, Label: l.T("filters.no_address"), On: n.NoAddress})
	for _, one := range []struct {
		name  string
		said  []string
		value func(survey.Contact) string
	}{
		{"team", n.Teams, func(c survey.Contact) string { return c.Team }},
		{"location", n.Locations, func(c survey.Contact) string { return c.Location }},
		{"product", n.Products, func(c survey.Contact) string { return c.Product }},
		{"tier", n.Tiers, func(c survey.Contact) string { return c.Tier }},
	} {
		f.field(one.name, l.T("upload.field."+one.name), one.said, valuesOf(found, one.value))
	}
	for dimension := range known {
		if heading := survey.Heading(dimension); heading != "" && len(n.Attrs[heading]) == 0 {
			f.Columns = append(f.Columns, shell.Option{Value: heading, Label: heading})
		}
	}
	slices.SortFunc(f.Columns, func(a, b shell.Option) int { return strings.Compare(a.Label, b.Label) })
	headings := make([]string, 0, len(n.Attrs))
	for heading := range n.Attrs {
		headings = append(headings, heading)
	}
	slices.Sort(headings)
	for _, heading := range headings {
		f.field("attr:"+heading, heading, n.Attrs[heading], valuesOf(found, func(c survey.Contact) string { return c.Attrs[heading] }))
	}
	return f
}

// field adds a field to the form. It holds one value; further ones that an address names are kept beside it.
func (f *filterForm) field(name, label string, said, values []string) {
	one := filterField{Name: name, Label: label, List: "f" + name, Values: values}
	if len(said) > 0 {
		one.Value = said[0]
		for _, v := range said[1:] {
			f.Kept = append(f.Kept, filterField{Name: name, Value: v})
		}
	}
	f.Fields = append(f.Fields, one)
}

// ownerOptions are the staff, in the order of their names, under their handles.
func (d *Pages) ownerOptions(l lang.Language, n contacts.Narrow, staff []survey.Staff) []shell.Option {
	all := []shell.Option{{Label: l.T("filters.any")}, {Value: noOwner, Label: l.T("contacts.no_owner"), On: n.NoOwner}}
	for _, m := range org.ByName(slices.Clone(staff)) {
		on := slices.Contains(n.Owners, m.ID)
		if on || len(all) < ownersSuggested {
			all = append(all, shell.Option{Value: d.Handle(m.ID), Label: org.NameOf(m), On: on})
		}
	}
	return all
}

// valuesOf are the values of a field among those found, each once.
func valuesOf(found contacts.Hits, value func(survey.Contact) string) (all []string) {
	for _, hit := range found.Contacts {
		if v := value(hit.Contact); v != "" && !slices.Contains(all, v) && len(all) < suggested {
			all = append(all, v)
		}
	}
	slices.Sort(all)
	return all
}
