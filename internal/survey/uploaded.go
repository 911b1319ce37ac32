package survey

import (
	"encoding/json"
	"time"
)

const (
	// UndoFor is how long an upload can be undone.
	UndoFor = 30 * 24 * time.Hour
	// UndoGrace is how long what undoing needs is kept beyond that, so that an undoing begun on the last day can end.
	UndoGrace = 3 * 24 * time.Hour
)

// UploadKind says what a list was of.
type UploadKind string

const (
	UploadOfContacts UploadKind = "contacts"
	UploadOfStaff    UploadKind = "staff"
	UploadOfHistory  UploadKind = "history" // answers that were given elsewhere
)

// UploadState is where an upload stands in the history.
type UploadState string

const (
	UploadTaking  UploadState = "taking" // parts of it may still come
	UploadTaken   UploadState = "taken"
	UploadUndoing UploadState = "undoing"
	UploadUndone  UploadState = "undone"
)

// UploadRecord is a line of the history: an upload that has changed something. One that changed nothing leaves none.
type UploadRecord struct {
	ID       string // of the Upload, where the list came in parts
	Kind     UploadKind
	Audience Audience // of contacts
	By       string   // a staff member's id, or the name of a program's token
	Token    bool     // By is a token's name
	File     string   // as its owner named it; may tell a name, so it is kept as personal data is
	Begun    time.Time
	Ended    time.Time // when its latest part was taken
	Upserted
	Refused int
	State   UploadState
	Undo    Undoing
	Change  *OwnerChange // it was no upload, but a change of the owner of many contacts
	Version int          // counts changes, so that nobody takes a part of what is being undone
}

// OwnerChange is a change of the owner of many contacts.
type OwnerChange struct {
	Owner  string          `json:"owner"`            // the new one, by id
	Chosen []ContactID     `json:"chosen,omitempty"` // of these; none: of all that fit Narrow and Text
	Narrow json.RawMessage `json:"narrow,omitempty"` // the use case's own
	Text   string          `json:"-"`                // that was searched for; may tell a name, so it is kept as personal data is
	At     string          `json:"at,omitempty"`     // cursor at which it goes on
}

// Undoable reports whether an upload can still be undone; what was begun may be ended in the days of grace.
func (u UploadRecord) Undoable(now time.Time) bool {
	until := u.Begun.Add(UndoFor)
	if u.State == UploadUndoing {
		until = until.Add(UndoGrace)
	}
	return now.Before(until) && (u.State != UploadUndone || u.Undo.Changed > 0)
}

// Losses counts the contacts, or the staff, that have a value which a list takes away from them.
type Losses struct {
	Owner   int `json:"owner,omitempty"`
	Team    int `json:"team,omitempty"`
	Phone   int `json:"phone,omitempty"`
	Manager int `json:"manager,omitempty"` // only of staff
}

// Any reports whether anything is lost.
func (l Losses) Any() bool { return l != Losses{} }

// Plus returns the sum of both.
func (l Losses) Plus(m Losses) Losses {
	return Losses{l.Owner + m.Owner, l.Team + m.Team, l.Phone + m.Phone, l.Manager + m.Manager}
}

// Minus is what of l is more than m.
func (l Losses) Minus(m Losses) Losses {
	return Losses{l.Owner - m.Owner, l.Team - m.Team, l.Phone - m.Phone, l.Manager - m.Manager}
}

// known is l without what was given back and lost elsewhere.
func (l Losses) known() Losses {
	return Losses{max(l.Owner, 0), max(l.Team, 0), max(l.Phone, 0), max(l.Manager, 0)}
}

// LostTo is what a contact loses to a newer version of it.
func (c Contact) LostTo(d Contact) Losses {
	return Losses{Owner: lost(c.Owner, d.Owner), Team: lost(c.Team, d.Team), Phone: lost(c.Person.Phone, d.Person.Phone)}
}

// LostTo is what somebody of the staff loses to a newer version of them.
func (m Staff) LostTo(n Staff) Losses {
	return Losses{Team: lost(m.Team, n.Team), Phone: lost(m.Phone, n.Phone), Manager: lost(m.Manager, n.Manager)}
}

func lost(was, is string) int {
	if was != "" && is == "" {
		return 1
	}
	return 0
}

// maxNamedUndone is how many contacts an Undoing names of each kind.
const maxNamedUndone = 20

// Undoing is what undoing an upload has come to so far.
type Undoing struct {
	By       string    `json:"by,omitempty"`
	Token    bool      `json:"token,omitempty"`
	From     time.Time `json:"from,omitzero"` // not before: a part may be under way until then
	Ended    time.Time `json:"ended,omitzero"`
	Place    UndoPlace `json:"place"`
	Restored int       `json:"restored"` // they are again as they were before the upload
	Removed  int       `json:"removed"`  // the upload made them, and nobody has used them
	Changed  int       `json:"changed"`  // somebody changed them after the upload: they are left alone
	Used     int       `json:"used"`     // the upload made them, and they were asked or have answered: they stay
	// ChangedOnes and UsedOnes are the first of those, by id.
	ChangedOnes []string `json:"changed_ones,omitempty"`
	UsedOnes    []string `json:"used_ones,omitempty"`
}

// Note counts what became of one.
func (u *Undoing) Note(t TakenBack) {
	name := func(to *[]string) {
		if len(*to) < maxNamedUndone {
			*to = append(*to, t.ID)
		}
	}
	switch t.Outcome {
	case Restored:
		u.Restored++
	case Removed:
		u.Removed++
	case InUse:
		u.Used++
		name(&u.UsedOnes)
	default:
		u.Changed++
		name(&u.ChangedOnes)
	}
}

// UndoPlace is a place in the walk through what an upload has changed.
type UndoPlace struct {
	Shard int    `json:"shard"`
	After string `json:"after,omitempty"`
}

// TakenBack is what became of one contact, or one of the staff, when the upload was undone.
type TakenBack struct {
	ID      string
	Outcome TakenBackOutcome
}

// TakenBackOutcome is one of the outcomes below.
type TakenBackOutcome string

const (
	Restored     TakenBackOutcome = "restored"
	Removed      TakenBackOutcome = "removed"
	ChangedSince TakenBackOutcome = "changed"
	InUse        TakenBackOutcome = "used"
)

// UploadMark is what an upload leaves on whom it writes, so that it can be told what is as it left it.
type UploadMark struct {
	Upload string // its id; "": nothing is kept for undoing, and what is taken again does not count as the first time
	Part   int
	Begin  func() error // is called before the first is written; nil: nothing is to be done
	// Again says that the upload has written these contacts before: Upserted.Back counts those that are now, after all, as before the upload.
	Again bool
	// Before is by what the contacts that were stored were found when the list was put together with them. Whoever is stored otherwise by
	// now, or only by now, is not written: apperr.ErrChanged. nil: that does not matter.
	Before map[ContactID]FoundBy
}

// Compared is a contact of a list beside the one that is stored.
type Compared struct {
	Fresh, Same bool    // neither: it differs
	Was         Contact // where it differs
}

// StaffChange is what an upload does to one of the staff.
type StaffChange struct {
	Was *Staff `json:"was,omitempty"` // nil: it makes them
	Now Staff  `json:"now"`
}
