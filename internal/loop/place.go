package loop

import "onetap/internal/survey"

// Place is what one campaign knows of one contact, as far as it takes to say who is silent.
type Place struct {
	Asked    bool // a survey letter went out, and was not refused
	Answered bool // a person answered
	Score    int  // of the answer
	Account  survey.AccountID
	Case     *Case // nil: none
}

// Silent reports whether the contact was asked and has not answered.
func (p Place) Silent() bool { return p.Asked && !p.Answered }

// SilentFor is for how many campaigns in a row a contact has been silent, of those in which it was asked: the first is the latest.
func SilentFor(places []Place) (n int) {
	for _, p := range places {
		switch {
		case p.Answered:
			return n
		case p.Asked:
			n++
		}
	}
	return n
}
