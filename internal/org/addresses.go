package org

import (
	"strings"

	"onetap/internal/survey"
)

// AddressesTaken says which of a list of staff must not be taken because their address is somebody else's: index in the
// list, and who has it. stored are the staff so far, whom those of the list replace by id; of two on the list the first
// keeps the address. Two may change addresses with each other in one list. Whoever has an address already may keep it,
// also where an earlier version let two have one.
func AddressesTaken(stored, list []survey.Staff) map[int]survey.Staff {
	was := make(map[string]survey.Staff, len(stored))
	for _, m := range stored {
		was[strings.ToLower(m.ID)] = m
	}
	taken := map[int]survey.Staff{}
	for {
		holders, replaced := make(map[string]survey.Staff, len(stored)+len(list)), map[string]bool{}
		for i, m := range list {
			if _, refused := taken[i]; !refused {
				replaced[strings.ToLower(m.ID)] = true
			}
		}
		for _, m := range stored {
			if !replaced[strings.ToLower(m.ID)] {
				holders[survey.OneSpelling(m.Email)] = m
			}
		}
		before := len(taken)
		for i, m := range list {
			if _, refused := taken[i]; refused {
				continue
			}
			email := survey.OneSpelling(m.Email)
			other, held := holders[email]
			old, there := was[strings.ToLower(m.ID)]
			if held && !strings.EqualFold(other.ID, m.ID) && !(there && survey.OneSpelling(old.Email) == email) {
				taken[i] = other
				continue
			}
			holders[email] = m
		}
		if len(taken) == before { // whoever was refused keeps the old address, which another row may have wanted
			return taken
		}
	}
}
