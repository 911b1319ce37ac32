package org

import (
	"cmp"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/survey"
)

// Kinds of an Ask.
const (
	AskManager = "manager" // several have the name of somebody's manager
	AskPerson  = "person"  // a row without a code has the name of somebody known, and an address that nobody has
)

// Ask is a row of a staff list of which somebody must say who is meant.
type Ask struct {
	Kind  string   `json:"kind"`
	Name  string   `json:"name"`
	Email string   `json:"email,omitempty"` // of an AskPerson
	Line  int      `json:"line"`            // the first
	Count int      `json:"count"`           // how many rows
	Staff []string `json:"staff"`           // the ids of those who may be meant
}

// Key is what an answer is kept by.
func (a Ask) Key() string { return a.Kind + ":" + cmp.Or(a.Email, survey.NameKey(a.Name)) }

// Answers say who is meant, by an Ask's key: an id, or "" for none of them.
type Answers map[string]string

// askedFor stands for somebody of whom it is not said who it is.
const askedFor = "?"

// which is whom an answer names among those who may be meant. Where it is not said, it is asked: askedFor.
func (l *staffList) which(a Ask, among []survey.Staff) (m survey.Staff, ok bool) {
	if len(among) == 0 {
		return m, false
	}
	if id, said := l.said[a.Key()]; said {
		if i := slices.IndexFunc(among, func(m survey.Staff) bool { return strings.EqualFold(m.ID, id) }); i >= 0 {
			return among[i], true
		}
		if id == "" {
			return m, false
		}
	}
	for _, m := range among {
		a.Staff = append(a.Staff, m.ID)
	}
	slices.Sort(a.Staff)
	if i := slices.IndexFunc(l.asks, func(b Ask) bool { return a.Key() == b.Key() }); i >= 0 {
		l.asks[i].Count++
	} else {
		l.asks = append(l.asks, a)
	}
	return survey.Staff{ID: askedFor}, true
}

// recognise asks of those without a code, whose address nobody has, whether they are somebody of their name who is known and not
// on the list otherwise: with another address now, or somebody else.
func (l *staffList) recognise(known []survey.Staff) {
	named := map[string][]survey.Staff{}
	for _, m := range known {
		if key := survey.NameKey(m.Name); key != "" && l.first["i"+strings.ToLower(m.ID)] == 0 {
			named[key] = append(named[key], m)
		}
	}
	for i := range l.staff {
		s, line := &l.staff[i], l.lines[i]
		if _, there := l.known.byID[strings.ToLower(s.ID)]; !l.unknown[line] || there {
			continue
		}
		m, ok := l.which(Ask{Kind: AskPerson, Name: s.Name, Email: s.Email, Line: line, Count: 1}, named[survey.NameKey(s.Name)])
		if !ok || m.ID == askedFor || l.first["i"+strings.ToLower(m.ID)] > 0 {
			continue
		}
		delete(l.first, "i"+strings.ToLower(s.ID))
		l.first["i"+strings.ToLower(m.ID)] = line
		if s.ID, s.Written = m.ID, m.Written; l.roleless[line] {
			s.Role = m.Role
		}
	}
}

// askProblem is the refusal of a list of which it is not said who is meant: staff_ambiguous.
func askProblem(asks []Ask) error {
	names := make([]string, len(asks))
	for i, a := range asks {
		names[i] = a.Name
	}
	return apperr.New(apperr.Conflict, "staff_ambiguous", "", "Names", strings.Join(names, ", "), "Line", asks[0].Line)
}

// Said is what is said of a list of staff with it.
type Said struct {
	Answers   Answers
	Confirmed bool // people may lose a team, a manager or a phone
	Look      bool // nothing is to be written
	Sent      contacts.Sent
}

// Loser is somebody who would lose something to a list.
type Loser struct {
	Staff survey.Staff // as they are stored
	Lost  survey.Losses
}

// maxLosers is how many of those who lose something are named.
const maxLosers = 10
