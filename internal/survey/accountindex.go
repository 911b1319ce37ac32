package survey

import "time"

// AccountIndex is where the accounts of an audience are kept, with their names, values and contacts: a tree of sealed pages.
type AccountIndex struct {
	Version int64        `json:"-"`              // 0: none is stored
	Form    int          `json:"form"`           // of the pages; those of another form are made anew
	Built   bool         `json:"built"`          // all contacts are in it, but for those that were changed a moment ago
	Tree    AccountTree  `json:"tree"`           // what is read
	Next    *AccountTree `json:"next,omitempty"` // what is being made of all contacts, to be read instead
	At      string       `json:"at,omitempty"`   // the cursor behind the contacts that are in Next
	Drop    []byte       `json:"drop,omitempty"` // pages of Tree that are replaced, and to be deleted
	Old     []string     `json:"old,omitempty"`  // generations to be deleted
	Running bool         `json:"running"`        // a run writes pages, or has died while it did
	Busy    time.Time    `json:"busy,omitzero"`  // until when a run has it to itself
}

// AccountTree is one tree of pages. Pages are never changed: what changes is written on new ones, up to a new root.
type AccountTree struct {
	Generation string         `json:"gen"`
	Root       uint64         `json:"root"` // 0: it is empty
	Level      int            `json:"level"`
	Pages      uint64         `json:"pages"`              // the number of the latest page
	Accounts   int            `json:"accounts"`           // how many there are
	Contacts   int            `json:"contacts"`           // how many contacts they have
	Currency   string         `json:"currency,omitempty"` // in which they are put in order
	Granted    string         `json:"granted,omitempty"`  // the workspace's currency when it was made, by which amounts without one were read
	Currencies map[string]int `json:"currencies"`         // how many accounts have a value in a currency
	Made       time.Time      `json:"made"`               // of all contacts
}

// AccountPage names a page of a tree of an audience.
type AccountPage struct {
	Audience   Audience
	Generation string
	Number     uint64
}

// AccountMove says that a contact has changed, and, where it has left an account, which.
type AccountMove struct {
	Contact ContactID
	Left    AccountID
}

// AccountNote says which contacts with an account, now or before, have changed.
type AccountNote struct {
	ID    string // sorts by time
	At    time.Time
	Moves []AccountMove
}
