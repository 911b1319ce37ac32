package survey

import (
	"slices"
	"strings"

	"onetap/internal/celltext"
)

// Directory finds the staff member that a list names as owner: by id, e-mail, what the id was made of, or full name, whatever the letters' case
// and the spaces.
type Directory interface {
	Find(owner string) (Staff, bool)
	// Namesakes are those of one name whom a list may mean, where Find cannot tell which; else nobody.
	Namesakes(owner string) []Staff
}

// StaffDirectory is the Directory of a staff list.
type StaffDirectory struct {
	staff []Staff
	byKey map[string]int // index, −1 for a name that two people have
	twice bool           // there is such a name
}

// NewDirectory makes the directory of a staff list. Names are found with their words in any order ("Петрова Анна", "Анна
// Петрова"); a name that two people have finds nobody. An id wins over an e-mail, an
// e-mail over what an id was made of, that over a name.
func NewDirectory(staff []Staff) *StaffDirectory {
	d := &StaffDirectory{staff: staff, byKey: make(map[string]int, 4*len(staff))}
	for i, s := range staff {
		d.put("i"+celltext.Fold(s.ID), i)
		d.put("e"+celltext.Fold(s.Email), i)
		d.put("f"+celltext.Fold(s.Written), i)
		d.put("w"+NameKey(s.Name), i)
		d.twice = d.twice || d.byKey["w"+NameKey(s.Name)] < 0
	}
	return d
}

// AnyNamesakes reports whether two of the staff have one name.
func (d *StaffDirectory) AnyNamesakes() bool { return d != nil && d.twice }

// Namesakes are those of one name whom owner may mean.
func (d *StaffDirectory) Namesakes(owner string) (all []Staff) {
	name := NameKey(owner)
	if d == nil || !d.twice || name == "" {
		return nil
	}
	if _, found := d.Find(owner); found || d.byKey["w"+name] >= 0 {
		return nil
	}
	for _, s := range d.staff {
		if NameKey(s.Name) == name {
			all = append(all, s)
		}
	}
	return all
}

func (d *StaffDirectory) put(key string, i int) {
	if len(key) == 1 {
		return
	}
	if j, taken := d.byKey[key]; taken && j != i {
		i = -1
	}
	d.byKey[key] = i
}

// Find returns the staff member of that id, e-mail or name.
func (d *StaffDirectory) Find(owner string) (Staff, bool) {
	key := celltext.Fold(owner)
	if d == nil || key == "" {
		return Staff{}, false
	}
	for _, k := range []string{"i" + key, "e" + key, "f" + key} {
		if i, ok := d.byKey[k]; ok {
			return d.at(i)
		}
	}
	if strings.Contains(key, "@") { // "Анна Петрова <anna@example.ru>"
		if email, err := NormalizeEmail(owner); err == nil {
			for _, k := range []string{"e" + email, "f" + email} {
				if i, ok := d.byKey[k]; ok {
					return d.at(i)
				}
			}
		}
	}
	if i, ok := d.byKey["w"+NameKey(owner)]; ok {
		return d.at(i)
	}
	return Staff{}, false
}

func (d *StaffDirectory) at(i int) (Staff, bool) {
	if i < 0 {
		return Staff{}, false
	}
	return d.staff[i], true
}

// NameKey is how names of the staff are compared: their words in any order, whatever the letters' case and the spaces.
func NameKey(name string) string {
	words := strings.Fields(strings.ReplaceAll(celltext.Fold(name), ",", " "))
	slices.Sort(words)
	return strings.Join(words, " ")
}
