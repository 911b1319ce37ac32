package loop

import (
	"slices"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Practice is how a company follows up, as far as an administrator says: what is followed up, and what is counted of it.
type Practice struct {
	Causes   Causes              `json:"causes"`
	Tries    int                 `json:"tries,omitempty"`    // calls that reach nobody after which a contact may be given up; 0: DefaultTries
	Passives []survey.Audience   `json:"passives,omitempty"` // whose passives get a case, too
	Silence  Silence             `json:"silence,omitzero"`
	Told     map[string]string   `json:"told,omitempty"`      // what respondents are told at first, by language; none: the standard text
	Inbox    map[ItemKind]string `json:"inbox,omitempty"`     // staff id of who gets each kind of item; none: managers and executives, of whom they see, and administrators
	NoWeekly bool                `json:"no_weekly,omitempty"` // nobody is written to about how a week went
	Version  int                 `json:"-"`                   // for a compare-and-swap; 0: nothing is stored
}

// MaxTries is how many calls can be asked for before a contact is given up.
const MaxTries = 10

// StandardPractice is that of a company that has changed nothing.
func StandardPractice() Practice { return Practice{Causes: StandardCauses()} }

// Follows reports whether passives of an audience get a case.
func (p Practice) Follows(a survey.Audience) bool { return slices.Contains(p.Passives, a) }

// Check tells what keeps it from being stored. Problems: tries_range, term_audience, tell_long, those of Silence.
func (p Practice) Check() error {
	if p.Tries < 0 || p.Tries > MaxTries {
		return apperr.New(apperr.Invalid, "tries_range", "tries", "Limit", MaxTries)
	}
	for _, a := range p.Passives {
		if !slices.Contains(survey.Audiences, a) || a == survey.Employees {
			return apperr.New(apperr.Invalid, "term_audience", "passives")
		}
	}
	for l, text := range p.Told {
		if utf8.RuneCountInString(text) > MaxTell {
			return apperr.New(apperr.Invalid, "tell_long", "told_"+l, "Limit", MaxTell)
		}
	}
	return p.Silence.check()
}
