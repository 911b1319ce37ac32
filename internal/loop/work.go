package loop

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Cause is the kind of reason that was found behind a score: few kinds, so that they can be counted. The words are in a
// note.
type Cause string

// Causes lists them in the order in which they are offered.
var Causes = []Cause{"quality", "speed", "communication", "people", "price", "documents", "expectations", "mistake", "other"}

// Outcome is how a case ended.
type Outcome string

// Outcomes lists them in the order in which they are offered.
var Outcomes = []Outcome{"solved", "agreed", "explained", "unreached", "lost"}

const (
	// MaxNote is the length of a note in characters.
	MaxNote = 5000
	// MaxNotes of one case.
	MaxNotes = 100
	// maxAgain is how far ahead a call can be put off.
	maxAgain = 90 * 24 * time.Hour
)

// Note is what somebody has written down about a case. It is kept beside the case and not in it: a hundred notes are
// more than an item holds, and what lists cases does not need them.
type Note struct {
	N    int       `json:"n"` // from 1
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // staff id; "": a program
	Text string    `json:"text"`
	// Unreadable says that the note's item was changed past Onetap and does not open: of the note only its place is known.
	Unreadable bool `json:"-"`
}

// Work is what a person does to a case at once; what is empty stays as it is.
type Work struct {
	State   State
	Cause   Cause         // with Resolved, and needed there
	Outcome Outcome       // the same
	Note    string        // at most MaxNote characters
	Again   time.Time     // they were not reached, and are to be called again then
	To      *survey.Staff // the next one to be responsible
}

// Do returns the case after somebody's work, and the note that came with it. by is a staff id, "" for a program.
// Problems: case_state, case_cause, case_outcome, case_nothing, case_cause_early, case_owner_same, again_past, again_far, again_state,
// note_too_long, notes_full.
func (c Case) Do(w Work, by string, now time.Time) (Case, *Note, error) {
	w.Note = strings.TrimSpace(w.Note)
	if err := w.check(c, now); err != nil {
		return c, nil, err
	}
	c.History = slices.Clone(c.History)
	var note *Note
	if w.Note != "" {
		c.Notes++
		note = &Note{N: c.Notes, At: now, By: by, Text: w.Note}
		if w.State == "" && w.To == nil && w.Again.IsZero() {
			c.note(Event{At: now, What: Noted, By: by})
		}
	}
	if w.State != "" {
		var err error
		if c, err = c.Move(w.State, by, now); err != nil {
			return c, nil, err
		}
		c.Cause, c.Outcome = w.Cause, w.Outcome
	}
	if !w.Again.IsZero() {
		c = c.callAgain(w.Again, by, now)
	}
	if w.To != nil {
		c = c.handOver(*w.To, by, now)
	}
	return c, note, nil
}

func (w Work) check(c Case, now time.Time) error {
	switch {
	case utf8.RuneCountInString(w.Note) > MaxNote:
		return apperr.New(apperr.Invalid, "note_too_long", "note", "Limit", MaxNote)
	case w.Note != "" && c.Notes >= MaxNotes:
		return apperr.New(apperr.Conflict, "notes_full", "note", "Limit", MaxNotes)
	case w.State == Resolved && !slices.Contains(Causes, w.Cause):
		return apperr.New(apperr.Invalid, "case_cause", "cause", "Known", list(Causes))
	case w.State == Resolved && !slices.Contains(Outcomes, w.Outcome):
		return apperr.New(apperr.Invalid, "case_outcome", "outcome", "Known", list(Outcomes))
	case w.State != Resolved && (w.Cause != "" || w.Outcome != ""):
		return apperr.New(apperr.Invalid, "case_cause_early", "cause")
	case w.To != nil && strings.EqualFold(w.To.ID, c.Owner):
		return apperr.New(apperr.Conflict, "case_owner_same", "owner")
	case !w.Again.IsZero() && (w.State != "" || c.State == Resolved):
		return apperr.New(apperr.Conflict, "again_state", "again")
	case !w.Again.IsZero() && !w.Again.After(now):
		return apperr.New(apperr.Invalid, "again_past", "again")
	case w.Again.After(now.Add(maxAgain)):
		return apperr.New(apperr.Invalid, "again_far", "again", "Limit", int(maxAgain/(24*time.Hour)))
	case w.State == "" && w.Note == "" && w.To == nil && w.Again.IsZero():
		return apperr.New(apperr.Invalid, "case_nothing", "note")
	}
	return nil
}

func list[T ~string](all []T) string {
	names := make([]string, len(all))
	for i, v := range all {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}

// handOver makes somebody else responsible. They are told by a letter of their own, due at once, unless they took the
// case themselves or it is resolved.
func (c Case) handOver(to survey.Staff, by string, now time.Time) Case {
	c.note(Event{At: now, What: Handed, By: by, From: c.Owner, To: to.ID, Level: LevelHanded})
	c.Owner, c.Level = to.ID, LevelHanded
	switch {
	case c.State == Resolved:
	case strings.EqualFold(to.ID, by):
		c.Alert.drop(time.Time{})
	default:
		c.Alert = Alert{Due: now}
	}
	return c
}

// callAgain notes that the respondent was not reached. Who tried has taken the case; its deadline stays.
func (c Case) callAgain(at time.Time, by string, now time.Time) Case {
	c.Again = at
	if c.State == Open {
		c.State = Acknowledged
	}
	c.note(Event{At: now, What: Unreached, By: by, Until: at})
	return c
}

// reopen opens a resolved case again, with its whole term. Its owner is told by a letter, unless they did it themselves.
func (c Case) reopen(by string, now time.Time) Case {
	c.History = slices.Clone(c.History)
	c.State, c.Deadline, c.Cause, c.Outcome = Open, now.Add(c.Rules.Term), "", ""
	c.note(Event{At: now, What: Reopened, By: by, State: Open})
	if by == "" || !strings.EqualFold(by, c.Owner) {
		c.Alert = Alert{Due: now}
	}
	return c
}

// ReopenedByHand reports whether a person, or a program, opened the case again after the last letter about it.
func (c Case) ReopenedByHand() bool {
	for _, e := range slices.Backward(c.History) {
		switch {
		case e.What == Reopened:
			return e.State == Open
		case e.What == Alerted || e.What == Followed:
			return false
		}
	}
	return false
}

// Had reports whether somebody answered for the case before who answers for it now.
func (c Case) Had(staff string) bool {
	return staff != "" && !strings.EqualFold(staff, c.Owner) && slices.ContainsFunc(c.History, func(e Event) bool {
		return strings.EqualFold(e.From, staff) || e.What == Handed && (strings.EqualFold(e.To, staff) || e.From == "" && strings.EqualFold(e.By, staff))
	})
}

// Since lists what happened to a case after the version that somebody has seen. Letters are left out: they change
// nothing that anybody decides on.
func (c Case) Since(version int) []Event {
	return slices.DeleteFunc(slices.Clone(c.History), func(e Event) bool {
		return e.Version <= version || e.What == Alerted || e.What == Followed
	})
}

// Did reports whether the last thing that happened to a case is this very work of the same person: a form that was sent
// twice. last is the case's last note, nil where there is none.
func (c Case) Did(w Work, by string, last *Note) bool {
	if len(c.History) == 0 || c.History[len(c.History)-1].By != by {
		return false
	}
	text := strings.TrimSpace(w.Note)
	return (w.State == "" || c.State == w.State && c.Cause == w.Cause && c.Outcome == w.Outcome) &&
		(w.Again.IsZero() || c.Again.Equal(w.Again)) &&
		(w.To == nil || strings.EqualFold(c.Owner, w.To.ID)) &&
		(text == "" || last != nil && last.By == by && last.Text == text)
}
