package campaigns

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/mailing"
	"onetap/internal/survey"
	"onetap/internal/web"
)

const (
	// firstLook is how many contacts a page looks at before it is shown, walkLook how many each further request of its
	// script does: 4,000 contacts of 500 bytes are 2 MB.
	firstLook = 1000
	walkLook  = 4000
	// lookAt is how many contacts "count on" looks at, where there is no script.
	lookAt = 20_000
	// valuesShown is how many values of a field stand on the page; the script finds the others.
	valuesShown = 10
	// walks is how many requests a page's script makes at the same time: on AWS each is met by a process of its own.
	walks = 4
)

// headcount is a mailing.HeadCount as the page's script reads it.
type headcount struct {
	Looked    int                               `json:"looked"`
	Audience  int                               `json:"audience"` // those who fit the filter
	Invited   int                               `json:"invited"`
	Skipped   map[survey.SkipReason]int         `json:"skipped"`
	Asked     map[survey.CampaignID]int         `json:"asked,omitempty"`  // of those skipped for the quiet period: by which campaign
	Rules     map[int]int                       `json:"rules,omitempty"`  // of those skipped for a rule of frequency: by which
	Languages map[string]int                    `json:"languages"`        // of the invited: that they are written to in
	Values    map[string]map[string]int         `json:"values,omitempty"` // of everybody, by field
	Names     map[string]string                 `json:"names,omitempty"`  // of owners
	Accounts  map[survey.AccountID]mailing.Firm `json:"accounts,omitempty"`
	Elsewhere int                               `json:"elsewhere,omitempty"`
	Next      string                            `json:"next"` // where to go on; "": this was the last
}

// count goes on with the head-count at from, over at most maxLooked contacts.
func (d *Pages) count(ctx context.Context, c survey.Campaign, from survey.Cursor, maxLooked int, values bool) (headcount, error) {
	n, err := d.Planner.HeadCount(ctx, c, from, maxLooked, values)
	h := headcount{Looked: n.Looked, Audience: n.Audience, Invited: n.Invited, Elsewhere: n.Elsewhere, Skipped: n.Skipped, Asked: n.Asked, Rules: n.Rules, Languages: n.Languages, Values: n.Fields, Accounts: n.Accounts}
	for name, values := range n.Columns {
		h.Values[survey.DimensionAttribute(name)] = values
	}
	if n.Next != nil {
		h.Next = n.Next.String()
	}
	return h, err
}

// counted is the count without what only the script needs.
func (h *headcount) counted() mailing.HeadCount {
	n := mailing.HeadCount{Looked: h.Looked, Audience: h.Audience, Invited: h.Invited, Elsewhere: h.Elsewhere, Skipped: h.Skipped, Asked: h.Asked, Rules: h.Rules, Languages: h.Languages, Accounts: h.Accounts}
	if next, err := survey.ParseCursor(h.Next); h.Next != "" && err == nil {
		n.Next = &next
	}
	return n
}

func (h *headcount) add(more headcount) {
	sum := h.counted()
	sum.Add(more.counted())
	h.Looked, h.Audience, h.Invited, h.Elsewhere, h.Next = sum.Looked, sum.Audience, sum.Invited, sum.Elsewhere, more.Next
	h.Skipped, h.Asked, h.Rules, h.Languages, h.Accounts = sum.Skipped, sum.Asked, sum.Rules, sum.Languages, sum.Accounts
}

// named adds the names of the owners that stand among the values.
func (d *Pages) named(ctx context.Context, h *headcount) error {
	staff, err := d.Store.Staff(ctx)
	if err != nil {
		return err
	}
	h.Names = map[string]string{}
	for _, m := range staff {
		if _, ok := h.Values["owner"][m.ID]; ok && m.Name != "" {
			h.Names[m.ID] = m.Name
		}
	}
	return nil
}

// countPeople answers the page's script: who of the next contacts would be invited, by the form as it is now.
func (d *Pages) countPeople(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	from, err := survey.ParseCursor(r.FormValue("after"))
	if err != nil {
		return err
	}
	if r.FormValue("step") == stepPeople {
		if c, err = typedIn(r, door.VisitOf(r), stepPeople, c).apply(c, d.Mailing); err != nil {
			return err
		}
	}
	if so := r.FormValue("so"); so != "" { // all are counted: why is it nobody?
		all, _, ok := soFar(so)
		if !ok {
			return apperr.New(apperr.Invalid, "cursor_wrong", "so")
		}
		web.JSON(w, http.StatusOK, map[string]string{"nobody": d.nobody(r, c, all)})
		return nil
	}
	h, err := d.count(r.Context(), c, from, walkLook, r.FormValue("values") != "")
	if err != nil {
		return err
	}
	if h.Values != nil {
		if err := d.named(r.Context(), &h); err != nil {
			return err
		}
	}
	web.JSON(w, http.StatusOK, h)
	return nil
}

// nobody says why a campaign would invite nobody; "" where it would invite somebody, or not all are counted.
func (d *Pages) nobody(r *http.Request, c survey.Campaign, h headcount) string {
	why := d.Mailing.Nobody(r.Context(), c, h.counted())
	if why == nil {
		return ""
	}
	v := door.VisitOf(r)
	return problemIn(v.Lang, v.Zone, why)
}

// soFar reads the sums and the place of a count that goes on without a script: the address carries them, and no names.
func soFar(text string) (headcount, survey.Cursor, bool) {
	var h headcount
	b, err := base64.RawURLEncoding.DecodeString(text)
	if text == "" || err != nil || json.Unmarshal(b, &h) != nil || h.Skipped == nil || h.Languages == nil {
		return headcount{}, survey.Cursor{}, false
	}
	from, err := survey.ParseCursor(h.Next)
	return h, from, err == nil
}

// counted counts what a page says before its script goes on, or what "count on" asks for.
func (d *Pages) counted(r *http.Request, c survey.Campaign) (h headcount, values headcount, err error) {
	if values, err = d.count(r.Context(), c, survey.Cursor{}, firstLook, true); err != nil {
		return h, values, err
	}
	if err = d.named(r.Context(), &values); err != nil {
		return h, values, err
	}
	before, from, ok := soFar(r.URL.Query().Get("so"))
	switch {
	case !ok:
		return values, values, nil
	case before.Next == "": // the script has come to the end
		return before, values, nil
	}
	more, err := d.count(r.Context(), c, from, lookAt, false)
	before.add(more)
	return before, values, err
}

// countView is a count for a page.
type countView struct {
	Action, On                        string // On: where to count on without a script
	Walks                             string // where the script's walks begin, as JSON
	Sums                              string // for the script, as JSON
	Looked, Audience, Invited, Number string
	Skipped                           []skipLine
	Nobody                            string // why nobody would be invited, on the step that chooses whom
	Done                              bool
}

type skipLine struct {
	Reason, Label, Count string
	None                 bool
}

func countViewOf(l lang.Language, c survey.Campaign, step string, h headcount) countView {
	n := func(i int) string { return l.Number(int64(i)) }
	v := countView{Action: "/campaigns/" + string(c.ID) + "/count", Looked: n(h.Looked), Audience: n(h.Audience), Invited: n(h.Invited), Done: h.Next == ""}
	for _, why := range mailing.SkipReasons {
		v.Skipped = append(v.Skipped, skipLine{string(why), l.T("campaign.skip_" + string(why)), n(h.Skipped[why]), h.Skipped[why] == 0})
	}
	h.Values, h.Names = nil, nil
	var begin []string
	for _, part := range survey.CursorsOf(walks) {
		begin = append(begin, part.String())
	}
	if parts, err := json.Marshal(begin); err == nil { // numbers and texts always marshal
		v.Walks = string(parts)
	}
	sums, err := json.Marshal(h)
	if err == nil {
		v.Sums = string(sums)
		v.On = "/campaigns/" + string(c.ID) + "/edit?" + url.Values{"step": {step}, "so": {base64.RawURLEncoding.EncodeToString(sums)}}.Encode() + "#count"
	}
	return v
}

// facet is one field that one can filter by.
type facet struct {
	Field, Label, Chosen string
	Values               []facetValue
	Other                string // values that were written by hand, or stand in no contact that was looked at
	More                 string
	Open                 bool
}

type facetValue struct {
	Name, Value, Label, Count string // Name: of its checkbox
	On                        bool
}

// facets offers the values that were found, the chosen ones first, then those of most contacts.
func facets(l lang.Language, f survey.Filter, h headcount) []facet {
	names := slices.Clone(filterFields)
	for _, n := range slices.Sorted(maps.Keys(h.Values)) {
		if survey.Heading(n) != "" {
			names = append(names, n)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(f.Attrs)) {
		if n := survey.DimensionAttribute(n); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	var all []facet
	for _, name := range names {
		label := survey.Heading(name)
		chosen := f.Attrs[label]
		if label == "" {
			label, chosen = l.T("campaign.filter_"+name), *filterField(&f, name)
		}
		found := h.Values[name]
		if len(chosen) == 0 && (len(found) == 0 || len(found) == 1 && found[""] > 0) {
			continue // nobody has it
		}
		all = append(all, facetOf(l, name, label, chosen, found, h.Names))
	}
	return all
}

func facetOf(l lang.Language, name, label string, chosen []string, found map[string]int, names map[string]string) facet {
	v := facet{Field: name, Label: label, Open: len(chosen) > 0}
	if len(chosen) > 0 {
		v.Chosen = l.T("campaign.chosen", lang.Values{"Count": len(chosen)})
	}
	var other []string
	for _, c := range chosen {
		if _, ok := found[c]; !ok && c != "" {
			other = append(other, c)
		}
	}
	v.Other = strings.Join(other, "\n")
	values := slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		on := func(s string) int {
			if slices.Contains(chosen, s) {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(on(a), on(b)), cmp.Compare(found[b], found[a]), cmp.Compare(a, b))
	})
	shown := max(valuesShown, min(len(chosen), survey.MaxFilterValues))
	for _, s := range values[:min(len(values), shown)] {
		v.Values = append(v.Values, facetValue{"f." + name, s, valueName(l, name, s, names), l.Number(int64(found[s])), slices.Contains(chosen, s)})
	}
	if more := len(values) - len(v.Values); more > 0 {
		v.More = l.T("campaign.more_values", lang.Values{"Count": more})
	}
	return v
}

func valueName(l lang.Language, field, value string, names map[string]string) string {
	switch {
	case value == "":
		return l.T("campaign.value_none")
	case field == "language" && slices.Contains(survey.Languages(), value):
		return languageName(l, value)
	case field == "owner" && names[value] != "":
		return names[value]
	}
	return value
}

type peoplePage struct {
	draftFrame
	Groups        []shell.Option // by which employees' results can be looked at; none: the audience is another
	WrongGroups   string
	Paper         bool // by cards alone
	Sample, Quiet input
	PerAccount    *input // nil: the audience has no accounts
	Facets        []facet
	Count         countView
	WrongFilter   string
	Nobody        bool
	ContactsHref  string
}

func (d *Pages) showPeople(w http.ResponseWriter, r *http.Request, status int, c survey.Campaign, f *typed, stale []difference) error {
	p := &peoplePage{draftFrame: newDraftFrame(r, c, stepPeople), ContactsHref: "/contacts"}
	p.Scripts, p.Wide = []string{"campaign.js"}, true
	p.stale(f, stale)
	shown := c
	if f != nil {
		if f.picked != nil {
			shown.Filter = *f.picked
		}
		p.WrongFilter = f.wrong["filter"]
	}
	h, values, err := d.counted(r, shown)
	if err != nil {
		return err
	}
	p.Facets = facets(p.Lang, shown.Filter, values)
	p.Count = countViewOf(p.Lang, c, stepPeople, h)
	p.Count.Nobody = d.nobody(r, shown, h)
	if c.Audience.Anonymous() {
		if f != nil && f.in.Groups != nil {
			shown.Groups, shown.Paper = *f.in.Groups, *f.in.Paper
		}
		p.Paper = shown.Paper
		if f != nil {
			p.WrongGroups = f.wrong["groups"]
		}
		known, err := d.Store.Dimensions(r.Context(), c.Audience)
		if err != nil {
			return err
		}
		p.Groups = groupChoices(p.Lang, shown, values.Values, known)
	}
	p.Nobody = values.Looked == 0 && values.Next == "" && !p.Paper
	p.Sample = f.input(p.Lang, "sample", percentText(p.Lang, c.Sample))
	p.Sample.Help = shell.Help(&p.Frame, "help.sample")
	p.Sample.Mode, p.Sample.Max = "decimal", 6
	p.Quiet = f.input(p.Lang, "quiet_days", strconv.Itoa(c.QuietDays))
	p.Quiet.Help = shell.Help(&p.Frame, "help.quiet")
	p.Quiet.Mode, p.Quiet.Max = "numeric", 4
	if has, err := d.Store.HasAccounts(r.Context(), c.Audience); err != nil {
		return err
	} else if has || c.PerAccount > 0 {
		field := f.input(p.Lang, "per_account", strconv.Itoa(c.PerAccount))
		field.Mode, field.Max = "numeric", 4
		p.PerAccount = &field
	}
	return shell.Show(w, r, status, p)
}
