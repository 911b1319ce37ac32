package contacts

import "onetap/internal/survey"

// recalling is a Directory that is asked once for each spelling of an owner; a list names few of them many times.
type recalling struct {
	of    survey.Directory
	found map[string]recalled
}

type recalled struct {
	staff survey.Staff
	ok    bool
}

func (r *recalling) Find(owner string) (survey.Staff, bool) {
	if f, ok := r.found[owner]; ok {
		return f.staff, f.ok
	}
	s, ok := r.of.Find(owner)
	if len(r.found) < 10_000 { // a column of anything else must not fill the memory
		r.found[owner] = recalled{s, ok}
	}
	return s, ok
}

// Namesakes asks the directory: whom nobody can tell is rare.
func (r *recalling) Namesakes(owner string) []survey.Staff { return r.of.Namesakes(owner) }
