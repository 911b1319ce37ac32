// Package loop is stage 2 of the cycle, the first reaction: what becomes a case, who is told, by when, and what is told.
//
// It does no I/O: answers, staff and the clock are passed in, and a case comes back changed. Its times come from several
// machines, so nothing in it compares them more finely than a minute.
package loop

import (
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
)

// States lists the states in their order.
var States = []State{Open, Acknowledged, Contacted, Resolved}

// Case is the follow-up of one response: one contact in one campaign. It holds no personal data
// and no words.
type Case struct {
	Campaign survey.CampaignID `json:"campaign"`
	Contact  survey.ContactID  `json:"contact"`
	Audience survey.Audience   `json:"audience"`
	Owner    string            `json:"owner,omitempty"` // staff id of the responsible now; "": the administrator, who is no staff
	Level    Level             `json:"level"`           // as what Owner is responsible
	Team     string            `json:"team,omitempty"`
	Language string            `json:"language,omitempty"` // the respondent's
	State    State             `json:"state"`
	Score    int               `json:"score"`           // when it was opened
	Was      *int              `json:"was,omitempty"`   // the score before that, where there was one; not a detractor's
	Latest   int               `json:"latest"`          // the score now
	Answer   int               `json:"answer"`          // version of the response that the case knows
	Words    string            `json:"words,omitempty"` // fingerprint of the words that the case knows; "": none
	Opened   time.Time         `json:"opened"`
	Deadline time.Time         `json:"deadline"`       // until when the respondent should have been spoken to
	Again    time.Time         `json:"again,omitzero"` // they were not reached, and are to be called again then; zero: nothing is agreed
	Rules    Rules             `json:"rules"`
	Alert    Alert             `json:"alert"`
	History  []Event           `json:"history"`
	Notes    int               `json:"notes,omitempty"`   // how many; they are kept beside it
	Cause    Cause             `json:"cause,omitempty"`   // once it is resolved
	Outcome  Outcome           `json:"outcome,omitempty"` // …
	Version  int               `json:"-"`                 // for a compare-and-swap
}

// Rules are the times of a case, as they were when it was opened.
type Rules struct {
	Term time.Duration `json:"term"` // until the respondent should have been spoken to
	Wait time.Duration `json:"wait"` // how long an alert waits for the respondent's words
}

// Event is one thing that happened to a case.
type Event struct {
	At    time.Time `json:"at"`
	What  What      `json:"what"`
	Score int       `json:"score"`           // the score after it
	By    string    `json:"by,omitempty"`    // staff id, where a person did it
	Level Level     `json:"level,omitempty"` // to whom, where a letter was sent
	State State     `json:"state,omitempty"` // moved: where to
	From  string    `json:"from,omitempty"`  // handed over, refused: from which staff member; "" in older cases
	To    string    `json:"to,omitempty"`    // handed over: to which staff member
	Until time.Time `json:"until,omitzero"`  // unreached: when to call again

	Version int `json:"version,omitempty"` // of the case with which it is stored
}

// What is the kind of an event.
type What string

const (
	Opened    What = "opened"
	Reopened  What = "reopened"  // it was resolved, and the score fell again, or, with State, a person opened it again
	Fell      What = "fell"      // became a detractor's again
	Rose      What = "rose"      // no longer a detractor's; a case that somebody was told of stays as it is
	Scored    What = "scored"    // another score of the same kind
	Commented What = "commented" // words where there were none
	Reworded  What = "reworded"
	Unworded  What = "unworded" // the words were taken back
	Alerted   What = "alerted"
	Followed  What = "followed_up" // the letter with words that the alert did not hold
	Refused   What = "refused"     // the responsible's address takes no letter; the next level is told
	Moved     What = "moved"       // a person moved the case to another state
	Noted     What = "noted"       // a person wrote a note and did nothing else
	Handed    What = "handed_over" // a person made somebody else responsible
	Unreached What = "unreached"   // a person did not reach the respondent and will call again
)

// byAnswer are the kinds that only the respondent causes.
var byAnswer = []What{Opened, Fell, Rose, Scored, Commented, Reworded, Unworded}

// maxHistory bounds a case's size whatever a respondent does; the first event always stays.
const maxHistory = 100

// ID names a case: "<campaign>-<contact>".
func (c Case) ID() string { return string(c.Campaign) + "-" + string(c.Contact) }

// Next is when somebody is to turn to a case: when the respondent is to be called again, else its deadline.
func (c Case) Next() time.Time {
	if !c.Again.IsZero() {
		return c.Again
	}
	return c.Deadline
}

// Spoken reports whether the respondent has been spoken to: from then on no deadline runs.
func (c Case) Spoken() bool { return c.State == Contacted || c.State == Resolved }

// Late reports whether the respondent should have been spoken to by now and was not.
func (c Case) Late(now time.Time) bool { return !c.Spoken() && now.After(c.Deadline) }

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

// Opens reports whether an answer makes a case. Unverified answers make nothing, and neither do employees': their survey
// is anonymous, and a letter about one of them to the line manager would end that.
func Opens(r survey.Response) bool {
	return r.Verified && r.Group() == nps.Detractor && r.Audience != survey.Employees
}

// New opens a case for an answer that Opens; before is the answer before it, nil at the first. Who answers for it is
// decided by the caller.
func New(before *survey.Response, r survey.Response, who Responsible, team string, rules Rules) Case {
	c := Case{
		Campaign: r.Campaign, Contact: r.Contact, Audience: r.Audience, Owner: who.Staff.ID, Level: who.Level, Team: team,
		Language: r.Language, Score: r.Score, Latest: r.Score, Answer: r.Version, Words: Fingerprint(r), Rules: rules,
	}
	if before != nil && before.Verified {
		c.Was = &before.Score
	}
	c.open(r.Updated)
	if before != nil && Fingerprint(*before) == c.Words {
		c.wait(r.Updated, c.Words)
	}
	c.note(Event{At: r.Updated, What: Opened})
	return c
}

// open starts the follow-up, at first or again, with an alert that waits for words. Where there are words it is sent at
// once, and due only for the clock to see whether it was.
func (c *Case) open(at time.Time) {
	c.State, c.Opened, c.Deadline, c.Again = Open, at, at.Add(c.Rules.Term), time.Time{}
	c.Cause, c.Outcome = "", ""
	c.wait(at, "")
	if c.Words != "" {
		c.Alert.Due = at.Add(ClaimTTL)
	}
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
	c.History = slices.Clone(c.History)
	was, words, old := c.Latest, Fingerprint(r), c.Words
	wasDetractor, isDetractor := nps.Score(was).Group() == nps.Detractor, r.Group() == nps.Detractor
	c.Answer, c.Latest = r.Version, r.Score
	switch {
	case wasDetractor && !isDetractor:
		c.note(Event{At: r.Updated, What: Rose})
		if !c.Alert.Reopens.IsZero() {
			c.Alert.Due, c.Alert.Reopens, c.Alert.Held = time.Time{}, time.Time{}, false
		}
	case !wasDetractor && isDetractor && c.State == Resolved:
		c.Alert.Due, c.Alert.Reopens = r.Updated.Add(c.Rules.Wait), r.Updated
		if words != "" && words != c.Words {
			c.Alert.Due = r.Updated
		}
		c.note(Event{At: r.Updated, What: Fell})
	case !wasDetractor && isDetractor:
		c.note(Event{At: r.Updated, What: Fell})
		if c.Alert.Letters == 0 && c.Alert.Due.IsZero() { // the alert was dropped while the score stood higher
			c.wait(r.Updated, old)
		}
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

// Move returns the case in another state, set by a staff member. States only go forward, steps may be left out; a resolved case
// can be opened again. Problem: case_state.
func (c Case) Move(to State, by string, now time.Time) (Case, error) {
	if to == Open && c.State == Resolved {
		return c.reopen(by, now), nil
	}
	if !slices.Contains(States, to) || slices.Index(States, to) <= slices.Index(States, c.State) {
		return c, apperr.New(apperr.Conflict, "case_state", "state", "From", string(c.State), "To", string(to))
	}
	c.History = slices.Clone(c.History)
	c.State = to
	if c.Spoken() {
		c.Again = time.Time{}
	}
	c.note(Event{At: now, What: Moved, By: by, State: to})
	return c, nil
}

// note adds to the history, with the score as it is now and the version that the case gets by being stored.
func (c *Case) note(e Event) {
	e.Score, e.Version = c.Latest, c.Version+1
	c.History = append(c.History, e)
	if len(c.History) > maxHistory {
		c.History = slices.Delete(c.History, 1, 2)
	}
}
