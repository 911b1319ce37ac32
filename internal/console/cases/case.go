package cases

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// ownersListed is how many colleagues the list for handing over holds; in a larger company one writes the name.
const ownersListed = 200

type casePage struct {
	shell.Frame
	Action, State, StateClass      string
	Version                        int
	Score                          shell.ScoreView
	Risen                          string // that the score has changed since
	Campaign, Answered             string
	Deadline, Left                 string
	Over, Done                     bool
	Ended                          string // cause and outcome
	Why, Wish                      string
	NoWords                        bool
	Facts                          []shell.Fact
	Past                           []pastScore
	History                        []caseEvent
	Moves                          []shell.Option // states that may follow, but for resolved
	MayResolve, MayNote, Resolving bool
	Causes, Outcomes               []shell.Option
	WrongNote, WrongCause,
	WrongOutcome, WrongOwner string
	Note         string // as typed
	Colleagues   []shell.Option
	ManyStaff    bool
	Owner        string // as typed
	HandingOver  bool
	Changed      []caseEvent // what others did meanwhile
	ContactHref  string
	CampaignHref string
}

type pastScore struct {
	Score          shell.ScoreView
	Campaign, When string
}

type caseEvent struct {
	When, What, Words string
	at                time.Time
}

// casePage shows a case. Opening it, from the letter or by a mail scanner, changes nothing.
func (d *Pages) casePage(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Cases.Case(r.Context(), door.VisitOf(r).Who, r.PathValue("case"))
	if err != nil {
		return err
	}
	return d.showCasePage(w, r, http.StatusOK, c, followup.Work{}, nil)
}

// workOnCasePage takes the form of a case. What cannot be done is said beside it, and nothing that was typed is lost.
func (d *Pages) workOnCasePage(w http.ResponseWriter, r *http.Request) error {
	in := followup.Work{Note: r.FormValue("note"), State: loop.State(r.FormValue("state"))}
	in.Version, _ = strconv.Atoi(r.FormValue("version"))
	said := "case_noted"
	switch {
	case r.FormValue("do") == "hand":
		in.State = ""
		if in.Owner = strings.TrimSpace(r.FormValue("owner")); in.Owner == "" {
			in.Owner = "?" // nobody is called so
		}
		said = "case_handed"
	case in.State == loop.Resolved:
		in.Cause, in.Outcome = loop.Cause(r.FormValue("cause")), loop.Outcome(r.FormValue("outcome"))
		said = "case_resolved"
	case in.State != "":
		said = "case_moved"
	}
	id := r.PathValue("case")
	c, err := d.Cases.Do(r.Context(), door.VisitOf(r).Who, id, in)
	if p := apperr.As(err); p != nil && p.Code != "not_yours" && p.Code != "case_unknown" {
		if c.Campaign == "" { // what was wrong was found before it was read
			if c, err = d.Cases.Case(r.Context(), door.VisitOf(r).Who, id); err != nil {
				return err
			}
		}
		return d.showCasePage(w, r, web.Status(p), c, in, p)
	}
	if err != nil {
		return err
	}
	if _, err := d.Cases.Case(r.Context(), door.VisitOf(r).Who, id); err != nil { // handed over to whom one does not see
		return shell.Done(w, r, "/cases", said)
	}
	return shell.Done(w, r, "/cases/"+id, said)
}

func (d *Pages) showCasePage(w http.ResponseWriter, r *http.Request, status int, c loop.Case, typed followup.Work, wrong *apperr.Error) error {
	known, err := followup.ReadFacts(r.Context(), d.Store, c)
	if err != nil {
		return err
	}
	notes, err := d.Store.Notes(r.Context(), c)
	if err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	names := shell.StaffNames(staff)
	p := &casePage{Frame: shell.NewFrame(r, shell.ContactName(shell.NewFrame(r, "").Lang, known.Contact)), Action: "/cases/" + c.ID(), Version: c.Version}
	p.Wide = true
	p.fill(c, known, d.Now(), shell.OwnerName(p.Lang, names, c.Owner))
	p.History = p.history(c, notes, names)
	p.work(c, staff, typed)
	if wrong != nil {
		p.wrong(c, typed, wrong, names)
	}
	return shell.Show(w, r, status, p)
}

// fill puts in what is known.
func (p *casePage) fill(c loop.Case, f followup.Facts, now time.Time, owner string) {
	l := p.Lang
	p.State, p.StateClass = l.T("case.state."+string(c.State)), stateClass(c.State)
	p.Score = shell.ScoreOf(l, f.Response.Score)
	if f.Response.Score != c.Score {
		p.Risen = l.T("case.score_was", map[string]any{"Was": c.Score, "Score": f.Response.Score})
	}
	p.Campaign, p.Answered = f.Campaign.Name, l.Moment(c.Opened.In(p.Zone))
	p.Deadline = l.Moment(c.Deadline.In(p.Zone))
	if p.Done = c.State == loop.Resolved; p.Done {
		p.Ended = l.T("case.ended", map[string]any{"Cause": l.T("case.cause." + string(c.Cause)), "Outcome": l.T("case.outcome." + string(c.Outcome))})
		if c.Cause == "" {
			p.Ended = ""
		}
	} else {
		p.Left, p.Over = shell.TimeLeft(l, now, c.Deadline)
	}
	p.Why, p.Wish = f.Response.Why, f.Response.Wish
	p.NoWords = p.Why == "" && p.Wish == ""
	if p.Can(authz.ReadContacts) && !f.Gone {
		p.ContactHref = "/contacts/" + string(c.Audience) + "/" + string(c.Contact)
	}
	if p.Can(authz.ReadCampaigns) {
		p.CampaignHref = "/campaigns/" + string(c.Campaign)
	}
	p.Facts = shell.ContactFacts(p.Frame, f.Contact)
	p.Facts = append(p.Facts, shell.Fact{Label: l.T("case.fact.owner"), Text: owner})
	for _, a := range f.Past {
		p.Past = append(p.Past, pastScore{shell.ScoreOf(l, a.Response.Score), a.Campaign, l.Date(a.Response.Counted.In(p.Zone))})
	}
}

// history puts what happened and what was noted into one list, the latest first.
func (p *casePage) history(c loop.Case, notes []loop.Note, names map[string]string) []caseEvent {
	var all []caseEvent
	for _, e := range c.History {
		if e.What != loop.Noted { // the note itself says it
			all = append(all, p.event(e, names))
		}
	}
	for _, n := range notes {
		who := p.Lang.T("case.program")
		if n.By != "" {
			who = shell.StaffName(names, n.By)
		}
		all = append(all, caseEvent{p.Lang.Moment(n.At.In(p.Zone)), p.Lang.T("case.event.noted", map[string]any{"Who": who}), n.Text, n.At})
	}
	slices.SortStableFunc(all, func(a, b caseEvent) int { return b.at.Compare(a.at) })
	return all
}

func (p *casePage) event(e loop.Event, names map[string]string) caseEvent {
	return caseEvent{p.Lang.Moment(e.At.In(p.Zone)), eventText(p.Lang, names, e), "", e.At}
}

// work fills in what can be done, with what was typed.
func (p *casePage) work(c loop.Case, staff []survey.Staff, typed followup.Work) {
	if !p.Can(authz.WorkCases) {
		return
	}
	p.MayNote, p.Note = true, typed.Note
	at := slices.Index(loop.States, c.State)
	for _, s := range loop.States[at+1:] {
		if s == loop.Resolved {
			p.MayResolve = true
			continue
		}
		p.Moves = append(p.Moves, shell.Option{Value: string(s), Label: p.Lang.T("case.do." + string(s))})
	}
	for _, v := range loop.Causes {
		p.Causes = append(p.Causes, shell.Option{Value: string(v), Label: p.Lang.T("case.cause." + string(v)), On: v == typed.Cause})
	}
	for _, v := range loop.Outcomes {
		p.Outcomes = append(p.Outcomes, shell.Option{Value: string(v), Label: p.Lang.T("case.outcome." + string(v)), On: v == typed.Outcome})
	}
	p.Resolving, p.HandingOver = typed.State == loop.Resolved, typed.Owner != ""
	if p.Owner = typed.Owner; p.Owner == "?" {
		p.Owner = ""
	}
	for _, m := range staff {
		if followup.MayOwn(m) && !strings.EqualFold(m.ID, c.Owner) {
			p.Colleagues = append(p.Colleagues, shell.Option{Value: m.ID, Label: shell.StaffName(shell.StaffNames([]survey.Staff{m}), m.ID), On: strings.EqualFold(m.ID, typed.Owner)})
		}
	}
	if p.ManyStaff = len(p.Colleagues) > ownersListed; p.ManyStaff {
		p.Colleagues = nil
	}
	slices.SortFunc(p.Colleagues, func(a, b shell.Option) int { return strings.Compare(a.Label, b.Label) })
}

// wrong says what could not be done, beside the field that it is about.
func (p *casePage) wrong(c loop.Case, typed followup.Work, wrong *apperr.Error, names map[string]string) {
	text := p.Lang.Problem(wrong)
	switch {
	case wrong.Code == "case_changed":
		p.Error = text
		for _, e := range c.Since(typed.Version) {
			p.Changed = append(p.Changed, p.event(e, names))
		}
	case wrong.Where == "note":
		p.WrongNote = text
	case wrong.Code == "case_cause": // the codes are for programs
		p.WrongCause = p.Lang.T("case.choose_one")
	case wrong.Code == "case_outcome":
		p.WrongOutcome = p.Lang.T("case.choose_one")
	case wrong.Where == "owner":
		p.WrongOwner = text
	case wrong.Code == "case_state":
		p.Error = p.Lang.T("case.state_passed", map[string]any{"State": p.State})
	default:
		p.Error = text
	}
}
