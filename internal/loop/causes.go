package loop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"onetap/internal/apperr"
)

// standardCauses are those that a company has from the beginning; how they are called stands among the texts.
var standardCauses = []Cause{"quality", "speed", "communication", "people", "price", "documents", "expectations", "mistake", "other"}

const (
	// maxOffered is how many causes can be offered, and maxCauseName how many characters the name of one has.
	maxOffered, maxCauseName = 30, 60
	// ownCause begins the ids of causes that a company has added.
	ownCause = "own"
)

// CauseKind is one of the causes that a company counts.
type CauseKind struct {
	ID    Cause             `json:"id"`
	Names map[string]string `json:"names,omitempty"` // by language, as the company calls it; without any a standard cause has its own name
	Gone  bool              `json:"gone,omitempty"`  // not offered any more; cases that have it keep it
}

// Causes are the causes that a company counts, those that are gone among them.
type Causes []CauseKind

// StandardCauses are those of a company that has changed nothing.
func StandardCauses() (c Causes) {
	for _, id := range standardCauses {
		c = append(c, CauseKind{ID: id})
	}
	return c
}

// Offered lists the ids of those that can be chosen.
func (c Causes) Offered() (ids []Cause) {
	for _, k := range c {
		if !k.Gone {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

// Kind finds a cause by its id.
func (c Causes) Kind(id Cause) (CauseKind, bool) {
	i := slices.IndexFunc(c, func(k CauseKind) bool { return k.ID == id })
	if i < 0 {
		return CauseKind{}, false
	}
	return c[i], true
}

// Standard reports whether a cause is one that every company has at first, with a name of its own.
func (id Cause) Standard() bool { return slices.Contains(standardCauses, id) }

// CauseChange is what somebody says of one cause.
type CauseChange struct {
	ID    Cause // "": a new one
	Names map[string]string
	Gone  bool
}

// Change returns the causes as somebody wants them, in the order that they are given in. What is not named goes; new causes without a
// name are left out. Problems, each with the number of its line as Where ("cause_3"): cause_name_missing, cause_name_long,
// cause_name_twice, cause_unknown; causes_none and causes_many of all.
func (c Causes) Change(said []CauseChange) (Causes, error) {
	var next Causes
	names := map[string]bool{}
	offered, own := 0, 0
	for _, k := range c {
		if n, err := strconv.Atoi(strings.TrimPrefix(string(k.ID), ownCause)); err == nil {
			own = max(own, n)
		}
	}
	for i, s := range said {
		wrong := func(code string, with ...any) error {
			return apperr.New(apperr.Invalid, code, "cause_"+strconv.Itoa(i+1), with...)
		}
		k := CauseKind{ID: s.ID, Gone: s.Gone}
		for language, name := range s.Names {
			name = strings.Join(strings.Fields(name), " ")
			if name == "" {
				continue
			}
			if utf8.RuneCountInString(name) > maxCauseName {
				return c, wrong("cause_name_long", "Limit", maxCauseName)
			}
			if k.Names == nil {
				k.Names = map[string]string{}
			}
			k.Names[language] = name
		}
		if s.ID == "" && len(k.Names) == 0 {
			continue
		}
		if _, known := c.Kind(s.ID); s.ID != "" && !known {
			return c, wrong("cause_unknown")
		}
		if len(k.Names) == 0 && !s.ID.Standard() {
			return c, wrong("cause_name_missing")
		}
		if s.ID == "" {
			own++
			k.ID = Cause(fmt.Sprint(ownCause, own))
		}
		if !k.Gone {
			offered++
			for language, name := range k.Names {
				one := language + " " + strings.ToLower(name)
				if names[one] {
					return c, wrong("cause_name_twice", "Name", name)
				}
				names[one] = true
			}
		}
		next = append(next, k)
	}
	for _, k := range c {
		if _, named := next.Kind(k.ID); !named { // cases may have it
			k.Gone = true
			next = append(next, k)
		}
	}
	switch {
	case offered == 0:
		return c, apperr.New(apperr.Invalid, "causes_none", "causes")
	case offered > maxOffered:
		return c, apperr.New(apperr.Invalid, "causes_many", "causes", "Limit", maxOffered)
	}
	return next, nil
}
