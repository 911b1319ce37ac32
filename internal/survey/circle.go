package survey

import "math/bits"

// A continuous survey goes through its audience in the order of the contacts' ids, which are keyed hashes: so wherever it stands, an equal
// part of the way ahead is an equal part of the people, but for chance; who comes or goes moves nobody else; and those of a day lie side by
// side in the table, so that finding them reads them and nobody besides.

// circleDigits is how much of an id tells its place: 60 of its 80 bits.
const circleDigits = 12

// circle is how many places there are on the way once round an audience.
const circle = uint64(1) << (5 * circleDigits)

// idDigits are the characters of ids in the order in which they sort.
const idDigits = "234567abcdefghijklmnopqrstuvwxyz"

// Place is how far round an audience a continuous survey is: 0 to circle.
type Place uint64

// ID is the place as an id: whoever's id sorts before it lies before it. "" is the end.
func (p Place) ID() ContactID {
	if uint64(p) >= circle {
		return ""
	}
	var b [circleDigits]byte
	for i := circleDigits - 1; i >= 0; i-- {
		b[i] = idDigits[p%32]
		p /= 32
	}
	return ContactID(b[:])
}

// forward is the place one of so many equal steps further, the last of which ends at the end.
func (p Place) forward(steps int) Place {
	step := (circle + uint64(steps) - 1) / uint64(steps)
	to, over := bits.Add64(uint64(p), step, 0)
	if over > 0 || to > circle {
		to = circle
	}
	return Place(to)
}

// round is a place, and the beginning behind the end.
func (p Place) round() Place {
	if uint64(p) >= circle {
		return 0
	}
	return p
}

// Span is a part of an audience: the contacts whose ids sort from From on and before To; To "" is the end.
type Span struct {
	From ContactID `json:"from"`
	To   ContactID `json:"to"`
}

// Has reports whether a contact is in the part.
func (s Span) Has(id ContactID) bool { return id >= s.From && (s.To == "" || id < s.To) }
