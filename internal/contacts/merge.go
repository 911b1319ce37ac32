package contacts

import (
	"cmp"
	"maps"
	"slices"

	"onetap/internal/survey"
)

// Merge says that two rows of a list were one person's, and were joined into one contact: the fuller row wins where both say
// something, and the other fills what it leaves open. Values are not in it: the rows are the uploader's.
type Merge struct {
	Line  int    `json:"line"`            // the later row
	First int    `json:"first"`           // the row that named the person first
	Fewer bool   `json:"fewer,omitempty"` // the later row said less than the earlier
	Taken []Took `json:"taken,omitempty"` // where the rows differ: what was taken from which
}

// Took is one column of a joined contact and the row that it was taken from.
type Took struct {
	Column string `json:"column"` // by its heading
	Line   int    `json:"line"`
	Other  bool   `json:"other,omitempty"` // the other row says something else there
}

// join makes one contact of two rows, the earlier of which is a.
func (im *Import) join(a, b survey.Contact, m *Merge) survey.Contact {
	m.Fewer = fullness(b) < fullness(a)
	out, other, line, otherLine := a, b, m.First, m.Line
	if fullness(b) > fullness(a) {
		out, other, line, otherLine = b, a, m.Line, m.First
	}
	out.ID, out.Audience, out.Created, out.Updated = a.ID, a.Audience, a.Created, a.Updated
	out.Person.Email, out.Person.Customer = cmp.Or(a.Person.Email, b.Person.Email), cmp.Or(a.Person.Customer, b.Person.Customer)
	pick := func(column string, mine, theirs string, take func()) {
		from := line
		switch {
		case mine == theirs:
			return
		case mine == "":
			take()
			theirs, from = "", otherLine
		}
		if column != "" { // a team that has no column is its owner's
			m.Taken = append(m.Taken, Took{column, from, theirs != ""})
		}
	}
	pick(im.nameHeading(), out.Person.Name, other.Person.Name, func() {
		out.Person.Name, out.Person.First, out.Person.Middle = other.Person.Name, other.Person.First, other.Person.Middle
	})
	pick(im.heading(FieldConsent), out.Person.Consent, other.Person.Consent, func() { out.Person.Consent = other.Person.Consent })
	pick(im.heading(FieldPhone), out.Person.Phone, other.Person.Phone, func() { out.Person.Phone = other.Person.Phone })
	im.joinOwner(&out, other, pick)
	for _, f := range []struct {
		field        Field
		mine, theirs *string
	}{
		{FieldLocation, &out.Location, &other.Location},
		{FieldProduct, &out.Product, &other.Product},
		{FieldTier, &out.Tier, &other.Tier},
		{FieldLanguage, &out.Language, &other.Language},
		{FieldZone, &out.Zone, &other.Zone},
		{FieldValue, &out.Value, &other.Value},
		{FieldCompany, &out.Company.Name, &other.Company.Name},
		{FieldCompanyID, &out.Company.Code, &other.Company.Code},
		{FieldParent, &out.Company.Parent, &other.Company.Parent},
		{FieldCompanyRole, (*string)(&out.Company.Role), (*string)(&other.Company.Role)},
	} {
		pick(im.heading(f.field), *f.mine, *f.theirs, func() { *f.mine = *f.theirs })
	}
	attrs := maps.Clone(out.Attrs)
	if attrs == nil {
		attrs = map[string]string{}
	}
	for _, heading := range slices.Sorted(maps.Keys(union(out.Attrs, other.Attrs))) {
		pick(heading, out.Attrs[heading], other.Attrs[heading], func() { attrs[heading] = other.Attrs[heading] })
	}
	if out.Attrs = attrs; len(attrs) == 0 {
		out.Attrs = nil
	}
	return out
}

// joinOwner takes owner and team from one row where the rows name two owners: a team is its owner's. Who is on the staff goes before
// who is not.
func (im *Import) joinOwner(out *survey.Contact, other survey.Contact, pick func(column, mine, theirs string, take func())) {
	mine, theirs := cmp.Or(out.Owner, out.OwnerRaw), cmp.Or(other.Owner, other.OwnerRaw)
	if out.Owner == "" && other.Owner != "" {
		mine = ""
	}
	two := mine != "" && theirs != "" && mine != theirs
	pick(im.heading(FieldOwner), mine, theirs, func() { out.Owner, out.OwnerRaw = other.Owner, other.OwnerRaw })
	if !two {
		pick(im.heading(FieldTeam), out.Team, other.Team, func() { out.Team = other.Team })
	}
}

// nameHeading is the heading of the column that names people, or of the first that does in parts.
func (im *Import) nameHeading() string {
	for _, f := range []Field{FieldName, FieldFirst, FieldLast} {
		if h := im.heading(f); h != "" {
			return h
		}
	}
	return ""
}

// fullness counts what a row says of a contact.
func fullness(c survey.Contact) (n int) {
	for _, text := range []string{c.Person.Name, c.Person.First, c.Person.Middle, c.Person.Phone, c.Person.Consent, c.Owner, c.Team, c.Location, c.Product, c.Tier, c.Language, c.Zone, c.Value, c.Company.Name, c.Company.Code, c.Company.Parent, string(c.Company.Role)} {
		if text != "" {
			n++
		}
	}
	return n + len(c.Attrs)
}

func union(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, b)
	return all
}
