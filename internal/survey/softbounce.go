package survey

import (
	"slices"
	"time"
)

// SoftBounces are the letters to one contact that its mailbox did not take for now, since the last one that arrived. It is
// kept only while there are any.
type SoftBounces struct {
	Letters []SoftBounce `json:"letters"`
	Version int          `json:"-"`
}

// SoftBounce is one of them.
type SoftBounce struct {
	Day  string    `json:"day"`           // the UTC date of the bounce, "2026-11-20"
	Sent time.Time `json:"sent,omitzero"` // when SES took the letter
}

// softBounceDays is on how many different days a mailbox must have refused letters, none of them taken in between, to be
// taken for dead. Full and away mailboxes come back within days; nobody empties one that refused three surveys.
const softBounceDays = 3

// softBouncesKept bounds what is kept of one contact.
const softBouncesKept = 10

// Add notes a soft bounce, and says whether that is news: the same report may come again, on another day too, and one
// mailbox that is full all day counts once.
func (s SoftBounces) Add(at, sent time.Time) (SoftBounces, bool) {
	b := SoftBounce{at.UTC().Format(time.DateOnly), sent.UTC()}
	for _, known := range s.Letters {
		if known.Day == b.Day {
			return s, false
		}
	}
	s.Letters = append(slices.Clone(s.Letters), b)
	slices.SortFunc(s.Letters, func(a, b SoftBounce) int { return a.Sent.Compare(b.Sent) })
	s.Letters = s.Letters[max(0, len(s.Letters)-softBouncesKept):]
	return s, true
}

// Dead reports whether that is enough to stop writing.
func (s SoftBounces) Dead() bool { return len(s.Letters) >= softBounceDays }

// reportWithin is how long SES tries to deliver a letter, and a little more: what it has not reported by then has arrived.
const reportWithin = 15 * time.Hour

// Since drops what was before the last letter that has arrived. letters are the contact's invitations and reminders: of one
// that arrived nothing is written down, so it is one that was sent and that nothing else was heard of.
func (s SoftBounces) Since(letters []Invitation, now time.Time) SoftBounces {
	var arrived time.Time
	for _, i := range letters {
		if i.State == InvitationSent && (i.Reason == "" || i.Reason == string(EventComplained)) && i.At.After(arrived) && now.Sub(i.At) > reportWithin {
			arrived = i.At
		}
	}
	s.Letters = slices.DeleteFunc(slices.Clone(s.Letters), func(b SoftBounce) bool { return !b.Sent.IsZero() && b.Sent.Before(arrived) })
	return s
}
