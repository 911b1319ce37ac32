// Package loop is stage 2 of the cycle, the first reaction: what becomes a case, who is told, by when, and what is told.
//
// It does no I/O: answers, staff and the clock are passed in, and a case comes back changed. Its times come from several
// machines, so nothing in it compares them more finely than a minute.
package loop

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// State is how far the follow-up of a case is.
type State string

const (
	Open         State = "open"
	Acknowledged State = "acknowledged" // somebody has taken it
	Contacted    State = "contacted"    // the respondent was spoken to
	Resolved     State = "resolved"
	Unreachable  State = "unreachable" // given up after several calls; no success, and a case can come back from it
)

// States lists the states in the order in which they are shown.
var States = []State{Open, Acknowledged, Contacted, Resolved, Unreachable}

// forward are the states that may follow a state; Open, after an end, is a reopening.
var forward = map[State][]State{
	Open:         {Acknowledged, Contacted, Resolved, Unreachable},
	Acknowledged: {Contacted, Resolved, Unreachable},
	Contacted:    {Resolved, Unreachable},
	Resolved:     {Open},
	Unreachable:  {Open, Contacted, Resolved}, // they called back
}

// DefaultTries is after how many calls a contact may be given up, where the company has not set it.
const DefaultTries = 3

// Case is the follow-up of one response: one contact in one campaign. It holds no personal data
// and no words. What people see of it is a function of what happened (Fold): nothing but take sets it.
type Case struct {
	Campaign survey.CampaignID `json:"campaign"`
	Contact  survey.ContactID  `json:"contact"`
	Audience survey.Audience   `json:"audience"`
	Kind     Kind              `json:"kind,omitempty"`  // "": of a detractor
	Waves    int               `json:"waves,omitempty"` // of a silent one: campaigns in a row without an answer when it was opened
	Owner    string            `json:"owner,omitempty"` // staff id of the responsible now; "": the administrator, who is no staff
	Level    Level             `json:"level"`           // as what Owner is responsible
	Team     string            `json:"team,omitempty"`
	Language string            `json:"language,omitempty"` // the respondent's
	State    State             `json:"state"`
	Score    int               `json:"score"`             // when it was opened; NoScore of a silent one
	Was      *int              `json:"was,omitempty"`     // the score before that, where there was one; not a detractor's
	Latest   int               `json:"latest"`            // the score now
	Answer   int               `json:"answer"`            // version of the response that the case knows
	Words    string            `json:"words,omitempty"`   // fingerprint of the words that the case knows; "": none
	Opened   time.Time         `json:"opened"`            // to the millisecond, as all times that events bring
	Deadline time.Time         `json:"deadline"`          // until when the respondent should have been spoken to
	Half     time.Time         `json:"half,omitzero"`     // half of that time: the owner is reminded; zero of older cases: never
	Top      time.Time         `json:"top,omitzero"`      // when the top level hears that nobody has; zero of older cases: never
	Again    time.Time         `json:"again,omitzero"`    // they were not reached, and are to be called again then; zero: nothing is agreed
	Tries    int               `json:"tries,omitempty"`   // calls that reached nobody since it was opened
	Spoke    time.Time         `json:"spoke,omitzero"`    // when the respondent was first spoken to since it was opened
	Ended    time.Time         `json:"ended,omitzero"`    // when it was resolved or given up; zero: it is not
	Causes   []Cause           `json:"causes,omitempty"`  // once it is resolved
	Outcome  Outcome           `json:"outcome,omitempty"` // …
	Promises []Promise         `json:"promises,omitempty"`
	Telling  time.Time         `json:"telling,omitzero"`  // when a letter to the respondent was begun of which nobody knows whether it went out; zero: none
	Told     time.Time         `json:"told,omitzero"`     // when the letter was begun by which the respondent was told what was done; zero: they were not, since it was opened last
	Right    What              `json:"right,omitempty"`   // what they said to that; "": nothing
	Former   []string          `json:"former,omitempty"`  // staff ids of those who answered for it before
	Touched  bool              `json:"touched,omitempty"` // something happened that the respondent did not do: a letter, somebody's work
	ByHand   bool              `json:"by_hand,omitempty"` // a person, or a program, opened it again after the last letter about it
	Rules    Rules             `json:"rules"`
	Alert    Alert             `json:"alert"`
	History  []Event           `json:"history,omitempty"` // the latest; the earlier ones lie on pages beside it
	Pages    int               `json:"pages,omitempty"`   // how many of those there are
	Notes    int               `json:"notes,omitempty"`   // how many; they are kept beside it
	Version  int               `json:"-"`                 // for a compare-and-swap
}

// Rules are the times of a case, as they were when it was opened.
type Rules struct {
	Term time.Duration `json:"term"` // until the respondent should have been spoken to, around the clock, where the company has no Schedule
	Wait time.Duration `json:"wait"` // how long an alert waits for the respondent's words

	Tries int `json:"tries,omitempty"` // calls after which a contact may be given up; 0: DefaultTries
	// Plan is the company's Schedule for this case, for whoever opens it at first or again; it is not stored.
	Plan Plan `json:"-"`
}

// Enough is how many calls must have reached nobody before the contact may be given up.
func (r Rules) Enough() int {
	if r.Tries > 0 {
		return r.Tries
	}
	return DefaultTries
}

// ID names a case: "<campaign>-<contact>".
func (c Case) ID() string { return string(c.Campaign) + "-" + string(c.Contact) }

// Next is when somebody is to turn to a case: when the respondent is to be called again, else its deadline or, from the talk on, the
// day by which something was promised.
func (c Case) Next() time.Time {
	if !c.Again.IsZero() {
		return c.Again
	}
	if by, ok := c.promised(); ok && (!c.Waits() || by.Before(c.Deadline)) {
		return by
	}
	return c.Deadline
}

// Is is the kind of a case.
func (c Case) Is() Kind { return cmp.Or(c.Kind, OfDetractor) }

// Over reports whether nothing is to be done any more: the case is resolved, or its contact given up.
func (c Case) Over() bool { return c.State == Resolved || c.State == Unreachable }

// Waits reports whether the deadline runs: nobody has spoken to the respondent, and somebody still tries.
func (c Case) Waits() bool { return c.State == Open || c.State == Acknowledged }

// Spoken reports whether the respondent has been spoken to.
func (c Case) Spoken() bool { return c.State == Contacted || c.State == Resolved }

// Late reports whether the respondent should have been spoken to by now and was not.
func (c Case) Late(now time.Time) bool { return c.Waits() && now.After(c.Deadline) }

// Place is where a case stands among those of its state: in the order of what is to be done next, then of ids. It is fit for an
// address.
func (c Case) Place() string {
	return c.Next().UTC().Format("2006-01-02T15:04:05.000Z") + "_" + c.ID()
}

// ParseID takes a case's name apart; ok is false for what is none.
func ParseID(id string) (survey.CampaignID, survey.ContactID, bool) {
	campaign, contact, ok := strings.Cut(id, "-")
	return survey.CampaignID(campaign), survey.ContactID(contact), ok && len(campaign) == 8 && len(contact) == 16
}

// Opens reports whether an answer makes a case; passives says whether the company follows these up, too. Unverified answers make nothing,
// and neither do employees': their survey is anonymous, and a letter about one of them to the line manager would end that.
func Opens(r survey.Response, passives bool) bool {
	return r.Verified && r.Audience != survey.Employees && (r.Group() == nps.Detractor || passives && r.Group() == nps.Passive)
}

// low reports whether a score is one for which a case of its kind is followed up.
func (c Case) low(score int) bool {
	if score == NoScore {
		return c.Kind == OfSilent
	}
	group := nps.Score(score).Group()
	return group == nps.Detractor || c.Kind == OfPassive && group == nps.Passive
}

// Holds reports whether the answer is still one for which the case is followed up.
func (c Case) Holds(r survey.Response) bool { return c.low(r.Score) }

// belated is how long after an answer a case may be opened, at first or again, with times that begin with the answer.
const belated = time.Hour

// clockFrom is when the times of a case begin: with the answer, or later where nobody knew of it (its record waited among the dead letters, say):
// nobody is late with what nobody knew.
func clockFrom(answered, now time.Time) time.Time {
	if now.Sub(answered) > belated {
		return now
	}
	return answered
}

// New opens a case for an answer that Opens; before is the answer before it, nil at the first. Who answers for it is
// decided by the caller.
func New(before *survey.Response, r survey.Response, who Responsible, team string, rules Rules, now time.Time) Case {
	c := Case{
		Campaign: r.Campaign, Contact: r.Contact, Audience: r.Audience, Team: team,
		Language: r.Language, Latest: r.Score, Answer: r.Version, Words: Fingerprint(r), Rules: rules,
	}
	if before != nil && before.Verified {
		c.Was = &before.Score
	}
	c.note(c.timed(Event{At: r.Updated, What: Opened, Kind: kindOf(r), To: who.Staff.ID, Level: who.Level}, clockFrom(r.Updated, now)))
	c.begin(r.Updated)
	if before != nil && Fingerprint(*before) == c.Words {
		c.wait(r.Updated, c.Words)
	}
	return c
}

// Silent is somebody who has not answered.
type Silent struct {
	Campaign survey.CampaignID // the latest
	Contact  survey.ContactID
	Audience survey.Audience
	Language string
	Waves    int // campaigns in a row, Campaign the last of them
}

// NewSilent opens a case of somebody who has not answered. Who answers for it is decided by the caller.
func NewSilent(s Silent, who Responsible, team string, rules Rules, now time.Time) Case {
	c := Case{Campaign: s.Campaign, Contact: s.Contact, Audience: s.Audience, Team: team, Language: s.Language, Latest: NoScore, Rules: rules}
	c.note(c.timed(Event{At: now, What: Opened, Kind: OfSilent, Waves: s.Waves, To: who.Staff.ID, Level: who.Level}, now))
	c.begin(now)
	return c
}

// begin has an alert wait for words. Where there are words it is sent at once, and due only for the clock to see whether it was.
func (c *Case) begin(at time.Time) {
	c.wait(at, "")
	if c.Words != "" {
		c.Alert.Due = at.Add(ClaimTTL)
	}
}

// timed gives an event that opens a case, at first or again, the times that begin at a moment.
func (c Case) timed(e Event, from time.Time) Event {
	t := c.Rules.times(from)
	e.Half, e.Until, e.Top = t.Half, t.Deadline, t.Top
	return e
}

// wait makes an alert due once the answer has settled; old are the words that stood before it.
func (c *Case) wait(at time.Time, old string) {
	c.Alert = Alert{Due: at.Add(c.Rules.Wait), Old: old}
}

// Apply returns the case after an answer, and whether the answer told it anything: one that it knows, or an older one,
// does not, so that stream records may be repeated. A score that rises does not close the case; one that falls again
// is still the same case, and is alerted about again only if the case was resolved in between: it opens again once the
// answer has settled (Claim), not if it rises before that.
func (c Case) Apply(r survey.Response) (after Case, changed bool) {
	if !r.Verified || r.Version <= c.Answer {
		return c, false
	}
	was, words, old := c.Latest, Fingerprint(r), c.Words
	wasLow, isLow := c.low(was), c.low(r.Score)
	c.Answer, c.Latest = r.Version, r.Score
	switch {
	case wasLow && !isLow:
		c.note(Event{At: r.Updated, What: Rose})
		if !c.Alert.Reopens.IsZero() {
			c.Alert.Due, c.Alert.Reopens, c.Alert.Held = time.Time{}, time.Time{}, false
		}
	case !wasLow && isLow && c.Over():
		c.Alert.Due, c.Alert.Reopens = r.Updated.Add(c.Rules.Wait), r.Updated
		if words != "" && words != c.Words {
			c.Alert.Due = r.Updated
		}
		c.note(Event{At: r.Updated, What: Fell})
	case !wasLow && isLow:
		c.note(Event{At: r.Updated, What: Fell})
		if c.Alert.Letters == 0 && c.Alert.Due.IsZero() { // the alert was dropped while the score stood higher
			c.wait(r.Updated, old)
		}
	case was != r.Score && c.Is() != OfDetractor && r.Group() == nps.Detractor: // and is one from now on
		c.note(Event{At: r.Updated, What: Fell})
	case was != r.Score:
		c.note(Event{At: r.Updated, What: Scored})
	}
	switch {
	case words == c.Words:
	case c.Words == "":
		c.note(Event{At: r.Updated, What: Commented})
	case words == "":
		c.note(Event{At: r.Updated, What: Unworded})
	default:
		c.note(Event{At: r.Updated, What: Reworded})
	}
	c.Words = words
	c.follow(r.Updated)
	return c, true
}

// Steps are the states to which a case can be moved now.
func (c Case) Steps() []State {
	return slices.DeleteFunc(slices.Clone(forward[c.State]), func(s State) bool { return s == Unreachable && c.Tries < c.Rules.Enough() })
}

// Move returns the case in another state, set by a staff member. States only go forward, steps may be left out; what is over can be
// opened again. Problems: case_state, case_over, case_tries.
func (c Case) Move(to State, by string, now time.Time) (Case, error) {
	return c.move(Work{State: to}, by, now)
}

func (c Case) move(w Work, by string, now time.Time) (Case, error) {
	switch to := w.State; {
	case !slices.Contains(forward[c.State], to) && c.Over() && to != c.State:
		return c, apperr.New(apperr.Conflict, "case_over", "state", "From", string(c.State), "To", string(to))
	case !slices.Contains(forward[c.State], to):
		return c, apperr.New(apperr.Conflict, "case_state", "state", "From", string(c.State), "To", string(to))
	case to == Unreachable && c.Tries < c.Rules.Enough():
		return c, apperr.New(apperr.Conflict, "case_tries", "state", "Count", c.Rules.Enough(), "Tries", c.Tries)
	case to == Open:
		return c.reopen(by, now), nil
	}
	c.note(Event{At: now, What: Moved, By: by, State: w.State, Causes: w.Causes, Outcome: w.Outcome})
	return c, nil
}
