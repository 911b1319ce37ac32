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
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// ownersListed is how many colleagues the list for handing over holds; in a larger company one writes the name.
const ownersListed = 200

type casePage struct {
	shell.Frame
	Action, State, StateClass string
	Version                   int
	Score                     shell.ScoreView
	Silent                    string // of somebody who has not answered: for how long
	Risen                     string // that the score has changed since
	Campaign, Answered        string
	Deadline, Left            string // "" once the contact was spoken to
	Over                      bool
	Again                     string // when to call again
	AgainNow                  bool
	Account, Value            string
	Dial, Phone, Mail         string // Dial and Mail are addresses; "" where there are none
	Also                      []shell.AlsoOpen
	Ticked                    map[string]bool // of them, those to which the same is to be done
	MayReopen                 bool
	Later                     []shell.Option // times to call again that are one tap
	CallAgain                 string         // as typed
	Ended                     string         // cause and outcome
	Why, Wish                 string
	Damaged                   bool // some of the words cannot be read
	NoWords                   bool
	Facts                     []shell.Fact
	Past                      []pastScore
	History                   []caseEvent
	Moves                     []shell.Option // states that may follow, but for resolved
	MayResolve, MayNote       bool
	Causes, Outcomes          []shell.Option
	Speaks                    string // of which themes the comment speaks, whose causes stand first
	First                     int    // so many of them
	WrongNote, WrongCause,
	WrongOutcome, WrongOwner, WrongAgain string
	Note                        string // as typed
	Colleagues                  []shell.Option
	ManyStaff                   bool
	Owner                       string // as typed
	HandingOver                 bool
	Calling                     bool        // the part for calling again is open
	Changed                     []caseEvent // what others did meanwhile, for which nothing could be done
	Before                      []caseEvent // what others did meanwhile, before what was just done
	Promises                    []promiseView
	Promise                     string // as typed
	Promised                    string // …
	Promising                   bool   // the part for a promise is open
	WrongPromise, WrongPromised string
	Tries                       string // how often nobody was reached; "": not once
	MayCall, MayGiveUp          bool
	GiveUpLater                 string // after how many calls
	Procedure                   procedureView
	Calls                       string // that an executive calls, too
	Tell                        tellView
	PassOn                      *shell.PassOnView // nil: it cannot be passed on
	ContactHref                 string
	CampaignHref                string
}

type pastScore struct {
	Score          shell.ScoreView
	Campaign, When string
}

// promiseView is something that was promised.
type promiseView struct {
	N        string // its number
	What, By string
	Done     string // "": nobody has said yet
	Late     bool
	Broken   bool
}

type caseEvent struct {
	When, What, Words string
	at                time.Time
}

// casePage shows a case. Opening it, from the letter or by a mail scanner, changes nothing.
func (d *Pages) casePage(w http.ResponseWriter, r *http.Request) error {
	c, former, err := d.Cases.Seen(r.Context(), door.VisitOf(r).Who, r.PathValue("case"))
	if err != nil {
		return err
	}
	if former {
		return d.showFormer(w, r, http.StatusOK, c, "")
	}
	return d.showCasePage(w, r, http.StatusOK, c, followup.Work{}, nil, nil)
}

// workOnCasePage takes the form of a case. What cannot be done is said beside it, and nothing that was typed is lost.
func (d *Pages) workOnCasePage(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("case")
	in, said, wrong := workTyped(r)
	var done followup.Done
	var err error
	if wrong == nil {
		done, err = d.Cases.Do(r.Context(), door.VisitOf(r).Who, id, in)
	} else {
		err = wrong
	}
	if apperr.Is(err, "not_yours") { // handed over while the form was open?
		if now, former, lost := d.Cases.Seen(r.Context(), door.VisitOf(r).Who, id); lost == nil && former {
			return d.showFormer(w, r, http.StatusConflict, now, in.Note)
		}
	}
	if p := apperr.As(err); p != nil && p.Code != "not_yours" && p.Code != "case_unknown" {
		c := done.Case
		if c.Campaign == "" { // what was wrong was found before it was read
			if c, err = d.Cases.Case(r.Context(), door.VisitOf(r).Who, id); err != nil {
				return err
			}
		}
		return d.showCasePage(w, r, web.Status(p), c, in, p, done.Before)
	}
	if err != nil {
		return err
	}
	if _, err := d.Cases.Case(r.Context(), door.VisitOf(r).Who, id); err != nil { // handed over to whom one does not see
		return shell.Done(w, r, "/cases", said)
	}
	if len(done.Left) > 0 {
		said = "case_partly"
	} else if board, ok := backTo(r); ok && len(done.Before) == 0 {
		return shell.Done(w, r, board, said)
	}
	if len(done.Before) > 0 { // they are told what happened before
		return shell.Done(w, r, "/cases/"+id+"?since="+strconv.Itoa(in.Version), said)
	}
	return shell.Done(w, r, "/cases/"+id, said)
}

// workTyped reads the form; said is what the next page says of it. A button that ends the case carries the outcome.
func workTyped(r *http.Request) (in followup.Work, said string, wrong error) {
	in = followup.Work{Note: r.FormValue("note"), State: loop.State(r.FormValue("state")), Promise: strings.TrimSpace(r.FormValue("promise"))}
	in.Also = r.Form["also"]
	in.Version, _ = strconv.Atoi(r.FormValue("version"))
	do := r.FormValue("do")
	if by := r.FormValue("promised"); by != "" && in.Promise != "" {
		if in.Promised, wrong = survey.LocalTime(by+"T23:59:59", door.VisitOf(r).Zone, "promised"); wrong != nil {
			return in, "", wrong
		}
	}
	if r.FormValue("outcome") != "" && do == "" && in.State == "" {
		in.State = loop.Resolved
	}
	switch {
	case do == "hand":
		in.State = ""
		if in.Owner = strings.TrimSpace(r.FormValue("owner")); in.Owner == "" {
			in.Owner = "?" // nobody is called so
		}
		return in, "case_handed", nil
	case r.FormValue("kept") != "" || r.FormValue("broken") != "":
		in.State = ""
		if n, err := strconv.Atoi(r.FormValue("kept")); err == nil {
			in.Kept = []int{n}
		}
		if n, err := strconv.Atoi(r.FormValue("broken")); err == nil {
			in.Broken = []int{n}
		}
		return in, "case_promise_said", nil
	case do == "promise":
		in.State = ""
		if in.Promise == "" {
			return in, "", apperr.New(apperr.Invalid, "promise_words", "promise")
		}
		return in, "case_promised", nil
	case do == "tried":
		in.State, in.Tried = "", true
		return in, "case_tried", nil
	case do == "again" || r.FormValue("later") != "" || in.State == loop.Acknowledged && r.FormValue("again") != "": // Enter, in the time
		in.State = ""
		text := r.FormValue("again")
		if later := r.FormValue("later"); later != "" {
			text = later
		}
		in.Again, wrong = survey.LocalTime(text, door.VisitOf(r).Zone, "again")
		return in, "case_again", wrong
	case in.State == loop.Resolved:
		for _, cause := range r.Form["cause"] {
			in.Causes = append(in.Causes, loop.Cause(cause))
		}
		in.Outcome = loop.Outcome(r.FormValue("outcome"))
		return in, "case_resolved", nil
	case in.State == loop.Open:
		return in, "case_reopened", nil
	case in.State != "":
		return in, "case_moved", nil
	}
	return in, "case_noted", nil
}

func (d *Pages) showCasePage(w http.ResponseWriter, r *http.Request, status int, c loop.Case, typed followup.Work, wrong *apperr.Error, before []loop.Event) error {
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
	practice, err := d.Cases.Practice(r.Context())
	if err != nil {
		return err
	}
	causes := practice.Causes
	if c.History, err = d.Store.Events(r.Context(), c); err != nil {
		return err
	}
	names := shell.StaffNames(staff)
	p := &casePage{Frame: shell.NewFrame(r, shell.ContactName(shell.NewFrame(r, "").Lang, known.Contact)), Action: "/cases/" + c.ID(), Version: c.Version}
	p.Wide = true
	p.fill(c, known, d.Now(), shell.OwnerName(p.Lang, names, c.Owner))
	if c.Over() && len(c.Causes) > 0 {
		p.Ended = p.Lang.T("case.ended", lang.Values{"Cause": followup.CauseNames(p.Lang, causes, c.Causes), "Outcome": p.Lang.T("case.outcome." + string(c.Outcome))})
	}
	p.promises(c, notes, d.Now())
	p.History = p.history(c, notes, names)
	suggested, err := d.suggested(r, c, causes, known)
	if err != nil {
		return err
	}
	p.work(c, staff, causes, suggested, typed)
	p.told(c, known.Campaign, practice, r.FormValue("tell"), wrong)
	if p.MayNote && known.Response.Verified && p.Why+p.Wish != "" {
		items, err := d.Store.ItemsOf(r.Context(), c.Campaign, []survey.ContactID{c.Contact})
		if err != nil {
			return err
		}
		p.PassOn = shell.PassOn(p.Lang, c.Campaign, c.Contact, p.Why+"\n"+p.Wish, items[c.Contact], p.Action)
	}
	p.CallAgain, p.Promise, p.Promised = r.FormValue("again"), typed.Promise, r.FormValue("promised")
	if version, err := strconv.Atoi(r.URL.Query().Get("since")); err == nil && wrong == nil {
		for _, e := range c.Since(version, nil) {
			if e.By != p.Staff.ID || e.By == "" {
				p.Before = append(p.Before, p.event(e, names))
			}
		}
	}
	p.later(d.Now())
	if err := d.procedure(r, p, c, known.Contact.Tier); err != nil {
		return err
	}
	if executive, made, err := d.Calls.CallOf(r.Context(), c); err != nil {
		return err
	} else if executive != "" && !strings.EqualFold(executive, p.Staff.ID) {
		p.Calls = p.Lang.T("calls.case_"+map[bool]string{false: "planned", true: "made"}[made], lang.Values{"Name": shell.StaffName(names, executive)})
	}
	also, about, err := d.Cases.AlsoOpen(r.Context(), p.Visit.Who, c)
	if err != nil {
		return err
	}
	p.Ticked = map[string]bool{}
	for _, o := range also {
		p.Also = append(p.Also, shell.AlsoOf(p.Frame, o, about))
		p.Ticked[o.ID()] = slices.Contains(typed.Also, o.ID())
	}
	if wrong != nil {
		p.wrong(wrong, before, names)
	}
	return shell.Show(w, r, status, p)
}

// fill puts in what is known.
func (p *casePage) fill(c loop.Case, f followup.Facts, now time.Time, owner string) {
	l := p.Lang
	p.State, p.StateClass = l.T("case.state."+string(c.State)), stateClass(c.State)
	p.Score = shell.ScoreOf(l, f.Response.Score)
	switch {
	case c.Kind == loop.OfSilent && c.Latest == loop.NoScore:
		p.Silent = l.T("case.silent_for", lang.Values{"Count": c.Waves})
	case c.Score == loop.NoScore:
		p.Risen = l.T("case.score_at_last")
	case f.Response.Score != c.Score:
		p.Risen = l.T("case.score_was", map[string]any{"Was": c.Score, "Score": f.Response.Score})
	}
	p.Campaign, p.Answered = f.Campaign.Name, l.Moment(c.Opened.In(p.Zone))
	if c.Waits() {
		p.Deadline = l.Moment(c.Deadline.In(p.Zone))
		p.Left, p.Over = shell.TimeLeft(l, now, c.Deadline)
	}
	if !c.Again.IsZero() {
		p.Again, p.AgainNow = l.T("case.again_on", map[string]any{"When": l.Moment(c.Again.In(p.Zone))}), !c.Again.After(now)
	}
	p.Account, p.Value = f.Contact.AccountName(), f.Contact.Value
	p.Dial, p.Phone = f.Contact.Person.Dial(), f.Contact.Person.Phone
	if email := f.Contact.Person.Email; email != "" {
		p.Mail = shell.MailLink(email)
	}
	p.Why, p.Wish = f.Response.Why, f.Response.Wish
	p.Damaged = f.Response.Unreadable
	p.NoWords = p.Why == "" && p.Wish == "" && !p.Damaged && p.Silent == ""
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
		if n.Unreadable {
			all = append(all, caseEvent{p.Lang.Moment(n.At.In(p.Zone)), p.Lang.T("case.note.unreadable"), "", n.At})
			continue
		}
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
	return caseEvent{p.Lang.Moment(e.At.In(p.Zone)), eventText(p.Lang, names, p.Zone, e), "", e.At}
}

// procedureView is what is to be done about the case now, on the level on which it stands.
type procedureView struct {
	Title, Href string
	Late        bool
	Parts       []shell.Fact
}

func (d *Pages) procedure(r *http.Request, p *casePage, c loop.Case, tier string) error {
	parts := c.PartsNow()
	if len(parts) == 0 {
		return nil
	}
	all, err := d.Cases.Procedures(r.Context())
	if err != nil {
		return err
	}
	rung := c.Rung(d.Now())
	one := all.Of(loop.ProcedureID{Rung: rung, Kind: c.Is()})
	p.Procedure = procedureView{Title: p.Lang.T("procedure.case", lang.Values{"Level": p.Lang.T("procedure.rung_short." + string(rung))}), Href: "/procedures/" + one.String(), Late: rung != loop.Line}
	for _, part := range parts {
		if text := shell.ProcedureText(p.Lang, all, one, part, &c, tier); text != "" {
			p.Procedure.Parts = append(p.Procedure.Parts, shell.Fact{Label: p.Lang.T("procedure.part." + string(part)), Text: text})
		}
	}
	return nil
}

// promises lists what was promised, in the order in which it was.
func (p *casePage) promises(c loop.Case, notes []loop.Note, now time.Time) {
	for i, one := range c.Promises {
		v := promiseView{N: strconv.Itoa(i + 1), By: p.Lang.Day(one.By.In(p.Zone)), Late: one.Late(now), Broken: one.Done == loop.Broken}
		if one.Note > 0 && one.Note <= len(notes) {
			v.What = notes[one.Note-1].Text
		}
		if one.Done != "" {
			v.Done = p.Lang.T("case.promise." + string(one.Done))
		}
		p.Promises = append(p.Promises, v)
	}
}

// work fills in what can be done, with what was typed.
func (p *casePage) work(c loop.Case, staff []survey.Staff, causes loop.Causes, suggested []followup.Suggested, typed followup.Work) {
	if !p.Can(authz.WorkCases) {
		return
	}
	p.MayNote, p.Note = true, typed.Note
	for _, s := range c.Steps() {
		switch s {
		case loop.Open:
			p.MayReopen = true
		case loop.Resolved:
			p.MayResolve = true
		case loop.Unreachable:
			p.MayGiveUp = true
		default:
			p.Moves = append(p.Moves, shell.Option{Value: string(s), Label: p.Lang.T("case.do." + string(s))})
		}
	}
	p.MayCall = !c.Over()
	if c.Tries > 0 {
		p.Tries = p.Lang.T("case.tries", lang.Values{"Count": c.Tries})
	}
	if p.MayCall && !p.MayGiveUp {
		p.GiveUpLater = p.Lang.T("case.give_up_later", lang.Values{"Count": c.Rules.Enough()})
	}
	p.offer(causes, suggested, typed.Causes)
	for _, v := range loop.Outcomes {
		p.Outcomes = append(p.Outcomes, shell.Option{Value: string(v), Label: p.Lang.T("case.outcome." + string(v)), On: v == typed.Outcome})
	}
	p.HandingOver = typed.Owner != ""
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

// later offers times to call again that are one tap: in two hours, while people work, and the next working morning.
func (p *casePage) later(now time.Time) {
	if !p.MayCall {
		return
	}
	now = now.In(p.Zone)
	soon := now.Add(2 * time.Hour).Truncate(15 * time.Minute)
	y, m, d := now.Date()
	morning := time.Date(y, m, d+1, 10, 0, 0, 0, p.Zone)
	for morning.Weekday() == time.Saturday || morning.Weekday() == time.Sunday {
		morning = morning.AddDate(0, 0, 1)
	}
	if soon.Day() == now.Day() && soon.Hour() < 19 {
		p.Later = append(p.Later, shell.Option{Value: soon.Format(survey.LocalFormat), Label: p.Lang.T("case.again_today", map[string]any{"Time": soon.Format("15:04")})})
	}
	p.Later = append(p.Later, shell.Option{Value: morning.Format(survey.LocalFormat), Label: p.Lang.Moment(morning)})
}

// wrong says what could not be done, beside the field that it is about.
func (p *casePage) wrong(wrong *apperr.Error, before []loop.Event, names map[string]string) {
	text := p.Lang.Problem(wrong)
	switch {
	case wrong.Code == "case_changed":
		p.Error = text
		for _, e := range before {
			p.Changed = append(p.Changed, p.event(e, names))
		}
	case wrong.Where == "note":
		p.WrongNote = text
	case wrong.Code == "case_cause": // the codes are for programs
		p.WrongCause = p.Lang.T("case.choose_one")
	case wrong.Code == "case_outcome":
		p.WrongOutcome = p.Lang.T("case.choose_one")
	case wrong.Where == "again":
		p.WrongAgain, p.Calling = text, true
	case wrong.Where == "promise":
		p.WrongPromise, p.Promising = text, true
	case wrong.Where == "promised":
		p.WrongPromised, p.Promising = text, true
	case wrong.Where == "owner":
		p.WrongOwner = text
	case wrong.Code == "case_over":
		p.Error = p.Lang.T("case.is_over", map[string]any{"State": p.State})
	case wrong.Code == "case_state":
		p.Error = p.Lang.T("case.state_passed", map[string]any{"State": p.State})
	default:
		p.Error = text
	}
}
