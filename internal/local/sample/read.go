package sample

import (
	"onetap/internal/contacts"
	"onetap/internal/org"
	"onetap/internal/survey"
)

// Read are those of a list who have an address, as an upload reads them beside the list of staff.
func Read(list, staff []byte) (all []Customer, err error) {
	colleagues, _, _, err := org.ReadStaff(nil, staff, "", nil)
	if err != nil {
		return nil, err
	}
	im := contacts.NewImport(survey.Customers)
	out, err := im.Feed(list, true, survey.NewDirectory(colleagues))
	met := map[string]bool{}
	for _, row := range out.Rows {
		c := row.Contact
		if c.Person.Email == "" || met[c.Person.Email] {
			continue
		}
		met[c.Person.Email] = true
		one := Customer{Email: c.Person.Email, Language: c.Language, City: c.Location, Product: c.Product, Tier: c.Tier, Team: c.Team}
		if one.Language == "" {
			one.Language = "ru"
		}
		all = append(all, one)
	}
	return all, err
}
