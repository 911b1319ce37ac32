package survey

import "time"

// Box is what became of a box of sealed answers when it was opened.
type Box struct {
	Opened  time.Time `json:"opened,omitzero"`   // zero: it is closed
	Kept    int       `json:"kept,omitempty"`    // answers that are in the figures
	Words   int       `json:"words,omitempty"`   // of whom words are kept
	Spoiled int       `json:"spoiled,omitempty"` // sealed items that did not open, or were no answers
	Surplus int       `json:"surplus,omitempty"` // answers beyond the letters that may have arrived: somebody has made ballots
}

// InBox reports whether a campaign's answers lie sealed in a box until it is opened.
func (c Campaign) InBox() bool { return c.Ballots && c.Box.Opened.IsZero() }

// BoxDue reports whether a campaign's box is to be opened: it has ended, so long ago that no answer is on its way any more.
func (c Campaign) BoxDue(wait time.Duration, now time.Time) bool {
	if !c.InBox() || c.State != Closed && c.State != Cancelled || c.Ended.IsZero() {
		return false // of what has not Ended letters may be in flight, and who has got one is not known yet
	}
	end := c.Ended
	if c.ClosesAt.After(end) && c.State == Closed {
		end = c.ClosesAt
	}
	return !now.Before(end.Add(wait))
}

// Open notes what came out of the box.
func (c Campaign) Open(b Box) Campaign {
	c.Box = b
	return c
}

// Opening is how far the opening of a box is. It is written once, by the run that has packed everything, and from then on no other
// run's answers count.
type Opening struct {
	Run     string    // whose pages count
	Pages   int       // how many there are
	Box     Box       // what they hold
	At      time.Time // the time that all answers get
	Written bool      // everything that is on the pages stands in the table by itself
}

// Words are what one person of a group wrote, of whom nothing else is known. Value is the group's, of the campaign's Columns and of
// the language, which is last; "" where the group says nothing of it.
type Words struct {
	Values []string `json:"g"`
	Why    string   `json:"w,omitempty"`
	Wish   string   `json:"x,omitempty"`
}
