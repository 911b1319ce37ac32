package survey

import "time"

// RecountSteps is into how many bounded steps a campaign's recount is cut: its people shard by shard, then the
// batches of its two mailings.
const RecountSteps = ContactShards + 3

// Recount is how far the recount of one scope (a campaign, an audience, or the night itself) is. The store keeps it as JSON.
type Recount struct {
	Scope    string    `json:"scope"`
	Night    string    `json:"night"`            // "2026-11-22": of which night this is
	Sums     []string  `json:"sums,omitempty"`   // under which names the steps done so far keep what they found
	Before   string    `json:"before,omitempty"` // digest of the figures when it began
	Began    time.Time `json:"began,omitzero"`
	Holder   time.Time `json:"holder,omitzero"` // until when somebody works on it
	Done     bool      `json:"done"`
	Queue    []string  `json:"queue,omitempty"` // of the night: scopes still to do
	Again    []string  `json:"again,omitempty"` // of the night: scopes that changed while they were counted
	Version  int       `json:"-"`
	Mended   int       `json:"mended"`
	Restarts int       `json:"restarts"`
}
