package loop

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
)

const (
	// MaxAgreed is how many agreements of a team can be open, maxEnded how many others are kept.
	MaxAgreed, maxEnded = 20, 60
	// MaxTaken is how many issues the company's board works on at a time (D37): more than that nobody moves.
	MaxTaken = 5
	// MaxRaised is how many issues can wait for an answer.
	MaxRaised = 50
	// MaxAgreement is how long an agreement, an issue or an answer may be, in characters.
	MaxAgreement = 300
)

// Huddle is what a team has agreed in its short meetings over its own feedback.
type Huddle struct {
	Team    string      `json:"team"`
	Agreed  []Agreement `json:"agreed"`
	Last    int         `json:"last"` // number of the last one
	Version int         `json:"-"`    // for a compare-and-swap; 0: nothing is stored
}

// Agreement is one thing that was agreed: it comes back at the next meeting until it has ended.
type Agreement struct {
	N     int       `json:"n"`
	What  string    `json:"what"`
	Who   string    `json:"who"` // staff id of who sees to it
	Due   time.Time `json:"due"` // the end of the day
	Made  time.Time `json:"made"`
	By    string    `json:"by"`             // staff id
	Ended time.Time `json:"ended,omitzero"` // zero: it has not
	Kept  bool      `json:"kept,omitempty"` // it was done, and not dropped
}

// Late reports whether it should have ended by now.
func (a Agreement) Late(now time.Time) bool { return a.Ended.IsZero() && now.After(a.Due) }

// Open lists what has not ended, the earliest first.
func (h Huddle) Open() (all []Agreement) {
	for _, a := range h.Agreed {
		if a.Ended.IsZero() {
			all = append(all, a)
		}
	}
	slices.SortStableFunc(all, func(a, b Agreement) int { return a.Due.Compare(b.Due) })
	return all
}

// Agree adds an agreement. Problems: agreement_words, agreement_long, agreement_who, agreement_due, agreements_full.
func (h Huddle) Agree(what, who string, due time.Time, by string, now time.Time) (Huddle, error) {
	what = strings.TrimSpace(what)
	switch {
	case what == "":
		return h, apperr.New(apperr.Invalid, "agreement_words", "what")
	case utf8.RuneCountInString(what) > MaxAgreement:
		return h, apperr.New(apperr.Invalid, "agreement_long", "what", "Limit", MaxAgreement)
	case who == "":
		return h, apperr.New(apperr.Invalid, "agreement_who", "who")
	case !due.After(now) || due.After(now.Add(maxPromised)):
		return h, apperr.New(apperr.Invalid, "agreement_due", "due")
	case len(h.Open()) >= MaxAgreed:
		return h, apperr.New(apperr.Conflict, "agreements_full", "what", "Limit", MaxAgreed)
	}
	h.Last++
	h.Agreed = append(slices.Clone(h.Agreed), Agreement{N: h.Last, What: what, Who: who, Due: due, Made: now, By: by})
	return h, nil
}

// End says that an agreement was kept, or dropped. Again it changes nothing. Problem: agreement_unknown.
func (h Huddle) End(n int, kept bool, now time.Time) (Huddle, error) {
	i := slices.IndexFunc(h.Agreed, func(a Agreement) bool { return a.N == n })
	if i < 0 {
		return h, apperr.New(apperr.Unknown, "agreement_unknown", "agreement")
	}
	h.Agreed = slices.Clone(h.Agreed)
	if a := &h.Agreed[i]; a.Ended.IsZero() {
		a.Ended, a.Kept = now, kept
	}
	for ended := len(h.Agreed) - len(h.Open()); ended > maxEnded; ended-- {
		first := slices.IndexFunc(h.Agreed, func(a Agreement) bool { return !a.Ended.IsZero() })
		h.Agreed = slices.Delete(h.Agreed, first, first+1)
	}
	return h, nil
}

// IssueState is what the company's board has made of an issue.
type IssueState string

const (
	Raised   IssueState = "raised"
	Taken    IssueState = "taken"    // somebody leads it
	Mended   IssueState = "mended"   // it was taken, and is done
	Declined IssueState = "declined" // it was not taken; who raised it reads why
)

// Issue is a cause that a team cannot mend by itself.
type Issue struct {
	N        int        `json:"n"`
	State    IssueState `json:"state"`
	Cause    Cause      `json:"cause,omitempty"`
	What     string     `json:"what"`
	Team     string     `json:"team"`
	By       string     `json:"by"` // staff id
	Raised   time.Time  `json:"raised"`
	Leader   string     `json:"leader,omitempty"` // staff id; once it is taken
	Answer   string     `json:"answer,omitempty"` // what who raised it is told
	Answered time.Time  `json:"answered,omitzero"`
}

// Outer is the company's board: at most MaxTaken issues at a time, each with a leader, and what waits for an answer.
type Outer struct {
	Issues  []Issue `json:"issues"`
	Last    int     `json:"last"`
	Version int     `json:"-"`
}

// In lists the issues in a state, the earliest first.
func (o Outer) In(s IssueState) (all []Issue) {
	for _, i := range o.Issues {
		if i.State == s {
			all = append(all, i)
		}
	}
	return all
}

// Raise puts an issue before the board. Problems: issue_words, agreement_long, issues_full.
func (o Outer) Raise(cause Cause, what, team, by string, now time.Time) (Outer, error) {
	what = strings.TrimSpace(what)
	switch {
	case what == "":
		return o, apperr.New(apperr.Invalid, "issue_words", "issue")
	case utf8.RuneCountInString(what) > MaxAgreement:
		return o, apperr.New(apperr.Invalid, "agreement_long", "issue", "Limit", MaxAgreement)
	case len(o.In(Raised)) >= MaxRaised:
		return o, apperr.New(apperr.Conflict, "issues_full", "issue", "Limit", MaxRaised)
	}
	o.Last++
	o.Issues = append(slices.Clone(o.Issues), Issue{N: o.Last, State: Raised, Cause: cause, What: what, Team: team, By: by, Raised: now})
	return o, nil
}

// Answer decides an issue: to Taken with a leader, to Declined with the reason, to Mended with what was done. Problems: issue_unknown, issue_state,
// issue_leader, issue_answer, agreement_long, board_full.
func (o Outer) Answer(n int, to IssueState, leader, answer string, now time.Time) (Outer, error) {
	i := slices.IndexFunc(o.Issues, func(one Issue) bool { return one.N == n })
	if i < 0 {
		return o, apperr.New(apperr.Unknown, "issue_unknown", "issue")
	}
	was := o.Issues[i].State
	answer = strings.TrimSpace(answer)
	switch {
	case !(was == Raised && (to == Taken || to == Declined) || was == Taken && (to == Mended || to == Declined)):
		return o, apperr.New(apperr.Conflict, "issue_state", "issue")
	case to == Taken && leader == "":
		return o, apperr.New(apperr.Invalid, "issue_leader", "leader")
	case to != Taken && answer == "":
		return o, apperr.New(apperr.Invalid, "issue_answer", "answer")
	case utf8.RuneCountInString(answer) > MaxAgreement:
		return o, apperr.New(apperr.Invalid, "agreement_long", "answer", "Limit", MaxAgreement)
	case to == Taken && len(o.In(Taken)) >= MaxTaken:
		return o, apperr.New(apperr.Conflict, "board_full", "issue", "Limit", MaxTaken)
	}
	o.Issues = slices.Clone(o.Issues)
	one := &o.Issues[i]
	one.State, one.Answer, one.Answered = to, answer, now
	if to == Taken {
		one.Leader = leader
	}
	over := func(i Issue) bool { return i.State == Mended || i.State == Declined }
	for ended := len(o.In(Mended)) + len(o.In(Declined)); ended > maxEnded; ended-- {
		first := slices.IndexFunc(o.Issues, over)
		o.Issues = slices.Delete(o.Issues, first, first+1)
	}
	return o, nil
}

// answeredFor is for how long a team's sheet has what the board has answered.
const answeredFor = 28 * 24 * time.Hour

// Of lists a team's issues: those that wait, those that are worked on, and those that were answered lately.
func (o Outer) Of(team string, now time.Time) (all []Issue) {
	for _, i := range o.Issues {
		if strings.EqualFold(i.Team, team) && (i.State == Raised || i.State == Taken || now.Sub(i.Answered) < answeredFor) {
			all = append(all, i)
		}
	}
	return all
}

// Question is what a team talks about: of what most needs it.
type Question string

const (
	AskLate   Question = "late"   // respondents wait past the deadline
	AskBroken Question = "broken" // promises were not kept
	AskCause  Question = "cause"  // the cause behind most cases
	AskThanks Question = "thanks" // what promoters thank for
	AskSilent Question = "silent" // nobody has answered
)

// QuestionOf chooses it from how a team's cases ran and stand; thanks says that promoters wrote something. cause is with AskCause.
func QuestionOf(r Runs, s Standing, thanks bool) (q Question, cause Cause) {
	switch {
	case s.Overdue > 0:
		return AskLate, ""
	case s.Broke > 0:
		return AskBroken, ""
	case len(r.ByCause) > 0:
		return AskCause, Cause(r.ByCause[0].Value)
	case thanks:
		return AskThanks, ""
	}
	return AskSilent, ""
}
