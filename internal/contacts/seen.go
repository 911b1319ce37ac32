package contacts

import (
	"cmp"
	"encoding/base32"
	"slices"

	"onetap/internal/survey"
)

// seenContacts tells which contacts a list named before. Those of earlier parts are sorted, 16 bytes each; a map of
// them would take four times as much.
type seenContacts struct {
	before []survey.SeenContact // sorted by id
	now    map[uint64]uint32
	order  []survey.SeenContact // of this part
}

// idLetters are those of survey.ContactID.
var idLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func seenOf(id survey.ContactID, line int) survey.SeenContact {
	return survey.SeenContact{ID: survey.SeenID(id), Line: uint32(line)}
}

func (s *seenContacts) load(before []survey.SeenContact) {
	slices.SortFunc(before, func(a, b survey.SeenContact) int { return cmp.Compare(a.ID, b.ID) })
	s.before = before
}

// has reports whether a contact was named before.
func (s *seenContacts) has(id survey.ContactID) bool {
	c := seenOf(id, 0)
	_, now := s.now[c.ID]
	_, before := slices.BinarySearchFunc(s.before, c.ID, func(a survey.SeenContact, id uint64) int { return cmp.Compare(a.ID, id) })
	return now || before
}

// add remembers a contact; where it was named before, it returns that line.
func (s *seenContacts) add(c survey.SeenContact) (first int, twice bool) {
	if line, ok := s.now[c.ID]; ok {
		return int(line), true
	}
	i, ok := slices.BinarySearchFunc(s.before, c.ID, func(a survey.SeenContact, id uint64) int { return cmp.Compare(a.ID, id) })
	if ok {
		return int(s.before[i].Line), true
	}
	if s.now == nil {
		s.now = map[uint64]uint32{}
	}
	s.now[c.ID] = c.Line
	s.order = append(s.order, c)
	return 0, false
}

// len is how many contacts this part has named first, and forget takes back all but so many of them.
func (s *seenContacts) len() int { return len(s.order) }

func (s *seenContacts) forget(but int) {
	for _, c := range s.order[but:] {
		delete(s.now, c.ID)
	}
	s.order = s.order[:but]
}

// all are the contacts that the list has named so far.
func (s *seenContacts) all() []survey.SeenContact { return slices.Concat(s.before, s.order) }
