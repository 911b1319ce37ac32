package nps

import (
	"fmt"
	"strconv"
)

// Score is an answer to the recommend question: 0 to 10.
type Score int

// MaxScore is the highest score; the lowest is 0.
const MaxScore Score = 10

// Valid reports whether s is 0..10.
func (s Score) Valid() bool { return s >= 0 && s <= MaxScore }

// ParseScore reads a score as links and forms carry it: one or two ASCII digits, 0..10, nothing else (no sign, no
// space, no leading zero), so that one score has one spelling.
func ParseScore(text string) (Score, error) {
	switch {
	case len(text) == 1 && text[0] >= '0' && text[0] <= '9':
		return Score(text[0] - '0'), nil
	case text == "10":
		return MaxScore, nil
	}
	// The text comes from strangers: quoted, and cut to what a reader needs.
	if len(text) > 20 {
		text = text[:20]
	}
	return 0, fmt.Errorf("score %q is not a whole number from 0 to 10", text)
}

func (s Score) String() string { return strconv.Itoa(int(s)) }

// Group is where a score puts its respondent.
type Group string

const (
	Detractor Group = "detractor" // 0..6
	Passive   Group = "passive"   // 7, 8
	Promoter  Group = "promoter"  // 9, 10
)

// Groups lists the groups from the worst to the best.
var Groups = []Group{Detractor, Passive, Promoter}

// Group returns the group of a score. It panics on a score outside 0..10: scores are checked where they come in.
func (s Score) Group() Group {
	switch {
	case !s.Valid():
		panic("nps: score " + s.String())
	case s <= 6:
		return Detractor
	case s <= 8:
		return Passive
	}
	return Promoter
}
