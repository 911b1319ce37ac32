package contacts

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"onetap/internal/apperr"
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

// joined joins the rows of one person. It returns the rows that are new to the upload and those of persons that an earlier slice
// or part has written, joined with what was written. Ids are set.
func (l *Lists) joined(ctx context.Context, p *progress, got *Imported) (fresh, again []Row, merges []Merge, err error) {
	place := map[survey.ContactID]*Row{} // in fresh or again, which do not grow beyond their capacity
	fresh, again = make([]Row, 0, len(got.Rows)), make([]Row, 0, len(got.Rows))
	for _, row := range got.Rows {
		c := &row.Contact
		c.ID = l.Keys.ContactID(c.Audience, c.Person.Email)
		first, twice := p.seen.add(seenOf(c.ID, row.Line))
		if !twice {
			fresh = append(fresh, row)
			place[c.ID] = &fresh[len(fresh)-1]
			continue
		}
		got.Quality.Note(MergedRows, row.Line)
		into := place[c.ID]
		if into == nil && p.Look { // its first row was compared already, and nothing of it is written
			continue
		}
		if into == nil {
			stored, err := l.Store.Contact(ctx, c.Audience, c.ID)
			if apperr.Is(err, "contact_unknown") { // erased meanwhile
				fresh = append(fresh, row)
				place[c.ID] = &fresh[len(fresh)-1]
				continue
			}
			if err != nil {
				return nil, nil, nil, fmt.Errorf("join rows: %w", err)
			}
			again = append(again, Row{Line: first, Contact: stored})
			into = &again[len(again)-1]
			place[c.ID] = into
		}
		merge := Merge{Line: row.Line, First: first}
		into.Contact = p.Reader.join(into.Contact, row.Contact, &merge)
		into.OptedOut = into.OptedOut || row.OptedOut
		merges = append(merges, merge)
	}
	return fresh, again, merges, nil
}

// join makes one contact of two rows, the earlier of which is a.
func (im *Import) join(a, b survey.Contact, m *Merge) survey.Contact {
	m.Fewer = fullness(b) < fullness(a)
	out, other, line, otherLine := a, b, m.First, m.Line
	if fullness(b) > fullness(a) {
		out, other, line, otherLine = b, a, m.Line, m.First
	}
	out.ID, out.Audience, out.Created, out.Updated = a.ID, a.Audience, a.Created, a.Updated
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
		{FieldValue, &out.Value, &other.Value},
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
	for _, text := range []string{c.Person.Name, c.Person.First, c.Person.Middle, c.Person.Phone, c.Owner, c.Team, c.Location, c.Product, c.Tier, c.Language, c.Value} {
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
