package loop

import (
	"strings"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// MaxTell is how long the text of a letter to the respondent may be, in characters.
const MaxTell = 3000

// Tell returns the case with a letter to its respondent begun, which says what was done, and the note that keeps its text. It is begun before it is sent,
// so that nobody is written to twice: of one that may have gone out, or not, it stays said that nobody knows, until somebody sends it again.
// Problems: tell_state, tell_twice, tell_words, tell_long, notes_full.
func (c Case) Tell(text string, again bool, by string, now time.Time) (Case, Note, error) {
	text = strings.TrimSpace(text)
	switch {
	case c.State != Resolved:
		return c, Note{}, apperr.New(apperr.Conflict, "tell_state", "tell")
	case !c.Told.IsZero(), !c.Telling.IsZero() && !again:
		return c, Note{}, apperr.New(apperr.Conflict, "tell_twice", "tell")
	case text == "", strings.HasSuffix(text, "\n…"): // the standard text, which somebody has yet to complete
		return c, Note{}, apperr.New(apperr.Invalid, "tell_words", "tell")
	case utf8.RuneCountInString(text) > MaxTell:
		return c, Note{}, apperr.New(apperr.Invalid, "tell_long", "tell", "Limit", MaxTell)
	case c.Notes >= MaxNotes:
		return c, Note{}, apperr.New(apperr.Conflict, "notes_full", "tell", "Limit", MaxNotes)
	}
	c.Notes++
	c.note(Event{At: now, What: Telling, By: by, Note: c.Notes})
	return c, Note{N: c.Notes, At: now, By: by, Text: text}, nil
}

// WasTold returns the case once the letter has gone out, or was refused; a case whose letter is not begun stays as it is.
func (c Case) WasTold(sent bool, by string, now time.Time) (after Case, changed bool) {
	if c.Telling.IsZero() {
		return c, false
	}
	what := Informed
	if !sent {
		what = Untold
	}
	c.note(Event{At: now, What: what, By: by})
	return c, true
}

// saids are what happens by what a respondent says.
var saids = map[survey.Righted]What{survey.RightedYes: SaidRight, survey.RightedPartly: SaidPartly, survey.RightedNo: SaidWrong}

// Said returns the case after its respondent has said whether it is right now. "No" opens it again, with the company's times for it, and its owner is told.
// What is said of a letter that is not the last one, or of a case that is open again already, changes nothing; neither does the same once more.
func (c Case) Said(t survey.Told) (after Case, changed bool) {
	what, known := saids[t.Said]
	letter := c.Told
	if letter.IsZero() { // whoever answers it has got it
		letter = c.Telling
	}
	if !known || letter.IsZero() || !t.At.Equal(letter) || c.State != Resolved || c.Right == what {
		return c, false
	}
	e := Event{At: t.SaidAt, What: what}
	if what != SaidWrong {
		c.note(e)
		return c, true
	}
	e.State = Open
	c.note(c.timed(e, e.At))
	c.Alert = Alert{Due: t.SaidAt}
	return c, true
}

// tells has the case follow what its respondent was told, and said.
func (c *Case) tells(e Event) {
	switch {
	case e.What == Telling:
		c.Telling = e.At
	case e.What == Informed:
		c.Telling, c.Told, c.Right = time.Time{}, c.Telling, ""
	case e.What == Untold:
		c.Telling = time.Time{}
	case e.What == Reopened:
		c.Telling, c.Told = time.Time{}, time.Time{}
	case e.What == SaidWrong:
		c.Telling, c.Told, c.Right = time.Time{}, time.Time{}, e.What
	case e.What == SaidRight, e.What == SaidPartly:
		c.Right = e.What
	}
}
