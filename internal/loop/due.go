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
}

// DueOf returns what is due of a case; ok is false where nothing is.
func DueOf(c Case) (d Due, ok bool) {
	if c.Alert.Due.IsZero() {
		return d, false
	}
	return Due{c.Alert.Due.UTC().Truncate(time.Millisecond), c.Campaign, c.Contact}, true
}

// Is reports whether d is what is due of the case now. Another d of the same case is left over and can be dropped.
func (d Due) Is(c Case) bool {
	now, ok := DueOf(c)
	return ok && now == d
}

// Past is what several campaigns know of one contact.
type Past struct {
	Invitations []survey.Invitation // reminders too
	Responses   []survey.Response   // verified or not
	Cases       []Case
}
