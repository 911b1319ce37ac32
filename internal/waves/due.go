package waves

import (
	"time"

	"onetap/internal/survey"
)

// Done says of one campaign when it was analysed, and of how many answers.
type Done struct {
	At         time.Time `json:"at"`
	Answers    int64     `json:"answers"`
	Dictionary int       `json:"dictionary"`
	Asked      bool      `json:"asked,omitempty"` // somebody wants it anew
}

// Looked is what was analysed of an audience, and what is asked for.
type Looked struct {
	Audience survey.Audience
	At       time.Time // when it was last looked what is due
	Of       map[survey.CampaignID]Done
	Version  int
}

const (
	// LookEvery is how often it is looked what is due, unless somebody asks.
	LookEvery = 10 * time.Minute
	// again is how long an analysis of a campaign that goes on is good for: a night.
	again = 20 * time.Hour
	// settles is how long one of a campaign that has ended is good for, though its answers have changed since: answers brought in come for a while.
	settles = 30 * time.Minute
	// Campaigns are those of an audience that are kept analysed: the latest.
	Campaigns = 60
)

// Due reports whether it is time to look.
func (l Looked) Due(now time.Time) bool {
	for _, d := range l.Of {
		if d.Asked {
			return true
		}
	}
	return len(l.Of) == 0 || now.Sub(l.At) >= LookEvery // a first wave is waited for
}

// DueOf reports whether a campaign is to be analysed, that has so many answers, with a version of the dictionary.
func (l Looked) DueOf(c survey.Campaign, answers int64, dictionary int, now time.Time) bool {
	done, ever := l.Of[c.ID]
	old := now.Sub(done.At)
	switch {
	case done.Asked:
		return true
	case answers == 0 && !ever:
		return false
	case done.Dictionary != dictionary && ever:
		return old >= settles
	case c.Live():
		return old >= again && answers != done.Answers
	}
	return !ever || done.At.IsZero() || answers != done.Answers && old >= settles
}

// With is l with one more analysis made, or anew.
func (l Looked) With(id survey.CampaignID, d Done) Looked {
	of := map[survey.CampaignID]Done{id: d}
	for other, done := range l.Of {
		if other != id {
			of[other] = done
		}
	}
	l.Of = of
	return l
}
