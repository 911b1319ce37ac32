package loop

import "time"

// Promise is what somebody promised a respondent. Its words are a note.
type Promise struct {
	Note int       `json:"note"` // its number
	Made time.Time `json:"made"`
	By   time.Time `json:"by"`             // the end of the day by which it is to be done
	Done What      `json:"done,omitempty"` // Kept or Broken; "": nobody has said yet
}

// Late reports whether it should have been done by now and nobody has said that it was.
func (p Promise) Late(now time.Time) bool { return p.Done == "" && now.After(p.By) }

const (
	// MaxPromises of one case.
	MaxPromises = 20
	// maxPromised is how far ahead something can be promised.
	maxPromised = 366 * 24 * time.Hour
)

// promised is the earliest day by which something is to be done that nobody has said is.
func (c Case) promised() (by time.Time, ok bool) {
	for _, p := range c.Promises {
		if p.Done == "" && (!ok || p.By.Before(by)) {
			by, ok = p.By, true
		}
	}
	return by, ok
}

// Owes reports whether something was promised of which nobody has said whether it was done.
func (c Case) Owes() bool {
	_, ok := c.promised()
	return ok
}

// Breaks reports whether a day by which something was promised has passed without a word.
func (c Case) Breaks(now time.Time) bool {
	by, ok := c.promised()
	return ok && now.After(by)
}
