package loop

import (
	"time"

	"onetap/internal/survey"
)

// Due says that the clock is to look at a case at a time. The case itself says what is to be done, and whether it still is.
type Due struct {
	At       time.Time // to the millisecond, as it is stored
	Campaign survey.CampaignID
	Contact  survey.ContactID
	Doubted  time.Time // since when the case has been known to say otherwise; zero: it was not looked at, or does not
}

// DoubtTTL is how long a hint of which its case knows nothing is kept: whoever wrote it may be about to write the case. It is longer
// than a function lives.
const DoubtTTL = 5 * time.Minute

// DueOf returns what is due of a case; ok is false where nothing is.
func DueOf(c Case) (d Due, ok bool) {
	if c.Alert.Due.IsZero() {
		return d, false
	}
	return Due{At: c.Alert.Due.UTC().Truncate(time.Millisecond), Campaign: c.Campaign, Contact: c.Contact}, true
}

// Is reports whether d is what is due of the case now. Another d of the same case is left over, or its writer is about to write the case.
func (d Due) Is(c Case) bool {
	now, ok := DueOf(c)
	d.Doubted = time.Time{}
	return ok && now == d
}

// LeftOver reports whether a hint that is not what is due of its case can be dropped.
func (d Due) LeftOver(now time.Time) bool {
	return !d.Doubted.IsZero() && now.Sub(d.Doubted) >= DoubtTTL
}

// Past is what several campaigns know of one contact.
type Past struct {
	Invitations []survey.Invitation // reminders too
	Responses   []survey.Response   // verified or not
	Cases       []Case
}
