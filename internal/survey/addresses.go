package survey

import "strings"

// AddressesTaken says which of a list of staff must not be taken because their address is somebody else's: index in the
// list, and who has it. stored are the staff so far, whom those of the list replace by id; of two on the list the first
// keeps the address. Two may change addresses with each other in one list. Whoever has an address already may keep it,
// also where an earlier version let two have one.
func AddressesTaken(stored, list []Staff) map[int]Staff {
	was := make(map[string]Staff, len(stored))
	for _, m := range stored {
		was[strings.ToLower(m.ID)] = m
	}
	taken := map[int]Staff{}
	for {
		holders, replaced := make(map[string]Staff, len(stored)+len(list)), map[string]bool{}
		for i, m := range list {
			if _, refused := taken[i]; !refused {
				replaced[strings.ToLower(m.ID)] = true
			}
		}
		for _, m := range stored {
			if !replaced[strings.ToLower(m.ID)] {
				holders[OneSpelling(m.Email)] = m
			}
		}
		before := len(taken)
		for i, m := range list {
			if _, refused := taken[i]; refused {
				continue
			}
			email := OneSpelling(m.Email)
			other, held := holders[email]
			old, there := was[strings.ToLower(m.ID)]
			if held && !strings.EqualFold(other.ID, m.ID) && !(there && OneSpelling(old.Email) == email) {
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

// StaffByEmail is who of the staff has an address (normalised, NormalizeEmail); of two with one address, always the same.
func StaffByEmail(staff []Staff, email string) (found Staff, ok bool) {
	for _, m := range staff {
		if OneSpelling(m.Email) == email && email != "" && (!ok || m.ID < found.ID) {
			found, ok = m, true
		}
	}
	return found, ok
}

// OneSpelling is NormalizeEmail, and what does not read as an address as it is.
func OneSpelling(text string) string {
	if email, err := NormalizeEmail(text); err == nil {
		return email
	}
	return text
}
