package results

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// wordsShown is how many characters of an answer's words are shown at once; the rest opens.
const wordsShown = 600

// readAnswerFilter reads the page's form or an address. What is searched for is in no address. Problems: filter_date, filter_dates_backward.
func (d *Pages) readAnswerFilter(r *http.Request, zone *time.Location) (insight.Filter, error) {
	v := func(name string) string { return strings.TrimSpace(r.FormValue(name)) }
	owner, err := d.OwnerIn(r, v("owner"))
	if err != nil {
		return insight.Filter{}, err
	}
	f := insight.Filter{
		Group: v("group"), Score: v("score"), Team: d.ValueIn(v("team")), Owner: owner, Language: v("language"), Week: v("week"), Day: v("day"),
		Dimension: v("part"), Segment: v("value"), Words: v("words"), Wish: v("wish"), Unverified: v("unverified"), Theme: v("theme"),
	}
	touchIn(v("touch"), &f)
	if r.Method == http.MethodPost {
		f.Search = strings.TrimSpace(r.PostFormValue("search"))
	}
	if by := v("sort"); slices.Contains(answerOrders, by) {
		f.Sort = by
	}
	for i := range f.Segments {
		f.Segments[i] = v("s" + strconv.Itoa(i))
	}
	if f.From, err = dateIn(v("from"), "from", zone); err != nil {
		return f, err
	}
	if f.Until, err = dateIn(v("until"), "until", zone); err != nil || f.Until.IsZero() {
		return f, err
	}
	if f.Until = f.Until.AddDate(0, 0, 1); !f.From.Before(f.Until) {
		err = apperr.New(apperr.Invalid, "filter_dates_backward", "until")
	}
	return f, err
}

var answerOrders = []string{insight.SortTime, insight.SortScore, insight.SortScoreDown}

func dateIn(text, field string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, apperr.New(apperr.Invalid, "filter_date", field)
	}
	return t, nil
}

// filterQuery is all of a filter that may stand in an address, which is all but the words.
func (d *Pages) filterQuery(f insight.Filter) url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, value := range map[string]string{
		"group": f.Group, "score": f.Score, "team": d.Parameter(f.Team), "language": f.Language, "week": f.Week, "day": f.Day, "part": f.Dimension, "value": f.Segment,
		"words": f.Words, "wish": f.Wish, "unverified": f.Unverified, "sort": f.Sort, "theme": f.Theme, "touch": touchOut(f),
	} {
		set(name, value)
	}
	if f.Owner != "" {
		q.Set("owner", d.Handle(f.Owner))
	}
	for i, sum := range f.Segments {
		set("s"+strconv.Itoa(i), sum)
	}
	if !f.From.IsZero() {
		q.Set("from", f.From.Format(time.DateOnly))
	}
	if !f.Until.IsZero() {
		q.Set("until", f.Until.AddDate(0, 0, -1).Format(time.DateOnly))
	}
	return q
}

type answersPage struct {
	shell.Frame
	Campaign string
	ID       string
	Tabs     []shell.Tab
	Filter   insight.Filter
	Groups   []shell.Option
	Chosen   []string // in words, what cannot be changed in the form
	Answers  []answerView
	Looked   string
	Next     string
	Action   string         // the page's address, with the filters
	Fields   []shell.Option // the filters, for the download
	Selects  []filterSelect
	Narrowed int // by so many of the filters that are folded away
	Orders   []shell.Option
	Dates    bool // one may ask for answers of some days
	From     string
	Until    string
	Empty    bool   // nothing fits, and everything was looked at
	Explain  bool   // unverified answers are shown
	Mine     string // whose answers are shown, where not everybody's
	Narrow   string // what is not shown to somebody who may not know the people
}

func (p *answersPage) count(narrows bool) {
	if narrows {
		p.Narrowed++
	}
}

type answerView struct {
	Score      int
	Class      string
	Group      string
	Comment    words
	Wish       words
	Damaged    bool // some of the words cannot be read
	Team       string
	Name       string // "" for those who may not know
	Pseudonym  string // in its place
	When       string
	Contact    string // path of whose it is; "" for those who may not see that
	Case       string // path of its case
	Unverified bool
	PassOn     *shell.PassOnView // nil: it cannot be passed on
}

// words are an answer's, cut in two where they are long.
type words struct{ Begin, Rest string }

func cutWords(s string) words {
	runes := []rune(s)
	if len(runes) <= wordsShown {
		return words{Begin: s}
	}
	return words{string(runes[:wordsShown]), string(runes[wordsShown:])}
}

// answersPage lists a campaign's answers that fit, with names for those who may know them. It looks at a bounded number
// and goes on when asked.
func (d *Pages) answersPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	c, view := opened.Campaign(), opened.View()
	p := &answersPage{Frame: shell.NewFrame(r, c.Name), Campaign: c.Name, ID: string(c.ID)}
	if p.Filter, err = d.readAnswerFilter(r, p.Zone); err != nil {
		return err
	}
	l, q := p.Lang, d.filterQuery(p.Filter)
	p.Action, p.Fields = "/results/"+p.ID+"/answers", shell.FieldsOf(q)
	if p.Filter.Search != "" {
		p.Fields = append(p.Fields, shell.Option{Value: "search", Label: p.Filter.Search})
	}
	if len(q) > 0 {
		p.Action += "?" + q.Encode()
	}
	if r.Method == http.MethodPost && r.URL.RequestURI() != p.Action { // the address holds the filters, so that it can be shared
		status := http.StatusTemporaryRedirect // the same form once more
		if p.Filter.Search == "" && r.FormValue("after") == "" {
			status = http.StatusSeeOther
		}
		http.Redirect(w, r, p.Action, status)
		return nil
	}
	found, err := opened.Answers(r.Context(), p.Filter, r.FormValue("after"))
	if err != nil {
		return err
	}
	p.Title = c.Name + ": " + l.T("results.tab_answers")
	p.Wide = true
	if p.Tabs, err = d.tabs(r.Context(), &p.Frame, opened, "answers"); err != nil {
		return err
	}
	p.Explain, p.Mine = p.Filter.Unverified != "", shell.OnlyMineText(&p.Frame)
	for _, g := range []nps.Group{nps.Promoter, nps.Passive, nps.Detractor} {
		p.Groups = append(p.Groups, shell.Option{Value: string(g), Label: l.T("results.group." + string(g)), On: p.Filter.Group == string(g)})
	}
	if p.Answers, err = d.answerViews(r.Context(), &p.Frame, c, found.List, p.Action); err != nil {
		return err
	}
	if p.Next = found.Next; found.Partly {
		p.Looked = l.T("results.looked", lang.Values{"Count": found.Looked})
		if p.Filter.Sort != "" && view.People() {
			p.Looked = l.T("finding.sorted_partly", lang.Values{"Count": found.Looked})
		}
	}
	if err := d.choices(r.Context(), p, opened); err != nil {
		return err
	}
	p.Empty = len(found.List) == 0 && found.Next == ""
	if view.People() {
		p.Chosen = p.chosen(c, found.List)
	} else {
		if err := d.narrow(r.Context(), p, found); err != nil {
			return err
		}
	}
	if p.Filter.Touched != "" {
		p.Chosen = append(p.Chosen, touchSaid(l, c, p.Filter))
	}
	if p.Filter.Theme != "" {
		name, err := d.themeName(r.Context(), l, p.Filter.Theme)
		if err != nil {
			return err
		}
		p.Chosen = append(p.Chosen, l.T("wave.theme")+": "+name)
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// narrow says what is not shown to somebody who may not know the people.
func (d *Pages) narrow(ctx context.Context, p *answersPage, found insight.Answers) error {
	p.Narrow = p.Lang.T("results.narrow", lang.Values{"Least": insight.LeastWords})
	if found.TooFew {
		p.Narrow = p.Lang.T("results.words_few", lang.Values{"Least": insight.LeastWords})
	}
	if in := found.In; in.Kind != "" {
		names, err := d.OwnerNames(ctx, p.Visit.Who, []string{in.Value})
		if err != nil {
			return err
		}
		p.Chosen = []string{shell.KindLabel(p.Lang, in.Kind) + ": " + shell.ValueLabel(p.Lang, in.Kind, in.Value, names)}
	}
	return nil
}

// chosen says in words what an address asks for besides what the form has fields for.
func (p *answersPage) chosen(c survey.Campaign, found []insight.Answer) (said []string) {
	l, f := p.Lang, p.Filter
	say := func(kind, value string) { said = append(said, shell.KindLabel(l, kind)+": "+value) }
	if f.Score != "" {
		said = append(said, l.T("results.score")+": "+f.Score)
	}
	if f.Week != "" {
		said = append(said, shell.WeekText(l, f.Week))
	}
	if f.Day != "" {
		said = append(said, shell.DayLabel(l)(f.Day))
	}
	if f.Language != "" {
		say(survey.KindLanguage, shell.ValueLabel(l, survey.KindLanguage, f.Language, nil))
	}
	switch i, err := strconv.Atoi(f.Dimension); {
	case f.Dimension == "none-team":
		say(survey.KindTeam, l.T("results.without"))
	case f.Dimension == "none-owner":
		say(survey.KindOwner, l.T("results.nobody"))
	case err == nil && i >= 0 && i < len(c.Dimensions) && len(found) > 0:
		if one, ok := found[0].Response(); ok {
			say(c.Dimensions[i], shell.ValueLabel(l, c.Dimensions[i], one.Segment(i), nil))
		}
	}
	return said
}

func (d *Pages) answerViews(ctx context.Context, f *shell.Frame, c survey.Campaign, found []insight.Answer, back string) ([]answerView, error) {
	var ids []survey.ContactID
	for _, a := range found {
		if r, ok := a.Response(); ok {
			ids = append(ids, r.Contact)
		}
	}
	people := map[survey.ContactID]survey.Contact{}
	if len(ids) > 0 {
		var err error
		if people, err = d.Store.Contacts(ctx, c.Audience, ids); err != nil {
			return nil, err
		}
	}
	sees, err := d.Lists.Sees(ctx, f.Visit.Who)
	if err != nil {
		return nil, err
	}
	var items map[survey.ContactID][]loop.Item
	if f.Can(authz.WorkCases) && len(ids) > 0 {
		if items, err = d.Store.ItemsOf(ctx, c.ID, ids); err != nil {
			return nil, err
		}
	}
	views := make([]answerView, len(found))
	for i, a := range found {
		v := answerView{Pseudonym: a.Pseudonym(), Score: a.Score(), Class: string(a.Group()), Group: f.Lang.T("case.group." + string(a.Group())), Comment: cutWords(a.Comment()), Wish: cutWords(a.Wish()), Damaged: a.Damaged()}
		if r, ok := a.Response(); ok {
			v.Team, v.Unverified, v.When = r.Team, !r.Verified, f.Lang.Moment(insight.When(r).In(f.Zone))
			contact, there := people[r.Contact]
			if there {
				v.Name = shell.ContactName(f.Lang, contact)
			}
			if there && f.Can(authz.ReadContacts) && sees(contact) {
				v.Contact = shell.ContactHref(c.Audience, r.Contact)
			}
			if said := a.Comment() + a.Wish(); f.Can(authz.WorkCases) && r.Verified && said != "" && !c.Audience.Anonymous() {
				v.PassOn = shell.PassOn(f.Lang, c.ID, r.Contact, a.Comment()+"\n"+a.Wish(), items[r.Contact], back)
			}
			if f.Can(authz.ReadCases) && r.Unhappy {
				v.Case = "/cases/" + loop.Case{Campaign: c.ID, Contact: r.Contact}.ID()
			}
		}
		views[i] = v
	}
	return views, nil
}
