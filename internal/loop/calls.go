package loop

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

const (
	// DefaultCalls is how many people each executive calls (D13).
	DefaultCalls = 20
	// MaxCalls is how many each can be dealt, and MaxCallers among how many executives.
	MaxCalls, MaxCallers = 50, 30
	// MaxHeard is the length of what was heard, and of what is to change, in characters.
	MaxHeard = 2000
	// MaxRounds is how many rounds of calls are listed.
	MaxRounds = 200
)

// Round is one time that detractors of a campaign were dealt out to executives.
type Round struct {
	ID         string            `json:"id"` // "<day>-<random>", fit for an address
	Campaign   survey.CampaignID `json:"campaign"`
	Audience   survey.Audience   `json:"audience"`
	At         time.Time         `json:"at"`
	By         string            `json:"by,omitempty"` // staff id; "": a program
	Number     int               `json:"number"`       // asked for, for each
	Dealt      int               `json:"dealt"`        // to all
	Executives []string          `json:"executives"`   // staff ids
	Hands      []Hand            `json:"-"`            // kept apart
}

// Of finds whose hand a contact is in; ok is false where it is in none.
func (r Round) Of(id survey.ContactID) (executive string, ok bool) {
	for _, h := range r.Hands {
		if slices.Contains(h.Contacts, id) {
			return h.Executive, true
		}
	}
	return "", false
}

// Has reports whether somebody of the staff has a hand in it.
func (r Round) Has(staff string) bool {
	return staff != "" && slices.ContainsFunc(r.Executives, func(e string) bool { return strings.EqualFold(e, staff) })
}

// Quarter is when the quarter of a moment has begun, on a clock.
func Quarter(now time.Time, clock *time.Location) time.Time {
	y, m, _ := now.In(clock).Date()
	return time.Date(y, m-(m-1)%3, 1, 0, 0, 0, 0, clock)
}

// CheckRound tells what keeps so many executives from being dealt so many calls each. Problems: calls_executives, calls_callers, calls_number.
func CheckRound(executives []string, number int) error {
	switch {
	case len(executives) == 0:
		return apperr.New(apperr.Invalid, "calls_executives", "executives")
	case len(executives) > MaxCallers:
		return apperr.New(apperr.Invalid, "calls_callers", "executives", "Limit", MaxCallers)
	case number < 1 || number > MaxCalls:
		return apperr.New(apperr.Invalid, "calls_number", "number", "Limit", MaxCalls)
	}
	return nil
}

// Call is what an executive has written down of a call.
type Call struct {
	Round     string            `json:"round"`
	Campaign  survey.CampaignID `json:"campaign"`
	Contact   survey.ContactID  `json:"contact"`
	Executive string            `json:"executive"` // in whose hand they are
	By        string            `json:"by,omitempty"`
	At        time.Time         `json:"at"` // when it was first written down
	Heard
	Told    bool `json:"told,omitempty"` // the customer's case knows of it, or there was none to tell
	Version int  `json:"-"`
}

// Heard is what a call brought.
type Heard struct {
	Reached  bool      `json:"reached"`
	Causes   []Cause   `json:"causes,omitempty"`
	Words    string    `json:"words,omitempty"`  // of the customer, as they were heard
	Change   string    `json:"change,omitempty"` // what the company should change
	Promise  string    `json:"promise,omitempty"`
	Promised time.Time `json:"promised,omitzero"` // by when
}

// Check brings what was heard into shape. Problems: heard_words, heard_long, heard_unreached, promise_words, promise_by, promise_past, promise_far, promise_too_long, case_causes.
func (h Heard) Check(now time.Time) (Heard, error) {
	for _, text := range []*string{&h.Words, &h.Change, &h.Promise} {
		*text = strings.TrimSpace(strings.ReplaceAll(*text, "\r\n", "\n"))
	}
	switch {
	case !h.Reached && (h.Words != "" || h.Change != "" || h.Promise != "" || len(h.Causes) > 0):
		return h, apperr.New(apperr.Invalid, "heard_unreached", "reached")
	case !h.Reached:
		return Heard{}, nil
	case h.Words == "":
		return h, apperr.New(apperr.Invalid, "heard_words", "words")
	case utf8.RuneCountInString(h.Words) > MaxHeard:
		return h, apperr.New(apperr.Invalid, "heard_long", "words", "Limit", MaxHeard)
	case utf8.RuneCountInString(h.Change) > MaxHeard:
		return h, apperr.New(apperr.Invalid, "heard_long", "change", "Limit", MaxHeard)
	case len(h.Causes) > MaxCauses:
		return h, apperr.New(apperr.Invalid, "case_causes", "cause", "Limit", MaxCauses)
	}
	return h, Work{Promise: h.Promise, Promised: h.Promised}.checkPromises(Case{}, now)
}
