package survey

import "time"

// Resealing is how far the walk is that seals again what was sealed with a key that is not the newest any more, or what an earlier
// version wrote unsealed. A walk is for the keys that there are when it begins; others begin it again.
type Resealing struct {
	Keys    string    `json:"keys"`           // the newest key of each purpose, and what the walk does besides
	From    time.Time `json:"from"`           // not before: other processes may seal with the keys before until then
	Part    string    `json:"part,omitempty"` // the place where it goes on: a part of the table, and behind what in it
	After   string    `json:"after,omitempty"`
	Sealed  int       `json:"sealed"`         // items so far
	Ended   time.Time `json:"ended,omitzero"` // zero: it goes on
	Version int       `json:"-"`
}
