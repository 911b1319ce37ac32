package loop

import (
	"cmp"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/money"
	"onetap/internal/survey"
)

// Silence says whose silence is followed up (D35): people of value who are asked again and again, and never answer. Whoever works for a company
// is silent only while all of it is.
type Silence struct {
	Audiences []survey.Audience `json:"audiences,omitempty"` // none: nobody's
	Waves     int               `json:"waves,omitempty"`     // campaigns in a row without an answer, MinWaves to MaxWaves
	Least     money.Amount      `json:"least,omitzero"`      // what the contact, or the company, is worth at least
	Most      int               `json:"most,omitempty"`      // cases of one campaign at most, those of the largest value
}

// Bounds of Silence. One unanswered survey is none yet: most people answer none in most surveys.
const (
	MinWaves, MaxWaves, DefaultWaves = 2, 12, 3
	MaxSilent, DefaultSilent         = 200, 30
)

// Follows reports whether the silent of an audience get a case.
func (s Silence) Follows(a survey.Audience) bool { return slices.Contains(s.Audiences, a) }

// check tells what keeps it from being stored. Problems: term_audience, silence_waves, silence_value, silence_most.
func (s Silence) check() error {
	for _, a := range s.Audiences {
		if !slices.Contains(survey.Audiences, a) || a == survey.Employees {
			return apperr.New(apperr.Invalid, "term_audience", "silence")
		}
	}
	if s.Waves != 0 && (s.Waves < MinWaves || s.Waves > MaxWaves) {
		return apperr.New(apperr.Invalid, "silence_waves", "silence_waves", "Least", MinWaves, "Limit", MaxWaves)
	}
	if s.Most < 0 || s.Most > MaxSilent {
		return apperr.New(apperr.Invalid, "silence_most", "silence_most", "Limit", MaxSilent)
	}
	if s.Least.Minor < 0 || len(s.Audiences) > 0 && (s.Least.Minor == 0 || s.Least.Currency == "") {
		return apperr.New(apperr.Invalid, "silence_value", "silence_value")
	}
	return nil
}

// InARow is Waves, or what it is where nobody has said.
func (s Silence) InARow() int { return cmp.Or(s.Waves, DefaultWaves) }

// AtMost is Most, or what it is where nobody has said.
func (s Silence) AtMost() int { return cmp.Or(s.Most, DefaultSilent) }

// Looks reports whether a campaign is one of which the silent are looked for: nothing of it is in flight any more, and it has not been over for so long
// that nobody would expect a call about it.
func (s Silence) Looks(c survey.Campaign, now time.Time) bool {
	return s.Follows(c.Audience) && !c.Brought() && c.State == survey.Closed && !c.Ended.IsZero() && now.Sub(c.Ended) < silenceLooked
}

// silenceLooked is for how long after its end a campaign is looked at.
const silenceLooked = 60 * 24 * time.Hour

// Firm is a company, or a person without one, as far as it takes to say whether it is silent.
type Firm struct {
	Value  money.Amount
	People []FirmPerson
}

// FirmPerson is one of them, with their places in the latest campaigns that have ended, the latest first.
type FirmPerson struct {
	Contact survey.ContactID
	Decides bool
	Value   money.Amount
	Places  []Place
}

// Ask is whom to ask why a company is silent about the latest campaign, and for how many in a row it is; ok is false where it is not silent for long
// enough, or somebody has been asked to call since: a case of the kind that is open, or that lies within those campaigns.
func (f Firm) Ask(waves int) (who survey.ContactID, in int, ok bool) {
	if len(f.People) == 0 {
		return "", 0, false
	}
	together := make([]Place, len(f.People[0].Places))
	for _, p := range f.People {
		for n, place := range p.Places {
			together[n].Asked = together[n].Asked || place.Asked
			together[n].Answered = together[n].Answered || place.Answered
			if of := place.Case; of != nil && (of.Is() == OfSilent || !of.Over()) {
				together[n].Case = of
			}
		}
	}
	if in = SilentFor(together); in < waves || !together[0].Silent() {
		return "", in, false
	}
	seen := 0
	for _, place := range together {
		if place.Case != nil && (!place.Case.Over() || seen < waves) {
			return "", in, false
		}
		if place.Asked {
			seen++
		}
	}
	asked := slices.DeleteFunc(slices.Clone(f.People), func(p FirmPerson) bool { return !p.Places[0].Asked })
	best := slices.MinFunc(asked, func(a, b FirmPerson) int {
		return cmp.Or(cmp.Compare(truth(b.Decides), truth(a.Decides)), cmp.Compare(b.Value.Minor, a.Value.Minor), cmp.Compare(a.Contact, b.Contact))
	})
	return best.Contact, in, true
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// SilenceLooked says of which of an audience's campaigns the silent were looked for, and what came of it.
type SilenceLooked struct {
	Audience survey.Audience
	At       time.Time // when it was last looked whether a campaign has ended
	Of       map[survey.CampaignID]SilenceFound
	Version  int // for a compare-and-swap; 0: nothing is stored
}

// SilenceFound is what came of one campaign.
type SilenceFound struct {
	Opened int `json:"opened,omitempty"` // cases
	Left   int `json:"left,omitempty"`   // people, or companies, who have none because there would have been too many
}
