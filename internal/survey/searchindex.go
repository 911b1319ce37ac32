package survey

import "time"

// SearchIndex is what the index of the words of an audience's contacts consists of: parts, of which the later are right about
// whoever is in several.
type SearchIndex struct {
	Version int64        `json:"-"`              // 0: none is stored
	Form    int          `json:"form"`           // of the parts; one of another form is made anew
	Built   bool         `json:"built"`          // all contacts are in it, but for those that were changed a moment ago
	At      string       `json:"at,omitempty"`   // the cursor behind those that are in it, while it is being built
	Parts   []SearchPart `json:"parts"`          // the eldest first
	Drop    []SearchPart `json:"drop,omitempty"` // to be deleted: replaced, or begun by a run that may have died
	Busy    time.Time    `json:"busy,omitzero"`  // until when a run has it to itself
	Swept   time.Time    `json:"swept,omitzero"` // when all parts were made one, without what is not true any more
}

// SearchPart is a part of the index. It is never changed.
type SearchPart struct {
	ID       string    `json:"id"`
	Contacts int       `json:"n"`              // those that are gone with them
	Gone     int       `json:"gone,omitempty"` // contacts that are there no more
	IDPages  int       `json:"ids"`
	KeyPages int       `json:"keys"`
	Made     time.Time `json:"made"`
}

// Kinds of a part's pages.
const (
	SearchHead = "HEAD" // what is on the others, one page
	SearchIDs  = "IDS"  // whom the numbers of the part mean
	SearchKeys = "KEYS" // keys, and the numbers of those who have them
)

// SearchPage names a page of a part.
type SearchPage struct {
	Part   string
	Kind   string
	Number int
}

// SearchNote says that contacts were changed, made or deleted, and are to be looked at by whoever keeps the index.
type SearchNote struct {
	ID       string // sorts by time
	Contacts []ContactID
}
