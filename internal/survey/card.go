package survey

import "time"

// Card is a ballot on paper: what the code on it leads to. Nobody's name is in it, and not the code.
type Card struct {
	Hash     string // keyed, of the code
	Campaign CampaignID
	Cell     int       // number of what the ballot carries
	Until    time.Time // when the code is forgotten
}

// Printed is how many cards of a campaign were printed.
func (c Campaign) Printed() (n int) {
	for _, of := range c.Cards {
		n += of
	}
	return n
}
