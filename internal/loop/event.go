package loop

import (
	"slices"
	"strings"
	"time"

	"onetap/internal/nps"
)

// Event is one thing that happened to a case. None is ever changed or dropped.
type Event struct {
	At      time.Time `json:"at"` // to the millisecond
	What    What      `json:"what"`
	Score   int       `json:"score"`             // the score after it
	By      string    `json:"by,omitempty"`      // staff id, where a person did it
	Kind    Kind      `json:"kind,omitempty"`    // opened: as what; "": for a detractor's answer
	Waves   int       `json:"waves,omitempty"`   // opened, of a silent one: campaigns in a row without an answer
	Level   Level     `json:"level,omitempty"`   // of who answers for the case from then on; older refusals have that of before
	State   State     `json:"state,omitempty"`   // moved: where to
	Causes  []Cause   `json:"causes,omitempty"`  // moved to Resolved: what was behind it
	Outcome Outcome   `json:"outcome,omitempty"` // …: how it ended
	From    string    `json:"from,omitempty"`    // handed over, refused: from which staff member; "" in older cases
	To      string    `json:"to,omitempty"`      // opened, alerted, refused, handed over: who answers for it from then on; "" in older cases
	Until   time.Time `json:"until,omitzero"`    // unreached: when to call again; opened, reopened: the deadline; promised: by when
	Half    time.Time `json:"half,omitzero"`     // opened, reopened: half of the time; zero in older cases
	Top     time.Time `json:"top,omitzero"`      // opened, reopened: when the top level hears of it; zero in older cases
	Promise int       `json:"promise,omitempty"` // promised, kept, broken: number of the promise, from 1
	Note    int       `json:"note,omitempty"`    // promised: number of the note that says what

	Version int `json:"version,omitempty"` // of the case with which it is stored
}

// What is the kind of an event.
type What string

const (
	Opened    What = "opened"
	Reopened  What = "reopened"  // it was over, and the score fell again, or, with State, a person opened it again
	Fell      What = "fell"      // became a detractor's, or one of the case's kind again
	Rose      What = "rose"      // no longer of the case's kind; a case that somebody was told of stays as it is
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
	Unreached What = "unreached"   // a person called and did not reach the respondent
	Promised  What = "promised"    // a person promised the respondent something
	Kept      What = "kept"        // what was promised was done
	Broken    What = "broken"      // it was not

	Telling    What = "telling"     // a person has begun to tell the respondent what was done
	Informed   What = "told"        // the letter went out
	Untold     What = "not_told"    // it was refused
	SaidRight  What = "said_right"  // the respondent: it is right now
	SaidPartly What = "said_partly" // … in part
	SaidWrong  What = "said_wrong"  // … it is not, which opens the case again
)

// byAnswer are the kinds that only the respondent causes.
var byAnswer = []What{Opened, Fell, Rose, Scored, Commented, Reworded, Unworded}

const (
	// maxTail is how many events a case holds itself, so that it stays small; a full tail leaves keptTail.
	maxTail, keptTail = 20, 10
)

// note adds to the history, with the score as it is now and the version that the case gets by being stored, and has the case follow.
func (c *Case) note(e Event) {
	for _, t := range []*time.Time{&e.At, &e.Until, &e.Half, &e.Top} {
		*t = t.UTC().Truncate(time.Millisecond)
	}
	e.Score, e.Version = c.Latest, c.Version+1
	c.History = append(slices.Clip(c.History), e)
	c.take(e)
}

// Fold is what people see of a case to which these things happened, in that order: state, owner, level, times, causes, outcome, tries
// and promises. What the system keeps besides (its alert, its rules, what it knows of the answer, how many notes there are) is not in it.
func Fold(events []Event) (c Case) {
	for _, e := range events {
		c.take(e)
	}
	return c
}

// take has the case follow an event.
func (c *Case) take(e Event) {
	c.Latest = e.Score
	c.Touched = c.Touched || !slices.Contains(byAnswer, e.What)
	c.tells(e)
	switch e.What {
	case Opened:
		c.Waves = e.Waves
		c.State, c.Kind, c.Score, c.Opened, c.Deadline, c.Half, c.Top = Open, e.Kind, e.Score, e.At, e.Until, e.Half, e.Top
		c.Owner, c.Level = e.To, e.Level
	case Reopened, SaidWrong:
		if c.ByHand = e.State == Open; !c.ByHand {
			c.Opened, c.Spoke = e.At, time.Time{}
		}
		c.State, c.Deadline, c.Half, c.Top = Open, e.Until, e.Half, e.Top
		c.Again, c.Ended, c.Tries, c.Causes, c.Outcome = time.Time{}, time.Time{}, 0, nil, ""
	case Fell:
		if nps.Score(e.Score).Group() == nps.Detractor {
			c.Kind = ""
		}
	case Alerted, Followed:
		c.passes(c.Owner, e.To)
		c.Owner, c.Level, c.ByHand = e.To, e.Level, false
	case Refused:
		c.passes(e.From, e.To)
		c.Owner, c.Level = e.To, e.Level
	case Handed:
		from := e.From
		if from == "" {
			from = e.By // older events do not say it
		}
		c.passes(from, e.To)
		c.Owner, c.Level = e.To, LevelHanded
	case Moved:
		c.State, c.Causes, c.Outcome, c.Ended = e.State, e.Causes, e.Outcome, time.Time{}
		if c.Over() {
			c.Ended = e.At
		}
		if !c.Waits() {
			c.Again = time.Time{}
		}
		if c.Spoken() && c.Spoke.IsZero() {
			c.Spoke = e.At
		}
	case Unreached:
		c.Again, c.Tries = e.Until, c.Tries+1
		if c.State == Open {
			c.State = Acknowledged
		}
	case Promised:
		c.Promises = append(slices.Clip(c.Promises), Promise{Note: e.Note, Made: e.At, By: e.Until})
	case Kept, Broken:
		if n := e.Promise - 1; n >= 0 && n < len(c.Promises) {
			c.Promises = slices.Clone(c.Promises)
			c.Promises[n].Done = e.What
		}
	}
}

// passes remembers who answered for the case before.
func (c *Case) passes(from, to string) {
	same := func(s string) bool { return strings.EqualFold(s, from) }
	if from != "" && !strings.EqualFold(from, to) && !slices.ContainsFunc(c.Former, same) {
		c.Former = append(slices.Clip(c.Former), from)
	}
}

// Learn returns a case as older versions stored it, whose history is whole, with what it did not keep of it.
func (c Case) Learn() Case {
	was := Fold(c.History)
	c.Tries, c.Spoke, c.Ended, c.Former, c.Touched, c.ByHand = was.Tries, was.Spoke, was.Ended, was.Former, was.Touched, was.ByHand
	if c.Over() && c.Ended.IsZero() {
		c.Ended = c.Opened // nothing says it
	}
	return c
}

// Retold returns a case with another past: what people see of it is what these events make of it.
func (c Case) Retold(events []Event) Case {
	is := Fold(events)
	is.Campaign, is.Contact, is.Audience, is.Team, is.Language, is.Was = c.Campaign, c.Contact, c.Audience, c.Team, c.Language, c.Was
	is.Answer, is.Words, is.Rules, is.Alert, is.Pages, is.Notes, is.Version = c.Answer, c.Words, c.Rules, c.Alert, c.Pages, c.Notes, c.Version
	is.History = events
	return is
}

// Turn returns a case whose tail is full with a shorter one, and the events that go to its next page; none where it is not.
func (c Case) Turn() (after Case, page []Event) {
	if len(c.History) < maxTail {
		return c, nil
	}
	n := len(c.History) - keptTail
	page, c.History = c.History[:n:n], slices.Clone(c.History[n:])
	c.Pages++
	return c, page
}

// Happened lists what lies on a case's pages and what it holds itself, in order.
func (c Case) Happened(pages []Event) []Event { return append(slices.Clip(pages), c.History...) }
