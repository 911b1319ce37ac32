package survey

import (
	"encoding/base32"
	endian "encoding/binary"
	"time"
)

// WholeList is a list of which somebody said that it names everybody of its audience: whoever it does not name is gone. It waits until the
// audience has been compared with it.
type WholeList struct {
	Upload   string
	Audience Audience
	Sent     time.Time // contacts that came or changed after that are not compared
	Shard    int       // the next to be compared, from the contact after After on
	After    ContactID
	Version  int
}

// GoneContacts are contacts of one shard that a whole list did not name, and no list since.
type GoneContacts struct {
	Audience Audience
	Shard    int
	Since    time.Time // when that list was sent
	Upload   string
	From     ContactID // where in the shard the step began that found them: with it, the same step again writes the same
	IDs      []ContactID
	Version  int
}

// Name tells it from others of its shard; they come in the order of their names.
func (g GoneContacts) Name() string {
	return g.Since.UTC().Format("2006-01-02T15:04:05.000Z") + "#" + g.Upload + "#" + string(g.From)
}

var idLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// SeenID shortens a contact's id, as SeenContact has it: among a million contacts, two alike are one chance in thirty million.
func SeenID(id ContactID) uint64 {
	var b [16]byte
	idLetters.Decode(b[:], []byte(id)) // ids are made by keys.Keys
	return endian.BigEndian.Uint64(b[:])
}
