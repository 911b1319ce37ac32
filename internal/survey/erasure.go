package survey

import "time"

// ErasureState is how far an erasure is.
type ErasureState string

const (
	// Erasing: its steps are being done for the first time.
	Erasing ErasureState = "erasing"
	// Settling: all steps are done, and are done once more when what was under way at the same moment has come to its end.
	Settling ErasureState = "settling"
	// Erased: nothing is left to do, and what the person was found by is forgotten.
	Erased ErasureState = "erased"
	// Abandoned: it could not go on (Damaged), and somebody has ended it.
	Abandoned ErasureState = "abandoned"
)

// ErasureEnd is why somebody has ended an erasure that could not go on.
type ErasureEnd string

const (
	EndAgain   ErasureEnd = "again"   // the person was erased anew
	EndChecked ErasureEnd = "checked" // the person was looked for, and nothing was found
)

// ErasureEnds lists them in the order of forms.
var ErasureEnds = []ErasureEnd{EndAgain, EndChecked}

// ErasureSettles is how long after its steps an erasure does them again: longer than any request, sending of a batch or part
// of an upload that had read the person before may still run.
const ErasureSettles = 20 * time.Minute

// Erasure is the work of erasing one person, in steps that are kept between runs. It names nobody: what the person is found by
// is in Whom, which is sealed beside it and dropped with the last step.
type Erasure struct {
	ID        string       `json:"id"`
	By        string       `json:"by"`              // a staff member's id, or the name of a program's token
	Token     bool         `json:"token,omitempty"` // By is a token's name
	Begun     time.Time    `json:"begun"`
	Ended     time.Time    `json:"ended,omitzero"` // the last step of the last pass
	State     ErasureState `json:"state"`
	KeepWords bool         `json:"keep_words,omitempty"` // what was written with answers stays, without whose it is
	Again     time.Time    `json:"again,omitzero"`       // when the steps are done once more
	Step      int          `json:"step,omitempty"`       // that is next
	At        string       `json:"at,omitempty"`         // how far the step is
	Done      ErasureSum   `json:"done"`
	Reason    ErasureEnd   `json:"reason,omitempty"` // of one that was abandoned
	Whom      *ErasureWhom `json:"-"`
	Version   int          `json:"-"`
}

// Damaged reports whether it cannot go on: what is stored of the person does not open.
func (e Erasure) Damaged() bool {
	return e.Whom == nil && (e.State == Erasing || e.State == Settling)
}

// ErasureSum counts what an erasure has taken away.
type ErasureSum struct {
	Contacts int `json:"contacts,omitempty"`
	Undo     int `json:"undo,omitempty"`    // items kept for undoing uploads
	Answers  int `json:"answers,omitempty"` // that are nobody's now
	Words    int `json:"words,omitempty"`   // answers whose words were erased
	Letters  int `json:"letters,omitempty"` // invitations and reminders that are nobody's now
	Cases    int `json:"cases,omitempty"`
	Notes    int `json:"notes,omitempty"`
	Batches  int `json:"batches,omitempty"` // in which the person's place is nobody's now
	Uploads  int `json:"uploads,omitempty"` // parts and lines of the history in which something stood
	Audit    int `json:"audit,omitempty"`   // entries of the audit list that no longer say about whom they are
}

// ErasureWhom is what an erasure needs to know of the person.
type ErasureWhom struct {
	Contacts []ErasureContact `json:"contacts"`
	Texts    []string         `json:"texts"`  // addresses, telephones, customer ids, names: what stands in the kept rows of uploads
	Secret   string           `json:"secret"` // of which the ids are made that are nobody's
	Since    time.Time        `json:"since"`  // when the first of the contacts came: nothing is older
}

// IDs are those of the contacts.
func (w ErasureWhom) IDs() []ContactID {
	ids := make([]ContactID, len(w.Contacts))
	for i, c := range w.Contacts {
		ids[i] = c.ID
	}
	return ids
}

// ErasureContact is one contact of the person who is erased.
type ErasureContact struct {
	Audience Audience  `json:"audience"`
	ID       ContactID `json:"id"`
	Mail     ContactID `json:"mail,omitempty"` // id of the address; "": none
	Found    FoundBy   `json:"found"`
}

// ErasedBlock keeps somebody who was erased from coming back with the next list: a seal of one of their identifiers, which tells
// nothing to whoever has not the identifier.
type ErasedBlock struct {
	Seal    string
	Since   time.Time
	Stop    SuppressionReason // a wish that letters stopped; it is theirs again if the block is lifted
	Erasure string            // id of whose it is; "": of an earlier version
}

// ErasedObject stands in the audit list where the id of somebody stood who was erased.
const ErasedObject = "erased"

// NobodyElse stands for a contact that was erased where others share its telephone.
const NobodyElse ContactID = "erased"
