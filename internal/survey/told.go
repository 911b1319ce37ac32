package survey

import "time"

// Righted is what somebody says who was told what was done about their answer: whether it is right now.
type Righted string

const (
	RightedYes    Righted = "yes"
	RightedPartly Righted = "partly"
	RightedNo     Righted = "no"
)

// RightedAll lists them in the order in which they are offered.
var RightedAll = []Righted{RightedYes, RightedPartly, RightedNo}

// Told is a letter that told somebody what was done about their answer, and what they said to that. A person says it: a button, or a gesture on the
// page that the letter's link leads to. What looks at links writes nothing.
type Told struct {
	Campaign CampaignID
	Contact  ContactID
	At       time.Time // of the letter
	Said     Righted   // "": nothing yet
	SaidAt   time.Time
	Version  int // for a compare-and-swap; 0: nothing is stored
}
