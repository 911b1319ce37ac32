package contacts

import (
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
	"onetap/internal/survey"
)

// maxAsks is how many names are asked about at once.
const maxAsks = 20

// Ask is a name in a list that several of the staff have, so that somebody must say who is meant.
type Ask struct {
	Name  string   `json:"name"`  // as the list has it first
	Line  int      `json:"line"`  // where
	Count int      `json:"count"` // how many rows name it
	Staff []string `json:"staff"` // the ids of those who have it
}

// ownerOf finds whom a list names as owner. Who cannot be told from another of that name, and of whom nobody has said who is
// meant, is asked about.
func (im *Import) ownerOf(staff survey.Directory, named string, line int, out *Imported) (survey.Staff, bool) {
	if staff == nil {
		return survey.Staff{}, false
	}
	if s, ok := staff.Find(named); ok {
		return s, true
	}
	several := staff.Namesakes(named)
	if len(several) == 0 {
		return survey.Staff{}, false
	}
	if id, said := im.Owners[survey.NameKey(named)]; said {
		i := slices.IndexFunc(several, func(s survey.Staff) bool { return strings.EqualFold(s.ID, id) })
		if i >= 0 {
			return several[i], true
		}
		if id == "" {
			return survey.Staff{}, false
		}
	}
	ask := Ask{Name: celltext.Cut(celltext.Clean(named), 100), Line: line, Count: 1}
	for _, s := range several {
		ask.Staff = append(ask.Staff, s.ID)
	}
	out.Asks = addAsks(out.Asks, ask)
	return survey.Staff{}, false
}

// addAsks adds what is asked to what was asked before, of each name once.
func addAsks(all []Ask, more ...Ask) []Ask {
	for _, a := range more {
		key := survey.NameKey(a.Name)
		i := slices.IndexFunc(all, func(b Ask) bool { return survey.NameKey(b.Name) == key })
		switch {
		case i >= 0:
			all[i].Count += a.Count
		case len(all) < maxAsks:
			all = append(all, a)
		}
	}
	return all
}

// askedKeys brings what is said of names into the spelling in which they are looked up.
func askedKeys(owners map[string]string) map[string]string {
	if len(owners) == 0 {
		return nil
	}
	by := make(map[string]string, len(owners))
	for name, id := range owners {
		by[survey.NameKey(name)] = strings.TrimSpace(id)
	}
	return by
}

// askProblem is the refusal of a list of which it is not said who is meant: owner_ambiguous.
func askProblem(asks []Ask) error {
	names := make([]string, len(asks))
	for i, a := range asks {
		names[i] = a.Name
	}
	return apperr.New(apperr.Conflict, "owner_ambiguous", "owners", "Names", strings.Join(names, ", "), "Line", asks[0].Line)
}
