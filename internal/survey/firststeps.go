package survey

import "time"

// FirstSteps is what cannot be told from the rest of a workspace about how it has begun.
type FirstSteps struct {
	SetUp   time.Time `json:"set_up,omitzero"` // when the list of what to set up went away: everything was done, or somebody put it away
	Round   time.Time `json:"round,omitzero"`  // the same of the list of the first round, from a launch to a look at the results
	Looked  time.Time `json:"looked,omitzero"` // when an executive first saw figures
	Since   time.Time `json:"since,omitzero"`  // what was launched before it is no first round: the laptop's sample comes with a campaign
	Version int       `json:"-"`
}
