package survey

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
