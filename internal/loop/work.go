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

// Outcome is how a case ended.
type Outcome string

const (
	CustomerKept Outcome = "kept"      // mended or explained: they stay
	Lost         Outcome = "lost"      // they leave
	Recovered    Outcome = "recovered" // they were leaving, or gone, and stay
	Upsold       Outcome = "upsold"    // they stay, and buy more
	NotReached   Outcome = "unreached" // of older cases alone: they were resolved so before there was Unreachable
)

// Outcomes lists them in the order in which they are offered.
var Outcomes = []Outcome{CustomerKept, Recovered, Upsold, Lost}

// formerOutcomes are those that older versions stored, and that programs may still send.
var formerOutcomes = map[Outcome]Outcome{"solved": CustomerKept, "agreed": CustomerKept, "explained": CustomerKept}

// Now is an outcome as it is called today: "solved", "agreed" and "explained" are CustomerKept.
func (o Outcome) Now() Outcome {
	if now, ok := formerOutcomes[o]; ok {
		return now
	}
	return o
}

const (
	// MaxNote is the length of a note in characters.
	MaxNote = 5000
	// MaxNotes of one case.
	MaxNotes = 100
	// MaxCauses of one case.
	MaxCauses = 5
	// MaxPromise is the length of a promise in characters.
	MaxPromise = 500
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
	// Promise says that the text is what was promised.
	Promise bool `json:"promise,omitempty"`
	// Unreadable says that the note's item was changed past Onetap and does not open: of the note only its place is known.
	Unreadable bool `json:"-"`
}

// Work is what a person does to a case at once; what is empty stays as it is.
type Work struct {
	State    State
	Causes   []Cause       // with Resolved, and needed there: which of the company's causes, at most MaxCauses
	Outcome  Outcome       // the same
	Note     string        // at most MaxNote characters
	Tried    bool          // they were called and not reached
	Again    time.Time     // … and are to be called again then
	To       *survey.Staff // the next one to be responsible
	Promise  string        // what the respondent was promised, at most MaxPromise characters
	Promised time.Time     // by when; needed with Promise
	Kept     []int         // numbers of promises that were kept
	Broken   []int         // … that were not
}

// Part is a part of some work.
type Part string

const (
	PartStep  Part = "state" // to another state
	PartCall  Part = "again" // a call that reached nobody
	PartOwner Part = "owner"
)

// Fit returns what of some work still makes sense after what others did to the case since who does it has seen it, and what does not:
// notes and promises always do.
func (w Work) Fit(c Case, since []Event) (fits Work, left []Part) {
	if w.State != "" && !slices.Contains(forward[c.State], w.State) {
		w.State, w.Causes, w.Outcome = "", nil, ""
		left = append(left, PartStep)
	}
	if w.tried() && c.Over() {
		w.Tried, w.Again = false, time.Time{}
		left = append(left, PartCall)
	}
	handed := slices.ContainsFunc(since, func(e Event) bool { return e.What == Handed })
	if w.To != nil && (handed || strings.EqualFold(w.To.ID, c.Owner)) {
		w.To = nil
		left = append(left, PartOwner)
	}
	return w, left
}

// Empty reports whether nothing is to be done.
func (w Work) Empty() bool {
	return w.State == "" && w.Note == "" && !w.tried() && w.To == nil && w.Promise == "" && len(w.Kept)+len(w.Broken) == 0
}

func (w Work) onlyNotes() bool {
	w.Note = ""
	return w.Empty()
}

func (w Work) tried() bool { return w.Tried || !w.Again.IsZero() }

// Do returns the case after somebody's work, and the notes that came with it: at most one, and a promise's words. by is a staff id, ""
// for a program. Problems: case_state, case_over, case_tries, case_cause, case_causes, case_outcome, case_nothing, case_cause_early, case_owner_same, again_past,
// again_far, again_state, note_too_long, notes_full, promise_by, promise_past, promise_far, promise_too_long, promise_unknown, promises_full.
func (c Case) Do(w Work, by string, now time.Time) (Case, []Note, error) {
	w.Note, w.Promise, w.Outcome = strings.TrimSpace(w.Note), strings.TrimSpace(w.Promise), w.Outcome.Now()
	before := c
	if err := w.check(c, now); err != nil {
		return c, nil, err
	}
	var notes []Note
	if w.Note != "" {
		c.Notes++
		notes = append(notes, Note{N: c.Notes, At: now, By: by, Text: w.Note})
		if w.onlyNotes() {
			c.note(Event{At: now, What: Noted, By: by})
		}
	}
	if w.State != "" {
		var err error
		if c, err = c.move(w, by, now); err != nil {
			return before, nil, err
		}
	}
	if w.tried() {
		c.note(Event{At: now, What: Unreached, By: by, Until: w.Again})
	}
	if w.Promise != "" {
		c.Notes++
		notes = append(notes, Note{N: c.Notes, At: now, By: by, Text: w.Promise, Promise: true})
		c.note(Event{At: now, What: Promised, By: by, Until: w.Promised, Promise: len(c.Promises) + 1, Note: c.Notes})
	}
	for _, n := range w.Kept {
		c.note(Event{At: now, What: Kept, By: by, Promise: n})
	}
	for _, n := range w.Broken {
		c.note(Event{At: now, What: Broken, By: by, Promise: n})
	}
	if w.To != nil {
		c = c.handOver(*w.To, by, now)
	}
	return c, notes, nil
}

func (w Work) check(c Case, now time.Time) error {
	fresh := 0
	for _, text := range []string{w.Note, w.Promise} {
		if text != "" {
			fresh++
		}
	}
	switch {
	case w.Empty():
		return apperr.New(apperr.Invalid, "case_nothing", "note")
	case utf8.RuneCountInString(w.Note) > MaxNote:
		return apperr.New(apperr.Invalid, "note_too_long", "note", "Limit", MaxNote)
	case fresh > 0 && c.Notes+fresh > MaxNotes:
		return apperr.New(apperr.Conflict, "notes_full", "note", "Limit", MaxNotes)
	case w.State == Resolved && len(w.Causes) == 0:
		return apperr.New(apperr.Invalid, "case_cause", "cause")
	case w.State == Resolved && len(w.Causes) > MaxCauses:
		return apperr.New(apperr.Invalid, "case_causes", "cause", "Limit", MaxCauses)
	case w.State == Resolved && !slices.Contains(Outcomes, w.Outcome):
		return apperr.New(apperr.Invalid, "case_outcome", "outcome", "Known", list(Outcomes))
	case w.State != Resolved && (len(w.Causes) > 0 || w.Outcome != ""):
		return apperr.New(apperr.Invalid, "case_cause_early", "cause")
	case w.To != nil && strings.EqualFold(w.To.ID, c.Owner):
		return apperr.New(apperr.Conflict, "case_owner_same", "owner")
	case w.tried() && (w.State != "" && w.State != Unreachable || c.Over() || w.State == Unreachable && !w.Again.IsZero()):
		return apperr.New(apperr.Conflict, "again_state", "again")
	case !w.Again.IsZero() && !w.Again.After(now):
		return apperr.New(apperr.Invalid, "again_past", "again")
	case w.Again.After(now.Add(maxAgain)):
		return apperr.New(apperr.Invalid, "again_far", "again", "Limit", int(maxAgain/(24*time.Hour)))
	}
	return w.checkPromises(c, now)
}

func (w Work) checkPromises(c Case, now time.Time) error {
	for _, n := range slices.Concat(w.Kept, w.Broken) {
		if n < 1 || n > len(c.Promises) {
			return apperr.New(apperr.Invalid, "promise_unknown", "promise")
		}
	}
	switch {
	case w.Promise == "" && w.Promised.IsZero():
		return nil
	case w.Promise == "":
		return apperr.New(apperr.Invalid, "promise_words", "promise")
	case utf8.RuneCountInString(w.Promise) > MaxPromise:
		return apperr.New(apperr.Invalid, "promise_too_long", "promise", "Limit", MaxPromise)
	case len(c.Promises) >= MaxPromises:
		return apperr.New(apperr.Conflict, "promises_full", "promise", "Limit", MaxPromises)
	case w.Promised.IsZero():
		return apperr.New(apperr.Invalid, "promise_by", "promised")
	case !w.Promised.After(now):
		return apperr.New(apperr.Invalid, "promise_past", "promised")
	case w.Promised.After(now.Add(maxPromised)):
		return apperr.New(apperr.Invalid, "promise_far", "promised")
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
// case themselves or it is over.
func (c Case) handOver(to survey.Staff, by string, now time.Time) Case {
	c.note(Event{At: now, What: Handed, By: by, From: c.Owner, To: to.ID, Level: LevelHanded})
	switch {
	case c.Over():
	case strings.EqualFold(to.ID, by):
		c.Alert.drop(time.Time{})
	default:
		c.Alert = Alert{Due: now}
	}
	return c
}

// reopen opens again what is over, with its whole term. Its owner is told by a letter, unless they did it themselves.
func (c Case) reopen(by string, now time.Time) Case {
	c.note(c.timed(Event{At: now, What: Reopened, By: by, State: Open}, now))
	if by == "" || !strings.EqualFold(by, c.Owner) {
		c.Alert = Alert{Due: now}
	}
	return c
}

// Had reports whether somebody answered for the case before who answers for it now.
func (c Case) Had(staff string) bool {
	return staff != "" && !strings.EqualFold(staff, c.Owner) &&
		slices.ContainsFunc(c.Former, func(s string) bool { return strings.EqualFold(s, staff) })
}

// Since lists what happened to a case after the version that somebody has seen, of events that are given or, if nil, of those that it holds
// itself. Letters are left out: they change nothing that anybody decides on.
func (c Case) Since(version int, events []Event) []Event {
	if events == nil {
		events = c.History
	}
	return slices.DeleteFunc(slices.Clone(events), func(e Event) bool {
		return e.Version <= version || e.What == Alerted || e.What == Followed
	})
}

// Did reports whether the last thing that happened to a case is this very work of the same person: a form that was sent
// twice. notes are the case's notes.
func (c Case) Did(w Work, by string, notes []Note) bool {
	if len(c.History) == 0 || c.History[len(c.History)-1].By != by {
		return false
	}
	wrote := func(text string, promise bool) bool {
		text = strings.TrimSpace(text)
		return text == "" || slices.ContainsFunc(notes[max(0, len(notes)-2):], func(n Note) bool {
			return n.By == by && n.Text == text && n.Promise == promise
		})
	}
	last := c.History[len(c.History)-1]
	return (w.State == "" || c.State == w.State && slices.Equal(c.Causes, w.Causes) && c.Outcome == w.Outcome.Now()) &&
		(w.Again.IsZero() || c.Again.Equal(w.Again)) && (!w.Tried || last.What == Unreached) &&
		(w.To == nil || strings.EqualFold(c.Owner, w.To.ID)) &&
		!slices.ContainsFunc(w.Kept, func(n int) bool { return n < 1 || n > len(c.Promises) || c.Promises[n-1].Done != Kept }) &&
		!slices.ContainsFunc(w.Broken, func(n int) bool { return n < 1 || n > len(c.Promises) || c.Promises[n-1].Done != Broken }) &&
		wrote(w.Note, false) && wrote(w.Promise, true)
}
