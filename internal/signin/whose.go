package signin

import (
	"strconv"
	"strings"

	"onetap/internal/survey"
)

// Whose is who of the staff has an address (normalised, survey.NormalizeEmail); of two with one address, always the same.
func Whose(staff []survey.Staff, email string) (found survey.Staff, ok bool) {
	for _, m := range staff {
		if address(m) == email && email != "" && (!ok || m.ID < found.ID) {
			found, ok = m, true
		}
	}
	return found, ok
}

// First is the administrator whom a deployment may make of whoever has proved to have the address that it names: only
// while the staff have no administrator, and nobody has that address. ok is false otherwise. The id is one that is nobody's.
func First(staff []survey.Staff, admin, email string) (m survey.Staff, ok bool) {
	admin, err := survey.NormalizeEmail(admin)
	if err != nil || admin != email {
		return m, false
	}
	taken := map[string]bool{}
	for _, other := range staff {
		if other.Role == survey.RoleAdministrator || address(other) == admin {
			return m, false
		}
		taken[strings.ToLower(other.ID)] = true
	}
	id := admin
	for n := 1; taken[id]; n++ {
		id = "administrator-" + strconv.Itoa(n)
	}
	return survey.Staff{ID: id, Email: admin, Name: admin, Role: survey.RoleAdministrator}, true
}

// address is where somebody's letters go, in its one spelling; records of early imports may have another.
func address(m survey.Staff) string {
	if email, err := survey.NormalizeEmail(m.Email); err == nil {
		return email
	}
	return m.Email
}
