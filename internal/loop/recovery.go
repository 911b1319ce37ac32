package loop

import (
	"time"

	"onetap/internal/nps"
	"onetap/internal/survey"
)

// Recovery is what those who had a case answered the next time they were asked: apart, those whose case is resolved and those whose case is not. It says
// that the two differ and not why: who could be reached may have been easier to win back anyway.
type Recovery struct {
	Campaign survey.CampaignID `json:"campaign"` // whose answers these are
	Name     string            `json:"name"`     // as it was then
	Before   survey.CampaignID `json:"before"`   // the campaign before it, whose cases these are
	Ended    time.Time         `json:"ended"`
	Resolved nps.Tally         `json:"resolved"`
	Others   nps.Tally         `json:"others"` // open, being worked on, or given up
	Cases    int               `json:"cases"`  // of detractors and passives, whether they have answered again or not
}

// Count takes one case, with the answer to the next campaign.
func (r *Recovery) Count(c Case, next nps.Score) {
	if c.State == Resolved {
		r.Resolved.Count(next, 1)
	} else {
		r.Others.Count(next, 1)
	}
}

// Difference is how much higher those with a resolved case score (nps.Compare); ok is false where one side has no answers.
func (r Recovery) Difference() (nps.Comparison, bool) { return nps.Compare(r.Others, r.Resolved) }

// Recoveries are those of an audience, the latest first.
type Recoveries struct {
	Audience survey.Audience
	At       time.Time // when it was last looked whether a campaign has ended
	Of       []Recovery
	Version  int // for a compare-and-swap; 0: nothing is stored
}

// KeptRecoveries is how many are kept of an audience.
const KeptRecoveries = 12

// With has one among them, in place of that of the same campaign.
func (r Recoveries) With(one Recovery) Recoveries {
	all := []Recovery{one}
	for _, other := range r.Of {
		if other.Campaign != one.Campaign && len(all) < KeptRecoveries {
			all = append(all, other)
		}
	}
	r.Of = all
	return r
}

// Has reports whether that of a campaign is among them.
func (r Recoveries) Has(c survey.CampaignID) bool {
	for _, one := range r.Of {
		if one.Campaign == c {
			return true
		}
	}
	return false
}
