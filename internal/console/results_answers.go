package console

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

const (
	// answersShown is how many answers a page shows: of the longest words 25 are 100 KB.
	answersShown = 20
	// answersLookedAt is how many answers one request looks at for those that fit; the page says when there are more.
	answersLookedAt = 5000
	// wordsShown is how many characters of an answer's words are shown at once; the rest opens.
	wordsShown = 600
)

// answerFilter is what answers are looked for. Its fields are those of the page's form and of addresses, but for Search,
// which is in no address.
type answerFilter struct {
	Group, Score, Team, Owner, Language, Week, Day, Part, Value, Words, Wish, Unverified, Search string
}

func (d *Desk) readAnswerFilter(r *http.Request) answerFilter {
	v := func(name string) string { return strings.TrimSpace(r.FormValue(name)) }
	f := answerFilter{Group: v("group"), Score: v("score"), Team: d.valueIn(v("team")), Owner: d.staffIn(v("owner")), Language: v("language"), Week: v("week"), Day: v("day"),
		Part: v("part"), Value: v("value"), Words: v("words"), Wish: v("wish"), Unverified: v("unverified")}
	if r.Method == http.MethodPost {
		f.Search = strings.TrimSpace(r.PostFormValue("search"))
	}
	return f
}

// part is the number of the part that is asked for.
func (f answerFilter) part() (int, bool) {
	i, err := strconv.Atoi(f.Part)
	return i, f.Part != "" && err == nil
}

// check refuses a part that the campaign has not, or that the reader may not see: a filter that is passed over would
// answer as if there were none.
func (f answerFilter) check(c survey.Campaign) error {
	i, ok := f.part()
	switch {
	case ok && (i < 0 || i >= len(c.Dimensions)):
		return apperr.New(apperr.Unknown, "no_such_page", "")
	case ok && c.Dimensions[i] == "":
		return errSegment
	}
	return nil
}

// match returns whether an answer fits all that is asked for. Part is a part by its number, or "none-team": without one.
func (f answerFilter) match(c survey.Campaign) func(survey.Response) bool {
	search := strings.Fields(strings.ToLower(f.Search))
	part, byPart := f.part()
	return func(a survey.Response) bool {
		switch {
		case a.Verified == (f.Unverified != ""),
			f.Group != "" && string(a.Group()) != f.Group,
			f.Score != "" && strconv.Itoa(a.Score) != f.Score,
			f.Team != "" && !strings.EqualFold(a.Team, f.Team), f.Part == "none-team" && a.Team != "",
			f.Owner != "" && !strings.EqualFold(a.Owner, f.Owner), f.Part == "none-owner" && a.Owner != "",
			f.Part == "none-language" && a.Language != "",
			f.Language != "" && a.Language != f.Language,
			f.Week != "" && survey.Week(a.Counted) != f.Week,
			f.Day != "" && a.Counted.UTC().Format(time.DateOnly) != f.Day,
			byPart && valueSum(a.Segment(part)) != f.Value,
			f.Words != "" && a.Why == "" && a.Wish == "",
			f.Wish != "" && a.Wish == "":
			return false
		}
		if len(search) == 0 {
			return true
		}
		words := strings.ToLower(a.Why + "\n" + a.Wish)
		return !slices.ContainsFunc(search, func(word string) bool { return !strings.Contains(words, word) })
	}
}

type answersPage struct {
	frame
	Campaign string
	ID       string
	Tabs     []resultTab
	Filter   answerFilter
	Groups   []option
	Chosen   []string // in words, what cannot be changed in the form
	Answers  []answerView
	Looked   string
	Next     string
	Empty    bool   // nothing fits, and everything was looked at
	Explain  bool   // unverified answers are shown
	Some     bool   // only those of the viewer's own customers are shown
	Narrow   string // what is not shown to somebody who may not know the people
}

type answerView struct {
	Score      int
	Class      string
	Group      string
	Why, Wish  words
	Team       string
	Name       string // "" for those who may not know
	When       string
	Case       string // path of its case
	Unverified bool
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
func (d *Desk) answersPage(w http.ResponseWriter, r *http.Request) error {
	c, err := d.campaignSeen(r)
	if err != nil {
		return err
	}
	sight := d.sight(visitOf(r).Who, c)
	if !sight.Answers() {
		return errWholeOnly
	}
	p := &answersPage{frame: d.frame(r, c.Name), Campaign: c.Name, ID: string(c.ID), Filter: d.readAnswerFilter(r)}
	l := p.lang
	p.Title = c.Name + ": " + l.T("results.tab_answers")
	p.Tabs, p.Explain, p.Some = resultTabs(&p.frame, c, sight, "answers"), p.Filter.Unverified != "", !p.All()
	for _, g := range []nps.Group{nps.Promoter, nps.Passive, nps.Detractor} {
		p.Groups = append(p.Groups, option{string(g), l.T("results.group." + string(g)), p.Filter.Group == string(g)})
	}
	if !sight.People() {
		if err := d.narrowAnswers(r.Context(), p, c, r.FormValue("after")); err != nil {
			return err
		}
		return d.show(w, http.StatusOK, "result_answers.html", p)
	}
	from, err := survey.ParseCursor(r.FormValue("after"))
	if err != nil {
		return err
	}
	sees, err := d.sees(r.Context(), p.visit)
	if err != nil {
		return err
	}
	if err := p.Filter.check(c); err != nil {
		return err
	}
	fits := p.Filter.match(c)
	found, looked, next, err := d.store.FindResponses(r.Context(), c.ID, from, answersShown, answersLookedAt, func(a survey.Response) bool {
		return fits(a) && sees(a.Owner, a.Team)
	})
	if err != nil {
		return err
	}
	if p.Answers, err = d.answerViews(r.Context(), &p.frame, c, found); err != nil {
		return err
	}
	p.Chosen = p.chosen(c, found)
	if next != nil {
		p.Next = next.String()
		if len(found) < answersShown {
			p.Looked = l.T("results.looked", lang.Values{"Count": looked})
		}
	}
	p.Empty = len(found) == 0 && next == nil
	return d.show(w, http.StatusOK, "result_answers.html", p)
}

// chosen says in words what an address asks for besides what the form has fields for.
func (p *answersPage) chosen(c survey.Campaign, found []survey.Response) (said []string) {
	l, f := p.lang, p.Filter
	say := func(kind, value string) { said = append(said, kindLabel(l, kind)+": "+value) }
	if f.Score != "" {
		said = append(said, l.T("results.score")+": "+f.Score)
	}
	if f.Week != "" {
		said = append(said, weekText(l, f.Week))
	}
	if f.Day != "" {
		said = append(said, dayLabel(l)(f.Day))
	}
	if f.Owner != "" {
		say(survey.KindOwner, f.Owner)
	}
	if f.Language != "" {
		say(survey.KindLanguage, valueLabel(l, survey.KindLanguage, f.Language, nil))
	}
	switch i, err := strconv.Atoi(f.Part); {
	case f.Part == "none-team":
		say(survey.KindTeam, l.T("results.without"))
	case f.Part == "none-owner":
		say(survey.KindOwner, l.T("results.nobody"))
	case err == nil && i >= 0 && i < len(c.Dimensions) && len(found) > 0:
		say(c.Dimensions[i], valueLabel(l, c.Dimensions[i], found[0].Segment(i), nil))
	}
	return said
}

func (d *Desk) answerViews(ctx context.Context, f *frame, c survey.Campaign, found []survey.Response) ([]answerView, error) {
	names := map[survey.ContactID]survey.Contact{}
	if f.Can(authz.ReadPeople) && len(found) > 0 {
		ids := make([]survey.ContactID, len(found))
		for i, r := range found {
			ids[i] = r.Contact
		}
		var err error
		if names, err = d.store.Contacts(ctx, c.Audience, ids); err != nil {
			return nil, err
		}
	}
	views := make([]answerView, len(found))
	for i, r := range found {
		v := answerView{Score: r.Score, Class: string(r.Group()), Group: f.lang.T("case.group." + string(r.Group())), Team: r.Team,
			Why: cutWords(r.Why), Wish: cutWords(r.Wish), Unverified: !r.Verified, When: f.lang.Moment(r.Updated.In(f.Zone))}
		if person, ok := names[r.Contact]; ok {
			if v.Name = person.Person.Name; v.Name == "" {
				v.Name = person.Person.Email
			}
		}
		if f.Can(authz.ReadCases) && r.Unhappy {
			v.Case = "/cases/" + loop.Case{Campaign: c.ID, Contact: r.Contact}.ID()
		}
		views[i] = v
	}
	return views, nil
}
