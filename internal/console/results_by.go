package console

import (
	"cmp"
	"context"
	"hash/crc32"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// rowsShown is how many values a page shows, those with the most answers: 60 rows with their drawings are 80 KB.
const rowsShown = 60

type byPage struct {
	frame
	Campaign string
	ID, Kind string
	By       string
	Tabs     []resultTab
	Rows     []rowView
	Find     string
	Found    string // how many fit what was looked for, where something was
	Omitted  string
	Hidden   string
	Search   bool // there are more than fit
	Asked    bool // the rate is of those who were asked
	At       string
	Never    bool // it must be counted first
	Again    bool // it can be counted anew
	Empty    bool
}

// byPage is a campaign by teams, owners, languages or a column of its contacts.
func (d *Desk) byPage(w http.ResponseWriter, r *http.Request) error {
	c, err := d.campaignSeen(r)
	if err != nil {
		return err
	}
	kind, err := kindNamed(c, r.PathValue("kind"))
	if err != nil {
		return err
	}
	sight := d.sight(visitOf(r).Who, c)
	if !sight.Parts() {
		return errWholeOnly
	}
	whole, err := d.whole(r.Context(), visitOf(r).Who, c)
	if err != nil {
		return err
	}
	n, err := d.narrow(r.Context(), visitOf(r).Who, c, whole)
	if err != nil {
		return err
	}
	b, err := d.breakdown(r.Context(), visitOf(r).Who, c, kind, n)
	if err != nil {
		return err
	}
	p := &byPage{frame: d.frame(r, c.Name), Campaign: c.Name, ID: string(c.ID), Kind: kindName(c, kind)}
	l := p.lang
	p.Title = c.Name + ": " + kindLabel(l, kind)
	p.Wide, p.By, p.Tabs = true, kindLabel(l, kind), resultTabs(&p.frame, c, sight, kind)
	part := slices.Contains(c.Dimensions, kind)
	p.Asked = part
	if p.Never = b.At.IsZero(); !p.Never && (part || b.Kept) {
		p.At, p.Again = l.T("results.counted_at", lang.Values{"Moment": l.Moment(b.At.In(p.Zone))}), b.Kept
	}
	rows := b.Rows
	if kind == survey.KindOwner {
		if rows, err = d.ownRows(r.Context(), &p.frame, rows); err != nil {
			return err
		}
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(t tallied) bool { return t.Tally.Answers() == 0 && t.Tally.Sent == 0 }) // only unverified ones
	labels, err := d.labels(r.Context(), l, c, kind, rows)
	if err != nil {
		return err
	}
	all := len(rows)
	p.Search = all > rowsShown
	if r.Method == http.MethodPost {
		p.Find = strings.TrimSpace(r.FormValue("find"))
	}
	if p.Find != "" {
		rows = slices.DeleteFunc(slices.Clone(rows), func(t tallied) bool {
			return !strings.Contains(strings.ToLower(labels[t.Value]), strings.ToLower(p.Find))
		})
		p.Found, p.Search = l.T("results.found", lang.Values{"Count": len(rows), "All": all}), true
	}
	rows, omitted := largest(rows, rowsShown)
	if omitted += b.Others; omitted > 0 {
		p.Omitted = l.T("results.omitted", lang.Values{"Count": omitted})
	}
	if b.Hidden > 0 {
		p.Hidden = l.T("results.hidden", lang.Values{"Count": b.Hidden, "Least": insight.LeastFigures})
	}
	p.Empty = all == 0 && !p.Never && b.Hidden == 0
	for _, t := range rows {
		href := ""
		if p.Can(authz.ReadAnswers) && n.leads(kind, t.Value) {
			href = "/results/" + string(c.ID) + "/answers?" + d.valueQuery(c, kind, t.Value)
		}
		p.Rows = append(p.Rows, viewRow(l, labels[t.Value], href, t.Tally, true))
	}
	return d.show(w, http.StatusOK, "result_by.html", p)
}

// ownRows are those owners whom somebody may look at: an owner sees the own figures, a manager those of the reports.
func (d *Desk) ownRows(ctx context.Context, f *frame, rows []tallied) ([]tallied, error) {
	if f.All() {
		return rows, nil
	}
	sees, err := d.sees(ctx, f.visit)
	return slices.DeleteFunc(slices.Clone(rows), func(t tallied) bool { return !sees(t.Value, "") }), err
}

// sees tells whose customers somebody may look at.
func (d *Desk) sees(ctx context.Context, v visit) (func(owner, team string) bool, error) {
	var reports []survey.Staff
	if v.Staff.Role == survey.RoleManager {
		staff, err := d.store.Staff(ctx)
		if err != nil {
			return func(string, string) bool { return false }, err
		}
		reports = authz.Reports(staff, v.Staff.ID)
	}
	return func(owner, team string) bool { return v.Sees(owner, team, reports) }, nil
}

// labels are what the values of a kind are called: owners by name.
func (d *Desk) labels(ctx context.Context, l lang.Language, c survey.Campaign, kind string, rows []tallied) (map[string]string, error) {
	names := map[string]string{}
	if kind == survey.KindOwner {
		staff, err := d.store.Staff(ctx)
		if err != nil {
			return nil, err
		}
		for _, m := range staff {
			names[strings.ToLower(m.ID)] = cmp.Or(m.Name, m.ID)
		}
	}
	labels := make(map[string]string, len(rows))
	for _, t := range rows {
		labels[t.Value] = valueLabel(l, kind, t.Value, names)
	}
	return labels, nil
}

// valueLabel is one value in words; names are those of the staff by their ids in small.
func valueLabel(l lang.Language, kind, value string, names map[string]string) string {
	switch {
	case value == "" && kind == survey.KindOwner:
		return l.T("results.nobody")
	case value == "":
		return l.T("results.without")
	case kind == survey.KindOwner:
		return cmp.Or(names[strings.ToLower(value)], value)
	case kind == survey.KindLanguage && l.Has("results.language."+value):
		return l.T("results.language." + value)
	}
	return value
}

// valueQuery leads to the answers of one value. What stands in a column of the contacts may be personal: of that only a
// sum is in the address.
func (d *Desk) valueQuery(c survey.Campaign, kind, value string) string {
	if i := slices.Index(c.Dimensions, kind); i >= 0 {
		return "part=" + strconv.Itoa(i) + "&value=" + valueSum(value)
	}
	if value == "" {
		return "part=none-" + kind
	}
	if kind == survey.KindOwner {
		return kind + "=" + d.handle(value)
	}
	return kind + "=" + d.discreet(value)
}

func valueSum(value string) string {
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(value))), 16)
}

// countPage counts a campaign's answers by the columns of its contacts.
func (d *Desk) countPage(w http.ResponseWriter, r *http.Request) error {
	c, err := d.campaignSeen(r)
	if err != nil {
		return err
	}
	kind, err := kindNamed(c, r.PathValue("kind"))
	if err != nil {
		return err
	}
	if err := d.countNow(r.Context(), visitOf(r).Who, c); err != nil {
		return err
	}
	return done(w, r, "/results/"+string(c.ID)+"/by/"+kindName(c, kind), "counted")
}
