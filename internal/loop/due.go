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

// DueOf returns what is due of a case next: a letter, or the reminder of it; ok is false where nothing is.
func DueOf(c Case) (d Due, ok bool) {
	at := c.Alert.Due
	if at.IsZero() && c.Reminds() {
		at = c.Half
	}
	if at.IsZero() {
		return d, false
	}
	return Due{At: at.UTC().Truncate(time.Millisecond), Campaign: c.Campaign, Contact: c.Contact}, true
}

// Reminds reports whether the next thing to come of a case is the reminder that half of its time has passed: its letters have gone, before
// that, and nobody has spoken to the respondent.
func (c Case) Reminds() bool {
	return c.Alert.Due.IsZero() && c.Alert.Letters > 0 && c.Waits() && !c.Half.IsZero() && c.Alert.Sent.Before(c.Half)
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
