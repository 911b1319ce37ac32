package cases

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
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// huddlePage is a team's sheet before its meeting.
type huddlePage struct {
	shell.Frame
	Teams          []shell.Option // whose sheets one may see, by their address
	Team           string         // "": there is none
	Week           string         // the one before
	Score, Answers string         // of the answers in it
	Words, Thanks  []string
	Cases          []string // how they went and stand
	Open           []shell.CaseCard
	Question       string
	Agreed         []agreedView
	Issues         []issueView
	People, Causes []shell.Option
	What, Who, Due string // as typed
	Issue          string // …
}

type agreedView struct {
	N, What, Who, Due, Ended string
	Late, Open, Kept         bool
}

type issueView struct {
	N, What, From, Cause, Leader, Answer, State, Class string
	Waits, Taken                                       bool
}

const (
	// huddleAnswers is how many answers of a campaign are looked through for the week's, huddleWords how many a sheet has of each sort.
	huddleAnswers, huddleWords = 200, 3
	// huddleCampaigns is how many campaigns of an audience may have answers of a week.
	huddleCampaigns = 3
)

func (d *Pages) huddlePage(w http.ResponseWriter, r *http.Request) error {
	p, err := d.huddle(r, r.URL.Query().Get("team"))
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func (d *Pages) huddle(r *http.Request, team string) (*huddlePage, error) {
	p := &huddlePage{Frame: shell.NewFrame(r, "huddle.title")}
	ctx, l := r.Context(), p.Lang
	staff, err := d.Store.Staff(ctx)
	if err != nil {
		return nil, err
	}
	teams := d.Cases.Teams(p.Visit.Who, staff)
	if team == "" && len(teams) > 0 {
		team = teams[0]
	}
	for _, t := range teams {
		p.Teams = append(p.Teams, shell.Option{Value: t, Label: t, On: strings.EqualFold(t, team)})
	}
	if len(teams) == 0 {
		return p, nil
	}
	settings, err := d.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	now := d.Now().In(settings.Clock())
	y, m, day := now.Date()
	until := time.Date(y, m, day-(int(now.Weekday())+6)%7, 0, 0, 0, 0, now.Location())
	from := until.AddDate(0, 0, -7)
	p.Week = l.T("weekly.dates", lang.Values{"From": l.ShortDate(from), "Until": l.ShortDate(until.AddDate(0, 0, -1))})
	if err := d.heard(ctx, p, team, from, until); err != nil {
		return nil, err
	}
	sheet, err := d.Cases.HuddleSheet(ctx, p.Visit.Who, staff, team, len(p.Thanks) > 0)
	if err != nil {
		return nil, err
	}
	causes, err := d.Cases.Causes(ctx)
	if err != nil {
		return nil, err
	}
	p.Team = sheet.Team
	names := shell.StaffNames(staff)
	p.sheet(sheet, causes, names, d.Now())
	for _, m := range staff {
		if followup.MayOwn(m) {
			p.People = append(p.People, shell.Option{Value: m.ID, Label: shell.StaffName(names, m.ID)})
		}
	}
	for _, id := range causes.Offered() {
		p.Causes = append(p.Causes, shell.Option{Value: string(id), Label: followup.CauseName(l, causes, id)})
	}
	return p, nil
}

// heard puts in the score and the words of the team's answers of a week, as far as the reader may see them.
func (d *Pages) heard(ctx context.Context, p *huddlePage, team string, from, until time.Time) error {
	var tally nps.Tally
	for _, a := range survey.Audiences {
		if a.Anonymous() {
			continue
		}
		campaigns, err := d.Launched(ctx, a, huddleCampaigns)
		if err != nil {
			return err
		}
		for _, c := range campaigns {
			if err := d.heardOf(ctx, p, c, insight.Filter{Team: team, From: from, Until: until}, &tally); err != nil {
				return err
			}
		}
	}
	value, ok := tally.NPS()
	if !ok {
		return nil
	}
	i, _ := tally.Interval()
	score, ends := shell.NpsText(p.Lang, value, i)
	p.Score = score
	p.Answers = p.Lang.T("huddle.score_of", lang.Values{"Count": tally.Answers(), "Interval": ends})
	return nil
}

func (d *Pages) heardOf(ctx context.Context, p *huddlePage, c survey.Campaign, f insight.Filter, tally *nps.Tally) error {
	reading, err := d.Results.Open(ctx, p.Visit.Who, c)
	if err != nil {
		return err
	}
	after := ""
	for looked := 0; looked < huddleAnswers; {
		page, err := reading.Answers(ctx, f, after)
		if err != nil {
			return err
		}
		for _, a := range page.List {
			tally.Scores[a.Score()]++
			text := strings.Join(strings.Fields(a.Comment()+" "+a.Wish()), " ")
			if text == "" || slices.Contains(p.Words, text) || slices.Contains(p.Thanks, text) {
				continue
			}
			if r := []rune(text); len(r) > 2*wordsShown {
				text = string(r[:2*wordsShown-1]) + "…"
			}
			switch {
			case a.Group() == nps.Promoter && len(p.Thanks) < huddleWords:
				p.Thanks = append(p.Thanks, text)
			case a.Group() != nps.Promoter && len(p.Words) < huddleWords:
				p.Words = append(p.Words, text)
			}
		}
		if after = page.Next; after == "" {
			return nil
		}
		looked += max(1, len(page.List))
	}
	return nil
}

// sheet puts what the use case says into words.
func (p *huddlePage) sheet(s followup.HuddleSheet, causes loop.Causes, names map[string]string, now time.Time) {
	l := p.Lang
	say := func(id string, n int) {
		if n > 0 {
			p.Cases = append(p.Cases, l.T(id, lang.Values{"Count": n}))
		}
	}
	say("huddle.opened", s.Week.Opened)
	if share, ok := s.Week.OnTime(); ok {
		p.Cases = append(p.Cases, l.T("huddle.in_time", lang.Values{"Some": l.Number(int64(share.Of)), "Count": share.Among}))
	}
	say("huddle.open", s.Now.Open)
	say("run.late", s.Now.Overdue)
	say("huddle.broke", s.Now.Broke)
	p.Open = shell.CardsOf(p.Frame, s.Open, s.About, now, func(c loop.Case) string { return shell.OwnerName(l, names, c.Owner) })
	p.Question = l.T("huddle.question."+string(s.Question), lang.Values{"Cause": followup.CauseName(l, causes, s.Cause)})
	for _, a := range s.Agreed {
		view := agreedView{N: strconv.Itoa(a.N), What: a.What, Who: shell.StaffName(names, a.Who), Due: l.Day(a.Due.In(p.Zone)), Open: a.Ended.IsZero(), Late: a.Late(now), Kept: a.Kept}
		if !view.Open {
			view.Ended = l.T("huddle.dropped")
			if a.Kept {
				view.Ended = l.T("huddle.done")
			}
		}
		p.Agreed = append(p.Agreed, view)
	}
	for _, i := range s.Issues {
		p.Issues = append(p.Issues, issueOf(l, i, causes, names))
	}
}

func issueOf(l lang.Language, i loop.Issue, causes loop.Causes, names map[string]string) issueView {
	v := issueView{
		N: strconv.Itoa(i.N), What: i.What, State: l.T("huddle.issue." + string(i.State)), Answer: i.Answer, Waits: i.State == loop.Raised, Taken: i.State == loop.Taken,
		From: i.Team + " · " + shell.StaffName(names, i.By),
	}
	if i.Cause != "" {
		v.Cause = followup.CauseName(l, causes, i.Cause)
	}
	if i.Leader != "" {
		v.Leader = l.T("huddle.leader_is", lang.Values{"Who": shell.StaffName(names, i.Leader)})
	}
	v.Class = map[loop.IssueState]string{loop.Taken: "good", loop.Mended: "good", loop.Declined: "warn"}[i.State]
	return v
}

// saveHuddle keeps what was agreed, says what became of it, or raises what the team cannot mend. What is wrong is said, and nothing that was typed is
// lost.
func (d *Pages) saveHuddle(w http.ResponseWriter, r *http.Request) error {
	v, who, ctx := r.PostFormValue, door.VisitOf(r).Who, r.Context()
	staff, err := d.Store.Staff(ctx)
	if err != nil {
		return err
	}
	team, said := v("team"), "huddle_kept"
	switch v("do") {
	case "raise":
		said = "huddle_raised"
		err = d.Cases.Raise(ctx, who, staff, team, loop.Cause(v("cause")), v("issue"))
	case "kept", "dropped":
		n, _ := strconv.Atoi(v("agreement")) // anything else is no agreement
		err = d.Cases.ChangeHuddle(ctx, who, staff, team, func(h loop.Huddle) (loop.Huddle, error) { return h.End(n, v("do") == "kept", d.Now()) })
	default:
		var due time.Time
		if v("due") != "" {
			due, err = survey.LocalTime(v("due")+"T23:59:59", door.VisitOf(r).Zone, "due")
		}
		person := v("who")
		if !slices.ContainsFunc(staff, func(m survey.Staff) bool { return m.ID == person }) {
			person = ""
		}
		if err == nil {
			err = d.Cases.ChangeHuddle(ctx, who, staff, team, func(h loop.Huddle) (loop.Huddle, error) {
				return h.Agree(v("what"), person, due, who.Staff.ID, d.Now())
			})
		}
	}
	if refusal := apperr.As(err); refusal != nil && refusal.Kind != apperr.Forbidden {
		p, lost := d.huddle(r, team)
		if lost != nil {
			return lost
		}
		p.Error, p.What, p.Who, p.Due, p.Issue = p.Lang.Problem(refusal), v("what"), v("who"), v("due"), v("issue")
		return shell.Show(w, r, web.Status(refusal), p)
	}
	if err != nil {
		return err
	}
	return shell.Done(w, r, "/cases/huddle?"+url.Values{"team": {team}}.Encode(), said)
}

// companyPage is the company's board.
type companyPage struct {
	shell.Frame
	Room     string // how many more it can take
	Full     bool
	MayLead  bool
	Taken    []issueView
	Waiting  []issueView
	Answered []issueView
	People   []shell.Option
}

func (d *Pages) companyPage(w http.ResponseWriter, r *http.Request) error {
	p, err := d.company(r)
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func (d *Pages) company(r *http.Request) (*companyPage, error) {
	p := &companyPage{Frame: shell.NewFrame(r, "huddle.company")}
	o, err := d.Cases.Outer(r.Context())
	if err != nil {
		return nil, err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return nil, err
	}
	causes, err := d.Cases.Causes(r.Context())
	if err != nil {
		return nil, err
	}
	names := shell.StaffNames(staff)
	list := func(states ...loop.IssueState) (all []issueView) {
		for _, s := range states {
			for _, i := range slices.Backward(o.In(s)) {
				all = append(all, issueOf(p.Lang, i, causes, names))
			}
		}
		return all
	}
	p.Taken, p.Waiting, p.Answered = list(loop.Taken), list(loop.Raised), list(loop.Mended, loop.Declined)
	p.MayLead, p.Full = p.Can(authz.LeadBoard), len(p.Taken) >= loop.MaxTaken
	p.Room = p.Lang.T("huddle.room", lang.Values{"Count": len(p.Taken), "Limit": loop.MaxTaken})
	for _, m := range staff {
		p.People = append(p.People, shell.Option{Value: m.ID, Label: shell.StaffName(names, m.ID)})
	}
	return p, nil
}

func (d *Pages) answerIssue(w http.ResponseWriter, r *http.Request) error {
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(r.PostFormValue("issue")) // anything else is no issue
	err = d.Cases.Answer(r.Context(), staff, n, loop.IssueState(r.PostFormValue("to")), r.PostFormValue("leader"), r.PostFormValue("answer"))
	if refusal := apperr.As(err); refusal != nil {
		p, lost := d.company(r)
		if lost != nil {
			return lost
		}
		p.Error = p.Lang.Problem(refusal)
		return shell.Show(w, r, web.Status(refusal), p)
	}
	if err != nil {
		return err
	}
	return shell.Done(w, r, "/cases/company", "huddle_answered")
}
