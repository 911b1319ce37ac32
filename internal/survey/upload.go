package survey

import (
	"encoding/json"
	"time"
)

// Upload is a list of contacts that comes in parts: how far it is, and the state that its reader goes on from.
type Upload struct {
	ID       string // 16 letters and digits
	Audience Audience
	Created  time.Time
	Next     int             // the part that is expected; parts are numbered from 1
	Finished bool            // takes no more parts
	State    json.RawMessage // of the reader; it may hold the beginning of a line
	Seen     []int           // how many items of seen contacts each part taken has; those beyond are left of tries that died
	Version  int             // counts changes, so that two who take the same part at once are noticed
}

// UploadPart is what became of one part: the SHA-256 of its bytes, and the answer that was given.
type UploadPart struct {
	Digest []byte
	Answer json.RawMessage
}

// SeenContact is a contact that a list named: the first 8 bytes of its id, and the line.
type SeenContact struct {
	ID   uint64
	Line uint32
}

// Upserted counts what an upload did to contacts.
type Upserted struct {
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	// Lost is how many of the changed have lost something by it.
	Lost Losses `json:"lost,omitzero"`
	// Back is how many of those that the upload had changed a later row of it has brought back to what they were before.
	Back int `json:"back,omitempty"`
}

// Plus returns the sum of both.
func (u Upserted) Plus(v Upserted) Upserted {
	return Upserted{u.New + v.New, u.Changed + v.Changed, u.Unchanged + v.Unchanged, u.Lost.Plus(v.Lost), u.Back + v.Back}
}

// Settled counts those who are back as unchanged, as far as they were counted as changed here.
func (u Upserted) Settled() Upserted {
	back := min(u.Back, u.Changed)
	return Upserted{New: u.New, Changed: u.Changed - back, Unchanged: u.Unchanged + back, Lost: u.Lost.known()}
}
