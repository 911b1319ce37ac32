package auth

import (
	"encoding/json"
	"strings"
	"time"
)

// CarryLife is how long what somebody has typed can be carried through signing in again: the page that carries it may stand
// open over a weekend.
const CarryLife = 7 * 24 * time.Hour

// maxCarried is the most that is carried, in bytes of the page.
const maxCarried = 64 << 10

// Carried is a form that was sent after its session had ended. The page of signing in carries it, sealed, so that nothing is
// stored for somebody who is not signed in: it is the sender's own, can be read and made by nobody else, and is shown to
// nobody but the person whose session it was.
type Carried struct {
	Staff  string              `json:"staff"`
	Path   string              `json:"path"` // where it was sent
	Fields map[string][]string `json:"fields"`
	At     time.Time           `json:"at"`
}

// Carry seals a form for the page. ok is false for one that is too large.
func (d *Door) Carry(staff, path string, fields map[string][]string) (text string, ok bool) {
	b, err := json.Marshal(Carried{Staff: strings.ToLower(staff), Path: path, Fields: fields, At: d.Now().UTC()})
	if err != nil {
		return "", false
	}
	text = d.Keys.Conceal("carried", string(b))
	return text, len(text) <= maxCarried
}

// Carried reads what Carry wrote; ok is false for anything else, and for what was carried too long.
func (d *Door) Carried(text string) (c Carried, ok bool) {
	if text == "" || len(text) > maxCarried {
		return c, false
	}
	b, ok := d.Keys.Reveal("carried", text)
	if !ok || json.Unmarshal([]byte(b), &c) != nil || d.Now().Sub(c.At) >= CarryLife {
		return Carried{}, false
	}
	return c, true
}

// Of reports whether this is a person's.
func (c Carried) Of(staff string) bool { return strings.EqualFold(c.Staff, staff) }
